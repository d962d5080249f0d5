package oidc

import "foyer/internal/fault"

// FailureCode is an error code of RFC 6749 section 5.2, RFC 7591 section 3.2.2
// or RFC 8628 section 3.5.
type FailureCode string

// The codes; AWS has an exception named after each but the last.
const (
	AccessDenied            FailureCode = "access_denied"
	AuthorizationPending    FailureCode = "authorization_pending"
	ExpiredToken            FailureCode = "expired_token"
	InvalidClient           FailureCode = "invalid_client"
	InvalidClientMetadata   FailureCode = "invalid_client_metadata"
	InvalidGrant            FailureCode = "invalid_grant"
	InvalidRedirectURI      FailureCode = "invalid_redirect_uri"
	InvalidRequest          FailureCode = "invalid_request"
	InvalidScope            FailureCode = "invalid_scope"
	SlowDown                FailureCode = "slow_down"
	UnauthorizedClient      FailureCode = "unauthorized_client"
	UnsupportedGrantType    FailureCode = "unsupported_grant_type"
	UnsupportedResponseType FailureCode = "unsupported_response_type" // /authorize only
)

// Failure is a refusal in OAuth's words. It wraps a fault whose message is the
// error_description.
type Failure struct {
	Code FailureCode
	// Redirect is where the browser carries this failure of an authorization
	// request; "" means it must not be redirected, but shown a page.
	Redirect string
	Err      error
}

// Error returns the fault's text.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the fault.
func (f *Failure) Unwrap() error { return f.Err }

// kinds are what a caller can do about each code, where it is not Invalid.
var kinds = map[FailureCode]fault.Kind{
	AccessDenied:  fault.Denied,
	InvalidClient: fault.Unauthenticated,
	SlowDown:      fault.Throttled,
}

func refuse(code FailureCode, format string, args ...any) *Failure {
	kind, special := kinds[code]
	if !special {
		kind = fault.Invalid
	}
	return &Failure{Code: code, Err: fault.Newf(kind, format, args...)}
}

// invalidGrant says nothing of why: whoever guesses learns nothing.
func invalidGrant() error { return refuse(InvalidGrant, "Invalid grant provided") }
