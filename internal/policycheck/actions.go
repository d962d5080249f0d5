package policycheck

import (
	"strings"

	"foyer/internal/actioncatalogue"
)

// action checks an action pattern.
func (c *checker) action(p place) {
	text := p.node.Text
	c.noVariable(p)
	if text == "*" {
		if c.kind == Trust {
			c.found(unsupportedAction, p, text)
		}
		return
	}
	prefix, name, found := strings.Cut(strings.ToLower(text), ":")
	switch {
	case !found || prefix == "" || name == "":
		c.found(invalidAction, p, text, "")
		return
	case c.kind == Trust && prefix != "sts":
		c.found(unsupportedAction, p, text)
		return
	case strings.ContainsAny(prefix, "*?"):
		c.found(wildcardService, p)
		return
	}
	service, ok := actioncatalogue.Find(prefix)
	if !ok {
		c.found(invalidService, p, prefix, didYouMean(c.closest(prefix, actioncatalogue.Prefixes())))
		return
	}
	if c.exists(service, name) {
		return
	}
	like := ""
	if !strings.ContainsAny(name, "*?") {
		names := make([]string, len(service.Actions))
		for i, a := range service.Actions {
			names[i] = a.Name
		}
		if like = c.closest(name, names); like != "" {
			like = prefix + ":" + like
		}
	}
	c.found(invalidAction, p, text, didYouMean(like))
}

// exists reports whether a service has an action that the pattern name, in
// lower case, matches.
func (c *checker) exists(service *actioncatalogue.Service, name string) bool {
	if !strings.ContainsAny(name, "*?") {
		_, ok := service.Action(name)
		return ok
	}
	for _, a := range service.Actions {
		if !c.afford(len(name)+len(a.Name)) || contains(name, strings.ToLower(a.Name)) {
			return true
		}
	}
	return false
}

func didYouMean(like string) string {
	if like == "" {
		return ""
	}
	return " Did you mean " + like + "?"
}

// maxEdits is how many letters a suggestion may differ in.
const maxEdits = 2

// closest returns which of names differs least from text, in any case; "" when
// all differ much.
func (c *checker) closest(text string, names []string) string {
	best, least := "", min(maxEdits, len(text)/3)+1
	for _, name := range names {
		if d := len(name) - len(text); d < -maxEdits || d > maxEdits {
			continue
		}
		if !c.afford(len(text) * len(name)) {
			return ""
		}
		if n := edits(strings.ToLower(text), strings.ToLower(name)); n < least {
			best, least = name, n
		}
	}
	return best
}

// edits counts the letters to change, add or drop to make b of a.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			above := row[j+1]
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = min(cost, above+1, row[j]+1)
			diagonal = above
		}
	}
	return row[len(b)]
}
