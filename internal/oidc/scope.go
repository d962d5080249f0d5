package oidc

import (
	"regexp"
	"slices"
)

// Scopes that mean something here. Others are remembered and grant nothing.
const (
	AccountAccess = "sso:account:access" // list accounts and roles, and get role credentials
	legacyPortal  = "sso-portal:*"       // asks for the legacy regime, as no scope does
)

var scopeGrammar = regexp.MustCompile(`^[A-Za-z0-9_]{1,50}(:[A-Za-z0-9_]{1,50}){0,2}$`)

func validScope(scope string) bool { return scope == legacyPortal || scopeGrammar.MatchString(scope) }

// legacy reports whether scopes put a client into the legacy regime: an access
// token that lasts as long as the session, and no refresh token.
func legacy(scopes []string) bool {
	return !slices.ContainsFunc(scopes, func(s string) bool { return s != legacyPortal })
}
