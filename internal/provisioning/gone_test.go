package provisioning_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/directory"
	"foyer/internal/jobs"
	"foyer/internal/paging"
	"foyer/internal/provisioning"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

// group makes a group that is assigned sets in accounts, with the roles there.
func (h *house) group(t testing.TB, sets []string, accounts []arn.AccountID) directory.GroupID {
	t.Helper()
	g, err := h.directory.CreateGroup(t.Context(), "test", "Everywhere", "")
	if err != nil {
		t.Fatal(err)
	}
	filling := provisioning.Filling{Service: h.provision}
	for _, set := range sets {
		var given []assignment.Assignment
		var pairs []provisioning.Pair
		for _, account := range accounts {
			given = append(given, assignment.Assignment{Account: account, Set: set, PrincipalType: assignment.Group, PrincipalID: string(g.ID), Created: time.Now()})
			pairs = append(pairs, provisioning.Pair{Account: account, Set: set})
		}
		err := h.db.Unit(t.Context(), func(ctx context.Context) error {
			if err := h.db.InTx(ctx, func(tx *sqlstore.Tx) error { return tx.LoadAssignments(ctx, given) }); err != nil {
				return err
			}
			return filling.Fill(ctx, pairs)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return g.ID
}

// deleteGroup deletes a group as the edge does: in one commit, with what hangs from it.
func (h *house) deleteGroup(t testing.TB, id directory.GroupID) {
	t.Helper()
	h.directory.Gone = func(ctx context.Context, resource directory.Resource, id string) error {
		_, err := h.provision.PrincipalGone(ctx, string(resource), id)
		return err
	}
	if err := h.db.Unit(t.Context(), func(ctx context.Context) error { return h.directory.DeleteGroup(ctx, id) }); err != nil {
		t.Fatal(err)
	}
}

// A group goes with its thousands of assignments in one commit: nobody has anything
// by it from then on. One request takes away the roles that nobody else needs.
func TestAGroupGoesWithThousandsOfAssignments(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		sets := []string{h.set(t, "Reader"), h.set(t, "Writer"), h.set(t, "Owner"), h.set(t, "Guest")}
		accounts := manyAccounts(t, h, 1000)
		group := h.group(t, sets[:3], accounts)
		shared := sets[0]
		for _, account := range accounts[:10] {
			h.assign(t, shared, account)
		}
		h.workAll(t)
		create := func(set string) provisioning.Operation {
			return h.begin(t, func(ctx context.Context) (provisioning.Operation, error) {
				return h.assignments.Create(ctx, assignment.Assignment{Account: accounts[0], Set: set, PrincipalType: assignment.Group, PrincipalID: string(group)})
			})
		}
		guest := create(sets[3])
		again := create(sets[1])

		h.deleteGroup(t, group)
		for _, o := range []provisioning.Operation{guest, again} {
			if got := h.wantStatus(t, o, provisioning.Failed); got.Left != 0 || got.Failed != 1 || got.Reason != "GROUP with id "+string(group)+" was deleted." {
				t.Errorf("what was being created: %+v", got)
			}
		}
		for n, set := range sets {
			for _, account := range []arn.AccountID{accounts[0], accounts[500]} {
				all, _, err := h.assignments.In(t.Context(), account, set, paging.Page{Limit: 10})
				if err != nil || (len(all) == 1) != (n == 0 && account == accounts[0]) {
					t.Errorf("%s in %s is assigned to %v, %v", set, account, all, err)
				}
			}
		}
		begun, _, err := h.provision.Operations(t.Context(), provisioning.KindRemove, "", paging.Page{Limit: 10})
		if err != nil || len(begun) != 1 {
			t.Fatalf("began %v, %v; want one request", begun, err)
		}
		o := begun[0]
		if o.PrincipalID != string(group) || o.PrincipalType != string(assignment.Group) || o.Left != 3000-10+1 || o.Done != 0 {
			t.Errorf("began %+v", o)
		}
		if deletions, _, err := h.provision.Operations(t.Context(), provisioning.KindDelete, "", paging.Page{Limit: 10}); err != nil || len(deletions) != 0 {
			t.Errorf("requests that nobody made: %v, %v", deletions, err)
		}

		if err := h.work(t, time.Hour); err != nil {
			t.Fatal(err)
		}
		if got := h.wantStatus(t, o, provisioning.InProgress); got.Done != jobs.Batch || got.Left != o.Left-jobs.Batch || got.Failed != 0 {
			t.Errorf("after a batch: %+v", got.Progress)
		}
		h.workAll(t)
		if got := h.wantStatus(t, o, provisioning.Succeeded); got.Done != o.Left || got.Left != 0 {
			t.Errorf("at the end: %+v", got.Progress)
		}
		for name, set := range map[string]string{"Reader": sets[0], "Writer": sets[1], "Owner": sets[2], "Guest": sets[3]} {
			there, _, err := h.provision.AccountsOf(t.Context(), set, "", paging.Page{Limit: 1000})
			want := 0
			if set == shared {
				want = 10
			}
			if err != nil || len(there) != want {
				t.Errorf("%s is provisioned in %d accounts, %v; want %d", name, len(there), err, want)
			}
			for _, account := range []arn.AccountID{accounts[0], accounts[9], accounts[10], accounts[999]} {
				if _, found := h.roleIn(t, account, name, set); found != (set == shared && account <= accounts[9]) {
					t.Errorf("the role of %s is in %s: %t", name, account, found)
				}
			}
		}
		found, err := h.provision.FindDrift(t.Context(), accounts)
		if err != nil || len(found) != 0 {
			t.Errorf("drift: %v, %v", found, err)
		}
	})
}

// Who was assigned nothing goes without a request.
func TestAPrincipalWithoutAssignmentsLeavesNoRequest(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.deleteGroup(t, h.group(t, nil, nil))
		begun, _, err := h.provision.Operations(t.Context(), provisioning.KindRemove, "", paging.Page{Limit: 10})
		if err != nil || len(begun) != 0 {
			t.Errorf("began %v, %v", begun, err)
		}
	})
}

