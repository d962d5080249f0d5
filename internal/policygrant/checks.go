package policygrant

import (
	"slices"
	"strings"
)

// Access is what a policy should not grant: at least one of Actions, any when
// there is none, on at least one of Resources, any when there is none. Both are
// patterns as policies have them.
type Access struct {
	Actions   []string
	Resources []string
}

// Granting lists the statements of p that grant some of an access, or fails
// with ErrTooComplex.
func Granting(p *Policy, a Access) (all []Found, err error) {
	wanted, on := everything, choice{patterns: []string{"*"}}
	if len(a.Actions) > 0 {
		patterns := make([]string, len(a.Actions))
		for i, action := range a.Actions {
			patterns[i] = strings.ToLower(action)
		}
		wanted = actionsOf(choice{patterns: patterns})
	}
	b := &budget{left: maxWork}
	if len(a.Resources) > 0 {
		on.patterns = a.Resources
	}
	for _, s := range p.allow {
		if slices.ContainsFunc(classes(b, wanted, s, p.deny), func(about []bool) bool {
			l := language{budget: b}.in(on).in(s.resources.open())
			for _, d := range chosen(p.deny, about) {
				if d.who.covers(s.who) && implied(d.when, s.when) {
					l = l.out(d.resources.certain())
				}
			}
			return l.hasText()
		}) {
			all = append(all, s.Found)
		}
	}
	return all, b.err()
}

// open is a choice of resources as wide as its variables may make it.
func (c choice) open() choice {
	if c.but {
		return choice{slices.DeleteFunc(slices.Clone(c.patterns), variable), true}
	}
	wide := make([]string, len(c.patterns))
	for i, p := range c.patterns {
		wide[i] = opened(p)
	}
	return choice{patterns: wide}
}

// certain is a choice of resources as narrow as its variables may make it.
func (c choice) certain() choice {
	wide := choice{c.patterns, !c.but}.open()
	return choice{wide.patterns, c.but}
}

// New lists the statements of p that grant something that old does not, or
// fails with ErrTooComplex.
func New(p, old *Policy) (all []Found, err error) {
	b := &budget{left: maxWork}
	others := slices.Concat(p.deny, old.allow, old.deny)
	for _, s := range p.allow {
		if slices.ContainsFunc(classes(b, everything, s, others), func(about []bool) bool {
			n := len(p.deny)
			return grantsMore(b, s, chosen(p.deny, about), chosen(old.allow, about[n:]), chosen(old.deny, about[n+len(old.allow):]))
		}) {
			all = append(all, s.Found)
		}
	}
	return all, b.err()
}

// grantsMore reports whether s, for an action that these other statements are
// about, grants what the old policy does not: what none of its statements
// allows, or what one of them denies and the new policy does not.
func grantsMore(b *budget, s statement, denied, oldAllow, oldDeny []statement) bool {
	uncovered := without(language{budget: b}.in(s.resources), denied, s.who, s.when)
	for _, e := range oldAllow {
		if e.who.covers(s.who) && implied(e.when, s.when) {
			uncovered = uncovered.out(e.resources)
		}
	}
	if uncovered.hasText() {
		return true
	}
	return slices.ContainsFunc(oldDeny, func(f statement) bool {
		return f.who.meets(s.who) && without(language{budget: b}.in(s.resources).in(f.resources), denied, narrower(s.who, f.who), slices.Concat(s.when, f.when)).hasText()
	})
}

// chosen are the statements with a mark.
func chosen(statements []statement, marks []bool) (all []statement) {
	for i, s := range statements {
		if marks[i] {
			all = append(all, s)
		}
	}
	return all
}

// narrower is the one of two that the other covers, else the first.
func narrower(a, b principals) principals {
	if a.covers(b) {
		return b
	}
	return a
}

// without takes from a language what statements deny to these principals under
// these conditions.
func without(l language, deny []statement, who principals, when []condition) language {
	for _, d := range deny {
		if d.who.covers(who) && implied(d.when, when) {
			l = l.out(d.resources)
		}
	}
	return l
}

// classes sorts the actions that are wanted and of s by which of others are
// about them, and answers the marks of these.
func classes(b *budget, wanted actions, s statement, others []statement) (all [][]bool) {
	seen := map[string]bool{}
	for _, action := range universe(wanted, s, others) {
		if b.spent() || !wanted.matches(b, action) || !s.actions.matches(b, action) {
			continue
		}
		marks, text := make([]bool, len(others)), make([]byte, len(others))
		for i, o := range others {
			if marks[i] = o.actions.matches(b, action); marks[i] {
				text[i] = 1
			}
		}
		if !seen[string(text)] {
			seen[string(text)] = true
			all = append(all, marks)
		}
	}
	return all
}
