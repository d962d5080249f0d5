// Package identitystoreapi serves AWS's Identity Store API: users, groups and
// memberships of the identity stores of all instances.
package identitystoreapi

import (
	"context"
	"encoding/json"

	"foyer/internal/arn"
	"foyer/internal/directory"
	"foyer/internal/instance"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// Service answers the API. Directory leads to all stores. All fields are required.
type Service struct {
	Directory *directory.Directory
	Tokens    paging.Tokens
	// Stores finds the instance whose identity store has an id; false when there
	// is none.
	Stores func(ctx context.Context, id string) (instance.Instance, bool, error)
	// Delegated reports whether an account administers Identity Center for its
	// organization: the organization's store is administered from the owner's
	// account and these, an account's from that account alone.
	Delegated func(ctx context.Context, account arn.AccountID) (bool, error)
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API { return newAPI(s, s.authorizations(), faultOf) }

// maxPage is the size of a page when none is asked for.
const maxPage = 100

// page reads the paging members of a listing; query names the listing.
func (s *Service) page(query string, token *string, limit *int64) (paging.Page, error) {
	return s.Tokens.Page(query, token, limit, maxPage)
}

// next is the token behind a page; nil on the last.
func (s *Service) next(query, after string) (*string, error) {
	token, err := s.Tokens.Next(query, after)
	return wire.Optional(token), err
}

// filterText is the value of a deprecated listing filter or unique attribute,
// which is a document: a JSON string.
func filterText(value wire.Document) (string, bool) {
	var text string
	return text, json.Unmarshal(value, &text) == nil
}
