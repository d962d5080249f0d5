// Package mfa asks people for a second proof: a code of an authenticator app, a
// security key, or the device in front of them (WebAuthn). It holds their
// devices, the settings that say who is asked and when, and the browsers that
// are trusted for a while.
//
// A sign-in meets this package as one step ([Service.Step]), after the password.
// [Decide] says what the step wants of a person: nothing, a proof, to register
// a device, a code from their mail, or that they stay out. A passkey that
// verifies its holder stands in for the password and the second proof alike.
//
// Nothing is remembered between a question and its answer but on the server:
// a [Pending] is taken once, by whoever was asked.
package mfa

import (
	"context"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/seal"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// Kind is a kind of device, in the words of CloudTrail's CredentialType.
type Kind string

// The kinds.
const (
	TOTP     Kind = "TOTP"     // an authenticator app, RFC 6238
	WebAuthn Kind = "WEBAUTHN" // a security key, a built-in authenticator, a passkey
)

// How many devices a user may have, as on AWS.
const (
	MaxTOTP     = 2
	MaxWebAuthn = 6
	MaxDevices  = MaxTOTP + MaxWebAuthn
)

// Device is something that a user proves themselves with.
type Device struct {
	ID      string // a UUID; later devices sort behind earlier ones
	User    string // identity store user id
	Kind    Kind
	Name    string // 1 to 64 characters, unique among the user's, without regard to case
	Added   time.Time
	Used    time.Time // zero until the first sign-in with it
	Blocked bool      // seen to be copied: no proof of it counts until it is removed

	Seed string // of an app: sealed
	Step int64  // of an app: the time step whose code was accepted last
	Key  Key    // of WebAuthn
}

// Key is the credential that a WebAuthn device holds the private key of.
type Key struct {
	ID             []byte   `json:"id"`
	PublicKey      []byte   `json:"publicKey"` // COSE
	AAGUID         []byte   `json:"aaguid,omitempty"`
	Counter        uint32   `json:"counter,omitempty"` // of its signatures; 0 where it doesn't count
	Transports     []string `json:"transports,omitempty"`
	Attachment     string   `json:"attachment,omitempty"`     // platform, cross-platform
	Format         string   `json:"format,omitempty"`         // of its attestation
	Verified       bool     `json:"verified,omitempty"`       // the device has verified its holder
	BackupEligible bool     `json:"backupEligible,omitempty"` // may be copied between its holder's devices
	BackedUp       bool     `json:"backedUp,omitempty"`
	Discoverable   bool     `json:"discoverable,omitempty"` // is found without a user name
}

// Label tells people what kind of device d is.
func (d Device) Label() string {
	switch {
	case d.Kind == TOTP:
		return "Authenticator app"
	case d.Key.BackupEligible:
		return "Passkey"
	case d.Key.Attachment == "platform":
		return "Built-in authenticator"
	default:
		return "Security key"
	}
}

// maxName bounds a device's name, in characters.
const maxName = 64

// checkName returns a name without space around it, or an Invalid fault.
func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", fault.Newf(fault.Invalid, "The name of a device must have between 1 and %d characters.", maxName)
	}
	return name, nil
}

