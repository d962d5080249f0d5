package signin

import (
	"context"
	"errors"
	"fmt"

	"foyer/internal/fault"
	"foyer/internal/jobs"
)

// Forgot asks for a reset of whoever has a name. What it does is the same for
// every name: the letter, where there is one to write, is written afterwards.
// After many of them from one place it fails with a Throttled fault.
func (s *Service) Forgot(ctx context.Context, userName string, from Source) error {
	if s.Post == nil {
		return fault.Newf(fault.Conflict, "This portal sends no mail. Ask your administrator for a new password.")
	}
	if len(userName) > maxUserName {
		userName = userName[:maxUserName]
	}
	return s.InTx(ctx, func(tx Tx) error {
		admitted, err := s.tally(ctx, tx, "forgot "+from.network(), "", forgotLimit)
		if err != nil {
			return err
		}
		if !admitted {
			return fault.Keep(fault.Newf(fault.Throttled, "Too many passwords were asked for from here. Wait %d minutes and try again.", int(forgotLimit.locked.Minutes())))
		}
		return s.Forgotten.Enqueue(ctx, tx, userName, "reset")
	})
}

// WorkForgotten writes the letters of those who forgot their passwords: to
// verified addresses of enabled users, and not many an hour.
func (s *Service) WorkForgotten(ctx context.Context, batch []jobs.Job) error {
	var failures []error
	for _, job := range batch {
		err := s.Unit(ctx, func(ctx context.Context) error {
			if err := s.reset(ctx, job.Lane); err != nil {
				return err
			}
			return s.InTx(ctx, func(tx Tx) error {
				_, err := s.Forgotten.Finish(ctx, tx, []jobs.Job{job})
				return err
			})
		})
		if err != nil {
			failures = append(failures, fmt.Errorf("reset: %w", err))
		}
	}
	return errors.Join(failures...)
}

// reset writes the letter of one who forgot their password, if there is anyone.
func (s *Service) reset(ctx context.Context, userName string) error {
	user, known, err := s.UserByName(ctx, userName)
	if err != nil || !known || !user.Enabled {
		return err
	}
	verified, err := s.EmailVerified(ctx, user)
	if err != nil || !verified {
		return err
	}
	admitted := false
	if err := s.InTx(ctx, func(tx Tx) error {
		admitted, err = s.tally(ctx, tx, "letters "+user.ID, user.ID, letterLimit)
		return err
	}); err != nil || !admitted {
		return err
	}
	err = s.SendReset(ctx, user)
	if fault.Of(err) == fault.Conflict {
		return nil // there is nobody to tell
	}
	return err
}
