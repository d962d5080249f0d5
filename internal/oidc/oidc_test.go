package oidc_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/oidc"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/sqlstore"
)

const startURL = "https://sso.example.net/start"

// house is the service over an empty store, with a person who is signed in.
type house struct {
	*oidc.Service
	sessions *session.Sessions
	db       *sqlstore.DB
	now      time.Time
	disabled bool
	ann      session.Session
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	var err error
	if h.db, err = sqlstore.OpenMemory(t.Context(), t.Name(), clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.db.Close() })
	minting := mint.Mint{Source: rand.Reader}
	seeSession := func(tx *sqlstore.Tx) session.Tx { return tx }
	h.sessions = &session.Sessions{
		InTx: sqlstore.Through(h.db, seeSession), View: sqlstore.Viewed(h.db, seeSession), Mint: minting, Now: clock,
		MaySignIn: func(context.Context, string) (bool, error) { return !h.disabled, nil },
	}
	see := func(tx *sqlstore.Tx) oidc.Tx { return tx }
	h.Service = &oidc.Service{
		InTx: sqlstore.Through(h.db, see), View: sqlstore.Viewed(h.db, see), Unit: h.db.Unit, Mint: minting, Now: clock, Sessions: h.sessions,
		InstanceFor: func(_ context.Context, url string) (string, bool, error) { return "ssoins-1", url == startURL, nil },
	}
	h.Remembered = sqlstore.Remember(h.db, h.ByToken)
	h.ann = h.signIn(t)
	return h
}

