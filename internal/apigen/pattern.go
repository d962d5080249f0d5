package main

import (
	"fmt"
	"regexp"
	"strings"
)

// javaUnits are UTF-16 escapes that mean a range Go has no surrogates for.
var javaUnits = strings.NewReplacer(
	`\uD7FF\uE000-\uFFFD\u10000-\u10FFFF`, `\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}`,
)

var (
	unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)
	lookAhead     = regexp.MustCompile(`\(\?[!=][^)]*\)`)
)

// goPattern rewrites a pattern of the models, which are Java's, for RE2.
// Look-ahead, which RE2 has not, is left out: the pattern then allows more, and
// the room's own rule must say the rest. A model anchors some patterns itself,
// partly inside alternatives; the codec anchors all of them whole, so anchors
// are dropped.
func goPattern(java string) (string, error) {
	p := javaUnits.Replace(java)
	p = unicodeEscape.ReplaceAllString(p, `\x{$1}`)
	p = lookAhead.ReplaceAllString(p, "")
	p = strings.NewReplacer(`\/`, `/`, `\_`, `_`, `\"`, `"`).Replace(p)
	p = dropAnchors(p)
	if _, err := regexp.Compile(`^(?:` + p + `)$`); err != nil {
		return "", fmt.Errorf("pattern %q: %w", java, err)
	}
	return p, nil
}

// dropAnchors removes ^ and $ that stand outside of character classes.
func dropAnchors(p string) string {
	var out strings.Builder
	inClass, escaped := false, false
	for _, c := range p {
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case c == '[':
			inClass = true
		case c == ']':
			inClass = false
		case (c == '^' || c == '$') && !inClass:
			continue
		}
		out.WriteRune(c)
	}
	return out.String()
}
