package sqlstore

import (
	"context"

	"foyer/internal/paging"
	"foyer/internal/permissionset"
)

const permissionSetColumns = "arn, instance, name, description, session_duration, relay_state, created"

func scanPermissionSet(row scanner) (permissionset.Set, error) {
	var (
		s       permissionset.Set
		created int64
	)
	err := row.Scan(&s.ARN, &s.InstanceARN, &s.Name, &s.Description, &s.SessionDuration, &s.RelayState, &created)
	s.Created = fromMicros(created)
	return s, err
}

// PermissionSet reads a permission set by ARN.
func (tx *Tx) PermissionSet(ctx context.Context, setARN string) (permissionset.Set, bool, error) {
	return one(ctx, tx, scanPermissionSet, "SELECT "+permissionSetColumns+" FROM permission_set WHERE arn = ?", setARN)
}

// PermissionSetNamed reads a permission set by its name.
func (tx *Tx) PermissionSetNamed(ctx context.Context, name string) (permissionset.Set, bool, error) {
	return one(ctx, tx, scanPermissionSet, "SELECT "+permissionSetColumns+" FROM permission_set WHERE name = ?", name)
}

// PermissionSetARNs lists the sets of an instance by ARN.
func (tx *Tx) PermissionSetARNs(ctx context.Context, instanceARN string, page paging.Page) ([]string, error) {
	return rows(ctx, tx, scanText, "SELECT arn FROM permission_set WHERE instance = ? AND arn > ? ORDER BY arn LIMIT ?",
		instanceARN, page.After, page.Limit)
}

// CountPermissionSets counts the sets of an instance.
func (tx *Tx) CountPermissionSets(ctx context.Context, instanceARN string) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM permission_set WHERE instance = ?", []any{instanceARN}, &n)
	return n, err
}

// PermissionSetInUse reports whether the set is assigned or provisioned
// anywhere, or on its way into an account or out of it.
func (tx *Tx) PermissionSetInUse(ctx context.Context, setARN string) (bool, error) {
	var used int64
	return tx.queryRow(ctx, `SELECT 1 FROM account_assignment WHERE permission_set = ?
		UNION ALL SELECT 1 FROM provisioned_role WHERE permission_set = ?
		UNION ALL SELECT 1 FROM job WHERE queue = 'provisioning' AND name = ? LIMIT 1`, []any{setARN, setARN, setARN}, &used)
}

// PutPermissionSet adds a set; false when its ARN or name exists.
func (tx *Tx) PutPermissionSet(ctx context.Context, s permissionset.Set) (bool, error) {
	return tx.insert(ctx, `INSERT INTO permission_set
		(arn, instance, name, description, session_duration, relay_state, inline_policy, boundary_managed, boundary_customer, created)
		VALUES (?, ?, ?, ?, ?, ?, '', '', '', ?) ON CONFLICT DO NOTHING`,
		s.ARN, s.InstanceARN, s.Name, s.Description, s.SessionDuration, s.RelayState, micros(s.Created))
}

// UpdatePermissionSet writes what may change of a set.
func (tx *Tx) UpdatePermissionSet(ctx context.Context, s permissionset.Set) error {
	_, err := tx.exec(ctx, "UPDATE permission_set SET description = ?, session_duration = ?, relay_state = ? WHERE arn = ?",
		s.Description, s.SessionDuration, s.RelayState, s.ARN)
	return err
}

// DeletePermissionSet removes a set with its policies and tags.
func (tx *Tx) DeletePermissionSet(ctx context.Context, setARN string) error {
	for _, statement := range []string{
		"DELETE FROM permission_set_policy WHERE permission_set = ?",
		"DELETE FROM resource_tag WHERE resource = ?",
		"DELETE FROM permission_set WHERE arn = ?",
	} {
		if _, err := tx.exec(ctx, statement, setARN); err != nil {
			return err
		}
	}
	return nil
}

// ResourceTags reads the tags of a resource of Identity Center.
func (tx *Tx) ResourceTags(ctx context.Context, resourceARN string) (map[string]string, error) {
	pairs, err := rows(ctx, tx, func(row scanner) (pair [2]string, err error) {
		err = row.Scan(&pair[0], &pair[1])
		return pair, err
	}, "SELECT tag_key, value FROM resource_tag WHERE resource = ?", resourceARN)
	tags := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		tags[pair[0]] = pair[1]
	}
	return tags, err
}

// PutResourceTag puts a tag, in place of one with the same key.
func (tx *Tx) PutResourceTag(ctx context.Context, resourceARN, key, value string) error {
	_, err := tx.exec(ctx, "INSERT INTO resource_tag (resource, tag_key, value) VALUES (?, ?, ?) ON CONFLICT (resource, tag_key) DO UPDATE SET value = excluded.value",
		resourceARN, key, value)
	return err
}

// DeleteResourceTag removes a tag; one that is not there is no error.
func (tx *Tx) DeleteResourceTag(ctx context.Context, resourceARN, key string) error {
	_, err := tx.exec(ctx, "DELETE FROM resource_tag WHERE resource = ? AND tag_key = ?", resourceARN, key)
	return err
}
