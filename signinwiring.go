package foyer

import (
	"context"
	"fmt"
	"io"

	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/jobs"
	"foyer/internal/mail"
	"foyer/internal/signin"
	"foyer/internal/smtp"
	"foyer/internal/sqlstore"
)

// furnishSignIn wires how people sign in, and the letters that help them to.
func (r *rooms) furnishSignIn(c Config, portal string) error {
	r.sessions.Lifetime = c.SessionDuration
	r.oidc.DeviceFlow = c.DeviceFlow
	r.outbox = &mail.Outbox{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) mail.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) mail.Tx { return tx }),
		Mint: r.mint, Now: r.now, Ring: r.ring, Queue: r.queueOf("mail"),
	}
	r.outbox.Queue.Work = r.outbox.Work
	r.signin = &signin.Service{
		InTx:     sqlstore.Through(r.db, func(tx *sqlstore.Tx) signin.Tx { return tx }),
		Fleeting: sqlstore.Fleeting(r.db, func(tx *sqlstore.Tx) signin.Tx { return tx }),
		View:     sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) signin.Tx { return tx }),
		Unit:     r.db.Unit, Mint: r.mint, Now: r.now, UserByName: r.userByName, UserByID: r.userByID, Record: r.recordSignIn,
		Hasher: r.hasher, Ring: r.ring,
		Forgotten: r.queueOf("forgotten"), Organization: r.organizationName, Portal: portal, EndSessions: r.sessions.EndAllOf,
	}
	r.signin.Forgotten.Work = r.signin.WorkForgotten
	r.furnishMFA(c, portal)
	r.signin.Steps = []signin.Step{r.mfa.Step(), r.signin.NewPassword()}
	if c.VerifyEmail {
		r.signin.Steps = append(r.signin.Steps, r.signin.VerifyEmail())
	}
	if c.SMTP.Address != "" {
		poster, err := smtp.New(c.SMTP)
		if err != nil {
			return err
		}
		r.outbox.Post = poster.Post
	}
	if c.SMTP.Address != "" || c.Demo {
		r.signin.Post, r.mfa.Post = r.outbox, r.outbox
	}
	return nil
}

// queueOf is a queue of jobs that says what fails.
func (r *rooms) queueOf(name string) *jobs.Queue {
	return jobs.New(jobs.Queue{
		Name: name,
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) jobs.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) jobs.Tx { return tx }),
		Mint: r.mint, Alone: !r.db.Shared(),
		Failed: func(err error) { r.log.Error("queue failed", "queue", name, "error", err) },
	})
}

// userByName finds a person who wants to sign in.
func (r *rooms) userByName(ctx context.Context, name string) (signin.User, bool, error) {
	u, err := r.directory.UserBy(ctx, directory.ByUserName, name)
	if err != nil {
		if fault.Of(err) == fault.NotFound {
			err = nil
		}
		return signin.User{}, false, err
	}
	return signInUser(u), true, nil
}

// userByID finds a person who is signing in.
func (r *rooms) userByID(ctx context.Context, id string) (signin.User, bool, error) {
	u, err := r.directory.User(ctx, directory.UserID(id))
	if err != nil {
		if fault.Of(err) == fault.NotFound {
			err = nil
		}
		return signin.User{}, false, err
	}
	return signInUser(u), true, nil
}

// profile is what the directory knows of a person.
func (r *rooms) profile(ctx context.Context, id string) (directory.User, error) {
	return r.directory.User(ctx, directory.UserID(id))
}

func signInUser(u directory.User) signin.User {
	return signin.User{ID: string(u.ID), UserName: u.UserName, DisplayName: u.DisplayName, Email: u.Email(), Enabled: !u.Disabled}
}

// offerSetup makes the link that sets a fresh server up.
func (s *Server) offerSetup(ctx context.Context) error {
	needed, err := s.rooms.needsSetup(ctx, s.founding)
	if err != nil || !needed {
		return err
	}
	s.setupLink, err = s.rooms.signin.SetupLink(ctx)
	return err
}

// welcomePeople tells whoever started the server how people come in.
func (s *Server) welcomePeople(w io.Writer) {
	if !s.setupLink.Empty() {
		fmt.Fprintf(w, "\nTo set it up in a browser, once and within an hour:\n\n%s/setup/%s\n", s.ready.Endpoint, s.setupLink.Reveal())
	}
	if !s.outboxKey.Empty() {
		fmt.Fprintf(w, "\nOutbox            %s/outbox/%s\n", s.ready.Endpoint, s.outboxKey.Reveal())
	}
}