func (h *house) signIn(t testing.TB) session.Session {
	t.Helper()
	one, _, err := h.sessions.Start(t.Context(), session.Person{UserID: "u-1", UserName: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	return one
}

// client is a registered client and its secret.
type client struct {
	oidc.Client
	secret secret.Text
}

func (h *house) register(t testing.TB, r oidc.Registration) client {
	t.Helper()
	r.Name, r.Type = "botocore-client-corp", "public"
	c, key, err := h.RegisterClient(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return client{c, key}
}

func legacyClient(t testing.TB, h *house) client { return h.register(t, oidc.Registration{}) }

func deviceClient(t testing.TB, h *house) client {
	return h.register(t, oidc.Registration{Scopes: []string{oidc.AccountAccess}})
}

func codeClient(t testing.TB, h *house) client {
	return h.register(t, oidc.Registration{
		Scopes: []string{oidc.AccountAccess}, Grants: []string{"authorization_code", "refresh_token"},
		Redirects: []string{"http://127.0.0.1/oauth/callback"}, IssuerURL: startURL,
	})
}

func (h *house) start(t testing.TB, c client) oidc.DeviceCodes {
	t.Helper()
	codes, err := h.StartDeviceAuthorization(t.Context(), oidc.DeviceStart{
		ClientID: c.ID, ClientSecret: c.secret, StartURL: startURL, SourceIP: netip.MustParseAddr("192.0.2.7"), UserAgent: "aws-cli",
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func (h *house) token(t testing.TB, c client, r oidc.TokenRequest) (oidc.Tokens, error) {
	t.Helper()
	r.ClientID, r.ClientSecret = c.ID, c.secret
	return h.CreateToken(t.Context(), r)
}

func (h *house) poll(t testing.TB, c client, codes oidc.DeviceCodes) (oidc.Tokens, error) {
	t.Helper()
	return h.token(t, c, oidc.TokenRequest{GrantType: string(oidc.DeviceCode), DeviceCode: codes.Device})
}

func (h *house) refresh(t testing.TB, c client, token secret.Text) (oidc.Tokens, error) {
	t.Helper()
	return h.token(t, c, oidc.TokenRequest{GrantType: "refresh_token", RefreshToken: token})
}

// at is ann, at a browser.
func (h *house) at() oidc.Visitor {
	return oidc.Visitor{Session: h.ann, From: netip.MustParseAddr("198.51.100.4")}
}

// decide answers a device authorization as ann.
func (h *house) decide(t testing.TB, userCode string, allow bool) error {
	t.Helper()
	asked, err := h.DeviceRequest(t.Context(), userCode, h.at())
	if err != nil {
		return err
	}
	_, err = h.DecideDevice(t.Context(), oidc.Decision{UserCode: userCode, Form: asked.Form, Allow: allow}, h.at())
	return err
}

// allowed is the code for a request that ann allows.
func (h *house) allowed(t testing.TB, r oidc.AuthorizeRequest) (secret.Text, error) {
	t.Helper()
	asked, err := h.Ask(t.Context(), r, h.at())
	if err != nil {
		return secret.Text{}, err
	}
	answer, err := h.Decide(t.Context(), r, asked.Form, true, h.at())
	if err != nil {
		return secret.Text{}, err
	}
	to, err := url.Parse(answer.Redirect)
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New(to.Query().Get("code")), nil
}

// granted goes through the device flow.
func (h *house) granted(t testing.TB, c client) oidc.Tokens {
	t.Helper()
	codes := h.start(t, c)
	if err := h.decide(t, codes.User, true); err != nil {
		t.Fatal(err)
	}
	tokens, err := h.poll(t, c, codes)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func want(t testing.TB, err error, code oidc.FailureCode) {
	t.Helper()
	f, ok := errors.AsType[*oidc.Failure](err)
	if !ok || f.Code != code {
		t.Errorf("err = %v (%T), want %s", err, err, code)
	}
}

func (h *house) opens(t testing.TB, token secret.Text) bool {
	t.Helper()
	_, err := h.Authenticate(t.Context(), token, h.now)
	if err != nil && fault.Of(err) != fault.Unauthenticated {
		t.Fatal(err)
	}
	return err == nil
}

func TestRegisterClientRefuses(t *testing.T) {
	h := newHouse(t)
	many := strings.Split(strings.Repeat("a", 101), "")
	for i := range many {
		many[i] += strings.Repeat("b", i%50) + strings.Repeat("c", i/50)
	}
	for name, tt := range map[string]struct {
		change func(*oidc.Registration)
		want   oidc.FailureCode
	}{
		"another type":             {func(r *oidc.Registration) { r.Type = "confidential" }, oidc.InvalidClientMetadata},
		"no name":                  {func(r *oidc.Registration) { r.Name = " " }, oidc.InvalidClientMetadata},
		"a name with line breaks":  {func(r *oidc.Registration) { r.Name = "a\nb" }, oidc.InvalidClientMetadata},
		"a very long name":         {func(r *oidc.Registration) { r.Name = strings.Repeat("x", 256) }, oidc.InvalidClientMetadata},
		"an unknown grant":         {func(r *oidc.Registration) { r.Grants = []string{"password"} }, oidc.UnsupportedGrantType},
		"a foreign redirect":       {func(r *oidc.Registration) { r.Redirects = []string{"https://evil.example/"} }, oidc.InvalidRedirectURI},
		"codes without a redirect": {func(r *oidc.Registration) { r.Redirects = nil }, oidc.InvalidRedirectURI},
		"codes without an issuer":  {func(r *oidc.Registration) { r.IssuerURL = "" }, oidc.InvalidRequest},
		"an unknown issuer":        {func(r *oidc.Registration) { r.IssuerURL = "https://other.example/start" }, oidc.InvalidRequest},
		"a malformed scope":        {func(r *oidc.Registration) { r.Scopes = []string{"a:b:c:d"} }, oidc.InvalidScope},
		"too many scopes":          {func(r *oidc.Registration) { r.Scopes = many }, oidc.InvalidRequest},
		"an application":           {func(r *oidc.Registration) { r.EntitledTo = "arn:aws:sso::111122223333:application/x/y" }, oidc.InvalidRequest},
	} {
		t.Run(name, func(t *testing.T) {
			r := oidc.Registration{Name: "n", Type: "public", Grants: []string{"authorization_code"}, Redirects: []string{"http://127.0.0.1/cb"}, IssuerURL: startURL}
			tt.change(&r)
			_, _, err := h.RegisterClient(t.Context(), r)
			want(t, err, tt.want)
		})
	}
}

func TestAClientLastsNinetyDays(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	if got := c.Expires.Sub(c.Created); got != 90*24*time.Hour {
		t.Errorf("lifetime = %s", got)
	}
	h.now = c.Expires
	_, err := h.StartDeviceAuthorization(t.Context(), oidc.DeviceStart{ClientID: c.ID, ClientSecret: c.secret, StartURL: startURL})
	want(t, err, oidc.InvalidClient)
}

func TestStartDeviceAuthorizationRefuses(t *testing.T) {
	h := newHouse(t)
	c, codes := deviceClient(t, h), codeClient(t, h)
	for name, tt := range map[string]struct {
		start oidc.DeviceStart
		want  oidc.FailureCode
	}{
		"an unknown client":                  {oidc.DeviceStart{ClientID: "x", ClientSecret: c.secret, StartURL: startURL}, oidc.InvalidClient},
		"a wrong secret":                     {oidc.DeviceStart{ClientID: c.ID, ClientSecret: codes.secret, StartURL: startURL}, oidc.InvalidClient},
		"an unknown start URL":               {oidc.DeviceStart{ClientID: c.ID, ClientSecret: c.secret, StartURL: "https://x.example"}, oidc.InvalidRequest},
		"a client that registered for codes": {oidc.DeviceStart{ClientID: codes.ID, ClientSecret: codes.secret, StartURL: startURL}, oidc.UnauthorizedClient},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.StartDeviceAuthorization(t.Context(), tt.start)
			want(t, err, tt.want)
		})
	}
}

func TestDeviceFlow(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	codes := h.start(t, c)
	for range 2 { // AWS's CLI polls twice back to back
		_, err := h.poll(t, c, codes)
		want(t, err, oidc.AuthorizationPending)
		if !fault.Kept(err) {
			t.Error("a poll must be counted although it is refused")
		}
	}
	typed := strings.ToLower(strings.ReplaceAll(codes.User, "-", " "))
	request, err := h.DeviceRequest(t.Context(), typed, h.at())
	if err != nil || request.UserCode != codes.User || request.ClientName != c.Name || request.SourceIP.String() != "192.0.2.7" {
		t.Fatalf("DeviceRequest = %+v, %v", request, err)
	}
	if err := h.decide(t, typed, true); err != nil {
		t.Fatal(err)
	}
	if _, err := h.poll(t, deviceClient(t, h), codes); err == nil {
		t.Error("another client redeems the device code")
	}
	tokens, err := h.poll(t, c, codes)
	if err != nil {
		t.Fatal(err)
	}
	if tokens.ExpiresIn != time.Hour || tokens.Refresh.Empty() || !strings.HasPrefix(tokens.Access.Reveal(), "aoa") || !strings.HasPrefix(tokens.Refresh.Reveal(), "aor") {
		t.Errorf("tokens = %+v", tokens)
	}
	grant, err := h.Authenticate(t.Context(), tokens.Access, h.now)
	if err != nil || grant.UserName != "ann" || grant.ID != h.ann.ID || grant.ClientID != c.ID {
		t.Errorf("Authenticate = %+v, %v", grant, err)
	}
	_, err = h.poll(t, c, codes)
	want(t, err, oidc.InvalidGrant)
	if err := h.decide(t, codes.User, true); fault.Of(err) != fault.NotFound {
		t.Errorf("deciding twice: %v", err)
	}
}

func TestADeniedDeviceIsToldSo(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	codes := h.start(t, c)
	if err := h.decide(t, codes.User, false); err != nil {
		t.Fatal(err)
	}
	_, err := h.poll(t, c, codes)
	want(t, err, oidc.AccessDenied)
}

func TestPollingForEverEndsExpired(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	codes := h.start(t, c)
	h.now = h.now.Add(10 * time.Minute)
	_, err := h.poll(t, c, codes)
	want(t, err, oidc.ExpiredToken)
	if err := h.decide(t, codes.User, true); fault.Of(err) != fault.NotFound {
		t.Errorf("deciding an expired code: %v", err)
	}
}

func TestPollingTooFastIsSlowedDown(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	codes := h.start(t, c)
	var err error
	for range 4 {
		_, err = h.poll(t, c, codes)
	}
	want(t, err, oidc.SlowDown)
	h.now = h.now.Add(time.Second)
	_, err = h.poll(t, c, codes)
	want(t, err, oidc.AuthorizationPending)
}

func TestGuessingUserCodesIsStopped(t *testing.T) {
	h := newHouse(t)
	codes := h.start(t, deviceClient(t, h))
	for range 10 {
		if _, err := h.DeviceRequest(t.Context(), "BBBB-BBBB", h.at()); fault.Of(err) != fault.NotFound {
			t.Fatal(err)
		}
	}
	if _, err := h.DeviceRequest(t.Context(), codes.User, h.at()); fault.Of(err) != fault.Throttled {
		t.Errorf("the eleventh guess: %v", err)
	}
	bob := h.ann
	bob.UserID = "u-2"
	if _, err := h.DeviceRequest(t.Context(), codes.User, oidc.Visitor{Session: bob}); err != nil {
		t.Errorf("another person: %v", err)
	}
	h.now = h.now.Add(15 * time.Minute)
	if _, err := h.DeviceRequest(t.Context(), codes.User, h.at()); fault.Of(err) != fault.NotFound {
		t.Errorf("after the wait: %v", err) // the code has expired meanwhile
	}
}

func TestTheTwoRegimes(t *testing.T) {
	h := newHouse(t)
	for name, tt := range map[string]struct {
		scopes  []string
		wait    time.Duration // between sign-in and grant
		expires time.Duration
		refresh bool
	}{
		"no scopes":                         {nil, 0, 8 * time.Hour, false},
		"the legacy pseudo-scope":           {[]string{"sso-portal:*"}, time.Hour, 7 * time.Hour, false},
		"scoped":                            {[]string{oidc.AccountAccess}, 0, time.Hour, true},
		"scoped, near the session's end":    {[]string{oidc.AccountAccess}, 8*time.Hour - 5*time.Minute, 5 * time.Minute, true},
		"with the pseudo-scope among other": {[]string{"sso-portal:*", oidc.AccountAccess}, 0, time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			h.ann = h.signIn(t)
			h.now = h.now.Add(tt.wait)
			tokens := h.granted(t, h.register(t, oidc.Registration{Scopes: tt.scopes}))
			if tokens.ExpiresIn != tt.expires || tokens.Refresh.Empty() == tt.refresh {
				t.Errorf("expires in %s, refresh %t", tokens.ExpiresIn, !tokens.Refresh.Empty())
			}
			if !h.opens(t, tokens.Access) {
				t.Error("the access token opens nothing")
			}
			h.now = h.now.Add(tokens.ExpiresIn)
			if h.opens(t, tokens.Access) {
				t.Error("the access token outlives expiresIn")
			}
		})
	}
}

func TestATokenWithoutTheScopeHasNoAccess(t *testing.T) {
	h := newHouse(t)
	tokens := h.granted(t, h.register(t, oidc.Registration{Scopes: []string{"codewhisperer:completions"}}))
	if _, err := h.Authenticate(t.Context(), tokens.Access, h.now); fault.Of(err) != fault.Denied {
		t.Errorf("err = %v", err)
	}
	if _, err := h.Logout(t.Context(), tokens.Access); err != nil {
		t.Errorf("Logout = %v", err)
	}
}

func TestTokensEndWithTheirSession(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *house){
		"ended": func(t *testing.T, h *house) {
			if err := h.sessions.End(t.Context(), h.ann.ID); err != nil {
				t.Fatal(err)
			}
		},
		"expired": func(_ *testing.T, h *house) { h.now = h.ann.Expires },
		"its user disabled": func(t *testing.T, h *house) {
			h.disabled = true
			_ = h.sessions.EndAllOf(t.Context(), "u-9") // a change of content, as disabling is
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			c, old := deviceClient(t, h), legacyClient(t, h)
			tokens, oldTokens := h.granted(t, c), h.granted(t, old)
			if !h.opens(t, tokens.Access) || !h.opens(t, oldTokens.Access) {
				t.Fatal("not open before")
			}
			codes := h.start(t, c)
			if err := h.decide(t, codes.User, true); err != nil {
				t.Fatal(err)
			}
			end(t, h)
			if h.opens(t, tokens.Access) || h.opens(t, oldTokens.Access) {
				t.Error("an access token outlives its session")
			}
			_, err := h.refresh(t, c, tokens.Refresh)
			want(t, err, oidc.InvalidGrant)
			if _, err := h.poll(t, c, codes); err == nil {
				t.Error("an approval outlives its session")
			}
		})
	}
}

func TestOnlyAccessTokensAuthenticate(t *testing.T) {
	h := newHouse(t)
	tokens := h.granted(t, deviceClient(t, h))
	for _, bearer := range []secret.Text{{}, tokens.Refresh, secret.New(tokens.Access.Hash()), secret.New(tokens.Access.Reveal() + "x")} {
		if h.opens(t, bearer) {
			t.Error("something else authenticates")
		}
	}
}

func TestLogout(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	tokens := h.granted(t, c)
	if g, err := h.Logout(t.Context(), tokens.Access); err != nil || g.UserName != "ann" {
		t.Fatalf("Logout = %+v, %v", g, err)
	}
	if h.opens(t, tokens.Access) {
		t.Error("the token still opens")
	}
	if _, err := h.Logout(t.Context(), tokens.Access); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("a second time: %v", err)
	}
	if _, err := h.sessions.ByID(t.Context(), h.ann.ID); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("the session behind it: %v", err)
	}
	_, err := h.refresh(t, c, tokens.Refresh)
	want(t, err, oidc.InvalidGrant)
}

