package signin

import (
	"context"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
)

// The purposes of the link that sets a server up: as it is printed, and as the
// browser that opened it holds it.
const (
	setupPrinted Purpose = "setup"
	setupBegun   Purpose = "setup begun"
)

// SetupLifetime is how long a setup link is good, and how long setting up may
// take once it was opened.
const SetupLifetime = time.Hour

// SetupLink returns the token of a link that sets the server up: once, and
// within [SetupLifetime].
func (s *Service) SetupLink(ctx context.Context) (secret.Text, error) {
	return s.setupToken(ctx, setupPrinted)
}

func (s *Service) setupToken(ctx context.Context, purpose Purpose) (secret.Text, error) {
	token := s.Mint.Token("")
	err := s.InTx(ctx, func(tx Tx) error {
		return tx.PutSigninLink(ctx, Link{Hash: token.Hash(), Purpose: purpose, Expires: s.Now().UTC().Add(SetupLifetime)})
	})
	return token, err
}

// BeginSetup takes the token of a setup link, which works no more, and returns
// the one that the browser goes on with. It fails with a NotFound fault.
func (s *Service) BeginSetup(ctx context.Context, token secret.Text) (begun secret.Text, err error) {
	err = s.Unit(ctx, func(ctx context.Context) error {
		if err := s.endSetup(ctx, token, setupPrinted); err != nil {
			return err
		}
		begun, err = s.setupToken(ctx, setupBegun)
		return err
	})
	return begun, err
}

// CheckSetup returns a NotFound fault unless a token is that of a setup link,
// or where begun is set, of a setup under way.
func (s *Service) CheckSetup(ctx context.Context, token secret.Text, begun bool) error {
	return s.View(ctx, func(tx Tx) error {
		l, found, err := tx.SigninLink(ctx, token.Hash())
		if err != nil {
			return err
		}
		want := setupPrinted
		if begun {
			want = setupBegun
		}
		if !found || l.Purpose != want || !s.Now().Before(l.Expires) {
			return errSetup()
		}
		return nil
	})
}

// FinishSetup ends a setup under way, and every other setup link. It fails with
// a NotFound fault when the token is not, or no longer, that of one.
func (s *Service) FinishSetup(ctx context.Context, token secret.Text) error {
	if err := s.endSetup(ctx, token, setupBegun); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error { return tx.DeleteSigninLinksOf(ctx, "", "") })
}

func (s *Service) endSetup(ctx context.Context, token secret.Text, purpose Purpose) error {
	if err := s.CheckSetup(ctx, token, purpose == setupBegun); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error {
		ended, err := tx.DeleteSigninLink(ctx, token.Hash())
		if err == nil && !ended {
			return errSetup()
		}
		return err
	})
}

func errSetup() error {
	return fault.Newf(fault.NotFound, "This setup link does not work any more. A link works once, within an hour. As long as nobody administers this server, each start prints a new one.")
}
