package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowserAccount goes through what people do about their own account.
func TestBrowserAccount(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h := open(t)
	w := openWindow(t, h.Endpoint)
	w.visit(t, h.StartURL)
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "AWS access portal")
	h.walkFrame(t, w)
}

// walkFrame goes through the navigation: by keyboard past it, and on a phone.
func (h *house) walkFrame(t *testing.T, w *window) {
	w.do(t, chromedp.EmulateViewport(1280, 800), keys(kb.Tab))
	if at := evaluate[string](t, w, `document.activeElement.textContent`); at != "Skip to content" {
		t.Errorf("the first stop of the keyboard is %q", at)
	}
	w.do(t, keys(kb.Enter))
	if at := evaluate[string](t, w, `document.activeElement.tagName`); at != "MAIN" {
		t.Errorf("the content is skipped to at %s", at)
	}
	here := `document.querySelector("nav [aria-current=page]").innerText`
	if at := evaluate[string](t, w, here); at != "Accounts" {
		t.Errorf("the navigation says that the home is %q", at)
	}
	w.press(t, "Security")
	w.says(t, "MFA devices")
	if at := evaluate[string](t, w, here); at != "Security" {
		t.Errorf("the navigation says that the devices are %q", at)
	}

	folded := func(want bool) {
		t.Helper()
		if shown := evaluate[bool](t, w, `document.querySelector("nav").checkVisibility()`); shown == want {
			t.Errorf("the navigation of a phone is shown: %v", shown)
		}
	}
	w.do(t, chromedp.EmulateViewport(390, 844))
	folded(true)
	w.do(t, chromedp.Click(button("Menu")))
	folded(false)
	w.look(t, "1-menu")
	w.do(t, chromedp.EmulateViewport(390, 844), chromedp.Focus(`//nav//a[.="Security"]`), keys(kb.Escape))
	folded(true)
	if at := evaluate[string](t, w, `document.activeElement.textContent`); at != "Menu" {
		t.Errorf("the menu is left to %q", at)
	}
	w.do(t, chromedp.Click(button("Menu")))
	w.press(t, "Accounts")
	w.says(t, "AWS access portal")
	w.do(t, chromedp.EmulateViewport(1280, 800))
	w.quiet(t)
}
