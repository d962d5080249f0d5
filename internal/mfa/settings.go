package mfa

import (
	"context"
	"slices"

	"foyer/internal/fault"
)

// Mode says when people are asked for a second proof.
type Mode string

// The modes, as AWS's console words them.
const (
	ContextAware Mode = "CONTEXT_AWARE" // only when their sign-in context changes
	AlwaysOn     Mode = "ALWAYS_ON"     // every time they sign in
	Never        Mode = "DISABLED"
)

// Unregistered says what happens to a person who is asked and has no device.
type Unregistered string

// The behaviours.
const (
	Register  Unregistered = "ALLOWED_WITH_ENROLLMENT" // they register a device at sign-in
	EmailCode Unregistered = "EMAIL_OTP"               // they enter a code from their mail
	Block     Unregistered = "BLOCKED"                 // they can't sign in
	Allow     Unregistered = "ALLOWED"                 // they can sign in
)

// Settings are an instance's settings of MFA.
type Settings struct {
	Mode         Mode         `json:"mode"`
	Unregistered Unregistered `json:"unregistered"`
	Kinds        []Kind       `json:"kinds"`       // devices that count, one at least
	SelfManaged  bool         `json:"selfManaged"` // people add and remove their own devices
}

// DefaultSettings are AWS's of a new instance.
func DefaultSettings() Settings {
	return Settings{Mode: ContextAware, Unregistered: Register, Kinds: []Kind{TOTP, WebAuthn}, SelfManaged: true}
}

// Allows reports whether devices of a kind count.
func (s Settings) Allows(k Kind) bool { return slices.Contains(s.Kinds, k) }

// Validate returns an Invalid fault naming what is wrong with s.
func (s Settings) Validate() error {
	switch {
	case !slices.Contains([]Mode{ContextAware, AlwaysOn, Never}, s.Mode):
		return fault.Newf(fault.Invalid, "The MFA mode must be CONTEXT_AWARE, ALWAYS_ON or DISABLED.")
	case !slices.Contains([]Unregistered{Register, EmailCode, Block, Allow}, s.Unregistered):
		return fault.Newf(fault.Invalid, "The behavior without an MFA device must be ALLOWED_WITH_ENROLLMENT, EMAIL_OTP, BLOCKED or ALLOWED.")
	case len(s.Kinds) == 0 || slices.ContainsFunc(s.Kinds, func(k Kind) bool { return k != TOTP && k != WebAuthn }):
		return fault.Newf(fault.Invalid, "The MFA types must be TOTP, WEBAUTHN or both.")
	}
	return nil
}

// Settings returns the settings in force.
func (s *Service) Settings(ctx context.Context) (settings Settings, err error) {
	store, err := s.StoreID(ctx)
	if err != nil {
		return Settings{}, err
	}
	err = s.View(ctx, func(tx Tx) error {
		settings, err = s.settings(ctx, tx, store)
		return err
	})
	return settings, err
}

func (s *Service) settings(ctx context.Context, tx Tx, store string) (Settings, error) {
	settings, found, err := tx.MFASettings(ctx, store)
	if !found {
		settings = s.Initial
	}
	return settings, err
}

// PutSettings changes the settings, from the next sign-in on. It fails with an
// Invalid fault as [Settings.Validate] does.
func (s *Service) PutSettings(ctx context.Context, settings Settings) error {
	if err := settings.Validate(); err != nil {
		return err
	}
	if settings.Unregistered == EmailCode && s.Post == nil {
		return fault.Newf(fault.Conflict, "No mail server is configured, so no one-time password can be sent by e-mail.")
	}
	slices.Sort(settings.Kinds)
	settings.Kinds = slices.Compact(settings.Kinds)
	store, err := s.StoreID(ctx)
	if err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error { return tx.PutMFASettings(ctx, store, settings) })
}
