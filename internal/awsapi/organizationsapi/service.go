// Package organizationsapi serves AWS's Organizations API: the organization of
// the caller's account, its accounts, units and policies.
package organizationsapi

import (
	"cmp"
	"context"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// Service answers the API. All fields are required.
type Service struct {
	notBuilt
	Organizations *organizations.Service
	Tokens        paging.Tokens
	// CheckResource fails with a Denied fault unless the call's principal may do
	// a demand to a resource of owner that has document as its policy.
	CheckResource func(ctx context.Context, call *wire.Call, d wire.Demand, document string, owner arn.AccountID) error
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API {
	api := newAPI(s, s.authorizations(), faultOf)
	api.Violated = reasonOf
	return api
}

// of is the organization as the account sees it that the call acts for.
func (s *Service) of(call *wire.Call) organizations.Acting {
	return s.Organizations.As(cmp.Or(call.ActsFor, call.Caller.Account))
}

// maxPage is the size of a page when none is asked for, and at most.
const maxPage = 20

// page reads the paging members of a listing; query names the listing.
func (s *Service) page(query string, token *string, limit *int64) (paging.Page, error) {
	page, err := s.Tokens.Page(query, token, limit, maxPage)
	if err != nil {
		return page, &wire.Error{Code: "InvalidInputException", Message: "You provided an invalid NextToken.", Fields: map[string]any{"Reason": "INVALID_NEXT_TOKEN"}, Err: err}
	}
	return page, nil
}

// next is the token behind a page; nil on the last.
func (s *Service) next(query, after string) (*string, error) {
	token, err := s.Tokens.Next(query, after)
	return wire.Optional(token), err
}

func tagsOf(tags []Tag) (map[string]string, error) {
	return organizations.Distinct(wire.Each(tags, func(t Tag) organizations.Tag { return organizations.Tag{Key: t.Key, Value: t.Value} }))
}
