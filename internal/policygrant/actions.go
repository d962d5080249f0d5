package policygrant

import (
	"slices"
	"strings"

	"foyer/internal/actioncatalogue"
)

// actions is a choice of actions, in lower case, sorted by service.
type actions struct {
	patterns []string
	of       map[string][]string // by service, where a pattern names one
	any      []string            // those that do not
	but      bool
}

var everything = actionsOf(choice{patterns: []string{"*"}})

func actionsOf(c choice) actions {
	a := actions{patterns: c.patterns, of: map[string][]string{}, but: c.but}
	for _, p := range c.patterns {
		service, _, found := strings.Cut(p, ":")
		if !found || strings.ContainsAny(service, "*?") {
			a.any = append(a.any, p)
			continue
		}
		a.of[service] = append(a.of[service], p)
	}
	return a
}

// matches reports whether an action without wildcards is of the choice.
func (a actions) matches(b *budget, action string) bool {
	service, _, _ := strings.Cut(action, ":")
	of := a.of[service]
	b.spend(costOfGlob * (1 + len(of) + len(a.any)))
	matches := func(p string) bool { return actioncatalogue.Matches(p, action) }
	return a.but != (slices.ContainsFunc(of, matches) || slices.ContainsFunc(a.any, matches))
}

// touches reports whether the choice can have an action of a service.
func (a actions) touches(prefix string) bool {
	return a.but || len(a.of[prefix]) > 0 || slices.ContainsFunc(a.any, func(p string) bool {
		service, _, _ := strings.Cut(p, ":")
		return actioncatalogue.Matches(service, prefix)
	})
}

// tells reports whether some pattern may have some actions of a service and not
// others, or not those of other services.
func (a actions) tells(prefix string) bool {
	return len(a.of[prefix]) > 0 || slices.ContainsFunc(a.any, func(p string) bool {
		service, _, _ := strings.Cut(p, ":")
		return p != "*" && actioncatalogue.Matches(service, prefix)
	})
}

// universe is every action there is, in lower case, of the services that can be
// wanted; those that are spelled out; and for each pattern one that nobody has.
// Of services that nothing tells from others that last one is enough.
func universe(wanted actions, s statement, others []statement) (all []string) {
	told := []actions{wanted, s.actions}
	for _, o := range others {
		told = append(told, o.actions)
	}
	for _, prefix := range actioncatalogue.Prefixes() {
		tells := slices.ContainsFunc(told, func(a actions) bool { return a.tells(prefix) })
		if !tells || !wanted.touches(prefix) || !s.actions.touches(prefix) {
			continue
		}
		service, found := actioncatalogue.Find(prefix)
		if !found {
			continue
		}
		for _, a := range service.Actions {
			all = append(all, prefix+":"+strings.ToLower(a.Name))
		}
	}
	spelled := slices.Concat(wanted.patterns, s.actions.patterns)
	for _, o := range others {
		spelled = append(spelled, o.actions.patterns...)
	}
	for _, pattern := range spelled {
		if !strings.ContainsAny(pattern, "*?") {
			all = append(all, pattern)
		}
	}
	for _, pattern := range slices.Concat(wanted.patterns, s.actions.patterns) {
		all = append(all, strings.NewReplacer("*", "~", "?", "~").Replace(pattern))
	}
	return append(all, "~:~")
}