func TestRefreshRotates(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	first := h.granted(t, c)
	h.now = h.now.Add(50 * time.Minute)
	second, err := h.refresh(t, c, first.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if second.Refresh.Empty() || second.Refresh == first.Refresh || second.Access == first.Access || second.ExpiresIn != time.Hour {
		t.Errorf("refreshed = %+v", second)
	}
	if _, err := h.refresh(t, deviceClient(t, h), second.Refresh); err == nil {
		t.Error("another client refreshes")
	}
	_, err = h.refresh(t, c, first.Access)
	want(t, err, oidc.InvalidGrant)
}

func TestAttackRefreshReuse(t *testing.T) {
	for name, tt := range map[string]struct {
		newUsed bool // the new token is used before the old one is presented again
		after   time.Duration
		ok      bool
	}{
		"at the same time":                       {false, 0, true},
		"within the grace, the new one used":     {true, 59 * time.Second, true},
		"late, the new one never used":           {false, time.Hour, true}, // the answer got lost
		"after the grace, the new one used":      {true, time.Minute, false},
		"long after the grace, the new one used": {true, 5 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			c := deviceClient(t, h)
			first := h.granted(t, c)
			second, err := h.refresh(t, c, first.Refresh)
			if err != nil {
				t.Fatal(err)
			}
			latest := second
			if tt.newUsed {
				if latest, err = h.refresh(t, c, second.Refresh); err != nil {
					t.Fatal(err)
				}
			}
			h.now = h.now.Add(tt.after)
			again, err := h.refresh(t, c, first.Refresh)
			if tt.ok {
				if err != nil || !h.opens(t, again.Access) {
					t.Errorf("refused: %v", err)
				}
				return
			}
			want(t, err, oidc.InvalidGrant)
			if !fault.Kept(err) {
				t.Error("the revocation must be kept although the request is refused")
			}
			if h.opens(t, latest.Access) {
				t.Error("the family's access token still opens")
			}
			_, err = h.refresh(t, c, latest.Refresh)
			want(t, err, oidc.InvalidGrant)
		})
	}
}

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func authorization(c client) oidc.AuthorizeRequest {
	return oidc.AuthorizeRequest{ResponseType: "code", ClientID: c.ID, RedirectURI: "http://127.0.0.1:49152/oauth/callback", State: "s t&",
		Challenge: challenge(), ChallengeMethod: "S256", Scopes: oidc.AccountAccess}
}

