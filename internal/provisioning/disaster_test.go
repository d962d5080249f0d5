package provisioning_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/paging"
	"foyer/internal/provisioning"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

var page100 = paging.Page{Limit: 100}

// inAll assigns a set in accounts, and answers the operations.
func (h *house) inAll(t *testing.T, set string, accounts []arn.AccountID) []provisioning.Operation {
	t.Helper()
	all := make([]provisioning.Operation, len(accounts))
	for n, account := range accounts {
		all[n] = h.assign(t, set, account)
	}
	return all
}

// wantOneRoleEach wants every operation to have succeeded, and in each account
// one role and one assignment.
func (h *house) wantOneRoleEach(t *testing.T, set string, accounts []arn.AccountID, asked []provisioning.Operation) {
	t.Helper()
	for _, o := range asked {
		h.wantStatus(t, o, provisioning.Succeeded)
	}
	for _, account := range accounts {
		roles, _, err := h.iam.Roles(t.Context(), account, "/aws-reserved/", page100)
		if err != nil || len(roles) != 1 {
			t.Fatalf("%d roles in %s, %v", len(roles), account, err)
		}
		assigned, _, err := h.assignments.In(t.Context(), account, set, page100)
		if err != nil || len(assigned) != 1 {
			t.Fatalf("%d assignments in %s, %v", len(assigned), account, err)
		}
	}
	if found, err := h.provision.FindDrift(t.Context(), accounts); err != nil || len(found) != 0 {
		t.Fatalf("drift: %v, %v", found, err)
	}
}

// A disk that is full in the middle loses and doubles nothing: once there is
// room again, all that was acknowledged happens.
func TestAFullDiskLosesNothing(t *testing.T) {
	db, err := sqlstore.OpenFile(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	h := furnish(t, db)
	set, other := h.set(t, "Reader"), h.set(t, "Writer")
	accounts := manyAccounts(t, h, 300)
	if _, err := h.instance.Signer(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := h.inAll(t, set, accounts)
	batch := h.claim(t, time.Second)
	room, err := storetest.FillDisk(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	workErr := h.provision.Work(t.Context(), batch)
	for _, o := range asked {
		got := h.wantStatus(t, o, provisioning.InProgress)
		if role, found := h.roleIn(t, o.Account, "Reader", set); found {
			t.Fatalf("request %s has its role %s on a full disk (%v)", got.ID, role.ARN, workErr)
		}
	}
	err = h.db.Unit(t.Context(), func(ctx context.Context) error {
		for n := range accounts { // what is not acknowledged need not happen
			if _, err := h.assignments.Create(ctx, h.assignmentOf(other, accounts[n])); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("a full disk took 300 more: %v", err)
	}
	if err := room(); err != nil {
		t.Fatal(err)
	}
	for later := time.Hour; later < 3*time.Hour; later += time.Hour {
		if err := h.work(t, later); err != nil {
			t.Fatal(err)
		}
	}
	h.wantOneRoleEach(t, set, accounts, asked)
}

// killing kills the connections to its database when the seam has been called.
type killing struct {
	provisioning.Accounts
	kill  func()
	after bool // the seam wrote
}

func (k *killing) Apply(ctx context.Context, changes []provisioning.Change) []error {
	if !k.after {
		k.kill()
		return k.Accounts.Apply(ctx, changes)
	}
	outcomes := k.Accounts.Apply(ctx, changes)
	k.kill()
	return outcomes
}

// A database whose connections break in the middle loses and doubles nothing.
func TestALostConnectionLosesNothing(t *testing.T) {
	for name, after := range map[string]bool{"before the roles are written": false, "after the roles are written": true} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			url := storetest.Postgres(t)
			db, err := sqlstore.OpenPostgres(t.Context(), url, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			h := furnish(t, db)
			set := h.set(t, "Reader")
			accounts := manyAccounts(t, h, 300)
			asked := h.inAll(t, set, accounts)
			h.provision.Accounts = &killing{h.accounts, func() { storetest.KillConnections(t, url) }, after}
			_ = h.work(t, time.Minute) // it may fail or notice nothing: connections are opened again
			_ = h.work(t, time.Hour)
			h.provision.Accounts = h.accounts
			for later := 2 * time.Hour; later < 5*time.Hour; later += time.Hour {
				if err := h.work(t, later); err != nil {
					t.Fatal(err)
				}
			}
			h.wantOneRoleEach(t, set, accounts, asked)
		})
	}
}
