package storetest

import (
	"context"
	"net/url"
	"path/filepath"
	"testing"

	"foyer/internal/sqlstore"
)

// FillDisk lets a SQLite store in a file grow no further, as a full disk does,
// until the function it answers is called.
func FillDisk(ctx context.Context, db *sqlstore.DB) (room func() error, err error) {
	if err := db.BoundPages(ctx, 1); err != nil { // fewer than there are: no more than those
		return nil, err
	}
	return func() error { return db.BoundPages(context.WithoutCancel(ctx), 1<<30) }, nil
}

// KillConnections ends every connection to a database that Postgres opened, as
// a network or a failover does.
func KillConnections(t testing.TB, database string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	name := u.Path[1:]
	out, err := asPostgres(context.Background(), filepath.Join(binaries(), "psql"), "-h", u.Query().Get("host"), "-U", "postgres", "-d", "postgres", "-c",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'").CombinedOutput()
	if err != nil {
		t.Fatalf("psql: %v: %s", err, out)
	}
}
