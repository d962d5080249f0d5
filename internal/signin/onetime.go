package signin

import (
	"context"
	"time"

	"foyer/internal/mint"
	"foyer/internal/secret"
)

// NewPasswordStep is the step in which a person replaces a one-time password.
const NewPasswordStep = "new-password"

// oneTimeLifetime is how long a one-time password is good.
const oneTimeLifetime = 7 * 24 * time.Hour

// over reports whether p was a one-time password and its time has come.
func (p Password) over(now time.Time) bool { return !p.Until.IsZero() && !now.Before(p.Until) }

// OneTimePassword gives a user a new random password, which is shown here and
// never again. It is good for seven days, and signing in with it leads to
// choosing another. The password before it ends at once. It fails with a
// Conflict fault for a disabled user.
func (s *Service) OneTimePassword(ctx context.Context, user User) (secret.Text, error) {
	if !user.Enabled {
		return secret.Text{}, disabled()
	}
	// 80 bits that can be read aloud, and one of each kind of character.
	const readable = "abcdefghjkmnpqrstuvwxyz23456789"
	text := s.Mint.From(s.Mint.From("", "ABCDEFGHJKLMNPQRSTUVWXYZ", 1), readable, 4)
	for range 3 {
		text += s.Mint.From("-", readable, 4)
	}
	password := secret.New(s.Mint.From(text, mint.Digits, 1))
	next, was, err := s.derive(ctx, user.ID, password)
	if err != nil {
		return secret.Text{}, err
	}
	next.Until = s.Now().UTC().Add(oneTimeLifetime)
	return password, s.InTx(ctx, func(tx Tx) error { return s.replace(ctx, tx, user.ID, next, was) })
}

// NewPassword is the step that whoever signed in with a one-time password takes.
func (s *Service) NewPassword() Step {
	return Step{Name: NewPasswordStep, Wanted: func(ctx context.Context, w Workflow) (wanted bool, err error) {
		if !w.Proved(PasswordCredential) {
			return false, nil
		}
		err = s.View(ctx, func(tx Tx) error {
			p, _, err := tx.SigninPassword(ctx, w.User.ID)
			wanted = !p.Until.IsZero()
			return err
		})
		return wanted, err
	}}
}

// ChangePassword passes the step NewPassword with a new password. It fails as
// [Service.SetPassword] and [Service.Pass] do.
func (s *Service) ChangePassword(ctx context.Context, w Workflow, password secret.Text, open Open) (Turn, error) {
	next, was, err := s.derive(ctx, w.User.ID, password)
	if err != nil {
		return Turn{}, err
	}
	return s.pass(ctx, w, NewPasswordStep, "", open, func(ctx context.Context, tx Tx) error {
		if err := s.replace(ctx, tx, w.User.ID, next, was); err != nil {
			return err
		}
		return s.changed(ctx, w.User)
	})
}
