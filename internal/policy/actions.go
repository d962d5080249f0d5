package policy

import (
	"slices"
	"strings"
)

// actions is the Action or NotAction element of a statement. Actions compare
// without regard to case.
type actions struct {
	all      bool             // "*"
	services []serviceActions // sorted by service
	any      []string         // encoded patterns of names, of any service: "*:Describe*"
}

// serviceActions are the actions of one service.
type serviceActions struct {
	service string
	all     bool     // "s3:*"
	names   []string // sorted
	globs   []string // encoded patterns
}

// compileActions compiles action patterns whose form has been checked.
func compileActions(patterns []string) actions {
	var a actions
	for _, p := range patterns {
		service, name, _ := strings.Cut(strings.ToLower(p), ":")
		switch {
		case p == "*":
			a.all = true
		case service == "*":
			a.any = append(a.any, encodeWildcards(name))
		default:
			a.of(service).add(encodeWildcards(name))
		}
	}
	for i := range a.services {
		slices.Sort(a.services[i].names)
	}
	return a
}

// of returns the entry for service, making it when there is none.
func (a *actions) of(service string) *serviceActions {
	at, found := slices.BinarySearchFunc(a.services, service, func(s serviceActions, service string) int {
		return strings.Compare(s.service, service)
	})
	if !found {
		a.services = slices.Insert(a.services, at, serviceActions{service: service})
	}
	return &a.services[at]
}

func (s *serviceActions) add(pattern string) {
	switch {
	case pattern == string([]byte{anyRun}):
		s.all = true
	case hasWildcard(pattern):
		s.globs = append(s.globs, pattern)
	default:
		s.names = append(s.names, pattern)
	}
}

// match reports whether the action service:name is among a.
func (a *actions) match(service, name string) bool {
	if a.all {
		return true
	}
	for _, g := range a.any {
		if globFold(g, name) {
			return true
		}
	}
	low, high := 0, len(a.services)
	for low < high {
		mid := (low + high) / 2
		switch c := compareFold(a.services[mid].service, service); {
		case c == 0:
			return a.services[mid].match(name)
		case c < 0:
			low = mid + 1
		default:
			high = mid
		}
	}
	return false
}

func (s *serviceActions) match(name string) bool {
	if s.all {
		return true
	}
	low, high := 0, len(s.names)
	for low < high {
		mid := (low + high) / 2
		switch c := compareFold(s.names[mid], name); {
		case c == 0:
			return true
		case c < 0:
			low = mid + 1
		default:
			high = mid
		}
	}
	for _, g := range s.globs {
		if globFold(g, name) {
			return true
		}
	}
	return false
}
