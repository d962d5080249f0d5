package ssoadminapi

import (
	"context"
	"encoding/json"

	"foyer/internal/application"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// PutApplicationAccessScope lets an application act within a scope.
func (s *Service) PutApplicationAccessScope(ctx context.Context, _ *wire.Call, in *PutApplicationAccessScopeRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.Applications.PutScope(ctx, in.ApplicationArn, application.AccessScope{Name: in.Scope, Targets: in.AuthorizedTargets})
}

// GetApplicationAccessScope reads a scope of an application.
func (s *Service) GetApplicationAccessScope(ctx context.Context, _ *wire.Call, in *GetApplicationAccessScopeRequest) (*GetApplicationAccessScopeResponse, error) {
	scope, err := s.Applications.Scope(ctx, in.ApplicationArn, in.Scope)
	if err != nil {
		return nil, err
	}
	return &GetApplicationAccessScopeResponse{Scope: scope.Name, AuthorizedTargets: scope.Targets}, nil
}

// DeleteApplicationAccessScope takes a scope away.
func (s *Service) DeleteApplicationAccessScope(ctx context.Context, _ *wire.Call, in *DeleteApplicationAccessScopeRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.Applications.DeleteScope(ctx, in.ApplicationArn, in.Scope)
}

// maxScopes is how many scopes the contract allows in one answer.
const maxScopes = 10

// ListApplicationAccessScopes lists the scopes of an application.
func (s *Service) ListApplicationAccessScopes(ctx context.Context, _ *wire.Call, in *ListApplicationAccessScopesRequest) (*ListApplicationAccessScopesResponse, error) {
	query := "ListApplicationAccessScopes " + in.ApplicationArn
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	page.Limit = min(page.Limit, maxScopes)
	scopes, next, err := listed(ctx, s, s.Applications.Scopes, in.ApplicationArn, query, page)
	return &ListApplicationAccessScopesResponse{NextToken: next, Scopes: wire.Each(scopes, func(scope application.AccessScope) ScopeDetails {
		return ScopeDetails{Scope: scope.Name, AuthorizedTargets: scope.Targets}
	})}, err
}

// listed is a page of the parts of an application, and the token behind it.
func listed[T any](ctx context.Context, s *Service, list func(context.Context, string, paging.Page) ([]T, string, error), applicationARN, query string, page paging.Page) ([]T, *string, error) {
	all, after, err := list(ctx, applicationARN, page)
	if err != nil {
		return nil, nil, err
	}
	next, err := s.next(query, after)
	return all, next, err
}

// PutApplicationAuthenticationMethod lets callers act as an application.
func (s *Service) PutApplicationAuthenticationMethod(ctx context.Context, _ *wire.Call, in *PutApplicationAuthenticationMethodRequest) (*wire.Empty, error) {
	if in.AuthenticationMethod.Iam == nil {
		return nil, fault.Newf(fault.Invalid, "AuthenticationMethod must be the one of AuthenticationMethodType %s.", in.AuthenticationMethodType)
	}
	method := application.Method{Type: in.AuthenticationMethodType, ActorPolicy: json.RawMessage(in.AuthenticationMethod.Iam.ActorPolicy)}
	return &wire.Empty{}, s.Applications.PutMethod(ctx, in.ApplicationArn, method)
}

// GetApplicationAuthenticationMethod reads an authentication method.
func (s *Service) GetApplicationAuthenticationMethod(ctx context.Context, _ *wire.Call, in *GetApplicationAuthenticationMethodRequest) (*GetApplicationAuthenticationMethodResponse, error) {
	method, err := s.Applications.Method(ctx, in.ApplicationArn, in.AuthenticationMethodType)
	if err != nil {
		return nil, err
	}
	return &GetApplicationAuthenticationMethodResponse{AuthenticationMethod: wireMethod(method).AuthenticationMethod}, nil
}

// DeleteApplicationAuthenticationMethod takes an authentication method away.
func (s *Service) DeleteApplicationAuthenticationMethod(ctx context.Context, _ *wire.Call, in *DeleteApplicationAuthenticationMethodRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.Applications.DeleteMethod(ctx, in.ApplicationArn, in.AuthenticationMethodType)
}

// ListApplicationAuthenticationMethods lists the authentication methods.
func (s *Service) ListApplicationAuthenticationMethods(ctx context.Context, _ *wire.Call, in *ListApplicationAuthenticationMethodsRequest) (*ListApplicationAuthenticationMethodsResponse, error) {
	query := "ListApplicationAuthenticationMethods " + in.ApplicationArn
	page, err := s.page(query, in.NextToken, nil)
	if err != nil {
		return nil, err
	}
	methods, next, err := listed(ctx, s, s.Applications.Methods, in.ApplicationArn, query, page)
	return &ListApplicationAuthenticationMethodsResponse{AuthenticationMethods: wire.Each(methods, wireMethod), NextToken: next}, err
}

func wireMethod(m application.Method) AuthenticationMethodItem {
	return AuthenticationMethodItem{
		AuthenticationMethodType: &m.Type,
		AuthenticationMethod:     &AuthenticationMethod{Iam: &IamAuthenticationMethod{ActorPolicy: wire.Document(m.ActorPolicy)}},
	}
}

// PutApplicationGrant lets an application get tokens in one way.
func (s *Service) PutApplicationGrant(ctx context.Context, _ *wire.Call, in *PutApplicationGrantRequest) (*wire.Empty, error) {
	g := application.Grant{Type: application.GrantType(in.GrantType)}
	fits := false
	switch w := in.Grant; g.Type {
	case application.AuthorizationCode:
		if fits = w.AuthorizationCode != nil; fits {
			g.RedirectURIs = w.AuthorizationCode.RedirectUris
		}
	case application.RefreshToken:
		fits = w.RefreshToken != nil
	case application.TokenExchange:
		fits = w.TokenExchange != nil
	case application.JWTBearer:
		if fits = w.JwtBearer != nil; fits {
			g.Issuers = wire.Each(w.JwtBearer.AuthorizedTokenIssuers, func(i AuthorizedTokenIssuer) application.AcceptedIssuer {
				return application.AcceptedIssuer{ARN: wire.Given(i.TrustedTokenIssuerArn), Audiences: i.AuthorizedAudiences}
			})
		}
	}
	if !fits {
		return nil, fault.Newf(fault.Invalid, "Grant must be the one of GrantType %s.", in.GrantType)
	}
	return &wire.Empty{}, s.Applications.PutGrant(ctx, in.ApplicationArn, g)
}

// GetApplicationGrant reads a grant.
func (s *Service) GetApplicationGrant(ctx context.Context, _ *wire.Call, in *GetApplicationGrantRequest) (*GetApplicationGrantResponse, error) {
	g, err := s.Applications.Grant(ctx, in.ApplicationArn, application.GrantType(in.GrantType))
	if err != nil {
		return nil, err
	}
	return &GetApplicationGrantResponse{Grant: wireGrant(g).Grant}, nil
}

// DeleteApplicationGrant takes a grant away.
func (s *Service) DeleteApplicationGrant(ctx context.Context, _ *wire.Call, in *DeleteApplicationGrantRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.Applications.DeleteGrant(ctx, in.ApplicationArn, application.GrantType(in.GrantType))
}

// ListApplicationGrants lists the grants of an application.
func (s *Service) ListApplicationGrants(ctx context.Context, _ *wire.Call, in *ListApplicationGrantsRequest) (*ListApplicationGrantsResponse, error) {
	query := "ListApplicationGrants " + in.ApplicationArn
	page, err := s.page(query, in.NextToken, nil)
	if err != nil {
		return nil, err
	}
	grants, next, err := listed(ctx, s, s.Applications.Grants, in.ApplicationArn, query, page)
	return &ListApplicationGrantsResponse{Grants: wire.Each(grants, wireGrant), NextToken: next}, err
}

func wireGrant(g application.Grant) GrantItem {
	w := GrantItem{GrantType: string(g.Type), Grant: &Grant{}}
	switch g.Type {
	case application.AuthorizationCode:
		w.Grant.AuthorizationCode = &AuthorizationCodeGrant{RedirectUris: g.RedirectURIs}
	case application.RefreshToken:
		w.Grant.RefreshToken = &RefreshTokenGrant{}
	case application.TokenExchange:
		w.Grant.TokenExchange = &TokenExchangeGrant{}
	case application.JWTBearer:
		w.Grant.JwtBearer = &JwtBearerGrant{}
		for _, i := range g.Issuers {
			w.Grant.JwtBearer.AuthorizedTokenIssuers = append(w.Grant.JwtBearer.AuthorizedTokenIssuers,
				AuthorizedTokenIssuer{TrustedTokenIssuerArn: wire.Optional(i.ARN), AuthorizedAudiences: i.Audiences})
		}
	}
	return w
}
