package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sso"
	"golang.org/x/net/html"
)

// TestAttackSignIn attacks the ways in, over the wire.
func TestAttackSignIn(t *testing.T) {
	h, welcome := start(t, "--demo")
	for name, attack := range map[string]func(*house, *testing.T){
		"user enumeration by text":   (*house).enumerateByText,
		"user enumeration by time":   (*house).enumerateByTime,
		"session fixation":           (*house).fixSession,
		"cross-site request forgery": (*house).forgeRequests,
		"open redirect":              (*house).redirectOut,
		"clickjacking":               (*house).framePages,
		"header injection":           (*house).injectHeaders,
		"script through names":       (*house).scriptNames,
		"oversized cookies":          (*house).oversizeCookies,
		"code replay":                (*house).replayCode,
		"token replay":               (*house).replayToken,
		"disabled in the middle":     (*house).disableInside,
	} {
		t.Run(name, func(t *testing.T) { attack(h, t) })
	}
	t.Run("reading the outbox without its key", func(t *testing.T) {
		if status, _ := fetch(t, http.DefaultClient, "GET", h.Endpoint+"/outbox/x", "", nil); status != http.StatusNotFound {
			t.Errorf("answered %d", status)
		}
		if status, _ := fetch(t, http.DefaultClient, "GET", printed(t, welcome, outboxPrinted), "", nil); status != http.StatusOK {
			t.Errorf("with its key: answered %d", status)
		}
	})
}

// TestAttackFreshServer finds nothing to get into a fresh server by.
func TestAttackFreshServer(t *testing.T) {
	h, welcome := start(t)
	for _, guess := range [][2]string{{"admin", "admin"}, {"admin", "password"}, {"root", "root"}, {"administrator", "Administrator1!"}, {"foyer", "foyer"}, {"ada", "Foyer1-"}} {
		p := newPerson(guess[0], guess[1])
		if err := p.visit(t.Context(), h.StartURL); err != nil || !strings.Contains(p.text(), "couldn't verify") {
			t.Errorf("%s with %s is answered %v\n%s", guess[0], guess[1], err, p.text())
		}
	}
	for _, path := range []string{"/setup", "/setup/x", "/setup/" + strings.Repeat("a", 43), "/link/x", "/outbox/x", "/outbox/"} {
		if status, text := fetch(t, http.DefaultClient, "GET", h.Endpoint+path, "", map[string]string{"Accept": "text/html"}); status != http.StatusNotFound {
			t.Errorf("%s is answered %d %s", path, status, text)
		}
	}
	form := url.Values{"page": {"administrator"}, "organization": {"Evil"}, "username": {"eve"}, "given": {"Eve"}, "family": {"E"}, "email": {"eve@evil.example"}, "password": {ownPassword}, "again": {ownPassword}}
	for _, cookie := range []string{"", "foyer-setup=x", "foyer-setup=" + strings.Repeat("a", 43)} {
		if status, text := fetch(t, http.DefaultClient, "POST", h.Endpoint+"/setup", form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html", "Cookie": cookie}); status != http.StatusNotFound {
			t.Errorf("setting up with the cookie %q is answered %d %s", cookie, status, text)
		}
	}
	link := printed(t, welcome, setupPrinted)
	first, second := newPerson("", ""), newPerson("", "")
	for _, p := range []*person{first, second} {
		if err := p.visit(t.Context(), link); err != nil {
			t.Fatal(err)
		}
	}
	for p, want := range map[*person]string{first: "Your organization"} {
		if err := p.press(t.Context(), "Begin"); err != nil || !strings.Contains(p.text(), want) {
			t.Errorf("answered %v\n%s", err, p.text())
		}
	}
	if err := second.press(t.Context(), "Begin"); err != nil || !strings.Contains(second.text(), "This link does not work") {
		t.Errorf("a second time the link is answered %v\n%s", err, second.text())
	}
}

// failed is what the pages say to a wrong sign-in, without the name and without
// what differs each time.
func (h *house) failed(t *testing.T, userName string) (says string, took time.Duration) {
	t.Helper()
	p := newPerson(userName, "not the password")
	begun := time.Now()
	if err := p.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(p.text(), userName, "NAME"), time.Since(begun)
}

