package signin

import (
	"context"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
)

// Purpose is what a link is for.
type Purpose string

// The purposes. Every link works once.
const (
	Invitation   Purpose = "invitation"   // choose a first password
	Reset        Purpose = "reset"        // choose another
	Verification Purpose = "verification" // show that an address is theirs
)

// lifetimes of links: AWS's invitations last seven days, the others are ours.
var lifetimes = map[Purpose]time.Duration{Invitation: 7 * 24 * time.Hour, Reset: time.Hour, Verification: 24 * time.Hour}

// Link is a link that was given out.
type Link struct {
	Hash    string // of its token
	Purpose Purpose
	User    string
	Email   string // the address it was sent to, in lower case
	Expires time.Time
}

// errLink is the answer to every link that does not work.
func errLink() error {
	return fault.Newf(fault.NotFound, "This link does not work any more. It may have been used, replaced by a newer one, or be too old. Ask for a new one.")
}

// newLink makes a link in place of those that the user has for the purpose.
func (s *Service) newLink(ctx context.Context, tx Tx, purpose Purpose, user User) (secret.Text, error) {
	token := s.Mint.Token("")
	if err := tx.DeleteSigninLinksOf(ctx, user.ID, purpose); err != nil {
		return secret.Text{}, err
	}
	return token, tx.PutSigninLink(ctx, Link{
		Hash: token.Hash(), Purpose: purpose, User: user.ID, Email: strings.ToLower(user.Email), Expires: s.Now().UTC().Add(lifetimes[purpose]),
	})
}

// Link returns what a token is a link to, and whose; a NotFound fault where
// there is none, or where the user is disabled, gone or has another address now.
func (s *Service) Link(ctx context.Context, token secret.Text) (l Link, user User, err error) {
	var found bool
	if err := s.View(ctx, func(tx Tx) error {
		l, found, err = tx.SigninLink(ctx, token.Hash())
		return err
	}); err != nil {
		return Link{}, User{}, err
	}
	if !found || !s.Now().Before(l.Expires) {
		return Link{}, User{}, errLink()
	}
	user, known, err := s.UserByID(ctx, l.User)
	if err != nil {
		return Link{}, User{}, err
	}
	if !known || !user.Enabled || strings.ToLower(user.Email) != l.Email {
		return Link{}, User{}, errLink()
	}
	return l, user, nil
}

// use ends a link, and knows from then on that its address is the user's.
func (s *Service) use(ctx context.Context, tx Tx, l Link) error {
	used, err := tx.DeleteSigninLink(ctx, l.Hash)
	if err != nil {
		return err
	}
	if !used {
		return errLink()
	}
	return tx.PutSigninEmail(ctx, l.User, l.Email, s.Now().UTC())
}

// ChooseByLink sets the password of whoever has the link of an invitation or a
// reset, ends the sessions they had, and goes on signing them in as
// [Service.Pass] does. It fails as [Service.Link] and [Service.SetPassword] do.
func (s *Service) ChooseByLink(ctx context.Context, token, password secret.Text, from Source, open Open) (Turn, error) {
	l, user, err := s.Link(ctx, token)
	if err != nil {
		return Turn{}, err
	}
	if l.Purpose != Invitation && l.Purpose != Reset {
		return Turn{}, errLink()
	}
	next, was, err := s.derive(ctx, user.ID, password)
	if err != nil {
		return Turn{}, err
	}
	var turn Turn
	err = s.Unit(ctx, func(ctx context.Context) error {
		if err := s.InTx(ctx, func(tx Tx) error {
			if err := s.use(ctx, tx, l); err != nil {
				return err
			}
			return s.replace(ctx, tx, user.ID, next, was)
		}); err != nil {
			return err
		}
		if err := s.changed(ctx, user); err != nil {
			return err
		}
		w, _, err := s.Begin(ctx, user.UserName, "", from)
		if err != nil {
			return err
		}
		turn, err = s.Prove(ctx, w, user, PasswordCredential, open)
		return err
	})
	if err != nil {
		return Turn{}, err
	}
	return turn, nil
}

// VerifyByLink knows from now on that the address a link was sent to is the
// user's. It fails as [Service.Link] does.
func (s *Service) VerifyByLink(ctx context.Context, token secret.Text) error {
	l, _, err := s.Link(ctx, token)
	if err != nil {
		return err
	}
	if l.Purpose != Verification {
		return errLink()
	}
	return s.InTx(ctx, func(tx Tx) error { return s.use(ctx, tx, l) })
}

// EmailVerified reports whether the address that a user has now is known to be
// theirs.
func (s *Service) EmailVerified(ctx context.Context, user User) (verified bool, err error) {
	if user.Email == "" {
		return false, nil
	}
	err = s.View(ctx, func(tx Tx) error {
		email, err := tx.SigninEmail(ctx, user.ID)
		verified = email == strings.ToLower(user.Email)
		return err
	})
	return verified, err
}

// TrustEmail knows from now on that the address of a user is theirs, because
// whoever set the server up says so.
func (s *Service) TrustEmail(ctx context.Context, user User) error {
	return s.InTx(ctx, func(tx Tx) error {
		return tx.PutSigninEmail(ctx, user.ID, strings.ToLower(user.Email), s.Now().UTC())
	})
}
