// Package access says who calls and whether they may: it turns an access key
// into a caller, and asks the policy engine with everything the account plane
// holds about that caller.
//
// It decides nothing itself. [Facts] reads and compiles what has a say, [Gate]
// hands it to policy.Evaluate together with the request's condition keys, and
// words a denial as AWS words it.
package access

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

// Gate decides whether calls are allowed. All exported fields but Messages are
// required: the methods of the same names of [Facts], remembered or not. It must not be
// copied once used.
type Gate struct {
	Rights func(context.Context, Principal) (*Rights, error)
	Place  func(context.Context, arn.AccountID) (*Place, error)
	Policy func(context.Context, ManagedPolicy) (policy.Attached, error)
	// Messages seals why a call was denied. Nil where nobody can ask.
	Messages *Messages

	policies library // session policies, and those of resources
}

// Check fails with a Denied fault, in AWS's words, unless the call's principal
// may do every one of demands. What is demanded is of the account acted in, so
// policies of resources have no say. An unsigned call that anything is demanded
// of is an Unauthenticated fault.
func (g *Gate) Check(ctx context.Context, call *wire.Call, demands []wire.Demand) error {
	if len(demands) == 0 {
		return nil
	}
	if call.Caller.Kind == caller.Anonymous {
		return fault.Newf(fault.Unauthenticated, "Request is missing Authentication Token")
	}
	q, err := g.inquiry(ctx, call)
	if err != nil {
		return err
	}
	q.owner, q.ownerPlace = call.Caller.Account, q.place
	for i := range demands {
		if err := usable(&call.Caller, &demands[i]); err != nil {
			return err
		}
		if err := q.decide(&demands[i]); err != nil {
			return err
		}
	}
	return nil
}

// CheckResource fails with a Denied fault unless the call's principal may do d
// to a resource of owner that has a policy of its own: a role's trust policy
// where d's resource is a role, else any resource's. Within one account that
// policy or the principal's own may allow, or must for a role; across accounts
// both must.
func (g *Gate) CheckResource(ctx context.Context, call *wire.Call, d wire.Demand, document string, owner arn.AccountID) error {
	q, err := g.inquiry(ctx, call)
	if err != nil {
		return err
	}
	own, err := g.policies.compile(document, kindOf(d.Resource))
	if err != nil {
		return fmt.Errorf("policy of %s: %w", d.Resource, err)
	}
	q.owner, q.ownerPlace = owner, q.place
	if owner != call.Caller.Account {
		if q.ownerPlace, err = g.Place(ctx, owner); err != nil {
			return err
		}
		if q.ownerPlace.Suspended && q.refused == "" {
			q.refused = becauseSuspended(owner)
		}
	}
	q.request.ResourceAccount = string(owner)
	q.layers.Resource = []policy.Attached{{Name: d.Resource, Policy: own}}
	return q.decide(&d)
}

// ResourceControls are the resource control policies over the resources of an
// account, for services that know them.
func (g *Gate) ResourceControls(ctx context.Context, account arn.AccountID) ([][]policy.Attached, error) {
	place, err := g.Place(ctx, account)
	if err != nil {
		return nil, err
	}
	return place.resourceControls, nil
}

// kindOf is the kind of the policy that a resource has.
func kindOf(resource string) policy.Kind {
	a, err := arn.Parse(resource)
	if err == nil && a.Service == "iam" && strings.HasPrefix(a.Resource, "role/") {
		return policy.Trust
	}
	return policy.Resource
}

// inquiry begins the questions of one call: who asks, and what has a say.
func (g *Gate) inquiry(ctx context.Context, call *wire.Call) (*inquiry, error) {
	c := &call.Caller
	q := &inquiry{call: call, rights: &noRights, place: &nowhere, messages: g.Messages}
	q.request = policy.Request{Principal: principalOf(c), Context: q}
	if c.Account == "" || c.Kind == caller.Service {
		return q, nil // nobody, or a service: they live in no account and hold nothing
	}
	var err error
	if q.place, err = g.Place(ctx, c.Account); err != nil {
		return nil, err
	}
	if q.place.Suspended {
		q.refused = becauseSuspended(c.Account)
	}
	q.layers.Controls = q.place.controls
	if c.Session != nil {
		if q.layers.Session, err = g.sessionPolicies(ctx, c); err != nil {
			return nil, err
		}
	}
	if c.Kind == caller.Root {
		return q, nil
	}
	p, id := principal(c)
	if p.Name == "" { // root vouches for a federated user
		q.layers.Identity = everything
		return q, nil
	}
	if q.rights, err = g.Rights(ctx, p); err != nil {
		return nil, err
	}
	if q.rights.ID != id { // gone, or another by the same name
		q.rights, q.gone = &noRights, true
		return q, nil
	}
	q.layers.Identity, q.layers.Boundary = q.rights.identity, q.rights.boundary
	if q.rights.serviceLinked {
		q.layers.Controls = nil
	}
	return q, nil
}

// principal returns under which name the caller's rights are found, and the id
// that the user or role must have. The name is "" for whom root vouches for.
func principal(c *caller.Caller) (p Principal, id string) {
	switch s := c.Session; {
	case s != nil && s.OfRole():
		return Principal{c.Account, c.Kind, sts.RoleName(s.RoleARN)}, s.RoleID
	case s != nil:
		return Principal{c.Account, caller.User, sts.Issuer(s)}, s.UserID
	default:
		return Principal{c.Account, c.Kind, c.Name}, c.ID
	}
}

// principalOf is the caller as resource policies name it.
func principalOf(c *caller.Caller) policy.Principal {
	p := policy.Principal{Account: string(c.Account), ARN: c.ARN}
	switch c.Kind {
	case caller.Anonymous:
		p.Type = policy.Nobody
	case caller.Root:
		p.Type = policy.Root
	case caller.User:
		p.Type = policy.User
	case caller.AssumedRole:
		p.Type = policy.Session
		if c.Session != nil {
			p.Origin = c.Session.RoleARN
		}
	case caller.FederatedUser:
		p.Type = policy.Session
		if c.Session != nil {
			p.Origin = c.Session.UserARN
		}
	case caller.Service:
		p = policy.Principal{Type: policy.ServicePrincipal, ARN: c.Name}
	}
	return p
}

// sessionPolicies compiles what narrows a session; nil when nothing does. A
// federated user may do only what policies were passed for. A managed policy that is gone allows nothing and leaves no other to allow: to
// pass over it could lift a denial.
func (g *Gate) sessionPolicies(ctx context.Context, c *caller.Caller) ([]policy.Attached, error) {
	s := c.Session
	if len(s.Policies) == 0 && len(s.PolicyARNs) == 0 && c.Kind != caller.FederatedUser {
		return nil, nil
	}
	all := make([]policy.Attached, 0, len(s.Policies)+len(s.PolicyARNs))
	for _, document := range s.Policies {
		p, err := g.policies.compile(document, policy.Identity)
		if err != nil {
			return nil, fmt.Errorf("session policy of %s: %w", s.AccessKeyID, err)
		}
		all = append(all, policy.Attached{Name: "session policy", Policy: p})
	}
	for _, name := range s.PolicyARNs {
		p, err := g.Policy(ctx, ManagedPolicy{s.Account, name})
		if err != nil {
			return nil, err
		}
		if p.Policy == nil {
			return []policy.Attached{}, nil
		}
		all = append(all, p)
	}
	return all, nil
}