func (h *house) enumerateByText(t *testing.T) {
	known, _ := h.failed(t, "dario")
	unknown, _ := h.failed(t, "nobody")
	if known != unknown || !strings.Contains(known, "couldn't verify") {
		t.Errorf("a known name is answered\n%s\nan unknown one\n%s", known, unknown)
	}
	for _, name := range []string{"dario", "nobody"} {
		p := newPerson("", "")
		if err := p.visit(t.Context(), h.Endpoint+"/signin/forgot"); err != nil {
			t.Fatal(err)
		}
		if err := p.submit(t.Context(), map[string]string{"username": name}); err != nil || !strings.Contains(p.text(), "If there is a user of this name") {
			t.Errorf("%s who forgot is answered %v\n%s", name, err, p.text())
		}
	}
}

// enumerateByTime compares the shortest times of names in turns: what else the
// machine does only adds to a time. A key more or less, or a letter, would be a
// third of it or more, however often it is measured.
func (h *house) enumerateByTime(t *testing.T) {
	known, unknown := time.Hour, time.Hour
	for i := range 24 { // of which each name has fewer than would lock it
		name := []string{"ada", "ben", "chitra"}[i%3]
		_, took := h.failed(t, name)
		known = min(known, took)
		_, took = h.failed(t, "no-"+name)
		unknown = min(unknown, took)
		if alike := known < unknown+unknown/3 && unknown < known+known/3; alike && i >= 8 {
			t.Logf("after %d turns: known %s, unknown %s", i+1, known, unknown)
			return
		}
	}
	t.Errorf("a known name takes %s, an unknown one %s", known, unknown)
}

// fixSession: what a stranger puts into a browser does not become its session,
// and a sign-in that a stranger began cannot be had by them.
func (h *house) fixSession(t *testing.T) {
	server, err := url.Parse(h.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	cookies := func(p *person) map[string]string {
		all := map[string]string{}
		for _, c := range p.client.Jar.Cookies(server) {
			all[c.Name] = c.Value
		}
		return all
	}
	stranger := newPerson("ada", "")
	if err := stranger.visit(t.Context(), h.StartURL); err == nil {
		t.Log(stranger.text())
	}
	planted := cookies(stranger)["foyer-signin"]
	ada := h.person(t, "ada")
	ada.client.Jar.SetCookies(server, []*http.Cookie{{Name: "foyer-session", Value: strings.Repeat("a", 43)}, {Name: "foyer-signin", Value: planted}})
	if err := ada.visit(t.Context(), h.StartURL); err != nil || !strings.Contains(ada.text(), "AWS access portal") {
		t.Fatalf("ada is answered %v\n%s", err, ada.text())
	}
	if got := cookies(ada); got["foyer-session"] == strings.Repeat("a", 43) || got["foyer-session"] == "" || got["foyer-signin"] == planted {
		t.Errorf("after the sign-in ada holds %v", got)
	}
	for _, path := range []string{"/start", "/signin/password", "/signin/new-password"} {
		if err := stranger.visitAs(t, h.Endpoint+path); strings.Contains(stranger.text(), "Accounts") {
			t.Errorf("the stranger is in at %s: %v\n%s", path, err, stranger.text())
		}
	}
}

// visitAs opens an address without signing in.
func (p *person) visitAs(t *testing.T, address string) error {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.open(r)
}

func (h *house) forgeRequests(t *testing.T) {
	ada := h.person(t, "ada")
	if err := ada.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	for path, form := range map[string]string{
		"/signin": "username=eve", "/signin/password": "password=x", "/signin/new-password": "password=x&again=x", "/signin/forgot": "username=ada",
		"/signout": "", "/setup": "page=organization", "/setup/x": "", "/link/x": "password=x&again=x",
		"/start/password": "current=x&password=x&again=x", "/start/profile/verify": "", "/start/sessions/end": "session=x", "/start/sessions/end-others": "", "/start/sessions/end-all": "",
	} {
		for _, header := range []map[string]string{{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}} {
			header["Content-Type"], header["Accept"] = "application/x-www-form-urlencoded", "text/html"
			if status, _ := fetch(t, ada.client, "POST", h.Endpoint+path, form, header); status != http.StatusForbidden {
				t.Errorf("a form from %v to %s is answered %d", header, path, status)
			}
		}
	}
	if err := ada.visitAs(t, h.StartURL); err != nil || !strings.Contains(ada.text(), "Accounts") {
		t.Errorf("another site signed ada out: %v", err)
	}
	for _, c := range ada.client.Jar.Cookies(ada.at) {
		if c.Name == "foyer-signin" && c.Value != "" {
			t.Error("a sign-in that is over is still held")
		}
	}
}

func (h *house) redirectOut(t *testing.T) {
	for _, to := range []string{
		"//evil.example", `/\evil.example`, `\\evil.example`, "https://evil.example", "javascript:alert(1)", "http:evil.example", "/%09/evil.example", "\t//evil.example",
		"///evil.example", "/./\\evil.example", "https:/evil.example", "/start\r\nLocation: https://evil.example", " //evil.example", "@evil.example", ".evil.example",
	} {
		p := h.person(t, "dario")
		if err := p.visit(t.Context(), h.Endpoint+"/signin?to="+url.QueryEscape(to)); err != nil || !strings.HasPrefix(p.at.String(), h.Endpoint+"/") {
			t.Errorf("after the sign-in %q leads to %s: %v", to, p.at, err)
		}
	}
}

func (h *house) framePages(t *testing.T) {
	for _, path := range []string{"/signin", "/signin/forgot", "/link/x", "/setup/x", "/start", "/device", "/nothing"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.Endpoint+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		policy := got.Header.Get("Content-Security-Policy")
		if got.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe-inline") || !strings.Contains(policy, "script-src 'self'") {
			t.Errorf("%s may be framed: %v", path, got.Header)
		}
		if got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, got.Header)
		}
	}
}

