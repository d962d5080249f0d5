// Package console signs people in to the console by temporary credentials, as
// AWS's federation endpoint does: credentials are exchanged for a sign-in token,
// and that, once and soon, for a console session.
//
// No credentials are stored. A session knows who it is of, and ends in its time;
// like a role's credentials it does not end with the portal session it came of.
package console

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/secret"
)

// Lifetimes, as AWS bounds them.
const (
	TokenLifetime    = 15 * time.Minute
	ShortestDuration = 15 * time.Minute
	LongestDuration  = 12 * time.Hour
	// LongestChained is the longest session that may be asked for with the
	// credentials of a role that another role assumed.
	LongestChained = time.Hour
)

// Bounds of what comes from outside, in bytes.
const (
	maxIssuer      = 2048
	maxDestination = 4096
)

// Principal is whose console it is.
type Principal struct {
	Account     arn.AccountID
	ARN         string    // of the role session or federated user
	ID          string    // aws:userid
	Name        string    // of the session, or of the federated user
	RoleARN     string    // "" for a federated user
	AccessKeyID string    // that was exchanged
	Since       time.Time // when its credentials were issued
	MFA         bool      // whether a device proved who had them issued
	Until       time.Time // when they run out
}

// Token is a sign-in token that waits to be used.
type Token struct {
	Hash      string
	Principal Principal
	Duration  time.Duration // of the session; 0 means until the credentials run out
	Expires   time.Time
}

// Session is somebody signed in to the console.
type Session struct {
	Hash        string // of its token
	Principal   Principal
	Issuer      string // where they come from, as the link says; "" when it does not
	Destination string // the page of the console they were sent to
	Created     time.Time
	Expires     time.Time
}

// Tx is what the console needs of one transaction.
type Tx interface {
	PutConsoleToken(ctx context.Context, t Token) error
	// ClaimConsoleToken reads a token and removes it, whether it has expired or not.
	ClaimConsoleToken(ctx context.Context, hash string) (Token, bool, error)
	PutConsoleSession(ctx context.Context, s Session) error
	ConsoleSession(ctx context.Context, hash string) (Session, bool, error)
	EndConsoleSession(ctx context.Context, hash string) error
	PurgeConsole(ctx context.Context, before time.Time, limit int) (int, error)
}

// Act is what a principal did, for the audit log.
type Act struct {
	Name      string // GetSigninToken, ConsoleLogin or Logout, as CloudTrail names them
	Principal Principal
	From      Visit
	LoginTo   string // ConsoleLogin: the page
}

// Visit is where a request comes from.
type Visit struct {
	SourceIP  string
	UserAgent string
}

// Service exchanges credentials and tokens. All fields are required.
type Service struct {
	InTx func(context.Context, func(Tx) error) error
	View func(context.Context, func(Tx) error) error
	// Unit runs a function as one unit of work that InTx and Record join.
	Unit func(context.Context, func(context.Context) error) error
	Mint mint.Mint
	Now  func() time.Time
	// Identify returns who an access key speaks for, and its secret. It fails
	// with an Unauthenticated fault.
	Identify func(ctx context.Context, accessKeyID string, token secret.Text, now time.Time) (caller.Caller, secret.Text, error)
	Record   func(ctx context.Context, act Act) error
}

// Credentials are temporary credentials, as a client has them.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey secret.Text
	SessionToken    secret.Text
}

// errCredentials says nothing of what is wrong with credentials.
func errCredentials() error { return fault.Newf(fault.Invalid, "Invalid credentials parameter") }

// SigninToken exchanges temporary credentials of a role or a federated user for
// a token that signs in once within 15 minutes. The session then lasts for
// duration, 15 minutes to 12 hours, or, when that is 0, until the credentials run
// out. With credentials of a role that another role assumed, duration is an hour
// at most; with those of GetFederationToken it must not be given. All failures
// are Invalid faults.
func (s *Service) SigninToken(ctx context.Context, c Credentials, duration time.Duration, from Visit) (token secret.Text, err error) {
	if c.SessionToken.Empty() {
		return secret.Text{}, errCredentials()
	}
	now := s.Now().UTC()
	who, key, err := s.Identify(ctx, c.AccessKeyID, c.SessionToken, now)
	if fault.Of(err) == fault.Unauthenticated {
		return secret.Text{}, errCredentials()
	}
	if err != nil {
		return secret.Text{}, err
	}
	if !key.Equal(c.SecretAccessKey) || who.Session == nil || who.Kind != caller.AssumedRole && who.Kind != caller.FederatedUser {
		return secret.Text{}, errCredentials()
	}
	if err := checkDuration(who, duration); err != nil {
		return secret.Text{}, err
	}
	p := Principal{
		Account: who.Account, ARN: who.ARN, ID: who.ID, Name: who.Name, RoleARN: who.Session.RoleARN, AccessKeyID: c.AccessKeyID,
		Since: who.Session.Issued, MFA: who.Session.MFA, Until: who.Session.Expires,
	}
	token = s.Mint.Token("")
	err = s.Unit(ctx, func(ctx context.Context) error {
		err := s.InTx(ctx, func(tx Tx) error {
			return tx.PutConsoleToken(ctx, Token{Hash: token.Hash(), Principal: p, Duration: duration, Expires: now.Add(TokenLifetime)})
		})
		if err != nil {
			return err
		}
		return s.Record(ctx, Act{Name: "GetSigninToken", Principal: p, From: from})
	})
	return token, err
}

