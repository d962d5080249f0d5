package sqlstore

import (
	"context"
	"database/sql"
	"io/fs"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

// MigrateTo applies to a database all migrations up to and including a number.
func MigrateTo(ctx context.Context, db *sql.DB, driver string, last string) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	files := fstest.MapFS{}
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			return err
		}
		if short := name[len("migrations/"):]; short[:len(last)] <= last {
			files[short] = &fstest.MapFile{Data: text}
		}
	}
	return apply(ctx, db, map[string]goose.Dialect{"sqlite": goose.DialectSQLite3, "pgx": goose.DialectPostgres}[driver], files)
}
