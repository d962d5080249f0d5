package main

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestPageWeight: the sign-in page and the portal's home, each with all that the
// browser fetches for it, are as light as people were promised.
func TestPageWeight(t *testing.T) {
	requirePart(t, "../../web/dist/foyer.js")
	h := open(t)
	stranger, ada := newPerson("", ""), h.person(t, "ada")
	if err := ada.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	for path, p := range map[string]*person{"/signin": stranger, "/start": ada} {
		sent, packed := h.weight(t, p.client, path)
		t.Logf("%s: %d bytes, %d with gzip", path, sent, packed)
		if packed > 100_000 || packed < 1_000 {
			t.Errorf("%s weighs %d bytes with gzip, want less than 100 kB", path, packed)
		}
	}
}

// weight is how many bytes a page takes with all it refers to, as they are sent
// and as gzip would pack them.
func (h *house) weight(t *testing.T, client *http.Client, path string) (sent, packed int) {
	t.Helper()
	add := func(path string) string {
		status, text := fetch(t, client, http.MethodGet, h.Endpoint+path, "", map[string]string{"Accept": "text/html"})
		if status != http.StatusOK {
			t.Fatalf("%s is answered %d", path, status)
		}
		var out bytes.Buffer
		gz := gzip.NewWriter(&out)
		_, err := gz.Write([]byte(text))
		fatal(t, err)
		fatal(t, gz.Close())
		sent += len(text)
		packed += out.Len()
		return text
	}
	page, err := html.Parse(strings.NewReader(add(path)))
	fatal(t, err)
	files := map[string]bool{}
	for kind, from := range map[string]string{"link": "href", "script": "src", "img": "src"} {
		for e := range elements(page, kind) {
			files[attribute(e, from)] = true
		}
	}
	if len(files) < 3 {
		t.Errorf("%s refers to %v only", path, files)
	}
	for file := range files {
		add(file)
	}
	return sent, packed
}
