package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	oidctypes "github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
)

// TestAttackConsent tries to get a person's access without their consent, over
// the wire.
func TestAttackConsent(t *testing.T) {
	h, _ := start(t, "--demo", "--trusted-proxy", "127.0.0.1/32")
	for name, attack := range map[string]func(*house, *testing.T){
		"consent bypass":                  (*house).bypassConsent,
		"consent bypass in the code flow": (*house).bypassAuthorize,
		"device code sent by a stranger":  (*house).sendDeviceCode,
		"PKCE downgrade":                  (*house).downgradePKCE,
		"redirect URI tricks":             (*house).trickRedirect,
		"cross-site request forgery":      (*house).forgeConsent,
		"header injection":                (*house).injectState,
		"clickjacking":                    (*house).frameConsent,
		"script through client names":     (*house).scriptClients,
		"password spraying":               (*house).sprayPasswords,
	} {
		t.Run(name, func(t *testing.T) { attack(h, t) })
	}
}

// inside is a demo user who is signed in.
func (h *house) inside(t *testing.T, userName string) *person {
	t.Helper()
	p := h.person(t, userName)
	if err := p.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	return p
}

// post sends a form as a page of ours would.
func (p *person) post(t *testing.T, address string, values url.Values) (int, string) {
	t.Helper()
	return fetch(t, p.client, "POST", address, values.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"})
}

// form is the values of the page's form that is sent to a path.
func (p *person) form(t *testing.T, path string) url.Values {
	t.Helper()
	for form := range elements(p.page, "form") {
		if attribute(form, "action") == path {
			return fields(form)
		}
	}
	t.Fatalf("no form is sent to %s:\n%s", path, p.text())
	return nil
}

func with(values url.Values, name, value string) url.Values {
	all := url.Values{}
	for n, v := range values {
		all[n] = v
	}
	all.Set(name, value)
	return all
}

func pending(t *testing.T, what string, poll func() (*ssooidc.CreateTokenOutput, error)) {
	t.Helper()
	if _, err := poll(); err == nil {
		t.Errorf("%s: a token was issued", what)
	}
}

func (h *house) bypassConsent(t *testing.T) {
	ada, ben := h.inside(t, "ada"), h.inside(t, "ben")
	begun, poll := h.register(t, ssooidc.RegisterClientInput{}).begin(t, h)
	page := h.Endpoint + "/device"
	if err := ben.visit(t.Context(), *begun.VerificationUriComplete); err != nil {
		t.Fatal(err)
	}
	bens := ben.form(t, "/device").Get("form")
	if status, _ := fetch(t, ada.client, "GET", page+"?decision=allow&user_code="+*begun.UserCode, "", map[string]string{"Accept": "text/html"}); status != http.StatusOK {
		t.Errorf("a link that allows is answered %d", status)
	}
	for name, form := range map[string]string{"none": "", "guessed": strings.Repeat("a", 43), "another person's": bens} {
		values := url.Values{"user_code": {*begun.UserCode}, "decision": {"allow"}, "form": {form}}
		if status, text := ada.post(t, page, values); status != http.StatusBadRequest || strings.Contains(text, "approved") {
			t.Errorf("a form that is %s is answered %d %s", name, status, text)
		}
	}
	pending(t, "nobody allowed it", poll)

	if err := ada.visitAs(t, *begun.VerificationUriComplete); err != nil {
		t.Fatal(err)
	}
	form := with(ada.form(t, "/device"), "decision", "allow")
	if status, text := ada.post(t, page, with(form, "user_code", "BBBB-BBBB")); status != http.StatusBadRequest {
		t.Errorf("the form with another code is answered %d %s", status, text)
	}
	if status, text := ada.post(t, page, with(form, "decision", "deny")); status != http.StatusOK || !strings.Contains(text, "Request denied") {
		t.Errorf("denied, and answered %d %s", status, text)
	}
	if status, text := ada.post(t, page, form); status != http.StatusBadRequest {
		t.Errorf("denied, and then allowed by the same form: %d %s", status, text)
	}
	_, err := poll()
	wantError[*oidctypes.AccessDeniedException](t, err)
}

func (h *house) bypassAuthorize(t *testing.T) {
	n, ada, ben := h.native(t), h.inside(t, "ada"), h.inside(t, "ben")
	for _, p := range []*person{ada, ben} {
		if err := p.visitAs(t, n.address(nil)); err != nil {
			t.Fatal(err)
		}
	}
	good, page := with(ada.form(t, "/authorize"), "decision", "allow"), h.Endpoint+"/authorize"
	for name, values := range map[string]url.Values{
		"without the form's token": with(good, "form", ""),
		"with a guessed one":       with(good, "form", strings.Repeat("a", 43)),
		"with another person's":    with(good, "form", ben.form(t, "/authorize").Get("form")),
		"for another state":        with(good, "state", "mine"),
		"for another challenge":    with(good, "code_challenge", strings.Repeat("a", 43)),
		"for another port":         with(good, "redirect_uri", "http://127.0.0.1:1/oauth/callback"),
	} {
		if status, text := ada.post(t, page, values); status != http.StatusBadRequest {
			t.Errorf("an answer %s is answered %d %s", name, status, text)
		}
	}
	if status, _ := fetch(t, ada.client, "GET", n.address(map[string]string{"decision": "allow", "form": good.Get("form")}), "", nil); status != http.StatusOK || len(n.answers) > 0 {
		t.Errorf("a link that allows is answered %d", status)
	}
	if status, _ := ada.post(t, page, good); status != http.StatusOK || n.answer(t).Get("code") == "" {
		t.Errorf("the form as it is is answered %d", status)
	}
	if status, _ := ada.post(t, page, good); status != http.StatusBadRequest || len(n.answers) > 0 {
		t.Errorf("a second time it is answered %d", status)
	}
}

// forwarded comes from an address behind the trusted proxy.
type forwarded string

func (f forwarded) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", string(f))
	return http.DefaultTransport.RoundTrip(r)
}

