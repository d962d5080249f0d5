package policy

import (
	"slices"
	"strings"
)

// Explanation is a verdict with all that speaks for it.
type Explanation struct {
	Verdict
	// Says is what each layer says by itself. A layer that has no policies and
	// so does not limit says Allowed; one that would have to grant, ImplicitDeny.
	Says [NumLayers]Decision
	// Matched are all statements that deny, where one does; else all of those
	// that allow, of every layer, whether or not that is enough.
	Matched []Matched
}

// Matched is a statement that is about a request.
type Matched struct {
	Statement
	Layer Layer
	Span  Span
}

// Explain decides r under l as Evaluate does, and tells everything about it. It
// takes longer: for simulations and for people.
func Explain(l *Layers, r *Request) Explanation {
	x := Explanation{Verdict: Evaluate(l, r)}
	e := take(r, nil)
	resource := resourceLayer(l)
	x.Says = [NumLayers]Decision{
		IdentityLayer: e.says(l.Identity), ControlLayer: e.levelsSay(l.Controls), ResourceControlLayer: e.levelsSay(l.ResourceControls),
		BoundaryLayer: Allowed, SessionLayer: Allowed,
	}
	x.Says[resource] = e.says(l.Resource)
	if r.Principal.Type == Root && x.Says[IdentityLayer] == ImplicitDeny {
		x.Says[IdentityLayer] = Allowed
	}
	var boundary []Attached
	if l.Boundary != nil {
		boundary = []Attached{*l.Boundary}
		x.Says[BoundaryLayer] = e.says(boundary)
	}
	if l.Session != nil {
		x.Says[SessionLayer] = e.says(l.Session)
	}
	denied := x.Decision == ExplicitDeny
	for _, level := range l.Controls {
		x.Matched = e.matched(x.Matched, level, ControlLayer, denied)
	}
	for _, level := range l.ResourceControls {
		x.Matched = e.matched(x.Matched, level, ResourceControlLayer, denied)
	}
	x.Matched = e.matched(x.Matched, l.Resource, resource, denied)
	x.Matched = e.matched(x.Matched, boundary, BoundaryLayer, denied)
	x.Matched = e.matched(x.Matched, l.Session, SessionLayer, denied)
	x.Matched = e.matched(x.Matched, l.Identity, IdentityLayer, denied)
	return x
}

// says is what policies decide by themselves.
func (e *evaluation) says(policies []Attached) Decision {
	if m := e.deny(policies); m.statement != nil {
		return ExplicitDeny
	}
	if _, g := e.allow(policies); g != noGrant {
		return Allowed
	}
	return ImplicitDeny
}

// levelsSay is what levels decide together.
func (e *evaluation) levelsSay(levels [][]Attached) Decision {
	for _, level := range levels {
		if m := e.deny(level); m.statement != nil {
			return ExplicitDeny
		}
	}
	if !e.levels(levels) {
		return ImplicitDeny
	}
	return Allowed
}

// matched appends the statements of policies with the effect asked for.
func (e *evaluation) matched(to []Matched, policies []Attached, in Layer, denying bool) []Matched {
	for i := range policies {
		p := policies[i].Policy
		if p == nil {
			continue
		}
		statements := p.allow
		if denying {
			statements = p.deny
		}
		for j := range statements {
			if s := &statements[j]; s.matches(e) != noGrant {
				to = append(to, Matched{Statement{policies[i].Name, s.sid, s.index}, in, p.Span(s.index)})
			}
		}
	}
	return to
}

// Missing returns the condition keys that policies ask about and the request
// does not have, sorted: each spelling once, as AWS lists them.
func Missing(policies []Attached, keys Context) []string {
	var all []string
	for _, a := range policies {
		if a.Policy == nil {
			continue
		}
		for _, key := range a.Policy.keys {
			if values, _ := lookup(keys, strings.ToLower(key)); len(values) == 0 {
				all = append(all, key)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
