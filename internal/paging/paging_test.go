package paging_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/seal"
)

func TestATokenContinuesItsOwnQueryOnly(t *testing.T) {
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k", Master: bytes.Repeat([]byte{1}, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	tokens := paging.Tokens{Ring: ring}
	token, err := tokens.Next("ListUsers d-1", "ann")
	if err != nil {
		t.Fatal(err)
	}
	if after, err := tokens.After("ListUsers d-1", token); err != nil || after != "ann" {
		t.Errorf("After = %q, %v; want ann", after, err)
	}
	if _, err := tokens.After("ListUsers d-2", token); fault.Of(err) != fault.Invalid {
		t.Errorf("another query: %v, want Invalid", err)
	}
	if token, err := tokens.Next("ListUsers d-1", ""); token != "" || err != nil {
		t.Errorf("Next at the end = %q, %v", token, err)
	}
}

func TestCut(t *testing.T) {
	key := func(s string) string { return s }
	if got, next := paging.Cut([]string{"a", "b", "c"}, 2, key); len(got) != 2 || next != "b" {
		t.Errorf("Cut = %v, %q", got, next)
	}
	if got, next := paging.Cut([]string{"a", "b"}, 2, key); len(got) != 2 || next != "" {
		t.Errorf("Cut = %v, %q", got, next)
	}
}
