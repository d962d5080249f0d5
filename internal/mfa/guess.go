package mfa

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/fault"
	"foyer/internal/signin"
)

// Guesses counts codes that were entered in vain since the last right one. Only
// who knows the password gets to guess, so a lock harms nobody else; and at ten
// guesses an hour, three codes being right at a time, an even chance takes more
// than two years.
type Guesses struct {
	Failures    int
	Since       time.Time
	LockedUntil time.Time // zero when not locked
}

const (
	maxGuesses = 10
	guessLock  = time.Hour
	maxLetters = 5 // codes mailed an hour
)

func guessKey(user string) string  { return "code " + user }
func letterKey(user string) string { return "letter " + user }

// count adds a guess at now, and reports whether it may be looked at.
func (g Guesses) count(now time.Time, most int) (Guesses, bool) {
	if now.Before(g.LockedUntil) {
		return g, false
	}
	if !g.LockedUntil.IsZero() || now.Sub(g.Since) >= guessLock {
		g = Guesses{Since: now}
	}
	g.Failures++
	if g.Failures >= most {
		g.LockedUntil = now.Add(guessLock)
	}
	return g, true
}

// guess counts a code before it is looked at: those sent at the same time are
// no more guesses than others. It fails with a Throttled fault, and says whether
// this guess is the last one.
func (s *Service) guess(ctx context.Context, user string) (last bool, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		before, err := tx.MFAGuesses(ctx, guessKey(user))
		if err != nil {
			return err
		}
		now, admitted := before.count(s.Now().UTC(), maxGuesses)
		if !admitted {
			return fault.Newf(fault.Throttled, "Too many wrong codes were entered. Wait an hour, or use another MFA device.")
		}
		last = now.Failures >= maxGuesses
		return tx.PutMFAGuesses(ctx, guessKey(user), now)
	})
	return last, err
}

// wrong refuses a code, and warns its owner where it was the last guess.
func (s *Service) wrong(ctx context.Context, w signin.Workflow, c signin.Credential, last bool) error {
	if last {
		what := fmt.Sprintf("Somebody who knows the password of the username %s entered %d wrong MFA codes, the last one", w.User.UserName, maxGuesses)
		if err := s.tell(ctx, Actor{User: w.User}, "Wrong MFA codes", what); err != nil {
			return err
		}
	}
	return s.SignIns.Refuse(ctx, w, c)
}
