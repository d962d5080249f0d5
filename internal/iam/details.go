package iam

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/awsmanaged"
	"foyer/internal/paging"
)

// Section is a part of what an account's authorization details tell.
type Section string

// The sections, in their order. The text begins page keys.
const (
	UserSection   Section = "1"
	GroupSection  Section = "2"
	RoleSection   Section = "3"
	LocalSection  Section = "4" // the account's own managed policies
	AmazonSection Section = "5" // those of AWS's that the account uses
)

var sections = []Section{UserSection, GroupSection, RoleSection, LocalSection, AmazonSection}

// Holder is a user, group or role with all it holds.
type Holder struct {
	HeldRole                   // of users and groups without what only roles have
	Groups   []string          // of a user: names, in order
	Profiles []InstanceProfile // of a role, by name
}

// PolicyDetail is a managed policy with all its versions, newest first.
type PolicyDetail struct {
	Policy
	Versions []Version
}

// Details are an account's authorization details: one page of all sections.
type Details struct {
	Holders  map[Section][]Holder
	Policies []PolicyDetail
}

// DetailTx reads many entities with what they hold.
type DetailTx interface {
	// IAMHolders lists entities of a kind with what they hold, by Key of the name.
	IAMHolders(ctx context.Context, account arn.AccountID, kind Kind, page paging.Page) ([]Holder, error)
	// IAMVersionsOf returns the versions of policies with their documents, newest first, by policy id.
	IAMVersionsOf(ctx context.Context, policyIDs []string) (map[string][]Version, error)
}

// Details tells who may do what in an account: one page over the wanted
// sections, all when none is named.
func (s *Service) Details(ctx context.Context, account arn.AccountID, wanted []Section, page paging.Page) (d Details, next string, err error) {
	d.Holders = map[Section][]Holder{}
	at, after, _ := strings.Cut(page.After, ":")
	left := page.Limit
	err = s.View(ctx, func(tx Tx) error {
		for _, section := range sections {
			if string(section) < at || len(wanted) > 0 && !slices.Contains(wanted, section) {
				continue
			}
			if left == 0 {
				next = string(section) + ":" // whatever is there begins the next page
				return nil
			}
			part := paging.Page{Limit: left}
			if string(section) == at {
				part.After = after
			}
			n, last, err := d.read(ctx, tx, account, section, part)
			if err != nil {
				return fmt.Errorf("details of %s: %w", account, err)
			}
			if last != "" {
				next = string(section) + ":" + last
				return nil
			}
			left -= n
		}
		return nil
	})
	return d, next, err
}

// read adds one section: how much, and the key after which it goes on.
func (d *Details) read(ctx context.Context, tx Tx, account arn.AccountID, section Section, page paging.Page) (n int, next string, err error) {
	switch section {
	case LocalSection:
		all, next, err := localDetails(ctx, tx, account, page)
		d.Policies = append(d.Policies, all...)
		return len(all), next, err
	case AmazonSection:
		all, next, err := amazonDetails(ctx, tx, account, page)
		d.Policies = append(d.Policies, all...)
		return len(all), next, err
	case UserSection, GroupSection, RoleSection:
	}
	kind := map[Section]Kind{UserSection: UserKind, GroupSection: GroupKind, RoleSection: RoleKind}[section]
	all, err := tx.IAMHolders(ctx, account, kind, paging.Page{After: page.After, Limit: page.Limit + 1})
	if err != nil {
		return 0, "", err
	}
	d.Holders[section], next = paging.Cut(all, page.Limit, func(h Holder) string { return Key(h.Name) })
	return len(d.Holders[section]), next, nil
}

func localDetails(ctx context.Context, tx Tx, account arn.AccountID, page paging.Page) ([]PolicyDetail, string, error) {
	found, err := tx.IAMPolicies(ctx, account, PoliciesQuery{}, paging.Page{After: page.After, Limit: page.Limit + 1})
	if err != nil {
		return nil, "", err
	}
	found, next := paging.Cut(found, page.Limit, func(p Policy) string { return Key(p.Name) })
	ids := make([]string, len(found))
	for i, p := range found {
		ids[i] = p.ID
	}
	versions, err := tx.IAMVersionsOf(ctx, ids)
	all := make([]PolicyDetail, len(found))
	for i, p := range found {
		all[i] = PolicyDetail{Policy: p, Versions: versions[p.ID]}
		for j := range all[i].Versions {
			v := &all[i].Versions[j]
			v.Default = v.ID() == p.Default
		}
	}
	return all, next, err
}

// amazonDetails are those of AWS's policies that are attached, or bound
// somebody, by ARN.
func amazonDetails(ctx context.Context, tx Tx, account arn.AccountID, page paging.Page) ([]PolicyDetail, string, error) {
	attached, err := tx.IAMAttachmentCounts(ctx, account)
	if err != nil {
		return nil, "", err
	}
	bounding, err := tx.IAMBoundaryCounts(ctx, account)
	if err != nil {
		return nil, "", err
	}
	used := maps.Clone(attached)
	maps.Copy(used, bounding)
	var all []PolicyDetail
	for _, name := range slices.Sorted(maps.Keys(used)) {
		m, found := awsmanaged.Find(name)
		if !found || name <= page.After || len(all) > page.Limit {
			continue
		}
		p := awsPolicy(m)
		p.Attached, p.Bounding = attached[name], bounding[name]
		v, err := versionOf(ctx, tx, p, p.Default)
		if err != nil {
			return nil, "", err
		}
		all = append(all, PolicyDetail{Policy: p, Versions: []Version{v}})
	}
	all, next := paging.Cut(all, page.Limit, func(p PolicyDetail) string { return p.ARN })
	return all, next, nil
}
