package portalclient_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"foyer/internal/awsconfig"
	"foyer/internal/portalclient"
)

// provider is a server that gives a token for the code "good", when the verifier
// is that of challenge.
func provider(t *testing.T, challenge *string) *portalclient.Client {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /client/register", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"clientId":"c","clientSecret":"s","clientSecretExpiresAt":1803297600}`))
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Code, CodeVerifier string }
		err := json.NewDecoder(r.Body).Decode(&in)
		sum := sha256.Sum256([]byte(in.CodeVerifier))
		if err != nil || in.Code != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != *challenge {
			w.Header().Set("X-Amzn-Errortype", "InvalidGrantException")
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = w.Write([]byte(`{"accessToken":"a","expiresIn":3600,"refreshToken":"r","tokenType":"Bearer"}`))
	})
	mux.HandleFunc("GET /assignment/accounts", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"accountList":[]}`)) })
	mux.HandleFunc("HEAD /start", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://d-90671a2b3c.awsapps.com/start", http.StatusFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &portalclient.Client{
		Session: awsconfig.Session{Name: "foyer", StartURL: "https://d-90671a2b3c.awsapps.com/start", Endpoint: server.URL + "/base", Region: "us-east-1"},
		Cache:   portalclient.Cache(t.TempDir()), HTTP: server.Client(), Now: func() time.Time { return now },
	}
}

// TestCallback: only an answer with the state that was sent counts, and nothing
// else that finds the port on this computer.
func TestCallback(t *testing.T) {
	for name, tt := range map[string]struct {
		forged []string // what others send first; STATE is the true one
		query  string
		ok     bool
		want   error
	}{
		"the code":                      {query: "?code=good&state=STATE", ok: true},
		"a stranger's answers do not":   {forged: []string{"/oauth/callback?code=evil&state=guess", "/oauth/callback?code=evil", "/oauth/callback?error=access_denied", "/?code=evil&state=STATE", "/oauth/callback?state=STATE"}, query: "?code=good&state=STATE", ok: true},
		"the person refuses":            {query: "?error=access_denied&state=STATE", want: portalclient.ErrRefused},
		"a code that the server denies": {query: "?code=bad&state=STATE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var challenge string
			c := provider(t, &challenge)
			c.Session.Endpoint = strings.TrimSuffix(c.Session.Endpoint, "/base")
			err := c.LoginByCode(t.Context(), func(address string) {
				at, err := url.Parse(address)
				if err != nil {
					t.Error(err)
					return
				}
				q := at.Query()
				challenge = q.Get("code_challenge")
				redirect, state := q.Get("redirect_uri"), q.Get("state")
				for _, path := range tt.forged {
					base := strings.TrimSuffix(redirect, "/oauth/callback")
					if status := visit(t, base+strings.Replace(path, "STATE", state, 1)); status != http.StatusNotFound {
						t.Errorf("%s is answered with %d", path, status)
					}
				}
				if status := visit(t, redirect+strings.Replace(tt.query, "STATE", state, 1)); status != http.StatusOK {
					t.Errorf("the browser gets %d", status)
				}
				if !strings.HasPrefix(redirect, "http://127.0.0.1:") || len(state) < 26 || q.Get("code_challenge_method") != "S256" || at.Path != "/authorize" {
					t.Errorf("a person is asked at %s", address)
				}
			})
			if (err == nil) != tt.ok || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("LoginByCode() = %v, want ok %t", err, tt.ok)
			}
			if _, err := c.Accounts(t.Context()); (err == nil) != tt.ok {
				t.Errorf("Accounts() = %v afterwards", err)
			}
		})
	}
}

func visit(t *testing.T, address string) int {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Error(err)
		return 0
	}
	answer.Body.Close()
	return answer.StatusCode
}

// TestPages: the page to sign in at is at the root of the server, as the AWS CLI
// has it, whatever path its services have.
func TestPages(t *testing.T) {
	var challenge string
	c := provider(t, &challenge)
	start, err := portalclient.StartURL(t.Context(), c.HTTP, c.Session.Endpoint)
	if err != nil || start != c.Session.StartURL {
		t.Errorf("StartURL() = %q, %v, want %q, which nobody visits", start, err, c.Session.StartURL)
	}
}

// TestBrokenOff: whoever breaks off a sign-in waits no longer.
func TestBrokenOff(t *testing.T) {
	var challenge string
	c := provider(t, &challenge)
	c.Session.Endpoint = strings.TrimSuffix(c.Session.Endpoint, "/base")
	ctx, cancel := context.WithCancel(t.Context())
	if err := c.LoginByCode(ctx, func(string) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("LoginByCode() = %v, want context.Canceled", err)
	}
}
