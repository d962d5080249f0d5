package main

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserConsole looks at the page to which links to the console lead.
func TestBrowserConsole(t *testing.T) {
	h := open(t)
	w := openWindow(t, h.Endpoint)
	w.visit(t, h.Endpoint+"/console?"+url.Values{
		"account_id": {h.ManagementAccountID}, "role_name": {"AdministratorAccess"}, "destination": {"https://us-east-2.console.aws.amazon.com/ec2/home?region=us-east-2#Instances:"},
	}.Encode())
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "Signed in to account "+h.ManagementAccountID)
	w.look(t, "3-console")
	w.press(t, "Sign out")
	w.says(t, "You are signed out of the console")
	w.quiet(t)
}

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
