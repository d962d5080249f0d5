package mail_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/jobs"
	"foyer/internal/mail"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.Stop()
	os.Exit(code)
}

// office is an outbox with a mail server that does as it is told.
type office struct {
	*mail.Outbox
	now    time.Time
	posted []mail.Letter
	answer error
}

func newOffice(t *testing.T, db *sqlstore.DB, o *office) *office {
	t.Helper()
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: make([]byte, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	m := mint.Mint{Source: rand.Reader}
	see := func(tx *sqlstore.Tx) jobs.Tx { return tx }
	o.Outbox = &mail.Outbox{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) mail.Tx { return tx }), View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) mail.Tx { return tx }),
		Mint: m, Now: func() time.Time { return o.now }, Ring: ring,
		Queue: jobs.New(jobs.Queue{Name: "mail", InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Mint: m, Alone: true}),
		Post: func(_ context.Context, l mail.Letter) error {
			if o.answer == nil {
				o.posted = append(o.posted, l)
			}
			return o.answer
		},
	}
	return o
}

func each(t *testing.T, fn func(t *testing.T, o *office)) {
	o := &office{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	storetest.Each(t, func() time.Time { return o.now }, func(t *testing.T, db *sqlstore.DB) {
		o.posted, o.answer = nil, nil
		fn(t, newOffice(t, db, o))
	})
}

var letter = mail.Letter{To: "ann@corp.example", Subject: "Reset your password", Content: mail.Content{
	Greeting: "Hello Ann,", Lines: []string{"Somebody asked."}, Action: mail.Link{Label: "Choose a password", URL: "https://foyer.example/link/abc?x=1&y=2"}, Closing: []string{"Or not."},
}}

// work does what the queue has to do, and answers whether a job waits still.
func (o *office) work(t *testing.T, want mail.State) mail.Entry {
	t.Helper()
	entry := o.last(t)
	if err := o.Work(t.Context(), []jobs.Job{{Lane: entry.ID, Name: entry.ID, Version: o.now.UnixMicro()}}); err != nil {
		t.Fatal(err)
	}
	entry = o.last(t)
	if entry.State != want {
		t.Errorf("the letter is %s (%s), want %s", entry.State, entry.Failure, want)
	}
	return entry
}

func (o *office) last(t *testing.T) mail.Entry {
	t.Helper()
	list, _, err := o.Letters(t.Context(), paging.Page{Limit: 1})
	if err != nil || len(list) != 1 {
		t.Fatalf("letters %v, %v", list, err)
	}
	return list[0]
}

func TestALetterIsPostedAndForgotten(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		if err := o.Send(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
		if e := o.last(t); e.State != mail.Waiting || strings.Contains(e.Sealed, "abc") {
			t.Errorf("stored as %+v", e)
		}
		e := o.work(t, mail.Posted)
		if len(o.posted) != 1 || o.posted[0].Action != letter.Action || o.posted[0].To != letter.To {
			t.Errorf("posted %+v", o.posted)
		}
		if _, err := o.Letter(t.Context(), e.ID); fault.Of(err) != fault.NotFound {
			t.Errorf("a letter that was posted still says what it said: %v", err)
		}
		o.work(t, mail.Posted)
		if len(o.posted) != 1 {
			t.Error("it was posted twice")
		}
	})
}

func TestALetterIsTriedForADay(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		if err := o.Send(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
		begun := o.now
		defer func() { o.now = begun }()
		o.answer = errors.New("connection refused\r\nbadly")
		if e := o.work(t, mail.Waiting); e.Failure != "connection refused badly" {
			t.Errorf("failure %q", e.Failure)
		}
		o.now = o.now.Add(24 * time.Hour)
		if e := o.work(t, mail.Failed); e.Sealed != "" {
			t.Error("a letter that failed still says what it said")
		}
	})
}

func TestALetterThatIsRefusedIsNotTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		if err := o.Send(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
		o.answer = &mail.Refused{Err: errors.New("no such mailbox")}
		o.work(t, mail.Failed)
	})
}

func TestWithoutAMailServerLettersStayToBeRead(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.Post = nil
		for _, subject := range []string{"first", "second"} {
			l := letter
			l.Subject = subject
			if err := o.Send(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			o.now = o.now.Add(time.Second)
		}
		list, next, err := o.Letters(t.Context(), paging.Page{Limit: 1})
		if err != nil || len(list) != 1 || list[0].Subject != "second" || list[0].State != mail.Kept || next == "" {
			t.Fatalf("letters %+v, %q, %v", list, next, err)
		}
		if list, _, err = o.Letters(t.Context(), paging.Page{After: next, Limit: 1}); err != nil || len(list) != 1 || list[0].Subject != "first" {
			t.Fatalf("the next page is %+v, %v", list, err)
		}
		got, err := o.Letter(t.Context(), list[0].ID)
		if err != nil || got.Action != letter.Action {
			t.Errorf("the letter is %+v, %v", got, err)
		}
		if n, err := o.Purge(t.Context(), o.now, 1); n != 1 || err != nil {
			t.Errorf("Purge = %d, %v", n, err)
		}
	})
}

// Whatever a name or an address holds, it makes no header of its own.
func TestAttackHeaderInjectionByMail(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for _, to := range []string{
			"ann@corp.example\r\nBcc: eve@evil.example", "ann@corp.example\nBcc: eve@evil.example", "ann@corp.example, eve@evil.example",
			"Ann <ann@corp.example>", "<ann@corp.example>", "\"a\r\nb\"@corp.example", "", "ann", strings.Repeat("a", 250) + "@corp.example", "ann@corp.example\x00",
		} {
			l := letter
			l.To = to
			if err := o.Send(t.Context(), l); fault.Of(err) != fault.Invalid {
				t.Errorf("Send to %q: %v, want Invalid", to, err)
			}
		}
		l := letter
		l.Subject = "Hello\r\nBcc: eve@evil.example\r\n\r\nBody"
		if err := o.Send(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if e := o.last(t); e.Subject != "Hello Bcc: eve@evil.example Body" {
			t.Errorf("subject %q", e.Subject)
		}
	})
}

func TestALetterAsTextAndAsPage(t *testing.T) {
	l := letter
	l.Greeting = "Hello <script>alert(1)</script>,"
	l.Code = "123456"
	text, want := l.Text(), "Hello <script>alert(1)</script>,\n\nSomebody asked.\n\nChoose a password:\nhttps://foyer.example/link/abc?x=1&y=2\n\n123456\n\nOr not.\n"
	if text != want {
		t.Errorf("text %q, want %q", text, want)
	}
	html, err := l.HTML()
	if err != nil || strings.Contains(html, "<script") || !strings.Contains(html, `href="https://foyer.example/link/abc?x=1&amp;y=2"`) {
		t.Errorf("page %s, %v", html, err)
	}
}
