// Package organizationsapi serves AWS's Organizations API: the organization of
// the caller's account, its accounts, units and policies.
package organizationsapi

import (
	"cmp"
	"context"
	"time"

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
	page := paging.Page{Limit: maxPage}
	if limit != nil {
		page.Limit = int(*limit)
	}
	if token == nil {
		return page, nil
	}
	after, err := s.Tokens.After(query, *token)
	if err != nil {
		return page, &wire.Error{Code: "InvalidInputException", Message: "You provided an invalid NextToken.", Fields: map[string]any{"Reason": "INVALID_NEXT_TOKEN"}, Err: err}
	}
	page.After = after
	return page, nil
}

// next is the token behind a page; nil on the last.
func (s *Service) next(query, after string) (*string, error) {
	token, err := s.Tokens.Next(query, after)
	return optional(token), err
}

// optional is an optional member; "" leaves it out.
func optional[T ~string](text T) *string {
	if text == "" {
		return nil
	}
	return new(string(text))
}

// moment is an optional time; zero leaves it out.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func given(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// each translates a list. It is never nil: AWS shows empty lists.
func each[From, To any](all []From, as func(From) To) []To {
	out := make([]To, len(all))
	for i, from := range all {
		out[i] = as(from)
	}
	return out
}

func tagsOf(tags []Tag) (map[string]string, error) {
	return organizations.Distinct(each(tags, func(t Tag) organizations.Tag { return organizations.Tag{Key: t.Key, Value: t.Value} }))
}
