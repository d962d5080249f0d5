package sqlstore_test

import (
	"context"
	"testing"

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
