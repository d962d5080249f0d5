package sqlstore

import (
	"context"
	"fmt"

	"foyer/internal/directory"
	"foyer/internal/paging"
)

const userColumns = "id, store, enabled, attributes, created, created_by, updated, updated_by"

func scanUser(row scanner) (directory.User, error) {
	var (
		u                         directory.User
		enabled, created, updated int64
		attributes                string
	)
	if err := row.Scan(&u.ID, &u.Store, &enabled, &attributes, &created, &u.Stamp.CreatedBy, &updated, &u.Stamp.UpdatedBy); err != nil {
		return u, err
	}
	u.Disabled = enabled == 0
	u.Stamp.Created, u.Stamp.Updated = fromMicros(created), fromMicros(updated)
	return u, fromJSON(attributes, &u.Attributes)
}

// withExternalIDs completes users with the ids other providers have for them.
func (tx *Tx) withExternalIDs(ctx context.Context, u directory.User, found bool, err error) (directory.User, bool, error) {
	if err != nil || !found {
		return u, found, err
	}
	u.ExternalIDs, err = tx.externalIDs(ctx, string(u.ID))
	return u, true, err
}

func (tx *Tx) externalIDs(ctx context.Context, owner string) ([]directory.ExternalID, error) {
	return rows(ctx, tx, func(row scanner) (directory.ExternalID, error) {
		var e directory.ExternalID
		return e, row.Scan(&e.Issuer, &e.ID)
	}, "SELECT issuer, id FROM directory_external_id WHERE owner = ? ORDER BY issuer, id", owner)
}

func (tx *Tx) putExternalIDs(ctx context.Context, store string, resource directory.Resource, owner string, ids []directory.ExternalID) error {
	for _, e := range ids {
		if _, err := tx.insert(ctx, "INSERT INTO directory_external_id (store, resource, issuer, id, owner) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			store, string(resource), e.Issuer, e.ID, owner); err != nil {
			return err
		}
	}
	return nil
}

// DirectoryUser reads a user by id.
func (tx *Tx) DirectoryUser(ctx context.Context, id directory.UserID) (directory.User, bool, error) {
	u, found, err := one(ctx, tx, scanUser, "SELECT "+userColumns+" FROM directory_user WHERE id = ?", string(id))
	return tx.withExternalIDs(ctx, u, found, err)
}

// DirectoryUserBy reads the user whose key has value, which is folded.
func (tx *Tx) DirectoryUserBy(ctx context.Context, store string, key directory.UserKey, value string) (directory.User, bool, error) {
	column := map[directory.UserKey]string{directory.ByUserName: "user_name_key", directory.ByEmail: "email_key"}[key]
	if column == "" {
		return directory.User{}, false, fmt.Errorf("no index on user attribute %q", key)
	}
	u, found, err := one(ctx, tx, scanUser, "SELECT "+userColumns+" FROM directory_user WHERE store = ? AND "+column+" = ?", store, value)
	return tx.withExternalIDs(ctx, u, found, err)
}

// DirectoryUsers lists a store's users by id.
func (tx *Tx) DirectoryUsers(ctx context.Context, store string, page paging.Page) ([]directory.User, error) {
	users, err := rows(ctx, tx, scanUser, "SELECT "+userColumns+" FROM directory_user WHERE store = ? AND id > ? ORDER BY id LIMIT ?", store, page.After, page.Limit)
	if err != nil || len(users) == 0 {
		return nil, err
	}
	ids, err := tx.externalIDsBetween(ctx, string(users[0].ID), string(users[len(users)-1].ID))
	for i := range users {
		users[i].ExternalIDs = ids[string(users[i].ID)]
	}
	return users, err
}

