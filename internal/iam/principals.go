package iam

import (
	"context"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/jsontree"
	"foyer/internal/paging"
	"foyer/internal/policy"
)

// checkPrincipals refuses a trust policy that names a user or role who is not
// there. Who is named in an account that is not of this installation cannot be
// known, and is believed.
func checkPrincipals(ctx context.Context, tx Tx, account arn.AccountID, document string) error {
	known := map[arn.AccountID]bool{account: true}
	for _, name := range principalsOf(document) {
		ref, ok := principalRef(name)
		if !ok {
			continue
		}
		here, asked := known[ref.Account]
		if !asked {
			some, err := tx.IAMEntities(ctx, ref.Account, RoleKind, "", paging.Page{Limit: 1})
			if err != nil {
				return err
			}
			here = len(some) > 0 // every account of an organization has service-linked roles
			known[ref.Account] = here
		}
		if !here {
			continue
		}
		e, _, err := tx.IAMEntity(ctx, ref)
		if err != nil {
			return err
		}
		if e.ARN != name {
			m := &policy.Malformed{Message: `Invalid principal in policy: "AWS":"` + name + `"`}
			return &fault.Error{Kind: fault.Invalid, Message: m.Message, Err: m}
		}
	}
	return nil
}

// principalRef is the user or role that an ARN names.
func principalRef(name string) (ref Ref, ok bool) {
	a, err := arn.Parse(name)
	if err != nil || a.Service != "iam" {
		return Ref{}, false
	}
	kind, path, _ := strings.Cut(a.Resource, "/")
	ref = Ref{Account: a.Account, Kind: Kind(kind), Name: path[strings.LastIndexByte(path, '/')+1:]}
	return ref, ref.Kind == UserKind || ref.Kind == RoleKind
}

// principalsOf lists the AWS principals that the statements of a well-formed
// policy name.
func principalsOf(document string) (names []string) {
	root, err := jsontree.Parse(document)
	if err != nil {
		return nil
	}
	statements, found := root.Member("Statement")
	if !found {
		return nil
	}
	for _, s := range statements.Items() {
		principal, found := s.Member("Principal")
		if !found {
			continue
		}
		if list, found := principal.Member("AWS"); found {
			texts, _ := list.Strings()
			names = append(names, texts...)
		}
	}
	return names
}
