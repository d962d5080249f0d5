// Package foyerapi serves Foyer's own API: what AWS has no operation for. It is
// signed, authorized by policies and recorded as AWS's are; its actions are
// foyer:<Operation> on the instance.
package foyerapi

import (
	"context"
	"errors"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/paging"
	"foyer/internal/provisioning"
	"foyer/internal/wire"
)

// Service answers the API. All fields are required.
type Service struct {
	Instance     *instance.Service
	Provisioning *provisioning.Service
	Tokens       paging.Tokens
	// Delegated reports whether an account administers Identity Center for the
	// organization's management account.
	Delegated func(ctx context.Context, account arn.AccountID) (bool, error)
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API {
	authorize := map[string]wire.Authorization{}
	for _, operation := range []string{
		"DescribeProvisioning", "DescribeProvisioningOperation", "ListProvisioningDrift", "ListProvisioningFailures",
		"ListProvisioningOperations", "RepairProvisioningDrift",
	} {
		authorize[operation] = s.onInstance("foyer:" + operation)
	}
	return newAPI(s, authorize, faultOf)
}

// onInstance demands an action on the instance. Callers must be in its account
// or in one that administers for it.
func (s *Service) onInstance(action string) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, _ any) ([]wire.Demand, error) {
		i, err := s.Instance.Instance(ctx)
		if err != nil {
			return nil, err
		}
		if call.Caller.Account != i.Owner {
			may, err := s.Delegated(ctx, call.Caller.Account)
			if err != nil {
				return nil, err
			}
			if !may {
				return nil, fault.Newf(fault.Denied, "User: %s is not authorized to perform: %s on resource: %s", call.Caller.ARN, action, i.ARN())
			}
		}
		return []wire.Demand{{Action: action, Resource: i.ARN()}}, nil
	}
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

// codes are the service's words for the house's failures.
var codes = [fault.NumKinds]string{
	fault.Internal:        "InternalServerException",
	fault.Invalid:         "ValidationException",
	fault.NotFound:        "ResourceNotFoundException",
	fault.Conflict:        "ConflictException",
	fault.Denied:          "AccessDeniedException",
	fault.Unauthenticated: "AccessDeniedException",
	fault.Quota:           "ServiceQuotaExceededException",
	fault.Throttled:       "ThrottlingException",
}

func faultOf(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	return &wire.Error{Code: codes[fault.Of(err)], Message: fault.Message(err), Err: err}
}