// BenchmarkDeleteGroup is a group of 100,000 people with 20,000 assignments: until
// it is deleted, and until its roles are gone.
func BenchmarkDeleteGroup(b *testing.B) {
	b.Cleanup(storetest.Stop)
	for name, open := range map[string]func(*testing.B) (*sqlstore.DB, error){
		"sqlite": func(b *testing.B) (*sqlstore.DB, error) { return sqlstore.OpenFile(b.Context(), b.TempDir(), time.Now) },
		"postgres": func(b *testing.B) (*sqlstore.DB, error) {
			return sqlstore.OpenPostgres(b.Context(), storetest.Postgres(b), time.Now)
		},
	} {
		b.Run(name, func(b *testing.B) {
			db, err := open(b)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			deleteGroups(b, furnish(b, db))
		})
	}
}

func deleteGroups(b *testing.B, h *house) {
	var sets []string
	for n := range 20 {
		sets = append(sets, h.set(b, fmt.Sprintf("Set%d", n)))
	}
	accounts := manyAccounts(b, h, 1000)
	people := make([]directory.User, 100_000)
	members := make([]directory.Membership, len(people))
	for n := range people {
		name := fmt.Sprintf("person-%06d", n)
		people[n] = directory.User{ID: directory.UserID(name), Store: "d-90671a2b3c", Attributes: directory.Attributes{UserName: name, DisplayName: name}}
		members[n] = directory.Membership{ID: directory.MembershipID(name), User: people[n].ID}
	}
	if err := h.db.InTx(b.Context(), func(tx *sqlstore.Tx) error { return tx.LoadUsers(b.Context(), people) }); err != nil {
		b.Fatal(err)
	}
	var gone time.Duration
	for b.Loop() {
		b.StopTimer()
		id := h.group(b, sets, accounts)
		for n := range members {
			members[n].Group = id
		}
		if err := h.db.InTx(b.Context(), func(tx *sqlstore.Tx) error { return tx.LoadMemberships(b.Context(), members) }); err != nil {
			b.Fatal(err)
		}
		begun := time.Now()
		b.StartTimer()
		h.deleteGroup(b, id)
		b.StopTimer()
		h.workAll(b)
		gone += time.Since(begun)
		b.StartTimer()
	}
	b.ReportMetric(gone.Seconds()/float64(b.N), "s/roles-gone")
}

// workAll works until nothing is due.
func (h *house) workAll(t testing.TB) {
	t.Helper()
	for later := time.Minute; ; later += time.Minute {
		batch := h.claim(t, later)
		if len(batch) == 0 {
			return
		}
		if err := h.provision.Work(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
}
