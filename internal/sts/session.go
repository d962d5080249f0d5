package sts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/policy"
)

// Bounds of sessions.
const (
	minSession     = 15 * time.Minute
	defaultSession = time.Hour
	maxChained     = time.Hour // of a session that another session asked for
	maxTags        = 50
	maxTagKey      = 128
	maxTagValue    = 256
	maxPolicy      = 2048 // characters of an inline session policy
	maxPolicyARNs  = 10
	// packedSpace is what policies and tags of a session may take together, in
	// bytes. AWS does not publish its own, packed, size.
	packedSpace = 4096
)

// Scope narrows a session below its role's permissions.
type Scope struct {
	Policy     string   // a policy document of at most 2,048 characters; "" for none
	PolicyARNs []string // at most 10 managed policies of the role's account or of AWS
}

// Tag is a session tag.
type Tag struct{ Key, Value string }

// sessionLength returns how long a session lasts that was asked for with d, 0
// meaning the default.
func sessionLength(d time.Duration, role iam.Role, chained bool) (time.Duration, error) {
	switch {
	case d == 0:
		return defaultSession, nil
	case d < minSession:
		return 0, invalid("The requested DurationSeconds must be at least %d.", int(minSession/time.Second))
	case chained && d > maxChained:
		return 0, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	case d > role.MaxSession:
		return 0, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	default:
		return d, nil
	}
}

// checkScope holds session policies to the rules.
func (s *Service) checkScope(ctx context.Context, account arn.AccountID, scope Scope) error {
	if len(scope.PolicyARNs) > maxPolicyARNs {
		return invalid("1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to %d", maxPolicyARNs)
	}
	if len([]rune(scope.Policy)) > maxPolicy {
		return invalid("1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to %d", maxPolicy)
	}
	if scope.Policy != "" {
		_, err := policy.Compile(scope.Policy, policy.Identity)
		if m, ok := errors.AsType[*policy.Malformed](err); ok {
			return &fault.Error{Kind: fault.Invalid, Message: m.Message, Err: m}
		}
	}
	for _, p := range scope.PolicyARNs {
		_, err := s.IAM.PolicyDocument(ctx, account, p)
		if fault.Of(err) == fault.NotFound {
			return invalid("The session policy %s does not exist.", p)
		}
		if err != nil {
			return fmt.Errorf("session policy %s: %w", p, err)
		}
	}
	return nil
}

// packed returns how much of the space for policies and tags a session takes,
// in percent; 0 only when it has none.
func packed(scope Scope, tags []Tag) (int, error) {
	n := len(scope.Policy)
	for _, p := range scope.PolicyARNs {
		n += len(p)
	}
	for _, t := range tags {
		n += len(t.Key) + len(t.Value)
	}
	percent := (100*n + packedSpace - 1) / packedSpace
	switch {
	case percent <= 100:
		return percent, nil
	case scope.Policy == "" && len(scope.PolicyARNs) == 0:
		return 0, &TooLarge{fault.Newf(fault.Quota, "Packed size of session tags consumes %d%% of allotted space.", percent)}
	default:
		return 0, &TooLarge{fault.Newf(fault.Quota, "Packed policy consumes %d%% of allotted space, please use smaller policy.", percent)}
	}
}

// checkTags holds session tags to the rules.
func checkTags(tags []Tag) error {
	if len(tags) > maxTags {
		return invalid("A session can have at most %d tags.", maxTags)
	}
	seen := make(map[string]bool, len(tags))
	for _, t := range tags {
		key := strings.ToLower(t.Key)
		switch {
		case seen[key]:
			return invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case strings.HasPrefix(key, "aws:"):
			return invalid("Tag keys that begin with aws: are reserved for system use.")
		case t.Key == "" || len([]rune(t.Key)) > maxTagKey || len([]rune(t.Value)) > maxTagValue:
			return invalid("The session tag %q must have a key of 1 to %d characters and a value of at most %d.", t.Key, maxTagKey, maxTagValue)
		}
		seen[key] = true
	}
	return nil
}

// validName reports whether s can be a session name or source identity: 2 to
// 64 of [\w+=,.@-].
func validName(s string) bool {
	if len(s) < 2 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && !strings.ContainsRune("_+=,.@-", rune(c)) {
			return false
		}
	}
	return true
}
