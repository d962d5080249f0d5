package seal_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"

	"foyer/internal/seal"
)

func ring(t testing.TB, keys ...seal.Key) *seal.Keyring {
	t.Helper()
	r, err := seal.NewKeyring(rand.Reader, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func key(id string, b byte) seal.Key {
	return seal.Key{ID: id, Master: bytes.Repeat([]byte{b}, seal.KeySize)}
}

func TestOpenGivesBackWhatWasSealed(t *testing.T) {
	r := ring(t, key("k1", 1))
	for _, plain := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("long"), 1000)} {
		text, err := r.Seal("session", plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Open("session", text)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Open = %q, %v; want %q", got, err, plain)
		}
	}
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	r := ring(t, key("k1", 1))
	text, err := r.Seal("session", []byte("state"))
	if err != nil {
		t.Fatal(err)
	}
	changed := []byte(text)
	changed[len(changed)/2] ^= 1
	for name, try := range map[string]func() ([]byte, error){
		"another purpose": func() ([]byte, error) { return r.Open("page", text) },
		"a changed text":  func() ([]byte, error) { return r.Open("session", string(changed)) },
		"a cut text":      func() ([]byte, error) { return r.Open("session", text[:len(text)-4]) },
		"another ring":    func() ([]byte, error) { return ring(t, key("k1", 2)).Open("session", text) },
		"an unknown key":  func() ([]byte, error) { return ring(t, key("k2", 1)).Open("session", text) },
		"nothing":         func() ([]byte, error) { return r.Open("session", "") },
		"only a key id":   func() ([]byte, error) { return r.Open("session", "k1=") },
		"not base64":      func() ([]byte, error) { return r.Open("session", "k1=!!!") },
		"derive, no key":  func() ([]byte, error) { return r.Derive("k9", "p", "n") },
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := try(); !errors.Is(err, seal.ErrNotOurs) {
				t.Errorf("err = %v, want ErrNotOurs", err)
			}
		})
	}
}

func TestAnOldKeyStillOpensAfterRotation(t *testing.T) {
	text, err := ring(t, key("old", 1)).Seal("p", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring(t, key("new", 2), key("old", 1)).Open("p", text); err != nil {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	r := ring(f, key("k1", 1))
	good, _ := r.Seal("p", []byte("state"))
	f.Add(good)
	f.Add("k1=")
	f.Fuzz(func(t *testing.T, text string) {
		if plain, err := r.Open("p", text); err == nil && string(plain) != "state" {
			t.Errorf("a forged text opened as %q", plain)
		}
	})
}
