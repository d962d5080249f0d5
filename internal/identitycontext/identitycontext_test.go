package identitycontext_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"foyer/internal/identitycontext"
	"foyer/internal/seal"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func ring(t testing.TB, fill string) *seal.Keyring {
	t.Helper()
	r, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: []byte(strings.Repeat(fill, seal.KeySize))})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnAssertionOpensToItsContext(t *testing.T) {
	r := ring(t, "a")
	for _, c := range []identitycontext.Context{
		{UserID: "u", IdentityStoreARN: "arn:aws:identitystore::111122223333:identitystore/d-1", CredentialID: "c", Expires: now.Add(time.Hour)},
		{UserID: "u", IdentityStoreARN: "s", AuditOnly: true, Expires: now.Add(time.Hour)},
	} {
		text, err := identitycontext.Seal(r, c)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := identitycontext.Open(r, text, now); err != nil || got != c {
			t.Errorf("opened %+v, %v, want %+v", got, err, c)
		}
		if got := len(c.Keys()) > 0; got == c.AuditOnly {
			t.Errorf("%+v sets keys: %t", c, got)
		}
		if _, err := identitycontext.Open(r, text, c.Expires); !errors.Is(err, identitycontext.ErrExpired) {
			t.Errorf("late: %v", err)
		}
		if _, err := identitycontext.Open(ring(t, "b"), text, now); !errors.Is(err, seal.ErrNotOurs) {
			t.Errorf("another installation: %v", err)
		}
	}
	if _, err := identitycontext.Seal(r, identitycontext.Context{UserID: strings.Repeat("u", 2048)}); err == nil {
		t.Error("a context too long for AssumeRole is sealed")
	}
	page, err := r.Seal("page", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "k1=", page, strings.Repeat("x", 5000)} {
		if _, err := identitycontext.Open(r, text, now); !errors.Is(err, seal.ErrNotOurs) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}
