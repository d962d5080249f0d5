// Package ssoadminapi serves AWS's IAM Identity Center API: instances, their
// permission sets and who is assigned which of them in which account, their
// applications and trusted token issuers.
package ssoadminapi

import (
	"context"

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
	return s.Tokens.Page(query, token, limit, maxPage)
}

// next is the token behind a page; nil on the last.
func (s *Service) next(query, after string) (*string, error) {
	token, err := s.Tokens.Next(query, after)
	return wire.Optional(token), err
}
