package sqlstore

import (
	"context"
	"time"

	"foyer/internal/signin"
)

// PutSigninLink stores a new link.
func (tx *Tx) PutSigninLink(ctx context.Context, l signin.Link) error {
	_, err := tx.execQuietly(ctx, "INSERT INTO signin_link (token, purpose, user_id, email, expires) VALUES (?, ?, ?, ?, ?)", l.Hash, l.Purpose, l.User, l.Email, micros(l.Expires))
	return err
}

// SigninLink reads a link by the hash of its token.
func (tx *Tx) SigninLink(ctx context.Context, hash string) (signin.Link, bool, error) {
	l := signin.Link{Hash: hash}
	var expires int64
	found, err := tx.queryRow(ctx, "SELECT purpose, user_id, email, expires FROM signin_link WHERE token = ?", []any{hash}, &l.Purpose, &l.User, &l.Email, &expires)
	l.Expires = fromMicros(expires)
	return l, found, err
}

// DeleteSigninLink removes a link, and reports whether it was there.
func (tx *Tx) DeleteSigninLink(ctx context.Context, hash string) (bool, error) {
	n, err := tx.execQuietly(ctx, "DELETE FROM signin_link WHERE token = ?", hash)
	return n > 0, err
}

// DeleteSigninLinksOf removes a user's links for a purpose; "" for every one.
func (tx *Tx) DeleteSigninLinksOf(ctx context.Context, user string, purpose signin.Purpose) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM signin_link WHERE user_id = ? AND (purpose = ? OR ? = '')", user, purpose, purpose)
	return err
}

// PurgeSigninLinks removes up to limit links that ran out before a time.
func (tx *Tx) PurgeSigninLinks(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.execQuietly(ctx, "DELETE FROM signin_link WHERE token IN (SELECT token FROM signin_link WHERE expires < ? ORDER BY expires LIMIT ?)", micros(before), limit)
	return int(n), err
}

// SigninEmail reads the address that is known to be a user's; "" for none.
func (tx *Tx) SigninEmail(ctx context.Context, user string) (string, error) {
	var email string
	_, err := tx.queryRow(ctx, "SELECT email FROM signin_email WHERE user_id = ?", []any{user}, &email)
	return email, err
}

// PutSigninEmail stores the address that is known to be a user's.
func (tx *Tx) PutSigninEmail(ctx context.Context, user, email string, at time.Time) error {
	_, err := tx.execQuietly(ctx, `INSERT INTO signin_email (user_id, email, verified) VALUES (?, ?, ?)
		ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, verified = excluded.verified`, user, email, micros(at))
	return err
}

// DeleteSigninEmail forgets the address that is known to be a user's.
func (tx *Tx) DeleteSigninEmail(ctx context.Context, user string) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM signin_email WHERE user_id = ?", user)
	return err
}
