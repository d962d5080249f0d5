package foyer

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/mail"
	"foyer/internal/mfa"
	"foyer/internal/oidc"
	"foyer/internal/organizations"
	"foyer/internal/quota"
	"foyer/internal/seal"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/smtp"
)

// Bootstrap says what a fresh server holds.
type Bootstrap string

const (
	// BootstrapOrganization is an organization with all features, its
	// management account, and an enabled organization instance.
	BootstrapOrganization Bootstrap = "organization"
	// BootstrapAccount is one standalone account with its root keys.
	BootstrapAccount Bootstrap = "account"
)

// Config is everything that can be set. The zero Config, through Normalize, is
// a safe Foyer on localhost that keeps its state in ./foyer-data.
type Config struct {
	Listen        string        // address to listen on; "" means 127.0.0.1:8420, port 0 picks one
	PublicURL     string        // how people reach the server, scheme://host[:port]; "" means http(s)://localhost:<port>
	TLSCert       string        // PEM file of the certificate chain; "" serves plain HTTP
	TLSKey        string        // PEM file of the certificate's key
	Region        string        // home region; "" means us-east-1
	Data          string        // directory of the SQLite store; "" means ./foyer-data
	DatabaseURL   secret.Text   // postgres://…; excludes Data and Ephemeral
	Ephemeral     bool          // keep everything in memory
	MasterKey     secret.Text   // base64 of 32 bytes; "" means a key file in Data, made at first start
	Bootstrap     Bootstrap     // "" means organization
	Demo          bool          // seed the demo organisation at first start
	ReadyFile     string        // written, atomically, when the server answers
	LogLevel      string        // debug, info, warn, error; "" means info
	LogFormat     string        // text or json; "" means text
	TrustedProxy  []string      // networks whose X-Forwarded-For is believed, as CIDR
	IssuerNetwork []string      // networks that are not public and may be asked for the keys of OpenID Connect issuers, as CIDR
	RequestTime   time.Duration // bound of one request; 0 means 30s
	ShutdownGrace time.Duration // how long open requests may take at a stop; 0 means 15s
	DriftSweep    time.Duration // how long between two looks for drift; 0 means 6h, less than 0 never

	SessionDuration time.Duration   // of new portal sessions, 15 minutes to 90 days; 0 means 8 hours
	MFA             mfa.Settings    // until somebody changes them; empty values are AWS's of a new instance, and in the demo nobody needs a device
	DeviceFlow      oidc.DeviceFlow // whether people may be asked by device authorization; "" means on
	VerifyEmail     bool            // people whose address is not verified do that at their sign-in
	SMTP            mail.Server     // posts letters; without an Address none are posted
	Audit           AuditStreams    // carry events away as they happen

	AccountLeaveAfter time.Duration // how long an account made in an organization stays in it; 0 means AWS's four days
	// Quotas bound how much there may be, IAMQuotas in each account; the zero ones
	// are AWS's. SetQuotas are changes to them and to OrganizationLimits, name=number or name=unlimited.
	Quotas             quota.Quotas
	IAMQuotas          quota.IAM
	OrganizationLimits organizations.Limits
	SetQuotas          []string
	// AWSThrottles has calls answered as AWS does that are more than 20 in a
	// second, and assignments that are more than 10 at a time or on their way to
	// the same role.
	AWSThrottles bool

	// Values that are fixed at first start; empty ones are random.
	ManagementAccountID string
	RootAccessKeyID     string
	RootSecretAccessKey secret.Text
	InstanceID          string // ssoins-…
	IdentityStoreID     string // d-… or a UUID
	ContactInformation  string // of the management account, as JSON with AWS's member names; "" means none
}

