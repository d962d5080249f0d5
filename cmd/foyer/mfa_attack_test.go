package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestAttackMFA attacks second proofs over the wire. What takes a device that
// lies is attacked in package mfa.
func TestAttackMFA(t *testing.T) {
	h, _ := start(t, "--demo")
	for name, attack := range map[string]func(*house, *testing.T){
		"skipping the challenge by address":        (*house).skipChallenge,
		"registration without proving oneself":     (*house).registerUnproved,
		"removal by another site":                  (*house).forgeRemoval,
		"another user's device by its id":          (*house).reachDevice,
		"code replayed within its step":            (*house).replayAppCode,
		"brute force of codes":                     (*house).guessCodes,
		"reset of a password is no way around MFA": (*house).resetPassword,
	} {
		t.Run(name, func(t *testing.T) { attack(h, t) })
	}
}

// withApp makes a user who has an app, and is signed in.
func (h *house) withApp(t *testing.T, userName string) (*person, *app) {
	t.Helper()
	h.newUser(t, userName)
	p := newPerson(userName, h.oneTime(t, userName))
	if err := p.visit(t.Context(), h.Endpoint+"/start/mfa"); err != nil {
		t.Fatal(err)
	}
	if err := p.submit(t.Context(), map[string]string{"password": ownPassword, "again": ownPassword}); err != nil {
		t.Fatal(err)
	}
	p.password = ownPassword
	if err := p.visitAs(t, h.Endpoint+"/start/mfa/app"); err != nil {
		t.Fatal(err)
	}
	phone := &app{h: h, seed: p.seed(t)}
	if err := p.submit(t.Context(), map[string]string{"code": phone.code(t), "name": userName + "'s phone"}); err != nil || !strings.Contains(p.text(), userName+"'s phone") {
		t.Fatalf("registering is answered %v\n%s", err, p.text())
	}
	return p, phone
}

func (h *house) oneTime(t *testing.T, userName string) string {
	t.Helper()
	who, err := h.administrator().find(t.Context(), userName)
	if err != nil {
		t.Fatal(err)
	}
	made, err := h.administrator().updatePassword(t.Context(), who, "OTP")
	if err != nil {
		t.Fatal(err)
	}
	return made.Password
}

// seed is the secret key that the page shows.
func (p *person) seed(t *testing.T) string {
	t.Helper()
	for code := range elements(p.page, "code") {
		if attribute(code, "id") == "seed" && code.FirstChild != nil {
			return strings.ReplaceAll(code.FirstChild.Data, " ", "")
		}
	}
	t.Fatalf("no secret key on the page:\n%s", p.text())
	return ""
}

// device is the address of the one device of a user.
func (p *person) device(t *testing.T) string {
	t.Helper()
	link := p.deviceLink()
	if link == "" {
		t.Fatalf("no device on the page:\n%s", p.text())
	}
	return link
}

// deviceLink is the address of the first device on the user's page; "" for none.
func (p *person) deviceLink() string {
	for a := range elements(p.page, "a") {
		if strings.HasPrefix(attribute(a, "href"), "/start/mfa/device/") {
			return attribute(a, "href")
		}
	}
	return ""
}

