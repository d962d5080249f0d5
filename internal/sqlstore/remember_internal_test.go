package sqlstore

import (
	"strings"
	"testing"
)

func TestAMemoryStaysWithinItsBound(t *testing.T) {
	m := &memory[string, string]{}
	put := func(asOf uint64, text string) { m.put(asOf, text, text, len(text), 6) }
	held := func(asOf uint64) string {
		var all []string
		for _, key := range []string{"aaa", "bbb", "c"} {
			if v, ok := m.at(asOf, key); ok {
				all = append(all, v)
			}
		}
		return strings.Join(all, " ")
	}
	for _, step := range []struct {
		asOf uint64
		text string
		want string
	}{
		{1, "aaa", "aaa"}, {1, "bbb", "aaa bbb"}, {1, "aaa", "aaa bbb"}, {1, "c", "c"}, {1, "aaa", "aaa c"}, {0, "bbb", ""}, {2, "bbb", "bbb"},
	} {
		put(step.asOf, step.text)
		if got := held(step.asOf); got != step.want {
			t.Errorf("after %s of %d it holds %q, want %q", step.text, step.asOf, got, step.want)
		}
	}
}
