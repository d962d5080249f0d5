// Package identitycontext makes and opens the assertions by which Identity
// Center tells STS in whose name an application acts: the claims
// sts:identity_context and sts:audit_context of its identity tokens, and the
// ProvidedContexts of AssumeRole.
//
// To everyone else an assertion is opaque, and nobody else can make one: it is
// sealed.
package identitycontext

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"foyer/internal/seal"
)

// purpose is what assertions are sealed for.
const purpose = "identity context"

// MaxLength is how many characters an assertion has at most.
const MaxLength = 2048

// ErrExpired says that an assertion was good once.
var ErrExpired = errors.New("context assertion expired")

// Context is the person in whose name a session acts.
type Context struct {
	UserID           string // identity store user id
	IdentityStoreARN string
	CredentialID     string    // the public id of the person's session
	AuditOnly        bool      // an audit context names the person and grants nothing: it sets no condition key
	Expires          time.Time // whole seconds
}

// sealed is how a Context is kept; short names, because it travels.
type sealed struct {
	User       string `json:"u"`
	Store      string `json:"s"`
	Credential string `json:"c,omitempty"`
	Audit      bool   `json:"a,omitempty"`
	Expires    int64  `json:"e"`
}

// Seal returns the assertion of c.
func Seal(ring *seal.Keyring, c Context) (string, error) {
	plain, err := json.Marshal(sealed{c.UserID, c.IdentityStoreARN, c.CredentialID, c.AuditOnly, c.Expires.Unix()})
	if err != nil {
		return "", fmt.Errorf("identity context: %w", err)
	}
	text, err := ring.Seal(purpose, plain)
	if err != nil {
		return "", fmt.Errorf("identity context: %w", err)
	}
	if len(text) > MaxLength {
		return "", fmt.Errorf("identity context of %d characters, at most %d are allowed", len(text), MaxLength)
	}
	return text, nil
}

// Open returns what an assertion says. It fails with seal.ErrNotOurs, or with
// ErrExpired.
func Open(ring *seal.Keyring, assertion string, now time.Time) (Context, error) {
	if len(assertion) > MaxLength {
		return Context{}, seal.ErrNotOurs
	}
	plain, err := ring.Open(purpose, assertion)
	if err != nil {
		return Context{}, err
	}
	var s sealed
	if err := json.Unmarshal(plain, &s); err != nil {
		return Context{}, fmt.Errorf("identity context: %w", err)
	}
	c := Context{s.User, s.Store, s.Credential, s.Audit, time.Unix(s.Expires, 0).UTC()}
	if !now.Before(c.Expires) {
		return Context{}, ErrExpired
	}
	return c, nil
}

// Keys are the condition keys of a session that acts in the person's name; none
// by an audit context.
func (c Context) Keys() map[string][]string {
	if c.AuditOnly {
		return map[string][]string{}
	}
	keys := map[string][]string{"identitystore:UserId": {c.UserID}, "identitystore:IdentityStoreArn": {c.IdentityStoreARN}}
	if c.CredentialID != "" {
		keys["identitycenter:CredentialId"] = []string{c.CredentialID}
	}
	return keys
}
