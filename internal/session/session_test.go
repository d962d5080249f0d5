package session_test

import (
	"context"
	"crypto/rand"
	"net/netip"
	"strings"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/sqlstore"
)

type house struct {
	*session.Sessions
	now      time.Time
	disabled map[string]bool
}

var ann = session.Person{UserID: "u-1", UserName: "ann", Store: "arn:aws:identitystore::111122223333:identitystore/d-0123456789",
	UserAgent: "Firefox", SourceIP: netip.MustParseAddr("192.0.2.7")}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), disabled: map[string]bool{}}
	clock := func() time.Time { return h.now }
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	see := func(tx *sqlstore.Tx) session.Tx { return tx }
	h.Sessions = &session.Sessions{
		InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Mint: mint.Mint{Source: rand.Reader}, Now: clock,
		MaySignIn: func(_ context.Context, user string) (bool, error) { return !h.disabled[user], nil },
	}
	h.Remembered = sqlstore.Remember(db, h.ByToken)
	return h
}

func (h *house) start(t *testing.T, p session.Person) (session.Session, secret.Text) {
	t.Helper()
	one, token, err := h.Start(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return one, token
}

func (h *house) refused(t *testing.T, token secret.Text) bool {
	t.Helper()
	_, err := h.Authenticate(t.Context(), token, h.now)
	if err != nil && fault.Of(err) != fault.Unauthenticated {
		t.Fatal(err)
	}
	return err != nil
}

func TestASessionIsOpenedByItsToken(t *testing.T) {
	h := newHouse(t)
	one, token := h.start(t, ann)
	got, err := h.Authenticate(t.Context(), token, h.now)
	if err != nil || got != one {
		t.Fatalf("Authenticate = %+v, %v, want %+v", got, err, one)
	}
	if got.Person != ann || got.Expires.Sub(got.Created) != 8*time.Hour {
		t.Errorf("session = %+v", got)
	}
	if !h.refused(t, secret.New("")) || !h.refused(t, secret.New(token.Hash())) {
		t.Error("something else opens a session")
	}
}

func TestASessionEnds(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *house, session.Session){
		"when it expires": func(_ *testing.T, h *house, one session.Session) { h.now = one.Expires },
		"when its user is disabled": func(t *testing.T, h *house, one session.Session) {
			h.disabled[one.UserID] = true
			_ = h.EndAllOf(t.Context(), "u-9") // any change of content, as disabling is
		},
		"when it is ended": func(t *testing.T, h *house, one session.Session) {
			if err := h.End(t.Context(), one.ID); err != nil {
				t.Fatal(err)
			}
		},
		"with all of its user's": func(t *testing.T, h *house, one session.Session) {
			if err := h.EndAllOf(t.Context(), one.UserID); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			one, token := h.start(t, ann)
			_, other := h.start(t, session.Person{UserID: "u-2", UserName: "bob"})
			if h.refused(t, token) {
				t.Fatal("refused before its end")
			}
			end(t, h, one)
			if !h.refused(t, token) {
				t.Error("still open")
			}
			if h.now.Before(one.Expires) && h.refused(t, other) {
				t.Error("another user's session ended too")
			}
			if _, err := h.ByID(t.Context(), one.ID); h.now.Before(one.Expires) && fault.Of(err) != fault.Unauthenticated {
				t.Errorf("ByID = %v", err)
			}
		})
	}
}

func TestTheUserAgentIsBounded(t *testing.T) {
	h := newHouse(t)
	p := ann
	p.UserAgent = strings.Repeat("x", 5000)
	if one, _ := h.start(t, p); len(one.UserAgent) != 1024 {
		t.Errorf("%d bytes of user agent", len(one.UserAgent))
	}
}

func TestOfListsInPages(t *testing.T) {
	h := newHouse(t)
	want := map[session.ID]bool{}
	for range 5 {
		one, _ := h.start(t, ann)
		want[one.ID] = true
	}
	h.start(t, session.Person{UserID: "u-2"})
	for page := (paging.Page{Limit: 2}); ; {
		list, next, err := h.Of(t.Context(), "u-1", page)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			delete(want, one.ID)
		}
		if page.After = next; next == "" {
			break
		}
	}
	if len(want) != 0 {
		t.Errorf("not listed: %v", want)
	}
}

