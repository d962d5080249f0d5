package packed_test

import (
	"bytes"
	"testing"

	"foyer/internal/packed"
)

func TestWhatIsAppendedComesBack(t *testing.T) {
	t.Parallel()
	contents := [][]byte{[]byte("index"), {}, bytes.Repeat([]byte("policy "), 10_000)}
	var file []byte
	for _, c := range contents {
		var err error
		if file, err = packed.Append(file, c); err != nil {
			t.Fatal(err)
		}
	}
	if len(file) > 1000 {
		t.Errorf("the file has %d bytes: is it compressed?", len(file))
	}
	sections, err := packed.Sections(file)
	if err != nil || len(sections) != len(contents) {
		t.Fatalf("%d sections, %v", len(sections), err)
	}
	for i, s := range sections {
		if got, err := packed.Inflate(s); err != nil || !bytes.Equal(got, contents[i]) {
			t.Errorf("section %d = %.20q, %v", i, got, err)
		}
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	t.Parallel()
	file, err := packed.Append(nil, []byte("content"))
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string][]byte{
		"empty": nil, "cut": file[:len(file)-1], "a length without end": {0xFF, 0xFF}, "a length beyond the end": {0x7F, 1},
	} {
		if sections, err := packed.Sections(broken); err == nil {
			t.Errorf("%s: %d sections", name, len(sections))
		}
	}
	if _, err := packed.Inflate([]byte{0xFF}); err == nil {
		t.Error("what is no section was inflated")
	}
}
