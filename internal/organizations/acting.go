package organizations

import (
	"context"
	"fmt"

	"foyer/internal/arn"
	"foyer/internal/fault"
)

// Acting is an account that asks something of its organization. Every member
// may ask what the organization is; the management account and the delegated
// administrators of services may read; the management account alone changes.
type Acting struct {
	s       *Service
	account arn.AccountID
}

// As returns the organization as account sees it.
func (s *Service) As(account arn.AccountID) Acting { return Acting{s, account} }

// asMember runs fn for reading when the account is in an organization.
func (a Acting) asMember(ctx context.Context, fn func(Tx, Organization) error) error {
	return a.s.View(ctx, func(tx Tx) error {
		org, err := a.organization(ctx, tx)
		if err != nil {
			return err
		}
		return fn(tx, org)
	})
}

// asReader runs fn for reading when the account manages its organization or
// administers a service for it.
func (a Acting) asReader(ctx context.Context, fn func(Tx, Organization) error) error {
	return a.asMember(ctx, func(tx Tx, org Organization) error {
		if a.account != org.Management {
			delegated, err := tx.IsOrgDelegate(ctx, org.ID, a.account, "")
			if err != nil {
				return fmt.Errorf("delegations of %s: %w", a.account, err)
			}
			if !delegated {
				return denied()
			}
		}
		return fn(tx, org)
	})
}

// asManager runs fn for a change when the account manages its organization.
func (a Acting) asManager(ctx context.Context, fn func(Tx, Organization) error) error {
	return a.s.InTx(ctx, func(tx Tx) error {
		org, err := a.organization(ctx, tx)
		if err != nil {
			return err
		}
		if a.account != org.Management {
			return denied()
		}
		return fn(tx, org)
	})
}

func (a Acting) organization(ctx context.Context, tx Tx) (Organization, error) {
	org, found, err := tx.OrganizationOf(ctx, a.account)
	if err != nil {
		return Organization{}, fmt.Errorf("organization of %s: %w", a.account, err)
	}
	if !found {
		return Organization{}, refuse(NotInUse, fault.NotFound, "Your account is not a member of an organization.")
	}
	return org, nil
}

func denied() error {
	return refuse(AccessDenied, fault.Denied, "You don't have permissions to access this resource.")
}

// Organization returns the organization the account is in. Every member may ask.
func (a Acting) Organization(ctx context.Context) (org Organization, err error) {
	err = a.asMember(ctx, func(_ Tx, o Organization) error {
		org = o
		return nil
	})
	return org, err
}

// Root returns the organization for who may see its root.
func (a Acting) Root(ctx context.Context) (org Organization, err error) {
	err = a.asReader(ctx, func(_ Tx, o Organization) error {
		org = o
		return nil
	})
	return org, err
}
