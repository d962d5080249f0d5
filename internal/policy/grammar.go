package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Texts that several checks share.
const (
	syntaxErrors  = "Syntax errors in policy."
	legacyParsing = "The policy failed legacy parsing"
	noPrincipal   = "Missing required field Principal cannot be empty!"
)

// grammar checks and compiles a parsed document of one kind.
type grammar struct {
	kind      Kind
	variables bool     // the version of the language has them
	sids      []string // seen so far
}

func malformed(format string, args ...any) error {
	return &Malformed{fmt.Sprintf(format, args...)}
}

// policy reads the document as a whole.
func (g *grammar) policy(root node) (*Policy, error) {
	if root.kind != objectNode {
		return nil, malformed(syntaxErrors)
	}
	p := &Policy{kind: g.kind, version: Version2008}
	var statements []node
	for i := range root.members {
		value := &root.members[i].value
		switch root.members[i].name {
		case "Version":
			p.version = value.text
			if value.kind != stringNode || p.version != Version2008 && p.version != Version2012 {
				return nil, malformed(syntaxErrors)
			}
		case "Id":
			if value.kind != stringNode {
				return nil, malformed(syntaxErrors)
			}
		case "Statement":
			statements = value.list
			if value.kind == objectNode {
				statements = []node{*value}
			}
		default:
			return nil, g.unknown(root.members[i].name)
		}
	}
	switch {
	case len(statements) == 0 && g.kind == Trust:
		return nil, malformed("Could not parse the policy: Statement is empty!")
	case len(statements) == 0:
		return nil, malformed(syntaxErrors)
	case g.kind == Managed && p.version != Version2012:
		return nil, malformed("Policy document must be version 2012-10-17 or greater.")
	}
	g.variables = p.version == Version2012
	return p, g.statements(p, statements)
}

func (g *grammar) unknown(element string) error {
	if g.kind == Trust {
		return malformed("Unknown field %s", element)
	}
	return malformed(syntaxErrors)
}

// statements checks all statements for their form before any for its content,
// which is the order in which AWS reports mistakes.
func (g *grammar) statements(p *Policy, nodes []node) error {
	for i := range nodes {
		if err := g.form(&nodes[i]); err != nil {
			return err
		}
	}
	for i := range nodes {
		if err := g.statement(p, i, &nodes[i]); err != nil {
			return err
		}
	}
	return nil
}

// form checks which elements a statement has, and of what type they are.
func (g *grammar) form(n *node) error {
	if n.kind != objectNode {
		return malformed(syntaxErrors)
	}
	for i := range n.members {
		name, value := n.members[i].name, &n.members[i].value
		var ok bool
		switch name {
		case "Sid", "Effect":
			ok = value.kind == stringNode
		case "Action", "NotAction":
			_, ok = value.strings()
		case "Resource", "NotResource":
			if g.kind == Trust {
				return malformed("Has prohibited field %s", name)
			}
			_, ok = value.strings()
		case "Principal", "NotPrincipal":
			if !g.hasPrincipal() {
				return malformed("Policy document should not specify a principal.")
			}
			ok = value.kind == stringNode || value.kind == objectNode
		case "Condition":
			ok = value.kind == objectNode
		default:
			return g.unknown(name)
		}
		if !ok {
			return malformed(syntaxErrors)
		}
	}
	for _, pair := range [][2]string{{"Action", "NotAction"}, {"Resource", "NotResource"}, {"Principal", "NotPrincipal"}} {
		if n.has(pair[0]) && n.has(pair[1]) {
			return malformed(syntaxErrors)
		}
	}
	return g.effect(n)
}

// hasPrincipal reports whether the kind's statements name principals.
func (g *grammar) hasPrincipal() bool {
	return g.kind == Trust || g.kind == Resource || g.kind == ResourceControl
}

func (g *grammar) effect(n *node) error {
	effect, ok := n.member("Effect")
	switch {
	case !ok && g.kind == Trust:
		return malformed("Missing required field Effect")
	case !ok:
		return malformed(syntaxErrors)
	case effect.text == "Allow" || effect.text == "Deny":
		return nil
	case g.kind == Trust:
		return malformed("Invalid effect: %s", effect.text)
	case strings.EqualFold(effect.text, "Allow") || strings.EqualFold(effect.text, "Deny"):
		return malformed(legacyParsing)
	default:
		return malformed(syntaxErrors)
	}
}

// statement checks the content of a statement and adds it to p.
func (g *grammar) statement(p *Policy, index int, n *node) error {
	effect, _ := n.member("Effect")
	s := statement{index: index, deny: effect.text == "Deny"}
	for _, step := range []func(*statement, *node) error{
		g.sid, g.principals, g.actions, g.resources, g.conditions,
	} {
		if err := step(&s, n); err != nil {
			return err
		}
	}
	if s.deny {
		p.deny = append(p.deny, s)
	} else {
		p.allow = append(p.allow, s)
	}
	return nil
}

