// Package oidc lets programs act for a signed-in person: public clients, device
// authorization (RFC 8628), authorization codes with PKCE (RFC 7636, RFC 8252)
// and the tokens that come of them (RFC 6749), as AWS's sso-oidc has them.
//
// Every code and token is an opaque random text that is shown once and stored
// as its hash. A token hangs from the sign-in session it was granted in: it
// ends with the session, whoever ends it.
package oidc

import (
	"context"
	"time"

	"foyer/internal/mint"
	"foyer/internal/secret"
	"foyer/internal/session"
)

// Lifetimes. AWS's are documented but for the authorization code's.
const (
	ClientLifetime = 90 * 24 * time.Hour
	DeviceLifetime = 10 * time.Minute
	PollInterval   = time.Second
	CodeLifetime   = 2 * time.Minute
	AccessLifetime = time.Hour // of a scoped access token; never longer than the session
	RefreshGrace   = time.Minute
	// ConsentLifetime is how long a person may take to answer.
	ConsentLifetime = 10 * time.Minute
)

// GrantType is a way to come by a token.
type GrantType string

// The grant types of public clients.
const (
	AuthorizationCode GrantType = "authorization_code"
	DeviceCode        GrantType = "urn:ietf:params:oauth:grant-type:device_code"
	RefreshToken      GrantType = "refresh_token"
)

// Tx is what the grants need of one transaction.
type Tx interface {
	ClientTx
	DeviceTx
	ConsentTx
	TokenTx
}

// ClientTx is what clients need of the store.
type ClientTx interface {
	PutOIDCClient(ctx context.Context, c Client) error
	OIDCClient(ctx context.Context, id string) (Client, bool, error)
	PurgeOIDC(ctx context.Context, before time.Time, limit int) (int, error)
}

// DeviceTx is what the device flow needs of the store.
type DeviceTx interface {
	PutOIDCDevice(ctx context.Context, d Device) (created bool, err error)
	OIDCDevice(ctx context.Context, codeHash string) (Device, bool, error)
	OIDCDeviceByUserCode(ctx context.Context, userCodeHash string) (Device, bool, error)
	UpdateOIDCDevice(ctx context.Context, d Device) error
	OIDCGuesses(ctx context.Context, user string) (Guesses, error)
	PutOIDCGuesses(ctx context.Context, user string, g Guesses) error
}

// ConsentTx is what asking people needs of the store.
type ConsentTx interface {
	PutOIDCConsent(ctx context.Context, c Consent) error
	OIDCConsent(ctx context.Context, hash string) (Consent, bool, error)
	// ClaimOIDCConsent removes a question, unless it expires before c does, and
	// reports whether it was there.
	ClaimOIDCConsent(ctx context.Context, c Consent) (bool, error)
}

// TokenTx is what codes and tokens need of the store.
type TokenTx interface {
	PutOIDCCode(ctx context.Context, c Code) error
	OIDCCode(ctx context.Context, hash string) (Code, bool, error)
	UseOIDCCode(ctx context.Context, hash string, at time.Time) error
	PutOIDCToken(ctx context.Context, t Token) error
	OIDCToken(ctx context.Context, hash string) (Token, bool, error)
	UseOIDCToken(ctx context.Context, hash string, at time.Time) error
	// OIDCNewerTokenUsed reports whether a refresh token of a family with a
	// later generation was used.
	OIDCNewerTokenUsed(ctx context.Context, family string, generation int) (bool, error)
	RevokeOIDCFamily(ctx context.Context, family string, at time.Time) error
}

// Sessions are the sign-in sessions that tokens hang from.
type Sessions interface {
	// ByID finds a session that was not ended and whose user may sign in; its
	// expiry is the caller's to check. Anything else is an Unauthenticated fault.
	ByID(ctx context.Context, id session.ID) (session.Session, error)
	End(ctx context.Context, id session.ID) error
}

// Service registers clients and grants tokens. All fields are required but
// Remembered and DeviceFlow.
type Service struct {
	InTx func(context.Context, func(Tx) error) error
	View func(context.Context, func(Tx) error) error
	// Unit runs a function as one unit of work that InTx, View and Sessions join.
	Unit     func(context.Context, func(context.Context) error) error
	Mint     mint.Mint
	Now      func() time.Time
	Sessions Sessions

	// InstanceFor finds the instance that a start URL or issuer URL means,
	// however a person typed it.
	InstanceFor func(ctx context.Context, url string) (id string, found bool, err error)
	// Remembered is ByToken with a memory before it; nil means ByToken itself.
	Remembered func(ctx context.Context, tokenHash string) (Grant, error)
	// DeviceFlow restricts device authorization; "" means it is on.
	DeviceFlow DeviceFlow
}

// inUnit runs fn in one transaction, under a context whose reads see it.
func (s *Service) inUnit(ctx context.Context, fn func(context.Context, Tx) error) error {
	return s.Unit(ctx, func(ctx context.Context) error {
		return s.InTx(ctx, func(tx Tx) error { return fn(ctx, tx) })
	})
}

// Purge removes up to limit rows of each kind that expired before a time, and
// answers how many. Leave a day, so that a late poll or replay is still told
// what happened.
func (s *Service) Purge(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		n, err = tx.PurgeOIDC(ctx, before, limit)
		return err
	})
	return n, err
}

// Tokens are what a grant yields.
type Tokens struct {
	Access    secret.Text
	Refresh   secret.Text   // empty in the legacy regime, see Client
	ExpiresIn time.Duration // of Access; whole seconds
	Session   session.Session
}
