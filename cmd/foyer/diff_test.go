package main

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestADiffHoldsBothSides(t *testing.T) {
	text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "-", " "}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		var left, right []string
		same := 0
		for _, line := range diffLines(a, b) {
			if line[0] != '+' {
				left = append(left, line[1:])
			}
			if line[0] != '-' {
				right = append(right, line[1:])
			}
			if line[0] == ' ' {
				same++
			}
		}
		if !slices.Equal(left, a) || !slices.Equal(right, b) {
			t.Fatalf("diff of %q and %q shows %q and %q", a, b, left, right)
		}
		if slices.Equal(a, b) && same != len(a) {
			t.Fatalf("%q differs from itself", a)
		}
	})
}

func TestADocumentIsComparedByLine(t *testing.T) {
	got := strings.Join(diffLines(lines(`{"Effect":"Allow","Action":"*"}`), lines(`{"Effect":"Deny","Action":"*"}`)), "\n")
	want := " {\n-  \"Effect\": \"Allow\",\n+  \"Effect\": \"Deny\",\n   \"Action\": \"*\"\n }"
	if got != want {
		t.Errorf("diff = \n%s\nwant\n%s", got, want)
	}
}
