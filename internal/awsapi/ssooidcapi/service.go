// Package ssooidcapi answers the SSO OIDC API: it puts package oidc into AWS's
// words.
package ssooidcapi

import (
	"context"

	"foyer/internal/oidc"
	"foyer/internal/secret"
	"foyer/internal/wire"
)

// clients registers clients.
type clients interface {
	RegisterClient(context.Context, oidc.Registration) (oidc.Client, secret.Text, error)
}

// grants gives tokens to clients.
type grants interface {
	StartDeviceAuthorization(context.Context, oidc.DeviceStart) (oidc.DeviceCodes, error)
	CreateToken(context.Context, oidc.TokenRequest) (oidc.Tokens, error)
}

// Service answers the SSO OIDC API; notBuilt answers what it does not define.
// Both fields are required; one *oidc.Service is both.
type Service struct {
	notBuilt
	Clients clients
	Grants  grants
}

// API returns the service as the edge serves it.
func (s *Service) API() *wire.API { return newAPI(s, authorizations(), faultOf) }

// authorizations: the public operations are called by anybody, unsigned.
func authorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{"RegisterClient": wire.Free, "StartDeviceAuthorization": wire.Free, "CreateToken": wire.Free}
}

// secretText is an optional member that must not be printed.
func secretText(member *string) secret.Text { return secret.New(wire.Given(member)) }

// shown is a secret as an optional member: absent when there is none.
func shown(t secret.Text) *string {
	if t.Empty() {
		return nil
	}
	return new(t.Reveal())
}
