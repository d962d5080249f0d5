package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

// app is an authenticator app. It shows the code of the server's time step, which
// is good for at least 30 seconds more, and never one twice: it moves the clock on.
type app struct {
	h    *house
	seed string
	last int64
}

// stepLength is how long an app shows a code, in seconds.
const stepLength = 30

func (a *app) code(t *testing.T) string {
	t.Helper()
	if a.h.now().Unix()/stepLength <= a.last {
		a.h.advance(t, stepLength)
	}
	a.last = a.h.now().Unix() / stepLength
	shown, err := totp.GenerateCode(a.seed, time.Unix(a.last*stepLength, 0))
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

// plug gives the browser a device.
func (w *window) plug(t *testing.T, device webauthn.VirtualAuthenticatorOptions) webauthn.AuthenticatorID {
	t.Helper()
	device.Protocol, device.AutomaticPresenceSimulation = webauthn.AuthenticatorProtocolCtap2, true
	plugged, err := chromedp.Call(w.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &device})
	if err != nil {
		t.Fatal(err)
	}
	return plugged.AuthenticatorID
}

func (w *window) unplug(t *testing.T, id webauthn.AuthenticatorID) {
	t.Helper()
	if _, err := chromedp.Call(w.ctx, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: id}); err != nil {
		t.Fatal(err)
	}
}

// The devices of the tests: a key on a key ring, without a PIN, and what is built
// into a laptop or phone, which looks at its owner.
var (
	keyRing = webauthn.VirtualAuthenticatorOptions{Transport: webauthn.AuthenticatorTransportUsb}
	builtIn = webauthn.VirtualAuthenticatorOptions{Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, DefaultBackupEligibility: true, DefaultBackupState: true}
)

// openWithDevices opens a window that has virtual devices.
func openWithDevices(t *testing.T, h *house) *window {
	t.Helper()
	w := openWindow(t, h.Endpoint)
	if _, err := chromedp.Call(w.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestBrowserMFA registers, uses and gives up devices in a real browser.
func TestBrowserMFA(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h, _ := start(t, "--demo", "--mfa-without-device", "register")
	w := openWithDevices(t, h)
	phone := h.walkForcedApp(t, w)
	h.walkAppCode(t, w, phone)
	h.walkTrusted(t, w, phone)
	h.walkConfirmed(t, w, phone)
}

// TestBrowserMFAKeys does so with security keys and what is built in.
func TestBrowserMFAKeys(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h, _ := start(t, "--demo")
	w := openWithDevices(t, h)
	h.walkFirstApp(t, w)
	h.walkSecurityKey(t, w)
	h.walkPasskey(t, w)
	h.walkManaged(t, w)
}

// registerApp goes from a page that offers it to where the app is registered.
func (h *house) registerApp(t *testing.T, w *window) *app {
	t.Helper()
	w.press(t, "Authenticator app")
	w.says(t, "Set up the authenticator app")
	w.do(t, chromedp.Click(`//summary`))
	phone := &app{h: h, seed: strings.ReplaceAll(shownText(t, w, "seed"), " ", "")}
	w.fill(t, "code", phone.code(t), "name", "Phone <1>")
	w.press(t, "Assign MFA")
	return phone
}

// walkFirstApp: who has just signed in with a password, and has no device,
// registers one.
func (h *house) walkFirstApp(t *testing.T, w *window) {
	w.visit(t, h.Endpoint+"/start/mfa")
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "You have no MFA device")
	phone := h.registerApp(t, w)
	w.says(t, "Phone <1>")
	w.press(t, "Sign out")
	w.visit(t, h.Endpoint+"/start/mfa")
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "Enter your MFA code")
	w.fill(t, "code", phone.code(t))
	w.press(t, "Sign in")
	w.says(t, "Register a device")
	w.quiet(t)
}

// walkForcedApp: who has no device registers one to get in.
func (h *house) walkForcedApp(t *testing.T, w *window) *app {
	w.visit(t, h.StartURL)
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "Register an MFA device")
	w.look(t, "1-register")
	w.visit(t, h.StartURL)
	if at := evaluate[string](t, w, `location.pathname`); at != "/signin" {
		t.Errorf("without a device the portal is at %s", at)
	}
	w.visit(t, h.Endpoint+"/signin/mfa")
	w.press(t, "Authenticator app")
	w.says(t, "Set up the authenticator app")
	w.look(t, "2-register-app")
	w.visit(t, h.Endpoint+"/signin/mfa?way=app")
	w.do(t, chromedp.Click(`//summary`))
	phone := &app{h: h, seed: strings.ReplaceAll(shownText(t, w, "seed"), " ", "")}
	w.fill(t, "code", "000 000", "name", "Phone <1>")
	w.press(t, "Assign MFA")
	if alert := w.alert(t); !strings.Contains(alert, "The code is not right") {
		t.Errorf("a wrong code is answered %q", alert)
	}
	w.look(t, "3-register-wrong")
	w.quiet(t, "status of 400")
	w.fill(t, "code", phone.code(t), "name", "Phone <1>")
	w.press(t, "Assign MFA")
	w.says(t, "AWS access portal")
	w.press(t, "Sign out")
	w.quiet(t)
	return phone
}

