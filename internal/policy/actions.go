package policy

import (
	"slices"
	"strings"
)

// actions is the Action or NotAction element of a statement. Actions compare
// without regard to case.
type actions struct {
	all      bool             // "*"
	services []serviceActions // in the order of compareFold
	any      []string         // encoded patterns of names, of any service: "*:Describe*"
}

// serviceActions are the actions of one service.
type serviceActions struct {
	service string
	all     bool     // "s3:*"
	names   []string // in the order of compareFold
	globs   []string // encoded patterns
}

// compileActions compiles action patterns whose form has been checked.
func compileActions(patterns []string) actions {
	var a actions
	lowered := make([]string, len(patterns))
	for i, p := range patterns {
		lowered[i] = strings.ToLower(p)
	}
	slices.SortFunc(lowered, func(p, q string) int { return compareFold(serviceOf(p), serviceOf(q)) })
	for _, p := range lowered {
		service, name := serviceOf(p), encodeWildcards(p[strings.IndexByte(p, ':')+1:])
		switch last := len(a.services) - 1; {
		case p == "*":
			a.all = true
		case service == "*":
			a.any = append(a.any, name)
		case last >= 0 && a.services[last].service == service:
			a.services[last].add(name)
		default:
			a.services = append(a.services, serviceActions{service: service})
			a.services[last+1].add(name)
		}
	}
	for i := range a.services {
		slices.SortFunc(a.services[i].names, compareFold)
	}
	return a
}

// serviceOf returns what stands before the colon.
func serviceOf(action string) string {
	service, _, _ := strings.Cut(action, ":")
	return service
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
