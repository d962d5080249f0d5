package main

import (
	"os"
	"strings"
	"testing"
)

// axeCore is Deque's accessibility engine, as web/package.json pins it.
const axeCore = "../../web/node_modules/axe-core/axe.min.js"

// readAxe reads the engine; where it is not installed the pages are looked at
// without it.
func readAxe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(axeCore)
	if err == nil {
		return string(source)
	}
	if os.Getenv("PARTS") == "required" {
		t.Fatalf("%s is not installed: make web", axeCore)
	}
	t.Logf("NOT RUN: axe: %s is not installed: make web", axeCore)
	return ""
}

// runAxe answers what the engine finds wrong with a page, all its rules but the
// experimental ones; a line each.
const runAxe = `axe.run(document, {resultTypes: ["violations"], preload: false}).then((found) => found.violations.flatMap((rule) =>
	rule.nodes.map((node) => rule.id + ": " + rule.help + ": " + node.html + " " + [...node.any, ...node.all].map((check) => check.message).join("; "))))`

// accessible fails for whatever the engine finds wrong with the page as it shows.
func (w *window) accessible(t *testing.T, name string) {
	t.Helper()
	if w.axe == "" {
		return
	}
	for _, wrong := range evaluate[[]string](t, w, runAxe) {
		t.Errorf("%s: axe: %s", name, wrong)
	}
}

// findsWrong fails unless the engine finds what is wrong with a page that it has
// looked at.
func (w *window) findsWrong(t *testing.T) {
	t.Helper()
	if w.axe == "" {
		return
	}
	found := evaluate[[]string](t, w, `document.querySelector("main").insertAdjacentHTML("beforeend", "<img src='/icon.svg'>"), `+runAxe)
	if len(found) != 1 || !strings.HasPrefix(found[0], "image-alt: ") {
		t.Errorf("of a picture without a text axe says %q", found)
	}
}
