// Package session holds sign-in sessions: what a person has after proving who
// they are, and what every token, page and credential of theirs hangs from.
//
// A session is opened by an opaque token that is shown once and stored as its
// hash. It ends when it expires, is ended, or its user may no longer sign in;
// whatever hangs from it asks here, so it ends at the same moment.
package session

import (
	"context"
	"net/netip"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/secret"
)

// Lifetimes of a session, as AWS bounds them.
const (
	DefaultLifetime  = 8 * time.Hour
	ShortestLifetime = 15 * time.Minute
	LongestLifetime  = 90 * 24 * time.Hour
)

// ID is the public id of a session, a UUID: safe to show and to log.
type ID string

// Person is who signs in, and with what.
type Person struct {
	UserID    string // identity store user id
	UserName  string
	Store     string // ARN of the identity store
	UserAgent string // cut to maxUserAgent bytes
	SourceIP  netip.Addr
	Proofs    string // what they proved themselves with: CloudTrail's credential types, joined by commas
}

const maxUserAgent = 1024

// Session is one sign-in of one person.
type Session struct {
	ID ID
	Person
	Created time.Time
	Expires time.Time
	Ended   time.Time // zero while nobody ended it
	// Confirmed is when the person proved themselves last: at the start, or since.
	Confirmed time.Time
}

// Tx is what sessions need of one transaction.
type Tx interface {
	PutPortalSession(ctx context.Context, s Session, tokenHash string) error
	PortalSession(ctx context.Context, id ID) (Session, bool, error)
	// ConfirmPortalSession stores proofs, their time and another token of a
	// session that has not ended, and reports whether it did.
	ConfirmPortalSession(ctx context.Context, s Session, tokenHash string) (bool, error)
	PortalSessionByToken(ctx context.Context, tokenHash string) (Session, bool, error)
	PortalSessionsOf(ctx context.Context, user string, page paging.Page) ([]Session, error)
	// ActivePortalSessionsOf lists a user's sessions that live at a time, by id.
	ActivePortalSessionsOf(ctx context.Context, user string, at time.Time, page paging.Page) ([]Session, error)
	EndPortalSession(ctx context.Context, id ID, at time.Time) error
	// EndPortalSessionsOf ends every session of a user but one ("" for none).
	EndPortalSessionsOf(ctx context.Context, user string, but ID, at time.Time) error
	PurgePortalSessions(ctx context.Context, before time.Time, limit int) (int, error)
}

// Sessions starts, finds and ends sessions. All fields are required but
// Lifetime and Remembered.
type Sessions struct {
	InTx func(context.Context, func(Tx) error) error
	View func(context.Context, func(Tx) error) error
	Mint mint.Mint
	Now  func() time.Time

	// MaySignIn reports whether a user exists and is enabled now.
	MaySignIn func(ctx context.Context, user string) (bool, error)
	// Lifetime of new sessions; 0 means DefaultLifetime.
	Lifetime time.Duration
	// Remembered is ByToken with a memory before it; nil means ByToken itself.
	Remembered func(ctx context.Context, tokenHash string) (Session, error)
}

// errEnded is the answer to every session that is unknown, ended or over.
func errEnded() error {
	return fault.Newf(fault.Unauthenticated, "Session token not found or invalid")
}

// Start opens a session for a person who has proved who they are. The token is
// shown here and never again.
func (s *Sessions) Start(ctx context.Context, p Person) (Session, secret.Text, error) {
	now, life := s.Now().UTC(), s.Lifetime
	if life == 0 {
		life = DefaultLifetime
	}
	p.UserAgent = p.UserAgent[:min(len(p.UserAgent), maxUserAgent)]
	one := Session{ID: ID(s.Mint.UUID()), Person: p, Created: now, Expires: now.Add(life), Confirmed: now}
	token := s.Mint.Token("")
	err := s.InTx(ctx, func(tx Tx) error { return tx.PutPortalSession(ctx, one, token.Hash()) })
	if err != nil {
		return Session{}, secret.Text{}, err
	}
	return one, token, nil
}

// Confirm notes that the person of a session has proved themselves again, and
// gives it another token: what knew the old one is out. Whatever hangs from the
// session stays. It fails with an Unauthenticated fault for another's session,
// and for one that ended.
func (s *Sessions) Confirm(ctx context.Context, id ID, user, proofs string) (one Session, token secret.Text, err error) {
	token = s.Mint.Token("")
	err = s.InTx(ctx, func(tx Tx) error {
		var found bool
		if one, found, err = tx.PortalSession(ctx, id); err != nil {
			return err
		}
		now := s.Now().UTC()
		if !found || one.UserID != user || one.at(now) != nil {
			return errEnded()
		}
		one.Proofs, one.Confirmed = proofs, now
		confirmed, err := tx.ConfirmPortalSession(ctx, one, token.Hash())
		if err == nil && !confirmed {
			return errEnded()
		}
		return err
	})
	return one, token, err
}

