package main

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
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

// useProfile is a program of an SDK that is told a profile and nothing else. It
// answers who the profile is.
type useProfile func(t *testing.T, h *house, home, profile string) (arn string, err error)

// profile: the text that the portal shows for ~/.aws/config is all that a
// program needs, and the SDK refreshes a token that has expired.
func (h *house) profile(use useProfile) func(*testing.T) {
	return func(t *testing.T) {
		account, home := h.account(t, "Data Platform"), t.TempDir()
		person := h.person(t, "chitra")
		if err := person.visit(t.Context(), h.StartURL+"?account_id="+account); err != nil {
			t.Fatal(err)
		}
		if err := person.press(t.Context(), "Access keys"); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(home, ".aws", "config"), []byte(person.textOf("sso-profile")))
		works := func(token string) {
			t.Helper()
			arn, err := use(t, h, home, "DeveloperAccess-"+account)
			if err != nil || !strings.Contains(arn, ":"+account+":assumed-role/AWSReservedSSO_DeveloperAccess_") || !strings.HasSuffix(arn, "/chitra") {
				t.Errorf("with %s the caller is %q, %v", token, arn, err)
			}
		}

		client, cached := h.cacheToken(t, home)
		works("a token")
		yesterday := cached
		yesterday.AccessToken, yesterday.ExpiresAt = "aoa of yesterday", time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
		yesterday.keep(t, home)
		works("a token that has expired")
		refreshed := keptToken(t, home)
		if refreshed.AccessToken == yesterday.AccessToken || refreshed.RefreshToken == cached.RefreshToken || time.Until(refreshed.ExpiresAt) < 50*time.Minute {
			t.Errorf("the SDK did not refresh the token: it has until %s", refreshed.ExpiresAt)
		}
		if _, err := client.refresh(t, &refreshed.RefreshToken); err != nil {
			t.Errorf("the refresh token that the SDK keeps is worth nothing: %v", err)
		}
	}
}

// cacheToken signs chitra in, as aws sso login would.
func (h *house) cacheToken(t *testing.T, home string) (registered, cachedToken) {
	t.Helper()
	client, token := h.signedIn(t, "chitra")
	soon := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	cached := cachedToken{
		StartURL: h.StartURL, Region: "us-east-1", AccessToken: *token.AccessToken, ExpiresAt: soon,
		ClientID: *client.id, ClientSecret: *client.secret, RegistrationExpiresAt: soon, RefreshToken: *token.RefreshToken,
	}
	cached.keep(t, home)
	return client, cached
}

// tokenFile is where clients look for the token of the session foyer.
func tokenFile(home string) string {
	name := sha1.Sum([]byte("foyer"))
	return filepath.Join(home, ".aws", "sso", "cache", hex.EncodeToString(name[:])+".json")
}

func (c cachedToken) keep(t *testing.T, home string) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	write(t, tokenFile(home), text)
}

func keptToken(t *testing.T, home string) (kept cachedToken) {
	t.Helper()
	text, err := os.ReadFile(tokenFile(home))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	return kept
}

// inGo uses a profile by the AWS SDK for Go.
func inGo(t *testing.T, _ *house, home, profile string) (string, error) {
	t.Setenv("HOME", home)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
		_ = os.Unsetenv(name) // Setenv above has it put back; the SDK tells empty from absent
	}
	loaded, err := config.LoadDefaultConfig(t.Context(), config.WithSharedConfigProfile(profile),
		config.WithSharedConfigFiles([]string{filepath.Join(home, ".aws", "config")}), config.WithSharedCredentialsFiles([]string{}))
	if err != nil {
		return "", err
	}
	who, err := sts.NewFromConfig(loaded).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		return "", err
	}
	return *who.Arn, nil
}

// inJavaScript uses a profile by the AWS SDK for JavaScript, in Node.
func inJavaScript(t *testing.T, _ *house, home, profile string) (string, error) {
	requirePart(t, sdks+"node_modules/@aws-sdk/client-sts")
	return runSDK(t, home, profile, "node", sdks+"who.mjs")
}

// inPython uses a profile by the AWS SDK for Python. Debian's is of the time
// before SDKs read endpoints from profiles, so it is told as old clients are.
func inPython(t *testing.T, h *house, home, profile string) (string, error) {
	requirePart(t, "/usr/lib/python3/dist-packages/boto3")
	if err := pointCLI(home, h.Endpoint); err != nil {
		t.Fatal(err)
	}
	return runSDK(t, home, profile, python, sdks+"who.py", h.Endpoint)
}

// sdks are the programs of the SDKs that are not for Go.
const sdks = "../../testdata/sdks/"

// runSDK runs a program of an SDK, and answers what it prints.
func runSDK(t *testing.T, home, profile, program string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "AWS_PROFILE=" + profile, "AWS_EC2_METADATA_DISABLED=true"}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, &stderr)
	}
	return strings.TrimSpace(string(out)), nil
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
