package sqlstore

import (
	"context"
	"time"

	"foyer/internal/signin"
)

// No remembered read depends on passwords or attempts: all writes are quiet.

// SigninPassword reads a user's password.
func (tx *Tx) SigninPassword(ctx context.Context, user string) (signin.Password, bool, error) {
	var p signin.Password
	var earlier string
	var changed, until int64
	found, err := tx.queryRow(ctx, "SELECT verifier, earlier, changed, until FROM signin_password WHERE user_id = ?", []any{user}, &p.Verifier, &earlier, &changed, &until)
	if err != nil || !found {
		return signin.Password{}, false, err
	}
	p.Changed, p.Until = fromMicros(changed), fromMicros(until)
	return p, true, fromJSON(earlier, &p.Earlier)
}

// PutSigninPassword stores p when the stored verifier is still was.
func (tx *Tx) PutSigninPassword(ctx context.Context, user string, p signin.Password, was string) (bool, error) {
	earlier, err := toJSON(p.Earlier)
	if err != nil {
		return false, err
	}
	var n int64
	if was == "" {
		n, err = tx.execQuietly(ctx, "INSERT INTO signin_password (user_id, verifier, earlier, changed, until) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			user, p.Verifier, earlier, micros(p.Changed), micros(p.Until))
	} else {
		n, err = tx.execQuietly(ctx, "UPDATE signin_password SET verifier = ?, earlier = ?, changed = ?, until = ? WHERE user_id = ? AND verifier = ?",
			p.Verifier, earlier, micros(p.Changed), micros(p.Until), user, was)
	}
	return n > 0, err
}

// DeleteSigninPassword removes a user's password.
func (tx *Tx) DeleteSigninPassword(ctx context.Context, user string) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM signin_password WHERE user_id = ?", user)
	return err
}

// SigninAttempts reads the attempts on a name; none are the zero value.
func (tx *Tx) SigninAttempts(ctx context.Context, nameKey string) (signin.Attempts, error) {
	var a signin.Attempts
	var since, locked int64
	_, err := tx.queryRow(ctx, "SELECT failures, since, locked_until FROM signin_attempts WHERE name_key = ?", []any{nameKey}, &a.Failures, &since, &locked)
	a.Since, a.LockedUntil = fromMicros(since), fromMicros(locked)
	return a, err
}

// PutSigninAttempts stores the attempts on a name.
func (tx *Tx) PutSigninAttempts(ctx context.Context, nameKey, user string, a signin.Attempts) error {
	_, err := tx.execQuietly(ctx, `INSERT INTO signin_attempts (name_key, user_id, failures, since, locked_until) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name_key) DO UPDATE SET user_id = excluded.user_id, failures = excluded.failures, since = excluded.since, locked_until = excluded.locked_until`,
		nameKey, user, a.Failures, micros(a.Since), micros(a.LockedUntil))
	return err
}

// DeleteSigninAttempts forgets the attempts on a name.
func (tx *Tx) DeleteSigninAttempts(ctx context.Context, nameKey string) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM signin_attempts WHERE name_key = ?", nameKey)
	return err
}

// DeleteSigninAttemptsOf forgets the attempts on a user.
func (tx *Tx) DeleteSigninAttemptsOf(ctx context.Context, user string) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM signin_attempts WHERE user_id = ?", user)
	return err
}

// PurgeSigninAttempts removes up to limit counts that began before a time.
func (tx *Tx) PurgeSigninAttempts(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.execQuietly(ctx, "DELETE FROM signin_attempts WHERE name_key IN (SELECT name_key FROM signin_attempts WHERE since < ? ORDER BY since LIMIT ?)", micros(before), limit)
	return int(n), err
}
