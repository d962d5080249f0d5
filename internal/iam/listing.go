package iam

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/awsmanaged"
	"foyer/internal/paging"
)

// Usage is what a managed policy does for an entity.
type Usage string

// The usages.
const (
	AnyUsage        Usage = ""
	AsPermissions   Usage = "PermissionsPolicy"   // attached
	AsBoundary      Usage = "PermissionsBoundary" // bounding
	firstOfAWS            = "~"                   // in a page key: AWS's policies come after the customer's
	customerMarking       = "="
)

// PoliciesQuery says which managed policies are listed.
type PoliciesQuery struct {
	Scope        string // "All" or "", "AWS", "Local"
	OnlyAttached bool   // only those that are used in the account, as Usage says
	PathPrefix   string
	Usage        Usage
}

// wants reports whether a policy with these counts is listed.
func (q PoliciesQuery) wants(p Policy) bool {
	if !strings.HasPrefix(p.Path, q.PathPrefix) {
		return false
	}
	if !q.OnlyAttached && q.Usage == AnyUsage {
		return true
	}
	return q.Usage != AsBoundary && p.Attached > 0 || q.Usage != AsPermissions && p.Bounding > 0
}

// Policies lists managed policies: the account's by name, then AWS's by ARN.
func (s *Service) Policies(ctx context.Context, account arn.AccountID, q PoliciesQuery, page paging.Page) (all []Policy, next string, err error) {
	want := page.Limit + 1
	err = s.View(ctx, func(tx Tx) error {
		if q.Scope != "AWS" && !strings.HasPrefix(page.After, firstOfAWS) {
			after := strings.TrimPrefix(page.After, customerMarking)
			if all, err = tx.IAMPolicies(ctx, account, q, paging.Page{After: after, Limit: want}); err != nil {
				return fmt.Errorf("list policies of %s: %w", account, err)
			}
		}
		if q.Scope == "Local" || len(all) >= want {
			return nil
		}
		attached, err := tx.IAMAttachmentCounts(ctx, account)
		if err != nil {
			return err
		}
		bounding, err := tx.IAMBoundaryCounts(ctx, account)
		if err != nil {
			return err
		}
		after := strings.TrimPrefix(page.After, firstOfAWS)
		for _, m := range awsmanaged.All() {
			if len(all) >= want {
				break
			}
			if strings.HasPrefix(page.After, firstOfAWS) && m.ARN <= after {
				continue
			}
			p := awsPolicy(m)
			p.Attached, p.Bounding = attached[m.ARN], bounding[m.ARN]
			if q.wants(p) {
				all = append(all, p)
			}
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	all, next = paging.Cut(all, page.Limit, func(p Policy) string {
		if p.Account == awsOwner {
			return firstOfAWS + p.ARN
		}
		return customerMarking + Key(p.Name)
	})
	return all, next, nil
}

// EntitiesQuery says which entities that use a policy are listed.
type EntitiesQuery struct {
	PolicyARN  string
	Kind       Kind // "" for all
	PathPrefix string
	Usage      Usage
}

// EntitiesForPolicy lists, by ID, the entities of account that q's policy is
// attached to, or bounds.
func (s *Service) EntitiesForPolicy(ctx context.Context, account arn.AccountID, q EntitiesQuery, page paging.Page) (all []Entity, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		if _, err := visiblePolicy(ctx, tx, account, q.PolicyARN); err != nil {
			return err
		}
		all, err = tx.IAMEntitiesForPolicy(ctx, account, q, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return nil, "", err
	}
	all, next = paging.Cut(all, page.Limit, func(e Entity) string { return e.ID })
	return all, next, nil
}