func TestPurgeRemovesTheExpired(t *testing.T) {
	h := newHouse(t)
	h.start(t, ann)
	h.now = h.now.Add(time.Hour)
	_, later := h.start(t, ann)
	h.now = h.now.Add(7*time.Hour + time.Minute)
	if n, err := h.Purge(t.Context(), h.now, 10); n != 1 || err != nil {
		t.Errorf("Purge = %d, %v", n, err)
	}
	if h.refused(t, later) {
		t.Error("a living session was purged")
	}
}

func TestActiveSessionsAreListedAndEnded(t *testing.T) {
	h := newHouse(t)
	bob := ann
	bob.UserID = "u-2"
	first, firstToken := h.start(t, ann)
	second, secondToken := h.start(t, ann)
	_, bobs := h.start(t, bob)
	active := func() (ids []session.ID) {
		t.Helper()
		page := paging.Page{Limit: 1}
		for {
			list, next, err := h.Active(t.Context(), ann.UserID, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range list {
				ids = append(ids, one.ID)
			}
			if page.After = next; next == "" {
				return ids
			}
		}
	}
	if got := active(); len(got) != 2 {
		t.Fatalf("active %v", got)
	}
	if err := h.EndOf(t.Context(), bob.UserID, []session.ID{first.ID, "unknown"}); err != nil || h.refused(t, firstToken) {
		t.Errorf("bob ended a session of ann's, %v", err)
	}
	if err := h.EndOthersOf(t.Context(), ann.UserID, second.ID); err != nil || !h.refused(t, firstToken) || h.refused(t, secondToken) || h.refused(t, bobs) {
		t.Errorf("all but the second: %v", err)
	}
	if got := active(); len(got) != 1 || got[0] != second.ID {
		t.Errorf("active %v", got)
	}
	if err := h.EndOf(t.Context(), ann.UserID, []session.ID{second.ID}); err != nil || !h.refused(t, secondToken) {
		t.Errorf("the second: %v", err)
	}
	_, _ = h.start(t, ann)
	h.now = h.now.Add(session.DefaultLifetime)
	if got := active(); len(got) != 0 {
		t.Errorf("expired and active: %v", got)
	}
}

func TestNewSessionsLastAsConfigured(t *testing.T) {
	h := newHouse(t)
	before, _ := h.start(t, ann)
	h.Lifetime = session.ShortestLifetime
	after, token := h.start(t, ann)
	if before.Expires.Sub(before.Created) != 8*time.Hour || after.Expires.Sub(after.Created) != 15*time.Minute {
		t.Errorf("before %s, after %s", before.Expires.Sub(before.Created), after.Expires.Sub(after.Created))
	}
	h.now = h.now.Add(15 * time.Minute)
	if !h.refused(t, token) {
		t.Error("it lasts longer")
	}
}

func TestDisablingAndEnablingTakeEffectAtOnce(t *testing.T) {
	h := newHouse(t)
	h.Remembered = nil // what is remembered is asked again when the directory changes: cmd/foyer tells that
	_, token := h.start(t, ann)
	h.disabled[ann.UserID] = true
	if !h.refused(t, token) {
		t.Error("disabled, and in")
	}
	delete(h.disabled, ann.UserID)
	if h.refused(t, token) {
		t.Error("enabled, and out")
	}
}

func TestAConfirmedSessionIsTheSameUnderAnotherToken(t *testing.T) {
	h := newHouse(t)
	one, token := h.start(t, ann)
	h.now = h.now.Add(time.Hour)
	for name, by := range map[string]struct {
		id   session.ID
		user string
	}{"another's session": {one.ID, "u-2"}, "no session": {"00000000-0000-4000-8000-000000000000", "u-1"}} {
		if _, _, err := h.Confirm(t.Context(), by.id, by.user, "PASSWORD"); fault.Of(err) != fault.Unauthenticated {
			t.Errorf("confirming %s: %v", name, err)
		}
	}
	confirmed, next, err := h.Confirm(t.Context(), one.ID, "u-1", "PASSWORD,TOTP")
	if err != nil {
		t.Fatal(err)
	}
	if confirmed.ID != one.ID || confirmed.Proofs != "PASSWORD,TOTP" || !confirmed.Confirmed.Equal(h.now) || !confirmed.Expires.Equal(one.Expires) {
		t.Errorf("confirmed %+v", confirmed)
	}
	if !h.refused(t, token) || h.refused(t, next) {
		t.Error("the old token opens the session, or the new one does not")
	}
	if err := h.End(t.Context(), one.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Confirm(t.Context(), one.ID, "u-1", "PASSWORD"); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("confirming a session that ended: %v", err)
	}
}
