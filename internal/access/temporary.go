package access

import (
	"strings"

	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/wire"
)

// everything is what root may do, and so the most that whom it vouches for may.
var everything = []policy.Attached{{Name: "root", Policy: mustCompile(
	`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)}}

func mustCompile(document string) *policy.Policy {
	p, err := policy.Compile(document, policy.Identity)
	if err != nil {
		panic(err) // a constant of this file
	}
	return p
}

// usable refuses what temporary credentials other than a role session's are not
// good for, whatever policies say. Those of GetSessionToken may call IAM only
// when a device's code was given for them; those of GetFederationToken never.
// Of STS both may call only what demands nothing. AWS answers for IAM as if it
// did not know the key.
func usable(c *caller.Caller, d *wire.Demand) error {
	s := c.Session
	if s == nil || s.OfRole() {
		return nil
	}
	service, _, _ := strings.Cut(d.Action, ":")
	task := c.Kind == caller.Root && len(s.PolicyARNs) > 0 // AssumeRoot: what it may is its task
	switch {
	case service == "iam" && (c.Kind == caller.FederatedUser || !s.MFA && !task):
		return ErrUnknownKey
	case service == "sts":
		return fault.Newf(fault.Denied, "User: %s is not authorized to perform: %s on resource: %s", c.ARN, d.Action, d.Resource)
	default:
		return nil
	}
}
