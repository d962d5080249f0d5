package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// administrator is who has the root keys, at the command line.
func (h *house) administrator() *administrator {
	return &administrator{endpoint: h.Endpoint, config: h.root(), client: http.DefaultClient}
}

// newUser makes a user whom nobody has given a password.
func (h *house) newUser(t *testing.T, userName string) subject {
	t.Helper()
	who := subject{IdentityStoreID: h.IdentityStoreID}
	err := h.administrator().call(t.Context(), "identitystore", "AWSIdentityStore.CreateUser", map[string]any{
		"IdentityStoreId": h.IdentityStoreID, "UserName": userName, "DisplayName": "Eve " + userName,
		"Name": map[string]any{"GivenName": "Eve", "FamilyName": "Adler"}, "Emails": []any{map[string]any{"Value": userName + "@foyer.example", "Primary": true}},
	}, &who)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// printed is what a welcome says, by an expression with one group.
func printed(t *testing.T, welcome, expression string) string {
	t.Helper()
	found := regexp.MustCompile(expression).FindStringSubmatch(welcome)
	if found == nil {
		t.Fatalf("the welcome does not say %s:\n%s", expression, welcome)
	}
	return found[1]
}

const (
	outboxPrinted = `Outbox +(http\S+/outbox/\S+)`
	setupPrinted  = `(http\S+/setup/\S+)`
	ownPassword   = "Walnut-7-anvil-Kite"
)

// fill types into a page's fields by their ids.
func (w *window) fill(t *testing.T, fields ...string) {
	t.Helper()
	for i := 0; i < len(fields); i += 2 {
		evaluate[string](t, w, `document.getElementById("`+fields[i]+`").value = ""`)
		w.do(t, chromedp.SendKeys(chromedp.ID(fields[i]), fields[i+1]))
	}
}

// alert is what the page warns of.
func (w *window) alert(t *testing.T) string {
	t.Helper()
	return evaluate[string](t, w, `document.querySelector("[role=alert]")?.innerText ?? ""`)
}

// TestBrowserSetup sets a fresh server up, from the printed link to the portal.
func TestBrowserSetup(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h, welcome := start(t)
	link := printed(t, welcome, setupPrinted)
	w := openWindow(t, h.Endpoint)

	w.visit(t, link)
	w.look(t, "1-begin")
	w.visit(t, link)
	w.press(t, "Begin")
	h.setsUpNothing(t, link)
	w.look(t, "2-organization")
	w.fill(t, "organization", "Nordlicht  AG ")
	w.press(t, "Next")
	w.says(t, "Where do your people come from?")
	w.look(t, "3-source")
	if later := evaluate[int](t, w, `document.querySelectorAll("input[type=radio]:disabled").length`); later != 2 {
		t.Errorf("%d sources are for later", later)
	}
	w.press(t, "Next")
	w.look(t, "4-administrator")
	w.fill(t, "username", "freya", "given", "Freya", "family", "<b>Berg</b>", "email", "freya@nordlicht.example", "password", "P@ssw0rd1!", "again", "P@ssw0rd1!")
	if says := evaluate[string](t, w, `document.querySelector("output").innerText`); says != "Strength: weak" {
		t.Errorf("a common password is %q", says)
	}
	w.press(t, "Create the administrator")
	if alert := w.alert(t); !strings.Contains(alert, "everybody uses") {
		t.Errorf("a common password is answered %q", alert)
	}
	if given := evaluate[string](t, w, `document.querySelector("#family").value`); given != "<b>Berg</b>" {
		t.Errorf("what was typed is lost: %q", given)
	}
	w.quiet(t, "status of 400")
	w.fill(t, "password", ownPassword)
	if says := evaluate[string](t, w, `document.querySelector("output").innerText`); says != "Strength: strong" {
		t.Errorf("the password is %q", says)
	}
	w.look(t, "5-strength")
	w.fill(t, "password", ownPassword, "again", ownPassword)
	w.press(t, "Create the administrator")
	phone := h.registerApp(t, w)
	w.says(t, "AWS access portal")
	w.until(t, h.StartURL, "Management")
	w.look(t, "6-portal")
	w.visit(t, h.StartURL+"?account_id="+h.ManagementAccountID)
	w.says(t, "AdministratorAccess")
	w.press(t, "Security")
	w.says(t, "Phone <1>")
	w.quiet(t)

	w.press(t, "Sign out")
	w.visit(t, link)
	w.says(t, "This link does not work")
	w.look(t, "7-used")
	w.quiet(t, "status of 404")
	w.visit(t, h.StartURL)
	w.signIn(t, "freya", ownPassword)
	w.says(t, "Enter your MFA code")
	w.fill(t, "code", phone.code(t))
	w.press(t, "Sign in")
	w.says(t, "AWS access portal")
}

// setsUpNothing: once one browser has begun, the link does nothing in another,
// nor do the wizard's pages.
func (h *house) setsUpNothing(t *testing.T, link string) {
	t.Helper()
	late := newPerson("", "")
	for _, address := range []string{link, h.Endpoint + "/setup"} {
		if status, says := fetch(t, late.client, http.MethodGet, address, "", map[string]string{"Accept": "text/html"}); status != http.StatusNotFound {
			t.Errorf("another browser is answered %d at %s: %s", status, address, says)
		}
	}
	form := url.Values{"page": {"administrator"}, "organization": {"Evil"}, "username": {"eve"}, "given": {"Eve"}, "family": {"Evil"}, "email": {"eve@evil.example"}, "password": {ownPassword}, "again": {ownPassword}}
	if status, says := late.post(t, h.Endpoint+"/setup", form); status != http.StatusNotFound {
		t.Errorf("another browser's administrator is answered %d: %s", status, says)
	}
}

// until visits an address until it says a text: a role is deployed after the
// assignment that wants it.
func (w *window) until(t *testing.T, address, text string) {
	t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for range 100 {
		w.visit(t, address)
		if strings.Contains(evaluate[string](t, w, `document.body.innerText`), text) {
			return
		}
		<-again.C
	}
	t.Fatalf("%s never says %q", address, text)
}

// TestBrowserPasswords goes through the ways in which people come by a password.
func TestBrowserPasswords(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h, welcome := start(t, "--demo", "--verify-email")
	outbox := printed(t, welcome, outboxPrinted)
	w := openWindow(t, h.Endpoint)
	h.walkInvitation(t, w, outbox)
	h.walkOneTime(t, w)
	h.walkForgotten(t, w, outbox)
	h.walkVerification(t, w, outbox)
	h.walkCode(t, w, outbox)
}

// open opens the newest letter of a subject in the outbox, and follows its link.
func (w *window) open(t *testing.T, outbox, subject, label string) {
	t.Helper()
	w.until(t, outbox, subject)
	w.leave(t, chromedp.Click(`(//li/a[contains(., "`+subject+`")])[1]`))
	w.says(t, label)
}

func (h *house) walkInvitation(t *testing.T, w *window, outbox string) {
	w.visit(t, outbox)
	w.look(t, "1-empty-outbox")
	who := h.newUser(t, "eve")
	if _, err := h.administrator().updatePassword(t.Context(), who, "EMAIL"); err != nil {
		t.Fatal(err)
	}
	w.visit(t, outbox)
	w.look(t, "2-outbox")
	w.open(t, outbox, "Invitation to join Foyer", "Accept invitation")
	w.look(t, "3-invitation")
	w.press(t, "Accept invitation")
	w.look(t, "4-first-password")
	w.fill(t, "password", ownPassword, "again", ownPassword+"x")
	w.press(t, "Set password")
	if alert := w.alert(t); alert != "The two passwords are not the same." {
		t.Errorf("two passwords are answered %q", alert)
	}
	w.look(t, "5-not-the-same")
	w.quiet(t, "status of 400")
	w.fill(t, "password", ownPassword, "again", ownPassword)
	w.press(t, "Set password")
	w.says(t, "No AWS accounts are assigned to you")
	w.press(t, "Sign out")
	w.quiet(t)
}

func (h *house) walkOneTime(t *testing.T, w *window) {
	a := h.administrator()
	who, err := a.find(t.Context(), "ben")
	if err != nil {
		t.Fatal(err)
	}
	made, err := a.updatePassword(t.Context(), who, "OTP")
	if err != nil {
		t.Fatal(err)
	}
	w.visit(t, h.StartURL+"?account_id="+h.account(t, "Shop Development"))
	w.signIn(t, "ben", made.Password)
	w.says(t, "You signed in with a one-time password")
	w.look(t, "6-one-time")
	w.visit(t, h.StartURL)
	if at := evaluate[string](t, w, `location.pathname`); at != "/signin" {
		t.Errorf("with a one-time password alone the portal is at %s", at)
	}
	w.visit(t, h.Endpoint+"/signin/new-password")
	w.fill(t, "password", ownPassword+"2", "again", ownPassword+"2")
	w.press(t, "Set password")
	w.says(t, "DeveloperAccess") // the account that the address asked for is open
	w.press(t, "Sign out")
	w.quiet(t)
}

func (h *house) walkForgotten(t *testing.T, w *window, outbox string) {
	w.visit(t, h.StartURL)
	w.enter(t, "chitra")
	w.press(t, "Forgot password?")
	if name := evaluate[string](t, w, `document.querySelector("#username").value`); name != "chitra" {
		t.Errorf("the page asks for %q again", name)
	}
	w.look(t, "7-forgotten")
	w.press(t, "Send the link")
	w.says(t, "Check your mail")
	w.look(t, "8-check-your-mail")
	w.open(t, outbox, "Password reset for Foyer", "Choose a new password")
	w.press(t, "Choose a new password")
	w.fill(t, "password", ownPassword+"3")
	w.do(t, chromedp.SendKeys(chromedp.ID("again"), ownPassword+"3"))
	w.leave(t, keys(kb.Enter))
	w.says(t, "AWS access portal")
	w.press(t, "Sign out")
	w.until(t, outbox, "Your password for Foyer was changed")
	w.visit(t, h.StartURL)
	w.signIn(t, "chitra", h.password(t, "chitra"))
	if alert := w.alert(t); !strings.Contains(alert, "couldn't verify") {
		t.Errorf("the forgotten password is answered %q", alert)
	}
	w.quiet(t, "status of 401")
}

func (h *house) walkVerification(t *testing.T, w *window, outbox string) {
	a := h.administrator()
	who := h.newUser(t, "finn")
	if err := a.directory(t.Context(), "VerifyEmail", who, &struct{}{}); err != nil {
		t.Fatal(err)
	}
	w.open(t, outbox, "Verify your e-mail address", "Verify this address")
	w.press(t, "Verify this address")
	w.look(t, "9-verify")
	w.press(t, "Yes, verify")
	w.says(t, "Address verified")
	w.look(t, "10-verified")
	w.quiet(t)
}

// walkCode: who has never shown that their address is theirs is asked to.
func (h *house) walkCode(t *testing.T, w *window, outbox string) {
	made, err := h.administrator().updatePassword(t.Context(), h.newUser(t, "gwen"), "OTP")
	if err != nil {
		t.Fatal(err)
	}
	w.visit(t, h.StartURL)
	w.signIn(t, "gwen", made.Password)
	w.fill(t, "password", ownPassword, "again", ownPassword)
	w.press(t, "Set password")
	w.says(t, "A letter with a code is on its way to gwen@foyer.example")
	w.look(t, "11-code")
	w.fill(t, "code", "000000")
	w.press(t, "Go on")
	if alert := w.alert(t); alert != "That code is not right, or too old." {
		t.Errorf("a wrong code is answered %q", alert)
	}
	w.look(t, "12-wrong-code")
	w.quiet(t, "status of 401")
	w.press(t, "Send another code")
	w.open(t, outbox, "Your code for Foyer", "It is good for 10 minutes")
	w.look(t, "13-letter-with-code")
	code := evaluate[string](t, w, `document.querySelector(".code").innerText`)
	w.visit(t, h.StartURL)
	w.visit(t, h.Endpoint+"/signin/verify-email")
	w.fill(t, "code", code)
	w.press(t, "Go on")
	w.says(t, "No AWS accounts are assigned to you")
	w.quiet(t)
}
