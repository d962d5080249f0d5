package signin

import "time"

// The lock: so many failures within the window lock the name for a while. AWS
// does not publish its numbers.
const (
	maxFailures = 10
	window      = 15 * time.Minute
	lockedFor   = 15 * time.Minute
)

// Attempts counts the sign-ins tried on one name since the last that succeeded.
type Attempts struct {
	Failures    int
	Since       time.Time // of the first that is counted
	LockedUntil time.Time // zero when not locked
}

// count adds an attempt at now, and reports whether it may be looked at: not
// while the name is locked. The attempt counts as failed; one that succeeds
// forgets them all.
func (a Attempts) count(now time.Time) (Attempts, bool) {
	if now.Before(a.LockedUntil) {
		return a, false
	}
	if !a.LockedUntil.IsZero() || now.Sub(a.Since) >= window {
		a = Attempts{Since: now}
	}
	a.Failures++
	if a.Failures >= maxFailures {
		a.LockedUntil = now.Add(lockedFor)
	}
	return a, true
}
