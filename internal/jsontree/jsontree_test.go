package jsontree_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"foyer/internal/jsontree"
)

func TestValuesKnowWhereTheyStand(t *testing.T) {
	t.Parallel()
	const text = ` {"a": ["x", 12.5 , {"b\u0063": true}], "n":null}`
	root, err := jsontree.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := root.Member("a")
	inner, _ := list.List[2].Member("bc")
	null, _ := root.Member("n")
	for want, n := range map[string]*jsontree.Node{
		text[1:]: &root, `["x", 12.5 , {"b\u0063": true}]`: list, `"x"`: &list.List[0], `12.5`: &list.List[1], `true`: inner, `null`: null,
	} {
		if got := text[n.From:n.To]; got != want {
			t.Errorf("%s stands for %s", got, want)
		}
	}
	if m := list.List[2].Members[0]; text[m.From:m.To] != `"b\u0063"` || m.Name != "bc" {
		t.Errorf("member %q at %q", m.Name, text[m.From:m.To])
	}
}

func TestPositionOf(t *testing.T) {
	t.Parallel()
	const text = "{\r\n  \"ä\": 1,\n\r}"
	for offset, want := range map[int]jsontree.Position{
		0: {1, 1}, 1: {1, 2}, 3: {2, 1}, 6: {2, 4}, 9: {2, 6}, len(text) - 1: {4, 1}, 100: {4, 2},
	} {
		if got := jsontree.PositionOf(text, offset); got != want {
			t.Errorf("PositionOf(%d) = %+v, want %+v", offset, got, want)
		}
	}
}

func TestMistakesKnowWhereTheyStand(t *testing.T) {
	t.Parallel()
	for text, offset := range map[string]int{
		``: 0, `{`: 1, `{"a" 1}`: 5, `{"a": 1 "b": 2}`: 8, `{"a": 1, "a": 2}`: 9, `[1, x]`: 4, `{} {}`: 3, "[\"a\nb\"]": 3, `["\ud800x`: 1,
	} {
		_, err := jsontree.Parse(text)
		if e, ok := errors.AsType[*jsontree.SyntaxError](err); !ok || e.Offset != offset {
			t.Errorf("Parse(%q): %v, want byte %d", text, err, offset)
		}
	}
}

// FuzzParse compares the parser with encoding/json, which is laxer only in what
// the fuzz target says.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a": [1, true, null, "\u00e9"]}`, `{"a":1,"a":2}`, `[[[]]]`, `-1.5e3`, `"\ud800"`, `{"a" 1}`, `[1,]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := jsontree.Parse(s)
		valid := json.Valid([]byte(s))
		switch {
		case err == nil && !valid:
			t.Fatal("took what encoding/json refuses")
		case err != nil && valid && !strings.Contains(s, "{") && strings.Count(s, "[") < 10:
			t.Fatal("refused what encoding/json takes")
		case err == nil && !json.Valid([]byte(s[n.From:n.To])):
			t.Fatalf("the value does not stand at %d to %d", n.From, n.To)
		}
		if e, ok := errors.AsType[*jsontree.SyntaxError](err); ok && (e.Offset < 0 || e.Offset > len(s)) {
			t.Fatalf("the mistake stands at %d of %d", e.Offset, len(s))
		}
	})
}
