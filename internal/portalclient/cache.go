package portalclient

import (
	"crypto/sha1" // names of files, as the AWS CLI makes them
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"foyer/internal/secret"
)

// Cache is the directory ~/.aws, in which the AWS CLI and the SDKs keep tokens
// (sso/cache) and the AWS CLI credentials (cli/cache). Files are written in one
// step and readable by their owner alone.
type Cache string

// maxCached bounds the files of the cache that are read, in bytes.
const maxCached = 1 << 20

// cachedToken is the file of a session's token.
type cachedToken struct {
	StartURL              string   `json:"startUrl"`
	Region                string   `json:"region"`
	AccessToken           string   `json:"accessToken"`
	ExpiresAt             instant  `json:"expiresAt"`
	ClientID              string   `json:"clientId,omitempty"`
	ClientSecret          string   `json:"clientSecret,omitempty"`
	RegistrationExpiresAt *instant `json:"registrationExpiresAt,omitempty"`
	RefreshToken          string   `json:"refreshToken,omitempty"`
}

// received takes over what a server answered to a request for a token.
func (t *cachedToken) received(out *ssooidc.CreateTokenOutput, now time.Time) {
	t.AccessToken, t.ExpiresAt = aws.ToString(out.AccessToken), instant{now.Add(time.Duration(out.ExpiresIn) * time.Second)}
	t.RefreshToken = aws.ToString(out.RefreshToken)
}

// instant is a time as the AWS CLI writes it, in whole seconds of UTC. Others
// write fractions, and old versions "UTC" for Z.
type instant struct{ time.Time }

func (i instant) MarshalJSON() ([]byte, error) {
	return json.Marshal(i.UTC().Format("2006-01-02T15:04:05Z"))
}

func (i *instant) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	t, err := time.Parse(time.RFC3339, strings.Replace(s, "UTC", "Z", 1))
	*i = instant{t}
	return err
}

type cachedCredentials struct {
	ProviderType string
	Credentials  struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string
		Expiration      instant
		AccountID       string `json:"AccountId"`
	}
}

const providerType = "sso"

func named(key string) string {
	sum := sha1.Sum([]byte(key))
	return hex.EncodeToString(sum[:]) + ".json"
}

func (c Cache) tokenFile(session string) string {
	return filepath.Join(string(c), "sso", "cache", named(session))
}

func (c Cache) credentialsFile(session, account, role string) (string, error) {
	key, err := json.Marshal(struct { // the keys of the AWS CLI, sorted as it does
		Account string `json:"accountId"`
		Role    string `json:"roleName"`
		Session string `json:"sessionName"`
	}{account, role, session})
	return filepath.Join(string(c), "cli", "cache", named(string(key))), err
}

// token is what is kept of a session; a zero one when nothing is, or nothing
// that can be read: then somebody signs in again.
func (c Cache) token(session string) (cachedToken, error) {
	var t cachedToken
	text, err := read(c.tokenFile(session))
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	if json.Unmarshal(text, &t) != nil {
		t = cachedToken{}
	}
	return t, nil
}

func (c Cache) putToken(session string, t cachedToken) error {
	return write(c.tokenFile(session), t)
}

func (c Cache) credentials(session, account, role string) (Credentials, bool) {
	file, err := c.credentialsFile(session, account, role)
	if err != nil {
		return Credentials{}, false
	}
	text, err := read(file)
	var kept cachedCredentials
	if err != nil || json.Unmarshal(text, &kept) != nil || kept.ProviderType != providerType || kept.Credentials.AccessKeyID == "" {
		return Credentials{}, false
	}
	k := kept.Credentials
	return Credentials{k.AccessKeyID, secret.New(k.SecretAccessKey), secret.New(k.SessionToken), k.Expiration.Time}, true
}

func (c Cache) putCredentials(session, account, role string, fresh Credentials) error {
	file, err := c.credentialsFile(session, account, role)
	if err != nil {
		return err
	}
	kept := cachedCredentials{ProviderType: providerType}
	k := &kept.Credentials
	k.AccessKeyID, k.SecretAccessKey, k.SessionToken = fresh.AccessKeyID, fresh.SecretAccessKey.Reveal(), fresh.SessionToken.Reveal()
	k.Expiration, k.AccountID = instant{fresh.Expires}, account
	return write(file, kept)
}

// forget removes a session's token, and every credentials that a session gave:
// their files do not say which one.
func (c Cache) forget(session string) error {
	var failures []error
	if err := os.Remove(c.tokenFile(session)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		failures = append(failures, err)
	}
	files, err := filepath.Glob(filepath.Join(string(c), "cli", "cache", "*.json"))
	failures = append(failures, err)
	for _, file := range files {
		var kept cachedCredentials
		text, err := read(file)
		if err != nil || json.Unmarshal(text, &kept) != nil || kept.ProviderType != providerType {
			continue
		}
		failures = append(failures, os.Remove(file))
	}
	return errors.Join(failures...)
}

func read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxCached {
		return nil, fmt.Errorf("%s is too large", file)
	}
	return os.ReadFile(file)
}

func write(file string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(file, append(text, '\n'), 0o600)
}

// WriteFile puts text at path in one step: a reader sees all of it or what was
// there before. A path that is a link stays one. The directories above are made
// for their owner alone.
func WriteFile(path string, text []byte, mode fs.FileMode) error {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".foyer-*")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Chmod(mode), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
