package mfa

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mail"
	"foyer/internal/signin"
)

// The CloudTrail events of devices, AWS's names.
const (
	startVirtual     = "StartVirtualMfaDeviceRegistration"
	completeVirtual  = "CompleteVirtualMfaDeviceRegistration"
	startWebAuthn    = "StartWebAuthnDeviceRegistration"
	completeWebAuthn = "CompleteWebAuthnDeviceRegistration"
	updateDevice     = "UpdateMfaDeviceForUser"
	deleteDevice     = "DeleteMfaDeviceForUser"
)

// Devices lists a user's devices, the oldest first.
func (s *Service) Devices(ctx context.Context, user string) (all []Device, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.MFADevices(ctx, user)
		return err
	})
	return all, err
}

// errNoDevice is the answer to a device that the user does not have.
func errNoDevice() error { return fault.Newf(fault.NotFound, "MFA device not found.") }

// device finds one of a user's devices: nobody reaches another's by its id.
func device(ctx context.Context, tx Tx, user, id string) (Device, []Device, error) {
	all, err := tx.MFADevices(ctx, user)
	if err != nil {
		return Device{}, nil, err
	}
	i := slices.IndexFunc(all, func(d Device) bool { return d.ID == id })
	if i < 0 {
		return Device{}, nil, errNoDevice()
	}
	return all[i], all, nil
}

// Rename gives a user's device another name. It fails with a NotFound fault,
// with an Invalid one where a name is none, and with a Conflict one where
// another device of theirs has it.
func (s *Service) Rename(ctx context.Context, by Actor, id, name string) error {
	name, err := checkName(name)
	if err != nil {
		return err
	}
	return s.Unit(ctx, func(ctx context.Context) error {
		var d Device
		err := s.InTx(ctx, func(tx Tx) (err error) {
			var all []Device
			if d, all, err = device(ctx, tx, by.User.ID, id); err != nil {
				return err
			}
			if slices.ContainsFunc(all, func(o Device) bool { return o.ID != id && strings.EqualFold(o.Name, name) }) {
				return errNameTaken(name)
			}
			d.Name = name
			return tx.RenameMFADevice(ctx, d)
		})
		if err != nil {
			return err
		}
		return s.record(ctx, by, updateDevice, d)
	})
}

func errNameTaken(name string) error {
	return fault.Newf(fault.Conflict, "There is a device of the name %q already.", name)
}

// Remove takes a device from a user, and tells them by a letter. It fails with a
// NotFound fault.
func (s *Service) Remove(ctx context.Context, by Actor, id string) error {
	return s.Unit(ctx, func(ctx context.Context) error {
		var d Device
		err := s.InTx(ctx, func(tx Tx) (err error) {
			if d, _, err = device(ctx, tx, by.User.ID, id); err != nil {
				return err
			}
			return tx.DeleteMFADevice(ctx, by.User.ID, id)
		})
		if err != nil {
			return err
		}
		if err := s.record(ctx, by, deleteDevice, d); err != nil {
			return err
		}
		return s.tell(ctx, by, "An MFA device was removed", fmt.Sprintf("The MFA device %q of the username %s was removed", d.Name, by.User.UserName))
	})
}

// PermitLifetime is how long a user may register a device after a reset.
const PermitLifetime = 24 * time.Hour

// Reset is for a user who has lost their devices: it takes all of them and every
// trusted browser from them, and lets them register a device when they next
// sign in, once and within [PermitLifetime], whatever the settings say.
func (s *Service) Reset(ctx context.Context, by Actor) error {
	return s.Unit(ctx, func(ctx context.Context) error {
		var removed []Device
		err := s.InTx(ctx, func(tx Tx) (err error) {
			if removed, err = s.removeAll(ctx, tx, by.User.ID); err != nil {
				return err
			}
			return tx.PutMFAPermit(ctx, by.User.ID, s.Now().UTC().Add(PermitLifetime))
		})
		if err != nil {
			return err
		}
		for _, d := range removed {
			if err := s.record(ctx, by, deleteDevice, d); err != nil {
				return err
			}
		}
		return s.tell(ctx, by, "Your MFA devices were reset", fmt.Sprintf("An administrator removed every MFA device of the username %s", by.User.UserName))
	})
}

