package iam

import (
	"context"
	"fmt"

	"foyer/internal/arn"
	"foyer/internal/awsmanaged"
	"foyer/internal/caller"
	"foyer/internal/paging"
)

// NamedDocument is a policy document and where it is from.
type NamedDocument struct {
	Name     string // of the policy
	ARN      string // of the managed policy; "" for an inline one
	Document string
	Holder   Ref // the user, group or role that holds it; zero for a boundary
}

// HeldDocument is a policy document and the id of the entity that holds it.
type HeldDocument struct {
	EntityID string
	NamedDocument
}

// PrincipalPolicies is everything of an account that has a say in what one of
// its principals may do.
type PrincipalPolicies struct {
	ID            string          // of the entity; one that is deleted and made again has another
	ARN           string          // of the entity
	Documents     []NamedDocument // inline and managed, those of a user's groups included
	Boundary      *NamedDocument  // nil for none
	Tags          map[string]string
	ServiceLinked bool // a service-linked role: service control policies do not bind it
}

// HeldTx reads what entities hold.
type HeldTx interface {
	// IAMHeldDocuments returns the inline and managed policies of entities. A
	// policy of AWS's comes with its ARN and without a document.
	IAMHeldDocuments(ctx context.Context, entityIDs []string) ([]HeldDocument, error)
	// IAMPolicyDocument returns the version in force of a customer managed policy.
	IAMPolicyDocument(ctx context.Context, policyARN string) (document string, found bool, err error)
}

// PrincipalPolicies returns the policies of a user or, by the role's name, of a
// role session. Root and everyone else hold none. A principal that is gone is a
// NotFound fault.
func (s *Service) PrincipalPolicies(ctx context.Context, account arn.AccountID, kind caller.Kind, name string) (held PrincipalPolicies, err error) {
	ref := Ref{Account: account, Name: name}
	switch kind {
	case caller.User:
		ref.Kind = UserKind
	case caller.AssumedRole:
		ref.Kind = RoleKind
	case caller.Anonymous, caller.Root, caller.Service, caller.FederatedUser:
		return PrincipalPolicies{}, nil
	}
	return s.PoliciesOf(ctx, ref)
}

// PoliciesOf returns the policies of a user, with those of its groups, or of a
// group or role. One that is not there is a NotFound fault.
func (s *Service) PoliciesOf(ctx context.Context, ref Ref) (held PrincipalPolicies, err error) {
	err = s.View(ctx, func(tx Tx) error {
		e, err := entity(ctx, tx, ref)
		if err != nil {
			return err
		}
		held, err = policiesOf(ctx, tx, e)
		if err != nil {
			return fmt.Errorf("policies of %s: %w", e.ARN, err)
		}
		return nil
	})
	return held, err
}

// allGroups is more groups than a user can be in, whatever the quota.
const allGroups = 1 << 20

func policiesOf(ctx context.Context, tx Tx, e Entity) (PrincipalPolicies, error) {
	held := PrincipalPolicies{ID: e.ID, ARN: e.ARN, Tags: e.Tags, ServiceLinked: e.ServiceLinked}
	ids, holders := []string{e.ID}, map[string]Ref{e.ID: e.Ref()}
	if e.Kind == UserKind {
		groups, err := tx.IAMGroupsOf(ctx, e.ID, paging.Page{Limit: allGroups})
		if err != nil {
			return held, err
		}
		for _, g := range groups {
			ids = append(ids, g.ID)
			holders[g.ID] = g.Ref()
		}
	}
	all, err := tx.IAMHeldDocuments(ctx, ids)
	if err != nil {
		return held, err
	}
	held.Documents = make([]NamedDocument, len(all))
	for i, d := range all {
		if d.Document == "" {
			if d.NamedDocument, err = documentOf(ctx, tx, d.ARN); err != nil {
				return held, err
			}
		}
		d.Holder = holders[d.EntityID]
		held.Documents[i] = d.NamedDocument
	}
	if e.BoundaryARN != "" {
		b, err := documentOf(ctx, tx, e.BoundaryARN)
		if err != nil {
			return held, err
		}
		held.Boundary = &b
	}
	return held, nil
}

// PolicyDocument returns the document in force of a managed policy that account
// can name: its own, or AWS's. One that is not there is a NotFound fault.
func (s *Service) PolicyDocument(ctx context.Context, account arn.AccountID, policyARN string) (d NamedDocument, err error) {
	err = s.View(ctx, func(tx Tx) error {
		if _, err := visiblePolicy(ctx, tx, account, policyARN); err != nil {
			return err
		}
		d, err = documentOf(ctx, tx, policyARN)
		return err
	})
	return d, err
}

// documentOf fails when the policy is not there: to pass over it could lift a
// denial.
func documentOf(ctx context.Context, tx Tx, policyARN string) (NamedDocument, error) {
	_, name := PolicyPathAndName(policyARN)
	if m, found := awsmanaged.Find(policyARN); found {
		return NamedDocument{Name: name, ARN: policyARN, Document: m.Document()}, nil
	}
	document, found, err := tx.IAMPolicyDocument(ctx, policyARN)
	if err == nil && !found {
		err = fmt.Errorf("policy %s is held and does not exist", policyARN)
	}
	return NamedDocument{Name: name, ARN: policyARN, Document: document}, err
}
