// Package policycheck finds the mistakes that people make in policies: what is
// not valid, what does nothing, what allows more than was meant. Its findings
// are those of AWS's IAM Access Analyzer policy validation, with their codes
// and words.
//
// It is pure. What AWS's services have of actions, resources and condition keys
// it knows from actioncatalogue.
package policycheck

import (
	"errors"
	"slices"
	"strings"

	"foyer/internal/jsontree"
	"foyer/internal/policy"
)

// Kind is the kind of policy that is checked.
type Kind uint8

// The kinds.
const (
	Identity Kind = iota
	Resource
	Trust // the trust policy of a role
	ServiceControl
	ResourceControl
)

// hasPrincipal reports whether the kind's statements name principals.
func (k Kind) hasPrincipal() bool { return k == Resource || k == Trust || k == ResourceControl }

// Finding is one thing that is wrong, or could be better.
type Finding struct {
	Type      Type
	Code      string // such as "INVALID_ACTION"
	Details   string // a sentence for people
	Link      string // where AWS's manual says more
	Locations []Location
}

// Location is a place in a policy.
type Location struct {
	Path     []Step
	From, To Position
}

// Step is one step of a path through a policy's JSON: into the element of a
// list, the value of a member, or the member's name.
type Step struct {
	Index int    // of an element; -1 for none
	Value string // the member whose value is meant; "" for none
	Key   string // the member whose name is meant; "" for none
}

// Position is a place in the text: its line counts from one, its column and
// offset from zero, in characters.
type Position struct{ Line, Column, Offset int }

// Check finds what is wrong with document.
func Check(document string, kind Kind) []Finding {
	c := &checker{text: document, kind: kind}
	root, err := jsontree.Parse(document)
	if e, ok := errors.AsType[*jsontree.SyntaxError](err); ok {
		at := c.position(e.Offset)
		c.add(jsonSyntax, []Location{{From: at, To: at}}, at.Offset, at.Line, at.Column)
		return c.findings
	}
	c.document(place{node: &root})
	return c.findings
}

// checker gathers findings.
type checker struct {
	text      string
	kind      Kind
	variables bool // the version of the language has them
	findings  []Finding
	work      int    // what was spent of maxWork
	known     [2]int // a byte offset and how many characters stand before it: the last that was asked for
}

// place is a value and the way to it.
type place struct {
	node *jsontree.Node
	path []Step
}

// item is the place of an element of a list.
func (p place) item(i int) place {
	return place{&p.node.List[i], append(slices.Clip(p.path), Step{Index: i})}
}

// items are the places of a list's elements, or the one place that stands for
// a list of one.
func (p place) items() []place {
	if p.node.Kind != jsontree.List {
		return []place{p}
	}
	all := make([]place, len(p.node.List))
	for i := range all {
		all[i] = p.item(i)
	}
	return all
}

// member is the place of a member's value.
func (p place) member(m *jsontree.Member) place {
	return place{&m.Value, append(slices.Clip(p.path), Step{Index: -1, Value: m.Name})}
}

// find is the place of the value of the member so named.
func (p place) find(name string) (place, bool) {
	for i := range p.node.Members {
		if p.node.Members[i].Name == name {
			return p.member(&p.node.Members[i]), true
		}
	}
	return place{}, false
}

// at is the location of a place.
func (c *checker) at(p place) Location {
	return Location{p.path, c.position(p.node.From), c.position(p.node.To)}
}

// atName is the location of a member's name.
func (c *checker) atName(in place, m *jsontree.Member) Location {
	return Location{append(slices.Clip(in.path), Step{Index: -1, Key: m.Name}), c.position(m.From), c.position(m.To)}
}

// position returns where a byte offset stands.
func (c *checker) position(offset int) Position {
	at := jsontree.PositionOf(c.text, offset)
	from, count := c.known[0], c.known[1]
	if offset < from {
		from, count = 0, 0
	}
	count += len([]rune(c.text[from:offset]))
	c.known = [2]int{offset, count}
	return Position{at.Line, at.Column - 1, count}
}

// found adds a finding about a place.
func (c *checker) found(i issue, p place, args ...any) { c.add(i, []Location{c.at(p)}, args...) }

// What bounds the answer, and the comparing of letters.
const (
	maxFindings = 1000
	maxWork     = 50_000_000
)

// afford reports whether n letters may still be compared: a policy that has
// more than people write is not looked at so closely.
func (c *checker) afford(n int) bool {
	c.work += n
	return c.work <= maxWork
}

func (c *checker) add(i issue, at []Location, args ...any) {
	if len(c.findings) < maxFindings {
		c.findings = append(c.findings, i.finding(at, args...))
	}
}

// document checks a policy as a whole.
func (c *checker) document(root place) {
	if root.node.Kind != jsontree.Object {
		c.found(dataType, root)
		return
	}
	for i := range root.node.Members {
		if m := &root.node.Members[i]; m.Name != "Version" && m.Name != "Id" && m.Name != "Statement" {
			c.add(invalidElement, []Location{c.atName(root, m)}, m.Name)
		}
	}
	c.version(root)
	if id, ok := root.find("Id"); ok && id.node.Kind != jsontree.String {
		c.found(dataType, id)
	}
	c.size(root)
	list, ok := root.find("Statement")
	if !ok || len(list.node.Items()) == 0 {
		c.found(missingStatement, root)
		return
	}
	var statements []statement
	for _, p := range list.items() {
		if p.node.Kind != jsontree.Object {
			c.found(dataType, p)
			continue
		}
		s := c.read(p)
		c.statement(&s)
		statements = append(statements, s)
	}
	c.sids(statements)
	c.redundantStatements(statements)
}

func (c *checker) version(root place) {
	version, ok := root.find("Version")
	switch {
	case !ok:
		c.found(missingVersion, root)
	case version.node.Kind != jsontree.String:
		c.found(dataType, version)
	case version.node.Text != policy.Version2008 && version.node.Text != policy.Version2012:
		c.found(invalidVersion, version, version.node.Text)
	default:
		c.variables = version.node.Text == policy.Version2012
	}
}

// The largest policies: of AWS, without white space where it does not count it.
const (
	identityQuota       = 6144
	serviceControlQuota = 5120

	resourceControlQuota = 5120
)

func (c *checker) size(root place) {
	switch c.kind {
	case Identity:
		if len(c.text)-strings.Count(c.text, " ")-strings.Count(c.text, "\n")-strings.Count(c.text, "\t")-strings.Count(c.text, "\r") > identityQuota {
			c.found(identitySize, root)
		}
	case ServiceControl:
		if len(c.text) > serviceControlQuota {
			c.found(serviceControlSize, root)
		}
	case ResourceControl:
		if len(c.text) > resourceControlQuota {
			c.found(resourceControlSize, root, len(c.text), resourceControlQuota)
		}
	case Resource, Trust:
	}
}
