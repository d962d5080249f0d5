package assignment

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/paging"
	"foyer/internal/provisioning"
)

// In lists the assignments of a permission set in an account.
func (s *Service) In(ctx context.Context, account arn.AccountID, setARN string, page paging.Page) (all []Assignment, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		if err := s.checkTarget(ctx, tx, setARN, account); err != nil {
			return err
		}
		all, err = tx.AssignmentsIn(ctx, account, setARN, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	all, next = paging.Cut(all, page.Limit, Assignment.Key)
	return all, next, err
}

// For lists the assignments of a principal: a group's own; a user's own and
// those of the user's groups, which name the group. account "" means all.
func (s *Service) For(ctx context.Context, kind PrincipalType, id string, account arn.AccountID, page paging.Page) (all []Assignment, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		if err := s.checkPrincipal(ctx, kind, id); err != nil {
			return err
		}
		all, err = tx.AssignmentsFor(ctx, kind, id, account, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	all, next = paging.Cut(all, page.Limit, Assignment.Key)
	return all, next, err
}

// Provisioned reports whether a set has its role in an account.
func (s *Service) Provisioned(ctx context.Context, account arn.AccountID, setARN string) (found bool, err error) {
	err = s.View(ctx, func(tx Tx) error {
		_, found, err = tx.ProvisionedRole(ctx, provisioning.Pair{Account: account, Set: setARN})
		return err
	})
	return found, err
}
