package signin

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"foyer/internal/fault"
	"foyer/internal/secret"
)

// remembered is how many of a user's passwords, the current one included, may
// not be set again.
const remembered = 3

// Password is what is stored of a user's password.
type Password struct {
	Verifier string    // PHC string of the current password
	Earlier  []string  // PHC strings of those before it, newest first
	Changed  time.Time // when the current one was set
	Until    time.Time // of a one-time password: when it ends; zero for a password for good
}

// symbols are the characters of which a password needs one.
const symbols = "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"

// Bounds of a password's length in characters.
const (
	minPassword = 8
	maxPassword = 64
)

// PasswordRules say what a password needs, for people.
const PasswordRules = "8 to 64 characters, with a lowercase letter, an uppercase letter, a number and a symbol among them. Not one of your last three, and none that everybody uses."

// CheckPassword returns an Invalid fault naming what password lacks under AWS's
// fixed rules: 8 to 64 characters, with a lower case letter, an upper case
// letter, a digit and a symbol among them, and no password that is publicly
// known.
func CheckPassword(password secret.Text) error {
	text := password.Reveal()
	if !utf8.ValidString(text) {
		return fault.Newf(fault.Invalid, "The password holds characters that are not valid UTF-8.")
	}
	if n := utf8.RuneCountInString(text); n < minPassword || n > maxPassword {
		return fault.Newf(fault.Invalid, "The password must have between %d and %d characters.", minPassword, maxPassword)
	}
	for _, class := range []struct{ of, name string }{
		{"abcdefghijklmnopqrstuvwxyz", "a lowercase letter (a-z)"},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "an uppercase letter (A-Z)"},
		{"0123456789", "a number (0-9)"},
		{symbols, "a non-alphanumeric character (" + symbols + ")"},
	} {
		if !strings.ContainsAny(text, class.of) {
			return fault.Newf(fault.Invalid, "The password must contain %s.", class.name)
		}
	}
	return checkCommon(text)
}

// SetPassword gives a user a new password and lifts a lock. It fails with an
// Invalid fault when the password breaks the rules or is one of the user's last
// three. It derives several keys; call it outside any unit of work where speed
// matters.
func (s *Service) SetPassword(ctx context.Context, user string, password secret.Text) error {
	next, was, err := s.derive(ctx, user, password)
	if err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error { return s.replace(ctx, tx, user, next, was) })
}

// derive makes what is stored of a user's new password, and answers the
// verifier that it replaces.
func (s *Service) derive(ctx context.Context, user string, password secret.Text) (next Password, was string, err error) {
	if err := CheckPassword(password); err != nil {
		return Password{}, "", err
	}
	var old Password
	if err := s.View(ctx, func(tx Tx) error {
		old, _, err = tx.SigninPassword(ctx, user)
		return err
	}); err != nil {
		return Password{}, "", err
	}
	last := old.all()
	for _, verifier := range last {
		same, _, err := s.Hasher.Verify(ctx, verifier, password)
		if err != nil {
			return Password{}, "", err
		}
		if same {
			return Password{}, "", fault.Newf(fault.Invalid, "The password must not be one of your last %d passwords.", remembered)
		}
	}
	verifier, err := s.Hasher.Hash(ctx, password)
	return Password{Verifier: verifier, Earlier: last[:min(len(last), remembered-1)], Changed: s.Now().UTC()}, old.Verifier, err
}

// replace stores a user's new password, unless another was set meanwhile, and
// lifts a lock.
func (s *Service) replace(ctx context.Context, tx Tx, user string, next Password, was string) error {
	stored, err := tx.PutSigninPassword(ctx, user, next, was)
	if err != nil {
		return err
	}
	if !stored {
		return fault.Newf(fault.Conflict, "The password was changed at the same time. Try again.")
	}
	return tx.DeleteSigninAttemptsOf(ctx, user)
}

// ChangeOwnPassword gives a user who is signed in another password. They have to
// know the one they have, guesses at which count as in a sign-in; otherwise it
// fails with a Denied fault, and as [Service.SetPassword] does. A letter tells
// them. The other sessions are the caller's to end, in also, which runs in the
// same unit of work.
func (s *Service) ChangeOwnPassword(ctx context.Context, user User, current, password secret.Text, from Source, also func(context.Context) error) error {
	w := Workflow{UserName: user.UserName, User: user, Source: from.cut()}
	stored, err := s.admit(ctx, w, user, true)
	if err != nil {
		return err
	}
	against := stored.Verifier
	if against == "" {
		against = s.Hasher.Nobody()
	}
	ok, _, err := s.Hasher.Verify(ctx, against, current)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Newf(fault.Denied, "We couldn't update your password. The current password is not right.")
	}
	next, was, err := s.derive(ctx, user.ID, password)
	if err != nil {
		return err
	}
	return s.Unit(ctx, func(ctx context.Context) error {
		err := s.InTx(ctx, func(tx Tx) error {
			if err := s.succeeded(ctx, tx, w); err != nil {
				return err
			}
			return s.replace(ctx, tx, user.ID, next, was)
		})
		if err != nil {
			return err
		}
		if err := also(ctx); err != nil {
			return err
		}
		return s.notice(ctx, user)
	})
}

// SetFirstPassword gives users who have no password yet the same one, at the
// price of deriving one key. It fails with an Invalid fault when the password
// breaks the rules.
func (s *Service) SetFirstPassword(ctx context.Context, users []string, password secret.Text) error {
	if err := CheckPassword(password); err != nil {
		return err
	}
	verifier, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error {
		for _, user := range users {
			stored, err := tx.PutSigninPassword(ctx, user, Password{Verifier: verifier, Changed: s.Now().UTC()}, "")
			if err != nil {
				return err
			}
			if !stored {
				return fault.Newf(fault.Conflict, "The user %s has a password already.", user)
			}
		}
		return nil
	})
}

// Forget removes what is known of a user who is deleted. Forgetting an unknown
// user is no error.
func (s *Service) Forget(ctx context.Context, user string) error {
	return s.InTx(ctx, func(tx Tx) error {
		return errors.Join(tx.DeleteSigninPassword(ctx, user), tx.DeleteSigninAttemptsOf(ctx, user),
			tx.DeleteSigninLinksOf(ctx, user, ""), tx.DeleteSigninEmail(ctx, user))
	})
}

// all lists the stored verifiers, newest first.
func (p Password) all() []string {
	if p.Verifier == "" {
		return nil
	}
	return append([]string{p.Verifier}, p.Earlier...)
}