// skipChallenge: whoever knows the password alone gets to the challenge, and
// nowhere else.
func (h *house) skipChallenge(t *testing.T) {
	_, _ = h.withApp(t, "gil")
	thief := newPerson("gil", ownPassword)
	if err := thief.visit(t.Context(), h.StartURL); err != nil || thief.at.Path != "/signin/mfa" {
		t.Fatalf("with the password alone gil is at %s: %v", thief.at, err)
	}
	for _, path := range []string{"/start", "/start/mfa", "/start/mfa/app", "/start/mfa/key", "/device?user_code=AAAA-AAAA", "/signin/new-password", "/signin/verify-email", "/signin/password", "/signin/mfa?way=key", "/signin/mfa?way=mail"} {
		if err := thief.visitAs(t, h.Endpoint+path); err != nil || !strings.HasPrefix(thief.at.Path, "/signin") {
			t.Errorf("%s leads to %s: %v\n%s", path, thief.at, err, thief.text())
		}
		if strings.Contains(thief.text(), "secret key") {
			t.Errorf("%s registers another app", path)
		}
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html", "Origin": h.Endpoint}
	for path, body := range map[string]string{
		"/signin/password":       "password=" + ownPassword,
		"/signin/new-password":   "password=Other-Passw0rd!x&again=Other-Passw0rd!x",
		"/signin/mfa":            "way=key&credential=%7B%7D",
		"/signin/passkey":        "credential=%7B%7D",
		"/start/mfa/app":         "code=123456",
		"/start/mfa/confirm":     "",
		"/start/credentials":     "account_id=111122223333&role_name=AdministratorAccess",
		"/signin/mfa?way=mail":   "way=mail&code=000000",
		"/signin/mfa?way=send":   "way=send",
		"/signin/mfa?way=nobody": "way=nobody",
	} {
		fetch(t, thief.client, "POST", h.Endpoint+path, body, form)
		for _, c := range thief.client.Jar.Cookies(thief.at) {
			if c.Name == "foyer-session" && c.Value != "" {
				t.Fatalf("%s began a session", path)
			}
		}
		thief = newPerson("gil", ownPassword)
		if err := thief.visit(t.Context(), h.StartURL); err != nil {
			t.Fatal(err)
		}
	}
}

// registerUnproved: a session that a password alone began, in a trusted browser,
// registers no device, whatever it posts.
func (h *house) registerUnproved(t *testing.T) {
	hal, phone := h.withApp(t, "hal")
	if err := hal.press(t.Context(), "Sign out"); err != nil {
		t.Fatal(err)
	}
	if err := hal.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	if err := hal.submit(t.Context(), map[string]string{"code": phone.code(t), "trust": "yes"}); err != nil || !strings.Contains(hal.text(), "AWS access portal") {
		t.Fatalf("trusting is answered %v\n%s", err, hal.text())
	}
	if err := hal.press(t.Context(), "Sign out"); err != nil {
		t.Fatal(err)
	}
	if err := hal.visit(t.Context(), h.StartURL); err != nil || !strings.Contains(hal.text(), "AWS access portal") {
		t.Fatalf("a trusted browser is answered %v\n%s", err, hal.text())
	}
	for _, path := range []string{"/start/mfa/app", "/start/mfa/key"} {
		if err := hal.visitAs(t, h.Endpoint+path); err != nil || hal.at.Path != "/start/mfa" || !strings.Contains(hal.text(), "confirm that it is you") {
			t.Errorf("%s leads to %s: %v\n%s", path, hal.at, err, hal.text())
		}
		form := url.Values{"code": {"123456"}, "credential": {"{}"}, "name": {"evil"}}
		fetch(t, hal.client, "POST", h.Endpoint+path, form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Origin": h.Endpoint})
	}
	if err := hal.visitAs(t, h.Endpoint+"/start/mfa"); err != nil || strings.Contains(hal.text(), "evil") || hal.deviceLink() != "" {
		t.Errorf("the devices are now %v\n%s", err, hal.text())
	}
	if err := hal.press(t.Context(), "Confirm"); err != nil {
		t.Fatal(err)
	}
	if err := hal.submit(t.Context(), map[string]string{"password": ownPassword}); err != nil || hal.at.Path != "/signin/mfa" {
		t.Errorf("confirming by the password alone leads to %s: %v", hal.at, err)
	}
}

// forgeRemoval: another site takes no device, renames none, and signs nobody in
// as somebody else.
func (h *house) forgeRemoval(t *testing.T) {
	ivy, _ := h.withApp(t, "ivy")
	device := ivy.device(t)
	for path, form := range map[string]string{
		device + "/remove": "", device + "/name": "name=evil", "/start/mfa/app": "code=1", "/start/mfa/key": "credential=x", "/start/mfa/confirm": "",
		"/signin/mfa": "code=1", "/signin/passkey": "credential=x", "/signin/passkey/begin": "",
	} {
		for _, header := range []map[string]string{{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}} {
			header["Content-Type"], header["Accept"] = "application/x-www-form-urlencoded", "text/html"
			if status, _ := fetch(t, ivy.client, "POST", h.Endpoint+path, form, header); status != http.StatusForbidden {
				t.Errorf("a form from %v to %s is answered %d", header, path, status)
			}
		}
	}
	if status, _ := fetch(t, ivy.client, "GET", h.Endpoint+device+"/remove", "", map[string]string{"Accept": "text/html"}); status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
		t.Errorf("a link that removes is answered %d", status)
	}
	if err := ivy.visitAs(t, h.Endpoint+"/start/mfa"); err != nil || !strings.Contains(ivy.text(), "ivy's phone") {
		t.Errorf("the devices are now %v\n%s", err, ivy.text())
	}
}

// reachDevice: nobody sees, renames or removes another's device.
func (h *house) reachDevice(t *testing.T) {
	jon, _ := h.withApp(t, "jon")
	kim, _ := h.withApp(t, "kim")
	device := jon.device(t)
	if err := kim.visitAs(t, h.Endpoint+device); err != nil || !strings.Contains(kim.text(), "Page not found") {
		t.Errorf("jon's device is shown to kim: %v\n%s", err, kim.text())
	}
	for _, action := range []string{"/remove", "/name"} {
		fetch(t, kim.client, "POST", h.Endpoint+device+action, "name=evil", map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Origin": h.Endpoint})
	}
	if err := jon.visitAs(t, h.Endpoint+"/start/mfa"); err != nil || !strings.Contains(jon.text(), "jon's phone") {
		t.Errorf("jon's devices are now %v\n%s", err, jon.text())
	}
}

func (h *house) replayAppCode(t *testing.T) {
	_, phone := h.withApp(t, "lea")
	code := phone.code(t)
	owner, thief := newPerson("lea", ownPassword), newPerson("lea", ownPassword)
	for _, p := range []*person{owner, thief} {
		if err := p.visit(t.Context(), h.StartURL); err != nil {
			t.Fatal(err)
		}
	}
	if err := owner.submit(t.Context(), map[string]string{"code": code}); err != nil || !strings.Contains(owner.text(), "AWS access portal") {
		t.Fatalf("the code is answered %v\n%s", err, owner.text())
	}
	if err := thief.submit(t.Context(), map[string]string{"code": code}); err != nil || !strings.Contains(thief.text(), "couldn't verify") {
		t.Errorf("the same code is answered %v\n%s", err, thief.text())
	}
}

// guessCodes: after some wrong codes there is no more guessing, not even after
// starting over.
func (h *house) guessCodes(t *testing.T) {
	_, phone := h.withApp(t, "max")
	looked := 0
	for range 15 {
		thief := newPerson("max", ownPassword)
		if err := thief.visit(t.Context(), h.StartURL); err != nil {
			t.Fatal(err)
		}
		if thief.at.Path != "/signin/mfa" {
			break
		}
		if err := thief.submit(t.Context(), map[string]string{"code": "000000"}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(thief.text(), "Too many") {
			break
		}
		looked++
	}
	if looked > 10 {
		t.Errorf("%d wrong codes were looked at", looked)
	}
	thief := newPerson("max", ownPassword)
	if err := thief.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	if thief.at.Path == "/signin/mfa" {
		if err := thief.submit(t.Context(), map[string]string{"code": phone.code(t)}); err != nil || strings.Contains(thief.text(), "AWS access portal") {
			t.Errorf("the right code while there is a lock: %v\n%s", err, thief.text())
		}
	}
}

// resetPassword: who reads somebody's mail, or is given a one-time password, has
// no device of theirs.
func (h *house) resetPassword(t *testing.T) {
	h.withApp(t, "nia")
	thief := newPerson("nia", h.oneTime(t, "nia"))
	if err := thief.visit(t.Context(), h.StartURL); err != nil || thief.at.Path != "/signin/mfa" {
		t.Errorf("with a one-time password alone nia is at %s: %v", thief.at, err)
	}
}
