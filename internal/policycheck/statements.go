package policycheck

import (
	"slices"
	"strings"

	"foyer/internal/actioncatalogue"
	"foyer/internal/jsontree"
)

// statement is a statement whose elements have been found.
type statement struct {
	place
	allow, deny  bool
	sid          string
	actions      []place // strings only
	notAction    bool
	resources    []place // strings only
	notResource  bool
	conditionKey map[string]bool // in lower case
}

// elements are what a statement can have.
var elements = []string{
	"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}

// opposites are elements of which a statement has one.
var opposites = [][2]string{{"Action", "NotAction"}, {"Resource", "NotResource"}, {"Principal", "NotPrincipal"}}

// read finds the elements of a statement and checks their form.
func (c *checker) read(p place) statement {
	s := statement{place: p, conditionKey: map[string]bool{}}
	for i := range p.node.Members {
		if m := &p.node.Members[i]; !slices.Contains(elements, m.Name) {
			c.add(invalidElement, []Location{c.atName(p, m)}, m.Name)
		}
	}
	for _, pair := range opposites {
		one, hasOne := p.find(pair[0])
		other, hasOther := p.find(pair[1])
		if hasOne && hasOther {
			c.add(elementCombination, []Location{c.at(one), c.at(other)}, pair[0], pair[1])
		}
	}
	s.actions, s.notAction = c.texts(p, "Action", "NotAction", emptyActions)
	s.resources, s.notResource = c.texts(p, "Resource", "NotResource", emptyResources)
	return s
}

// texts are the places of the strings of an element, or of its negation.
func (c *checker) texts(p place, element, negation string, empty issue) (all []place, negated bool) {
	value, ok := p.find(element)
	if !ok {
		value, negated = p.find(negation)
		if !negated {
			return nil, false
		}
	}
	items := value.items()
	if len(items) == 0 {
		c.found(empty, value)
	}
	for _, item := range items {
		if item.node.Kind != jsontree.String {
			c.found(dataType, item)
			continue
		}
		all = append(all, item)
	}
	return all, negated
}

// statement checks one statement.
func (c *checker) statement(s *statement) {
	c.effect(s)
	c.sid(s)
	c.principals(s)
	if !s.node.Has("Action") && !s.node.Has("NotAction") {
		c.found(missingAction, s.place)
	}
	if c.kind != Trust && c.kind != Resource && !s.node.Has("Resource") && !s.node.Has("NotResource") {
		c.found(missingResource, s.place)
	}
	for _, name := range []string{"Resource", "NotResource"} {
		if r, ok := s.find(name); ok && c.kind == Trust {
			c.found(trustResource, r)
		}
	}
	for _, a := range s.actions {
		c.action(a)
	}
	for _, r := range s.resources {
		c.resource(r)
	}
	if block, ok := s.find("Condition"); ok {
		c.conditions(s, block)
	}
	c.redundant(s.actions, redundantAction, strings.ToLower)
	c.redundant(s.resources, redundantResource, func(r string) string { return r })
	c.roles(s)
	switch c.kind {
	case Trust:
		c.trust(s)
	case ResourceControl:
		c.resourceControl(s)
	case Resource:
		if !s.hasResource() { // of a role, most likely
			c.trust(s)
		}
	case Identity, ServiceControl:
	}
}

func (s *statement) hasResource() bool { return s.node.Has("Resource") || s.node.Has("NotResource") }

// resourceControl checks what resource control policies may not say.
func (c *checker) resourceControl(s *statement) {
	everything := len(s.resources) == 1 && s.resources[0].node.Text == "*" && !s.notResource
	if s.allow && (!everything || s.node.Has("Condition")) {
		c.found(rcpAllow, s.place)
	}
	if value, ok := s.find("NotAction"); ok {
		c.found(rcpNotAction, value)
		return
	}
	for _, a := range s.actions {
		prefix, _, named := strings.Cut(strings.ToLower(a.node.Text), ":")
		if _, known := actioncatalogue.Find(prefix); named && known && !actioncatalogue.ResourceControlled(prefix) || !named && (s.deny || a.node.Text != "*") {
			c.found(rcpAction, a)
		}
	}
}

func (c *checker) effect(s *statement) {
	effect, ok := s.find("Effect")
	switch {
	case !ok:
		c.found(missingEffect, s.place)
	case effect.node.Kind != jsontree.String:
		c.found(dataType, effect)
	case effect.node.Text != "Allow" && effect.node.Text != "Deny":
		c.found(invalidEffect, effect, effect.node.Text)
	default:
		s.allow, s.deny = effect.node.Text == "Allow", effect.node.Text == "Deny"
	}
}

func (c *checker) sid(s *statement) {
	sid, ok := s.find("Sid")
	switch {
	case !ok:
	case sid.node.Kind != jsontree.String:
		c.found(dataType, sid)
	case sid.node.Text == "":
		c.found(emptySid, sid)
	default:
		s.sid = sid.node.Text
		if c.kind != Resource && strings.Trim(s.sid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			c.found(unsupportedSid, sid)
		}
	}
}

// sids finds statements of one name. Policies of resources may have them.
func (c *checker) sids(statements []statement) {
	by := map[string][]Location{}
	var order []string
	for i := range statements {
		s := &statements[i]
		if s.sid == "" {
			continue
		}
		if by[s.sid] == nil {
			order = append(order, s.sid)
		}
		sid, _ := s.find("Sid")
		by[s.sid] = append(by[s.sid], c.at(sid))
	}
	what := uniqueSids
	if c.kind == Resource {
		what = sidsRecommended
	}
	for _, sid := range order {
		if len(by[sid]) > 1 {
			c.add(what, by[sid])
		}
	}
}

// redundantStatements finds statements that say the same but for their Sid.
func (c *checker) redundantStatements(statements []statement) {
	by := map[string][]Location{}
	var order []string
	for i := range statements {
		key := canonical(statements[i].node)
		if by[key] == nil {
			order = append(order, key)
		}
		by[key] = append(by[key], c.at(statements[i].place))
	}
	for _, key := range order {
		if len(by[key]) > 1 {
			c.add(redundantStatement, by[key])
		}
	}
}

// canonical writes a statement, or part of one, so that what means the same is
// the same: members by name, lists sorted, without the Sid.
func canonical(n *jsontree.Node) string {
	var parts []string
	switch n.Kind {
	case jsontree.Object:
		for i := range n.Members {
			if m := &n.Members[i]; m.Name != "Sid" {
				parts = append(parts, m.Name+"="+canonical(&m.Value))
			}
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, "\x00") + "}"
	case jsontree.List:
		for i := range n.List {
			parts = append(parts, canonical(&n.List[i]))
		}
		slices.Sort(parts)
		return strings.Join(parts, "\x01")
	case jsontree.String, jsontree.Number, jsontree.Bool, jsontree.Null:
	}
	return n.Text
}

// maxCompared bounds how many patterns of one element are compared with each
// other.
const maxCompared = 500

// redundant finds the patterns of an element that another one contains.
func (c *checker) redundant(all []place, what issue, fold func(string) string) {
	if len(all) > maxCompared {
		return
	}
	var at []Location
	first := ""
	for i, p := range all {
		text := fold(p.node.Text)
		for j, q := range all {
			other := fold(q.node.Text)
			if !c.afford(len(text) + len(other)) {
				return
			}
			if i != j && contains(other, text) && (other != text || j < i) {
				at = append(at, c.at(p))
				if first == "" {
					first = p.node.Text
				}
				break
			}
		}
	}
	if len(at) > 0 {
		c.add(what, at, len(at), first)
	}
}