// Normalize fills in defaults and reports every mistake at once.
func (c Config) Normalize() (Config, error) {
	c.Listen = or(c.Listen, "127.0.0.1:8420")
	c.Region = or(c.Region, "us-east-1")
	c.LogLevel = or(c.LogLevel, "info")
	c.LogFormat = or(c.LogFormat, "text")
	c.Bootstrap = or(c.Bootstrap, BootstrapOrganization)
	c.RequestTime = or(c.RequestTime, 30*time.Second)
	c.ShutdownGrace = or(c.ShutdownGrace, 15*time.Second)
	c.SessionDuration = or(c.SessionDuration, session.DefaultLifetime)
	c.DeviceFlow = or(c.DeviceFlow, oidc.DeviceFlowOn)
	c.SMTP.Security = or(c.SMTP.Security, mail.StartTLS)
	c.DriftSweep = or(c.DriftSweep, 6*time.Hour)
	c.MFA = c.mfaSettings()
	c.InstanceID = strings.TrimPrefix(c.InstanceID, "arn:aws:sso:::instance/")
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	err := errors.Join(c.checkNetwork(), c.checkStore(), c.checkFixed(), c.checkChoices(), c.checkSignIn(), c.Audit.check(), parseQuotas(c.SetQuotas, &c.Quotas, &c.IAMQuotas, &c.OrganizationLimits))
	if c.Data == "" && c.DatabaseURL.Empty() && !c.Ephemeral {
		c.Data = "foyer-data"
	}
	return c, err
}

func or[T comparable](value, fallback T) T {
	var none T
	if value == none {
		return fallback
	}
	return value
}

func (c Config) checkNetwork() error {
	var mistakes []error
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		mistakes = append(mistakes, fmt.Errorf("listen %q: want host:port", c.Listen))
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" {
			mistakes = append(mistakes, fmt.Errorf("public-url %q: want http(s)://host[:port] without a path", c.PublicURL))
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		mistakes = append(mistakes, errors.New("tls-cert and tls-key go together"))
	}
	for _, p := range c.TrustedProxy {
		if _, err := netip.ParsePrefix(p); err != nil {
			mistakes = append(mistakes, fmt.Errorf("trusted-proxy %q: want a network such as 10.0.0.0/8", p))
		}
	}
	for _, p := range c.IssuerNetwork {
		if _, err := netip.ParsePrefix(p); err != nil {
			mistakes = append(mistakes, fmt.Errorf("issuer-network %q: want a network such as 10.0.0.0/8", p))
		}
	}
	return errors.Join(mistakes...)
}

func (c Config) checkStore() error {
	var mistakes []error
	homes := 0
	for _, set := range []bool{c.Data != "", !c.DatabaseURL.Empty(), c.Ephemeral} {
		if set {
			homes++
		}
	}
	if homes > 1 {
		mistakes = append(mistakes, errors.New("choose one of data, database-url and ephemeral"))
	}
	if !c.DatabaseURL.Empty() {
		if u := c.DatabaseURL.Reveal(); !strings.HasPrefix(u, "postgres://") && !strings.HasPrefix(u, "postgresql://") {
			mistakes = append(mistakes, errors.New("database-url: want postgres://…"))
		}
		if c.MasterKey.Empty() {
			mistakes = append(mistakes, errors.New("master-key: needed with database-url, so that every node opens the same secrets (openssl rand -base64 32)"))
		}
	}
	if !c.MasterKey.Empty() {
		if raw, err := base64.StdEncoding.DecodeString(c.MasterKey.Reveal()); err != nil || len(raw) != seal.KeySize {
			mistakes = append(mistakes, fmt.Errorf("master-key: want base64 of %d bytes", seal.KeySize))
		}
	}
	return errors.Join(mistakes...)
}

