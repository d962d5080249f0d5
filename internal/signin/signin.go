// Package signin proves that a person is who they say: the passwords of the
// directory's users, the rules passwords keep, and the lock that stops guessing.
//
// It knows people only by id and name; who they are is package directory's, and
// what a proof opens is package session's. Whatever goes wrong, the answer is
// the same text after the same work, so that nobody learns which names exist.
//
// # A sign-in is a sequence of steps
//
// [Service.Begin] opens a [Workflow] for a user name; the server holds it, the
// browser a token. [Service.EnterPassword] verifies the first credential. From
// there on the [Step] list decides what comes next: in its order, the first
// step that was not passed and that says it is [Step.Wanted]. When none is, the
// sign-in is over, and the session begins in the same unit of work.
//
// To add a step:
//
//  1. Add it to [Service.Steps] where the rooms are wired: its name, and when
//     it is wanted. Wanted sees the workflow: the user, what was proved so far,
//     what steps were passed, where the request comes from.
//  2. Give it a page: the browser face lists its pages by the names of steps,
//     and serves them at /signin/<name>; nobody gets to a page whose turn it is
//     not.
//  3. The page calls [Service.Note] to remember something in between (a
//     challenge, a seed), [Service.Admit] before it looks at an answer that
//     could be guessed, [Service.Refuse] for a wrong one and [Service.Pass] for
//     the right one, which turns to the next step.
//
// What is verified is a [Credential]; the last event of a sign-in names them
// all. A step that is passed without one (a new password) names none. Another
// first credential than the password enters by [Service.Prove].
package signin

import (
	"context"
	"net/netip"
	"time"

	"foyer/internal/fault"
	"foyer/internal/jobs"
	"foyer/internal/mint"
	"foyer/internal/seal"
	"foyer/internal/secret"
)

// User is a directory user as sign-in needs them.
type User struct {
	ID          string // identity store user id
	UserName    string // as it is written in the directory
	DisplayName string
	Email       string // "" when they have none
	Enabled     bool   // a disabled user can't sign in
}

// Source says where a request comes from, for the audit events.
type Source struct {
	IP        netip.Addr
	UserAgent string
	Browser   secret.Text // what the browser keeps of an earlier sign-in, see [Service.KnowBrowser]
	Trust     secret.Text // what the browser keeps because its user trusts it, see package mfa
}

func (s Source) cut() Source {
	s.UserAgent = s.UserAgent[:min(len(s.UserAgent), maxUserAgent)]
	return s
}

// Tx is what sign-in needs of one transaction.
type Tx interface {
	jobs.Tx
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
	PutSigninWorkflow(ctx context.Context, key string, w Workflow) error
	SigninWorkflow(ctx context.Context, key string) (Workflow, bool, error)
	// MoveSigninWorkflow stores w under another key, or the same, and reports
	// whether it was there.
	MoveSigninWorkflow(ctx context.Context, from, to string, w Workflow) (moved bool, err error)
	DeleteSigninWorkflow(ctx context.Context, key string) (deleted bool, err error)
	PurgeSigninWorkflows(ctx context.Context, before time.Time, limit int) (int, error)
	PutSigninLink(ctx context.Context, l Link) error
	SigninLink(ctx context.Context, hash string) (Link, bool, error)
	DeleteSigninLink(ctx context.Context, hash string) (deleted bool, err error)
	// DeleteSigninLinksOf removes a user's links for a purpose; "" for every one.
	DeleteSigninLinksOf(ctx context.Context, user string, purpose Purpose) error
	PurgeSigninLinks(ctx context.Context, before time.Time, limit int) (int, error)
	SigninEmail(ctx context.Context, user string) (string, error)
	PutSigninEmail(ctx context.Context, user, email string, at time.Time) error
	DeleteSigninEmail(ctx context.Context, user string) error
}

