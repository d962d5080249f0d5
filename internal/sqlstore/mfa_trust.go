package sqlstore

import (
	"context"
	"time"

	"foyer/internal/mfa"
)

// PutMFATrust stores that a user trusts a browser in a network, from now on.
func (tx *Tx) PutMFATrust(ctx context.Context, t mfa.Trust) error {
	_, err := tx.execQuietly(ctx, `INSERT INTO mfa_trust (token, user_id, network, browser, expires) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (token, user_id, network) DO UPDATE SET browser = excluded.browser, expires = excluded.expires`, t.Hash, t.User, t.Network, t.Browser, micros(t.Expires))
	return err
}

// MFATrust reads a user's trust in a browser in a network.
func (tx *Tx) MFATrust(ctx context.Context, hash, user, network string) (mfa.Trust, bool, error) {
	t := mfa.Trust{Hash: hash, User: user, Network: network}
	var expires int64
	found, err := tx.queryRow(ctx, "SELECT browser, expires FROM mfa_trust WHERE token = ? AND user_id = ? AND network = ?", []any{hash, user, network}, &t.Browser, &expires)
	t.Expires = fromMicros(expires)
	return t, found, err
}

// KnownMFATrust reports whether anybody trusts the browser of a token.
func (tx *Tx) KnownMFATrust(ctx context.Context, hash string) (bool, error) {
	var one int
	return tx.queryRow(ctx, "SELECT 1 FROM mfa_trust WHERE token = ? LIMIT 1", []any{hash}, &one)
}

// DeleteMFATrustOf forgets every browser that a user trusts.
func (tx *Tx) DeleteMFATrustOf(ctx context.Context, user string) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM mfa_trust WHERE user_id = ?", user)
	return err
}

// MFAGuesses reads a count; none is the zero value.
func (tx *Tx) MFAGuesses(ctx context.Context, key string) (mfa.Guesses, error) {
	var g mfa.Guesses
	var since, locked int64
	_, err := tx.queryRow(ctx, "SELECT failures, since, locked_until FROM mfa_guesses WHERE name = ?", []any{key}, &g.Failures, &since, &locked)
	g.Since, g.LockedUntil = fromMicros(since), fromMicros(locked)
	return g, err
}

// PutMFAGuesses stores a count.
func (tx *Tx) PutMFAGuesses(ctx context.Context, key string, g mfa.Guesses) error {
	_, err := tx.execQuietly(ctx, `INSERT INTO mfa_guesses (name, failures, since, locked_until) VALUES (?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET failures = excluded.failures, since = excluded.since, locked_until = excluded.locked_until`, key, g.Failures, micros(g.Since), micros(g.LockedUntil))
	return err
}

// DeleteMFAGuesses forgets a count.
func (tx *Tx) DeleteMFAGuesses(ctx context.Context, key string) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM mfa_guesses WHERE name = ?", key)
	return err
}

// PutMFAPermit stores until when a user may register a device at sign-in.
func (tx *Tx) PutMFAPermit(ctx context.Context, user string, expires time.Time) error {
	_, err := tx.execQuietly(ctx, "INSERT INTO mfa_permit (user_id, expires) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET expires = excluded.expires", user, micros(expires))
	return err
}

// MFAPermit reads until when a user may register a device at sign-in.
func (tx *Tx) MFAPermit(ctx context.Context, user string) (time.Time, error) {
	var expires int64
	_, err := tx.queryRow(ctx, "SELECT expires FROM mfa_permit WHERE user_id = ?", []any{user}, &expires)
	return fromMicros(expires), err
}

// DeleteMFAPermit takes a user's permit.
func (tx *Tx) DeleteMFAPermit(ctx context.Context, user string) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM mfa_permit WHERE user_id = ?", user)
	return err
}

// PurgeMFA removes up to limit rows of each kind that ran out before a time, and
// answers the largest number.
func (tx *Tx) PurgeMFA(ctx context.Context, before time.Time, limit int) (most int, err error) {
	for _, statement := range []string{
		"DELETE FROM mfa_pending WHERE question IN (SELECT question FROM mfa_pending WHERE expires < ? ORDER BY expires LIMIT ?)",
		"DELETE FROM mfa_guesses WHERE name IN (SELECT name FROM mfa_guesses WHERE since < ? ORDER BY since LIMIT ?)",
		"DELETE FROM mfa_permit WHERE user_id IN (SELECT user_id FROM mfa_permit WHERE expires < ? ORDER BY expires LIMIT ?)",
		"DELETE FROM mfa_trust WHERE (token, user_id, network) IN (SELECT token, user_id, network FROM mfa_trust WHERE expires < ? ORDER BY expires LIMIT ?)",
	} {
		n, err := tx.execQuietly(ctx, statement, micros(before), limit)
		if err != nil {
			return 0, err
		}
		most = max(most, int(n))
	}
	return most, nil
}
