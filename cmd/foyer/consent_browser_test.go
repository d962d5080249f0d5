package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserConsent looks at what people see of a request that came from
// elsewhere, and has them answer it.
func TestBrowserConsent(t *testing.T) {
	h, _ := start(t, "--demo", "--trusted-proxy", "127.0.0.1/32")
	w := openWindow(t, h.Endpoint)
	begun, poll := h.beginFrom(t, "203.0.113.66")
	w.visit(t, *begun.VerificationUriComplete)
	w.signIn(t, "ben", h.password(t, "ben"))
	w.says(t, "This request comes from another network than yours.")
	w.look(t, "1-consent-elsewhere")
	w.do(t, chromedp.SendKeys("#user_code", *begun.UserCode))
	w.press(t, "Allow access")
	w.says(t, "Request approved")
	if _, err := poll(); err != nil {
		t.Error(err)
	}

	begun, poll = h.beginFrom(t, "203.0.113.66")
	w.visit(t, *begun.VerificationUri)
	w.enter(t, *begun.UserCode)
	w.says(t, *begun.UserCode)
	w.look(t, "2-consent-typed")
	w.press(t, "Deny")
	w.says(t, "Request denied")
	if _, err := poll(); err == nil {
		t.Error("a device that was denied got a token")
	}
	w.quiet(t)
}