func checkDuration(who caller.Caller, duration time.Duration) error {
	switch {
	case duration == 0:
		return nil
	case duration < ShortestDuration || duration > LongestDuration:
		return fault.Newf(fault.Invalid, "SessionDuration must be between %d and %d seconds", int(ShortestDuration.Seconds()), int(LongestDuration.Seconds()))
	case who.Kind == caller.FederatedUser:
		return fault.Newf(fault.Invalid, "SessionDuration cannot be used with credentials from GetFederationToken")
	case who.Session.Chained && duration > LongestChained:
		return fault.Newf(fault.Invalid, "SessionDuration must not be more than %d seconds with credentials from role chaining", int(LongestChained.Seconds()))
	default:
		return nil
	}
}

// Login exchanges a sign-in token for a console session, once. The session's
// token is shown here and never again. A token that is unknown, used or too old
// is an Unauthenticated fault.
func (s *Service) Login(ctx context.Context, signin secret.Text, issuer string, to Destination, from Visit) (one Session, token secret.Text, err error) {
	token = s.Mint.Token("")
	now := s.Now().UTC()
	err = s.Unit(ctx, func(ctx context.Context) error {
		err := s.InTx(ctx, func(tx Tx) error {
			t, found, err := tx.ClaimConsoleToken(ctx, signin.Hash())
			if err != nil {
				return err
			}
			expires := t.Principal.Until
			if t.Duration > 0 {
				expires = now.Add(t.Duration)
			}
			if !found || !now.Before(t.Expires) || !now.Before(expires) {
				return fault.Newf(fault.Unauthenticated, "This link to the console was used before, or is too old. Take a new one.")
			}
			one = Session{
				Hash: token.Hash(), Principal: t.Principal, Issuer: issuerText(issuer), Destination: to.Page, Created: now, Expires: expires,
			}
			return tx.PutConsoleSession(ctx, one)
		})
		if err != nil {
			return err
		}
		return s.Record(ctx, Act{Name: "ConsoleLogin", Principal: one.Principal, From: from, LoginTo: to.Page})
	})
	if err != nil {
		return Session{}, secret.Text{}, err
	}
	return one, token, nil
}

// issuerText is what may be stored and shown of where somebody says to come from.
func issuerText(text string) string {
	text = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) || c == utf8.RuneError {
			return -1
		}
		return c
	}, text)
	if len(text) > maxIssuer {
		text = strings.ToValidUTF8(text[:maxIssuer], "")
	}
	return text
}

// Session returns the console session that a token opens. One that is unknown or
// over is an Unauthenticated fault.
func (s *Service) Session(ctx context.Context, token secret.Text) (one Session, err error) {
	var found bool
	err = s.View(ctx, func(tx Tx) error {
		one, found, err = tx.ConsoleSession(ctx, token.Hash())
		return err
	})
	if err == nil && (!found || !s.Now().Before(one.Expires)) {
		return Session{}, fault.Newf(fault.Unauthenticated, "You are not signed in to the console.")
	}
	return one, err
}

// Logout ends a console session. Ending none is no error.
func (s *Service) Logout(ctx context.Context, token secret.Text, from Visit) error {
	one, err := s.Session(ctx, token)
	if fault.Of(err) == fault.Unauthenticated {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Unit(ctx, func(ctx context.Context) error {
		if err := s.InTx(ctx, func(tx Tx) error { return tx.EndConsoleSession(ctx, one.Hash) }); err != nil {
			return err
		}
		return s.Record(ctx, Act{Name: "Logout", Principal: one.Principal, From: from})
	})
}

// Purge removes up to limit tokens and sessions each that expired before a time,
// and answers how many.
func (s *Service) Purge(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		n, err = tx.PurgeConsole(ctx, before, limit)
		return err
	})
	return n, err
}
