package sqlstore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/jobs"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

// obedient are accounts that do as they are told: those of twelve digits
// exist, and those in refusing take no role.
type obedient struct {
	provisioning.Accounts // nothing else is asked
	refusing              map[arn.AccountID]bool
}

func (o obedient) AccountExists(_ context.Context, id arn.AccountID) (bool, error) {
	return id.Valid(), nil
}

func (o obedient) Apply(_ context.Context, changes []provisioning.Change) []error {
	failures := make([]error, len(changes))
	for i, c := range changes {
		if o.refusing[c.Account] {
			failures[i] = fault.Newf(fault.NotFound, "no policy in %s", c.Account)
		}
	}
	return failures
}

// house is what assigning needs, and a directory with one user in one group.
type house struct {
	*testing.T
	db          *sqlstore.DB
	sets        *permissionset.Service
	people      *directory.Directory
	assignments *assignment.Service
	prov        *provisioning.Service
	queue       *jobs.Queue
	accounts    obedient
	ann, group  string
}

func houseOn(t *testing.T, db *sqlstore.DB) *house {
	t.Helper()
	h := &house{T: t, db: db, sets: setsOn(db), people: directoryOn(db), accounts: obedient{refusing: map[arn.AccountID]bool{}}}
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: []byte(strings.Repeat("a", seal.KeySize))})
	must(t, "keyring", err)
	m := mint.Mint{Source: rand.Reader}
	there := &instance.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) instance.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) instance.Tx { return tx }),
		Mint: m, Ring: ring, Random: rand.Reader,
	}
	_, err = there.Enable(t.Context(), instance.Instance{ID: "ssoins-1234567890abcdef", IdentityStore: "d-90671a2b3c", Owner: "111122223333", Region: "us-east-1"})
	must(t, "enable", err)
	h.queue = jobs.New(jobs.Queue{
		Name: "provisioning",
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) jobs.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) jobs.Tx { return tx }),
		Mint: m, Failed: func(err error) { t.Error(err) },
	})
	h.prov = &provisioning.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) provisioning.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) provisioning.Tx { return tx }),
		Mint: m, Queue: h.queue, Instance: there, Accounts: h.accounts,
	}
	h.assignments = &assignment.Service{
		InTx:         sqlstore.Through(db, func(tx *sqlstore.Tx) assignment.Tx { return tx }),
		View:         sqlstore.Viewed(db, func(tx *sqlstore.Tx) assignment.Tx { return tx }),
		Provisioning: h.prov, Accounts: h.accounts,
		PrincipalExists: func(ctx context.Context, kind assignment.PrincipalType, id string) (bool, error) {
			return h.people.Has(ctx, directory.Resource(kind), id)
		},
	}
	h.people.Gone = func(ctx context.Context, resource directory.Resource, id string) error {
		_, err := h.prov.PrincipalGone(ctx, string(resource), id)
		return err
	}
	ann, err := h.people.CreateUser(t.Context(), "test", person("ann"))
	must(t, "user", err)
	group, err := h.people.CreateGroup(t.Context(), "test", "Admins", "")
	must(t, "group", err)
	_, err = h.people.AddMember(t.Context(), "test", group.ID, ann.ID)
	must(t, "member", err)
	h.ann, h.group = string(ann.ID), string(group.ID)
	return h
}

func (h *house) set(name string) string {
	h.Helper()
	set, err := h.sets.Create(h.Context(), permissionset.Set{InstanceARN: theInstance, Name: name}, nil)
	must(h.T, "create set", err)
	return set.ARN
}

// begin makes a change in a unit of work, as the edge does.
func (h *house) begin(change func(context.Context, assignment.Assignment) (provisioning.Operation, error), a assignment.Assignment) provisioning.Operation {
	h.Helper()
	var o provisioning.Operation
	must(h.T, "begin", h.db.Unit(h.Context(), func(ctx context.Context) (err error) {
		o, err = change(ctx, a)
		return err
	}))
	return o
}

// settle does all jobs there are.
func (h *house) settle() {
	h.Helper()
	var batch []jobs.Job
	must(h.T, "claim", h.db.InTx(h.Context(), func(tx *sqlstore.Tx) (err error) {
		if batch, err = tx.DueJobs(h.Context(), h.queue.Name, "test", tx.Now(), jobs.Batch); err != nil {
			return err
		}
		return tx.ClaimJobs(h.Context(), h.queue.Name, "test", tx.Now().Add(1), batch)
	}))
	must(h.T, "work", h.prov.Work(h.Context(), batch))
}

// status is how an operation has ended.
func (h *house) status(o provisioning.Operation) provisioning.Status {
	h.Helper()
	got, err := h.prov.Describe(h.Context(), o.Kind, o.ID)
	must(h.T, "describe", err)
	return got.Status
}

func (h *house) held(kind assignment.PrincipalType, id string, account arn.AccountID) []assignment.Assignment {
	h.Helper()
	all, _, err := h.assignments.For(h.Context(), kind, id, account, paging.Page{Limit: 100})
	must(h.T, "list", err)
	return all
}

func TestAssignmentsOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		h := houseOn(t, db)
		reader := h.set("Reader")
		a := assignment.Assignment{Account: "444455556666", Set: reader, PrincipalType: assignment.User, PrincipalID: h.ann}
		made := h.begin(h.assignments.Create, a)
		if made.Status != provisioning.InProgress || len(h.held(assignment.User, h.ann, "")) != 0 {
			t.Errorf("at once: %+v, held %v; want a creation in progress that nobody sees", made, h.held(assignment.User, h.ann, ""))
		}
		h.settle()
		if got := h.status(made); got != provisioning.Succeeded {
			t.Errorf("creation ended %s", got)
		}
		again := h.begin(h.assignments.Create, a)
		h.settle()
		if got := h.status(again); got != provisioning.Succeeded {
			t.Errorf("creation of what exists ended %s", got)
		}
		in, _, err := h.assignments.In(t.Context(), a.Account, reader, paging.Page{Limit: 10})
		must(t, "list", err)
		if len(in) != 1 || in[0].PrincipalID != h.ann || !in[0].Created.Equal(now) {
			t.Errorf("assignments %+v", in)
		}
		kind(t, "delete a set in use", h.sets.Delete(t.Context(), reader), fault.Conflict)

		gone := h.begin(h.assignments.Delete, a)
		kind(t, "delete a set whose role still stands", h.sets.Delete(t.Context(), reader), fault.Conflict)
		h.settle()
		if got := h.status(gone); got != provisioning.Succeeded {
			t.Errorf("deletion ended %s", got)
		}
		missing := h.begin(h.assignments.Delete, a)
		if missing.Status != provisioning.Failed || h.status(missing) != provisioning.Failed || !strings.Contains(missing.Reason, "not found") {
			t.Errorf("deletion of nothing: %+v", missing)
		}
		must(t, "delete a set that is free", h.sets.Delete(t.Context(), reader))
	})
}

func TestAssignmentsThatCannotBeOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		h := houseOn(t, db)
		good := assignment.Assignment{Account: "444455556666", Set: h.set("Reader"), PrincipalType: assignment.Group, PrincipalID: h.group}
		for name, spoil := range map[string]func(*assignment.Assignment){
			"an unknown set":               func(a *assignment.Assignment) { a.Set += "x" },
			"an unknown account":           func(a *assignment.Assignment) { a.Account = "4" },
			"an unknown group":             func(a *assignment.Assignment) { a.PrincipalID = h.ann },
			"a group as if it were a user": func(a *assignment.Assignment) { a.PrincipalType = assignment.User },
		} {
			a := good
			spoil(&a)
			err := db.Unit(t.Context(), func(ctx context.Context) error {
				_, err := h.assignments.Create(ctx, a)
				return err
			})
			kind(t, name, err, fault.NotFound)
		}
		h.accounts.refusing[good.Account] = true
		failed := h.begin(h.assignments.Create, good)
		h.settle()
		o, err := h.prov.Describe(t.Context(), failed.Kind, failed.ID)
		if err != nil || o.Status != provisioning.Failed || o.Reason != "no policy in 444455556666" {
			t.Errorf("creation where no role can be: %+v, %v", o, err)
		}
		if all := h.held(assignment.Group, h.group, ""); len(all) != 0 {
			t.Errorf("held after a failure: %v", all)
		}
		err = db.Unit(t.Context(), func(ctx context.Context) error {
			_, err := h.assignments.Provision(ctx, good.Set, good.Account)
			return err
		})
		kind(t, "provision where the set is not", err, fault.NotFound)
	})
}

func TestAssignmentsThroughGroupsOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		h := houseOn(t, db)
		reader, writer := h.set("Reader"), h.set("Writer")
		for i := range 5 {
			account := arn.AccountID(fmt.Sprintf("%012d", i+1))
			h.begin(h.assignments.Create, assignment.Assignment{Account: account, Set: reader, PrincipalType: assignment.Group, PrincipalID: h.group})
			if i%2 == 0 {
				h.begin(h.assignments.Create, assignment.Assignment{Account: account, Set: writer, PrincipalType: assignment.User, PrincipalID: h.ann})
			}
		}
		h.settle()
		whole := h.held(assignment.User, h.ann, "")
		if len(whole) != 8 || len(h.held(assignment.Group, h.group, "")) != 5 || len(h.held(assignment.User, h.ann, "000000000001")) != 2 {
			t.Errorf("held %v", whole)
		}
		var paged []assignment.Assignment
		for page := (paging.Page{Limit: 3}); ; {
			some, next, err := h.assignments.For(t.Context(), assignment.User, h.ann, "", page)
			must(t, "list", err)
			paged = append(paged, some...)
			if page.After = next; next == "" {
				break
			}
		}
		if fmt.Sprint(paged) != fmt.Sprint(whole) {
			t.Errorf("in pages %v, in one %v", paged, whole)
		}

		must(t, "delete group", db.Unit(t.Context(), func(ctx context.Context) error {
			return h.people.DeleteGroup(ctx, directory.GroupID(h.group))
		}))
		h.settle()
		if left := h.held(assignment.User, h.ann, ""); len(left) != 3 {
			t.Errorf("held after the group is gone: %v", left)
		}
		if there, err := h.assignments.Provisioned(t.Context(), "000000000001", reader); err != nil || there {
			t.Errorf("the group's role still stands: %t, %v", there, err)
		}
	})
}