func (h *house) walkAppCode(t *testing.T, w *window, phone *app) {
	w.visit(t, h.StartURL+"?account_id="+h.account(t, "Shop Development"))
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "Enter your MFA code")
	w.look(t, "4-code")
	w.visit(t, h.Endpoint+"/signin/mfa")
	w.fill(t, "code", "123456")
	w.press(t, "Sign in")
	if alert := w.alert(t); !strings.Contains(alert, "couldn't verify") {
		t.Errorf("a wrong code is answered %q", alert)
	}
	w.look(t, "5-wrong-code")
	w.quiet(t, "status of 401")
	w.fill(t, "code", phone.code(t))
	w.do(t, chromedp.Click(chromedp.CSS("input[name=trust]")))
	w.press(t, "Sign in")
	w.says(t, "Shop Development") // the account that the address asked for
	w.press(t, "Sign out")
	w.quiet(t)
}

// walkTrusted: a trusted browser is not asked again, and is once it forgot.
func (h *house) walkTrusted(t *testing.T, w *window, phone *app) {
	w.visit(t, h.StartURL)
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "AWS access portal")
	w.press(t, "Sign out")
	w.forget(t, "foyer-trusted")
	w.visit(t, h.StartURL)
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "Enter your MFA code")
	w.fill(t, "code", phone.code(t))
	w.do(t, chromedp.Click(chromedp.CSS("input[name=trust]")))
	w.press(t, "Sign in")
	w.says(t, "AWS access portal")
	w.press(t, "Sign out")
	w.visit(t, h.StartURL)
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "AWS access portal")
	w.quiet(t)
}

func (w *window) forget(t *testing.T, cookie string) {
	t.Helper()
	at := evaluate[string](t, w, `location.origin`)
	if _, err := chromedp.Call(w.ctx, network.DeleteCookies, network.DeleteCookiesParams{Name: cookie, URL: at}); err != nil {
		t.Fatal(err)
	}
}

// walkConfirmed: a session that a password began, in a trusted browser, registers
// nothing until its person has proved more.
func (h *house) walkConfirmed(t *testing.T, w *window, phone *app) {
	w.visit(t, h.Endpoint+"/start/mfa")
	w.says(t, "confirm that it is you")
	w.says(t, "Phone <1>")
	w.look(t, "6-devices-unconfirmed")
	w.visit(t, h.Endpoint+"/start/mfa/key")
	w.says(t, "confirm that it is you")
	w.press(t, "Confirm")
	w.enter(t, h.password(t, "ada"))
	w.says(t, "Enter your MFA code") // though the browser is trusted
	w.fill(t, "code", phone.code(t))
	w.press(t, "Sign in")
	w.says(t, "Register a device")
	w.look(t, "7-devices")
	w.quiet(t)
}

func (h *house) walkSecurityKey(t *testing.T, w *window) {
	ring := w.plug(t, keyRing)
	w.visit(t, h.Endpoint+"/start/mfa")
	w.press(t, "Security key or built-in authenticator")
	w.says(t, "Register a security key")
	w.look(t, "8-register-key")
	w.visit(t, h.Endpoint+"/start/mfa/key")
	w.fill(t, "name", "Key ring")
	w.press(t, "Register")
	w.says(t, "Key ring")
	w.visit(t, h.Endpoint+"/start/mfa/key")
	w.do(t, chromedp.Click(button("Register")))
	w.says(t, "This device is registered already.")
	w.look(t, "9-registered-already")
	w.quiet(t)

	w.visit(t, h.Endpoint+"/start/mfa")
	w.press(t, "Sign out")
	w.forget(t, "foyer-trusted")
	w.visit(t, h.StartURL)
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "Prove that it is you")
	w.look(t, "10-key")
	w.visit(t, h.Endpoint+"/signin/mfa")
	w.press(t, "Use an authenticator app")
	w.says(t, "Enter your MFA code")
	w.press(t, "Use a security key or built-in authenticator")
	w.press(t, "Continue")
	w.says(t, "AWS access portal")
	w.unplug(t, ring)
	w.quiet(t)
}

