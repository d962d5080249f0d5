package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/arn"
	"foyer/internal/awsconfig"
	"foyer/internal/portalclient"
)

const (
	usualSession = "foyer"
	usualRegion  = "us-east-1"
)

const sessionHelp = `Sessions are those of the AWS CLI and SDKs: the section [sso-session NAME] of
~/.aws/config says where to sign in, [services NAME] where the server is, unless
AWS_ENDPOINT_URL_SSO_OIDC or AWS_ENDPOINT_URL does, and tokens are kept in
~/.aws/sso/cache. Whoever signs in with foyer is signed in for aws, and the other
way round.`

// desk is this computer, as people who sign in from it have it: their files,
// their environment, and the name of the session they mean.
type desk struct{ session string }

func (d *desk) defineFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.session, "session", usualSession, "name of the session: its [sso-session] in ~/.aws/config")
	_ = cmd.RegisterFlagCompletionFunc("session", completeSessions) // fails for what is registered twice
}

func awsDirectory() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".aws"), err
}

// configFile is the path of the AWS configuration.
func configFile() (string, error) {
	if path := os.Getenv("AWS_CONFIG_FILE"); path != "" {
		return path, nil
	}
	dir, err := awsDirectory()
	return filepath.Join(dir, "config"), err
}

// readConfig reads the AWS configuration; one that is missing is empty.
func readConfig() (path string, f awsconfig.File, err error) {
	if path, err = configFile(); err != nil {
		return "", f, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, f, nil
	}
	if err != nil {
		return "", f, err
	}
	if info.Size() > awsconfig.MaxSize {
		return "", f, awsconfig.ErrTooLarge
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", f, err
	}
	f, err = awsconfig.Parse(string(text))
	return path, f, err
}

// writeConfig writes the AWS configuration, with the permissions it has.
func writeConfig(path string, f awsconfig.File) error {
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return portalclient.WriteFile(path, []byte(f.String()), mode)
}

// endpointSet is the endpoint that the environment names; "" for none.
func endpointSet() string {
	return cmp.Or(os.Getenv("AWS_ENDPOINT_URL_SSO_OIDC"), os.Getenv("AWS_ENDPOINT_URL"))
}

// open returns a client of the desk's session.
func (d *desk) open() (*portalclient.Client, error) {
	_, config, err := readConfig()
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	session, ok := config.SessionNamed(d.session)
	if !ok {
		return nil, exitError{exitUsage, fmt.Errorf("there is no [sso-session %s] in your AWS configuration: foyer login ENDPOINT", d.session)}
	}
	session.Endpoint = cmp.Or(endpointSet(), session.Endpoint)
	return newClient(session)
}

func newClient(session awsconfig.Session) (*portalclient.Client, error) {
	if session.Endpoint == "" {
		return nil, exitError{exitUsage, fmt.Errorf("no server: foyer login ENDPOINT, or endpoint_url for sso and sso_oidc in [services %s]", session.Name)}
	}
	endpoint, err := portalclient.CheckEndpoint(session.Endpoint)
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	session.Endpoint, session.Region = endpoint, cmp.Or(session.Region, usualRegion)
	dir, err := awsDirectory()
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	client, err := httpClient(os.Getenv("AWS_CA_BUNDLE"))
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	return &portalclient.Client{Session: session, Cache: portalclient.Cache(dir), HTTP: client, Now: time.Now}, nil
}

// httpClient trusts, beside what the system trusts, the authorities of a bundle;
// "" for none.
func httpClient(bundle string) (*http.Client, error) {
	client := &http.Client{Timeout: callTime}
	if bundle == "" {
		return client, nil
	}
	text, err := os.ReadFile(bundle)
	if err != nil {
		return nil, fmt.Errorf("AWS_CA_BUNDLE: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("AWS_CA_BUNDLE: %s holds no certificate", bundle)
	}
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		transport = &http.Transport{}
	}
	transport = transport.Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	client.Transport = transport
	return client, nil
}

// found is the id of an account that a person names by its id or its name.
func found(ctx context.Context, client *portalclient.Client, account string) (string, error) {
	if arn.AccountID(account).Valid() {
		return account, nil
	}
	all, err := client.Accounts(ctx)
	if err != nil {
		return "", err
	}
	var ids []string
	for _, a := range all {
		if strings.EqualFold(a.Name, account) {
			ids = append(ids, a.ID)
		}
	}
	switch len(ids) {
	case 1:
		return ids[0], nil
	case 0:
		return "", fmt.Errorf("you have no account %q: foyer accounts lists yours", account)
	default:
		return "", fmt.Errorf("%d of your accounts are called %q: name one by its id: %s", len(ids), account, strings.Join(ids, ", "))
	}
}

// told is err with what to do about it.
func (d *desk) told(err error) error {
	if errors.Is(err, portalclient.ErrSignedOut) {
		command := "foyer login"
		if d.session != usualSession {
			command += " --session " + d.session
		}
		err = fmt.Errorf("%w: %s", err, command)
	}
	return failed(err)
}
