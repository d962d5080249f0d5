// Package paging makes the opaque tokens of listings. A token is sealed and
// bound to the query it continues, so it can be neither read, forged nor
// carried over to another listing.
package paging

import (
	"foyer/internal/fault"
	"foyer/internal/seal"
)

// Page asks for one page of a listing.
type Page struct {
	After string // the sort key of the last item already seen; "" from the start
	Limit int    // at most so many items; positive
}

// Cut applies the usual way of finding the last page: ask the store for
// Limit+1 items and give them here. It returns at most Limit of them, and the
// sort key after which the next page begins, "" when there is none.
func Cut[T any](items []T, limit int, key func(T) string) ([]T, string) {
	if len(items) <= limit {
		return items, ""
	}
	return items[:limit], key(items[limit-1])
}

// Tokens makes and reads tokens.
type Tokens struct {
	Ring *seal.Keyring
}

// Next returns the token that continues query behind after; "" when after is "".
func (t Tokens) Next(query, after string) (string, error) {
	if after == "" {
		return "", nil
	}
	return t.Ring.Seal("page "+query, []byte(after))
}

// Page reads the paging members of a listing, which query names: the token of
// the page before, and how many items are asked for; absent, it is usual.
func (t Tokens) Page(query string, token *string, limit *int64, usual int) (page Page, err error) {
	page.Limit = usual
	if limit != nil {
		page.Limit = int(*limit)
	}
	if token != nil {
		page.After, err = t.After(query, *token)
	}
	return page, err
}

// After returns where the listing query goes on; "" for an empty token. A
// token that is not ours, or continues another query, is an Invalid fault.
func (t Tokens) After(query, token string) (string, error) {
	if token == "" {
		return "", nil
	}
	after, err := t.Ring.Open("page "+query, token)
	if err != nil {
		return "", fault.Newf(fault.Invalid, "The pagination token is not valid for this request. Start again without it.")
	}
	return string(after), nil
}
