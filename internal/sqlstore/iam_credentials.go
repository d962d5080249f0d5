package sqlstore

import (
	"context"
	"time"

	"foyer/internal/arn"
	"foyer/internal/iam"
)

// Credentials reads what root and the users of an account prove themselves
// with, a statement for each kind of credential.
func (tx *Tx) Credentials(ctx context.Context, account arn.AccountID) ([]iam.Credentials, error) {
	users, err := rows(ctx, tx, func(row scanner) (c iam.Credentials, err error) {
		var created int64
		err = row.Scan(&c.UserID, &c.Name, &c.Path, &created)
		c.Created = fromMicros(created)
		return c, err
	}, "SELECT id, name, path, created FROM iam_entity WHERE account = ? AND kind = 'user' ORDER BY name_key", string(account))
	if err != nil {
		return nil, err
	}
	all := append([]iam.Credentials{{}}, users...)
	byID := make(map[string]*iam.Credentials, len(all))
	for i := range all {
		byID[all[i].UserID] = &all[i]
	}
	for _, read := range []func(context.Context, arn.AccountID, map[string]*iam.Credentials) error{
		tx.credentialPasswords, tx.credentialDevices, tx.credentialKeys, tx.credentialCertificates,
	} {
		if err := read(ctx, account, byID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// credentialPasswords adds passwords, and when the account's rules end them.
func (tx *Tx) credentialPasswords(ctx context.Context, account arn.AccountID, of map[string]*iam.Credentials) error {
	settings, err := tx.AccountSettings(ctx, account)
	if err != nil {
		return err
	}
	_, err = rows(ctx, tx, func(row scanner) (struct{}, error) {
		var user string
		var changed int64
		err := row.Scan(&user, &changed)
		if c := of[user]; c != nil {
			c.Password = &iam.Password{Changed: fromMicros(changed)}
			if rules := settings.Password; rules != nil && rules.MaxAge > 0 {
				c.Password.Expires = c.Password.Changed.AddDate(0, 0, rules.MaxAge)
			}
		}
		return struct{}{}, err
	}, "SELECT user_id, changed FROM iam_login_profile WHERE account = ?", string(account))
	return err
}

// credentialDevices adds who has an MFA device.
func (tx *Tx) credentialDevices(ctx context.Context, account arn.AccountID, of map[string]*iam.Credentials) error {
	users, err := rows(ctx, tx, scanText, "SELECT DISTINCT user_id FROM iam_mfa_device WHERE account = ? AND user_id <> ''", string(account))
	for _, user := range users {
		if c := of[user]; c != nil {
			c.MFA = true
		}
	}
	return err
}

// credentialKeys adds access keys, and where they were last used.
func (tx *Tx) credentialKeys(ctx context.Context, account arn.AccountID, of map[string]*iam.Credentials) error {
	type place struct {
		user *iam.Credentials
		at   int
	}
	places := map[string]place{}
	ids, err := rows(ctx, tx, func(row scanner) (id string, err error) {
		var user string
		var active, created int64
		if err := row.Scan(&id, &user, &active, &created); err != nil {
			return id, err
		}
		if c := of[user]; c != nil {
			places[id] = place{c, len(c.Keys)}
			c.Keys = append(c.Keys, iam.KeyState{Active: active != 0, Created: fromMicros(created)})
		}
		return id, nil
	}, "SELECT id, user_id, active, created FROM iam_access_key WHERE account = ? ORDER BY user_id, created, id", string(account))
	if err != nil {
		return err
	}
	used, err := tx.Accesses(ctx, ids, time.Time{})
	for _, a := range used {
		p, found := places[a.Principal]
		if !found {
			continue
		}
		if k := &p.user.Keys[p.at]; a.At.After(k.Used) {
			k.Used, k.Region, k.Service = a.At, a.Region, a.Service
		}
	}
	return err
}

// credentialCertificates adds signing certificates.
func (tx *Tx) credentialCertificates(ctx context.Context, account arn.AccountID, of map[string]*iam.Credentials) error {
	_, err := rows(ctx, tx, func(row scanner) (struct{}, error) {
		var user string
		var active, created int64
		err := row.Scan(&user, &active, &created)
		if c := of[user]; c != nil {
			c.Certificates = append(c.Certificates, iam.CertificateState{Active: active != 0, Uploaded: fromMicros(created)})
		}
		return struct{}{}, err
	}, "SELECT user_id, active, created FROM iam_credential WHERE account = ? AND kind = ? ORDER BY user_id, created, id", string(account), string(iam.SigningCertificate))
	return err
}

// PutCredentialReport keeps a report in the place of the one before.
func (tx *Tx) PutCredentialReport(ctx context.Context, r iam.CredentialReport) error {
	_, err := tx.execQuietly(ctx, `INSERT INTO iam_credential_report (account, created, content) VALUES (?, ?, ?)
		ON CONFLICT (account) DO UPDATE SET created = excluded.created, content = excluded.content`, string(r.Account), micros(r.Created), r.Content)
	return err
}

// CredentialReport finds the newest report of an account.
func (tx *Tx) CredentialReport(ctx context.Context, account arn.AccountID) (iam.CredentialReport, bool, error) {
	return one(ctx, tx, func(row scanner) (iam.CredentialReport, error) {
		r := iam.CredentialReport{Account: account}
		var created int64
		err := row.Scan(&created, &r.Content)
		r.Created = fromMicros(created)
		return r, err
	}, "SELECT created, content FROM iam_credential_report WHERE account = ?", string(account))
}
