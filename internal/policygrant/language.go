package policygrant

import (
	"slices"
	"strings"
)

// language is the texts that match a pattern of each of some lists, and none of
// others.
type language struct {
	budget *budget
	of     [][]string
	not    []string
}

// in narrows a language to a choice.
func (l language) in(c choice) language {
	if c.but {
		l.not = slices.Concat(l.not, c.patterns)
		return l
	}
	l.of = append(slices.Clone(l.of), c.patterns)
	return l
}

// out narrows a language to what is not of a choice.
func (l language) out(c choice) language { return l.in(choice{c.patterns, !c.but}) }

// plain is the language without the patterns that need no walk to be seen to
// add nothing: of each list those that a pattern of the others holds. Policies
// that are compared have most patterns in common.
func (l language) plain() language {
	of := make([][]string, len(l.of))
	for i, patterns := range l.of {
		of[i] = slices.DeleteFunc(slices.Clone(patterns), func(p string) bool {
			return slices.ContainsFunc(l.not, func(q string) bool {
				l.budget.spend(costOfGlob)
				return holds(q, p)
			})
		})
	}
	l.of = of
	return l
}

// holds reports whether a pattern matches what another is written as, and so
// whatever the other matches: a ? may then stand for a ?, but not for a star.
func holds(pattern, other string) bool {
	star, from := -1, 0
	i, j := 0, 0
	for j < len(other) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, from = i, j
			i++
		case i < len(pattern) && other[j] != '*' && (pattern[i] == '?' || pattern[i] == other[j]):
			i, j = i+1, j+1
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// hasText reports whether any text is of the language.
func (l language) hasText() bool {
	l = l.plain()
	return !slices.ContainsFunc(l.of, func(patterns []string) bool { return len(patterns) == 0 }) && l.walk()
}

// walk looks for a text of the language: it goes through the sets of places that
// patterns can be at, after every beginning of a text, for as long as the budget
// lasts.
func (l language) walk() bool {
	alphabet := l.alphabet()
	start := l.start()
	seen, queue := map[string]bool{key(start): true}, [][]places{start}
	for len(queue) > 0 && !l.budget.spent() {
		at := queue[0]
		queue = queue[1:]
		if l.accepts(at) {
			return true
		}
		for _, c := range alphabet {
			next := make([]places, len(at))
			for i, p := range at {
				next[i] = p.after(c)
				l.budget.spend(costOfByte * len(p.at))
			}
			if k := key(next); !seen[k] && l.alive(next) {
				seen[k] = true
				queue = append(queue, next)
			}
		}
	}
	return false
}

// alphabet is every byte that a pattern asks for, and one that none does.
func (l language) alphabet() []byte {
	all := []byte{0}
	for _, patterns := range append(slices.Clone(l.of), l.not) {
		for _, p := range patterns {
			for _, c := range []byte(p) {
				if c != '*' && c != '?' && !slices.Contains(all, c) {
					all = append(all, c)
				}
			}
		}
	}
	return all
}

// places are where in a pattern one can be after some text.
type places struct {
	pattern string
	at      []bool // one more than the pattern has bytes
}

func (l language) start() (all []places) {
	for _, patterns := range append(slices.Clone(l.of), l.not) {
		for _, p := range patterns {
			at := places{p, make([]bool, len(p)+1)}
			at.reach(0)
			all = append(all, at)
		}
	}
	return all
}

// reach puts one at a place, and behind the stars there.
func (p places) reach(i int) {
	p.at[i] = true
	for ; i < len(p.pattern) && p.pattern[i] == '*'; i++ {
		p.at[i+1] = true
	}
}

// after is where one is when a byte more was read.
func (p places) after(c byte) places {
	next := places{p.pattern, make([]bool, len(p.at))}
	for i := range len(p.pattern) {
		switch {
		case !p.at[i]:
		case p.pattern[i] == '*':
			next.reach(i)
		case p.pattern[i] == '?' || p.pattern[i] == c:
			next.reach(i + 1)
		}
	}
	return next
}

func (p places) matched() bool { return p.at[len(p.pattern)] }

// dead reports whether nothing that follows can match.
func (p places) dead() bool { return !slices.Contains(p.at, true) }

// sure reports whether everything that follows matches.
func (p places) sure() bool {
	n := len(p.pattern)
	return n > 0 && p.pattern[n-1] == '*' && p.at[n-1]
}

// each walks the lists of patterns with their places.
func (l language) each(at []places, list func(of []places) bool) (not []places, ok bool) {
	for _, patterns := range l.of {
		if !list(at[:len(patterns)]) {
			return nil, false
		}
		at = at[len(patterns):]
	}
	return at, true
}

func (l language) accepts(at []places) bool {
	not, ok := l.each(at, func(of []places) bool { return slices.ContainsFunc(of, places.matched) })
	return ok && !slices.ContainsFunc(not, places.matched)
}

// alive reports whether some continuation may be of the language.
func (l language) alive(at []places) bool {
	not, ok := l.each(at, func(of []places) bool { return slices.ContainsFunc(of, func(p places) bool { return !p.dead() }) })
	return ok && !slices.ContainsFunc(not, places.sure)
}

func key(all []places) string {
	var b []byte
	for _, p := range all {
		for _, here := range p.at {
			if here {
				b = append(b, 1)
			} else {
				b = append(b, 0)
			}
		}
	}
	return string(b)
}
