package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sso"
	ssotypes "github.com/aws/aws-sdk-go-v2/service/sso/types"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	oidctypes "github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
)

// native is a program on the person's machine that signs in by authorization
// code: it listens on the loopback interface for the answer.
type native struct {
	registered
	*house
	verifier string
	redirect string // with the port that it listens on
	answers  chan url.Values
}

func (h *house) native(t *testing.T) *native {
	t.Helper()
	n := &native{
		registered: h.register(t, ssooidc.RegisterClientInput{
			GrantTypes: []string{"authorization_code", "refresh_token"}, RedirectUris: []string{"http://127.0.0.1/oauth/callback"}, IssuerUrl: &h.StartURL,
		}),
		house: h, verifier: rand.Text() + rand.Text(), answers: make(chan url.Values, 10),
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got := r.URL.Query()
		got.Set("path", r.URL.Path)
		n.answers <- got
	}))
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	n.redirect = server.URL + "/oauth/callback"
	return n
}

// address is where the program sends the browser. Parameters change it; empty
// ones are left out.
func (n *native) address(change map[string]string) string {
	sum := sha256.Sum256([]byte(n.verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {*n.id}, "redirect_uri": {n.redirect}, "state": {"a state & more"},
		"code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "scopes": {"sso:account:access"},
	}
	for name, value := range change {
		query.Set(name, value)
		if value == "" {
			query.Del(name)
		}
	}
	return n.Endpoint + "/authorize?" + query.Encode()
}

// answer is what came to the program's redirect URI.
func (n *native) answer(t *testing.T) url.Values {
	t.Helper()
	select {
	case got := <-n.answers:
		if got.Get("path") != "/oauth/callback" || got.Get("state") != "a state & more" {
			t.Errorf("answer: %v", got)
		}
		return got
	default:
		t.Fatal("the program was not answered")
		return nil
	}
}

// redeem asks for a token by a code and the verifier.
func (n *native) redeem(t *testing.T, code, verifier, redirect string) (*ssooidc.CreateTokenOutput, error) {
	t.Helper()
	return n.token(t, ssooidc.CreateTokenInput{GrantType: new("authorization_code"), Code: &code, CodeVerifier: &verifier, RedirectUri: &redirect})
}

// allowed is the code for a request that a person allowed.
func (n *native) allowed(t *testing.T, p *person) string {
	t.Helper()
	decide(t, p, n.address(nil), "Allow access")
	code := n.answer(t).Get("code")
	if code == "" {
		t.Fatal("no code came")
	}
	return code
}

func (h *house) authorizationCode(t *testing.T) {
	n, ada := h.native(t), h.person(t, "ada")
	if err := ada.visit(t.Context(), n.address(nil)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Allow the test to access your data?", "ada", n.redirect, "get credentials"} {
		if !strings.Contains(ada.text(), want) {
			t.Errorf("the consent page does not say %q:\n%s", want, ada.text())
		}
	}
	token, err := n.redeem(t, n.allowed(t, ada), n.verifier, n.redirect)
	if err != nil {
		t.Fatal(err)
	}
	h.usePortal(t, token.AccessToken)
	if _, err := n.refresh(t, token.RefreshToken); err != nil {
		t.Error(err)
	}
}

// authorizationCodeMisused: a code is worth nothing without its verifier and
// its redirect URI, to another client, and a second time; that time what was
// issued for it is revoked.
func (h *house) authorizationCodeMisused(t *testing.T) {
	n, ada := h.native(t), h.person(t, "ada")
	code := n.allowed(t, ada)
	_, err := n.redeem(t, code, strings.Repeat("wrong", 10), n.redirect)
	wantError[*oidctypes.InvalidGrantException](t, err)
	_, err = n.redeem(t, code, "", n.redirect)
	wantError[*oidctypes.InvalidGrantException](t, err)
	_, err = n.redeem(t, code, n.verifier, "http://127.0.0.1/oauth/callback")
	wantError[*oidctypes.InvalidGrantException](t, err)
	_, err = h.native(t).redeem(t, code, n.verifier, n.redirect)
	wantError[*oidctypes.InvalidGrantException](t, err)

	token, err := n.redeem(t, code, n.verifier, n.redirect)
	if err != nil {
		t.Fatal(err)
	}
	portal := sso.NewFromConfig(h.config(nil))
	list := func() error {
		_, err := portal.ListAccounts(t.Context(), &sso.ListAccountsInput{AccessToken: token.AccessToken})
		return err
	}
	if err := list(); err != nil {
		t.Fatal(err)
	}
	_, err = n.redeem(t, code, n.verifier, n.redirect)
	wantError[*oidctypes.InvalidGrantException](t, err)
	wantError[*ssotypes.UnauthorizedException](t, list())
	_, err = n.refresh(t, token.RefreshToken)
	wantError[*oidctypes.InvalidGrantException](t, err)
}

// authorizationRefused: what is wrong is told to the program, unless it is not
// known to be the program that would be told.
func (h *house) authorizationRefused(t *testing.T) {
	n, ada := h.native(t), h.person(t, "ada")
	if err := ada.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]map[string]string{
		"foreign host":            {"redirect_uri": "https://evil.example/oauth/callback"},
		"another path":            {"redirect_uri": n.redirect + "/more"},
		"a query":                 {"redirect_uri": n.redirect + "?to=evil"},
		"a user name":             {"redirect_uri": strings.Replace(n.redirect, "127.0.0.1", "127.0.0.1@evil.example", 1)},
		"another loopback name":   {"redirect_uri": strings.Replace(n.redirect, "127.0.0.1", "localhost", 1)},
		"none":                    {"redirect_uri": ""},
		"a client that is none":   {"client_id": "guessed"},
		"another client's":        {"client_id": *h.register(t, ssooidc.RegisterClientInput{}).id},
		"a script":                {"redirect_uri": "javascript:alert(1)"},
		"two, the second foreign": {"redirect_uri": n.redirect + ",https://evil.example/"},
	} {
		if err := ada.visit(t.Context(), n.address(change)); err != nil {
			t.Errorf("%s: the browser was sent away: %v", name, err)
		} else if !strings.HasPrefix(ada.at.String(), h.Endpoint+"/authorize?") || !strings.Contains(ada.text(), "That did not work") {
			t.Errorf("%s: the browser is at %s:\n%s", name, ada.at, ada.text())
		}
		if name == "a client that is none" && !strings.Contains(ada.text(), "~/.aws/sso/cache") {
			t.Errorf("%s: the page does not say what to do:\n%s", name, ada.text())
		}
		if len(n.answers) > 0 {
			t.Errorf("%s: the program was answered %v", name, <-n.answers)
		}
	}
	for name, tt := range map[string]struct {
		change map[string]string
		want   string
	}{
		"no challenge":        {map[string]string{"code_challenge": ""}, "invalid_request"},
		"a challenge in full": {map[string]string{"code_challenge_method": "plain"}, "invalid_request"},
		"a token at once":     {map[string]string{"response_type": "token"}, "unsupported_response_type"},
	} {
		if err := ada.visit(t.Context(), n.address(tt.change)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := n.answer(t); got.Get("error") != tt.want || got.Has("code") {
			t.Errorf("%s: the program was answered %v, want %s", name, got, tt.want)
		}
	}
	decide(t, ada, n.address(nil), "Deny")
	if got := n.answer(t); got.Get("error") != "access_denied" || got.Has("code") {
		t.Errorf("denied, the program was answered %v", got)
	}
}
