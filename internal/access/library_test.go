package access

import (
	"fmt"
	"strings"
	"testing"

	"foyer/internal/policy"
)

func TestLibraryIsBounded(t *testing.T) {
	t.Parallel()
	var l library
	spaces := strings.Repeat(" ", libraryBytes/8)
	document := func(i int) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get%d","Resource":"*"}]}`, i) + spaces[:policy.MaxDocument/2]
	}
	const many = 4 * libraryBytes / (policy.MaxDocument / 2)
	for i := range many {
		if _, err := l.compile(document(i), policy.Identity); err != nil {
			t.Fatal(err)
		}
	}
	held := 0
	for _, generation := range []map[text]*policy.Policy{l.new, l.old} {
		for key := range generation {
			held += len(key.document)
		}
	}
	if limit := 2*libraryBytes + 2*policy.MaxDocument; held > limit {
		t.Errorf("%d bytes are held, want at most %d", held, limit)
	}

	first, err := l.compile(document(many-1), policy.Identity)
	if err != nil {
		t.Fatal(err)
	}
	again, err := l.compile(document(many-1), policy.Identity)
	if err != nil || again != first {
		t.Errorf("the same text was compiled twice (%v)", err)
	}
	control, err := l.compile(document(many-1), policy.Control)
	if err != nil || control.Kind() != policy.Control {
		t.Errorf("a text of another kind is another policy: %v", err)
	}
	if _, err := l.compile("{", policy.Identity); err == nil {
		t.Error("a broken text was compiled")
	}
}
