package policygrant

import (
	"testing"

	"pgregory.net/rapid"
)

// What holds says without walking, the walk finds too.
func TestHoldsAgreesWithTheWalk(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, other string
		want           bool
	}{
		{"*", "", true},
		{"*", "a?*b", true},
		{"a*", "ab*c", true},
		{"a?", "a?", true},
		{"a?", "ab", true},
		{"a?", "a*", false},
		{"a*b*", "a*", false},
		{"a*b", "abab", true},
		{"a", "a*", false},
		{"", "*", false},
	} {
		if got := holds(tt.pattern, tt.other); got != tt.want {
			t.Errorf("%q holds %q: %t, want %t", tt.pattern, tt.other, got, tt.want)
		}
	}
	pattern := rapid.StringOfN(rapid.SampledFrom([]rune("ab*?")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		p, q := pattern.Draw(t, "pattern"), pattern.Draw(t, "other")
		l := language{&budget{left: maxWork}, [][]string{{q}}, []string{p}}
		if holds(p, q) && l.walk() {
			t.Fatalf("%q is said to hold %q, and does not", p, q)
		}
	})
}
