package sqlstore

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
)

// freshSchema is what a SQLite store holds once all migrations are applied to an
// empty one. A test writes it (make generate) and holds it to the migrations.
//
//go:embed schema_sqlite_gen.sql
var freshSchema string

// found gives an empty SQLite store the schema that the migrations come to, and
// their versions, at once: one by one they take twice as long as the rest of a
// start, because SQLite reads its whole schema again for each ALTER. A store
// that holds anything is left to the migrations.
func found(ctx context.Context, db *sql.DB) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("found the store: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("found the store: %w", err), tx.Rollback())
		}
	}()
	var objects int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_master").Scan(&objects); err != nil {
		return err
	}
	if objects == 0 {
		if _, err := tx.ExecContext(ctx, freshSchema); err != nil {
			return err
		}
	}
	return tx.Commit()
}
