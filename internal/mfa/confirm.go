package mfa

import (
	"context"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/signin"
)

// ConfirmedFor is how long after a proof a person may change their devices.
const ConfirmedFor = 10 * time.Minute

// Confirmed reports whether a session may change its user's devices: its person
// proved themselves not long ago, and where they have a device that counts, by
// more than the password. proofs are the session's, confirmed is when they were
// made. Who finds an open browser, or has a password, adds no device.
func (s *Service) Confirmed(ctx context.Context, user, proofs string, confirmed time.Time) (bool, error) {
	if s.Now().Sub(confirmed) >= ConfirmedFor {
		return false, nil
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return false, err
	}
	all, err := s.Devices(ctx, user)
	if err != nil || len(s.counting(all, settings)) == 0 {
		return err == nil, err
	}
	for proof := range strings.SplitSeq(proofs, ",") {
		if c := signin.Credential(proof); c == signin.TOTPCredential || c == signin.WebAuthnCredential {
			return true, nil
		}
	}
	return false, nil
}

// MayManage refuses with a Denied fault where administrators manage devices.
func (s *Service) MayManage(ctx context.Context) error {
	settings, err := s.Settings(ctx)
	if err == nil && !settings.SelfManaged {
		err = fault.Newf(fault.Denied, "Your administrator manages your MFA devices.")
	}
	return err
}
