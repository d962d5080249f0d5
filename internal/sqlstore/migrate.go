package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the database up to date: it applies, in the order of their
// numbers, the migrations that the database has not had yet, whichever numbers
// it has had. So migrations that are written side by side may arrive in any
// order. One that changes what another has made has the higher number: on a new
// store they are applied by number.
// An empty SQLite store is not led through them: see [found].
// On PostgreSQL an advisory lock lets many nodes start at once.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	if dialect == goose.DialectSQLite3 {
		if err := found(ctx, db); err != nil {
			return err
		}
	}
	return apply(ctx, db, dialect, files)
}

func apply(ctx context.Context, db *sql.DB, dialect goose.Dialect, files fs.FS) error {
	options := []goose.ProviderOption{goose.WithAllowOutofOrder(true)}
	if dialect == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if err := checkKnown(ctx, db, dialect, provider); err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// checkKnown fails when the database has had a migration that provider does not
// have: a newer Foyer wrote it, and this one would misread it.
func checkKnown(ctx context.Context, db *sql.DB, dialect goose.Dialect, provider *goose.Provider) error {
	if _, err := provider.GetDBVersion(ctx); err != nil { // makes the table of versions where there is none
		return fmt.Errorf("read the store's version: %w", err)
	}
	versions, err := database.NewStore(dialect, goose.DefaultTablename)
	if err != nil {
		return fmt.Errorf("read the store's migrations: %w", err)
	}
	had, err := versions.ListMigrations(ctx, db)
	if err != nil {
		return fmt.Errorf("read the store's migrations: %w", err)
	}
	known := map[int64]bool{0: true} // goose's own mark of an empty store
	for _, source := range provider.ListSources() {
		known[source.Version] = true
	}
	for _, m := range had {
		if !known[m.Version] {
			return fmt.Errorf("the store has migration %d, which this version of Foyer does not know: a newer one wrote it", m.Version)
		}
	}
	return nil
}
