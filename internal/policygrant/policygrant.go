// Package policygrant answers what policies grant, whoever asks: whether a
// policy grants some of a list of accesses, and whether it grants anything that
// another one does not.
//
// An access is an action, a resource, a principal and whatever conditions ask
// about. Actions are those that AWS has, and those that the policies spell out;
// resources are compared as the languages of their patterns are. A condition is
// opaque: of two only what their texts say is known, that one implies the
// other. So an answer of no is certain, and an answer of yes may err where
// conditions contradict one another in ways that their texts do not show.
package policygrant

import (
	"strings"

	"foyer/internal/jsontree"
)

// Policy is a policy as it is asked about. Compile makes it.
type Policy struct {
	allow []statement
	deny  []statement
}

// statement is one statement.
type statement struct {
	Found
	actions   actions
	resources choice
	who       principals
	when      []condition // all must hold
}

// Found is a statement that grants something.
type Found struct {
	Index int    // from 0
	Sid   string // "" for none
}

// choice is a list of patterns, or all that none of them matches.
type choice struct {
	patterns []string
	but      bool
}

// Compile reads a policy that its grammar allows; of anything else it reads
// what it can.
func Compile(document string) *Policy {
	p := &Policy{}
	root, err := jsontree.Parse(document)
	if err != nil {
		return p
	}
	list, found := root.Member("Statement")
	if !found {
		return p
	}
	variables := textOf(&root, "Version") == "2012-10-17"
	for i, node := range list.Items() {
		s := statement{
			Found:     Found{Index: i, Sid: textOf(&node, "Sid")},
			actions:   actionsOf(choiceOf(&node, "Action", "NotAction", strings.ToLower)),
			resources: choiceOf(&node, "Resource", "NotResource", func(text string) string { return encode(text, variables) }),
			who:       principalsOf(&node),
			when:      conditionsOf(&node),
		}
		if textOf(&node, "Effect") == "Allow" {
			p.allow = append(p.allow, s)
		} else {
			p.deny = append(p.deny, s)
		}
	}
	return p
}

func textOf(n *jsontree.Node, name string) string {
	m, found := n.Member(name)
	if !found {
		return ""
	}
	text, _ := m.Scalar()
	return text
}

// choiceOf reads an element or its negation; everything when neither is there,
// as trust policies name no resource.
func choiceOf(n *jsontree.Node, name, negation string, as func(string) string) choice {
	c := choice{}
	list, found := n.Member(name)
	if !found {
		if list, found = n.Member(negation); !found {
			return choice{patterns: []string{"*"}}
		}
		c.but = true
	}
	texts, _ := list.Strings()
	for _, text := range texts {
		c.patterns = append(c.patterns, as(text))
	}
	return c
}

// Bytes that stand in patterns for what no ARN holds.
const (
	literalStar     = '\x01' // ${*}
	literalQuestion = '\x02' // ${?}
	variableFrom    = '\x03' // a policy variable, from here …
	variableTo      = '\x04' // … to here
)

// encode writes a resource as a pattern in which only * and ? are wild, and
// variables stand between marks.
func encode(text string, variables bool) string {
	if !variables {
		return text
	}
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "${")
		b.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		if !open || !closed {
			if open {
				b.WriteString("${" + rest)
			}
			return b.String()
		}
		switch name {
		case "*":
			b.WriteByte(literalStar)
		case "?":
			b.WriteByte(literalQuestion)
		case "$":
			b.WriteByte('$')
		default:
			b.WriteByte(variableFrom)
			b.WriteString(strings.NewReplacer("*", "", "?", "").Replace(strings.ToLower(name)))
			b.WriteByte(variableTo)
		}
		text = after
	}
}

// variable reports whether a pattern holds a policy variable.
func variable(pattern string) bool { return strings.ContainsRune(pattern, variableFrom) }

// opened is a pattern with every variable open to whatever it may be.
func opened(pattern string) string {
	for variable(pattern) {
		before, rest, _ := strings.Cut(pattern, string(variableFrom))
		_, after, _ := strings.Cut(rest, string(variableTo))
		pattern = before + "*" + after
	}
	return pattern
}