func redeem(code secret.Text) oidc.TokenRequest {
	return oidc.TokenRequest{GrantType: "authorization_code", Code: code, RedirectURI: "http://127.0.0.1:49152/oauth/callback", CodeVerifier: secret.New(verifier)}
}

func TestAuthorizeRefuses(t *testing.T) {
	h := newHouse(t)
	c, device := codeClient(t, h), h.register(t, oidc.Registration{Redirects: []string{"http://127.0.0.1/oauth/callback"}})
	for name, tt := range map[string]struct {
		change   func(*oidc.AuthorizeRequest)
		want     oidc.FailureCode
		redirect bool
	}{
		"an unknown client":      {func(r *oidc.AuthorizeRequest) { r.ClientID = "x" }, oidc.InvalidClient, false},
		"a foreign redirect URI": {func(r *oidc.AuthorizeRequest) { r.RedirectURI = "https://evil.example/oauth/callback" }, oidc.InvalidRedirectURI, false},
		"another path":           {func(r *oidc.AuthorizeRequest) { r.RedirectURI = "http://127.0.0.1:1/other" }, oidc.InvalidRedirectURI, false},
		"the implicit flow":      {func(r *oidc.AuthorizeRequest) { r.ResponseType = "token" }, oidc.UnsupportedResponseType, true},
		"a device client":        {func(r *oidc.AuthorizeRequest) { r.ClientID = device.ID }, oidc.UnauthorizedClient, true},
		"no challenge":           {func(r *oidc.AuthorizeRequest) { r.Challenge = "" }, oidc.InvalidRequest, true},
		"a plain challenge":      {func(r *oidc.AuthorizeRequest) { r.ChallengeMethod = "plain" }, oidc.InvalidRequest, true},
		"no challenge method":    {func(r *oidc.AuthorizeRequest) { r.ChallengeMethod = "" }, oidc.InvalidRequest, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := authorization(c)
			tt.change(&r)
			_, err := h.CheckAuthorize(t.Context(), r)
			want(t, err, tt.want)
			_, issued := h.Ask(t.Context(), r, h.at())
			want(t, issued, tt.want)
			_, issued = h.Decide(t.Context(), r, secret.New("x"), true, h.at())
			want(t, issued, tt.want)
			f, _ := errors.AsType[*oidc.Failure](err)
			if (f.Redirect != "") != tt.redirect {
				t.Fatalf("redirect = %q", f.Redirect)
			}
			if tt.redirect {
				u, err := url.Parse(f.Redirect)
				if err != nil || !strings.HasPrefix(f.Redirect, r.RedirectURI+"?") || u.Query().Get("error") != string(tt.want) || u.Query().Get("state") != "s t&" {
					t.Errorf("redirect = %q, %v", f.Redirect, err)
				}
			}
		})
	}
}

