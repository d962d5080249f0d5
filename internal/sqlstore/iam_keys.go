package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/iam"
)

// InsertIAMAccessKey adds a long-term key, unless its id is taken.
func (tx *Tx) InsertIAMAccessKey(ctx context.Context, k iam.StoredKey) (bool, error) {
	return tx.insert(ctx, "INSERT INTO iam_access_key (id, account, user_id, sealed, active, created) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		k.ID, string(k.Account), k.UserID, k.Sealed, flag(k.Active), micros(k.Created))
}

// UpdateIAMAccessKey turns a key on or off.
func (tx *Tx) UpdateIAMAccessKey(ctx context.Context, id string, active bool) error {
	_, err := tx.exec(ctx, "UPDATE iam_access_key SET active = ? WHERE id = ?", flag(active), id)
	return err
}

// DeleteIAMAccessKey removes a key.
func (tx *Tx) DeleteIAMAccessKey(ctx context.Context, id string) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_access_key WHERE id = ?", id)
	return err
}

// IAMAccessKey finds a key with its user's name and path.
func (tx *Tx) IAMAccessKey(ctx context.Context, id string) (iam.StoredKey, bool, error) {
	return one(ctx, tx, scanIAMKey, `SELECT k.id, k.account, k.user_id, k.active, k.created, k.sealed, COALESCE(e.name, ''), COALESCE(e.path, '')
		FROM iam_access_key k LEFT JOIN iam_entity e ON e.id = k.user_id WHERE k.id = ?`, id)
}

// IAMAccessKeys lists the keys of a user or of root.
func (tx *Tx) IAMAccessKeys(ctx context.Context, account arn.AccountID, userID string) ([]iam.AccessKey, error) {
	return rows(ctx, tx, func(row scanner) (iam.AccessKey, error) {
		k, err := scanIAMKey(row)
		return k.AccessKey, err
	}, "SELECT id, account, user_id, active, created, '', '', '' FROM iam_access_key WHERE account = ? AND user_id = ? ORDER BY id",
		string(account), userID)
}

func scanIAMKey(row scanner) (k iam.StoredKey, err error) {
	var account string
	var active, created int64
	err = row.Scan(&k.ID, &account, &k.UserID, &active, &created, &k.Sealed, &k.UserName, &k.UserPath)
	k.Account, k.Active, k.Created = arn.AccountID(account), active != 0, fromMicros(created)
	return k, err
}
