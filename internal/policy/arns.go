package policy

import "strings"

// segments is how many parts an ARN has: arn:partition:service:region:account:resource.
const segments = 6

// named is an ARN, or what stands in its place, split once for many matches.
type named struct {
	text string
	ends [segments - 1]int // where the first five colons are
	arn  bool              // there are five colons
}

// nameOf splits text.
func nameOf(text string) named {
	n := named{text: text}
	found := 0
	for i := range len(text) {
		if text[i] == ':' {
			n.ends[found] = i
			if found++; found == len(n.ends) {
				n.arn = true
				break
			}
		}
	}
	return n
}

// segment returns one of the six parts.
func (n *named) segment(i int) string {
	from, to := 0, len(n.text)
	if i > 0 {
		from = n.ends[i-1] + 1
	}
	if i < len(n.ends) {
		to = n.ends[i]
	}
	return n.text[from:to]
}

// arnPattern is a pattern of ARNs. A wildcard stays within its segment, except
// in the last, which may hold further colons. Missing segments match anything.
type arnPattern struct {
	all   bool   // "*"
	head  string // the first five segments and their colons, where they are literal
	tail  text   // the last segment, where head is set
	parts []text // all six segments, where head is not set
}

// compileARN compiles pattern, an ARN or "*".
func compileARN(pattern string, variables bool) arnPattern {
	if pattern == "*" {
		return arnPattern{all: true}
	}
	sources := splitARN(pattern, variables)
	for len(sources) < segments {
		sources = append(sources, "*")
	}
	parts := make([]text, segments)
	simple := true
	for i, s := range sources {
		parts[i] = compileText(s, true, variables)
		simple = simple && (i == segments-1 || parts[i].isLiteral())
	}
	if !simple {
		return arnPattern{parts: parts}
	}
	head := ""
	for _, p := range parts[:segments-1] {
		head += p.fixed + ":"
	}
	return arnPattern{head: head, tail: parts[segments-1]}
}

// splitARN splits at the first five colons that are not inside a variable.
func splitARN(pattern string, variables bool) []string {
	var out []string
	from, i := 0, 0
	for i < len(pattern) && len(out) < segments-1 {
		if variables && strings.HasPrefix(pattern[i:], "${") {
			if end := strings.IndexByte(pattern[i:], '}'); end >= 0 {
				i += end + 1
				continue
			}
		}
		if pattern[i] == ':' {
			out = append(out, pattern[from:i])
			from = i + 1
		}
		i++
	}
	return append(out, pattern[from:])
}

// match reports whether n is among the ARNs of p.
func (p *arnPattern) match(n *named, keys Context) bool {
	switch {
	case p.all:
		return true
	case !n.arn:
		return false
	case p.parts == nil:
		return strings.HasPrefix(n.text, p.head) && p.tail.match(n.text[len(p.head):], keys)
	}
	for i := range p.parts {
		if !p.parts[i].match(n.segment(i), keys) {
			return false
		}
	}
	return true
}

// matchAny reports whether n is among the ARNs of one of patterns.
func matchAny(patterns []arnPattern, n *named, keys Context) bool {
	for i := range patterns {
		if patterns[i].match(n, keys) {
			return true
		}
	}
	return false
}
