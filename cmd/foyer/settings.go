package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"foyer"
	"foyer/internal/mail"
	"foyer/internal/mfa"
	"foyer/internal/oidc"
	"foyer/internal/secret"
)

// setting is one thing that can be set: as the flag --name, the environment
// variable FOYER_NAME and the file key name.
type setting struct {
	name  string
	usage string
	set   func(c *foyer.Config, k *koanf.Koanf, name string)
	kind  kind
}

type kind uint8

const (
	text kind = iota
	boolean
	list
	duration
)

func textTo(field func(*foyer.Config) *string) func(*foyer.Config, *koanf.Koanf, string) {
	return func(c *foyer.Config, k *koanf.Koanf, name string) { *field(c) = k.String(name) }
}

func secretTo(field func(*foyer.Config) *secret.Text) func(*foyer.Config, *koanf.Koanf, string) {
	return func(c *foyer.Config, k *koanf.Koanf, name string) { *field(c) = secret.New(k.String(name)) }
}

func durationTo(field func(*foyer.Config) *time.Duration) func(*foyer.Config, *koanf.Koanf, string) {
	return func(c *foyer.Config, k *koanf.Koanf, name string) { *field(c) = k.Duration(name) }
}

var settings = []setting{
	{"listen", "address to listen on; port 0 picks one (default 127.0.0.1:8420)", textTo(func(c *foyer.Config) *string { return &c.Listen }), text},
	{"public-url", "how people reach the server: http(s)://host[:port]", textTo(func(c *foyer.Config) *string { return &c.PublicURL }), text},
	{"tls-cert", "PEM file of the certificate chain; serves HTTPS", textTo(func(c *foyer.Config) *string { return &c.TLSCert }), text},
	{"tls-key", "PEM file of the certificate's key", textTo(func(c *foyer.Config) *string { return &c.TLSKey }), text},
	{"region", "home region (default us-east-1)", textTo(func(c *foyer.Config) *string { return &c.Region }), text},
	{"data", "directory that holds the SQLite store and its key (default ./foyer-data)", textTo(func(c *foyer.Config) *string { return &c.Data }), text},
	{"database-url", "keep state in PostgreSQL: postgres://…", secretTo(func(c *foyer.Config) *secret.Text { return &c.DatabaseURL }), text},
	{"ephemeral", "keep everything in memory", func(c *foyer.Config, k *koanf.Koanf, n string) { c.Ephemeral = k.Bool(n) }, boolean},
	{"master-key", "base64 of the 32-byte key that seals secrets in the store", secretTo(func(c *foyer.Config) *secret.Text { return &c.MasterKey }), text},
	{"bootstrap", "what a fresh server holds: organization (default) or account", func(c *foyer.Config, k *koanf.Koanf, n string) { c.Bootstrap = foyer.Bootstrap(k.String(n)) }, text},
	{"demo", "seed the demo organisation at first start", func(c *foyer.Config, k *koanf.Koanf, n string) { c.Demo = k.Bool(n) }, boolean},
	{"ready-file", "write a JSON file, atomically, when the server answers", textTo(func(c *foyer.Config) *string { return &c.ReadyFile }), text},
	{"log-level", "debug, info (default), warn or error", textTo(func(c *foyer.Config) *string { return &c.LogLevel }), text},
	{"log-format", "text (default) or json", textTo(func(c *foyer.Config) *string { return &c.LogFormat }), text},
	{"trusted-proxy", "network whose X-Forwarded-For is believed; may be repeated", func(c *foyer.Config, k *koanf.Koanf, n string) { c.TrustedProxy = k.Strings(n) }, list},
	{"issuer-network", "network that is not public and may be asked for the keys of OpenID Connect issuers; may be repeated", func(c *foyer.Config, k *koanf.Koanf, n string) { c.IssuerNetwork = k.Strings(n) }, list},
	{"request-timeout", "bound of one request (default 30s)", durationTo(func(c *foyer.Config) *time.Duration { return &c.RequestTime }), duration},
	{"shutdown-grace", "how long open requests may take at a stop (default 15s)", durationTo(func(c *foyer.Config) *time.Duration { return &c.ShutdownGrace }), duration},
	{"session-duration", "how long a portal session lasts, 15m to 2160h (default 8h)", durationTo(func(c *foyer.Config) *time.Duration { return &c.SessionDuration }), duration},
	{"device-flow", "sign-in of devices by a code that people approve: on (default), same-address (only from the network of the person's browser) or off", func(c *foyer.Config, k *koanf.Koanf, n string) { c.DeviceFlow = oidc.DeviceFlow(k.String(n)) }, text},
	{"verify-email", "have people verify their e-mail address at their sign-in", func(c *foyer.Config, k *koanf.Koanf, n string) { c.VerifyEmail = k.Bool(n) }, boolean},
	{"mfa-mode", "when people are asked for a second proof, until it is changed: context-aware (default), always-on or never", func(c *foyer.Config, k *koanf.Koanf, n string) { c.MFA.Mode = mfa.Mode(word(mfaModes, k.String(n))) }, text},
	{"mfa-without-device", "what happens to who has no MFA device, until it is changed: register (default), email, block or allow", func(c *foyer.Config, k *koanf.Koanf, n string) {
		c.MFA.Unregistered = mfa.Unregistered(word(withoutDevice, k.String(n)))
	}, text},
	{"smtp-server", "mail server that posts letters: host:port", textTo(func(c *foyer.Config) *string { return &c.SMTP.Address }), text},
	{"smtp-security", "starttls (default), tls, or none for a relay on this machine", func(c *foyer.Config, k *koanf.Koanf, n string) { c.SMTP.Security = mail.Security(k.String(n)) }, text},
	{"smtp-user", "user at the mail server; none sends without authentication", textTo(func(c *foyer.Config) *string { return &c.SMTP.User }), text},
	{"smtp-password", "password at the mail server", secretTo(func(c *foyer.Config) *secret.Text { return &c.SMTP.Password }), text},
	{"smtp-from", "sender of letters: an address, or Name <address>", textTo(func(c *foyer.Config) *string { return &c.SMTP.From }), text},
	{"drift-sweep", "how long between two looks for roles that differ from what they should be, which repair them (default 6h; -1s never)", durationTo(func(c *foyer.Config) *time.Duration { return &c.DriftSweep }), duration},
	{"audit-stdout", "write every audit event to standard output, a line of JSON each", func(c *foyer.Config, k *koanf.Koanf, n string) { c.Audit.Stdout = k.Bool(n) }, boolean},
	{"audit-file", "append every audit event to this file, a line of JSON each", textTo(func(c *foyer.Config) *string { return &c.Audit.File }), text},
	{"audit-webhook", "post every audit event to this https:// URL", textTo(func(c *foyer.Config) *string { return &c.Audit.Webhook }), text},
	{"audit-webhook-secret", "signs what is posted: whsec_ and base64, or any text of 16 bytes at least", secretTo(func(c *foyer.Config) *secret.Text { return &c.Audit.WebhookSecret }), text},
	{"account-leave-after", "how long an account made in an organization stays before it can leave it (default 96h, as at AWS)", durationTo(func(c *foyer.Config) *time.Duration { return &c.AccountLeaveAfter }), duration},
	{"contact-information", "the management account's contact as JSON, given at first start: FullName, AddressLine1, City, PostalCode, CountryCode, PhoneNumber …", textTo(func(c *foyer.Config) *string { return &c.ContactInformation }), text},
	{"quota", "a quota other than AWS's: name=number or name=unlimited; may be repeated", func(c *foyer.Config, k *koanf.Koanf, n string) { c.SetQuotas = k.Strings(n) }, list},
	{"aws-throttles", "refuse, as AWS does, more than 20 calls in a second and more than 10 assignments at a time", func(c *foyer.Config, k *koanf.Koanf, n string) { c.AWSThrottles = k.Bool(n) }, boolean},
	{"management-account-id", "fixed at first start; otherwise random", textTo(func(c *foyer.Config) *string { return &c.ManagementAccountID }), text},
	{"root-access-key-id", "fixed at first start; otherwise random", textTo(func(c *foyer.Config) *string { return &c.RootAccessKeyID }), text},
	{"root-secret-access-key", "fixed at first start; otherwise random and shown once", secretTo(func(c *foyer.Config) *secret.Text { return &c.RootSecretAccessKey }), text},
	{"instance-id", "ssoins-…, fixed at first start; otherwise random", textTo(func(c *foyer.Config) *string { return &c.InstanceID }), text},
	{"identity-store-id", "d-… or a UUID, fixed at first start; otherwise random", textTo(func(c *foyer.Config) *string { return &c.IdentityStoreID }), text},
}