// removeAll takes everything from a user that proves them.
func (s *Service) removeAll(ctx context.Context, tx Tx, user string) ([]Device, error) {
	all, err := tx.MFADevices(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if err := tx.DeleteMFADevice(ctx, user, d.ID); err != nil {
			return nil, err
		}
	}
	if err := tx.DeleteMFAGuesses(ctx, guessKey(user)); err != nil {
		return nil, err
	}
	return all, tx.DeleteMFATrustOf(ctx, user)
}

// add stores a user's new device under a name that is free, uses up a permit,
// and tells them by a letter.
func (s *Service) add(ctx context.Context, by Actor, d Device, event string) (Device, error) {
	named := strings.TrimSpace(d.Name) != ""
	if !named {
		d.Name = d.Label()
	}
	name, err := checkName(d.Name)
	if err != nil {
		return Device{}, err
	}
	now := s.Now().UTC()
	d.ID, d.User, d.Name, d.Added = s.Mint.TimeUUID(now), by.User.ID, name, now
	err = s.InTx(ctx, func(tx Tx) error {
		all, err := tx.MFADevices(ctx, d.User)
		if err != nil {
			return err
		}
		if err := room(all, d.Kind); err != nil {
			return err
		}
		if !named {
			d.Name = freeName(all, name)
		}
		if slices.ContainsFunc(all, func(o Device) bool { return strings.EqualFold(o.Name, d.Name) }) {
			return errNameTaken(d.Name)
		}
		stored, err := tx.PutMFADevice(ctx, d)
		if err != nil {
			return err
		}
		if !stored {
			return fault.Newf(fault.Conflict, "This device is registered already.")
		}
		return tx.DeleteMFAPermit(ctx, d.User)
	})
	if err != nil {
		return Device{}, err
	}
	if err := s.record(ctx, by, event, d); err != nil {
		return Device{}, err
	}
	return d, s.tell(ctx, by, "An MFA device was added", fmt.Sprintf("The MFA device %q (%s) was registered for the username %s", d.Name, strings.ToLower(d.Label()), by.User.UserName))
}

// room returns a Quota fault when a user has as many devices of a kind as they may.
func room(all []Device, k Kind) error {
	n := 0
	for _, d := range all {
		if d.Kind == k {
			n++
		}
	}
	switch {
	case k == TOTP && n >= MaxTOTP:
		return fault.Newf(fault.Quota, "You have %d authenticator apps, which is as many as you may. Remove one first.", n)
	case k == WebAuthn && n >= MaxWebAuthn:
		return fault.Newf(fault.Quota, "You have %d security keys and built-in authenticators, which is as many as you may. Remove one first.", n)
	}
	return nil
}

// freeName is name, with a number behind it when a device has it.
func freeName(all []Device, name string) string {
	for n, free := 2, name; ; n++ {
		if !slices.ContainsFunc(all, func(d Device) bool { return strings.EqualFold(d.Name, free) }) {
			return free
		}
		free = fmt.Sprintf("%s %d", name, n)
	}
}

func (s *Service) record(ctx context.Context, by Actor, name string, d Device) error {
	return s.Record(ctx, Event{Actor: by, Name: name, Device: d, Time: s.Now().UTC()})
}

// tell writes a user a letter about their devices, where they can get one.
func (s *Service) tell(ctx context.Context, by Actor, subject, what string) error {
	if !s.reachable(by.User) {
		return nil
	}
	organization, err := s.Organization(ctx)
	if err != nil {
		return err
	}
	return s.Post.Send(ctx, mail.Letter{To: by.User.Email, Subject: subject + " at " + organization, Content: mail.Content{
		Greeting: "Hello " + by.User.DisplayName + ",",
		Lines:    []string{fmt.Sprintf("%s at %s UTC.", what, s.Now().UTC().Format(time.DateTime))},
		Closing:  []string{"If this was not you, tell your administrator at once."},
	}})
}

// reachable reports whether a letter can be sent to a user.
func (s *Service) reachable(user signin.User) bool {
	return s.Post != nil && mail.CheckAddress(user.Email) == nil
}