// Service signs people in. All fields are required but Steps and
// Post.
type Service struct {
	InTx func(context.Context, func(Tx) error) error
	// Fleeting is InTx for what may be lost with the machine's power.
	Fleeting func(context.Context, func(Tx) error) error
	View     func(context.Context, func(Tx) error) error
	// Unit runs a function as one unit of work that InTx and Record join.
	Unit func(context.Context, func(context.Context) error) error
	Mint mint.Mint
	Now  func() time.Time

	// UserByName finds a user by name, without regard to case.
	UserByName func(ctx context.Context, name string) (User, bool, error)
	UserByID   func(ctx context.Context, id string) (User, bool, error)
	// Record writes an audit event in the unit of work of its context.
	Record func(context.Context, Event) error
	Hasher *Hasher
	Ring   *seal.Keyring

	// Post sends letters; nil where there is no mail server.
	Post Post
	// Forgotten is the queue of those who forgot their passwords.
	Forgotten *jobs.Queue
	// Organization is the name of whoever runs this, for letters.
	Organization func(context.Context) (string, error)
	// Portal is the URL at which people reach us, scheme://host[:port].
	Portal string
	// EndSessions ends every session of a user whose password is another one now.
	EndSessions func(ctx context.Context, user string) error

	// Steps are what may come after the first credential, in this order.
	Steps []Step
}

// refusal is what every failed sign-in reads, whatever the reason.
func refusal() error {
	return fault.Newf(fault.Unauthenticated, "We couldn't verify your sign-in credentials. Please try again.")
}

// EnterPassword goes on with a workflow whose user name and password match, as
// [Service.Pass] does. It fails with an Unauthenticated fault that is the same
// for an unknown name, a wrong password, a disabled user and a locked name. It
// derives a key for tens of milliseconds, so call it outside any unit of work.
//
// The attempt is counted before the password is looked at: guesses made at the
// same time can't outrun the lock.
func (s *Service) EnterPassword(ctx context.Context, w Workflow, password secret.Text, open Open) (Turn, error) {
	user, known, err := s.UserByName(ctx, w.UserName)
	if err != nil {
		return Turn{}, err
	}
	stored, err := s.admit(ctx, w, user, known)
	if err != nil {
		return Turn{}, err
	}
	against := stored.Verifier
	if against == "" {
		against = s.Hasher.Nobody()
	}
	ok, stale, err := s.Hasher.Verify(ctx, against, password)
	if err != nil {
		return Turn{}, err
	}
	if known {
		w.User = user
	}
	if !ok {
		return Turn{}, s.refuse(ctx, w)
	}
	upgraded := stored
	if stale {
		if upgraded.Verifier, err = s.Hasher.Hash(ctx, password); err != nil {
			return Turn{}, err
		}
	}
	return s.advance(ctx, w, PasswordCredential, open, func(ctx context.Context, tx Tx) error {
		if !stale {
			return nil
		}
		_, err := tx.PutSigninPassword(ctx, user.ID, upgraded, stored.Verifier)
		return err
	})
}

// admit counts an attempt on a name and answers what to verify it against:
// nothing when it must fail.
func (s *Service) admit(ctx context.Context, w Workflow, user User, known bool) (Password, error) {
	var stored Password
	err := s.Fleeting(ctx, func(tx Tx) error {
		stored = Password{}
		w.User = user
		admitted, err := s.count(ctx, tx, w)
		if err != nil {
			return err
		}
		p, _, err := tx.SigninPassword(ctx, user.ID) // asked for unknown users too: the work is the same
		if admitted && known && user.Enabled && !p.over(s.Now()) {
			stored = p
		}
		return err
	})
	return stored, err
}

// refuse records a wrong password and returns its refusal.
func (s *Service) refuse(ctx context.Context, w Workflow) error {
	err := s.Unit(ctx, func(ctx context.Context) error {
		return s.record(ctx, s.event(w, PasswordCredential), step{CredentialChallenge, true}, step{CredentialVerification, false})
	})
	if err != nil {
		return err
	}
	return refusal()
}

// Purge removes up to limit counts of attempts that began before a time, and as
// many workflows and links that ran out before it, and answers the largest number. Anything
// older than an hour no longer matters.
func (s *Service) Purge(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		attempts, err := tx.PurgeSigninAttempts(ctx, before, limit)
		if err != nil {
			return err
		}
		workflows, err := tx.PurgeSigninWorkflows(ctx, before, limit)
		if err != nil {
			return err
		}
		links, err := tx.PurgeSigninLinks(ctx, before, limit)
		n = max(attempts, workflows, links)
		return err
	})
	return n, err
}
