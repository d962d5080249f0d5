package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// text is a string of a policy, compiled for comparing: literal characters,
// wildcards, and variables that stand for values of the request.
type text struct {
	fixed string // encoded pattern; of the last part when there are variables
	shape shape  // of fixed
	parts []part // when there are variables; the last one has none
	steps bool   // no wildcard stands before the last variable
}

// shape is what a pattern without variables looks like.
type shape uint8

const (
	literal shape = iota // no wildcard
	prefix               // one *, at the end; fixed has lost it
	mixed                // anything else
)

// part is a stretch of a text: encoded pattern, and the variable behind it.
type part struct {
	pattern  string
	key      string // of the variable, in lower case; "" when there is none
	fallback string // ${key, 'fallback'}
	defaults bool   // there is a fallback
}

// compileText compiles s. Without wildcards * and ? are ordinary characters;
// without variables ${…} is ordinary text.
func compileText(s string, wildcards, variables bool) text {
	encode := func(s string) string { return s }
	if wildcards {
		encode = encodeWildcards
	}
	if !variables || !strings.Contains(s, "${") {
		return fixedText(encode(s))
	}
	var parts []part
	var pattern strings.Builder
	steps := true
	for {
		before, rest, opened := strings.Cut(s, "${")
		inside, after, closed := strings.Cut(rest, "}")
		if !opened || !closed {
			pattern.WriteString(encode(s))
			break
		}
		pattern.WriteString(encode(before))
		s = after
		if inside == "*" || inside == "?" || inside == "$" {
			pattern.WriteString(inside)
			continue
		}
		v := variable(inside)
		v.pattern = pattern.String()
		pattern.Reset()
		parts = append(parts, v)
		steps = steps && !hasWildcard(v.pattern)
	}
	if parts == nil {
		return fixedText(pattern.String())
	}
	parts = append(parts, part{pattern: pattern.String()})
	t := fixedText(pattern.String())
	t.parts, t.steps = parts, steps
	return t
}

// variable reads what stands between ${ and }.
func variable(inside string) part {
	key, fallback, defaults := strings.Cut(inside, ",")
	v := part{key: strings.ToLower(strings.TrimSpace(key))}
	if fallback = strings.TrimSpace(fallback); defaults && len(fallback) >= 2 && fallback[0] == '\'' && fallback[len(fallback)-1] == '\'' {
		v.fallback, v.defaults = fallback[1:len(fallback)-1], true
	}
	if v.key == "" {
		v.key = "?" // no request has such a key
	}
	return v
}

// fixedText is a text without variables.
func fixedText(pattern string) text {
	if !hasWildcard(pattern) {
		return text{fixed: pattern}
	}
	if last := len(pattern) - 1; pattern[last] == anyRun && !hasWildcard(pattern[:last]) {
		return text{fixed: pattern[:last], shape: prefix}
	}
	return text{fixed: pattern, shape: mixed}
}

// isLiteral reports whether t has neither wildcards nor variables.
func (t *text) isLiteral() bool { return t.parts == nil && t.shape == literal }

// match reports whether s is what t says. A variable that the request has no
// single value for makes it false.
func (t *text) match(s string, keys Context) bool {
	if t.steps {
		return t.follow(s, keys)
	}
	if t.parts != nil {
		var buf [256]byte
		pattern, ok := t.expand(buf[:0], keys)
		return ok && glob(pattern, s)
	}
	return t.end(s)
}

// end reports whether s is what fixed says.
func (t *text) end(s string) bool {
	switch t.shape {
	case literal:
		return t.fixed == s
	case prefix:
		return strings.HasPrefix(s, t.fixed)
	default:
		return glob(t.fixed, s)
	}
}

// follow is match where t can be taken off s piece by piece.
func (t *text) follow(s string, keys Context) bool {
	last := len(t.parts) - 1
	for i := range last {
		rest, found := strings.CutPrefix(s, t.parts[i].pattern)
		if !found {
			return false
		}
		value, ok := t.parts[i].value(keys)
		if s, found = strings.CutPrefix(rest, value); !ok || !found {
			return false
		}
	}
	return t.end(s)
}

// matchFold is match without regard to case, for texts without wildcards.
func (t *text) matchFold(s string, keys Context) bool {
	if t.parts == nil {
		return equalLower(t.fixed, s)
	}
	var buf [256]byte
	want, ok := t.expand(buf[:0], keys)
	return ok && equalLower(want, s)
}

// equalLower reports whether a and b are the same in lower case, character by
// character. That is not strings.EqualFold, for which s and the long s are one.
func equalLower[A string | []byte](a A, b string) bool {
	for len(b) > 0 {
		if len(a) == 0 {
			return false
		}
		if x, y := a[0], b[0]; x < utf8.RuneSelf && y < utf8.RuneSelf {
			if lower(x) != lower(y) {
				return false
			}
			a, b = a[1:], b[1:]
			continue
		}
		x, n := decodeRune(a)
		y, m := utf8.DecodeRuneInString(b)
		if x != y && (x == dottedI || y == dottedI || unicode.ToLower(x) != unicode.ToLower(y)) {
			return false
		}
		a, b = a[n:], b[m:]
	}
	return len(a) == 0
}

// dottedI is the one letter whose lower case is two characters.
const dottedI = 'İ'

func decodeRune[T string | []byte](s T) (rune, int) {
	if len(s) > utf8.UTFMax {
		s = s[:utf8.UTFMax]
	}
	return utf8.DecodeRune([]byte(s))
}

// expand appends t to dst with the values of its variables.
func (t *text) expand(dst []byte, keys Context) ([]byte, bool) {
	for i := range t.parts {
		dst = append(dst, t.parts[i].pattern...)
		if t.parts[i].key == "" {
			continue
		}
		value, ok := t.parts[i].value(keys)
		if !ok {
			return dst, false
		}
		dst = append(dst, value...)
	}
	return dst, true
}

// value returns what the variable of p stands for.
func (p *part) value(keys Context) (string, bool) {
	values, _ := lookup(keys, p.key)
	if len(values) == 1 && !hasWildcard(values[0]) { // no UTF-8 text has one
		return values[0], true
	}
	return p.fallback, len(values) == 0 && p.defaults
}