// beginFrom starts a device authorization at an address.
func (h *house) beginFrom(t *testing.T, address string) (*ssooidc.StartDeviceAuthorizationOutput, func() (*ssooidc.CreateTokenOutput, error)) {
	t.Helper()
	c := h.register(t, ssooidc.RegisterClientInput{})
	config := h.config(nil)
	config.HTTPClient = &http.Client{Transport: forwarded(address)}
	c.Client = ssooidc.NewFromConfig(config)
	return c.begin(t, h)
}

// sendDeviceCode: a stranger begins at home and sends the link.
func (h *house) sendDeviceCode(t *testing.T) {
	ada := h.inside(t, "ada")
	begun, poll := h.beginFrom(t, "203.0.113.66")
	open := func() {
		t.Helper()
		if err := ada.visitAs(t, *begun.VerificationUriComplete); err != nil {
			t.Fatal(err)
		}
	}
	open()
	for _, want := range []string{"another network than yours", "203.0.113.66 (not your address)", "aws-sdk-go-v2", "just now", "Nobody has checked it", "deny it"} {
		if !strings.Contains(ada.text(), want) {
			t.Errorf("the page does not say %q:\n%s", want, ada.text())
		}
	}
	if text := ada.text(); strings.Contains(text, *begun.UserCode) || hasValue(ada.page, *begun.UserCode) {
		t.Errorf("the page gives the code away:\n%s", text)
	}
	if err := ada.press(t.Context(), "Allow access"); err != nil || !strings.Contains(ada.text(), "not valid or has expired") {
		t.Errorf("allowed without the code: %v\n%s", err, ada.text())
	}
	pending(t, "no code was typed", poll)
	open()
	if err := ada.press(t.Context(), "Deny"); err != nil || !strings.Contains(ada.text(), "Request denied") {
		t.Errorf("denying is answered %v\n%s", err, ada.text())
	}
	_, err := poll()
	wantError[*oidctypes.AccessDeniedException](t, err)

	begun, poll = h.beginFrom(t, "203.0.113.66") // ada's own machine in a data centre
	open()
	form := with(with(ada.form(t, "/device"), "decision", "allow"), "user_code", strings.ToLower(*begun.UserCode))
	if status, text := ada.post(t, h.Endpoint+"/device", form); status != http.StatusOK || !strings.Contains(text, "Request approved") {
		t.Errorf("typed, and answered %d %s", status, text)
	}
	if _, err := poll(); err != nil {
		t.Error(err)
	}
}