func (h *house) injectHeaders(t *testing.T) {
	for _, text := range []string{"/start\r\nSet-Cookie: foyer-session=evil", "/start?x=%0d%0aSet-Cookie:%20a=b", "ada\r\nX-Evil: 1"} {
		for _, form := range []string{"username=" + url.QueryEscape(text) + "&to=%2Fstart", "username=ada&to=" + url.QueryEscape(text)} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.Endpoint+"/signin", strings.NewReader(form))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Accept", "text/html")
			got, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			for _, c := range got.Cookies() {
				if c.Name != "foyer-signin" {
					t.Errorf("%q sets the cookie %s", text, c)
				}
			}
			if got.Header.Get("X-Evil") != "" || strings.ContainsAny(got.Header.Get("Location"), "\r\n") {
				t.Errorf("%q brings %v", text, got.Header)
			}
		}
	}
}

// scriptNames: a name is shown as it is written, wherever it is shown.
func (h *house) scriptNames(t *testing.T) {
	name := `"><script>alert(1)</script><img/src=x/onerror=alert(2)>`
	who := subject{IdentityStoreID: h.IdentityStoreID}
	a := h.administrator()
	err := a.call(t.Context(), "identitystore", "AWSIdentityStore.CreateUser", map[string]any{
		"IdentityStoreId": h.IdentityStoreID, "UserName": name, "DisplayName": name, "Name": map[string]any{"GivenName": name, "FamilyName": name},
	}, &who)
	if err != nil {
		t.Fatal(err)
	}
	made, err := a.updatePassword(t.Context(), who, "OTP")
	if err != nil {
		t.Fatal(err)
	}
	p := newPerson(name, made.Password)
	seen := 0
	check := func() {
		t.Helper()
		for script := range elements(p.page, "script") {
			if script.FirstChild != nil {
				t.Errorf("%s has a script: %s", p.at, script.FirstChild.Data)
			}
		}
		for image := range elements(p.page, "img") {
			if attribute(image, "onerror") != "" || attribute(image, "src") == "x" {
				t.Errorf("%s has the image %v", p.at, image.Attr)
			}
		}
		if strings.Contains(p.text(), name) || hasValue(p.page, name) {
			seen++
		}
	}
	if err := p.visitAs(t, h.Endpoint+"/signin"); err != nil {
		t.Fatal(err)
	}
	for _, filled := range []map[string]string{{"username": name}, {"password": "wrong"}, {"password": made.Password}, {"password": ownPassword, "again": ownPassword}} {
		if err := p.submit(t.Context(), filled); err != nil {
			t.Fatal(err)
		}
		check()
	}
	if seen < 4 {
		t.Errorf("the name is shown on %d of 4 pages:\n%s", seen, p.text())
	}
}

func hasValue(page *html.Node, value string) bool {
	for input := range elements(page, "input") {
		if attribute(input, "value") == value {
			return true
		}
	}
	return false
}

