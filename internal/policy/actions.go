package policy

import (
	"cmp"
	"slices"
	"strings"
)

// actions is the Action or NotAction element of a statement. Actions compare
// without regard to case: patterns are kept, and requests are asked about, in
// lower case.
type actions struct {
	all      bool             // "*"
	services []serviceActions // in the order of byLength
	any      []namePattern    // of names, of any service: "*:Describe*"
}

// serviceActions are the actions of one service.
type serviceActions struct {
	service string
	all     bool     // "s3:*"
	names   []string // in the order of byLength
	globs   []namePattern
}

// namePattern is an encoded pattern of names with a wildcard.
type namePattern struct {
	fixed  string
	prefix bool // there is one *, at the end; fixed has lost it
}

func compileName(encoded string) namePattern {
	if last := len(encoded) - 1; encoded[last] == anyRun && !hasWildcard(encoded[:last]) {
		return namePattern{encoded[:last], true}
	}
	return namePattern{fixed: encoded}
}

func (p *namePattern) match(name []byte) bool {
	if p.prefix {
		return len(name) >= len(p.fixed) && string(name[:len(p.fixed)]) == p.fixed
	}
	return globBytes(p.fixed, name)
}

// compileActions compiles action patterns whose form has been checked.
func compileActions(patterns []string) actions {
	var a actions
	lowered := make([]string, len(patterns))
	for i, p := range patterns {
		lowered[i] = strings.ToLower(p)
	}
	slices.SortFunc(lowered, func(p, q string) int { return cmp.Or(byLength(serviceOf(p), serviceOf(q)), byLength(p, q)) })
	for _, p := range lowered {
		service, name := serviceOf(p), encodeWildcards(p[strings.IndexByte(p, ':')+1:])
		switch last := len(a.services) - 1; {
		case p == "*":
			a.all = true
		case service == "*":
			a.addAny(name)
		case last >= 0 && a.services[last].service == service:
			a.services[last].add(name)
		default:
			a.services = append(a.services, serviceActions{service: service})
			a.services[last+1].add(name)
		}
	}
	for i := range a.services {
		slices.SortFunc(a.services[i].names, byLength)
	}
	return a
}

// serviceOf returns what stands before the colon.
func serviceOf(action string) string {
	service, _, _ := strings.Cut(action, ":")
	return service
}

func (a *actions) addAny(pattern string) {
	if hasWildcard(pattern) {
		a.any = append(a.any, compileName(pattern))
		return
	}
	a.any = append(a.any, namePattern{fixed: pattern})
}

func (s *serviceActions) add(pattern string) {
	switch {
	case pattern == string([]byte{anyRun}):
		s.all = true
	case hasWildcard(pattern):
		s.globs = append(s.globs, compileName(pattern))
	default:
		s.names = append(s.names, pattern)
	}
}

// match reports whether the action service:name is among a.
func (a *actions) match(service, name []byte) bool {
	if a.all {
		return true
	}
	for i := range a.any {
		if a.any[i].match(name) {
			return true
		}
	}
	low, high := 0, len(a.services)
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch c := compareBytes(a.services[mid].service, service); {
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

// fewNames is up to how many names are compared one by one.
const fewNames = 6

func (s *serviceActions) match(name []byte) bool {
	if s.all {
		return true
	}
	for i := range s.globs {
		if s.globs[i].match(name) {
			return true
		}
	}
	if len(s.names) <= fewNames {
		for _, n := range s.names {
			if n == string(name) {
				return true
			}
		}
		return false
	}
	low, high := 0, len(s.names)
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch c := compareBytes(s.names[mid], name); {
		case c == 0:
			return true
		case c < 0:
			low = mid + 1
		default:
			high = mid
		}
	}
	return false
}

// byLength orders the shorter first, for then most pairs are told apart
// without a look at their letters.
func byLength(a, b string) int {
	if d := len(a) - len(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// compareBytes is byLength for bytes.
func compareBytes(a string, b []byte) int {
	switch {
	case len(a) != len(b):
		return len(a) - len(b)
	case a == string(b):
		return 0
	case a < string(b):
		return -1
	default:
		return 1
	}
}
