package sqlstore

import (
	"context"
	"time"

	"foyer/internal/arn"
	"foyer/internal/favourite"
)

// Nothing of this is remembered, so every write is quiet. A person has few rows
// in either table, so that no index but the keys' is needed.

// FavouriteAccounts are the accounts that a person marked, the last first.
func (tx *Tx) FavouriteAccounts(ctx context.Context, userID string) ([]arn.AccountID, error) {
	return rows(ctx, tx, scanAccountID, "SELECT account FROM favourite_account WHERE user_id = ? ORDER BY marked DESC, account", userID)
}

// PutFavouriteAccount marks an account.
func (tx *Tx) PutFavouriteAccount(ctx context.Context, userID string, account arn.AccountID, at time.Time) error {
	_, err := tx.execQuietly(ctx, "INSERT INTO favourite_account (user_id, account, marked) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", userID, string(account), micros(at))
	return err
}

// DeleteFavouriteAccount unmarks an account.
func (tx *Tx) DeleteFavouriteAccount(ctx context.Context, userID string, account arn.AccountID) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM favourite_account WHERE user_id = ? AND account = ?", userID, string(account))
	return err
}

// RecentRoles are the roles that a person took, the last first.
func (tx *Tx) RecentRoles(ctx context.Context, userID string) ([]favourite.Role, error) {
	scan := func(row scanner) (favourite.Role, error) {
		var r favourite.Role
		return r, row.Scan(&r.Account, &r.Name)
	}
	return rows(ctx, tx, scan, "SELECT account, name FROM recent_role WHERE user_id = ? ORDER BY taken DESC, account, name", userID)
}

// PutRecentRole notes that a role was taken at a time.
func (tx *Tx) PutRecentRole(ctx context.Context, userID string, role favourite.Role, at time.Time) error {
	_, err := tx.execQuietly(ctx, "INSERT INTO recent_role (user_id, account, name, taken) VALUES (?, ?, ?, ?) ON CONFLICT (user_id, account, name) DO UPDATE SET taken = excluded.taken",
		userID, string(role.Account), role.Name, micros(at))
	return err
}

// TrimFavourites keeps the last of a person's accounts and roles.
func (tx *Tx) TrimFavourites(ctx context.Context, userID string, accounts, roles int) error {
	_, err := tx.execQuietly(ctx, `DELETE FROM favourite_account WHERE user_id = ? AND account NOT IN (
		SELECT account FROM favourite_account WHERE user_id = ? ORDER BY marked DESC, account LIMIT ?)`, userID, userID, accounts)
	if err != nil {
		return err
	}
	_, err = tx.execQuietly(ctx, `DELETE FROM recent_role WHERE user_id = ? AND (account, name) NOT IN (
		SELECT account, name FROM recent_role WHERE user_id = ? ORDER BY taken DESC, account, name LIMIT ?)`, userID, userID, roles)
	return err
}
