package oidc

import (
	"context"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/session"
)

// TokenKind tells access tokens from refresh tokens.
type TokenKind string

// The kinds of tokens, by their prefixes.
const (
	Access  TokenKind = "aoa"
	Refresh TokenKind = "aor"
)

// Token is an issued token. The tokens of one authorization are a family: they
// are revoked together.
type Token struct {
	Hash       string
	Kind       TokenKind
	Family     string // a UUID
	Generation int    // refresh tokens: how many refreshes led to it
	Client     string
	Session    session.ID
	Scopes     []string
	Expires    time.Time
	Used       time.Time // refresh tokens: when first used; zero until then
	Revoked    time.Time // zero while valid
}

// TokenRequest redeems a grant.
type TokenRequest struct {
	ClientID     string
	ClientSecret secret.Text
	GrantType    string
	DeviceCode   secret.Text
	Code         secret.Text
	RedirectURI  string
	CodeVerifier secret.Text
	RefreshToken secret.Text
}

// CreateToken redeems a device code, an authorization code or a refresh token.
// It fails with a Failure; some refusals are kept (fault.Keep), because they
// count a poll or revoke what a thief may hold.
func (s *Service) CreateToken(ctx context.Context, r TokenRequest) (Tokens, error) {
	var tokens Tokens
	err := s.inUnit(ctx, func(ctx context.Context, tx Tx) (err error) {
		tokens, err = s.createToken(ctx, tx, r)
		return err
	})
	if err != nil {
		return Tokens{}, err
	}
	return tokens, nil
}

func (s *Service) createToken(ctx context.Context, tx Tx, r TokenRequest) (Tokens, error) {
	client, err := s.prove(ctx, tx, r.ClientID, r.ClientSecret)
	if err != nil {
		return Tokens{}, err
	}
	grant, redeem, given := GrantType(r.GrantType), s.redeemDevice, r.DeviceCode
	switch grant {
	case DeviceCode:
	case AuthorizationCode:
		redeem, given = s.redeemCode, r.Code
	case RefreshToken:
		redeem, given = s.redeemRefresh, r.RefreshToken
	default:
		return Tokens{}, refuse(UnsupportedGrantType, "Unsupported grant type provided")
	}
	if grant == DeviceCode && s.DeviceFlow == DeviceFlowOff {
		return Tokens{}, deviceFlowOff()
	}
	if !client.may(grant) {
		return Tokens{}, refuse(UnauthorizedClient, "The client may not use this grant type")
	}
	if given.Empty() {
		return Tokens{}, refuse(InvalidRequest, "Invalid request: the grant type needs its code or token")
	}
	return redeem(ctx, tx, client, r)
}

// redeemDevice answers one poll, RFC 8628 section 3.4.
func (s *Service) redeemDevice(ctx context.Context, tx Tx, client Client, r TokenRequest) (Tokens, error) {
	d, found, err := tx.OIDCDevice(ctx, r.DeviceCode.Hash())
	if err != nil {
		return Tokens{}, err
	}
	if !found || d.Client != client.ID {
		return Tokens{}, refuse(InvalidGrant, "Invalid device code provided")
	}
	polled, refusal := d.poll(s.Now().UTC())
	if polled != d {
		if err := tx.UpdateOIDCDevice(ctx, polled); err != nil {
			return Tokens{}, err
		}
	}
	if refusal != nil {
		return Tokens{}, fault.Keep(refusal)
	}
	return s.issue(ctx, tx, lineage{client: client, session: d.Session, family: s.Mint.UUID()})
}

