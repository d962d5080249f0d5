package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/iam"
)

// PutAccountSettings inserts, or replaces.
func (tx *Tx) PutAccountSettings(ctx context.Context, a iam.AccountSettings) error {
	policy := ""
	if a.Password != nil {
		var err error
		if policy, err = toJSON(a.Password); err != nil {
			return err
		}
	}
	_, err := tx.exec(ctx, `INSERT INTO iam_account_setting (account, password_policy, token_version) VALUES (?, ?, ?)
		ON CONFLICT (account) DO UPDATE SET password_policy = excluded.password_policy, token_version = excluded.token_version`,
		string(a.Account), policy, a.TokenVersion)
	return err
}

// AccountSettings reads what an account decided.
func (tx *Tx) AccountSettings(ctx context.Context, account arn.AccountID) (iam.AccountSettings, error) {
	a, _, err := one(ctx, tx, func(row scanner) (a iam.AccountSettings, err error) {
		var policy string
		if err := row.Scan(&policy, &a.TokenVersion); err != nil {
			return a, err
		}
		return a, fromJSON(policy, &a.Password)
	}, "SELECT password_policy, token_version FROM iam_account_setting WHERE account = ?", string(account))
	a.Account = account
	return a, err
}

// PutAccountAlias gives an account an alias, unless that is taken.
func (tx *Tx) PutAccountAlias(ctx context.Context, account arn.AccountID, alias string) (bool, error) {
	var taken int
	if found, err := tx.queryRow(ctx, "SELECT 1 FROM iam_account_alias WHERE alias = ?", []any{alias}, &taken); err != nil || found {
		return false, err
	}
	if _, err := tx.exec(ctx, "DELETE FROM iam_account_alias WHERE account = ?", string(account)); err != nil {
		return false, err
	}
	return tx.insert(ctx, "INSERT INTO iam_account_alias (alias, account) VALUES (?, ?) ON CONFLICT DO NOTHING", alias, string(account))
}

// DeleteAccountAlias removes an alias of an account.
func (tx *Tx) DeleteAccountAlias(ctx context.Context, account arn.AccountID, alias string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM iam_account_alias WHERE alias = ? AND account = ?", alias, string(account))
	return n > 0, err
}

// AccountAlias finds the alias of an account.
func (tx *Tx) AccountAlias(ctx context.Context, account arn.AccountID) (string, error) {
	alias, _, err := one(ctx, tx, scanText, "SELECT alias FROM iam_account_alias WHERE account = ?", string(account))
	return alias, err
}

const loginProfileColumns = "account, user_id, verifier, earlier, reset_required, created, changed"

// InsertLoginProfile adds a login profile, unless its user has one.
func (tx *Tx) InsertLoginProfile(ctx context.Context, p iam.StoredProfile) (bool, error) {
	earlier, err := toJSON(p.Earlier)
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, "INSERT INTO iam_login_profile ("+loginProfileColumns+") VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		string(p.Account), p.UserID, p.Verifier, earlier, flag(p.ResetRequired), micros(p.Created), micros(p.Changed))
}

// UpdateLoginProfile writes the password and whether it has to be replaced.
func (tx *Tx) UpdateLoginProfile(ctx context.Context, p iam.StoredProfile) error {
	earlier, err := toJSON(p.Earlier)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE iam_login_profile SET verifier = ?, earlier = ?, reset_required = ?, changed = ? WHERE account = ? AND user_id = ?",
		p.Verifier, earlier, flag(p.ResetRequired), micros(p.Changed), string(p.Account), p.UserID)
	return err
}

// DeleteLoginProfile removes a login profile.
func (tx *Tx) DeleteLoginProfile(ctx context.Context, account arn.AccountID, userID string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM iam_login_profile WHERE account = ? AND user_id = ?", string(account), userID)
	return n > 0, err
}

// LoginProfile finds a login profile.
func (tx *Tx) LoginProfile(ctx context.Context, account arn.AccountID, userID string) (iam.StoredProfile, bool, error) {
	return one(ctx, tx, func(row scanner) (p iam.StoredProfile, err error) {
		var account, earlier string
		var reset, created, changed int64
		if err := row.Scan(&account, &p.UserID, &p.Verifier, &earlier, &reset, &created, &changed); err != nil {
			return p, err
		}
		p.Account, p.ResetRequired, p.Created, p.Changed = arn.AccountID(account), reset != 0, fromMicros(created), fromMicros(changed)
		return p, fromJSON(earlier, &p.Earlier)
	}, "SELECT "+loginProfileColumns+" FROM iam_login_profile WHERE account = ? AND user_id = ?", string(account), userID)
}
