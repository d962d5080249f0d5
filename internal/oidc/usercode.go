package oidc

import (
	"strings"

	"foyer/internal/mint"
	"foyer/internal/secret"
)

// userCodeAlphabet has no vowels, so that no words come up, and nothing that is
// mistaken for a digit: RFC 8628 section 6.1.
const (
	userCodeAlphabet = "BCDFGHJKLMNPQRSTVWXZ"
	userCodeLength   = 8
)

// newUserCode makes a user code as it is shown: XXXX-XXXX.
func newUserCode(m mint.Mint) string {
	return showUserCode(m.From("", userCodeAlphabet, userCodeLength))
}

func showUserCode(letters string) string { return letters[:4] + "-" + letters[4:] }

// parseUserCode reads a code as a person typed it, in any case, with or without
// hyphens and spaces, and returns it as it is shown.
func parseUserCode(typed string) (string, bool) {
	letters := make([]byte, 0, userCodeLength)
	for _, c := range []byte(typed) {
		if c == ' ' || c == '-' {
			continue
		}
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if len(letters) == userCodeLength || strings.IndexByte(userCodeAlphabet, c) < 0 {
			return "", false
		}
		letters = append(letters, c)
	}
	if len(letters) != userCodeLength {
		return "", false
	}
	return showUserCode(string(letters)), true
}

// userCodeHash is the form in which a user code is stored.
func userCodeHash(shown string) string { return secret.New(shown).Hash() }