func TestCodeFlow(t *testing.T) {
	h := newHouse(t)
	c := codeClient(t, h)
	code, err := h.allowed(t, authorization(c))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*oidc.TokenRequest)
		want   oidc.FailureCode
	}{
		"a wrong verifier":          {func(r *oidc.TokenRequest) { r.CodeVerifier = secret.New(strings.Repeat("x", 43)) }, oidc.InvalidGrant},
		"no verifier":               {func(r *oidc.TokenRequest) { r.CodeVerifier = secret.Text{} }, oidc.InvalidGrant},
		"the challenge as verifier": {func(r *oidc.TokenRequest) { r.CodeVerifier = secret.New(challenge()) }, oidc.InvalidGrant},
		"another port":              {func(r *oidc.TokenRequest) { r.RedirectURI = "http://127.0.0.1:1/oauth/callback" }, oidc.InvalidGrant},
		"an unknown code":           {func(r *oidc.TokenRequest) { r.Code = secret.New("x") }, oidc.InvalidGrant},
		"no code":                   {func(r *oidc.TokenRequest) { r.Code = secret.Text{} }, oidc.InvalidRequest},
		"an unknown grant":          {func(r *oidc.TokenRequest) { r.GrantType = "password" }, oidc.UnsupportedGrantType},
		"a grant not registered":    {func(r *oidc.TokenRequest) { r.GrantType = string(oidc.DeviceCode) }, oidc.UnauthorizedClient},
	} {
		r := redeem(code)
		tt.change(&r)
		if _, err := h.token(t, c, r); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			want(t, err, tt.want)
		}
	}
	_, err = h.token(t, codeClient(t, h), redeem(code))
	want(t, err, oidc.InvalidGrant)
	tokens, err := h.token(t, c, redeem(code))
	if err != nil || tokens.Refresh.Empty() || !h.opens(t, tokens.Access) {
		t.Fatalf("tokens = %+v, %v", tokens, err)
	}
}

