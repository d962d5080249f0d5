// Package ssoapi answers the access portal's API: which accounts and roles a
// person may use, and credentials for them. Its callers show an access token of
// package oidc instead of a signature.
package ssoapi

import (
	"context"
	"time"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/federation"
	"foyer/internal/oidc"
	"foyer/internal/paging"
	"foyer/internal/secret"
	"foyer/internal/wire"
)

// tokens says whom an access token stands for.
type tokens interface {
	Authenticate(ctx context.Context, bearer secret.Text, now time.Time) (oidc.Grant, error)
	Logout(ctx context.Context, bearer secret.Text) (oidc.Grant, error)
}

// portal answers what a person may reach.
type portal interface {
	Accounts(ctx context.Context, user string, page paging.Page) ([]federation.Account, string, error)
	Roles(ctx context.Context, user string, account arn.AccountID, page paging.Page) ([]federation.Role, string, error)
	Credentials(ctx context.Context, person federation.Person, account arn.AccountID, role string) (federation.Credentials, error)
}

// Service answers the SSO API. All fields are required.
type Service struct {
	Tokens tokens
	Portal portal
	Pages  paging.Tokens
}

// API returns the service as the edge serves it.
func (s *Service) API() *wire.API { return newAPI(s, authorizations(), faultOf) }

// authorizations: no operation demands a policy's leave. A request without an
// access token is refused here, before it is held to the contract, because
// clients know a missing token as UnauthorizedException only.
func authorizations() map[string]wire.Authorization {
	bearer := func(_ context.Context, call *wire.Call, _ any) ([]wire.Demand, error) {
		if call.Bearer.Empty() {
			return nil, fault.Newf(fault.Unauthenticated, "Session token not found or invalid")
		}
		return nil, nil
	}
	return map[string]wire.Authorization{"ListAccounts": bearer, "ListAccountRoles": bearer, "GetRoleCredentials": bearer, "Logout": bearer}
}

// person returns what the call's access token stands for, and names the person
// to the audit log.
func (s *Service) person(ctx context.Context, call *wire.Call) (oidc.Grant, error) {
	grant, err := s.Tokens.Authenticate(ctx, call.Bearer, call.Time)
	if err != nil {
		return oidc.Grant{}, err
	}
	call.Person = personOf(grant)
	return grant, nil
}

func personOf(g oidc.Grant) *caller.Person {
	return &caller.Person{UserID: g.UserID, UserName: g.UserName, IdentityStoreARN: g.Store, CredentialID: string(g.ID)}
}

// Logout ends the access token and the sign-in session behind it; a second time
// it is unauthorized.
func (s *Service) Logout(ctx context.Context, call *wire.Call, _ *LogoutRequest) (*wire.Empty, error) {
	grant, err := s.Tokens.Logout(ctx, call.Bearer)
	if err != nil {
		return nil, err
	}
	call.Person = personOf(grant)
	return &wire.Empty{}, nil
}
