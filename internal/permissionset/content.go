package permissionset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// PolicyRef names a customer managed policy, which every account resolves for itself.
type PolicyRef struct {
	Path string // begins and ends with "/"
	Name string
}

// Key is the path and the name in one: what sorts and identifies a reference.
func (r PolicyRef) Key() string { return r.Path + r.Name }

// ParseRef is the inverse of [PolicyRef.Key].
func ParseRef(key string) PolicyRef {
	cut := strings.LastIndexByte(key, '/') + 1
	return PolicyRef{Path: key[:cut], Name: key[cut:]}
}

// Boundary is a permissions boundary: exactly one of the two.
type Boundary struct {
	ManagedPolicyARN string // of an AWS managed policy
	Customer         *PolicyRef
}

// Content is all that a set gives to its roles and sessions.
type Content struct {
	Name, Description string
	SessionDuration   string // ISO 8601; never ""
	RelayState        string
	ManagedPolicies   []string    // ARNs of AWS managed policies, sorted
	CustomerManaged   []PolicyRef // sorted by Key
	Inline            string      // document; "" for none
	Boundary          *Boundary   // nil for none
}

// Session returns how long credentials of the set last.
func (c Content) Session() time.Duration { return session(c.SessionDuration) }

// Revision is the hex SHA-256 of what must be provisioned when it changes:
// everything but the description and the relay state. It does not depend on
// the order of the policies.
func (c Content) Revision() string {
	lines := []string{"name " + c.Name, "session " + c.Session().String(), "inline " + c.Inline}
	if b := c.Boundary; b != nil {
		if b.Customer != nil {
			lines = append(lines, "customer boundary "+b.Customer.Key())
		} else {
			lines = append(lines, "managed boundary "+b.ManagedPolicyARN)
		}
	}
	policies := make([]string, 0, len(c.ManagedPolicies)+len(c.CustomerManaged))
	for _, policyARN := range c.ManagedPolicies {
		policies = append(policies, "managed "+policyARN)
	}
	for _, ref := range c.CustomerManaged {
		policies = append(policies, "customer "+ref.Key())
	}
	slices.Sort(policies)
	h := sha256.New()
	for _, line := range append(lines, policies...) {
		_, _ = fmt.Fprintf(h, "%d ", len(line)) // the length keeps lines apart
		_, _ = io.WriteString(h, line)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Content returns all that a set holds; a NotFound fault when there is no such set.
func (s *Service) Content(ctx context.Context, setARN string) (c Content, err error) {
	err = s.View(ctx, func(r Reader) error {
		var found bool
		c, found, err = r.PermissionSetContent(ctx, setARN)
		if err == nil && !found {
			err = missing(setARN)
		}
		return err
	})
	return c, err
}
