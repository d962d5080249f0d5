package oidc

import (
	"context"
	"slices"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/session"
)

// Grant is what an access token stands for.
type Grant struct {
	session.Session
	ClientID string
	Scopes   []string
	Family   string
	Until    time.Time // when the token expires
}

// errBearer is the answer to every token that is unknown, revoked or over.
func errBearer() error {
	return fault.Newf(fault.Unauthenticated, "Session token not found or invalid")
}

// Authenticate returns what an access token stands for at now, for the portal's
// questions about accounts. A token that is unknown, expired or revoked, or
// whose session is over, is an Unauthenticated fault; one without the scope
// sso:account:access is Denied.
func (s *Service) Authenticate(ctx context.Context, bearer secret.Text, now time.Time) (Grant, error) {
	find := s.Remembered
	if find == nil {
		find = s.ByToken
	}
	g, err := find(ctx, bearer.Hash())
	if err != nil {
		return Grant{}, err
	}
	if !g.lives(now) {
		return Grant{}, errBearer()
	}
	if !legacy(g.Scopes) && !slices.Contains(g.Scopes, AccountAccess) {
		return Grant{}, fault.Newf(fault.Denied, "No access")
	}
	return g, nil
}

func (g Grant) lives(now time.Time) bool { return now.Before(g.Until) && now.Before(g.Expires) }

// ByToken finds what an access token stands for by its hash, as Authenticate
// does but for the clock and the scope, so that its answer may be remembered
// until content changes.
func (s *Service) ByToken(ctx context.Context, tokenHash string) (Grant, error) {
	var t Token
	var found bool
	if err := s.View(ctx, func(tx Tx) (err error) {
		t, found, err = tx.OIDCToken(ctx, tokenHash)
		return err
	}); err != nil {
		return Grant{}, err
	}
	if !found || t.Kind != Access || !t.Revoked.IsZero() {
		return Grant{}, errBearer()
	}
	in, err := s.Sessions.ByID(ctx, t.Session)
	if fault.Of(err) == fault.Unauthenticated {
		return Grant{}, errBearer()
	}
	if err != nil {
		return Grant{}, err
	}
	return Grant{Session: in, ClientID: t.Client, Scopes: t.Scopes, Family: t.Family, Until: t.Expires}, nil
}

// Logout revokes an access token, whatever its scopes, with its family, and
// ends the sign-in session behind it. It returns what the token stood for. A
// second time it fails as Authenticate does.
func (s *Service) Logout(ctx context.Context, bearer secret.Text) (Grant, error) {
	var g Grant
	err := s.inUnit(ctx, func(ctx context.Context, tx Tx) (err error) {
		if g, err = s.ByToken(ctx, bearer.Hash()); err != nil {
			return err
		}
		now := s.Now().UTC()
		if !g.lives(now) {
			return errBearer()
		}
		if err := tx.RevokeOIDCFamily(ctx, g.Family, now); err != nil {
			return err
		}
		return s.Sessions.End(ctx, g.ID)
	})
	if err != nil {
		return Grant{}, err
	}
	return g, nil
}
