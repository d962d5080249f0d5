package iam

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/secret"
)

// LoginProfile is a user's password for the console. Foyer has no console for
// IAM users: it keeps passwords and their rules, and nobody signs in with one.
type LoginProfile struct {
	Account       arn.AccountID
	UserID        string // AIDA…; "" for root
	UserName      string // "" for root
	ResetRequired bool   // the user has to set another one at the next sign-in
	Created       time.Time
}

// StoredProfile is a login profile as it is kept.
type StoredProfile struct {
	LoginProfile
	Verifier string    // PHC string; "" for root, who has yet to choose a password
	Earlier  []string  // those before it, newest first
	Changed  time.Time // when the current password was set
}

// ProfileTx stores login profiles.
type ProfileTx interface {
	// InsertLoginProfile reports false when there is one.
	InsertLoginProfile(context.Context, StoredProfile) (bool, error)
	UpdateLoginProfile(context.Context, StoredProfile) error
	// DeleteLoginProfile reports whether there was one.
	DeleteLoginProfile(ctx context.Context, account arn.AccountID, userID string) (bool, error)
	// LoginProfile finds one, without the user's name.
	LoginProfile(ctx context.Context, account arn.AccountID, userID string) (StoredProfile, bool, error)
}

// Passwords derive the keys of passwords. Each call takes much work.
type Passwords interface {
	// Hash returns a PHC string.
	Hash(context.Context, secret.Text) (string, error)
	// Verify reports whether password is the one that verifier was made of, and
	// whether verifier was made at another cost than today's.
	Verify(ctx context.Context, verifier string, password secret.Text) (ok, stale bool, err error)
}

// CreateLoginProfile gives a user a password, which must be given; or with user
// "" lets root, which had no password, choose one.
func (s *Service) CreateLoginProfile(ctx context.Context, account arn.AccountID, user string, password secret.Text, reset bool) (p LoginProfile, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		owner, err := keyHolder(ctx, tx, account, user)
		if err != nil {
			return err
		}
		stored := StoredProfile{LoginProfile: LoginProfile{
			Account: account, UserID: owner.ID, UserName: owner.Name, ResetRequired: reset, Created: tx.Now(),
		}, Changed: tx.Now()}
		if user != "" {
			a, err := tx.AccountSettings(ctx, account)
			if err != nil {
				return err
			}
			if err := a.Password.check(password, owner.Name); err != nil {
				return err
			}
			if stored.Verifier, err = s.Passwords.Hash(ctx, password); err != nil {
				return fmt.Errorf("password of %s: %w", owner.ID, err)
			}
		}
		made, err := tx.InsertLoginProfile(ctx, stored)
		if err == nil && !made {
			err = fault.Newf(fault.Conflict, "Login Profile for user %s already exists.", profileName(account, user))
		}
		p = stored.LoginProfile
		return err
	})
	return p, err
}

// profileName is how messages name whose profile it is.
func profileName(account arn.AccountID, user string) string {
	if user == "" {
		return string(account)
	}
	return user
}

// LoginProfile returns the login profile of a user, or with user "" of root; or
// a NotFound fault.
func (s *Service) LoginProfile(ctx context.Context, account arn.AccountID, user string) (p LoginProfile, err error) {
	err = s.View(ctx, func(tx Tx) error {
		stored, err := profileOf(ctx, tx, account, user)
		p = stored.LoginProfile
		return err
	})
	return p, err
}

func profileOf(ctx context.Context, tx Tx, account arn.AccountID, user string) (StoredProfile, error) {
	owner, err := keyHolder(ctx, tx, account, user)
	if err != nil {
		return StoredProfile{}, err
	}
	p, found, err := tx.LoginProfile(ctx, account, owner.ID)
	if err != nil {
		return p, fmt.Errorf("login profile of %s: %w", owner.ID, err)
	}
	if !found {
		return p, fault.Newf(fault.NotFound, "Login Profile for User %s cannot be found.", profileName(account, user))
	}
	p.UserName = owner.Name
	return p, nil
}

// DeleteLoginProfile takes the password of a user, or with user "" of root.
func (s *Service) DeleteLoginProfile(ctx context.Context, account arn.AccountID, user string) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := profileOf(ctx, tx, account, user)
		if err != nil {
			return err
		}
		_, err = tx.DeleteLoginProfile(ctx, account, p.UserID)
		return err
	})
}

// UpdateLoginProfile gives a user another password, unless it is empty, and says
// whether it has to be replaced, unless reset is nil.
func (s *Service) UpdateLoginProfile(ctx context.Context, account arn.AccountID, user string, password secret.Text, reset *bool) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := profileOf(ctx, tx, account, user)
		if err != nil {
			return err
		}
		if reset != nil {
			p.ResetRequired = *reset
		}
		if !password.Empty() {
			a, err := tx.AccountSettings(ctx, account)
			if err != nil {
				return err
			}
			if err := s.replace(ctx, tx, &p, a.Password, password); err != nil {
				return err
			}
		}
		return tx.UpdateLoginProfile(ctx, p)
	})
}

// ChangePassword gives a user another password, who has to know the old one.
func (s *Service) ChangePassword(ctx context.Context, account arn.AccountID, user string, old, password secret.Text) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := profileOf(ctx, tx, account, user)
		if err != nil {
			return err
		}
		a, err := tx.AccountSettings(ctx, account)
		if err != nil {
			return err
		}
		if a.Password != nil && a.Password.HardExpiry && a.Password.expired(p.Changed, tx.Now()) {
			return fault.Newf(fault.Denied, "The password has expired. Contact your administrator to have it reset.")
		}
		right, _, err := s.Passwords.Verify(ctx, p.Verifier, old)
		if err != nil {
			return fmt.Errorf("password of %s: %w", p.UserID, err)
		}
		if !right {
			return fault.Newf(fault.Denied, "The old password was incorrect.")
		}
		if err := s.replace(ctx, tx, &p, a.Password, password); err != nil {
			return err
		}
		p.ResetRequired = false
		return tx.UpdateLoginProfile(ctx, p)
	})
}

// replace puts another password in the place of p's, if rules allow it.
func (s *Service) replace(ctx context.Context, tx Tx, p *StoredProfile, rules *PasswordPolicy, password secret.Text) error {
	if err := rules.check(password, p.UserName); err != nil {
		return err
	}
	last := append([]string{p.Verifier}, p.Earlier...)
	for _, verifier := range last[:min(len(last), rules.remembered())] {
		same, _, err := s.Passwords.Verify(ctx, verifier, password)
		if err != nil {
			return fmt.Errorf("earlier password of %s: %w", p.UserID, err)
		}
		if same {
			return refuse(WeakPassword, "Policy constraint violation with password reuse prevention during password change")
		}
	}
	verifier, err := s.Passwords.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("password of %s: %w", p.UserID, err)
	}
	p.Earlier, p.Verifier, p.Changed = last[:min(len(last), maxRemembered)], verifier, tx.Now()
	return nil
}
