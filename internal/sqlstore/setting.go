package sqlstore

import "context"

// ServerSetting reads what the server fixed at its first start; "" when it did not.
func (tx *Tx) ServerSetting(ctx context.Context, name string) (string, error) {
	var value string
	_, err := tx.queryRow(ctx, "SELECT value FROM server_setting WHERE name = ?", []any{name}, &value)
	return value, err
}

// PutServerSetting fixes a setting, unless it is fixed already.
func (tx *Tx) PutServerSetting(ctx context.Context, name, value string) error {
	_, err := tx.insert(ctx, "INSERT INTO server_setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", name, value)
	return err
}

// Answers reports whether the database does, and can keep changes.
func (db *DB) Answers(ctx context.Context) error {
	if err := db.dialect.sound(); err != nil {
		return err
	}
	return db.View(ctx, func(tx *Tx) error {
		_, err := tx.ServerSetting(ctx, "")
		return err
	})
}