var (
	// The models' patterns for instance and identity store ids.
	instanceID      = regexp.MustCompile(`^(sso)?ins-[a-zA-Z0-9-.]{16}$`)
	identityStoreID = regexp.MustCompile(`^d-[0-9a-f]{10}$|^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

func (c Config) checkFixed() error {
	var mistakes []error
	if id := c.ManagementAccountID; id != "" && !arn.AccountID(id).Valid() {
		mistakes = append(mistakes, fmt.Errorf("management-account-id %q: want twelve digits", id))
	}
	if (c.RootAccessKeyID == "") != c.RootSecretAccessKey.Empty() {
		mistakes = append(mistakes, errors.New("root-access-key-id and root-secret-access-key go together"))
	}
	if c.InstanceID != "" && !instanceID.MatchString(c.InstanceID) {
		mistakes = append(mistakes, fmt.Errorf("instance-id %q: want ssoins- and 16 letters, digits, dots or dashes", c.InstanceID))
	}
	if c.IdentityStoreID != "" && !identityStoreID.MatchString(c.IdentityStoreID) {
		mistakes = append(mistakes, fmt.Errorf("identity-store-id %q: want d- and 10 hex digits, or a UUID", c.IdentityStoreID))
	}
	if c.ContactInformation != "" {
		if _, err := organizations.ParseContact(c.ContactInformation); err != nil {
			mistakes = append(mistakes, fmt.Errorf("contact-information: %w", err))
		}
	}
	if c.AccountLeaveAfter < 0 {
		mistakes = append(mistakes, fmt.Errorf("account-leave-after %s: want no negative time", c.AccountLeaveAfter))
	}
	return errors.Join(mistakes...)
}

func (c Config) checkChoices() error {
	var mistakes []error
	for _, choice := range []struct {
		name, value string
		among       []string
	}{
		{"log-level", c.LogLevel, []string{"debug", "info", "warn", "error"}},
		{"log-format", c.LogFormat, []string{"text", "json"}},
		{"smtp-security", string(c.SMTP.Security), []string{string(mail.StartTLS), string(mail.TLS), string(mail.Plain)}},
		{"device-flow", string(c.DeviceFlow), []string{string(oidc.DeviceFlowOn), string(oidc.DeviceFlowSameAddress), string(oidc.DeviceFlowOff)}},
		{"bootstrap", string(c.Bootstrap), []string{string(BootstrapOrganization), string(BootstrapAccount)}},
	} {
		if !slices.Contains(choice.among, choice.value) {
			mistakes = append(mistakes, fmt.Errorf("%s %q: want one of %s", choice.name, choice.value, strings.Join(choice.among, ", ")))
		}
	}
	if c.Demo && c.Bootstrap == BootstrapAccount {
		mistakes = append(mistakes, errors.New("demo needs bootstrap organization"))
	}
	return errors.Join(mistakes...)
}

// mfaSettings fills in what nobody set.
func (c Config) mfaSettings() mfa.Settings {
	usual := mfa.DefaultSettings()
	if c.Demo {
		usual.Unregistered = mfa.Allow
	}
	usual.Mode = or(c.MFA.Mode, usual.Mode)
	usual.Unregistered = or(c.MFA.Unregistered, usual.Unregistered)
	return usual
}

func (c Config) checkSignIn() error {
	var mistakes []error
	if err := c.MFA.Validate(); err != nil {
		mistakes = append(mistakes, fmt.Errorf("mfa-mode, mfa-without-device: %w", err))
	}
	if c.MFA.Unregistered == mfa.EmailCode && c.SMTP.Address == "" && !c.Demo {
		mistakes = append(mistakes, errors.New("mfa-without-device email needs smtp-server"))
	}
	if d := c.SessionDuration; d < session.ShortestLifetime || d > session.LongestLifetime {
		mistakes = append(mistakes, fmt.Errorf("session-duration %s: want 15m to 2160h (90 days)", d))
	}
	m := c.SMTP
	if c.VerifyEmail && m.Address == "" && !c.Demo {
		mistakes = append(mistakes, errors.New("verify-email needs smtp-server"))
	}
	if m.Address == "" && (m.User != "" || !m.Password.Empty() || m.From != "") {
		mistakes = append(mistakes, errors.New("smtp-user, smtp-password and smtp-from need smtp-server"))
	}
	if m.Address != "" {
		if _, err := smtp.New(m); err != nil {
			mistakes = append(mistakes, fmt.Errorf("smtp-server, smtp-from: %w", err))
		}
	}
	if m.Security == mail.Plain && m.User != "" {
		mistakes = append(mistakes, errors.New("smtp-security none: a password is not sent in clear"))
	}
	return errors.Join(mistakes...)
}
