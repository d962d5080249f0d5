package access

import (
	"fmt"
	"strings"

	"foyer/internal/actioncatalogue"
	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/wire"
)

// inquiry is the questions of one call. It answers for their condition keys.
type inquiry struct {
	call   *wire.Call
	rights *Rights
	place  *Place // of the caller's account

	owner      arn.AccountID // of the resource
	ownerPlace *Place
	demand     *wire.Demand // that is being decided

	layers  policy.Layers
	request policy.Request
	gone    bool   // the caller's user or role is not there any more
	refused string // why, whatever the policies say

	messages *Messages // nil where denials carry none
}

// decide fails with a Denied fault unless d is allowed.
func (q *inquiry) decide(d *wire.Demand) error {
	q.demand, q.request.Action, q.request.Resource = d, d.Action, d.Resource
	if q.refused != "" {
		return q.denied(q.refused, policy.Verdict{})
	}
	if q.gone {
		return q.denied(because(policy.Verdict{}, d.Action), policy.Verdict{})
	}
	q.layers.ResourceControls = q.resourceControls()
	v := policy.Evaluate(&q.layers, &q.request)
	if v.Decision == policy.Allowed {
		return nil
	}
	return q.denied(because(v, d.Action), v)
}

// resourceControls are the resource control policies that have a say: those
// over the resource's account, for services that know them, and not for
// service-linked roles.
func (q *inquiry) resourceControls() [][]policy.Attached {
	all := q.ownerPlace.resourceControls
	if all == nil || q.rights.serviceLinked {
		return nil
	}
	service, _, _ := strings.Cut(q.demand.Action, ":")
	if !actioncatalogue.ResourceControlled(service) {
		return nil
	}
	return all
}

// denied is a refusal as AWS words it, with what decided for the log and for
// the encoded message.
func (q *inquiry) denied(reason string, v policy.Verdict) error {
	who := q.call.Caller.ARN
	if who == "" {
		who = "anonymous"
	}
	return &fault.Error{
		Kind: fault.Denied, Err: &Denial{v, q},
		Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", who, q.demand.Action, q.demand.Resource, reason),
	}
}

// layerNames are what AWS's sentences call the places that policies come from.
var layerNames = [...]struct{ article, name string }{
	policy.IdentityLayer:        {"an", "identity-based policy"},
	policy.BoundaryLayer:        {"a", "permissions boundary"},
	policy.SessionLayer:         {"a", "session policy"},
	policy.ControlLayer:         {"a", "service control policy"},
	policy.ResourceControlLayer: {"a", "resource control policy"},
	policy.ResourceLayer:        {"a", "resource-based policy"},
	policy.TrustLayer:           {"the", "role trust policy"},
}

// because words why a verdict is a denial.
func because(v policy.Verdict, action string) string {
	layer := layerNames[v.Layer]
	if v.Decision == policy.ExplicitDeny {
		return "with an explicit deny in " + layer.article + " " + layer.name
	}
	return "because no " + layer.name + " allows the " + action + " action"
}

// becauseSuspended words a refusal that AWS has no sentence for.
func becauseSuspended(account arn.AccountID) string {
	return "because the account " + string(account) + " is suspended"
}
