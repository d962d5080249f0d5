package access

import (
	"fmt"

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
}

// decide fails with a Denied fault unless d is allowed.
func (q *inquiry) decide(d *wire.Demand) error {
	if q.refused != "" {
		return q.denied(d, q.refused, nil)
	}
	if q.gone {
		return q.denied(d, because(policy.Verdict{}, d.Action), nil)
	}
	q.demand, q.request.Action, q.request.Resource = d, d.Action, d.Resource
	v := policy.Evaluate(&q.layers, &q.request)
	if v.Decision == policy.Allowed {
		return nil
	}
	var cause error
	if v.Decision == policy.ExplicitDeny {
		cause = fmt.Errorf("statement %d (%q) of %s", v.By.Index, v.By.Sid, v.By.Policy)
	}
	return q.denied(d, because(v, d.Action), cause)
}

// denied is a refusal as AWS words it, with the statement that decided, if
// any, for the log.
func (q *inquiry) denied(d *wire.Demand, reason string, cause error) error {
	who := q.call.Caller.ARN
	if who == "" {
		who = "anonymous"
	}
	return &fault.Error{
		Kind: fault.Denied, Err: cause,
		Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", who, d.Action, d.Resource, reason),
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
