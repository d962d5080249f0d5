package policy

import (
	"fmt"
	"slices"
	"strings"

	"foyer/internal/jsontree"
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
	keys      []string // that were asked about so far, as they are written
	known     map[string]bool
}

// ask notes a condition key.
func (g *grammar) ask(key string) {
	if g.known == nil {
		g.known = make(map[string]bool)
	}
	if !g.known[key] {
		g.known[key] = true
		g.keys = append(g.keys, key)
	}
}

// askVariables notes the keys of the variables in text.
func (g *grammar) askVariables(text string) {
	for g.variables {
		_, rest, opened := strings.Cut(text, "${")
		inside, after, closed := strings.Cut(rest, "}")
		if !opened || !closed {
			return
		}
		key, _, _ := strings.Cut(inside, ",")
		if key = strings.TrimSpace(key); key != "" && key != "*" && key != "?" && key != "$" {
			g.ask(key)
		}
		text = after
	}
}

func malformed(format string, args ...any) error {
	return &Malformed{fmt.Sprintf(format, args...)}
}

// policy reads the document as a whole.
func (g *grammar) policy(root jsontree.Node) (*Policy, error) {
	if root.Kind != jsontree.Object {
		return nil, malformed(syntaxErrors)
	}
	p := &Policy{kind: g.kind, version: Version2008}
	var statements []jsontree.Node
	for i := range root.Members {
		value := &root.Members[i].Value
		switch root.Members[i].Name {
		case "Version":
			p.version = value.Text
			if value.Kind != jsontree.String || p.version != Version2008 && p.version != Version2012 {
				return nil, malformed(syntaxErrors)
			}
		case "Id":
			if value.Kind != jsontree.String {
				return nil, malformed(syntaxErrors)
			}
		case "Statement":
			statements = value.List
			if value.Kind == jsontree.Object {
				statements = []jsontree.Node{*value}
			}
			p.spans = spans(value)
		default:
			return nil, g.unknown(root.Members[i].Name)
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
	err := g.statements(p, statements)
	p.keys = g.keys
	return p, err
}

// spans are where the statements of a list, or the one statement, stand.
func spans(value *jsontree.Node) []Span {
	if value.Kind != jsontree.List {
		return []Span{{value.From + 1, value.To}}
	}
	all := make([]Span, len(value.List))
	from := value.From + 1
	for i := range value.List {
		all[i] = Span{from, value.List[i].To}
		from = all[i].To
	}
	return all
}

func (g *grammar) unknown(element string) error {
	if g.kind == Trust {
		return malformed("Unknown field %s", element)
	}
	return malformed(syntaxErrors)
}

// statements checks all statements for their form before any for its content,
// which is the order in which AWS reports mistakes.
func (g *grammar) statements(p *Policy, nodes []jsontree.Node) error {
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
func (g *grammar) form(n *jsontree.Node) error {
	if n.Kind != jsontree.Object {
		return malformed(syntaxErrors)
	}
	for i := range n.Members {
		name, value := n.Members[i].Name, &n.Members[i].Value
		var ok bool
		switch name {
		case "Sid", "Effect":
			ok = value.Kind == jsontree.String
		case "Action", "NotAction":
			_, ok = value.Strings()
		case "Resource", "NotResource":
			if g.kind == Trust {
				return malformed("Has prohibited field %s", name)
			}
			_, ok = value.Strings()
		case "Principal", "NotPrincipal":
			if !g.hasPrincipal() {
				return malformed("Policy document should not specify a principal.")
			}
			ok = value.Kind == jsontree.String || value.Kind == jsontree.Object
		case "Condition":
			ok = value.Kind == jsontree.Object
		default:
			return g.unknown(name)
		}
		if !ok {
			return malformed(syntaxErrors)
		}
	}
	for _, pair := range [][2]string{{"Action", "NotAction"}, {"Resource", "NotResource"}, {"Principal", "NotPrincipal"}} {
		if n.Has(pair[0]) && n.Has(pair[1]) {
			return malformed(syntaxErrors)
		}
	}
	return g.effect(n)
}

// hasPrincipal reports whether the kind's statements name principals.
func (g *grammar) hasPrincipal() bool {
	return g.kind == Trust || g.kind == Resource || g.kind == ResourceControl
}

func (g *grammar) effect(n *jsontree.Node) error {
	effect, ok := n.Member("Effect")
	switch {
	case !ok && g.kind == Trust:
		return malformed("Missing required field Effect")
	case !ok:
		return malformed(syntaxErrors)
	case effect.Text == "Allow" || effect.Text == "Deny":
		return nil
	case g.kind == Trust:
		return malformed("Invalid effect: %s", effect.Text)
	case strings.EqualFold(effect.Text, "Allow") || strings.EqualFold(effect.Text, "Deny"):
		return malformed(legacyParsing)
	default:
		return malformed(syntaxErrors)
	}
}

// statement checks the content of a statement and adds it to p.
func (g *grammar) statement(p *Policy, index int, n *jsontree.Node) error {
	effect, _ := n.Member("Effect")
	s := statement{index: index, deny: effect.Text == "Deny"}
	for _, step := range []func(*statement, *jsontree.Node) error{
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

func (g *grammar) sid(s *statement, n *jsontree.Node) error {
	value, ok := n.Member("Sid")
	if !ok || value.Text == "" {
		return nil
	}
	s.sid = value.Text
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
func either(n *jsontree.Node, element, negation string) (values []string, negated, present bool) {
	value, present := n.Member(element)
	if !present {
		value, present = n.Member(negation)
		negated = present
	}
	if present {
		values, _ = value.Strings()
	}
	return values, negated, present
}

func (g *grammar) actions(s *statement, n *jsontree.Node) error {
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
		return globBytes(encodeWildcards(name), []byte(strings.ToLower(action)))
	})
}

func (g *grammar) principals(s *statement, n *jsontree.Node) error {
	if !g.hasPrincipal() {
		return nil
	}
	value, present := n.Member("Principal")
	if !present {
		value, present = n.Member("NotPrincipal")
		s.notPrin = present
	}
	if !present {
		return malformed("Missing required field Principal")
	}
	if s.notPrin && g.kind == Trust {
		return malformed("Has prohibited field NotPrincipal")
	}
	s.principals = &principals{}
	if value.Kind == jsontree.String {
		s.principals.everyone = value.Text == "*"
		if !s.principals.everyone {
			return malformed("Invalid principal in policy: %q", value.Text)
		}
		return nil
	}
	if g.kind == ResourceControl {
		return malformed(syntaxErrors)
	}
	return addPrincipals(s.principals, value)
}

func addPrincipals(ps *principals, value *jsontree.Node) error {
	if len(value.Members) == 0 {
		return malformed(noPrincipal)
	}
	for _, m := range value.Members {
		names, ok := m.Value.Strings()
		switch {
		case !ok:
			return malformed(syntaxErrors)
		case len(names) == 0:
			return malformed(noPrincipal)
		}
		for _, name := range names {
			if !ps.add(m.Name, name) {
				return malformed("Invalid principal in policy: %s", quoted(m.Name, name))
			}
		}
	}
	return nil
}

// quoted writes a principal as AWS quotes it: "AWS":"arn:…".
func quoted(kind, name string) string { return `"` + kind + `":"` + name + `"` }

func (g *grammar) conditions(s *statement, n *jsontree.Node) error {
	block, present := n.Member("Condition")
	if !present {
		return nil
	}
	for _, operator := range block.Members {
		if _, known := readOperator(operator.Name); !known || operator.Value.Kind != jsontree.Object {
			if len(operator.Value.Members) == 0 && operator.Value.Kind == jsontree.Object {
				continue // AWS lets an empty block of an unknown operator pass
			}
			if g.kind == Trust {
				return malformed("Invalid Condition type : %s.", operator.Name)
			}
			return malformed(syntaxErrors)
		}
		for _, key := range operator.Value.Members {
			values, ok := key.Value.Scalars()
			if !ok {
				return malformed(syntaxErrors)
			}
			if !strings.Contains(key.Name, ":") {
				return malformed(prefaced)
			}
			g.ask(key.Name)
			for _, v := range values {
				g.askVariables(v)
			}
			c, ok := compileCondition(operator.Name, key.Name, values, g.variables)
			if !ok {
				return malformed(legacyParsing)
			}
			s.conditions = append(s.conditions, c)
		}
	}
	return nil
}
