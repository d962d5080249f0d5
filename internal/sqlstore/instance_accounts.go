package sqlstore

import (
	"context"
	"fmt"

	"foyer/internal/instance"
)

func scanAccountInstance(row scanner) (instance.Instance, error) {
	i, err := scanInstance(row)
	i.OfAccount = true
	return i, err
}

// AccountInstance reads the account instance that a key finds.
func (tx *Tx) AccountInstance(ctx context.Context, by instance.AccountKey, value string) (instance.Instance, bool, error) {
	switch by {
	case instance.ByID, instance.ByOwner, instance.ByStore:
		return one(ctx, tx, scanAccountInstance, "SELECT id, identity_store, owner, region, created FROM account_instance WHERE "+string(by)+" = ?", value)
	default:
		return instance.Instance{}, false, fmt.Errorf("no index on account instances by %q", by)
	}
}

// PutAccountInstance adds an account instance; false when the account has one.
func (tx *Tx) PutAccountInstance(ctx context.Context, i instance.Instance) (bool, error) {
	return tx.insert(ctx, "INSERT INTO account_instance (id, identity_store, owner, region, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		i.ID, i.IdentityStore, string(i.Owner), i.Region, micros(i.Created))
}

// InstanceDetails reads what of an instance may change.
func (tx *Tx) InstanceDetails(ctx context.Context, id string) (d instance.Details, err error) {
	var since int64
	_, err = tx.queryRow(ctx, "SELECT name, key_arn, key_since FROM instance_detail WHERE instance = ?", []any{id}, &d.Name, &d.KeyARN, &since)
	d.KeySince = fromMicros(since)
	return d, err
}

// SetInstanceDetails writes what of an instance may change.
func (tx *Tx) SetInstanceDetails(ctx context.Context, id string, d instance.Details) error {
	_, err := tx.exec(ctx, `INSERT INTO instance_detail (instance, name, key_arn, key_since) VALUES (?, ?, ?, ?)
		ON CONFLICT (instance) DO UPDATE SET name = excluded.name, key_arn = excluded.key_arn, key_since = excluded.key_since`,
		id, d.Name, d.KeyARN, micros(d.KeySince))
	return err
}

// InstanceInUse reports whether the organization instance holds anything.
func (tx *Tx) InstanceInUse(ctx context.Context, i instance.Instance) (bool, error) {
	var used int64
	return tx.queryRow(ctx, `SELECT 1 FROM permission_set WHERE instance = ? UNION ALL SELECT 1 FROM directory_user WHERE store = ?
		UNION ALL SELECT 1 FROM directory_group WHERE store = ? LIMIT 1`, []any{i.ARN(), i.IdentityStore, i.IdentityStore}, &used)
}

// DeleteInstance removes an instance with its details, regions and tags.
func (tx *Tx) DeleteInstance(ctx context.Context, i instance.Instance) error {
	table := "instance"
	if i.OfAccount {
		table = "account_instance"
	}
	for statement, of := range map[string]string{
		"DELETE FROM instance_detail WHERE instance = ?": i.ID,
		"DELETE FROM instance_region WHERE instance = ?": i.ID,
		"DELETE FROM resource_tag WHERE resource = ?":    i.ARN(),
		"DELETE FROM access_control WHERE instance = ?":  i.ARN(),
		"DELETE FROM " + table + " WHERE id = ?":         i.ID,
	} {
		if _, err := tx.exec(ctx, statement, of); err != nil {
			return err
		}
	}
	return nil
}

// InstanceRegions lists the regions of an instance beside its home region.
func (tx *Tx) InstanceRegions(ctx context.Context, id string) ([]instance.Region, error) {
	return rows(ctx, tx, func(row scanner) (instance.Region, error) {
		var (
			r                      instance.Region
			added, leaves, settles int64
		)
		err := row.Scan(&r.Name, &added, &leaves, &settles)
		r.Added, r.Leaves, r.Settles = fromMicros(added), leaves == 1, fromMicros(settles)
		return r, err
	}, "SELECT name, added, leaves, settles FROM instance_region WHERE instance = ? ORDER BY name", id)
}

// PutInstanceRegion puts a region, in place of one of its name.
func (tx *Tx) PutInstanceRegion(ctx context.Context, id string, r instance.Region) error {
	_, err := tx.exec(ctx, `INSERT INTO instance_region (instance, name, added, leaves, settles) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (instance, name) DO UPDATE SET leaves = excluded.leaves, settles = excluded.settles`,
		id, r.Name, micros(r.Added), flag(r.Leaves), micros(r.Settles))
	return err
}

// DeleteInstanceRegion removes a region.
func (tx *Tx) DeleteInstanceRegion(ctx context.Context, id, name string) error {
	_, err := tx.exec(ctx, "DELETE FROM instance_region WHERE instance = ? AND name = ?", id, name)
	return err
}
