package organizations

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// TrustedService is a service that may work in all accounts of an organization,
// or that one of its accounts administers for it.
type TrustedService struct {
	Principal string // such as sso.amazonaws.com
	Since     time.Time
}

// Delegate is an account that administers at least one service.
type Delegate struct {
	Account
	Since time.Time // of its first delegation that is asked about
}

// TrustTx stores which services are trusted, and who administers them.
type TrustTx interface {
	PutOrgServiceAccess(ctx context.Context, organization, principal string, at time.Time) error
	DeleteOrgServiceAccess(ctx context.Context, organization, principal string) error
	HasOrgServiceAccess(ctx context.Context, organization, principal string) (bool, error)
	// OrgServiceAccess lists by principal.
	OrgServiceAccess(ctx context.Context, organization string, page paging.Page) ([]TrustedService, error)

	// PutOrgDelegate reports false when the account administers the service already.
	PutOrgDelegate(ctx context.Context, organization, principal string, account arn.AccountID, at time.Time) (bool, error)
	// DeleteOrgDelegate reports whether the account administered the service.
	DeleteOrgDelegate(ctx context.Context, organization, principal string, account arn.AccountID) (bool, error)
	// IsOrgDelegate reports whether account administers a service; principal "" means any.
	IsOrgDelegate(ctx context.Context, organization string, account arn.AccountID, principal string) (bool, error)
	// OrgDelegates lists accounts by id; principal "" means of any service.
	OrgDelegates(ctx context.Context, organization, principal string, page paging.Page) ([]Delegate, error)
	// OrgDelegatedServices lists by principal what account administers.
	OrgDelegatedServices(ctx context.Context, organization string, account arn.AccountID, page paging.Page) ([]TrustedService, error)
}

// oneDelegate are the services that one account at most may administer.
var oneDelegate = map[string]bool{"sso.amazonaws.com": true}

// maxDelegates is for all other services.
const maxDelegates = 10

