package policy

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"
)

// FuzzCompile checks that no document harms: what compiles is JSON, evaluates,
// and compiles again to the same thing.
func FuzzCompile(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".json") {
				f.Add(string(file.Data))
			}
		}
	}
	request := &Request{
		Action: "s3:GetObject", Resource: "arn:aws:s3:::ledger/2026",
		Principal: Principal{Type: User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ann"},
		Context:   NewKeys(map[string][]string{"aws:username": {"ann"}, "aws:TagKeys": {"a", "b"}, "s3:max-keys": {"x"}}),
	}
	f.Fuzz(func(t *testing.T, document string) {
		for kind := Identity; kind <= ResourceControl; kind++ {
			p, err := Compile(document, kind)
			if err != nil {
				continue
			}
			if !json.Valid([]byte(document)) {
				t.Fatalf("compiled what is no JSON")
			}
			attached := []Attached{{"p", p}}
			l := Layers{Identity: attached, Resource: attached}
			if a, b := Evaluate(&l, request), Evaluate(&l, request); a != b {
				t.Fatalf("%v, then %v", a, b)
			}
		}
	})
}

// TestGlobAgreesWithNaive draws from few characters, so that much matches.
func TestGlobAgreesWithNaive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOfN(rapid.SampledFrom([]rune("ab日*?")), 0, 8, -1).Draw(t, "pattern")
		s := rapid.StringOfN(rapid.SampledFrom([]rune("ab日")), 0, 10, -1).Draw(t, "s")
		want := naive([]rune(pattern), []rune(s))
		compiled := compileText(pattern, true, false)
		if got := compiled.match(s, nil); got != want {
			t.Fatalf("match(%q, %q) = %t, want %t", pattern, s, got, want)
		}
		// With a variable for the end of s, the pattern must match what is before.
		at := rapid.IntRange(0, len(s)).Draw(t, "at")
		if !utf8.ValidString(s[at:]) {
			return
		}
		keys := NewKeys(map[string][]string{"test:rest": {s[at:]}})
		compiled = compileText(pattern+"${test:rest}", true, true)
		want = naive([]rune(pattern), []rune(s[:at]))
		if got := compiled.match(s, keys); got != want {
			t.Fatalf("match(%q + %q, %q) = %t, want %t", pattern, s[at:], s, got, want)
		}
	})
}

// FuzzGlob compares the matchers with a naive one.
func FuzzGlob(f *testing.F) {
	for _, s := range [][2]string{{"a*b?c", "axxbyc"}, {"*", ""}, {"??", "日本"}, {"*?x", "日x"}, {"a*a*a*b", strings.Repeat("a", 30)}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(s) || len(pattern) > 20 || len(s) > 40 {
			return
		}
		want := naive([]rune(pattern), []rune(s))
		compiled := compileText(pattern, true, false)
		if got := compiled.match(s, nil); got != want {
			t.Errorf("match(%q, %q) = %t, want %t", pattern, s, got, want)
		}
		if got := glob([]byte(encodeWildcards(pattern)), s); got != want {
			t.Errorf("glob(%q, %q) = %t, want %t", pattern, s, got, want)
		}
		if strings.IndexFunc(pattern+s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
			if got := globBytes(encodeWildcards(pattern), []byte(s)); got != want {
				t.Errorf("globBytes(%q, %q) = %t", pattern, s, got)
			}
			if p := encodeWildcards(pattern); hasWildcard(p) {
				if name := compileName(p); name.match([]byte(s)) != want {
					t.Errorf("the name pattern %q of %q is not %t", pattern, s, want)
				}
			}
		}
	})
}

func naive(pattern, s []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(s) == 0
	case pattern[0] == '*':
		return naive(pattern[1:], s) || len(s) > 0 && naive(pattern, s[1:])
	default:
		return len(s) > 0 && (pattern[0] == '?' || pattern[0] == s[0]) && naive(pattern[1:], s[1:])
	}
}
