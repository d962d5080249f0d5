package iam

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/pquerna/otp/hotp"

	"foyer/internal/arn"
	"foyer/internal/fault"
)

// What authenticator apps do, and how far their clocks may be off.
const (
	stepSeconds = 30 // RFC 6238
	maxOff      = 1  // steps off the drift that is known, when one code is checked
	maxDrift    = 20 // steps: ten minutes each way, when two codes tell the drift
)

// Guesses at codes: after so many wrong ones none is looked at for a while.
const (
	maxGuesses = 10
	guessPause = 5 * time.Minute
)

func stepAt(t time.Time) int64 { return t.Unix() / stepSeconds }

// seedOf opens the seed of a device.
func (s *Service) seedOf(d *StoredDevice) (string, error) {
	seed, err := s.Ring.Open(seedPurpose(d.Serial), d.Sealed)
	if err != nil {
		return "", fmt.Errorf("seed of %s: %w", d.Serial, err)
	}
	return string(seed), nil
}

// shows is 1 when a device with this seed shows code in a step, else 0.
func shows(seed, code string, step int64) (int, error) {
	want, err := hotp.GenerateCode(seed, uint64(step)) //nolint:gosec // steps of our time are positive
	if err != nil {
		return 0, fmt.Errorf("code of an mfa device: %w", err)
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(code)), nil
}

// sync finds where on its way a device is that shows two codes one after the
// other, neither of which was used.
func (s *Service) sync(d *StoredDevice, codes [2]string, now time.Time) error {
	seed, err := s.seedOf(d)
	if err != nil {
		return err
	}
	at, found := stepAt(now), int64(0)
	for step := at - maxDrift; step <= at+maxDrift; step++ {
		first, err := shows(seed, codes[0], step)
		if err != nil {
			return err
		}
		second, err := shows(seed, codes[1], step+1)
		if err != nil {
			return err
		}
		if first&second == 1 && step > d.Step {
			found = step + 1
		}
	}
	if found == 0 {
		return refuse(WrongCode, "Authentication code for device is not valid.")
	}
	// The second code is the one that is shown now.
	d.Step, d.Drift, d.Wrong = found, found-at, 0
	return nil
}

// VerifyMFA checks the code of a device of a user, which is good once. It fails
// with a Denied fault when the user does not have the device, or when the code
// is wrong, was used, or comes after too many wrong ones.
func (s *Service) VerifyMFA(ctx context.Context, account arn.AccountID, userID, serial, code string) error {
	return s.InTx(ctx, func(tx Tx) error {
		d, found, err := tx.IAMDevice(ctx, serial)
		if err != nil {
			return fmt.Errorf("mfa device %s: %w", serial, err)
		}
		if !found || d.Account != account || d.Owner.ID == "" || d.Owner.ID != userID {
			return wrongCode("the user has no such device")
		}
		now := tx.Now()
		if d.Wrong >= maxGuesses && now.Before(d.WrongAt.Add(guessPause)) {
			return wrongCode("too many wrong codes")
		}
		step, err := s.match(&d, code, now)
		if err != nil {
			return err
		}
		if step == 0 {
			d.Wrong, d.WrongAt = d.Wrong+1, now
			if err := tx.UpdateIAMDevice(ctx, d); err != nil {
				return err
			}
			return fault.Keep(wrongCode("the code is wrong, or was used"))
		}
		used, err := tx.UseIAMDevice(ctx, serial, step, step-stepAt(now))
		if err == nil && !used {
			err = wrongCode("the code was used")
		}
		return err
	})
}

func wrongCode(why string) error { return fault.Newf(fault.Denied, "%s", why) }

// match returns the newest step, behind the last one used, whose code this is;
// 0 when there is none.
func (s *Service) match(d *StoredDevice, code string, now time.Time) (int64, error) {
	seed, err := s.seedOf(d)
	if err != nil {
		return 0, err
	}
	at, found := stepAt(now)+d.Drift, int64(0)
	for step := at - maxOff; step <= at+maxOff; step++ {
		fits, err := shows(seed, code, step)
		if err != nil {
			return 0, err
		}
		if fits == 1 && step > d.Step {
			found = step
		}
	}
	return found, nil
}