// externalIDsBetween are the external ids of all owners from first to last.
func (tx *Tx) externalIDsBetween(ctx context.Context, first, last string) (map[string][]directory.ExternalID, error) {
	byOwner := map[string][]directory.ExternalID{}
	_, err := rows(ctx, tx, func(row scanner) (struct{}, error) {
		var owner string
		var e directory.ExternalID
		err := row.Scan(&owner, &e.Issuer, &e.ID)
		byOwner[owner] = append(byOwner[owner], e)
		return struct{}{}, err
	}, "SELECT owner, issuer, id FROM directory_external_id WHERE owner >= ? AND owner <= ? ORDER BY owner, issuer, id", first, last)
	return byOwner, err
}

// PutDirectoryUser adds a user; false when the id or user name exists.
func (tx *Tx) PutDirectoryUser(ctx context.Context, u directory.User) (bool, error) {
	attributes, err := toJSON(u.Attributes)
	if err != nil {
		return false, err
	}
	created, err := tx.insert(ctx, `INSERT INTO directory_user
		(id, store, user_name, user_name_key, email_key, display_name, enabled, attributes, created, created_by, updated, updated_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		string(u.ID), u.Store, u.UserName, directory.Fold(u.UserName), directory.Fold(u.Email()), u.DisplayName, flag(!u.Disabled), attributes,
		micros(u.Stamp.Created), u.Stamp.CreatedBy, micros(u.Stamp.Updated), u.Stamp.UpdatedBy)
	if err != nil || !created {
		return false, err
	}
	return true, tx.putExternalIDs(ctx, u.Store, directory.UserResource, string(u.ID), u.ExternalIDs)
}

// UpdateDirectoryUser writes what may change of a user.
func (tx *Tx) UpdateDirectoryUser(ctx context.Context, u directory.User) error {
	attributes, err := toJSON(u.Attributes)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE directory_user SET user_name = ?, user_name_key = ?, email_key = ?, display_name = ?, enabled = ?,
		attributes = ?, updated = ?, updated_by = ? WHERE id = ?`,
		u.UserName, directory.Fold(u.UserName), directory.Fold(u.Email()), u.DisplayName, flag(!u.Disabled),
		attributes, micros(u.Stamp.Updated), u.Stamp.UpdatedBy, string(u.ID))
	return err
}

// DeleteDirectoryUser removes a user with its memberships and external ids.
func (tx *Tx) DeleteDirectoryUser(ctx context.Context, id directory.UserID) error {
	_, err := tx.deleteWithParts(ctx, string(id),
		"DELETE FROM directory_membership WHERE user_id = ?",
		"DELETE FROM directory_external_id WHERE owner = ?",
		"DELETE FROM directory_user WHERE id = ?")
	return err
}

// deleteWithParts runs statements that each take id; it reports whether the
// last, which deletes the thing itself, met a row.
func (tx *Tx) deleteWithParts(ctx context.Context, id string, statements ...string) (met bool, err error) {
	for _, statement := range statements {
		n, err := tx.exec(ctx, statement, id)
		if err != nil {
			return false, err
		}
		met = n > 0
	}
	return met, nil
}

// DeleteDirectoryStore removes all that is in a store.
func (tx *Tx) DeleteDirectoryStore(ctx context.Context, store string) error {
	_, err := tx.deleteWithParts(ctx, store,
		"DELETE FROM directory_membership WHERE group_id IN (SELECT id FROM directory_group WHERE store = ?)",
		"DELETE FROM directory_external_id WHERE store = ?",
		"DELETE FROM directory_group WHERE store = ?",
		"DELETE FROM directory_user WHERE store = ?")
	return err
}

// DirectoryOwnerOfExternalID finds whom another provider knows by external.
func (tx *Tx) DirectoryOwnerOfExternalID(ctx context.Context, store string, resource directory.Resource, external directory.ExternalID) (string, bool, error) {
	var owner string
	found, err := tx.queryRow(ctx, "SELECT owner FROM directory_external_id WHERE store = ? AND resource = ? AND issuer = ? AND id = ?",
		[]any{store, string(resource), external.Issuer, external.ID}, &owner)
	return owner, found, err
}

// CountDirectoryUsers counts the users of a store.
func (tx *Tx) CountDirectoryUsers(ctx context.Context, store string) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM directory_user WHERE store = ?", []any{store}, &n)
	return n, err
}
