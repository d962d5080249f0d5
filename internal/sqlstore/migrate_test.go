package sqlstore_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"foyer/internal/directory"
	"foyer/internal/paging"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

// A directory of before there were several is the organization's afterwards,
// with its memberships and external ids.
func TestTheDirectoryThatThereWasIsTheOrganizations(t *testing.T) {
	t.Parallel()
	for driver, open := range map[string]func(*testing.T) (url string, reopen func() (*sqlstore.DB, error)){
		"sqlite": func(t *testing.T) (string, func() (*sqlstore.DB, error)) {
			dir := t.TempDir()
			return "file:" + filepath.Join(dir, "foyer.db") + "?_pragma=foreign_keys(ON)", func() (*sqlstore.DB, error) { return sqlstore.OpenFile(t.Context(), dir, clock) }
		},
		"pgx": func(t *testing.T) (string, func() (*sqlstore.DB, error)) {
			url := storetest.Postgres(t)
			return url, func() (*sqlstore.DB, error) { return sqlstore.OpenPostgres(t.Context(), url, clock) }
		},
	} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			url, reopen := open(t)
			fill(t, driver, url, "0178",
				`INSERT INTO instance VALUES (1, 'ssoins-1', 'd-90671a2b3c', '111122223333', 'us-east-1', 0, '', '')`,
				`INSERT INTO directory_user VALUES ('u', 'Ann', 'ann', 'ann@example.net', 'Ann', 1, '{"userName":"Ann","displayName":"Ann"}', 0, '', 0, '')`,
				`INSERT INTO directory_group VALUES ('g', 'Makers', 'makers', '', 0, '', 0, '')`,
				`INSERT INTO directory_membership VALUES ('m', 'g', 'u', 0, '')`,
				`INSERT INTO directory_external_id VALUES ('USER', 'https://idp.example', 'e', 'u')`)
			db, err := reopen()
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			d := directoryOn(db)
			u, err := d.UserBy(t.Context(), directory.ByUserName, "ANN")
			if err != nil || u.ID != "u" || len(u.ExternalIDs) != 1 {
				t.Errorf("the user is %+v, %v", u, err)
			}
			if id, err := d.ByExternalID(t.Context(), directory.UserResource, directory.ExternalID{Issuer: "https://idp.example", ID: "e"}); err != nil || id != "u" {
				t.Errorf("by external id: %q, %v", id, err)
			}
			members, _, err := d.Members(t.Context(), "g", paging.Page{Limit: 10})
			if err != nil || len(members) != 1 || members[0].User != "u" {
				t.Errorf("members are %+v, %v", members, err)
			}
			if err := d.DeleteUser(t.Context(), "u"); err != nil {
				t.Errorf("delete: %v", err)
			}
		})
	}
}

// fill makes a store as it was after the migration of a number, with rows.
func fill(t *testing.T, driver, url, last string, rows ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if err := sqlstore.MigrateTo(ctx, db, driver, last); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if _, err := db.ExecContext(ctx, row); err != nil {
			t.Fatalf("%s: %v", row, err)
		}
	}
}
