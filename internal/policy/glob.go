package policy

import (
	"strings"
	"unicode/utf8"
)

// In a compiled pattern the wildcards are two bytes that no UTF-8 text holds,
// so that a literal * or ? (written ${*}, ${?}) needs no escape.
const (
	anyRun  = 0xFF // *: any number of characters, none included
	anyChar = 0xFE // ?: exactly one character
)

// encodeWildcards makes a pattern of text that has no variables.
func encodeWildcards(text string) string {
	if !strings.ContainsAny(text, "*?") {
		return text
	}
	b := []byte(text)
	for i, c := range b {
		switch c {
		case '*':
			b[i] = anyRun
		case '?':
			b[i] = anyChar
		}
	}
	return string(b)
}

// hasWildcard reports whether an encoded pattern has one.
func hasWildcard(pattern string) bool {
	return strings.IndexByte(pattern, anyRun) >= 0 || strings.IndexByte(pattern, anyChar) >= 0
}

// glob reports whether s matches the encoded pattern. It takes time in
// proportion to the product of the lengths at worst, and no memory.
func glob[P string | []byte](pattern P, s string) bool {
	p, at := 0, 0
	star, resume := -1, 0 // where to go back to: after the last *, and from where in s
	for at < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == anyRun:
			star, resume = p, at
			p++
		case p < len(pattern) && pattern[p] == anyChar:
			p++
			at += width(s, at)
		case p < len(pattern) && pattern[p] == s[at]:
			p++
			at++
		case star >= 0:
			resume += width(s, resume)
			p, at = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == anyRun {
		p++
	}
	return p == len(pattern)
}

// width returns the length in bytes of the character of s at i.
func width(s string, i int) int {
	if s[i] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return n
}

// globBytes is glob for ASCII.
func globBytes(pattern string, s []byte) bool {
	p, at := 0, 0
	star, resume := -1, 0
	for at < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == anyRun:
			star, resume = p, at
			p++
		case p < len(pattern) && (pattern[p] == anyChar || pattern[p] == s[at]):
			p++
			at++
		case star >= 0:
			resume++
			p, at = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == anyRun {
		p++
	}
	return p == len(pattern)
}

// lower returns the lower case of an ASCII letter, and any other byte as it is.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
