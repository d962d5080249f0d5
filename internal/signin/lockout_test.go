package signin_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// tryFrom is an attempt from somewhere; it returns what the browser keeps when
// it succeeds.
func (h *house) tryFrom(t *testing.T, from signin.Source, name, password string) (known secret.Text, err error) {
	t.Helper()
	w, _, err := h.Begin(t.Context(), name, "", from)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.EnterPassword(t.Context(), w, secret.New(password), func(_ context.Context, w signin.Workflow) (err error) {
		known, err = h.KnowBrowser(w)
		return err
	})
	return known, err
}

func at(address string) signin.Source { return signin.Source{IP: netip.MustParseAddr(address)} }

func TestAttackLockingOthersOut(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	known, err := h.tryFrom(t, at("198.51.100.7"), "ann", good)
	if err != nil {
		t.Fatal(err)
	}
	home := signin.Source{IP: netip.MustParseAddr("198.51.100.7"), Browser: known}

	for range 20 {
		_, _ = h.tryFrom(t, at("203.0.113.1"), "ann", "wrong")
	}
	if _, err := h.tryFrom(t, at("192.0.2.9"), "ann", good); err != nil {
		t.Errorf("a stranger in one place locked the name in another: %v", err)
	}
	for i := range 60 { // a stranger in many places
		_, _ = h.tryFrom(t, at(fmt.Sprintf("203.0.113.%d", i+10)), "ann", "wrong")
	}
	if _, err := h.tryFrom(t, at("192.0.2.9"), "ann", good); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("guesses from many places do not lock the name: %v", err)
	}
	if _, err := h.tryFrom(t, home, "ann", good); err != nil {
		t.Errorf("strangers locked the browser that the person uses: %v", err)
	}
	h.now = h.now.Add(5 * time.Minute)
	if _, err := h.tryFrom(t, at("192.0.2.9"), "ann", good); err != nil {
		t.Errorf("the lock that strangers put on a name lasts longer than five minutes: %v", err)
	}
	for range 12 {
		_, _ = h.tryFrom(t, home, "ann", "wrong")
	}
	if _, err := h.tryFrom(t, home, "ann", good); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("in a known browser nobody counts: %v", err)
	}
}

func TestAttackPasswordSpraying(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	h.users["eve"] = signin.User{ID: "u-3", UserName: "eve", Enabled: true}
	h.set(t, "u-3", good)
	spray := at("203.0.113.1")
	for i := range 120 {
		_, _ = h.tryFrom(t, spray, fmt.Sprint("user-", i), "Summer-2026")
		if i%9 == 0 { // an account of one's own does not wash the guesses away
			_, _ = h.tryFrom(t, spray, "eve", good)
		}
	}
	if _, err := h.tryFrom(t, spray, "ann", good); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("one password for 120 names from one place: the place is not locked: %v", err)
	}
	if _, err := h.tryFrom(t, at("203.0.113.2"), "ann", good); err != nil {
		t.Errorf("others suffer: %v", err)
	}
	six := netip.MustParseAddr("2001:db8:1:2::1")
	for range 120 {
		_, _ = h.tryFrom(t, signin.Source{IP: six}, fmt.Sprint("user-", six), "Summer-2026")
		six = six.Next()
	}
	if _, err := h.tryFrom(t, signin.Source{IP: six}, "ann", good); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("a host chooses another of its addresses for each guess: %v", err)
	}
}

func TestAKnownBrowserIsKnownForItsUserOnly(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	h.users["eve"] = signin.User{ID: "u-3", UserName: "eve", Enabled: true}
	h.set(t, "u-3", good)
	known, err := h.tryFrom(t, at("203.0.113.1"), "eve", good)
	if err != nil {
		t.Fatal(err)
	}
	from := signin.Source{IP: netip.MustParseAddr("203.0.113.1"), Browser: known}
	for range 10 {
		_, _ = h.tryFrom(t, from, "ann", "wrong")
	}
	from.Browser = secret.Text{}
	if _, err := h.tryFrom(t, from, "ann", good); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("guesses at ann in eve's browser were counted as eve's: %v", err)
	}
}

// A name that nobody has costs what one costs that somebody has: as many keys
// derived, as many attempts counted.
func TestAttackEnumerationByWork(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	rows := func(name string) int {
		t.Helper()
		before := h.now
		h.now = h.now.Add(48 * time.Hour)
		if _, err := h.Purge(t.Context(), h.now, 1000); err != nil {
			t.Fatal(err)
		}
		_ = h.try(t, name, "wrong")
		h.now = before.Add(96 * time.Hour)
		n, err := h.Purge(t.Context(), h.now, 1000)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if known, unknown := rows("ann"), rows("nobody"); known != unknown || known == 0 {
		t.Errorf("%d counts for a known name, %d for an unknown one", known, unknown)
	}
}
