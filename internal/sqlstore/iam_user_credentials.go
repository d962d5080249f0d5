package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/paging"
)

// InsertIAMCredential adds a credential.
func (tx *Tx) InsertIAMCredential(ctx context.Context, c iam.Credential) error {
	_, err := tx.exec(ctx, `INSERT INTO iam_credential (id, kind, account, user_id, active, created, expires, mark, content, service, name)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, string(c.Kind), string(c.Account), c.UserID, flag(c.Active), micros(c.Created), micros(c.Expires), c.Mark, c.Content, c.Service, c.Name)
	return err
}

// UpdateIAMCredential writes whether a credential is active, and its content.
func (tx *Tx) UpdateIAMCredential(ctx context.Context, c iam.Credential) error {
	_, err := tx.exec(ctx, "UPDATE iam_credential SET active = ?, content = ? WHERE id = ?", flag(c.Active), c.Content, c.ID)
	return err
}

// DeleteIAMCredential removes a credential.
func (tx *Tx) DeleteIAMCredential(ctx context.Context, id string) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_credential WHERE id = ?", id)
	return err
}

const selectIAMCredential = `SELECT c.id, c.kind, c.account, c.user_id, c.active, c.created, c.expires, c.mark, c.content, c.service, c.name, COALESCE(e.name, '')
	FROM iam_credential c LEFT JOIN iam_entity e ON e.id = c.user_id `

// IAMCredential finds a credential with its user's name.
func (tx *Tx) IAMCredential(ctx context.Context, id string) (iam.Credential, bool, error) {
	return one(ctx, tx, scanIAMCredential, selectIAMCredential+"WHERE c.id = ?", id)
}

// IAMCredentialMarked finds credentials with a mark.
func (tx *Tx) IAMCredentialMarked(ctx context.Context, account arn.AccountID, kind iam.CredentialKind, mark string) ([]iam.Credential, error) {
	return rows(ctx, tx, scanIAMCredential, selectIAMCredential+"WHERE c.account = ? AND c.kind = ? AND c.mark = ? AND c.mark <> '' ORDER BY c.id",
		string(account), string(kind), mark)
}

// IAMCredentials lists credentials by id.
func (tx *Tx) IAMCredentials(ctx context.Context, q iam.CredentialsQuery, page paging.Page) ([]iam.Credential, error) {
	where, args := whereCredential(q)
	return rows(ctx, tx, scanIAMCredential, selectIAMCredential+where+" AND c.id > ? ORDER BY c.id LIMIT ?", append(args, page.After, page.Limit)...)
}

// IAMCredentialCount counts credentials.
func (tx *Tx) IAMCredentialCount(ctx context.Context, q iam.CredentialsQuery) (n int, err error) {
	where, args := whereCredential(q)
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM iam_credential c "+where, args, &n)
	return n, err
}

func whereCredential(q iam.CredentialsQuery) (where string, args []any) {
	where, args = "WHERE c.account = ? AND c.kind = ?", []any{string(q.Account), string(q.Kind)}
	if !q.AllUsers {
		where, args = where+" AND c.user_id = ?", append(args, q.UserID)
	}
	if q.Service != "" {
		where, args = where+" AND c.service = ?", append(args, q.Service)
	}
	return where, args
}

func scanIAMCredential(row scanner) (c iam.Credential, err error) {
	var kind, account string
	var active, created, expires int64
	err = row.Scan(&c.ID, &kind, &account, &c.UserID, &active, &created, &expires, &c.Mark, &c.Content, &c.Service, &c.Name, &c.UserName)
	c.Kind, c.Account, c.Active = iam.CredentialKind(kind), arn.AccountID(account), active != 0
	c.Created, c.Expires = fromMicros(created), fromMicros(expires)
	return c, err
}

const serverCertificateColumns = "account, name, path, id, created, expires, tags"

// InsertServerCertificate adds a server certificate, unless its name is taken.
func (tx *Tx) InsertServerCertificate(ctx context.Context, c iam.StoredCertificate) (bool, error) {
	tags, err := tagsText(c.Tags)
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, "INSERT INTO iam_server_certificate ("+serverCertificateColumns+", name_key, body, chain, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		string(c.Account), c.Name, c.Path, c.ID, micros(c.Created), micros(c.Expires), tags, iam.Key(c.Name), c.Body, c.Chain, c.Sealed)
}

// UpdateServerCertificate writes name, path and tags.
func (tx *Tx) UpdateServerCertificate(ctx context.Context, c iam.ServerCertificate) error {
	tags, err := tagsText(c.Tags)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE iam_server_certificate SET name_key = ?, name = ?, path = ?, tags = ? WHERE account = ? AND id = ?",
		iam.Key(c.Name), c.Name, c.Path, tags, string(c.Account), c.ID)
	return err
}

// DeleteServerCertificate removes a server certificate.
func (tx *Tx) DeleteServerCertificate(ctx context.Context, account arn.AccountID, name string) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_server_certificate WHERE account = ? AND name_key = ?", string(account), iam.Key(name))
	return err
}

// ServerCertificate finds by name.
func (tx *Tx) ServerCertificate(ctx context.Context, account arn.AccountID, name string) (iam.ServerCertificate, bool, error) {
	return one(ctx, tx, scanServerCertificate, "SELECT "+serverCertificateColumns+", body, chain FROM iam_server_certificate WHERE account = ? AND name_key = ?",
		string(account), iam.Key(name))
}

// ServerCertificates lists by name, without bodies and chains.
func (tx *Tx) ServerCertificates(ctx context.Context, account arn.AccountID, pathPrefix string, page paging.Page) ([]iam.ServerCertificate, error) {
	return rows(ctx, tx, scanServerCertificate, "SELECT "+serverCertificateColumns+`, '', '' FROM iam_server_certificate
		WHERE account = ? AND name_key > ? AND substr(path, 1, ?) = ? ORDER BY name_key LIMIT ?`,
		string(account), page.After, len(pathPrefix), pathPrefix, page.Limit)
}

// ServerCertificateCount counts an account's.
func (tx *Tx) ServerCertificateCount(ctx context.Context, account arn.AccountID) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM iam_server_certificate WHERE account = ?", []any{string(account)}, &n)
	return n, err
}

func scanServerCertificate(row scanner) (c iam.ServerCertificate, err error) {
	var account, tags string
	var created, expires int64
	if err := row.Scan(&account, &c.Name, &c.Path, &c.ID, &created, &expires, &tags, &c.Body, &c.Chain); err != nil {
		return c, err
	}
	c.Account, c.Created, c.Expires = arn.AccountID(account), fromMicros(created), fromMicros(expires)
	c.ARN = iam.ServerCertificateARN(c.Account, c.Path, c.Name)
	return c, fromJSON(tags, &c.Tags)
}