// defineFlags declares every setting on flags, and --config.
func defineFlags(flags *pflag.FlagSet) {
	flags.String("config", "", "YAML file of settings, by the names of these flags")
	for _, s := range settings {
		switch s.kind {
		case text:
			flags.String(s.name, "", s.usage)
		case boolean:
			flags.Bool(s.name, false, s.usage)
		case list:
			flags.StringSlice(s.name, nil, s.usage)
		case duration:
			flags.Duration(s.name, 0, s.usage)
		}
	}
}

// loadConfig reads the file, the environment and the flags, in growing
// precedence. A file key or FOYER_ variable that is no setting is a mistake.
func loadConfig(flags *pflag.FlagSet, environ []string) (foyer.Config, error) {
	k := koanf.New("\x00") // no key holds this delimiter: keys are flat
	path, err := flags.GetString("config")
	if err != nil {
		return foyer.Config{}, err
	}
	if path != "" {
		if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
			return foyer.Config{}, fmt.Errorf("config file: %w", err)
		}
	}
	err = k.Load(env.Provider("\x00", env.Opt{
		Prefix:      "FOYER_",
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, "FOYER_")), "_", "-"), fromEnvironment(name, value)
		},
	}), nil)
	if err != nil {
		return foyer.Config{}, fmt.Errorf("environment: %w", err)
	}
	if err := errors.Join(unknownKeys(k.Keys()), wrongValues(k)); err != nil {
		return foyer.Config{}, err
	}
	if err := k.Load(posflag.Provider(flags, "\x00", k), nil); err != nil {
		return foyer.Config{}, fmt.Errorf("flags: %w", err)
	}
	var c foyer.Config
	for _, s := range settings {
		s.set(&c, k, s.name)
	}
	return c, nil
}

