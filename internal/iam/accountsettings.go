package iam

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/fault"
)

// AccountSettings are what an account has decided for all its users.
type AccountSettings struct {
	Account  arn.AccountID
	Password *PasswordPolicy // nil where AWS's default holds
	// TokenVersion is which tokens the global endpoint of STS gives: 1 for those
	// that work in the Regions an account has from the start, 2 for all Regions.
	// 0 means 1. Tokens of ours work everywhere.
	TokenVersion int
}

// AccountTx stores what accounts decide.
type AccountTx interface {
	// PutAccountSettings inserts, or replaces.
	PutAccountSettings(context.Context, AccountSettings) error
	// AccountSettings are the zero settings where nothing was decided.
	AccountSettings(context.Context, arn.AccountID) (AccountSettings, error)
	// PutAccountAlias gives an account its alias instead of the one it has; it
	// reports false when the alias is taken, also by the account itself.
	PutAccountAlias(ctx context.Context, account arn.AccountID, alias string) (bool, error)
	// DeleteAccountAlias reports whether the account had this alias.
	DeleteAccountAlias(ctx context.Context, account arn.AccountID, alias string) (bool, error)
	// AccountAlias is "" where there is none.
	AccountAlias(context.Context, arn.AccountID) (string, error)
}

var (
	aliasForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
)

// ValidAlias reports whether alias can name an account: 3 to 63 small letters,
// digits and single dashes within, and not what could be an account's id.
func ValidAlias(alias string) bool {
	return aliasForm.MatchString(alias) && !strings.Contains(alias, "--") && !accountForm.MatchString(alias)
}

// CreateAlias names an account. A name that it has already gives way; one that
// any account of the installation has is a Conflict fault.
func (s *Service) CreateAlias(ctx context.Context, account arn.AccountID, alias string) error {
	return s.InTx(ctx, func(tx Tx) error {
		made, err := tx.PutAccountAlias(ctx, account, alias)
		if err != nil {
			return fmt.Errorf("alias of %s: %w", account, err)
		}
		if !made {
			return fault.Newf(fault.Conflict, "The account alias %s already exists.", alias)
		}
		return nil
	})
}

// DeleteAlias takes an account's name away.
func (s *Service) DeleteAlias(ctx context.Context, account arn.AccountID, alias string) error {
	return s.InTx(ctx, func(tx Tx) error {
		had, err := tx.DeleteAccountAlias(ctx, account, alias)
		if err != nil {
			return fmt.Errorf("alias of %s: %w", account, err)
		}
		if !had {
			return fault.Newf(fault.NotFound, "The account alias %s cannot be found.", alias)
		}
		return nil
	})
}

// Alias returns the name of an account, or "".
func (s *Service) Alias(ctx context.Context, account arn.AccountID) (alias string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		alias, err = tx.AccountAlias(ctx, account)
		return err
	})
	return alias, err
}

// SetTokenVersion decides which tokens the global endpoint of STS gives: 1 or 2.
func (s *Service) SetTokenVersion(ctx context.Context, account arn.AccountID, version int) error {
	return s.onSettings(ctx, account, func(a *AccountSettings) error {
		a.TokenVersion = version
		return nil
	})
}

// SetPasswordPolicy decides about the passwords that are set from now on.
func (s *Service) SetPasswordPolicy(ctx context.Context, account arn.AccountID, p PasswordPolicy) error {
	return s.onSettings(ctx, account, func(a *AccountSettings) error {
		a.Password = &p
		return nil
	})
}

// DeletePasswordPolicy goes back to AWS's default.
func (s *Service) DeletePasswordPolicy(ctx context.Context, account arn.AccountID) error {
	return s.onSettings(ctx, account, func(a *AccountSettings) error {
		if a.Password == nil {
			return fault.Newf(fault.NotFound, "The account policy with name PasswordPolicy cannot be found.")
		}
		a.Password = nil
		return nil
	})
}

func (s *Service) onSettings(ctx context.Context, account arn.AccountID, change func(*AccountSettings) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		a, err := tx.AccountSettings(ctx, account)
		if err != nil {
			return fmt.Errorf("settings of %s: %w", account, err)
		}
		if err := change(&a); err != nil {
			return err
		}
		a.Account = account
		return tx.PutAccountSettings(ctx, a)
	})
}

// PasswordPolicy returns the account's own, or a NotFound fault.
func (s *Service) PasswordPolicy(ctx context.Context, account arn.AccountID) (p PasswordPolicy, err error) {
	err = s.View(ctx, func(tx Tx) error {
		a, err := tx.AccountSettings(ctx, account)
		if err != nil {
			return fmt.Errorf("settings of %s: %w", account, err)
		}
		if a.Password == nil {
			return fault.Newf(fault.NotFound, "The Password Policy with domain name %s cannot be found.", account)
		}
		p = *a.Password
		return nil
	})
	return p, err
}
