package ssooidcapi

import (
	"context"

	"foyer/internal/oidc"
	"foyer/internal/wire"
)

// RegisterClient registers a public client. AWS leaves the two endpoints of the
// answer out.
func (s *Service) RegisterClient(ctx context.Context, _ *wire.Call, in *RegisterClientRequest) (*RegisterClientResponse, error) {
	client, key, err := s.Clients.RegisterClient(ctx, oidc.Registration{
		Name: in.ClientName, Type: in.ClientType, Scopes: in.Scopes, Redirects: in.RedirectUris, Grants: in.GrantTypes,
		IssuerURL: wire.Given(in.IssuerUrl), EntitledTo: wire.Given(in.EntitledApplicationArn),
	})
	if err != nil {
		return nil, err
	}
	return &RegisterClientResponse{
		ClientId: new(client.ID), ClientSecret: shown(key),
		ClientIdIssuedAt: new(client.Created.Unix()), ClientSecretExpiresAt: new(client.Expires.Unix()),
	}, nil
}
