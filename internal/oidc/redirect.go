package oidc

import (
	"net/url"
	"slices"
	"strings"
)

const maxRedirectLength = 2048

// loopbacks are the origins of RFC 8252 section 7.3. localhost is a literal of
// its own: it matches only where it was registered.
var loopbacks = []string{"http://127.0.0.1", "http://[::1]", "http://localhost"}

// validRedirect reports whether a client may register uri: plain http on the
// loopback interface, or a private-use scheme, which has a dot in it (RFC 8252
// sections 7.1 and 8.4).
func validRedirect(uri string) bool {
	if len(uri) > maxRedirectLength || !plainURI(uri) {
		return false
	}
	if _, _, ok := loopback(uri); ok {
		return true
	}
	u, err := url.Parse(uri)
	return err == nil && strings.Contains(u.Scheme, ".") && u.User == nil && (u.Host != "" || u.Path != "" || u.Opaque != "")
}

// plainURI reports whether uri is made of the characters of RFC 3986 alone and
// has no fragment, so that no two readers can disagree on it.
func plainURI(uri string) bool {
	return !strings.ContainsFunc(uri, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune("\"#<>\\^`{|}", c)
	})
}

// loopback splits a loopback redirect URI into its origin and what follows the
// port, if any.
func loopback(uri string) (origin, rest string, ok bool) {
	for _, origin := range loopbacks {
		rest, ok := strings.CutPrefix(uri, origin)
		if !ok {
			continue
		}
		if after, ok := strings.CutPrefix(rest, ":"); ok {
			rest = strings.TrimLeft(after, "0123456789")
			if n := len(after) - len(rest); n < 1 || n > 5 {
				return "", "", false
			}
		}
		if rest == "" || rest[0] == '/' || rest[0] == '?' {
			return origin, rest, true
		}
	}
	return "", "", false
}

// redirectMatches reports whether a client that registered some redirect URIs
// may be answered at asked: at exactly one of them, or, on the loopback
// interface, at one of them with any port (RFC 8252 section 7.3).
func redirectMatches(registered []string, asked string) bool {
	if len(asked) > maxRedirectLength || !plainURI(asked) {
		return false
	}
	if slices.Contains(registered, asked) {
		return true
	}
	origin, rest, ok := loopback(asked)
	return ok && slices.ContainsFunc(registered, func(one string) bool {
		o, r, ok := loopback(one)
		return ok && o == origin && r == rest
	})
}
