package sqlstore_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"foyer/internal/assignment"
	"foyer/internal/directory"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

// After a load the store is as it was before: what was put aside for it is there
// again.
func TestALoadLeavesTheStoreAsItWas(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		end, err := db.BeginLoad(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		load := func(group, user string) error {
			return db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
				return tx.LoadMemberships(t.Context(), []directory.Membership{{ID: directory.MembershipID("m " + user), Group: directory.GroupID(group), User: directory.UserID(user)}})
			})
		}
		err = db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
			if err := tx.LoadUsers(t.Context(), []directory.User{{ID: "u", Attributes: directory.Attributes{UserName: "u"}}}); err != nil {
				return err
			}
			return tx.LoadGroups(t.Context(), []directory.Group{{ID: "g", DisplayName: "g"}})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := load("g", "u"); err != nil {
			t.Fatal(err)
		}
		if err := end(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := load("g", "nobody"); err == nil {
			t.Error("a membership of nobody is taken")
		}
		again, err := db.BeginLoad(t.Context()) // finds the same things to put aside
		if err != nil {
			t.Fatal(err)
		}
		if err := again(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

// What was loaded into PostgreSQL is read from indexes alone at once, not only
// when its vacuum comes by.
func TestALoadIsReadFromIndexesAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	db, err := sqlstore.OpenPostgres(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	end, err := db.BeginLoad(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
		return tx.LoadAssignments(t.Context(), []assignment.Assignment{{Account: "111122223333", Set: "set", PrincipalType: assignment.Group, PrincipalID: "g"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := end(t.Context()); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var pages, visible int
	err = other.QueryRowContext(t.Context(), "SELECT relpages, relallvisible FROM pg_class WHERE relname = 'account_assignment'").Scan(&pages, &visible)
	if err != nil || pages != 1 || visible != pages {
		t.Errorf("of %d pages %d are known to be seen by all, %v", pages, visible, err)
	}
}