func (h *house) downgradePKCE(t *testing.T) {
	n, ada := h.native(t), h.inside(t, "ada")
	for name, change := range map[string]map[string]string{
		"no challenge":              {"code_challenge": "", "code_challenge_method": ""},
		"no method":                 {"code_challenge_method": ""},
		"a plain challenge":         {"code_challenge_method": "plain", "code_challenge": n.verifier},
		"a method of another case":  {"code_challenge_method": "s256"},
		"a challenge that is short": {"code_challenge": "a"},
		"an empty one":              {"code_challenge": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="},
	} {
		if err := ada.visitAs(t, n.address(change)); err != nil {
			t.Fatal(err)
		}
		if got := n.answer(t); got.Get("error") != "invalid_request" || got.Has("code") {
			t.Errorf("%s: the program was answered %v", name, got)
		}
	}
	if err := ada.visitAs(t, n.address(nil)); err != nil {
		t.Fatal(err)
	}
	stripped := with(ada.form(t, "/authorize"), "decision", "allow")
	stripped.Del("code_challenge")
	stripped.Del("code_challenge_method")
	_, _ = ada.post(t, h.Endpoint+"/authorize", stripped)
	if got := n.answer(t); got.Has("code") {
		t.Errorf("a form without the challenge brought %v", got)
	}
	code := n.allowed(t, ada)
	for name, verifier := range map[string]string{"no verifier": "", "the challenge": stripped.Get("code_challenge"), "another": strings.Repeat("a", 43), "too long": strings.Repeat("a", 129)} {
		if _, err := n.redeem(t, code, verifier, n.redirect); err == nil {
			t.Errorf("redeemed with %s", name)
		}
	}
}

func (h *house) trickRedirect(t *testing.T) {
	n, ada := h.native(t), h.inside(t, "ada")
	host := strings.TrimSuffix(strings.TrimPrefix(n.redirect, "http://"), "/oauth/callback")
	away := 0
	ada.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != ada.at.Host {
			away++
			return http.ErrUseLastResponse
		}
		return nil
	}
	if err := ada.visitAs(t, n.address(nil)); err != nil {
		t.Fatal(err)
	}
	good := with(ada.form(t, "/authorize"), "decision", "allow")
	for _, uri := range []string{
		"http://user@" + host + "/oauth/callback", "http://127.0.0.1@evil.example/oauth/callback", "http://127.0.0.1:80@evil.example/oauth/callback",
		n.redirect + "#x", n.redirect + "%23x", n.redirect + "?x=1", n.redirect + "/", n.redirect + "/../../evil", "http://" + host + "/oauth/../oauth/callback", "http://" + host + "/oauth%2fcallback",
		"http://" + host + "//oauth/callback", "http://" + host + "/OAUTH/callback", "https://" + host + "/oauth/callback", "ftp://" + host + "/oauth/callback", "HTTP://" + host + "/oauth/callback",
		strings.Replace(n.redirect, "127.0.0.1", "localhost", 1), strings.Replace(n.redirect, "127.0.0.1", "127.0.0.2", 1), strings.Replace(n.redirect, "127.0.0.1", "127.1", 1),
		strings.Replace(n.redirect, "127.0.0.1", "2130706433", 1), strings.Replace(n.redirect, "127.0.0.1", "[::1]", 1), strings.Replace(n.redirect, "127.0.0.1", "127.0.0.1.evil.example", 1),
		"http://evil.example/oauth/callback", "https://evil.example/?http://127.0.0.1/oauth/callback", "//evil.example/oauth/callback", "http://127.0.0.1:99999999/oauth/callback",
		"http://127.0.0.1:/oauth/callback", "http://127.0.0.1\\@evil.example/oauth/callback", "http://127.0.0.1/oauth/callback\r\nX: y", "http://127.0.0.1/oauth/callback ", " " + n.redirect,
		"javascript:alert(1)//127.0.0.1/oauth/callback", "data:text/html,x", h.Endpoint + "/start", "",
	} {
		if err := ada.visitAs(t, n.address(map[string]string{"redirect_uri": uri})); err != nil || !strings.Contains(ada.text(), "That did not work") {
			t.Errorf("%q is shown: %v\n%s", uri, err, ada.text())
		}
		if status, text := ada.post(t, h.Endpoint+"/authorize", with(good, "redirect_uri", uri)); status != http.StatusBadRequest {
			t.Errorf("%q is answered %d %s", uri, status, text)
		}
	}
	if away > 0 || len(n.answers) > 0 {
		t.Errorf("the browser was sent away %d times", away)
	}
	for _, uris := range [][]string{{"http://evil.example/x"}, {"https://127.0.0.1/x"}, {"http://127.0.0.1/x#y"}, {"http://u@127.0.0.1/x"}, {"javascript:alert(1)"}, {"http://127.0.0.1.evil.example/x"}} {
		_, err := ssooidc.NewFromConfig(h.config(nil)).RegisterClient(t.Context(), &ssooidc.RegisterClientInput{
			ClientName: new("evil"), ClientType: new("public"), GrantTypes: []string{"authorization_code"}, IssuerUrl: &h.StartURL, RedirectUris: uris,
		})
		wantError[*oidctypes.InvalidRedirectUriException](t, err)
	}
}

