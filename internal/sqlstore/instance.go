package sqlstore

import (
	"context"

	"foyer/internal/instance"
)

func scanInstance(row scanner) (instance.Instance, error) {
	var (
		i       instance.Instance
		created int64
	)
	err := row.Scan(&i.ID, &i.IdentityStore, &i.Owner, &i.Region, &created)
	i.Created = fromMicros(created)
	return i, err
}

// Instance reads the one instance there is.
func (tx *Tx) Instance(ctx context.Context) (instance.Instance, bool, error) {
	return one(ctx, tx, scanInstance, "SELECT id, identity_store, owner, region, created FROM instance")
}

// PutInstance makes the instance; false when there is one already.
func (tx *Tx) PutInstance(ctx context.Context, i instance.Instance) (bool, error) {
	return tx.insert(ctx, `INSERT INTO instance (one, id, identity_store, owner, region, created, signing_key, certificate)
		VALUES (1, ?, ?, ?, ?, ?, '', '') ON CONFLICT DO NOTHING`,
		i.ID, i.IdentityStore, string(i.Owner), i.Region, micros(i.Created))
}

// InstanceKey reads the instance's signing key.
func (tx *Tx) InstanceKey(ctx context.Context, id string) (instance.SigningKey, error) {
	var key instance.SigningKey
	_, err := tx.queryRow(ctx, "SELECT signing_key, certificate FROM instance WHERE id = ?", []any{id}, &key.Sealed, &key.Certificate)
	return key, err
}

// PutInstanceKey gives the instance a signing key, unless it has one.
func (tx *Tx) PutInstanceKey(ctx context.Context, id string, key instance.SigningKey) error {
	_, err := tx.exec(ctx, "UPDATE instance SET signing_key = ?, certificate = ? WHERE id = ? AND signing_key = ''", key.Sealed, key.Certificate, id)
	return err
}
