package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	oidctypes "github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
)

// late: what a sign-in gives ends in its time.
func (c *castle) late(t *testing.T) {
	portal := sso.NewFromConfig(c.config(nil))
	client, token := c.signedIn(t, "ben")
	list := func() error {
		_, err := portal.ListAccounts(t.Context(), &sso.ListAccountsInput{AccessToken: token.AccessToken})
		return err
	}
	if err := list(); err != nil {
		t.Fatal(err)
	}
	waiting := c.register(t, ssooidc.RegisterClientInput{})
	begun, poll := waiting.begin(t, c.house)
	n := c.native(t)
	code := n.allowed(t, c.person(t, "ben"))

	c.at(3*time.Minute, func() {
		_, err := n.redeem(t, code, n.verifier, n.redirect)
		wantError[*oidctypes.ExpiredTokenException](t, err)
	})
	c.at(11*time.Minute, func() {
		_, err := poll()
		wantError[*oidctypes.ExpiredTokenException](t, err)
		ben := c.person(t, "ben")
		if err := ben.visit(t.Context(), *begun.VerificationUriComplete); err != nil || !strings.Contains(ben.text(), "not valid or has expired") {
			t.Errorf("a device code that has expired is answered %v\n%s", err, ben.text())
		}
	})
	c.at(61*time.Minute, func() {
		if err := list(); err == nil || !strings.Contains(err.Error(), "UnauthorizedException: Session token not found or invalid") {
			t.Errorf("an access token that has expired is answered %v", err)
		}
	})
	c.at(8*time.Hour+time.Minute, func() {
		_, err := client.refresh(t, token.RefreshToken)
		wantError[*oidctypes.InvalidGrantException](t, err)
	})
	c.at(91*24*time.Hour, func() {
		_, err := client.refresh(t, token.RefreshToken)
		wantError[*oidctypes.InvalidClientException](t, err)
	})
	if err := list(); err != nil {
		t.Errorf("in its time the access token is answered %v", err)
	}
}

// badPages: pages take forms from themselves only, and lead nobody elsewhere.
func (c *castle) badPages(t *testing.T) {
	ada := c.person(t, "ada")
	if err := ada.visit(t.Context(), c.StartURL); err != nil {
		t.Fatal(err)
	}
	before := c.state(t)
	for path, form := range map[string]string{"/signout": "", "/device": "user_code=X&decision=allow", "/start/credentials": "account_id=" + c.ManagementAccountID + "&role_name=AdministratorAccess", "/start/favourite": "mark=" + c.ManagementAccountID} {
		for _, header := range []map[string]string{{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}} {
			header["Content-Type"] = "application/x-www-form-urlencoded"
			if status, text := fetch(t, ada.client, "POST", c.Endpoint+path, form, header); status != http.StatusForbidden || strings.Contains(text, "ASIA") {
				t.Errorf("a form from %v to %s is answered %d %s", header, path, status, text)
			}
		}
	}
	if now := c.state(t); now["portal_session"] != before["portal_session"] || now["favourite_account"] != "" {
		t.Error("another site ended the session, or marked a favourite")
	}
	for _, to := range []string{"//evil.example", `/\evil.example`, "https://evil.example", "javascript:alert(1)", "http:evil.example", "/%09/evil.example", "\t//evil.example"} {
		stranger := c.person(t, "ada")
		if err := stranger.visit(t.Context(), c.Endpoint+"/signin?to="+url.QueryEscape(to)); err != nil || !strings.HasPrefix(stranger.at.String(), c.Endpoint+"/") {
			t.Errorf("after the sign-in, %q leads to %s: %v", to, stranger.at, err)
		}
	}
	for path, want := range map[string]int{
		"/assets/": 404, "/assets/..%2f..%2fetc%2fpasswd": 404, "/assets/%2e%2e/go.mod": 404, "/start/credentials": 404, "/.git/config": 404, "/debug/pprof/": 404,
	} {
		if status, text := fetch(t, ada.client, "GET", c.Endpoint+path, "", map[string]string{"Accept": "text/html"}); status != want || !strings.Contains(text, "Page not found") && !strings.Contains(text, "404") {
			t.Errorf("GET %s is answered %d %s, want %d", path, status, text, want)
		}
	}
	if status, _ := fetch(t, ada.client, "GET", c.StartURL, "", map[string]string{"X-Long": strings.Repeat("x", 100_000)}); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 100 kB is answered %d", status)
	}
	if status, _ := fetch(t, ada.client, "POST", c.Endpoint+"/signin", "username="+strings.Repeat("x", 1<<20), map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}); status >= 500 {
		t.Errorf("a form of 1 MB is answered %d", status)
	}
}

func (c *castle) health(t *testing.T) {
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if status, text := fetch(t, http.DefaultClient, "GET", c.Endpoint+path, "", nil); status != 200 || text != want {
			t.Errorf("%s is answered %d %q", path, status, text)
		}
	}
	_, text := fetch(t, http.DefaultClient, "GET", c.Endpoint+"/metrics", "", nil)
	for _, want := range []string{
		`foyer_call_duration_seconds_count{operation="CreateGroup",outcome="error",service="identitystore"}`,
		`foyer_call_duration_seconds_count{operation="GetCallerIdentity",outcome="success",service="sts"}`,
		"go_goroutines ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics does not say %s", want)
		}
	}
	for _, never := range []string{"Dance", "Injected", c.RootAccessKeyID, c.RootSecretAccessKey, "evil"} {
		if strings.Contains(text, never) {
			t.Errorf("/metrics says %s, which came from outside", never)
		}
	}
	if strings.Contains(text, `outcome="fault"`) {
		t.Errorf("the attacks met a fault of ours:\n%s", regexp.MustCompile(`(?m)^.*_count.*outcome="fault".*$`).FindAllString(text, -1))
	}
}

// fetch returns the status and the text of an answer.
func fetch(t *testing.T, client *http.Client, method, address, body string, header map[string]string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, string(text)
}
