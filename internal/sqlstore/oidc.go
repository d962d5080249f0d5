package sqlstore

import (
	"context"
	"time"

	"foyer/internal/oidc"
)

// Of all this only what a token stands for is remembered, and never that a
// token stands for nothing: every write is quiet but the revocation of tokens.

// PutOIDCClient stores a new client.
func (tx *Tx) PutOIDCClient(ctx context.Context, c oidc.Client) error {
	scopes, err := toJSON(c.Scopes)
	if err != nil {
		return err
	}
	grants, err := toJSON(c.Grants)
	if err != nil {
		return err
	}
	redirects, err := toJSON(c.Redirects)
	if err != nil {
		return err
	}
	_, err = tx.execQuietly(ctx, "INSERT INTO oidc_client (id, secret_hash, name, scopes, grants, redirects, instance, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		c.ID, c.SecretHash, c.Name, scopes, grants, redirects, c.Instance, micros(c.Created), micros(c.Expires))
	return err
}

// OIDCClient reads a client.
func (tx *Tx) OIDCClient(ctx context.Context, id string) (oidc.Client, bool, error) {
	c := oidc.Client{ID: id}
	var scopes, grants, redirects string
	var created, expires int64
	found, err := tx.queryRow(ctx, "SELECT secret_hash, name, scopes, grants, redirects, instance, created, expires FROM oidc_client WHERE id = ?", []any{id},
		&c.SecretHash, &c.Name, &scopes, &grants, &redirects, &c.Instance, &created, &expires)
	if err != nil || !found {
		return oidc.Client{}, false, err
	}
	c.Created, c.Expires = fromMicros(created), fromMicros(expires)
	if err := fromJSON(scopes, &c.Scopes); err != nil {
		return oidc.Client{}, false, err
	}
	if err := fromJSON(grants, &c.Grants); err != nil {
		return oidc.Client{}, false, err
	}
	return c, true, fromJSON(redirects, &c.Redirects)
}

// PutOIDCDevice stores a new device authorization, unless its user code is taken.
func (tx *Tx) PutOIDCDevice(ctx context.Context, d oidc.Device) (bool, error) {
	n, err := tx.execQuietly(ctx, `INSERT INTO oidc_device (code_hash, user_code_hash, client_id, state, session_id, created, expires, due, source_ip, user_agent)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		d.CodeHash, d.UserCodeHash, d.Client, d.State, d.Session, micros(d.Created), micros(d.Expires), micros(d.Due), addrText(d.SourceIP), d.UserAgent)
	return n > 0, err
}

const selectDevice = "SELECT code_hash, user_code_hash, client_id, state, session_id, created, expires, due, source_ip, user_agent FROM oidc_device WHERE "

func scanDevice(row scanner) (oidc.Device, error) {
	var d oidc.Device
	var created, expires, due int64
	var ip string
	if err := row.Scan(&d.CodeHash, &d.UserCodeHash, &d.Client, &d.State, &d.Session, &created, &expires, &due, &ip, &d.UserAgent); err != nil {
		return oidc.Device{}, err
	}
	d.Created, d.Expires, d.Due, d.SourceIP = fromMicros(created), fromMicros(expires), fromMicros(due), addr(ip)
	return d, nil
}

// OIDCDevice reads a device authorization by the hash of its device code.
func (tx *Tx) OIDCDevice(ctx context.Context, codeHash string) (oidc.Device, bool, error) {
	return one(ctx, tx, scanDevice, selectDevice+"code_hash = ?", codeHash)
}

// OIDCDeviceByUserCode reads a device authorization by the hash of its user code.
func (tx *Tx) OIDCDeviceByUserCode(ctx context.Context, userCodeHash string) (oidc.Device, bool, error) {
	return one(ctx, tx, scanDevice, selectDevice+"user_code_hash = ?", userCodeHash)
}

// UpdateOIDCDevice stores what changes of a device authorization: its state,
// whose session decided, and when the next poll is due.
func (tx *Tx) UpdateOIDCDevice(ctx context.Context, d oidc.Device) error {
	_, err := tx.execQuietly(ctx, "UPDATE oidc_device SET state = ?, session_id = ?, due = ? WHERE code_hash = ?", d.State, d.Session, micros(d.Due), d.CodeHash)
	return err
}

// OIDCGuesses reads a person's wrong user codes; none are the zero value.
func (tx *Tx) OIDCGuesses(ctx context.Context, user string) (oidc.Guesses, error) {
	var g oidc.Guesses
	var since int64
	_, err := tx.queryRow(ctx, "SELECT wrong, since FROM oidc_guesses WHERE user_id = ?", []any{user}, &g.Wrong, &since)
	g.Since = fromMicros(since)
	return g, err
}

// PutOIDCGuesses stores a person's wrong user codes.
func (tx *Tx) PutOIDCGuesses(ctx context.Context, user string, g oidc.Guesses) error {
	_, err := tx.execQuietly(ctx, `INSERT INTO oidc_guesses (user_id, wrong, since) VALUES (?, ?, ?)
		ON CONFLICT (user_id) DO UPDATE SET wrong = excluded.wrong, since = excluded.since`, user, g.Wrong, micros(g.Since))
	return err
}

// PutOIDCConsent stores a question that is put to a person.
func (tx *Tx) PutOIDCConsent(ctx context.Context, c oidc.Consent) error {
	_, err := tx.execQuietly(ctx, "INSERT INTO oidc_consent (hash, session_id, asked, expires) VALUES (?, ?, ?, ?)", c.Hash, c.Session, c.Asked, micros(c.Expires))
	return err
}

// OIDCConsent reads a question that waits for its answer.
func (tx *Tx) OIDCConsent(ctx context.Context, hash string) (oidc.Consent, bool, error) {
	c := oidc.Consent{Hash: hash}
	var expires int64
	found, err := tx.queryRow(ctx, "SELECT session_id, asked, expires FROM oidc_consent WHERE hash = ?", []any{hash}, &c.Session, &c.Asked, &expires)
	c.Expires = fromMicros(expires)
	return c, found, err
}

// ClaimOIDCConsent removes a question that was put in a session and lasts longer
// than c, and reports whether it was there.
func (tx *Tx) ClaimOIDCConsent(ctx context.Context, c oidc.Consent) (bool, error) {
	n, err := tx.execQuietly(ctx, "DELETE FROM oidc_consent WHERE hash = ? AND session_id = ? AND asked = ? AND expires > ?", c.Hash, c.Session, c.Asked, micros(c.Expires))
	return n > 0, err
}

// PutOIDCCode stores a new authorization code.
func (tx *Tx) PutOIDCCode(ctx context.Context, c oidc.Code) error {
	_, err := tx.execQuietly(ctx, "INSERT INTO oidc_code (hash, client_id, redirect_uri, challenge, session_id, family, expires, used) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		c.Hash, c.Client, c.RedirectURI, c.Challenge, c.Session, c.Family, micros(c.Expires), micros(c.Used))
	return err
}

// OIDCCode reads an authorization code.
func (tx *Tx) OIDCCode(ctx context.Context, hash string) (oidc.Code, bool, error) {
	c := oidc.Code{Hash: hash}
	var expires, used int64
	found, err := tx.queryRow(ctx, "SELECT client_id, redirect_uri, challenge, session_id, family, expires, used FROM oidc_code WHERE hash = ?", []any{hash},
		&c.Client, &c.RedirectURI, &c.Challenge, &c.Session, &c.Family, &expires, &used)
	c.Expires, c.Used = fromMicros(expires), fromMicros(used)
	return c, found, err
}

// UseOIDCCode marks an authorization code as redeemed.
func (tx *Tx) UseOIDCCode(ctx context.Context, hash string, at time.Time) error {
	_, err := tx.execQuietly(ctx, "UPDATE oidc_code SET used = ? WHERE hash = ?", micros(at), hash)
	return err
}

// PutOIDCToken stores a new token.
func (tx *Tx) PutOIDCToken(ctx context.Context, t oidc.Token) error {
	scopes, err := toJSON(t.Scopes)
	if err != nil {
		return err
	}
	_, err = tx.execQuietly(ctx, "INSERT INTO oidc_token (hash, kind, family, generation, client_id, session_id, scopes, expires, used, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		t.Hash, t.Kind, t.Family, t.Generation, t.Client, t.Session, scopes, micros(t.Expires), micros(t.Used), micros(t.Revoked))
	return err
}

// OIDCToken reads a token.
func (tx *Tx) OIDCToken(ctx context.Context, hash string) (oidc.Token, bool, error) {
	t := oidc.Token{Hash: hash}
	var scopes string
	var expires, used, revoked int64
	found, err := tx.queryRow(ctx, "SELECT kind, family, generation, client_id, session_id, scopes, expires, used, revoked FROM oidc_token WHERE hash = ?", []any{hash},
		&t.Kind, &t.Family, &t.Generation, &t.Client, &t.Session, &scopes, &expires, &used, &revoked)
	if err != nil || !found {
		return oidc.Token{}, false, err
	}
	t.Expires, t.Used, t.Revoked = fromMicros(expires), fromMicros(used), fromMicros(revoked)
	return t, true, fromJSON(scopes, &t.Scopes)
}

// UseOIDCToken marks a refresh token as used.
func (tx *Tx) UseOIDCToken(ctx context.Context, hash string, at time.Time) error {
	_, err := tx.execQuietly(ctx, "UPDATE oidc_token SET used = ? WHERE hash = ?", micros(at), hash)
	return err
}

// OIDCNewerTokenUsed reports whether a token of a later generation of the
// family was used.
func (tx *Tx) OIDCNewerTokenUsed(ctx context.Context, family string, generation int) (bool, error) {
	var hash string
	return tx.queryRow(ctx, "SELECT hash FROM oidc_token WHERE family = ? AND generation > ? AND used > 0 LIMIT 1", []any{family, generation}, &hash)
}

// RevokeOIDCFamily revokes every token of a family.
func (tx *Tx) RevokeOIDCFamily(ctx context.Context, family string, at time.Time) error {
	_, err := tx.exec(ctx, "UPDATE oidc_token SET revoked = ? WHERE family = ? AND revoked = 0", micros(at), family)
	return err
}

// PurgeOIDC removes up to limit rows of each table that expired before a time.
func (tx *Tx) PurgeOIDC(ctx context.Context, before time.Time, limit int) (int, error) {
	var all int
	for _, statement := range []string{
		"DELETE FROM oidc_client WHERE id IN (SELECT id FROM oidc_client WHERE expires < ? ORDER BY expires LIMIT ?)",
		"DELETE FROM oidc_device WHERE code_hash IN (SELECT code_hash FROM oidc_device WHERE expires < ? ORDER BY expires LIMIT ?)",
		"DELETE FROM oidc_code WHERE hash IN (SELECT hash FROM oidc_code WHERE expires < ? ORDER BY expires LIMIT ?)",
		"DELETE FROM oidc_token WHERE hash IN (SELECT hash FROM oidc_token WHERE expires < ? ORDER BY expires LIMIT ?)",
		"DELETE FROM oidc_consent WHERE hash IN (SELECT hash FROM oidc_consent WHERE expires < ? ORDER BY expires LIMIT ?)",
		"DELETE FROM oidc_guesses WHERE user_id IN (SELECT user_id FROM oidc_guesses WHERE since < ? ORDER BY since LIMIT ?)",
	} {
		n, err := tx.execQuietly(ctx, statement, micros(before), limit)
		if err != nil {
			return all, err
		}
		all += int(n)
	}
	return all, nil
}