var servicePrincipal = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$`)

func checkPrincipal(principal string) error {
	if !servicePrincipal.MatchString(principal) {
		return invalidInput(UnknownService, "You specified an unrecognized service principal.")
	}
	return nil
}

// DelegatedAdministrator reports whether account administers a service, such as
// sso.amazonaws.com, for the organization it is in.
func (s *Service) DelegatedAdministrator(ctx context.Context, account arn.AccountID, principal string) (is bool, err error) {
	err = s.View(ctx, func(tx Tx) error {
		org, found, err := tx.OrganizationOf(ctx, account)
		if err != nil || !found {
			return err
		}
		is, err = tx.IsOrgDelegate(ctx, org.ID, account, principal)
		return err
	})
	return is, err
}

// EnableServiceAccess trusts a service; doing it twice is no error.
func (a Acting) EnableServiceAccess(ctx context.Context, principal string) error {
	return a.asManager(ctx, withFeatures(func(tx Tx, org Organization) error {
		if err := checkPrincipal(principal); err != nil {
			return err
		}
		return tx.PutOrgServiceAccess(ctx, org.ID, principal, tx.Now())
	}))
}

// DisableServiceAccess ends the trust in a service that no member administers.
func (a Acting) DisableServiceAccess(ctx context.Context, principal string) error {
	return a.asManager(ctx, withFeatures(func(tx Tx, org Organization) error {
		if err := checkPrincipal(principal); err != nil {
			return err
		}
		delegates, err := tx.OrgDelegates(ctx, org.ID, principal, paging.Page{Limit: 1})
		if err != nil {
			return fmt.Errorf("delegates of %s: %w", principal, err)
		}
		if len(delegates) > 0 {
			return violates(DelegateExists, "The service has a delegated administrator. Deregister it first.")
		}
		return tx.DeleteOrgServiceAccess(ctx, org.ID, principal)
	}))
}

// ServiceAccess lists the services that are trusted, by principal.
func (a Acting) ServiceAccess(ctx context.Context, page paging.Page) (all []TrustedService, next string, err error) {
	err = a.asReader(ctx, withFeatures(func(tx Tx, org Organization) error {
		all, err = tx.OrgServiceAccess(ctx, org.ID, more(page))
		return err
	}))
	return cutServices(all, page, err)
}

func cutServices(all []TrustedService, page paging.Page, err error) ([]TrustedService, string, error) {
	if err != nil {
		return nil, "", err
	}
	all, next := paging.Cut(all, page.Limit, func(s TrustedService) string { return s.Principal })
	return all, next, nil
}

// RegisterDelegate lets a member account administer a trusted service.
func (a Acting) RegisterDelegate(ctx context.Context, id arn.AccountID, principal string) error {
	return a.asManager(ctx, withFeatures(func(tx Tx, org Organization) error {
		if err := checkPrincipal(principal); err != nil {
			return err
		}
		account, err := member(ctx, tx, org, id)
		if err != nil {
			return err
		}
		if err := delegable(ctx, tx, org, account, principal); err != nil {
			return err
		}
		registered, err := tx.PutOrgDelegate(ctx, org.ID, principal, id, tx.Now())
		if err == nil && !registered {
			err = alreadyRegistered()
		}
		return err
	}))
}

func alreadyRegistered() error {
	return refuse(AccountAlreadyRegistered, fault.Conflict, "The provided account is already a delegated administrator for your organization.")
}

func delegable(ctx context.Context, tx Tx, org Organization, account Account, principal string) error {
	if account.ID == org.Management {
		return violates(ManagementDelegates, "You cannot register master account/yourself as delegated administrator for your organization.")
	}
	if account.State != Active {
		return violates(SuspendedDelegates, "You cannot register a suspended account as a delegated administrator.")
	}
	trusted, err := tx.HasOrgServiceAccess(ctx, org.ID, principal)
	if err != nil {
		return fmt.Errorf("access of %s: %w", principal, err)
	}
	if !trusted {
		return violates(ServiceAccessMissing, "You must enable service access before you register a delegated administrator.")
	}
	is, err := tx.IsOrgDelegate(ctx, org.ID, account.ID, principal)
	if err != nil {
		return fmt.Errorf("delegations of %s: %w", account.ID, err)
	}
	if is {
		return alreadyRegistered()
	}
	most := maxDelegates
	if oneDelegate[principal] {
		most = 1
	}
	have, err := tx.OrgDelegates(ctx, org.ID, principal, paging.Page{Limit: most})
	if err != nil {
		return fmt.Errorf("delegates of %s: %w", principal, err)
	}
	if len(have) >= most {
		return violates(TooManyDelegates, "You have exceeded the maximum number of delegated administrators for the service.")
	}
	return nil
}

// DeregisterDelegate ends what RegisterDelegate began.
func (a Acting) DeregisterDelegate(ctx context.Context, id arn.AccountID, principal string) error {
	return a.asManager(ctx, withFeatures(func(tx Tx, org Organization) error {
		if err := checkPrincipal(principal); err != nil {
			return err
		}
		if _, err := member(ctx, tx, org, id); err != nil {
			return err
		}
		was, err := tx.DeleteOrgDelegate(ctx, org.ID, principal, id)
		if err == nil && !was {
			err = notRegistered()
		}
		return err
	}))
}

func notRegistered() error {
	return refuse(AccountNotRegistered, fault.NotFound, "The provided account is not a registered delegated administrator for your organization.")
}

// Delegates lists the accounts that administer a service, or any when principal
// is "", by id.
func (a Acting) Delegates(ctx context.Context, principal string, page paging.Page) (all []Delegate, next string, err error) {
	err = a.asReader(ctx, withFeatures(func(tx Tx, org Organization) error {
		if principal != "" {
			if err := checkPrincipal(principal); err != nil {
				return err
			}
		}
		all, err = tx.OrgDelegates(ctx, org.ID, principal, more(page))
		return err
	}))
	if err != nil {
		return nil, "", err
	}
	all, next = paging.Cut(all, page.Limit, func(d Delegate) string { return string(d.ID) })
	return all, next, nil
}

// DelegatedServices lists the services that an account administers, by principal.
func (a Acting) DelegatedServices(ctx context.Context, id arn.AccountID, page paging.Page) (all []TrustedService, next string, err error) {
	err = a.asReader(ctx, withFeatures(func(tx Tx, org Organization) error {
		if _, err := member(ctx, tx, org, id); err != nil {
			return err
		}
		is, err := tx.IsOrgDelegate(ctx, org.ID, id, "")
		if err != nil {
			return err
		}
		if !is {
			return notRegistered()
		}
		all, err = tx.OrgDelegatedServices(ctx, org.ID, id, more(page))
		return err
	}))
	return cutServices(all, page, err)
}
