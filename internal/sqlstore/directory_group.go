package sqlstore

import (
	"context"

	"foyer/internal/directory"
	"foyer/internal/paging"
)

const groupColumns = "id, store, display_name, description, created, created_by, updated, updated_by"

func scanGroup(row scanner) (directory.Group, error) {
	var (
		g                directory.Group
		created, updated int64
	)
	err := row.Scan(&g.ID, &g.Store, &g.DisplayName, &g.Description, &created, &g.Stamp.CreatedBy, &updated, &g.Stamp.UpdatedBy)
	g.Stamp.Created, g.Stamp.Updated = fromMicros(created), fromMicros(updated)
	return g, err
}

func (tx *Tx) directoryGroup(ctx context.Context, where string, values ...any) (directory.Group, bool, error) {
	g, found, err := one(ctx, tx, scanGroup, "SELECT "+groupColumns+" FROM directory_group WHERE "+where, values...)
	if err != nil || !found {
		return g, found, err
	}
	g.ExternalIDs, err = tx.externalIDs(ctx, string(g.ID))
	return g, true, err
}

// DirectoryGroup reads a group by id.
func (tx *Tx) DirectoryGroup(ctx context.Context, id directory.GroupID) (directory.Group, bool, error) {
	return tx.directoryGroup(ctx, "id = ?", string(id))
}

// DirectoryGroupByName reads a store's group by its folded display name.
func (tx *Tx) DirectoryGroupByName(ctx context.Context, store, nameKey string) (directory.Group, bool, error) {
	return tx.directoryGroup(ctx, "store = ? AND display_name_key = ?", store, nameKey)
}

// DirectoryGroups lists a store's groups by id.
func (tx *Tx) DirectoryGroups(ctx context.Context, store string, page paging.Page) ([]directory.Group, error) {
	groups, err := rows(ctx, tx, scanGroup, "SELECT "+groupColumns+" FROM directory_group WHERE store = ? AND id > ? ORDER BY id LIMIT ?", store, page.After, page.Limit)
	if err != nil || len(groups) == 0 {
		return nil, err
	}
	ids, err := tx.externalIDsBetween(ctx, string(groups[0].ID), string(groups[len(groups)-1].ID))
	for i := range groups {
		groups[i].ExternalIDs = ids[string(groups[i].ID)]
	}
	return groups, err
}

// PutDirectoryGroup adds a group; false when the id or display name exists.
func (tx *Tx) PutDirectoryGroup(ctx context.Context, g directory.Group) (bool, error) {
	created, err := tx.insert(ctx, `INSERT INTO directory_group
		(id, store, display_name, display_name_key, description, created, created_by, updated, updated_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		string(g.ID), g.Store, g.DisplayName, directory.Fold(g.DisplayName), g.Description,
		micros(g.Stamp.Created), g.Stamp.CreatedBy, micros(g.Stamp.Updated), g.Stamp.UpdatedBy)
	if err != nil || !created {
		return false, err
	}
	return true, tx.putExternalIDs(ctx, g.Store, directory.GroupResource, string(g.ID), g.ExternalIDs)
}

// UpdateDirectoryGroup writes what may change of a group.
func (tx *Tx) UpdateDirectoryGroup(ctx context.Context, g directory.Group) error {
	_, err := tx.exec(ctx, "UPDATE directory_group SET display_name = ?, display_name_key = ?, description = ?, updated = ?, updated_by = ? WHERE id = ?",
		g.DisplayName, directory.Fold(g.DisplayName), g.Description, micros(g.Stamp.Updated), g.Stamp.UpdatedBy, string(g.ID))
	return err
}

// DeleteDirectoryGroup removes a group with its memberships and external ids.
func (tx *Tx) DeleteDirectoryGroup(ctx context.Context, id directory.GroupID) error {
	_, err := tx.deleteWithParts(ctx, string(id),
		"DELETE FROM directory_membership WHERE group_id = ?",
		"DELETE FROM directory_external_id WHERE owner = ?",
		"DELETE FROM directory_group WHERE id = ?")
	return err
}

const membershipColumns = "id, group_id, user_id, created, created_by"

func scanMembership(row scanner) (directory.Membership, error) {
	var (
		m       directory.Membership
		created int64
	)
	err := row.Scan(&m.ID, &m.Group, &m.User, &created, &m.Stamp.CreatedBy)
	m.Stamp.Created, m.Stamp.Updated, m.Stamp.UpdatedBy = fromMicros(created), fromMicros(created), m.Stamp.CreatedBy
	return m, err
}

// DirectoryMembership reads a membership by id.
func (tx *Tx) DirectoryMembership(ctx context.Context, id directory.MembershipID) (directory.Membership, bool, error) {
	return one(ctx, tx, scanMembership, "SELECT "+membershipColumns+" FROM directory_membership WHERE id = ?", string(id))
}

// DirectoryMembershipOf reads the membership of a user in a group.
func (tx *Tx) DirectoryMembershipOf(ctx context.Context, group directory.GroupID, user directory.UserID) (directory.Membership, bool, error) {
	return one(ctx, tx, scanMembership, "SELECT "+membershipColumns+" FROM directory_membership WHERE group_id = ? AND user_id = ?", string(group), string(user))
}

// DirectoryMembers lists a group's memberships by id.
func (tx *Tx) DirectoryMembers(ctx context.Context, group directory.GroupID, page paging.Page) ([]directory.Membership, error) {
	return rows(ctx, tx, scanMembership, "SELECT "+membershipColumns+" FROM directory_membership WHERE group_id = ? AND id > ? ORDER BY id LIMIT ?",
		string(group), page.After, page.Limit)
}

// DirectoryMembershipsOf lists a user's memberships by id.
func (tx *Tx) DirectoryMembershipsOf(ctx context.Context, user directory.UserID, page paging.Page) ([]directory.Membership, error) {
	return rows(ctx, tx, scanMembership, "SELECT "+membershipColumns+" FROM directory_membership WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?",
		string(user), page.After, page.Limit)
}

// PutDirectoryMembership adds a membership; false when the pair exists.
func (tx *Tx) PutDirectoryMembership(ctx context.Context, m directory.Membership) (bool, error) {
	return tx.insert(ctx, "INSERT INTO directory_membership (id, group_id, user_id, created, created_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		string(m.ID), string(m.Group), string(m.User), micros(m.Stamp.Created), m.Stamp.CreatedBy)
}

// DeleteDirectoryMembership ends a membership.
func (tx *Tx) DeleteDirectoryMembership(ctx context.Context, id directory.MembershipID) error {
	_, err := tx.exec(ctx, "DELETE FROM directory_membership WHERE id = ?", string(id))
	return err
}

// DirectoryPrincipal reports whether a store has the user or group.
func (tx *Tx) DirectoryPrincipal(ctx context.Context, store string, resource directory.Resource, id string) (bool, error) {
	table := "directory_user"
	if resource == directory.GroupResource {
		table = "directory_group"
	}
	var found string
	return tx.queryRow(ctx, "SELECT id FROM "+table+" WHERE id = ? AND store = ?", []any{id, store}, &found)
}

// CountDirectoryGroups counts the groups of a store.
func (tx *Tx) CountDirectoryGroups(ctx context.Context, store string) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM directory_group WHERE store = ?", []any{store}, &n)
	return n, err
}

// CountDirectoryGroupsOf counts the groups a user is a member of.
func (tx *Tx) CountDirectoryGroupsOf(ctx context.Context, user directory.UserID) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM directory_membership WHERE user_id = ?", []any{string(user)}, &n)
	return n, err
}
