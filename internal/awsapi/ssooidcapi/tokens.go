package ssooidcapi

import (
	"context"
	"net/url"

	"foyer/internal/caller"
	"foyer/internal/oidc"
	"foyer/internal/secret"
	"foyer/internal/wire"
)

// devicePath is the page where a person types or confirms a user code, on the
// host that the client itself talks to.
const devicePath = "/device"

// StartDeviceAuthorization begins a device authorization.
func (s *Service) StartDeviceAuthorization(ctx context.Context, call *wire.Call, in *StartDeviceAuthorizationRequest) (*StartDeviceAuthorizationResponse, error) {
	codes, err := s.Grants.StartDeviceAuthorization(ctx, oidc.DeviceStart{
		ClientID: in.ClientId, ClientSecret: secret.New(in.ClientSecret), StartURL: in.StartUrl, SourceIP: call.SourceIP, UserAgent: call.UserAgent,
	})
	if err != nil {
		return nil, err
	}
	page := call.Endpoint + devicePath
	return &StartDeviceAuthorizationResponse{
		DeviceCode: shown(codes.Device), UserCode: new(codes.User),
		VerificationUri: new(page), VerificationUriComplete: new(page + "?user_code=" + url.QueryEscape(codes.User)),
		ExpiresIn: new(int64(oidc.DeviceLifetime.Seconds())), Interval: new(int64(oidc.PollInterval.Seconds())),
	}, nil
}

// CreateToken redeems a grant. The member scope is ignored, as AWS does: a token
// has every scope of its client.
func (s *Service) CreateToken(ctx context.Context, call *wire.Call, in *CreateTokenRequest) (*CreateTokenResponse, error) {
	tokens, err := s.Grants.CreateToken(ctx, oidc.TokenRequest{
		ClientID: in.ClientId, ClientSecret: secret.New(in.ClientSecret), GrantType: in.GrantType,
		DeviceCode: secretText(in.DeviceCode), Code: secretText(in.Code), RedirectURI: wire.Given(in.RedirectUri),
		CodeVerifier: secretText(in.CodeVerifier), RefreshToken: secretText(in.RefreshToken),
	})
	if err != nil {
		return nil, err
	}
	who := tokens.Session
	call.Person = &caller.Person{UserID: who.UserID, UserName: who.UserName, IdentityStoreARN: who.Store, CredentialID: string(who.ID)}
	return &CreateTokenResponse{
		AccessToken: shown(tokens.Access), TokenType: new("Bearer"), ExpiresIn: new(int64(tokens.ExpiresIn.Seconds())), RefreshToken: shown(tokens.Refresh),
	}, nil
}
