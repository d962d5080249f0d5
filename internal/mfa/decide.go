package mfa

import (
	"context"

	"foyer/internal/signin"
)

// Demand is what the step wants of a person.
type Demand uint8

// The demands.
const (
	Nothing      Demand = iota // they are signed in
	Proof                      // a proof with one of their devices
	Registration               // to register a device
	Mail                       // the code that is sent to them
	Refusal                    // they can't sign in
)

// Context is what a decision depends on besides the settings.
type Context struct {
	Registered bool // the user has a device that counts
	Trusted    bool // they ticked "trusted device" here, not long ago
	Permitted  bool // an administrator lets them register a device, once
	Confirming bool // they are signed in, and are about to change something that matters
}

// Decide says what is wanted of a person whose password was right. It is AWS's
// matrix of mode and enforcement; what is ours is at its beginning.
func Decide(s Settings, c Context) Demand {
	switch {
	case c.Confirming && c.Registered:
		return Proof // whatever the mode: a device is changed by its owner only
	case c.Confirming:
		return Nothing
	case c.Permitted && !c.Registered:
		return Registration
	case s.Mode == Never, s.Mode == ContextAware && c.Trusted:
		return Nothing
	case c.Registered:
		return Proof
	}
	switch s.Unregistered {
	case Register:
		return Registration
	case EmailCode:
		return Mail
	case Allow:
		return Nothing
	default:
		return Refusal
	}
}

// Step is the name of the step that a sign-in takes here.
const Step = "mfa"

// ConfirmNote is the note of a sign-in that confirms who is in a session that
// exists: its id.
const ConfirmNote = "confirm"

// Step is the step of a sign-in in which people prove themselves again.
func (s *Service) Step() signin.Step {
	return signin.Step{Name: Step, Wanted: func(ctx context.Context, w signin.Workflow) (bool, error) {
		if proved(w) {
			return false, nil
		}
		at, err := s.Standing(ctx, w)
		return at.Demand != Nothing, err
	}}
}

// proved reports whether a sign-in has seen a proof that goes beyond the password.
func proved(w signin.Workflow) bool {
	return w.Proved(signin.TOTPCredential) || w.Proved(signin.WebAuthnCredential) || w.Proved(signin.EmailCredential)
}

// Standing is where a person stands in the step.
type Standing struct {
	Demand   Demand
	Settings Settings
	Devices  []Device // that count
	// MayTrust says that a browser can be trusted: only then does it matter.
	MayTrust bool
}

// Has reports whether a device of a kind is among those that count.
func (at Standing) Has(k Kind) bool {
	for _, d := range at.Devices {
		if d.Kind == k {
			return true
		}
	}
	return false
}

// Standing says what a sign-in wants of its person now.
func (s *Service) Standing(ctx context.Context, w signin.Workflow) (at Standing, err error) {
	store, err := s.StoreID(ctx)
	if err != nil {
		return Standing{}, err
	}
	err = s.View(ctx, func(tx Tx) error {
		at = Standing{}
		if at.Settings, err = s.settings(ctx, tx, store); err != nil {
			return err
		}
		all, err := tx.MFADevices(ctx, w.User.ID)
		if err != nil {
			return err
		}
		at.Devices = s.counting(all, at.Settings)
		c := Context{Registered: len(at.Devices) > 0, Confirming: w.Notes[ConfirmNote] != ""}
		if c.Permitted, err = s.permitted(ctx, tx, w.User.ID); err != nil {
			return err
		}
		if c.Trusted, err = s.trusted(ctx, tx, w); err != nil {
			return err
		}
		at.Demand = Decide(at.Settings, c)
		at.MayTrust = at.Settings.Mode == ContextAware && !c.Confirming
		return nil
	})
	return at, err
}

// counting are the devices that a proof may be made with. A copied one is among
// them, so that it is no way around a proof; it never makes one.
func (s *Service) counting(all []Device, by Settings) []Device {
	var some []Device
	for _, d := range all {
		if by.Allows(d.Kind) && (d.Kind != WebAuthn || s.WebAuthnWorks()) {
			some = append(some, d)
		}
	}
	return some
}

func (s *Service) permitted(ctx context.Context, tx Tx, user string) (bool, error) {
	until, err := tx.MFAPermit(ctx, user)
	return s.Now().Before(until), err
}