// redeemCode redeems an authorization code once. A second time it may be in a
// thief's hands, so what was issued for it is revoked: RFC 6749 section 4.1.2.
func (s *Service) redeemCode(ctx context.Context, tx Tx, client Client, r TokenRequest) (Tokens, error) {
	c, found, err := tx.OIDCCode(ctx, r.Code.Hash())
	if err != nil {
		return Tokens{}, err
	}
	if !found || c.Client != client.ID {
		return Tokens{}, invalidGrant()
	}
	now := s.Now().UTC()
	if !c.Used.IsZero() {
		if err := tx.RevokeOIDCFamily(ctx, c.Family, now); err != nil {
			return Tokens{}, err
		}
		return Tokens{}, fault.Keep(invalidGrant())
	}
	if !now.Before(c.Expires) {
		return Tokens{}, refuse(ExpiredToken, "Authorization code expired")
	}
	if c.RedirectURI != r.RedirectURI || !answers(r.CodeVerifier, c.Challenge) {
		return Tokens{}, invalidGrant()
	}
	if err := tx.UseOIDCCode(ctx, c.Hash, now); err != nil {
		return Tokens{}, err
	}
	return s.issue(ctx, tx, lineage{client: client, session: c.Session, family: c.Family})
}

// redeemRefresh exchanges a refresh token for a new pair. Several processes
// share one cached token, so a used one is good for RefreshGrace, and beyond
// that until one issued for it was used. Used after that, one of the two users
// is a thief, and the family is revoked.
func (s *Service) redeemRefresh(ctx context.Context, tx Tx, client Client, r TokenRequest) (Tokens, error) {
	t, found, err := tx.OIDCToken(ctx, r.RefreshToken.Hash())
	if err != nil {
		return Tokens{}, err
	}
	now := s.Now().UTC()
	if !found || t.Kind != Refresh || t.Client != client.ID || !t.Revoked.IsZero() || !now.Before(t.Expires) {
		return Tokens{}, invalidRefresh()
	}
	if t.Used.IsZero() {
		if err := tx.UseOIDCToken(ctx, t.Hash, now); err != nil {
			return Tokens{}, err
		}
	} else if now.Sub(t.Used) >= RefreshGrace {
		reused, err := tx.OIDCNewerTokenUsed(ctx, t.Family, t.Generation)
		if err != nil {
			return Tokens{}, err
		}
		if reused {
			if err := tx.RevokeOIDCFamily(ctx, t.Family, now); err != nil {
				return Tokens{}, err
			}
			return Tokens{}, fault.Keep(invalidRefresh())
		}
	}
	return s.issue(ctx, tx, lineage{client: client, session: t.Session, family: t.Family, generation: t.Generation + 1})
}

func invalidRefresh() error { return refuse(InvalidGrant, "Invalid refresh token provided") }

// lineage is where new tokens come from.
type lineage struct {
	client     Client
	session    session.ID
	family     string
	generation int
}

// issue makes the tokens of one redeemed grant, while the session lives.
func (s *Service) issue(ctx context.Context, tx Tx, l lineage) (Tokens, error) {
	now := s.Now().UTC()
	in, err := s.Sessions.ByID(ctx, l.session)
	if fault.Of(err) == fault.Unauthenticated {
		return Tokens{}, invalidGrant()
	}
	if err != nil {
		return Tokens{}, err
	}
	old := legacy(l.client.Scopes)
	life := in.Expires.Sub(now).Truncate(time.Second)
	if !old {
		life = min(life, AccessLifetime)
	}
	if life <= 0 {
		return Tokens{}, invalidGrant()
	}
	tokens := Tokens{Access: s.Mint.Token(string(Access)), ExpiresIn: life, Session: in}
	t := Token{Hash: tokens.Access.Hash(), Kind: Access, Family: l.family, Generation: l.generation, Client: l.client.ID, Session: in.ID, Scopes: l.client.Scopes, Expires: now.Add(life)}
	if err := tx.PutOIDCToken(ctx, t); err != nil {
		return Tokens{}, err
	}
	if old || !l.client.may(RefreshToken) {
		return tokens, nil
	}
	tokens.Refresh = s.Mint.Token(string(Refresh))
	t.Hash, t.Kind, t.Expires = tokens.Refresh.Hash(), Refresh, in.Expires
	return tokens, tx.PutOIDCToken(ctx, t)
}
