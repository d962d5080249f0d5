package main

import (
	"errors"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	oidctypes "github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
)

// TestAttackSessions keeps what hangs from a session after its end.
func TestAttackSessions(t *testing.T) {
	h, _ := start(t, "--demo", "--session-duration", "15m")
	for name, attack := range map[string]func(*house, *testing.T){
		"token after signing out":      (*house).outliveSignOut,
		"token of a deleted user":      (*house).outliveUser,
		"token longer than a session":  (*house).outliveSession,
		"refreshing as another client": (*house).refreshAsAnother,
		"ending another's session":     (*house).endAnothers,
		"staying after an end":         (*house).outliveEnd,
		"staying after a new password": (*house).outlivePassword,
	} {
		t.Run(name, func(t *testing.T) { attack(h, t) })
	}
}

// acting is a client that a person who is signed in has allowed to act for them.
func (h *house) acting(t *testing.T, p *person) (registered, *ssooidc.CreateTokenOutput) {
	t.Helper()
	c := h.register(t, ssooidc.RegisterClientInput{})
	begun, poll := c.begin(t, h)
	decide(t, p, *begun.VerificationUriComplete, "Allow access")
	token, err := poll()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.lists(t, token.AccessToken); err != nil {
		t.Fatal(err)
	}
	return c, token
}

func (h *house) gone(t *testing.T, c registered, token *ssooidc.CreateTokenOutput) {
	t.Helper()
	if err := h.lists(t, token.AccessToken); err == nil {
		t.Error("the access token still opens")
	}
	_, err := c.refresh(t, token.RefreshToken)
	wantError[*oidctypes.InvalidGrantException](t, err)
}

