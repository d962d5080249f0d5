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

func TestAPageIsReadFromTheMembersOfAListing(t *testing.T) {
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k", Master: bytes.Repeat([]byte{1}, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	tokens := paging.Tokens{Ring: ring}
	token, err := tokens.Next("ListUsers d-1", "ann")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		token *string
		limit *int64
		want  paging.Page
	}{
		"nothing is asked for":       {want: paging.Page{Limit: 100}},
		"a few":                      {limit: new(int64(7)), want: paging.Page{Limit: 7}},
		"what comes behind a page":   {token: &token, want: paging.Page{After: "ann", Limit: 100}},
		"a few of what comes behind": {token: &token, limit: new(int64(7)), want: paging.Page{After: "ann", Limit: 7}},
	} {
		if got, err := tokens.Page("ListUsers d-1", tt.token, tt.limit, 100); got != tt.want || err != nil {
			t.Errorf("%s: Page() = %+v, %v; want %+v", name, got, err, tt.want)
		}
	}
	if _, err := tokens.Page("ListUsers d-2", &token, nil, 100); fault.Of(err) != fault.Invalid {
		t.Errorf("another query: %v, want Invalid", err)
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
