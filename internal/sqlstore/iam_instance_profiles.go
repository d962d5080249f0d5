package sqlstore

import (
	"context"
	"slices"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/paging"
)

const instanceProfileColumns = "account, name, path, id, created, tags, role_id"

// InsertInstanceProfile adds an instance profile, unless its name is taken.
func (tx *Tx) InsertInstanceProfile(ctx context.Context, p iam.InstanceProfile) (bool, error) {
	tags, err := tagsText(p.Tags)
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, "INSERT INTO iam_instance_profile (name_key, "+instanceProfileColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		iam.Key(p.Name), string(p.Account), p.Name, p.Path, p.ID, micros(p.Created), tags, p.RoleID())
}

// UpdateInstanceProfile writes tags and role.
func (tx *Tx) UpdateInstanceProfile(ctx context.Context, p iam.InstanceProfile) error {
	tags, err := tagsText(p.Tags)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE iam_instance_profile SET tags = ?, role_id = ? WHERE account = ? AND name_key = ?",
		tags, p.RoleID(), string(p.Account), iam.Key(p.Name))
	return err
}

// DeleteInstanceProfile removes an instance profile.
func (tx *Tx) DeleteInstanceProfile(ctx context.Context, account arn.AccountID, name string) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_instance_profile WHERE account = ? AND name_key = ?", string(account), iam.Key(name))
	return err
}

// InstanceProfile finds by name.
func (tx *Tx) InstanceProfile(ctx context.Context, account arn.AccountID, name string) (p iam.InstanceProfile, found bool, err error) {
	all, err := tx.instanceProfiles(ctx, "WHERE account = ? AND name_key = ?", string(account), iam.Key(name))
	if err != nil || len(all) == 0 {
		return p, false, err
	}
	return all[0], true, nil
}

// InstanceProfiles lists by name.
func (tx *Tx) InstanceProfiles(ctx context.Context, account arn.AccountID, q iam.ProfilesQuery, page paging.Page) ([]iam.InstanceProfile, error) {
	where, args := "WHERE account = ? AND name_key > ? AND substr(path, 1, ?) = ?", []any{string(account), page.After, len(q.PathPrefix), q.PathPrefix}
	if q.RoleID != "" {
		where, args = "WHERE role_id = ? AND role_id <> '' AND name_key > ?", []any{q.RoleID, page.After}
	}
	return tx.instanceProfiles(ctx, where+" ORDER BY name_key LIMIT ?", append(args, page.Limit)...)
}

// InstanceProfileCount counts an account's.
func (tx *Tx) InstanceProfileCount(ctx context.Context, account arn.AccountID) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM iam_instance_profile WHERE account = ?", []any{string(account)}, &n)
	return n, err
}

// instanceProfiles reads profiles, and then the roles in them.
func (tx *Tx) instanceProfiles(ctx context.Context, where string, args ...any) ([]iam.InstanceProfile, error) {
	var ids []string
	all, err := rows(ctx, tx, func(row scanner) (p iam.InstanceProfile, err error) {
		var account, tags, roleID string
		var created int64
		if err := row.Scan(&account, &p.Name, &p.Path, &p.ID, &created, &tags, &roleID); err != nil {
			return p, err
		}
		ids = append(ids, roleID)
		p.Account, p.Created = arn.AccountID(account), fromMicros(created)
		p.ARN = iam.InstanceProfileARN(p.Account, p.Path, p.Name)
		return p, fromJSON(tags, &p.Tags)
	}, "SELECT "+instanceProfileColumns+" FROM iam_instance_profile "+where, args...)
	if err != nil {
		return nil, err
	}
	roles, err := tx.iamRolesByID(ctx, ids)
	for i := range all {
		all[i].Role = roles[ids[i]]
	}
	return all, err
}

// iamRolesByID reads roles; ids that are "" or nobody's are passed over.
func (tx *Tx) iamRolesByID(ctx context.Context, ids []string) (map[string]*iam.Role, error) {
	all := map[string]*iam.Role{}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" })
	for some := range slices.Chunk(ids, rowsAtOnce) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		found, err := rows(ctx, tx, scanIAMRole, "SELECT "+iamRoleColumns+" FROM "+iamRoleTables+" WHERE e.id IN ("+tuples("?", len(some))+")", args...)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			all[r.ID] = &r
		}
	}
	return all, nil
}