// Authenticate returns the session that token opens at now. An unknown, ended
// or expired one, or one whose user is disabled or gone, is an Unauthenticated
// fault.
func (s *Sessions) Authenticate(ctx context.Context, token secret.Text, now time.Time) (Session, error) {
	find := s.Remembered
	if find == nil {
		find = s.ByToken
	}
	one, err := find(ctx, token.Hash())
	if err != nil {
		return Session{}, err
	}
	return one, one.at(now)
}

// ByToken finds a session by the hash of its token, as Authenticate does but
// for the clock, so that its answer may be remembered until content changes.
func (s *Sessions) ByToken(ctx context.Context, tokenHash string) (Session, error) {
	return s.find(ctx, func(tx Tx) (Session, bool, error) { return tx.PortalSessionByToken(ctx, tokenHash) })
}

// ByID finds a session by its public id, for what hangs from it. Like ByToken
// it refuses a session that was ended, or whose user may no longer sign in, and
// leaves the clock to the caller.
func (s *Sessions) ByID(ctx context.Context, id ID) (Session, error) {
	return s.find(ctx, func(tx Tx) (Session, bool, error) { return tx.PortalSession(ctx, id) })
}

func (s *Sessions) find(ctx context.Context, read func(Tx) (Session, bool, error)) (one Session, err error) {
	var found bool
	if err := s.View(ctx, func(tx Tx) error {
		one, found, err = read(tx)
		return err
	}); err != nil {
		return Session{}, err
	}
	if !found || !one.Ended.IsZero() {
		return Session{}, errEnded()
	}
	may, err := s.MaySignIn(ctx, one.UserID)
	if err != nil {
		return Session{}, err
	}
	if !may {
		return Session{}, errEnded()
	}
	return one, nil
}

// at returns an Unauthenticated fault when the session is over at now.
func (s Session) at(now time.Time) error {
	if !now.Before(s.Expires) {
		return errEnded()
	}
	return nil
}

// Of lists a user's sessions that are stored still, ended and expired ones
// included, by id; next is "" on the last page.
func (s *Sessions) Of(ctx context.Context, user string, page paging.Page) (list []Session, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		list, err = tx.PortalSessionsOf(ctx, user, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	list, next = paging.Cut(list, page.Limit, func(one Session) string { return string(one.ID) })
	return list, next, err
}

// End ends a session and, with it, every token that hangs from it. Ending an
// unknown or ended one is no error.
func (s *Sessions) End(ctx context.Context, id ID) error {
	return s.InTx(ctx, func(tx Tx) error { return tx.EndPortalSession(ctx, id, s.Now().UTC()) })
}

// Active lists the sessions in which a user is signed in now, by id; next is ""
// on the last page.
func (s *Sessions) Active(ctx context.Context, user string, page paging.Page) (list []Session, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		list, err = tx.ActivePortalSessionsOf(ctx, user, s.Now().UTC(), paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	list, next = paging.Cut(list, page.Limit, func(one Session) string { return string(one.ID) })
	return list, next, err
}

// EndOf ends those of the sessions that are a user's: nobody ends another's by
// its id.
func (s *Sessions) EndOf(ctx context.Context, user string, ids []ID) error {
	return s.InTx(ctx, func(tx Tx) error {
		for _, id := range ids {
			one, found, err := tx.PortalSession(ctx, id)
			if err != nil {
				return err
			}
			if !found || one.UserID != user {
				continue
			}
			if err := tx.EndPortalSession(ctx, id, s.Now().UTC()); err != nil {
				return err
			}
		}
		return nil
	})
}

// EndAllOf ends every session of a user.
func (s *Sessions) EndAllOf(ctx context.Context, user string) error {
	return s.EndOthersOf(ctx, user, "")
}

// EndOthersOf ends every session of a user but the one they are in.
func (s *Sessions) EndOthersOf(ctx context.Context, user string, keep ID) error {
	return s.InTx(ctx, func(tx Tx) error { return tx.EndPortalSessionsOf(ctx, user, keep, s.Now().UTC()) })
}

// Purge removes up to limit sessions that expired before a time, and answers
// how many.
func (s *Sessions) Purge(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		n, err = tx.PurgePortalSessions(ctx, before, limit)
		return err
	})
	return n, err
}
