package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const anotherPassword = "Basalt-9-lantern-Fig"

// TestBrowserAccount goes through what people do about their own account.
func TestBrowserAccount(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h, welcome := start(t, "--demo")
	w := openWindow(t, h.Endpoint)
	h.newUser(t, "eve")
	w.visit(t, h.StartURL)
	w.signIn(t, "eve", h.oneTime(t, "eve"))
	w.fill(t, "password", ownPassword, "again", ownPassword)
	w.press(t, "Set password")
	w.says(t, "AWS access portal")
	h.walkFrame(t, w)
	h.walkProfile(t, w, printed(t, welcome, outboxPrinted))
	h.walkSessions(t, w)
	h.walkPassword(t, w)
}

func (h *house) walkProfile(t *testing.T, w *window, outbox string) {
	w.press(t, "Profile")
	w.says(t, "Not verified")
	w.says(t, "eve@")
	w.look(t, "2-profile")
	w.press(t, "Send verification link")
	w.says(t, "A letter with a link is on its way to eve@")
	w.open(t, outbox, "Verify your e-mail address", "Verify this address")
	w.press(t, "Verify this address")
	w.press(t, "Yes, verify")
	w.visit(t, h.Endpoint+"/start/profile")
	w.says(t, "Verified")
	w.look(t, "3-verified")
	w.quiet(t)
}

// walkSessions ends a session elsewhere, all others, and all.
func (h *house) walkSessions(t *testing.T, w *window) {
	elsewhere := make([]*person, 3)
	for i := range elsewhere {
		elsewhere[i] = newPerson("eve", ownPassword)
		if err := elsewhere[i].visit(t.Context(), h.StartURL); err != nil {
			t.Fatal(err)
		}
	}
	w.press(t, "Sessions")
	w.says(t, "This session")
	others := `document.querySelectorAll("form[action='/start/sessions/end']").length`
	if n := evaluate[int](t, w, others); n != len(elsewhere) {
		t.Errorf("%d other sessions are shown", n)
	}
	if here := evaluate[string](t, w, `document.querySelector(".here").innerText`); !strings.Contains(here, "Chrome on Linux from 127.0.0.1") {
		t.Errorf("this session is shown as %q", here)
	}
	w.look(t, "4-sessions")
	w.leave(t, chromedp.Click(`(//button[.="End"])[1]`)) // of the newest
	if n := evaluate[int](t, w, others); n != len(elsewhere)-1 {
		t.Errorf("after ending one, %d other sessions are shown", n)
	}
	left := 0
	for _, p := range elsewhere {
		if err := p.visitAs(t, h.StartURL); err != nil {
			t.Fatal(err)
		}
		if p.at.Path == "/start" {
			left++
		}
	}
	if left != len(elsewhere)-1 {
		t.Errorf("after ending one, %d others are signed in", left)
	}
	w.press(t, "End all other sessions")
	w.says(t, "You are signed in nowhere else")
	w.press(t, "End all sessions, this one too")
	w.says(t, "You are signed out")
	w.visit(t, h.Endpoint+"/start/sessions")
	w.signIn(t, "eve", ownPassword)
	w.says(t, "You are signed in nowhere else")
	w.quiet(t)
}

func (h *house) walkPassword(t *testing.T, w *window) {
	w.press(t, "Security")
	w.press(t, "Change password")
	w.fill(t, "current", ownPassword, "password", "weak", "again", "weak")
	if says := evaluate[string](t, w, `document.querySelector("output").innerText`); !strings.HasPrefix(says, "Missing: 8 to 64 characters") {
		t.Errorf("the strength is %q", says)
	}
	w.look(t, "5-password")
	w.fill(t, "current", ownPassword, "password", "weak", "again", "weak")
	w.leave(t, chromedp.Click(`//button[.="Change password"]`))
	if alert := w.alert(t); !strings.Contains(alert, "between 8 and 64 characters") {
		t.Errorf("a weak password is answered %q", alert)
	}
	w.fill(t, "current", "not it", "password", anotherPassword, "again", anotherPassword)
	w.leave(t, chromedp.Click(`//button[.="Change password"]`))
	if alert := w.alert(t); !strings.Contains(alert, "The current password is not right") {
		t.Errorf("another password is answered %q", alert)
	}
	w.look(t, "6-not-the-password")
	w.quiet(t, "status of 400", "status of 403")
	w.fill(t, "current", ownPassword, "password", anotherPassword, "again", anotherPassword)
	w.leave(t, chromedp.Click(`//button[.="Change password"]`))
	w.says(t, "Your password is changed")
	w.look(t, "7-security")
	w.press(t, "Sign out")
	w.visit(t, h.StartURL)
	w.signIn(t, "eve", anotherPassword)
	w.says(t, "AWS access portal")
	w.quiet(t)
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
	w.findsWrong(t)
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
