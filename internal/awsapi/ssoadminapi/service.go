// Package ssoadminapi serves AWS's IAM Identity Center API: instances, their
// permission sets and who is assigned which of them in which account, their
// applications and trusted token issuers.
package ssoadminapi

import (
	"context"
	"time"

	"foyer/internal/accesscontrol"
	"foyer/internal/application"
	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/tagging"
	"foyer/internal/trustedissuer"
	"foyer/internal/wire"
)

// Service answers the API. All fields are required.
type Service struct {
	Instance       *instance.Service
	PermissionSets *permissionset.Service
	Assignments    *assignment.Service
	Provisioning   *provisioning.Service
	AccessControl  *accesscontrol.Service
	Applications   *application.Service
	Issuers        *trustedissuer.Service
	Tagging        *tagging.Service
	Tokens         paging.Tokens
	// Delegated reports whether an account administers Identity Center for the
	// organization's management account.
	Delegated func(ctx context.Context, account arn.AccountID) (bool, error)
	// Management is the management account of the organization that an account
	// is in; "" when it is in none.
	Management func(ctx context.Context, account arn.AccountID) (arn.AccountID, error)
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API { return newAPI(s, s.authorizations(), faultOf) }

// checkInstance fails with NotFound unless instanceARN names an instance, and
// with Invalid unless that is the organization's: accounts' instances have
// applications alone.
func (s *Service) checkInstance(ctx context.Context, instanceARN string) error {
	i, err := s.Instance.ByARN(ctx, instanceARN)
	if err == nil && i.OfAccount {
		err = fault.Newf(fault.Invalid, "The operation is not supported for %s, an account instance of IAM Identity Center.", instanceARN)
	}
	return err
}

// maxPage is the size of a page when none is asked for, and at most.
const maxPage = 100

// page reads the paging members of a listing; query names the listing.
func (s *Service) page(query string, token *string, limit *int64) (paging.Page, error) {
	page := paging.Page{Limit: maxPage}
	if limit != nil {
		page.Limit = int(*limit)
	}
	after, err := s.Tokens.After(query, given(token))
	page.After = after
	return page, err
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
