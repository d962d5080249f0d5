package sqlstore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.Stop()
	os.Exit(code)
}

var now = time.Date(2026, 11, 23, 12, 0, 0, 123000, time.UTC)

func clock() time.Time { return now }

func person(name string) directory.Attributes {
	return directory.Attributes{UserName: name, DisplayName: name, Name: directory.Name{GivenName: name, FamilyName: "Doe"}}
}

func directoryOn(db *sqlstore.DB) *directory.Directory {
	return &directory.Directory{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) directory.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) directory.Reader { return tx }),
		Mint: mint.Mint{Source: rand.Reader}, Now: clock,
		StoreID: func(context.Context) (string, error) { return "d-90671a2b3c", nil },
		Gone:    func(context.Context, directory.Resource, string) error { return nil },
	}
}

// The identity store on every database: what is put is found, names stay
// unique under a race, listings page, deletions take their parts along.
func TestDirectoryOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx, d := t.Context(), directoryOn(db)
		ann, err := d.CreateUser(ctx, "test", person("ann"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.UserBy(ctx, directory.ByUserName, "ANN")
		if err != nil || got.ID != ann.ID || !got.Stamp.Created.Equal(now) {
			t.Errorf("found %+v, %v", got, err)
		}
		g, err := d.CreateGroup(ctx, "test", "Admins", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.AddMember(ctx, "test", g.ID, ann.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := d.AddMember(ctx, "test", g.ID, ann.ID); fault.Of(err) != fault.Conflict {
			t.Errorf("a second membership: %v, want Conflict", err)
		}
		if err := d.DeleteGroup(ctx, g.ID); err != nil {
			t.Fatal(err)
		}
		if list, _, err := d.MembershipsOf(ctx, ann.ID, paging.Page{Limit: 10}); err != nil || len(list) != 0 {
			t.Errorf("memberships after the group is gone: %v, %v", list, err)
		}
	})
}

func TestOneOfManyRacersWinsOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		d := directoryOn(db)
		var wg sync.WaitGroup
		outcomes := make([]error, 8)
		for i := range outcomes {
			wg.Go(func() {
				name := "racer"
				if i%2 == 1 {
					name = "RACER"
				}
				_, outcomes[i] = d.CreateUser(t.Context(), "test", person(name))
			})
		}
		wg.Wait()
		won := 0
		for _, err := range outcomes {
			switch {
			case err == nil:
				won++
			case fault.Of(err) != fault.Conflict:
				t.Errorf("a loser's error: %v, want Conflict", err)
			}
		}
		if won != 1 {
			t.Errorf("%d racers won, want 1", won)
		}
	})
}

// Writers that stand in each other's way all get through, on PostgreSQL too,
// where a transaction that lost against another is run again.
func TestManyWritersGetThroughOnEveryStore(t *testing.T) {
	const writers, each = 16, 12
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		d := directoryOn(db)
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				for j := range each {
					if _, err := d.CreateUser(t.Context(), "test", person(fmt.Sprintf("writer-%d-%d", i, j))); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		made, _, err := d.Users(t.Context(), paging.Page{Limit: writers*each + 1})
		if err != nil || len(made) != writers*each {
			t.Errorf("%d users, %v, want %d", len(made), err, writers*each)
		}
	})
}

func TestAUnitCommitsOrRollsBackOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		d := directoryOn(db)
		for name, tt := range map[string]struct {
			end  error
			kept bool
		}{
			"success":         {nil, true},
			"refusal":         {fault.Newf(fault.Invalid, "no"), false},
			"refusal-to-keep": {fault.Keep(fault.Newf(fault.Invalid, "no")), true},
		} {
			err := db.Unit(t.Context(), func(ctx context.Context) error {
				if _, err := d.CreateUser(ctx, "test", person(name)); err != nil {
					return fmt.Errorf("create: %w", err)
				}
				return tt.end
			})
			if (err == nil) != (tt.end == nil) {
				t.Errorf("%s: Unit = %v", name, err)
			}
			_, err = d.UserBy(t.Context(), directory.ByUserName, name)
			if (err == nil) != tt.kept {
				t.Errorf("%s: found: %v, want kept %t", name, err, tt.kept)
			}
		}
	})
}
