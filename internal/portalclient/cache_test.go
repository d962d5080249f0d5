package portalclient_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/internal/awsconfig"
	"foyer/internal/portalclient"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// portal is a server that hands out a token for the refresh token "old", once,
// and counts what it is asked for.
func portal(t *testing.T, asked map[string]int) *portalclient.Client {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		asked["token"]++
		var in struct{ GrantType, RefreshToken string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.GrantType != "refresh_token" || in.RefreshToken != "old" || asked["token"] > 1 {
			w.Header().Set("X-Amzn-Errortype", "InvalidGrantException")
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = w.Write([]byte(`{"accessToken":"fresh","expiresIn":3600,"refreshToken":"new","tokenType":"Bearer"}`))
	})
	mux.HandleFunc("GET /assignment/accounts", func(w http.ResponseWriter, r *http.Request) {
		asked["accounts "+r.Header.Get("X-Amz-Sso_bearer_token")]++
		_, _ = w.Write([]byte(`{"accountList":[{"accountId":"111122223333","accountName":"Data"}]}`))
	})
	mux.HandleFunc("GET /federation/credentials", func(w http.ResponseWriter, _ *http.Request) {
		asked["credentials"]++
		_, _ = w.Write([]byte(`{"roleCredentials":{"accessKeyId":"ASIA","secretAccessKey":"s","sessionToken":"t","expiration":` + "1795525200000" + `}}`)) // 13:00
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &portalclient.Client{
		Session: awsconfig.Session{Name: "foyer", StartURL: "https://d-90671a2b3c.awsapps.com/start", Endpoint: server.URL, Region: "us-east-1"},
		Cache:   portalclient.Cache(t.TempDir()), HTTP: server.Client(), Now: func() time.Time { return now },
	}
}

// tokenFile is where the AWS CLI keeps the token of the session "foyer",
// credentialsFile where it keeps credentials: names that it made.
const (
	tokenFile       = "sso/cache/35d9f3ff6f09411533e91f996e0406790e6a574d.json"
	credentialsFile = "cli/cache/e05ec43df16650347623efbdb59e9e9db1f8461a.json"
)

func keep(t *testing.T, c *portalclient.Client, expires, refresh string) {
	t.Helper()
	text := `{"startUrl": "https://d-90671a2b3c.awsapps.com/start", "region": "us-east-1", "accessToken": "kept", "expiresAt": "` + expires +
		`", "clientId": "c", "clientSecret": "s", "registrationExpiresAt": "2027-02-21T11:00:00Z", "refreshToken": "` + refresh + `"}`
	if err := portalclient.WriteFile(filepath.Join(string(c.Cache), tokenFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTokens: a token of the AWS CLI is used while it is good, refreshed before
// it ends, and one that cannot be refreshed ends in words.
func TestTokens(t *testing.T) {
	for name, tt := range map[string]struct {
		expires, refresh string
		with             string // what the portal is asked with; "" when nobody is signed in
	}{
		"a good token is used":                       {"2026-11-24T12:06:00Z", "old", "kept"},
		"a token near its end is refreshed":          {"2026-11-24T12:04:00Z", "old", "fresh"},
		"so is one that has ended":                   {"2026-11-23T12:00:00Z", "old", "fresh"},
		"one that cannot be, is used to its end":     {"2026-11-24T12:04:00Z", "revoked", "kept"},
		"then somebody has to sign in":               {"2026-11-24T11:59:59Z", "revoked", ""},
		"also without a refresh token":               {"2026-11-24T11:59:59Z", "", ""},
		"fractions, as the JavaScript SDK has them":  {"2026-11-24T12:06:00.000Z", "", "kept"},
		"UTC, as old versions of the AWS CLI had it": {"2026-11-24T12:06:00UTC", "", "kept"},
		"what cannot be read is no token":            {"soon", "old", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := map[string]int{}
			c := portal(t, asked)
			keep(t, c, tt.expires, tt.refresh)
			_, err := c.Accounts(t.Context())
			if (err == nil) != (tt.with != "") || tt.with != "" && asked["accounts "+tt.with] != 1 {
				t.Errorf("Accounts() = %v, asked %v, want it with %q", err, asked, tt.with)
			}
			if tt.with == "" && err != portalclient.ErrSignedOut { //nolint:errorlint // not wrapped
				t.Errorf("Accounts() = %v, want ErrSignedOut", err)
			}
			if tt.with != "fresh" {
				return
			}
			text, err := os.ReadFile(filepath.Join(string(c.Cache), tokenFile))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`"accessToken": "fresh"`, `"refreshToken": "new"`, `"expiresAt": "2026-11-24T13:00:00Z"`, `"registrationExpiresAt": "2027-02-21T11:00:00Z"`} {
				if !strings.Contains(string(text), want) {
					t.Errorf("the cache has no %s:\n%s", want, text)
				}
			}
		})
	}
}

// TestAnotherPortal: a token goes to the portal it is for, and to no other.
func TestAnotherPortal(t *testing.T) {
	asked := map[string]int{}
	c := portal(t, asked)
	keep(t, c, "2026-11-24T13:00:00Z", "old")
	c.Session.StartURL = "https://d-0000000000.awsapps.com/start"
	if _, err := c.Accounts(t.Context()); err != portalclient.ErrSignedOut || len(asked) != 0 { //nolint:errorlint // not wrapped
		t.Errorf("Accounts() = %v, asked %v, want ErrSignedOut and nothing", err, asked)
	}
}

// TestCredentials: they are asked for once while they are good for 15 minutes.
func TestCredentials(t *testing.T) {
	asked := map[string]int{}
	c := portal(t, asked)
	keep(t, c, "2026-11-24T20:00:00Z", "")
	for range 3 {
		got, err := c.Credentials(t.Context(), "111122223333", "Admin")
		if err != nil || got.AccessKeyID != "ASIA" || got.SessionToken.Reveal() != "t" || !got.Expires.Equal(now.Add(time.Hour)) {
			t.Fatalf("Credentials() = %+v, %v", got, err)
		}
	}
	if asked["credentials"] != 1 {
		t.Errorf("asked %d times for credentials that are good, want once", asked["credentials"])
	}
	c.Now = func() time.Time { return now.Add(46 * time.Minute) }
	if _, err := c.Credentials(t.Context(), "111122223333", "Admin"); err != nil || asked["credentials"] != 2 {
		t.Errorf("with less than 15 minutes left: %v, asked %d times, want twice", err, asked["credentials"])
	}
	// The AWS CLI's name: SHA-1 of {"accountId":"111122223333","roleName":"Admin","sessionName":"foyer"}.
	info, err := os.Stat(filepath.Join(string(c.Cache), credentialsFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("credentials are not where the AWS CLI keeps them, or others can read them: %v", err)
	}
}