// Tx is what this package needs of one transaction.
type Tx interface {
	// MFASettings reads the settings of an identity store; false when nobody made any.
	MFASettings(ctx context.Context, store string) (Settings, bool, error)
	PutMFASettings(ctx context.Context, store string, s Settings) error

	MFADevices(ctx context.Context, user string) ([]Device, error) // by id, at most MaxDevices
	// MFADeviceByKey finds a device by the id of its WebAuthn credential.
	MFADeviceByKey(ctx context.Context, key []byte) (Device, bool, error)
	// PutMFADevice stores a new device, and reports false when its name or its
	// credential is taken.
	PutMFADevice(ctx context.Context, d Device) (bool, error)
	RenameMFADevice(ctx context.Context, d Device) error
	// UseMFADevice stores what a proof changes about a device, if nothing else
	// has changed it since it was read as was.
	UseMFADevice(ctx context.Context, was, is Device) (bool, error)
	DeleteMFADevice(ctx context.Context, user, id string) error

	PutMFAPending(ctx context.Context, p Pending) error // in place of another of its key
	MFAPending(ctx context.Context, key string) (Pending, bool, error)
	DeleteMFAPending(ctx context.Context, key string) (bool, error)

	PutMFATrust(ctx context.Context, t Trust) error
	MFATrust(ctx context.Context, hash, user, network string) (Trust, bool, error)
	KnownMFATrust(ctx context.Context, hash string) (bool, error) // whoever it is of
	DeleteMFATrustOf(ctx context.Context, user string) error

	MFAGuesses(ctx context.Context, key string) (Guesses, error)
	PutMFAGuesses(ctx context.Context, key string, g Guesses) error
	DeleteMFAGuesses(ctx context.Context, key string) error

	PutMFAPermit(ctx context.Context, user string, expires time.Time) error
	MFAPermit(ctx context.Context, user string) (expires time.Time, err error) // zero when there is none
	DeleteMFAPermit(ctx context.Context, user string) error

	// PurgeMFA removes up to limit rows of each kind that ran out before a time,
	// and answers the largest number.
	PurgeMFA(ctx context.Context, before time.Time, limit int) (int, error)
}

// SignIns are the sign-ins under way: see package signin.
type SignIns interface {
	Begin(ctx context.Context, userName, target string, from signin.Source) (signin.Workflow, secret.Text, error)
	Admit(ctx context.Context, w signin.Workflow) error
	Refuse(ctx context.Context, w signin.Workflow, credential signin.Credential) error
	Pass(ctx context.Context, w signin.Workflow, step string, credential signin.Credential, open signin.Open) (signin.Turn, error)
	Prove(ctx context.Context, w signin.Workflow, user signin.User, credential signin.Credential, open signin.Open) (signin.Turn, error)
}

// Service asks for second proofs. All fields are required but Post.
type Service struct {
	InTx func(context.Context, func(Tx) error) error
	View func(context.Context, func(Tx) error) error
	// Unit runs a function as one unit of work that InTx and Record join.
	Unit func(context.Context, func(context.Context) error) error
	Mint mint.Mint
	Now  func() time.Time
	Ring *seal.Keyring

	SignIns  SignIns
	UserByID func(ctx context.Context, id string) (signin.User, bool, error)
	// StoreID is the identity store whose settings hold.
	StoreID func(ctx context.Context) (string, error)
	// Initial are the settings until somebody changes them.
	Initial Settings
	// Record writes an audit event in the unit of work of its context.
	Record func(context.Context, Event) error
	// Organization is the name of whoever runs this: apps and letters show it.
	Organization func(context.Context) (string, error)
	// Portal is the URL at which people sign in, scheme://host[:port]. WebAuthn
	// credentials are bound to its host for good.
	Portal string
	// Post sends letters; nil where there is no mail server.
	Post signin.Post
}

// Actor is who changes a device, and from where.
type Actor struct {
	User      signin.User // whose device it is
	Session   string      // the portal session that acts; "" in a sign-in
	SourceIP  netip.Addr
	UserAgent string
	Required  bool // a sign-in demands a device
	// Administrator says that somebody else acts, by a call that is recorded.
	Administrator bool
}

// Event is something that happened to a user's devices, for the audit log.
type Event struct {
	Actor
	Name   string // of the CloudTrail event
	Device Device // what it is about; the zero Device when there is none yet
	Time   time.Time
}

// Forget removes what is known of a user who is deleted. Forgetting an unknown
// user is no error.
func (s *Service) Forget(ctx context.Context, user string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := s.removeAll(ctx, tx, user); err != nil {
			return err
		}
		return tx.DeleteMFAPermit(ctx, user)
	})
}

// Purge removes up to limit rows of each kind that ran out before a time, and
// answers the largest number.
func (s *Service) Purge(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		n, err = tx.PurgeMFA(ctx, before, limit)
		return err
	})
	return n, err
}