func (h *house) outliveSignOut(t *testing.T) {
	ben, elsewhere := h.inside(t, "ben"), h.inside(t, "ben")
	c, token := h.acting(t, ben)
	_, other := h.acting(t, elsewhere)
	if err := ben.visitAs(t, h.StartURL); err != nil {
		t.Fatal(err)
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
	if status, _ := fetch(t, ben.client, "POST", h.Endpoint+"/signout", "", form); status != http.StatusOK {
		t.Fatalf("signing out is answered %d", status)
	}
	h.gone(t, c, token)
	if err := h.lists(t, other.AccessToken); err != nil {
		t.Errorf("signing out here ended another session: %v", err)
	}
}

func (h *house) outliveUser(t *testing.T) {
	who := h.newUser(t, "gina")
	p := newPerson("gina", h.oneTime(t, "gina"))
	if err := p.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	if err := p.submit(t.Context(), map[string]string{"password": ownPassword, "again": ownPassword}); err != nil {
		t.Fatal(err)
	}
	c, token := h.acting(t, p)
	in := struct {
		IdentityStoreID string `json:"IdentityStoreId"`
		UserID          string `json:"UserId"`
	}(who)
	if err := h.administrator().call(t.Context(), "identitystore", "AWSIdentityStore.DeleteUser", in, &struct{}{}); err != nil {
		t.Fatal(err)
	}
	h.gone(t, c, token)
	if err := p.visitAs(t, h.StartURL); err != nil || p.at.Path != "/signin" {
		t.Errorf("deleted, and at %s: %v", p.at, err)
	}
}

func (h *house) outliveSession(t *testing.T) {
	c, token := h.acting(t, h.inside(t, "ada"))
	if token.ExpiresIn > 15*60 {
		t.Errorf("in a session of 15 minutes the access token lasts %d seconds", token.ExpiresIn)
	}
	again, err := c.refresh(t, token.RefreshToken)
	if err != nil || again.ExpiresIn > token.ExpiresIn {
		t.Errorf("refreshed, it lasts %d seconds, %v", again.ExpiresIn, err)
	}
}

// endAnothers: the id of a session ends it for nobody but its person.
func (h *house) endAnothers(t *testing.T) {
	ada, ben := h.inside(t, "ada"), h.inside(t, "ben")
	all, err := h.administrator().sessions(t.Context(), h.subject(t, "ada"))
	if err != nil || len(all) == 0 {
		t.Fatalf("ada has %d sessions, %v", len(all), err)
	}
	for _, s := range all {
		ben.post(t, h.Endpoint+"/start/sessions/end", url.Values{"session": {s.SessionID}})
	}
	if err := ada.visitAs(t, h.StartURL); err != nil || ada.at.Path != "/start" {
		t.Errorf("ben ended ada's session: she is at %s, %v", ada.at, err)
	}
}

// subject is a demo user, as an administrator names them.
func (h *house) subject(t *testing.T, userName string) subject {
	t.Helper()
	who, err := h.administrator().find(t.Context(), userName)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// outliveEnd: what hangs from a session ends with it, here and elsewhere.
func (h *house) outliveEnd(t *testing.T) {
	here, elsewhere := h.inside(t, "chitra"), h.inside(t, "chitra")
	c, token := h.acting(t, here)
	other, otherToken := h.acting(t, elsewhere)
	if status, _ := here.post(t, h.Endpoint+"/start/sessions/end-others", nil); status != http.StatusOK {
		t.Fatalf("ending the others is answered %d", status)
	}
	h.gone(t, other, otherToken)
	if err := h.lists(t, token.AccessToken); err != nil {
		t.Errorf("this session's token is gone: %v", err)
	}
	if err := elsewhere.visitAs(t, h.StartURL); err != nil || elsewhere.at.Path != "/signin" {
		t.Errorf("the other session is at %s: %v", elsewhere.at, err)
	}
	if status, says := here.post(t, h.Endpoint+"/start/sessions/end-all", nil); status != http.StatusOK || !strings.Contains(says, "You are signed out") {
		t.Fatalf("ending all is answered %d: %s", status, says)
	}
	h.gone(t, c, token)
	if told := h.trail(t, "BatchDeleteSession"); len(told) < 2 || told[0].EventSource != "sso-directory.amazonaws.com" {
		t.Errorf("the trail tells of the ends: %+v", told)
	}
}

// outlivePassword: who knew an old password is out when there is a new one, and
// nobody guesses the old one inside.
func (h *house) outlivePassword(t *testing.T) {
	who := h.newUser(t, "hana")
	owner, thief := newPerson("hana", h.oneTime(t, "hana")), newPerson("hana", ownPassword)
	if err := errors.Join(owner.visit(t.Context(), h.StartURL), owner.submit(t.Context(), map[string]string{"password": ownPassword, "again": ownPassword}), thief.visit(t.Context(), h.StartURL)); err != nil {
		t.Fatal(err)
	}
	c, token := h.acting(t, thief)
	page, next := h.Endpoint+"/start/password", anotherPassword
	change := url.Values{"current": {"not it"}, "password": {next}, "again": {next}}
	if status, says := owner.post(t, page, change); status != http.StatusForbidden || !strings.Contains(says, "The current password is not right") || strings.Contains(says, next) {
		t.Errorf("without the password it is answered %d: %s", status, says)
	}
	change.Set("current", ownPassword)
	if status, says := owner.post(t, page, change); status != http.StatusOK || !strings.Contains(says, "Your password is changed") {
		t.Fatalf("with it: %d: %s", status, says)
	}
	h.gone(t, c, token)
	if err := errors.Join(owner.visitAs(t, h.StartURL), thief.visitAs(t, h.StartURL)); err != nil || owner.at.Path != "/start" || thief.at.Path != "/signin" {
		t.Errorf("the owner is at %s, who had the old password at %s: %v", owner.at, thief.at, err)
	}
	for range 15 {
		change.Set("current", "guess")
		owner.post(t, page, change)
	}
	change.Set("current", next)
	if status, _ := owner.post(t, page, change); status == http.StatusOK {
		t.Error("after 15 guesses the password is still looked at")
	}
	if told := h.trail(t, "UpdatePassword"); len(told) == 0 || told[0].EventSource != "sso-directory.amazonaws.com" || told[0].UserIdentity.UserName != "hana" {
		t.Errorf("the trail tells of the new password: %+v", told)
	}
	if left, err := h.administrator().sessions(t.Context(), who); err != nil || len(left) != 1 {
		t.Errorf("%d sessions are left, %v", len(left), err)
	}
}

func (h *house) refreshAsAnother(t *testing.T) {
	c, token := h.acting(t, h.inside(t, "ada"))
	thief := h.register(t, ssooidc.RegisterClientInput{})
	for name, as := range map[string]registered{"another client": thief, "its id with another secret": {thief.Client, c.id, thief.secret}} {
		if _, err := as.refresh(t, token.RefreshToken); err == nil {
			t.Errorf("%s refreshes", name)
		}
	}
	if _, err := c.refresh(t, token.RefreshToken); err != nil {
		t.Errorf("the client itself: %v", err)
	}
}

func TestSessionDurationIsBounded(t *testing.T) {
	for _, duration := range []string{"14m59s", "2160h1s", "-8h"} {
		out, err := exec.CommandContext(t.Context(), "foyer", "serve", "--ephemeral", "--session-duration", duration).CombinedOutput()
		exit, failed := errors.AsType[*exec.ExitError](err)
		if !failed || exit.ExitCode() != 2 || !strings.Contains(string(out), "want 15m to 2160h") {
			t.Errorf("--session-duration %s: %v\n%s", duration, err, out)
		}
	}
}

// TestStartURLs does what AWS CLI 2.35.13 and later do before they sign in at a
// start URL that is not of AWS's shape: they ask for it by HEAD, follow one
// redirect, and go on with what they are led to if that is a name of AWS's.
func TestStartURLs(t *testing.T) {
	h := open(t)
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, typed := range []string{"", "/", "/start", "/start/", "/start/#/", "/start?tab=accounts"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, h.Endpoint+typed, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("User-Agent", "Python-urllib/3.14")
		got, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		led, err := got.Location()
		if err != nil || led.Scheme != "https" || !strings.HasSuffix(led.Host, ".awsapps.com") {
			t.Errorf("%q leads to %v, %v", typed, led, err)
			continue
		}
		for _, startURL := range []string{led.String(), h.Endpoint + typed} {
			c := h.register(t, ssooidc.RegisterClientInput{
				GrantTypes: []string{"authorization_code", "refresh_token"}, RedirectUris: []string{"http://127.0.0.1/oauth/callback"}, IssuerUrl: &startURL,
			})
			device := h.register(t, ssooidc.RegisterClientInput{})
			in := ssooidc.StartDeviceAuthorizationInput{ClientId: device.id, ClientSecret: device.secret, StartUrl: &startURL}
			if _, err := device.StartDeviceAuthorization(t.Context(), &in); err != nil || c.id == nil {
				t.Errorf("%s: %v", startURL, err)
			}
		}
	}
	if p := h.inside(t, "ada"); p.at.Path != "/start" {
		t.Errorf("a browser is led to %s", p.at)
	}
}
