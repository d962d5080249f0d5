package policy

import "strings"

// text is a string of a policy, compiled for comparing: literal characters,
// wildcards, and variables that stand for values of the request.
type text struct {
	fixed string // encoded pattern; when there are no variables
	shape shape  // of fixed
	parts []part // when there are variables
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
	found := false
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
		found = true
	}
	if !found {
		return fixedText(pattern.String())
	}
	return text{parts: append(parts, part{pattern: pattern.String()})}
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
	if t.parts != nil {
		var buf [256]byte
		pattern, ok := t.expand(buf[:0], keys)
		return ok && glob(pattern, s)
	}
	switch t.shape {
	case literal:
		return t.fixed == s
	case prefix:
		return strings.HasPrefix(s, t.fixed)
	default:
		return glob(t.fixed, s)
	}
}

// matchFold is match without regard to case, for texts without wildcards.
func (t *text) matchFold(s string, keys Context) bool {
	if t.parts == nil {
		return strings.EqualFold(t.fixed, s)
	}
	var buf [256]byte
	want, ok := t.expand(buf[:0], keys)
	return ok && strings.EqualFold(string(want), s)
}

// expand appends t to dst with the values of its variables.
func (t *text) expand(dst []byte, keys Context) ([]byte, bool) {
	for i := range t.parts {
		p := &t.parts[i]
		dst = append(dst, p.pattern...)
		if p.key == "" {
			continue
		}
		values, _ := lookup(keys, p.key)
		switch {
		case len(values) == 1 && !hasWildcard(values[0]): // not UTF-8 otherwise
			dst = append(dst, values[0]...)
		case len(values) == 0 && p.defaults:
			dst = append(dst, p.fallback...)
		default:
			return dst, false
		}
	}
	return dst, true
}
