package lastaccess

import (
	"slices"
	"strings"

	"foyer/internal/actioncatalogue"
	"foyer/internal/jsontree"
)

// grants are what policy documents allow, without regard to resources and
// conditions: which services and actions are within reach.
type grants struct {
	allow []actions
	deny  []actions // whatever the resource, and without a condition
}

// actions are the Action, or NotAction, of one statement, in lower case.
type actions struct {
	patterns []string
	but      bool // NotAction: all that no pattern matches
}

// add adds the statements of a document; one that is no policy adds nothing.
func (g *grants) add(document string) {
	root, err := jsontree.Parse(document)
	if err != nil {
		return
	}
	statements, found := root.Member("Statement")
	if !found {
		return
	}
	for _, s := range statements.Items() {
		a, ok := actionsOf(&s)
		if !ok {
			continue
		}
		switch effect := textOf(&s, "Effect"); {
		case effect == "Allow":
			g.allow = append(g.allow, a)
		case effect == "Deny" && !s.Has("Condition") && everything(&s):
			g.deny = append(g.deny, a)
		}
	}
}

func actionsOf(s *jsontree.Node) (a actions, ok bool) {
	list, found := s.Member("Action")
	if !found {
		if list, found = s.Member("NotAction"); !found {
			return a, false
		}
		a.but = true
	}
	texts, ok := list.Strings()
	for _, text := range texts {
		a.patterns = append(a.patterns, strings.ToLower(text))
	}
	return a, ok
}

func textOf(s *jsontree.Node, name string) string {
	n, found := s.Member(name)
	if !found {
		return ""
	}
	text, _ := n.Scalar()
	return text
}

// everything reports whether a statement is about every resource.
func everything(s *jsontree.Node) bool {
	list, found := s.Member("Resource")
	if !found {
		return false
	}
	texts, _ := list.Strings()
	return slices.Contains(texts, "*")
}

func (a actions) match(action string) bool {
	return a.but != slices.ContainsFunc(a.patterns, func(p string) bool { return actioncatalogue.Matches(p, action) })
}

// whole reports whether a has all actions of a service, whatever they are.
func (a actions) whole(prefix string) bool {
	return !a.but && slices.ContainsFunc(a.patterns, func(p string) bool { return p == "*" || p == prefix+":*" })
}

// touches reports whether a can have an action of a service.
func (a actions) touches(prefix string) bool {
	if a.but {
		return !slices.ContainsFunc(a.patterns, func(p string) bool { return p == "*" || p == prefix+":*" })
	}
	return slices.ContainsFunc(a.patterns, func(p string) bool {
		service, _, _ := strings.Cut(p, ":")
		return actioncatalogue.Matches(service, prefix)
	})
}

// service reports whether any action of a service is allowed.
func (g *grants) service(prefix string) bool {
	return levels{*g}.service(prefix)
}

// services lists the prefixes of all services that are allowed, in order.
func (g *grants) services() []string {
	var all []string
	for _, prefix := range actioncatalogue.Prefixes() {
		if g.service(prefix) {
			all = append(all, prefix)
		}
	}
	return all
}

// some lists the names of at most so many actions of a service that are allowed.
func (g *grants) some(prefix string, most int) (names []string) {
	s, found := actioncatalogue.Find(prefix)
	if !found {
		return nil
	}
	for _, a := range s.Actions {
		action := prefix + ":" + strings.ToLower(a.Name)
		if g.match(action) {
			if names = append(names, a.Name); len(names) == most {
				break
			}
		}
	}
	return names
}
