package access

import (
	"slices"
	"strconv"
	"strings"

	"foyer/internal/actioncatalogue"
	"foyer/internal/arn"
	"foyer/internal/jsontree"
	"foyer/internal/policy"
)

// decide decides one action for all resources.
func (m *simulation) decide(action string) SimulatedAction {
	out := SimulatedAction{Action: action}
	shape := shapeOf(action)
	for _, r := range m.resources {
		one, organizations := m.decideOne(action, r, shape)
		out.merge(&one)
		if m.inOrg {
			allowed := organizations && (out.Organizations == nil || *out.Organizations)
			out.Organizations = &allowed
		}
		if r != "*" {
			out.Each = append(out.Each, one)
		}
	}
	out.Resource = m.resources[0]
	if len(m.resources) > 1 {
		out.Resource = shape.template(m.resources[0])
	}
	return out
}

// merge adds what is decided of one resource to what is decided of all: the
// worst decision, and all that any rests on.
func (s *SimulatedAction) merge(one *SimulatedResult) {
	first := len(s.Each) == 0
	if first || worse(one.Decision, s.Decision) {
		s.Decision = one.Decision
	}
	for _, statement := range one.Matched {
		if !slices.Contains(s.Matched, statement) {
			s.Matched = append(s.Matched, statement)
		}
	}
	for _, key := range one.Missing {
		if !slices.Contains(s.Missing, key) {
			s.Missing = append(s.Missing, key)
		}
	}
	if one.Boundary != nil && (s.Boundary == nil || *s.Boundary) {
		s.Boundary = one.Boundary
	}
	if first {
		s.Details = one.Details
		return
	}
	for kind, decision := range one.Details {
		if was, there := s.Details[kind]; !there || worse(decision, was) {
			s.Details = with(s.Details, kind, decision)
		}
	}
}

func with(details map[string]policy.Decision, kind string, decision policy.Decision) map[string]policy.Decision {
	all := map[string]policy.Decision{kind: decision}
	for k, d := range details {
		if k != kind {
			all[k] = d
		}
	}
	return all
}

// worse reports whether a denies more than b.
func worse(a, b policy.Decision) bool {
	return a == policy.ExplicitDeny && b != policy.ExplicitDeny || a == policy.ImplicitDeny && b == policy.Allowed
}

// decideOne decides one action for one resource, and reports whether the
// organization allows it.
func (m *simulation) decideOne(action, resource string, shape actionShape) (SimulatedResult, bool) {
	out := SimulatedResult{Resource: resource}
	if resource != "*" {
		out.Details = map[string]policy.Decision{}
	}
	if !shape.takes(resource) {
		if m.layers.Boundary != nil {
			out.Boundary = new(false)
		}
		return out, true
	}
	request := policy.Request{Action: action, Resource: resource, Principal: m.principal, Context: simulatedKeys{m.keys, m.ownerOf(resource)}}
	if m.layers.Resource != nil {
		request.ResourceAccount = m.ownerOf(resource)
	}
	x := policy.Explain(&m.layers, &request)
	out.Decision = x.Decision
	if x.Says[policy.ControlLayer] != policy.Allowed {
		return out, false // AWS looks no further
	}
	if m.layers.Boundary != nil {
		out.Boundary = new(x.Says[policy.BoundaryLayer] == policy.Allowed)
	}
	if request.ResourceAccount != "" && request.ResourceAccount != m.principal.Account {
		out.Details = m.details(&x)
	}
	if out.Decision == policy.ImplicitDeny {
		out.Missing = m.missing(request.Context)
		return out, true
	}
	for _, match := range x.Matched {
		if out.Decision == policy.ExplicitDeny || match.Layer != policy.BoundaryLayer && match.Layer != policy.ControlLayer {
			out.Matched = append(out.Matched, m.statement(match))
		}
	}
	return out, true
}

// details is what each kind of policy says of a request across accounts.
func (m *simulation) details(x *policy.Explanation) map[string]policy.Decision {
	all := map[string]policy.Decision{identityType: x.Says[policy.IdentityLayer], resourceType: x.Says[policy.ResourceLayer]}
	if kind := m.layers.Resource[0].Policy.Kind(); kind == policy.Trust {
		all[resourceType] = x.Says[policy.TrustLayer]
	}
	if m.layers.Boundary != nil {
		all[boundaryType] = x.Says[policy.BoundaryLayer]
	}
	return all
}

func (m *simulation) missing(keys policy.Context) []string {
	attached := slices.Concat(m.layers.Identity, m.layers.Resource)
	if m.layers.Boundary != nil {
		attached = append(attached, *m.layers.Boundary)
	}
	return policy.Missing(attached, keys)
}

func (m *simulation) statement(match policy.Matched) SimulatedStatement {
	n, err := strconv.Atoi(match.Policy)
	if err != nil {
		return SimulatedStatement{PolicyID: match.Policy, PolicyType: identityType} // of no source: not reached
	}
	from := m.sources[n]
	return SimulatedStatement{
		PolicyID: from.id, PolicyType: from.kind,
		Start: jsontree.PositionOf(from.document, match.Span.From), End: jsontree.PositionOf(from.document, match.Span.To),
	}
}

// ownerOf is the account that owns a resource.
func (m *simulation) ownerOf(resource string) string {
	if a, err := arn.Parse(resource); err == nil && a.Account != "" {
		return string(a.Account)
	}
	if m.owner != "" {
		return m.owner
	}
	return m.principal.Account
}

// actionShape is what resources an action takes.
type actionShape struct {
	known bool
	arns  []string // templates
}

func shapeOf(name string) actionShape {
	prefix, name, _ := strings.Cut(strings.ToLower(name), ":")
	service, ok := actioncatalogue.Find(prefix)
	if !ok {
		return actionShape{}
	}
	action, ok := service.Action(name)
	if !ok {
		return actionShape{}
	}
	shape := actionShape{known: true}
	for _, r := range action.Resources {
		if of, ok := service.Resource(r.Type); ok {
			shape.arns = append(shape.arns, of.ARN)
		}
	}
	return shape
}

// takes reports whether the action can be about a resource. What the catalogue
// does not know can be about anything.
func (s actionShape) takes(resource string) bool {
	return !s.known || resource == "*" || slices.ContainsFunc(s.arns, func(template string) bool {
		return actioncatalogue.MatchARN(template, resource)
	})
}

// template is what the ARNs of several resources, such as one, look like.
func (s actionShape) template(one string) string {
	if len(s.arns) == 0 {
		return "*"
	}
	like := max(0, slices.IndexFunc(s.arns, func(template string) bool { return actioncatalogue.MatchARN(template, one) }))
	return actioncatalogue.InPartition(s.arns[like], "aws")
}
