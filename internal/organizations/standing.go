package organizations

import (
	"context"
	"fmt"

	"foyer/internal/arn"
)

// Standing is what an account is in its organization, as far as one service is
// concerned. The zero Standing is that of a standalone account.
type Standing struct {
	Organization Organization // its ID is "" when standalone
	Trusted      bool         // the organization trusts the service
	Delegated    bool         // the account administers the service
}

// StandingOf returns what account is to a service, such as iam.amazonaws.com.
func (s *Service) StandingOf(ctx context.Context, account arn.AccountID, principal string) (standing Standing, err error) {
	err = s.View(ctx, func(tx Tx) error {
		org, found, err := tx.OrganizationOf(ctx, account)
		if err != nil || !found {
			return err
		}
		standing.Organization = org
		if standing.Trusted, err = tx.HasOrgServiceAccess(ctx, org.ID, principal); err != nil {
			return fmt.Errorf("access of %s: %w", principal, err)
		}
		standing.Delegated, err = tx.IsOrgDelegate(ctx, org.ID, account, principal)
		return err
	})
	return standing, err
}