func (h *house) oversizeCookies(t *testing.T) {
	for _, cookie := range []string{
		"foyer-session=" + strings.Repeat("x", 32<<10), "foyer-signin=" + strings.Repeat("x", 32<<10), "foyer-browser=k1=" + strings.Repeat("A", 32<<10),
		strings.Repeat("a=b; ", 3000) + "foyer-session=x", "foyer-session=" + strings.Repeat("%00", 100), "foyer-setup=" + strings.Repeat("x", 32<<10),
	} {
		for _, path := range []string{"/start", "/signin/password", "/setup"} {
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			status, _ := fetch(t, &http.Client{Jar: jar}, "GET", h.Endpoint+path, "", map[string]string{"Cookie": cookie, "Accept": "text/html"})
			if status >= 500 {
				t.Errorf("%s with a cookie of %d bytes is answered %d", path, len(cookie), status)
			}
		}
	}
	if status, _ := fetch(t, http.DefaultClient, "GET", h.Endpoint+"/start", "", map[string]string{"Cookie": "a=" + strings.Repeat("x", 100<<10)}); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a cookie of 100 KB is answered %d", status)
	}
}

func (h *house) replayCode(t *testing.T) {
	n := h.native(t)
	code := n.allowed(t, h.person(t, "ben"))
	first, err := n.redeem(t, code, n.verifier, n.redirect)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.redeem(t, code, n.verifier, n.redirect); err == nil {
		t.Error("a code is redeemed twice")
	}
	if err := h.lists(t, first.AccessToken); err == nil {
		t.Error("the tokens of a code that was replayed still open")
	}
}

func (h *house) lists(t *testing.T, token *string) error {
	t.Helper()
	_, err := sso.NewFromConfig(h.config(nil)).ListAccounts(t.Context(), &sso.ListAccountsInput{AccessToken: token})
	return err
}

// replayToken: a token is of no use to another client, nor after the sign-out of
// the session that it hangs from.
func (h *house) replayToken(t *testing.T) {
	client, token := h.signedIn(t, "ben")
	n := h.native(t)
	if _, err := n.refresh(t, token.RefreshToken); err == nil {
		t.Error("another client refreshes a stolen token")
	}
	if _, err := client.refresh(t, token.AccessToken); err == nil {
		t.Error("an access token refreshes")
	}
	a := h.administrator()
	who, err := a.find(t.Context(), "ben")
	if err != nil {
		t.Fatal(err)
	}
	all, err := a.sessions(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, s := range all {
		ids = append(ids, s.SessionID)
	}
	if err := h.lists(t, token.AccessToken); err != nil {
		t.Fatal(err)
	}
	in := struct {
		subject
		SessionIDs []string `json:"SessionIds"`
	}{who, ids}
	if err := a.directory(t.Context(), "BatchDeleteSession", in, &struct{}{}); err != nil {
		t.Fatal(err)
	}
	if err := h.lists(t, token.AccessToken); err == nil {
		t.Error("the session is revoked, its access token still opens")
	}
	if _, err := client.refresh(t, token.RefreshToken); err == nil {
		t.Error("the session is revoked, its refresh token still refreshes")
	}
}

// disableInside: disabling ends at once what a person is in the middle of.
func (h *house) disableInside(t *testing.T) {
	chitra := h.person(t, "chitra")
	if err := chitra.visit(t.Context(), h.StartURL); err != nil || !strings.Contains(chitra.text(), "Accounts") {
		t.Fatal(chitra.text())
	}
	_, token := h.signedIn(t, "chitra")
	a := h.administrator()
	who, err := a.find(t.Context(), "chitra")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.directory(t.Context(), "DisableUser", who, &struct{}{}); err != nil {
		t.Fatal(err)
	}
	if err := chitra.visitAs(t, h.StartURL); err != nil || chitra.at.Path != "/signin" {
		t.Errorf("disabled, and at %s: %v", chitra.at, err)
	}
	if err := h.lists(t, token.AccessToken); err == nil {
		t.Error("disabled, and the access token opens")
	}
	if err := a.directory(t.Context(), "EnableUser", who, &struct{}{}); err != nil {
		t.Fatal(err)
	}
	if err := h.lists(t, token.AccessToken); err != nil {
		t.Errorf("enabled again: %v", err)
	}
}
