package ssooidcapi

import (
	"errors"

	"foyer/internal/fault"
	"foyer/internal/oidc"
	"foyer/internal/wire"
)

// exceptions are the service's exceptions for OAuth's codes. The codec writes
// the code itself as the member "error".
var exceptions = map[oidc.FailureCode]string{
	oidc.AccessDenied:          "AccessDeniedException",
	oidc.AuthorizationPending:  "AuthorizationPendingException",
	oidc.ExpiredToken:          "ExpiredTokenException",
	oidc.InvalidClient:         "InvalidClientException",
	oidc.InvalidClientMetadata: "InvalidClientMetadataException",
	oidc.InvalidGrant:          "InvalidGrantException",
	oidc.InvalidRedirectURI:    "InvalidRedirectUriException",
	oidc.InvalidRequest:        "InvalidRequestException",
	oidc.InvalidScope:          "InvalidScopeException",
	oidc.SlowDown:              "SlowDownException",
	oidc.UnauthorizedClient:    "UnauthorizedClientException",
	oidc.UnsupportedGrantType:  "UnsupportedGrantTypeException",
}

// codes are the exceptions for what fails in no words of OAuth.
var codes = [fault.NumKinds]string{
	fault.Internal:        "InternalServerException",
	fault.Invalid:         "InvalidRequestException",
	fault.NotFound:        "InvalidRequestException",
	fault.Conflict:        "InvalidRequestException",
	fault.Denied:          "AccessDeniedException",
	fault.Unauthenticated: "InvalidClientException",
	fault.Quota:           "SlowDownException",
	fault.Throttled:       "SlowDownException",
}

func faultOf(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	code := codes[fault.Of(err)]
	if f, ok := errors.AsType[*oidc.Failure](err); ok {
		code = exceptions[f.Code]
	}
	return &wire.Error{Code: code, Message: fault.Message(err), Err: err}
}
