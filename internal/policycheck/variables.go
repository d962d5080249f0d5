package policycheck

import "strings"

// noVariable finds a variable in an element that has none.
func (c *checker) noVariable(p place) {
	if c.variables && strings.Contains(p.node.Text, "${") {
		c.found(variableElement, p)
	}
}

// variable checks the variables of a text that may have them, and reports
// whether there are any.
func (c *checker) variable(p place) bool {
	text := p.node.Text
	any := false
	for {
		_, rest, open := strings.Cut(text, "${")
		if !open {
			return any
		}
		any = true
		inside, after, closed := strings.Cut(rest, "}")
		switch {
		case !closed:
			c.found(variableBrace, p)
			return true
		case inside == "*" || inside == "?" || inside == "$":
		case !c.variables:
			c.found(variableVersion, p)
			return true
		default:
			c.variableText(p, inside)
		}
		text = after
	}
}

// variableText checks what stands between ${ and }.
func (c *checker) variableText(p place, inside string) {
	key, fallback, has := strings.Cut(inside, ",")
	fallback = strings.TrimSpace(fallback)
	switch {
	case strings.TrimSpace(key) == "":
		c.found(variableEmpty, p)
	case strings.Contains(key, " "):
		c.found(variableSpace, p)
	case has && (len(fallback) < 2 || fallback[0] != '\'' || fallback[len(fallback)-1] != '\''):
		c.found(variableQuote, p)
	}
}
