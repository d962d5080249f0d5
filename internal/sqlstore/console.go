package sqlstore

import (
	"context"
	"time"

	"foyer/internal/console"
)

// Nothing of this is remembered, so every write is quiet.

// PutConsoleToken stores a new sign-in token.
func (tx *Tx) PutConsoleToken(ctx context.Context, t console.Token) error {
	principal, err := toJSON(t.Principal)
	if err != nil {
		return err
	}
	_, err = tx.execQuietly(ctx, "INSERT INTO console_signin_token (hash, principal, duration, expires) VALUES (?, ?, ?, ?)", t.Hash, principal, t.Duration.Microseconds(), micros(t.Expires))
	return err
}

// ClaimConsoleToken reads a sign-in token and removes it: of two that come at
// the same time one finds it.
func (tx *Tx) ClaimConsoleToken(ctx context.Context, hash string) (console.Token, bool, error) {
	t := console.Token{Hash: hash}
	var principal string
	var duration, expires int64
	found, err := tx.queryRow(ctx, "SELECT principal, duration, expires FROM console_signin_token WHERE hash = ?", []any{hash}, &principal, &duration, &expires)
	if err != nil || !found {
		return console.Token{}, false, err
	}
	n, err := tx.execQuietly(ctx, "DELETE FROM console_signin_token WHERE hash = ?", hash)
	if err != nil || n == 0 {
		return console.Token{}, false, err
	}
	t.Duration, t.Expires = time.Duration(duration)*time.Microsecond, fromMicros(expires)
	return t, true, fromJSON(principal, &t.Principal)
}

// PutConsoleSession stores a new console session.
func (tx *Tx) PutConsoleSession(ctx context.Context, s console.Session) error {
	principal, err := toJSON(s.Principal)
	if err != nil {
		return err
	}
	_, err = tx.execQuietly(ctx, "INSERT INTO console_session (hash, principal, issuer, destination, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
		s.Hash, principal, s.Issuer, s.Destination, micros(s.Created), micros(s.Expires))
	return err
}

// ConsoleSession reads a console session by the hash of its token.
func (tx *Tx) ConsoleSession(ctx context.Context, hash string) (console.Session, bool, error) {
	s := console.Session{Hash: hash}
	var principal string
	var created, expires int64
	found, err := tx.queryRow(ctx, "SELECT principal, issuer, destination, created, expires FROM console_session WHERE hash = ?", []any{hash},
		&principal, &s.Issuer, &s.Destination, &created, &expires)
	if err != nil || !found {
		return console.Session{}, false, err
	}
	s.Created, s.Expires = fromMicros(created), fromMicros(expires)
	return s, true, fromJSON(principal, &s.Principal)
}

// EndConsoleSession removes a console session.
func (tx *Tx) EndConsoleSession(ctx context.Context, hash string) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM console_session WHERE hash = ?", hash)
	return err
}

// PurgeConsole removes up to limit tokens and sessions each that expired before
// a time.
func (tx *Tx) PurgeConsole(ctx context.Context, before time.Time, limit int) (int, error) {
	var all int
	for _, statement := range []string{
		"DELETE FROM console_signin_token WHERE hash IN (SELECT hash FROM console_signin_token WHERE expires < ? ORDER BY expires LIMIT ?)",
		"DELETE FROM console_session WHERE hash IN (SELECT hash FROM console_session WHERE expires < ? ORDER BY expires LIMIT ?)",
	} {
		n, err := tx.execQuietly(ctx, statement, micros(before), limit)
		if err != nil {
			return all, err
		}
		all += int(n)
	}
	return all, nil
}
