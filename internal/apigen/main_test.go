package main

import (
	"bytes"
	"os"
	"testing"
)

func TestWhatIsGeneratedIsUpToDate(t *testing.T) {
	root := os.DirFS("../..")
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 13*3+1 {
		t.Errorf("%d files, want three for each of thirteen services and a page", len(files))
	}
	for name, want := range files {
		got, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run make generate", name)
		}
	}
}

func TestPatternsOfTheModelsBecomeGo(t *testing.T) {
	for java, want := range map[string]string{
		`^\d{12}$`:                 `\d{12}`,
		`(a)|(^b$)`:                `(a)|(b)`,
		`[^$]+`:                    `[^$]+`,
		`[\u0020-\u007E]+`:         `[\x{0020}-\x{007E}]+`,
		`[a-z]([a-z]|-(?!-)){1,6}`: `[a-z]([a-z]|-){1,6}`,
		`a\/b`:                     `a/b`,
	} {
		if got, err := goPattern(java); err != nil || got != want {
			t.Errorf("goPattern(%q) = %q, %v; want %q", java, got, err, want)
		}
	}
}
