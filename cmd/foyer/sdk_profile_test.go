package main

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// cachedToken is the file in which the CLI keeps a token, and from which the
// SDKs take and refresh it.
type cachedToken struct {
	StartURL              string    `json:"startUrl"`
	Region                string    `json:"region"`
	AccessToken           string    `json:"accessToken"`
	ExpiresAt             time.Time `json:"expiresAt"`
	ClientID              string    `json:"clientId"`
	ClientSecret          string    `json:"clientSecret"`
	RegistrationExpiresAt time.Time `json:"registrationExpiresAt"`
	RefreshToken          string    `json:"refreshToken"`
}

// profile: the text that the portal shows for ~/.aws/config is all that a
// program needs, and the SDK refreshes a token that has expired.
func (h *house) profile(t *testing.T) {
	account := h.account(t, "Data Platform")
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
		_ = os.Unsetenv(name) // Setenv above has it put back; the SDK tells empty from absent
	}
	person := h.person(t, "chitra")
	if err := person.visit(t.Context(), h.StartURL+"?account_id="+account); err != nil {
		t.Fatal(err)
	}
	if err := person.press(t.Context(), "Access keys"); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, ".aws", "config"), []byte(person.textOf("sso-profile")))

	name := sha1.Sum([]byte("foyer"))
	file := filepath.Join(home, ".aws", "sso", "cache", hex.EncodeToString(name[:])+".json")
	client, token := h.signedIn(t, "chitra")
	cached := cachedToken{
		StartURL: h.StartURL, Region: "us-east-1", AccessToken: *token.AccessToken, ExpiresAt: time.Now().Add(time.Hour).UTC().Truncate(time.Second),
		ClientID: *client.id, ClientSecret: *client.secret, RegistrationExpiresAt: time.Now().Add(time.Hour).UTC().Truncate(time.Second), RefreshToken: *token.RefreshToken,
	}
	keep := func() {
		t.Helper()
		text, err := json.Marshal(cached)
		if err != nil {
			t.Fatal(err)
		}
		write(t, file, text)
	}
	use := func() error {
		loaded, err := config.LoadDefaultConfig(t.Context(), config.WithSharedConfigProfile("DeveloperAccess-"+account),
			config.WithSharedConfigFiles([]string{filepath.Join(home, ".aws", "config")}), config.WithSharedCredentialsFiles([]string{}))
		if err != nil {
			return err
		}
		who, err := sts.NewFromConfig(loaded).GetCallerIdentity(t.Context(), nil)
		if err == nil && (*who.Account != account || !strings.HasSuffix(*who.Arn, "/chitra")) {
			err = fmt.Errorf("caller is %s", *who.Arn)
		}
		return err
	}

	keep()
	if err := use(); err != nil {
		t.Error(err)
	}
	cached.AccessToken, cached.ExpiresAt = "aoa of yesterday", time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	keep()
	if err := use(); err != nil {
		t.Errorf("with an access token that has expired: %v", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var refreshed cachedToken
	if err := json.Unmarshal(text, &refreshed); err != nil {
		t.Fatal(err)
	}
	if refreshed.AccessToken == cached.AccessToken || refreshed.RefreshToken == cached.RefreshToken || time.Until(refreshed.ExpiresAt) < 50*time.Minute {
		t.Errorf("the SDK did not refresh the token: it has until %s", refreshed.ExpiresAt)
	}
	_, err = client.token(t, ssooidc.CreateTokenInput{GrantType: new("refresh_token"), RefreshToken: &refreshed.RefreshToken})
	if err != nil {
		t.Errorf("the refresh token that the SDK keeps is worth nothing: %v", err)
	}
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// textOf is what the element of an id says.
func (p *person) textOf(id string) string {
	for element := range p.page.Descendants() {
		if attribute(element, "id") == id && element.FirstChild != nil {
			return element.FirstChild.Data
		}
	}
	return ""
}