// fromEnvironment splits the variables of list settings at commas.
func fromEnvironment(name, value string) any {
	if name == "FOYER_TRUSTED_PROXY" || name == "FOYER_ISSUER_NETWORK" || name == "FOYER_QUOTA" {
		return strings.Split(value, ",")
	}
	return value
}

func unknownKeys(keys []string) error {
	var mistakes []error
	for _, key := range keys {
		if !slices.ContainsFunc(settings, func(s setting) bool { return s.name == key }) {
			mistakes = append(mistakes, fmt.Errorf("%q is no setting: see foyer serve --help", key))
		}
	}
	return errors.Join(mistakes...)
}

// wrongValues are the values of variables and of the file that are not of their
// setting's kind, which would be read as if they were not there. Flags are
// checked as they are parsed.
func wrongValues(k *koanf.Koanf) error {
	var mistakes []error
	for _, s := range settings {
		value := k.String(s.name)
		if value == "" {
			continue
		}
		var (
			err  error
			want string
		)
		switch s.kind {
		case boolean:
			_, err = strconv.ParseBool(value)
			want = "true or false"
		case duration:
			_, err = time.ParseDuration(value)
			want = "a time, such as 30s"
		case text, list:
		}
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s %q: want %s", s.name, value, want))
		}
	}
	return errors.Join(mistakes...)
}