func (g *grammar) sid(s *statement, n *node) error {
	value, ok := n.member("Sid")
	if !ok || value.text == "" {
		return nil
	}
	s.sid = value.text
	if slices.Contains(g.sids, s.sid) {
		return malformed("Statement IDs (SID) in a single policy must be unique.")
	}
	g.sids = append(g.sids, s.sid)
	if g.kind == Resource { // services differ here; S3 allows blanks
		return nil
	}
	for i := range len(s.sid) {
		if c := lower(s.sid[i]); (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
		}
	}
	return nil
}

// either returns the strings of element, or of its negation.
func either(n *node, element, negation string) (values []string, negated, present bool) {
	value, present := n.member(element)
	if !present {
		value, present = n.member(negation)
		negated = present
	}
	if present {
		values, _ = value.strings()
	}
	return values, negated, present
}

func (g *grammar) actions(s *statement, n *node) error {
	values, negated, present := either(n, "Action", "NotAction")
	switch {
	case !present && g.kind == Trust:
		return malformed("Missing required field Action")
	case len(values) == 0:
		return malformed("Policy statement must contain actions.")
	}
	for _, a := range values {
		if err := g.action(a); err != nil {
			return err
		}
	}
	s.actions, s.notAction = compileActions(values), negated
	return nil
}

// prefaced is what AWS says of actions and condition keys without a service.
const prefaced = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."

func (g *grammar) action(a string) error {
	vendor, name, found := strings.Cut(a, ":")
	switch {
	case g.kind == Trust && !mayAssume(a):
		return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
	case a == "*":
		return nil
	case !found || vendor == "" || name == "":
		return malformed(prefaced)
	case strings.Contains(name, ":"):
		return malformed("Actions/Condition can contain only one colon.")
	case vendor != "*" && strings.Trim(strings.ToLower(vendor), "abcdefghijklmnopqrstuvwxyz0123456789-.") != "":
		return malformed("Vendor %s is not valid", vendor)
	}
	return nil
}

// assumeActions are the actions that a role's trust policy can be about.
var assumeActions = []string{
	"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "TagSession", "SetSourceIdentity", "SetContext",
}

// mayAssume reports whether a names one of them, or is a pattern that does.
func mayAssume(a string) bool {
	vendor, name, _ := strings.Cut(strings.ToLower(a), ":")
	return vendor == "sts" && slices.ContainsFunc(assumeActions, func(action string) bool {
		return globFold(encodeWildcards(name), action)
	})
}

func (g *grammar) principals(s *statement, n *node) error {
	if !g.hasPrincipal() {
		return nil
	}
	value, present := n.member("Principal")
	if !present {
		value, present = n.member("NotPrincipal")
		s.notPrin = present
	}
	if !present {
		return malformed("Missing required field Principal")
	}
	if s.notPrin && g.kind == Trust {
		return malformed("Has prohibited field NotPrincipal")
	}
	s.principals = &principals{}
	if value.kind == stringNode {
		s.principals.everyone = value.text == "*"
		if !s.principals.everyone {
			return malformed("Invalid principal in policy: %q", value.text)
		}
		return nil
	}
	if g.kind == ResourceControl {
		return malformed(syntaxErrors)
	}
	return addPrincipals(s.principals, value)
}

func addPrincipals(ps *principals, value *node) error {
	if len(value.members) == 0 {
		return malformed(noPrincipal)
	}
	for _, m := range value.members {
		names, ok := m.value.strings()
		switch {
		case !ok:
			return malformed(syntaxErrors)
		case len(names) == 0:
			return malformed(noPrincipal)
		}
		for _, name := range names {
			if !ps.add(m.name, name) {
				return malformed("Invalid principal in policy: %s", quoted(m.name, name))
			}
		}
	}
	return nil
}

// quoted writes a principal as AWS quotes it: "AWS":"arn:…".
func quoted(kind, name string) string { return `"` + kind + `":"` + name + `"` }

func (g *grammar) conditions(s *statement, n *node) error {
	block, present := n.member("Condition")
	if !present {
		return nil
	}
	for _, operator := range block.members {
		if _, known := readOperator(operator.name); !known || operator.value.kind != objectNode {
			if len(operator.value.members) == 0 && operator.value.kind == objectNode {
				continue // AWS lets an empty block of an unknown operator pass
			}
			if g.kind == Trust {
				return malformed("Invalid Condition type : %s.", operator.name)
			}
			return malformed(syntaxErrors)
		}
		for _, key := range operator.value.members {
			values, ok := key.value.scalars()
			if !ok {
				return malformed(syntaxErrors)
			}
			if !strings.Contains(key.name, ":") {
				return malformed(prefaced)
			}
			c, ok := compileCondition(operator.name, key.name, values, g.variables)
			if !ok {
				return malformed(legacyParsing)
			}
			s.conditions = append(s.conditions, c)
		}
	}
	return nil
}
