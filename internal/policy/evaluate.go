package policy

import "strings"

// Decision is the outcome of an evaluation.
type Decision uint8

// The decisions.
const (
	ImplicitDeny Decision = iota // nothing allows it
	Allowed
	ExplicitDeny // a statement denies it
)

// Layer is a place that policies come from.
type Layer uint8

// The layers.
const (
	IdentityLayer        Layer = iota // policies of the user, its groups, or the role
	BoundaryLayer                     // the permissions boundary
	SessionLayer                      // session policies
	ControlLayer                      // service control policies
	ResourceControlLayer              // resource control policies
	ResourceLayer                     // policies of the resource
	TrustLayer                        // the trust policy of a role
)

// Attached is a policy under the name by which verdicts refer to it: the name
// of an inline policy, the ARN of a managed one.
type Attached struct {
	Name   string
	Policy *Policy
}

// Layers are the policies that apply to a request. The zero Layers allows
// nothing, save to an account's root user.
type Layers struct {
	// Controls are the service control policies over the principal's account,
	// one list per level, root first; every level must allow. Nil where none
	// apply: outside an organization, in the management account, for
	// service-linked roles.
	Controls [][]Attached
	// ResourceControls are the resource control policies over the resource's
	// account, as Controls.
	ResourceControls [][]Attached
	// Resource are the policies of the resource. Policies of kind Trust must
	// allow; others are an alternative to Identity within one account.
	Resource []Attached
	// Boundary is the permissions boundary; nil when there is none.
	Boundary *Attached
	// Session are the session policies, of which one must allow; nil when the
	// session has none.
	Session []Attached
	// Identity are the policies of the principal itself.
	Identity []Attached
}

// Request is what is asked for.
type Request struct {
	Action          string // such as "s3:GetObject"
	Resource        string // an ARN, or "*"
	ResourceAccount string // who owns the resource; "" means the principal's account
	Principal       Principal
	Context         Context // condition keys; may be nil
}

// Statement refers to a statement of an attached policy.
type Statement struct {
	Policy string // the name it is attached under
	Sid    string // may be empty
	Index  int    // in the document, from 0
}

// Verdict is a decision with its reason. The zero Verdict denies.
type Verdict struct {
	Decision Decision
	Layer    Layer     // where the decision fell; for ImplicitDeny, what did not allow
	By       Statement // what decided; zero for ImplicitDeny, and for a root user's rights
}

// evaluation is a request taken apart once.
type evaluation struct {
	request  *Request
	service  string // s3
	action   string // GetObject
	resource named
}

// Evaluate decides r under l. It is pure, and allocates nothing but for the
// rare long text with a variable behind a wildcard.
func Evaluate(l *Layers, r *Request) Verdict {
	e := evaluation{request: r, resource: nameOf(r.Resource)}
	e.service, e.action, _ = strings.Cut(r.Action, ":")
	if v := e.denied(l); v.Decision == ExplicitDeny {
		return v
	}
	if v := e.levels(l.ResourceControls, ResourceControlLayer); v.Decision != Allowed {
		return v
	}
	if v := e.levels(l.Controls, ControlLayer); v.Decision != Allowed {
		return v
	}
	return e.allowed(l)
}

// denied looks for a Deny in all policies.
func (e *evaluation) denied(l *Layers) Verdict {
	for _, level := range l.Controls {
		if v := e.deny(level, ControlLayer); v.Decision == ExplicitDeny {
			return v
		}
	}
	for _, level := range l.ResourceControls {
		if v := e.deny(level, ResourceControlLayer); v.Decision == ExplicitDeny {
			return v
		}
	}
	if v := e.deny(l.Resource, resourceLayer(l)); v.Decision == ExplicitDeny {
		return v
	}
	if l.Boundary != nil {
		if v := e.denyBy(l.Boundary, BoundaryLayer); v.Decision == ExplicitDeny {
			return v
		}
	}
	if v := e.deny(l.Session, SessionLayer); v.Decision == ExplicitDeny {
		return v
	}
	return e.deny(l.Identity, IdentityLayer)
}

func (e *evaluation) deny(policies []Attached, in Layer) Verdict {
	for i := range policies {
		if v := e.denyBy(&policies[i], in); v.Decision == ExplicitDeny {
			return v
		}
	}
	return Verdict{Layer: in}
}

func (e *evaluation) denyBy(a *Attached, in Layer) Verdict {
	if a.Policy != nil {
		for i := range a.Policy.deny {
			if s := &a.Policy.deny[i]; s.matches(e) != noGrant {
				return Verdict{ExplicitDeny, in, Statement{a.Name, s.sid, s.index}}
			}
		}
	}
	return Verdict{Layer: in}
}

// levels asks that every level allows.
func (e *evaluation) levels(levels [][]Attached, in Layer) Verdict {
	for _, level := range levels {
		if v, g := e.allow(level, in); g == noGrant {
			return v
		}
	}
	return Verdict{Decision: Allowed, Layer: in}
}

// allow returns the Allow of policies that names the principal most closely.
func (e *evaluation) allow(policies []Attached, in Layer) (Verdict, grant) {
	best, closest := Verdict{Layer: in}, noGrant
	for i := range policies {
		a := &policies[i]
		if a.Policy == nil {
			continue
		}
		for j := range a.Policy.allow {
			s := &a.Policy.allow[j]
			if g := s.matches(e); g > closest {
				best, closest = Verdict{Allowed, in, Statement{a.Name, s.sid, s.index}}, g
			}
			if closest == directGrant {
				return best, closest
			}
		}
	}
	return best, closest
}

// allowed decides when nothing denies and the organization allows.
func (e *evaluation) allowed(l *Layers) Verdict {
	p := &e.request.Principal
	byResource, g := e.allow(l.Resource, resourceLayer(l))
	own := p.Account != "" && (e.request.ResourceAccount == "" || e.request.ResourceAccount == p.Account)
	switch {
	case p.Account == "": // federated subjects, services and nobody have no policies of their own
		return byResource
	case g == noGrant && (!own || byResource.Layer == TrustLayer):
		return byResource
	case own && g == directGrant:
		return byResource
	case own && g == originGrant:
		if v := e.limits(l); v.Decision != Allowed {
			return v
		}
		return byResource
	}
	byIdentity := e.byIdentity(l)
	if byIdentity.Decision == Allowed && !own {
		return byResource
	}
	return byIdentity
}

// limits asks that boundary and session policies allow.
func (e *evaluation) limits(l *Layers) Verdict {
	if l.Boundary != nil {
		if v, g := e.allow([]Attached{*l.Boundary}, BoundaryLayer); g == noGrant {
			return v
		}
	}
	if l.Session != nil {
		if v, g := e.allow(l.Session, SessionLayer); g == noGrant {
			return v
		}
	}
	return Verdict{Decision: Allowed}
}

// byIdentity asks the principal's own policies and their limits.
func (e *evaluation) byIdentity(l *Layers) Verdict {
	if e.request.Principal.Type == Root {
		return Verdict{Decision: Allowed, Layer: IdentityLayer}
	}
	byIdentity, g := e.allow(l.Identity, IdentityLayer)
	if g == noGrant {
		return byIdentity
	}
	if v := e.limits(l); v.Decision != Allowed {
		return v
	}
	return byIdentity
}

// resourceLayer tells a role's trust policy from other resource policies.
func resourceLayer(l *Layers) Layer {
	for i := range l.Resource {
		if p := l.Resource[i].Policy; p != nil && p.kind == Trust {
			return TrustLayer
		}
	}
	return ResourceLayer
}
