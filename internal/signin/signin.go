// Package signin proves that a person is who they say: the passwords of the
// directory's users, the rules passwords keep, and the lock that stops guessing.
//
// It knows people only by id and name; who they are is package directory's, and
// what a proof opens is package session's. Whatever goes wrong, the answer is
// the same text after the same work, so that nobody learns which names exist.
package signin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/secret"
)

// User is a directory user as sign-in needs them.
type User struct {
	ID          string // identity store user id
	UserName    string // as it is written in the directory
	DisplayName string
	Enabled     bool // a disabled user can't sign in
}

// Source says where an attempt comes from, for the audit events.
type Source struct {
	IP        netip.Addr
	UserAgent string
	Workflow  string // AuthWorkflowID, the same for every step of one sign-in; "" has one made
	Target    string // LoginTo: the URL the person is on the way to; may be ""
}

// Tx is what sign-in needs of one transaction.
type Tx interface {
	SigninPassword(ctx context.Context, user string) (Password, bool, error)
	// PutSigninPassword stores p when the stored verifier is still was ("" for
	// none), and reports whether it did.
	PutSigninPassword(ctx context.Context, user string, p Password, was string) (stored bool, err error)
	DeleteSigninPassword(ctx context.Context, user string) error
	SigninAttempts(ctx context.Context, nameKey string) (Attempts, error)
	PutSigninAttempts(ctx context.Context, nameKey, user string, a Attempts) error
	DeleteSigninAttempts(ctx context.Context, nameKey string) error
	DeleteSigninAttemptsOf(ctx context.Context, user string) error
	PurgeSigninAttempts(ctx context.Context, before time.Time, limit int) (int, error)
}

// Service signs people in. All fields are required.
type Service struct {
	InTx func(context.Context, func(Tx) error) error
	View func(context.Context, func(Tx) error) error
	// Unit runs a function as one unit of work that InTx and Record join.
	Unit func(context.Context, func(context.Context) error) error
	Mint mint.Mint
	Now  func() time.Time

	// UserByName finds a user by name, without regard to case.
	UserByName func(ctx context.Context, name string) (User, bool, error)
	// Record writes an audit event in the unit of work of its context.
	Record func(context.Context, Event) error
	Hasher *Hasher
}

// refusal is what every failed sign-in reads, whatever the reason.
func refusal() error {
	return fault.Newf(fault.Unauthenticated, "We couldn't verify your sign-in credentials. Please try again.")
}

// Authenticate returns the enabled user whose name and password these are, or
// an Unauthenticated fault that is the same for an unknown name, a wrong
// password, a disabled user and a locked name. It derives a key for tens of
// milliseconds, so call it outside any unit of work.
//
// The attempt is counted before the password is looked at: guesses made at the
// same time can't outrun the lock.
func (s *Service) Authenticate(ctx context.Context, userName string, password secret.Text, from Source) (User, error) {
	user, known, err := s.UserByName(ctx, userName)
	if err != nil {
		return User{}, err
	}
	if from.Workflow == "" {
		from.Workflow = s.Mint.UUID()
	}
	key := nameKey(userName)
	stored, err := s.admit(ctx, key, user, known)
	if err != nil {
		return User{}, err
	}
	against := stored.Verifier
	if against == "" {
		against = s.Hasher.Nobody()
	}
	ok, stale, err := s.Hasher.Verify(ctx, against, password)
	if err != nil {
		return User{}, err
	}
	if !ok {
		return User{}, s.refuse(ctx, user, known, from)
	}
	var upgraded string
	if stale {
		if upgraded, err = s.Hasher.Hash(ctx, password); err != nil {
			return User{}, err
		}
	}
	return user, s.accept(ctx, key, user, stored, upgraded, from)
}

// admit counts an attempt on a name and answers what to verify it against:
// nothing when it must fail.
func (s *Service) admit(ctx context.Context, key string, user User, known bool) (Password, error) {
	var stored Password
	err := s.InTx(ctx, func(tx Tx) error {
		stored = Password{}
		before, err := tx.SigninAttempts(ctx, key)
		if err != nil {
			return err
		}
		counted, admitted := before.count(s.Now().UTC())
		if err := tx.PutSigninAttempts(ctx, key, user.ID, counted); err != nil {
			return err
		}
		p, _, err := tx.SigninPassword(ctx, user.ID) // asked for unknown users too: the work is the same
		if admitted && known && user.Enabled {
			stored = p
		}
		return err
	})
	return stored, err
}

// refuse records a failed sign-in and returns its refusal.
func (s *Service) refuse(ctx context.Context, user User, known bool, from Source) error {
	err := s.Unit(ctx, func(ctx context.Context) error {
		return s.record(ctx, s.event(user, known, from), step{CredentialChallenge, true}, step{CredentialVerification, false})
	})
	if err != nil {
		return err
	}
	return refusal()
}

// accept records a successful sign-in, forgets the failures before it, and
// stores the password under today's parameters when it was not.
func (s *Service) accept(ctx context.Context, key string, user User, stored Password, upgraded string, from Source) error {
	return s.Unit(ctx, func(ctx context.Context) error {
		err := s.InTx(ctx, func(tx Tx) error {
			if upgraded != "" {
				p := stored
				p.Verifier = upgraded
				if _, err := tx.PutSigninPassword(ctx, user.ID, p, stored.Verifier); err != nil {
					return err
				}
			}
			return tx.DeleteSigninAttempts(ctx, key)
		})
		if err != nil {
			return err
		}
		return s.record(ctx, s.event(user, true, from), step{CredentialChallenge, true}, step{CredentialVerification, true}, step{UserAuthentication, true})
	})
}

// Purge removes up to limit counts of attempts that began before a time, and
// answers how many. Anything older than an hour no longer matters.
func (s *Service) Purge(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		n, err = tx.PurgeSigninAttempts(ctx, before, limit)
		return err
	})
	return n, err
}

// nameKey is the key under which attempts on a name are counted, whether or
// not anyone has that name.
func nameKey(userName string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(userName)))
	return hex.EncodeToString(sum[:])
}
