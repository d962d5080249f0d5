package policy

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

	NumLayers // how many there are
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
	service  []byte // s3, in lower case
	action   []byte // getobject
	resource named
}

// maxAction is the length up to which an action takes no memory: AWS's longest.
const maxAction = 128

// take takes r apart. The action in lower case is appended to whole.
func take(r *Request, whole []byte) evaluation {
	e := evaluation{request: r, resource: nameOf(r.Resource)}
	colon := -1
	for i := range len(r.Action) {
		c := lower(r.Action[i])
		if c == ':' && colon < 0 {
			colon = i
		}
		whole = append(whole, c)
	}
	if colon < 0 {
		e.service = whole
		return e
	}
	e.service, e.action = whole[:colon], whole[colon+1:]
	return e
}

// Evaluate decides r under l. It is pure, and allocates nothing but for the
// rare long text with a variable behind a wildcard.
func Evaluate(l *Layers, r *Request) Verdict {
	var letters [maxAction]byte
	e := take(r, letters[:0])
	if by, in := e.denied(l); by.statement != nil {
		return by.verdict(ExplicitDeny, in)
	}
	if !e.levels(l.ResourceControls) {
		return Verdict{Layer: ResourceControlLayer}
	}
	if !e.levels(l.Controls) {
		return Verdict{Layer: ControlLayer}
	}
	return e.allowed(l)
}

// match is a statement that is about a request, and where it stands. The zero
// match is none.
type match struct {
	in        *Attached
	statement *statement
}

// verdict words what m decides. Without a statement nothing is allowed.
func (m match) verdict(d Decision, in Layer) Verdict {
	if m.statement == nil {
		return Verdict{Layer: in}
	}
	return Verdict{d, in, Statement{m.in.Name, m.statement.sid, m.statement.index}}
}

// denied looks for a Deny in all policies.
func (e *evaluation) denied(l *Layers) (by match, in Layer) {
	for _, level := range l.Controls {
		if m := e.deny(level); m.statement != nil {
			return m, ControlLayer
		}
	}
	for _, level := range l.ResourceControls {
		if m := e.deny(level); m.statement != nil {
			return m, ResourceControlLayer
		}
	}
	if m := e.deny(l.Resource); m.statement != nil {
		return m, resourceLayer(l)
	}
	if l.Boundary != nil {
		if m := e.denyBy(l.Boundary); m.statement != nil {
			return m, BoundaryLayer
		}
	}
	if m := e.deny(l.Session); m.statement != nil {
		return m, SessionLayer
	}
	return e.deny(l.Identity), IdentityLayer
}

func (e *evaluation) deny(policies []Attached) match {
	for i := range policies {
		if m := e.denyBy(&policies[i]); m.statement != nil {
			return m
		}
	}
	return match{}
}

func (e *evaluation) denyBy(a *Attached) match {
	if a.Policy != nil && len(a.Policy.deny) > 0 {
		for w := a.Policy.denials.walk(e.service); ; {
			c := w.next()
			if c.statement == nil {
				break
			}
			if c.matches(e) != noGrant {
				return match{a, c.statement}
			}
		}
	}
	return match{}
}

// levels reports whether every level allows.
func (e *evaluation) levels(levels [][]Attached) bool {
	for _, level := range levels {
		if _, g := e.allow(level); g == noGrant {
			return false
		}
	}
	return true
}

// allow returns the Allow of policies that names the principal most closely.
func (e *evaluation) allow(policies []Attached) (match, grant) {
	best, closest := match{}, noGrant
	for i := range policies {
		m, g := e.allowBy(&policies[i])
		if g > closest {
			best, closest = m, g
		}
		if closest == directGrant {
			break
		}
	}
	return best, closest
}

func (e *evaluation) allowBy(a *Attached) (match, grant) {
	best, closest := match{}, noGrant
	if a.Policy == nil {
		return best, closest
	}
	for w := a.Policy.grants.walk(e.service); closest != directGrant; {
		c := w.next()
		if c.statement == nil {
			break
		}
		if g := c.matches(e); g > closest {
			best, closest = match{a, c.statement}, g
		}
	}
	return best, closest
}

// allowed decides when nothing denies and the organization allows.
func (e *evaluation) allowed(l *Layers) Verdict {
	p := &e.request.Principal
	in := resourceLayer(l)
	byResource, g := e.allow(l.Resource)
	own := p.Account != "" && (e.request.ResourceAccount == "" || e.request.ResourceAccount == p.Account)
	switch {
	case p.Account == "": // federated subjects, services and nobody have no policies of their own
		return byResource.verdict(Allowed, in)
	case g == noGrant && (!own || in == TrustLayer):
		return Verdict{Layer: in}
	case own && g == directGrant:
		return byResource.verdict(Allowed, in)
	case own && g == originGrant:
		if limit, ok := e.limits(l); !ok {
			return Verdict{Layer: limit}
		}
		return byResource.verdict(Allowed, in)
	}
	byIdentity := e.byIdentity(l)
	if byIdentity.Decision == Allowed && !own {
		return byResource.verdict(Allowed, in)
	}
	return byIdentity
}

// limits reports whether boundary and session policies allow, and if not,
// which of them.
func (e *evaluation) limits(l *Layers) (Layer, bool) {
	if l.Boundary != nil {
		if _, g := e.allowBy(l.Boundary); g == noGrant {
			return BoundaryLayer, false
		}
	}
	if l.Session != nil {
		if _, g := e.allow(l.Session); g == noGrant {
			return SessionLayer, false
		}
	}
	return 0, true
}

// byIdentity asks the principal's own policies and their limits.
func (e *evaluation) byIdentity(l *Layers) Verdict {
	if e.request.Principal.Type == Root {
		return Verdict{Decision: Allowed, Layer: IdentityLayer}
	}
	by, g := e.allow(l.Identity)
	if g != noGrant {
		if limit, ok := e.limits(l); !ok {
			return Verdict{Layer: limit}
		}
	}
	return by.verdict(Allowed, IdentityLayer)
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