// walkPasskey: what is built in signs in without a name and a password.
func (h *house) walkPasskey(t *testing.T, w *window) {
	laptop := w.plug(t, builtIn)
	w.visit(t, h.Endpoint+"/start/mfa/key")
	w.press(t, "Register")
	w.says(t, "Passkey")
	w.press(t, "Sign out")

	// The passkey is offered where the user name is asked for; here it is taken.
	if _, err := chromedp.RunResponse(w.ctx, chromedp.Navigate(h.StartURL)); err != nil {
		t.Fatal(err)
	}
	w.says(t, "AWS access portal")
	w.press(t, "Sign out")

	// By the button, in a browser that offers nothing by itself.
	offersNothing := page.AddScriptToEvaluateOnNewDocumentParams{Source: `PublicKeyCredential.isConditionalMediationAvailable = async () => false`}
	if _, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, offersNothing); err != nil {
		t.Fatal(err)
	}
	w.visit(t, h.StartURL)
	w.says(t, "Sign in with a passkey")
	w.look(t, "11-passkey")
	w.visit(t, h.StartURL)
	w.press(t, "Sign in with a passkey")
	w.says(t, "AWS access portal")
	w.visit(t, h.Endpoint+"/start/mfa")
	w.says(t, "Register a device") // a passkey is a fresh proof of more than a password
	w.unplug(t, laptop)
	w.quiet(t)
}

func (h *house) walkManaged(t *testing.T, w *window) {
	w.visit(t, h.Endpoint+"/start/mfa")
	w.look(t, "12-three-devices")
	w.visit(t, h.Endpoint+"/start/mfa")
	w.leave(t, chromedp.Click(`//a[@aria-label="Manage Key ring"]`))
	w.look(t, "13-device")
	w.fill(t, "name", "phone <1>")
	w.press(t, "Rename")
	if alert := w.alert(t); !strings.Contains(alert, "already") {
		t.Errorf("a name that is taken is answered %q", alert)
	}
	w.quiet(t, "status of 400")
	w.fill(t, "name", "Spare key")
	w.press(t, "Rename")
	w.says(t, "Spare key")
	w.leave(t, chromedp.Click(`//a[@aria-label="Manage Spare key"]`))
	w.press(t, "Remove")
	w.says(t, "MFA devices")
	if text := evaluate[string](t, w, `document.body.innerText`); strings.Contains(text, "Spare key") || !strings.Contains(text, "Passkey") {
		t.Errorf("after removing the key the page says\n%s", text)
	}
	w.quiet(t)
}

// TestBrowserMFABlocked: where nobody gets in without a device, and who has none
// is told so.
func TestBrowserMFABlocked(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h, _ := start(t, "--demo", "--mfa-mode", "always-on", "--mfa-without-device", "block")
	w := openWithDevices(t, h)
	w.visit(t, h.StartURL)
	w.signIn(t, "ben", h.password(t, "ben"))
	w.says(t, "You need an MFA device")
	w.look(t, "14-blocked")
	w.visit(t, h.StartURL)
	if at := evaluate[string](t, w, `location.pathname`); at != "/signin" {
		t.Errorf("blocked, the portal is at %s", at)
	}
	w.quiet(t, "status of 403")
}

// TestBrowserMFAByMail: who has no device gets a code by mail.
func TestBrowserMFAByMail(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h, welcome := start(t, "--demo", "--mfa-without-device", "email")
	outbox := printed(t, welcome, outboxPrinted)
	w := openWithDevices(t, h)
	w.visit(t, h.StartURL)
	w.signIn(t, "chitra", h.password(t, "chitra"))
	w.says(t, "Check your mail")
	w.look(t, "15-send-code")
	w.visit(t, h.Endpoint+"/signin/mfa")
	w.press(t, "Send the code")
	w.says(t, "A code is on its way")
	w.look(t, "16-mailed-code")
	w.until(t, outbox, "Your sign-in code for Foyer")
	w.leave(t, chromedp.Click(`(//li/a[contains(., "Your sign-in code")])[1]`))
	code := evaluate[string](t, w, `document.querySelector(".code").innerText`)
	w.visit(t, h.Endpoint+"/signin/mfa")
	w.fill(t, "code", code)
	w.press(t, "Sign in")
	w.says(t, "AWS access portal")
	w.quiet(t)
}