// forgeConsent: another site answers with a form that it got hold of.
func (h *house) forgeConsent(t *testing.T) {
	n, ada := h.native(t), h.inside(t, "ada")
	begun, poll := h.register(t, ssooidc.RegisterClientInput{}).begin(t, h)
	for path, address := range map[string]string{"/authorize": n.address(nil), "/device": *begun.VerificationUriComplete} {
		if err := ada.visitAs(t, address); err != nil {
			t.Fatal(err)
		}
		form := with(ada.form(t, path), "decision", "allow").Encode()
		for _, header := range []map[string]string{{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}} {
			header["Content-Type"], header["Accept"] = "application/x-www-form-urlencoded", "text/html"
			if status, text := fetch(t, ada.client, "POST", h.Endpoint+path, form, header); status != http.StatusForbidden {
				t.Errorf("a form from %v to %s is answered %d %s", header, path, status, text)
			}
		}
	}
	pending(t, "another site allowed it", poll)
	if len(n.answers) > 0 {
		t.Error("the program was answered")
	}
}

// injectState: what a client has us carry stays in the query it is carried in.
// Characters that a form does not carry unchanged make another request of it,
// which is refused.
func (h *house) injectState(t *testing.T) {
	n, ada := h.native(t), h.inside(t, "ada")
	for _, state := range []string{"a\r\nSet-Cookie: foyer-session=evil", "a&code=mine&error=", "a#b", "%0d%0aX-Evil:%201", "\x00\u2028", strings.Repeat("s", 4000)} {
		if err := ada.visitAs(t, n.address(map[string]string{"state": state})); err != nil {
			t.Fatal(err)
		}
		if err := ada.press(t.Context(), "Allow access"); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(state, "\r\x00") {
			if len(n.answers) > 0 || !strings.Contains(ada.text(), "That did not work") {
				t.Errorf("the state %q is answered\n%s", state, ada.text())
			}
			continue
		}
		if len(n.answers) == 0 {
			t.Fatalf("the state %q does not come back:\n%s", state, ada.text())
		}
		got := <-n.answers
		if got.Get("state") != state || len(got["code"]) != 1 || got.Get("code") == "mine" || got.Has("error") {
			t.Errorf("the state %q comes back as %q", state, got)
		}
	}
	for _, cookie := range ada.client.Jar.Cookies(ada.at) {
		if cookie.Value == "evil" {
			t.Errorf("the cookie %s was set", cookie)
		}
	}
}

func (h *house) frameConsent(t *testing.T) {
	n, ada := h.native(t), h.inside(t, "ada")
	begun, _ := h.register(t, ssooidc.RegisterClientInput{}).begin(t, h)
	for _, address := range []string{n.address(nil), *begun.VerificationUriComplete, *begun.VerificationUri, h.Endpoint + "/start"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ada.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		policy := got.Header.Get("Content-Security-Policy")
		if got.StatusCode != http.StatusOK || got.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") ||
			strings.Contains(policy, "*") || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be framed: %d %v", address, got.StatusCode, got.Header)
		}
	}
}

// scriptClients: what a client says of itself is shown as text.
func (h *house) scriptClients(t *testing.T) {
	evil := `"><script>alert(1)</script><img src=x onerror=alert(2)>`
	config := h.config(nil)
	config.HTTPClient = &http.Client{Transport: transport(func(r *http.Request) { r.Header.Set("User-Agent", evil+strings.Repeat("x", 3000)) })}
	client := ssooidc.NewFromConfig(config)
	made, err := client.RegisterClient(t.Context(), &ssooidc.RegisterClientInput{ClientName: &evil, ClientType: new("public"), Scopes: []string{"sso:account:access", "script:alert"}})
	if err != nil {
		t.Fatal(err)
	}
	begun, _ := registered{client, made.ClientId, made.ClientSecret}.begin(t, h)
	ada := h.inside(t, "ada")
	if err := ada.visitAs(t, *begun.VerificationUriComplete); err != nil {
		t.Fatal(err)
	}
	if strings.Count(ada.text(), evil) != 3 || strings.Contains(ada.text(), strings.Repeat("x", 1000)) {
		t.Errorf("the page says\n%s", ada.text())
	}
	for script := range elements(ada.page, "script") {
		if script.FirstChild != nil || attribute(script, "src") != "/assets/foyer.js" {
			t.Errorf("the page has the script %v", script)
		}
	}
	for image := range elements(ada.page, "img") {
		if attribute(image, "onerror") != "" {
			t.Errorf("the page has the image %v", image.Attr)
		}
	}
	for _, name := range []string{"\u202egpj.exe", "a\x00b", "a\nb", " ", strings.Repeat("a", 300)} {
		_, err := client.RegisterClient(t.Context(), &ssooidc.RegisterClientInput{ClientName: &name, ClientType: new("public")})
		wantError[*oidctypes.InvalidClientMetadataException](t, err)
	}
}