func TestAttackCodeReplay(t *testing.T) {
	h := newHouse(t)
	c := codeClient(t, h)
	code, err := h.allowed(t, authorization(c))
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := h.token(t, c, redeem(code))
	if err != nil {
		t.Fatal(err)
	}
	if tokens, err = h.refresh(t, c, tokens.Refresh); err != nil || !h.opens(t, tokens.Access) {
		t.Fatal(err)
	}
	_, err = h.token(t, c, redeem(code))
	want(t, err, oidc.InvalidGrant)
	if !fault.Kept(err) {
		t.Error("the revocation must be kept although the request is refused")
	}
	if h.opens(t, tokens.Access) {
		t.Error("the access token still opens")
	}
	_, err = h.refresh(t, c, tokens.Refresh)
	want(t, err, oidc.InvalidGrant)
}

func TestALateCodeIsExpired(t *testing.T) {
	h := newHouse(t)
	c := codeClient(t, h)
	code, err := h.allowed(t, authorization(c))
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(oidc.CodeLifetime)
	_, err = h.token(t, c, redeem(code))
	want(t, err, oidc.ExpiredToken)
}

func TestNothingIsStoredInClear(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	codes, tokens := h.start(t, c), h.granted(t, c)
	if err := h.db.View(t.Context(), func(tx *sqlstore.Tx) error {
		for _, clear := range []secret.Text{tokens.Access, tokens.Refresh, codes.Device, secret.New(codes.User)} {
			_, asToken, err := tx.OIDCToken(t.Context(), clear.Reveal())
			if err != nil {
				return err
			}
			_, asDevice, err := tx.OIDCDevice(t.Context(), clear.Reveal())
			if err != nil {
				return err
			}
			_, asUserCode, err := tx.OIDCDeviceByUserCode(t.Context(), clear.Reveal())
			if err != nil {
				return err
			}
			if asToken || asDevice || asUserCode {
				t.Error("found by its clear text")
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestPurge(t *testing.T) {
	h := newHouse(t)
	tokens := h.granted(t, deviceClient(t, h))
	h.now = h.now.Add(59 * time.Minute)
	if n, err := h.Purge(t.Context(), h.now, 100); n != 1 || err != nil { // the device authorization; its question is answered
		t.Errorf("Purge = %d, %v", n, err)
	}
	if !h.opens(t, tokens.Access) {
		t.Error("a living token was purged")
	}
	if n, err := h.Purge(t.Context(), h.now.Add(91*24*time.Hour), 100); n != 3 || err != nil { // client and two tokens
		t.Errorf("Purge = %d, %v", n, err)
	}
}

func BenchmarkBearer(b *testing.B) {
	h := newHouse(b)
	tokens := h.granted(b, deviceClient(b, h))
	for name, remembered := range map[string]func(context.Context, string) (oidc.Grant, error){"remembered": h.Remembered, "stored": nil} {
		b.Run(name, func(b *testing.B) {
			h.Remembered = remembered
			for b.Loop() {
				if _, err := h.Authenticate(b.Context(), tokens.Access, h.now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