// transport changes requests on their way.
type transport func(*http.Request)

func (change transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	change(r)
	return http.DefaultTransport.RoundTrip(r)
}

// sprayPasswords: one network tries one password with many names. It is stopped
// also when it hits, while others sign in.
func (h *house) sprayPasswords(t *testing.T) {
	spray := func(userName, password, from string) bool {
		p := newPerson(userName, password)
		p.client.Transport = forwarded(from)
		if err := p.visit(t.Context(), h.StartURL); err != nil {
			t.Fatal(err)
		}
		return p.at.Path == "/start"
	}
	if !spray("dario", h.password(t, "dario"), "203.0.113.80") {
		t.Fatal("dario cannot sign in")
	}
	for i := range 100 {
		spray("name-"+string(rune('a'+i%26))+strings.Repeat("x", i/26), "Summer-2026!", "203.0.113.80")
	}
	if spray("dario", h.password(t, "dario"), "203.0.113.80") {
		t.Error("after a hundred names the network still gets in")
	}
	if !spray("dario", h.password(t, "dario"), "203.0.113.81") {
		t.Error("another network is locked out")
	}
}

// TestAttackRefreshReuse: a refresh token that is used again, after its
// successor was used, ends what was issued since: thief and owner both start
// again.
func TestAttackRefreshReuse(t *testing.T) {
	c := openCastle(t)
	client, first := c.signedIn(t, "ben")
	second, err := client.refresh(t, first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.refresh(t, first.RefreshToken); err != nil {
		t.Errorf("two processes that share a cache: %v", err)
	}
	third, err := client.refresh(t, second.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.lists(t, third.AccessToken); err != nil {
		t.Fatal(err)
	}
	c.at(2*time.Minute, func() {
		_, err := client.refresh(t, first.RefreshToken)
		wantError[*oidctypes.InvalidGrantException](t, err)
		_, err = client.refresh(t, third.RefreshToken)
		wantError[*oidctypes.InvalidGrantException](t, err)
		for _, token := range []*string{first.AccessToken, second.AccessToken, third.AccessToken} {
			if err := c.lists(t, token); err == nil {
				t.Error("a token of the family still opens")
			}
		}
	})
}

// TestAttackDeviceFlow: where it is restricted, links of strangers lead nowhere.
func TestAttackDeviceFlow(t *testing.T) {
	t.Run("off", func(t *testing.T) {
		h, _ := start(t, "--demo", "--device-flow", "off")
		c := h.register(t, ssooidc.RegisterClientInput{})
		_, err := c.StartDeviceAuthorization(context.Background(), &ssooidc.StartDeviceAuthorizationInput{ClientId: c.id, ClientSecret: c.secret, StartUrl: &h.StartURL})
		wantError[*oidctypes.UnauthorizedClientException](t, err)
		ada := h.inside(t, "ada")
		if err := ada.visitAs(t, h.Endpoint+"/device?user_code=BBBB-BBBB"); err != nil || !strings.Contains(ada.text(), "turned off here") {
			t.Errorf("a code is answered %v\n%s", err, ada.text())
		}
		if code := h.native(t).allowed(t, ada); code == "" {
			t.Error("the authorization code flow is off too")
		}
	})
	t.Run("same address", func(t *testing.T) {
		h, _ := start(t, "--demo", "--device-flow", "same-address", "--trusted-proxy", "127.0.0.1/32")
		begun, poll := h.beginFrom(t, "203.0.113.66")
		ada := h.inside(t, "ada")
		if err := ada.visitAs(t, *begun.VerificationUriComplete); err != nil || !strings.Contains(ada.text(), "another network than your browser") {
			t.Errorf("from elsewhere, the link is answered %v\n%s", err, ada.text())
		}
		pending(t, "from elsewhere", poll)
		if _, token := h.signedIn(t, "ben"); token.AccessToken == nil {
			t.Error("at the same address there is no token")
		}
	})
}
