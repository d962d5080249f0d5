package provisioning_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/directory"
	"foyer/internal/embeddedaccounts"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/instance"
	"foyer/internal/jobs"
	"foyer/internal/mint"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/sts"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.Stop()
	os.Exit(code)
}

const management = arn.AccountID("111122223333")

// house is Identity Center over the embedded accounts, on one store, whose
// queue is worked on when a test says so.
type house struct {
	db          *sqlstore.DB
	instance    *instance.Service
	directory   *directory.Directory
	sets        *permissionset.Service
	assignments *assignment.Service
	provision   *provisioning.Service
	queue       *jobs.Queue
	iam         *iam.Service
	accounts    *trouble
	ann         string
}

// trouble is the embedded plane on a bad day.
type trouble struct {
	provisioning.Accounts
	fail  error // what Apply answers, when set
	calls int
}

func (a *trouble) Apply(ctx context.Context, changes []provisioning.Change) []error {
	a.calls++
	if a.fail == nil {
		return a.Accounts.Apply(ctx, changes)
	}
	outcomes := make([]error, len(changes))
	for i := range outcomes {
		outcomes[i] = a.fail
	}
	return outcomes
}

type exist struct{ provisioning.Accounts }

func (e exist) AccountExists(ctx context.Context, id arn.AccountID) (bool, error) {
	all, err := e.Describe(ctx, []arn.AccountID{id})
	return len(all) == 1, err
}

// rooms wires a house to a store, as it is.
func rooms(t testing.TB, db *sqlstore.DB) *house {
	t.Helper()
	m := mint.Mint{Source: rand.Reader}
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: bytes.Repeat([]byte{7}, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{db: db}
	h.iam = &iam.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) iam.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) iam.Tx { return tx }), Mint: m, Ring: ring,
	}
	org := &organizations.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }), Mint: m,
		PutRoles: func(context.Context, []organizations.AccountRole) error { return nil },
	}
	h.accounts = &trouble{Accounts: &embeddedaccounts.Accounts{
		Unit: db.Unit, IAM: h.iam, Organizations: org, Now: time.Now, Region: "us-east-1",
		STS: &sts.Service{Minter: sts.Minter{Ring: ring, Mint: m, Now: time.Now}, IAM: h.iam},
	}}
	h.instance = &instance.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) instance.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) instance.Tx { return tx }), Mint: m, Ring: ring, Random: rand.Reader,
	}
	h.directory = &directory.Directory{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) directory.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) directory.Reader { return tx }), Mint: m, Now: time.Now,
		StoreID: func(context.Context) (string, error) { return "d-90671a2b3c", nil },
		Gone:    func(context.Context, directory.Resource, string) error { return nil },
	}
	h.sets = &permissionset.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) permissionset.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) permissionset.Reader { return tx }), Mint: m, Now: time.Now,
	}
	see := func(tx *sqlstore.Tx) jobs.Tx { return tx }
	h.queue = jobs.New(jobs.Queue{Name: "provisioning", InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Mint: m, Alone: true})
	h.provision = &provisioning.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) provisioning.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) provisioning.Tx { return tx }), Mint: m,
		Queue: h.queue, Instance: h.instance, Accounts: h.accounts,
	}
	h.assignments = &assignment.Service{
		InTx:         sqlstore.Through(db, func(tx *sqlstore.Tx) assignment.Tx { return tx }),
		View:         sqlstore.Viewed(db, func(tx *sqlstore.Tx) assignment.Tx { return tx }),
		Provisioning: h.provision, Accounts: exist{h.accounts},
		PrincipalExists: func(ctx context.Context, kind assignment.PrincipalType, id string) (bool, error) {
			return h.directory.Has(ctx, directory.Resource(kind), id)
		},
	}
	return h
}

// furnish is rooms, with an account, an instance and ann.
func furnish(t testing.TB, db *sqlstore.DB) *house {
	t.Helper()
	h := rooms(t, db)
	org := h.accounts.Accounts.(*embeddedaccounts.Accounts).Organizations
	if err := org.CreateStandalone(t.Context(), management, "Management", "root@example.net"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.instance.Enable(t.Context(), instance.Instance{ID: "ssoins-1234567890abcdef", Owner: management, Region: "us-east-1"}); err != nil {
		t.Fatal(err)
	}
	user, err := h.directory.CreateUser(t.Context(), "test", directory.Attributes{UserName: "ann", DisplayName: "Ann", Name: directory.Name{GivenName: "Ann", FamilyName: "Doe"}})
	if err != nil {
		t.Fatal(err)
	}
	h.ann = string(user.ID)
	return h
}

func (h *house) set(t testing.TB, name string) string {
	t.Helper()
	i, err := h.instance.Instance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set, err := h.sets.Create(t.Context(), permissionset.Set{InstanceARN: i.ARN(), Name: name}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set.ARN
}

func (h *house) assignmentOf(set string, account arn.AccountID) assignment.Assignment {
	return assignment.Assignment{Account: account, Set: set, PrincipalType: assignment.User, PrincipalID: h.ann}
}

func (h *house) begin(t testing.TB, change func(context.Context) (provisioning.Operation, error)) provisioning.Operation {
	t.Helper()
	var o provisioning.Operation
	err := h.db.Unit(t.Context(), func(ctx context.Context) (err error) {
		o, err = change(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (h *house) assign(t testing.TB, set string, account arn.AccountID) provisioning.Operation {
	t.Helper()
	return h.begin(t, func(ctx context.Context) (provisioning.Operation, error) {
		return h.assignments.Create(ctx, h.assignmentOf(set, account))
	})
}

// work claims and works on what is due at a time from now.
func (h *house) work(t testing.TB, later time.Duration) error {
	t.Helper()
	return h.provision.Work(t.Context(), h.claim(t, later))
}

// claim claims what is due at a time from now.
func (h *house) claim(t testing.TB, later time.Duration) (batch []jobs.Job) {
	t.Helper()
	at := time.Now().Add(later)
	err := h.db.InTx(t.Context(), func(tx *sqlstore.Tx) (err error) {
		if batch, err = tx.DueJobs(t.Context(), h.queue.Name, "worker", at, jobs.Batch); err != nil {
			return err
		}
		return tx.ClaimJobs(t.Context(), h.queue.Name, "worker", at, batch)
	})
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

func (h *house) wantStatus(t *testing.T, o provisioning.Operation, want provisioning.Status) provisioning.Operation {
	t.Helper()
	got, err := h.provision.Describe(t.Context(), o.Kind, o.ID)
	if err != nil || got.Status != want {
		t.Fatalf("operation is %s (%q), %v; want %s", got.Status, got.Reason, err, want)
	}
	return got
}

func (h *house) role(t *testing.T, name, set string) (iam.Role, bool) {
	t.Helper()
	return h.roleIn(t, management, name, set)
}

func (h *house) roleIn(t *testing.T, account arn.AccountID, name, set string) (iam.Role, bool) {
	t.Helper()
	i, err := h.instance.Instance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	role, err := h.iam.Role(t.Context(), account, i.RoleName(name, account, set))
	if err != nil && fault.Of(err) != fault.NotFound {
		t.Fatal(err)
	}
	return role, err == nil
}

func (h *house) assigned(t *testing.T, set string) int {
	t.Helper()
	all, _, err := h.assignments.In(t.Context(), management, set, paging.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	storetest.Each(t, time.Now, func(t *testing.T, db *sqlstore.DB) { test(t, furnish(t, db)) })
}

func TestAnAssignmentBecomesARole(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		if err := h.sets.Attach(t.Context(), set, "arn:aws:iam::aws:policy/ReadOnlyAccess"); err != nil {
			t.Fatal(err)
		}
		o := h.assign(t, set, management)
		h.wantStatus(t, o, provisioning.InProgress)
		if n := h.assigned(t, set); n != 0 {
			t.Errorf("%d assignments are seen before the role is there", n)
		}
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		h.wantStatus(t, o, provisioning.Succeeded)
		role, found := h.role(t, "Reader", set)
		if !found || !role.Protected || role.MaxSession != 12*time.Hour || !strings.Contains(role.TrustPolicy, "_DO_NOT_DELETE") {
			t.Errorf("role = %+v, %v", role, found)
		}
		if n := h.assigned(t, set); n != 1 {
			t.Errorf("%d assignments are seen", n)
		}
	})
}

func TestARoleGoesWithItsLastAssignment(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		h.assign(t, set, management)
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		o := h.begin(t, func(ctx context.Context) (provisioning.Operation, error) {
			return h.assignments.Delete(ctx, h.assignmentOf(set, management))
		})
		if err := h.work(t, 2*time.Second); err != nil {
			t.Fatal(err)
		}
		h.wantStatus(t, o, provisioning.Succeeded)
		if _, found := h.role(t, "Reader", set); found {
			t.Error("the role is still there")
		}
		sets, _, err := h.provision.SetsIn(t.Context(), management, "", paging.Page{Limit: 10})
		if err != nil || len(sets) != 0 {
			t.Errorf("provisioned: %v, %v", sets, err)
		}
	})
}

func TestAChangeReachesAccountsWhenItIsProvisioned(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		h.assign(t, set, management)
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		if err := h.sets.Attach(t.Context(), set, "arn:aws:iam::aws:policy/SecurityAudit"); err != nil {
			t.Fatal(err)
		}
		fresh := func(f provisioning.Freshness) int {
			accounts, _, err := h.provision.AccountsOf(t.Context(), set, f, paging.Page{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			return len(accounts)
		}
		if fresh(provisioning.Outdated) != 1 || fresh(provisioning.Latest) != 0 || fresh("") != 1 {
			t.Error("the account does not count as outdated")
		}
		o := h.begin(t, func(ctx context.Context) (provisioning.Operation, error) {
			return h.assignments.Provision(ctx, set, "")
		})
		if err := h.work(t, 2*time.Second); err != nil {
			t.Fatal(err)
		}
		h.wantStatus(t, o, provisioning.Succeeded)
		if fresh(provisioning.Outdated) != 0 || fresh(provisioning.Latest) != 1 {
			t.Error("the account does not count as up to date")
		}
		role, _ := h.role(t, "Reader", set)
		attached, _, err := h.iam.AttachedPolicies(t.Context(), iam.Ref{Account: management, Kind: iam.RoleKind, Name: role.Name}, "", paging.Page{Limit: 10})
		if err != nil || len(attached) != 1 || attached[0].ARN != "arn:aws:iam::aws:policy/SecurityAudit" {
			t.Errorf("attached = %v, %v", attached, err)
		}
	})
}

func TestWhatCannotBeMadeFailsAndLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		if err := h.sets.Reference(t.Context(), set, permissionset.PolicyRef{Path: "/", Name: "Missing"}); err != nil {
			t.Fatal(err)
		}
		o := h.assign(t, set, management)
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		got := h.wantStatus(t, o, provisioning.Failed)
		if !strings.Contains(got.Reason, "Missing") || !strings.Contains(got.Reason, string(management)) {
			t.Errorf("reason = %q", got.Reason)
		}
		if _, found := h.role(t, "Reader", set); found {
			t.Error("there is a role")
		}
		if n := h.assigned(t, set); n != 0 {
			t.Errorf("%d assignments", n)
		}
	})
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		o := h.assign(t, set, management)
		h.accounts.fail = errors.New("the network is down")
		for n := range 3 {
			if err := h.work(t, time.Duration(n+1)*time.Minute); err != nil {
				t.Fatal(err)
			}
			h.wantStatus(t, o, provisioning.InProgress)
		}
		h.accounts.fail = nil
		if err := h.work(t, time.Hour); err != nil {
			t.Fatal(err)
		}
		h.wantStatus(t, o, provisioning.Succeeded)
		if h.accounts.calls != 4 {
			t.Errorf("%d calls of the seam, want 4", h.accounts.calls)
		}
	})
}

func TestACrashBetweenWritingAndSettlingIsRepeated(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		o := h.assign(t, set, management)
		settle := h.provision.InTx
		h.provision.InTx = func(context.Context, func(provisioning.Tx) error) error { return errors.New("killed") }
		if err := h.work(t, time.Second); err == nil {
			t.Fatal("nobody was killed")
		}
		first, found := h.role(t, "Reader", set)
		if !found {
			t.Fatal("the role was not written before the crash")
		}
		h.wantStatus(t, o, provisioning.InProgress)
		h.provision.InTx = settle
		if err := h.work(t, time.Hour); err != nil {
			t.Fatal(err)
		}
		h.wantStatus(t, o, provisioning.Succeeded)
		if second, _ := h.role(t, "Reader", set); second.ID != first.ID {
			t.Error("the role was made twice")
		}
	})
}

// BenchmarkProvision is one permission set to 1,000 accounts: from what an
// administrator asked for to roles that are there, on SQLite in a file.
func BenchmarkProvision1000Accounts(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		db, err := sqlstore.OpenFile(b.Context(), b.TempDir(), time.Now)
		if err != nil {
			b.Fatal(err)
		}
		h := furnish(b, db)
		set := h.set(b, "Reader")
		if err := h.sets.Attach(b.Context(), set, "arn:aws:iam::aws:policy/ReadOnlyAccess"); err != nil {
			b.Fatal(err)
		}
		accounts := manyAccounts(b, h, 1000)
		if _, err := h.instance.Signer(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		err = h.db.Unit(b.Context(), func(ctx context.Context) error {
			for _, account := range accounts {
				if _, err := h.assignments.Create(ctx, h.assignmentOf(set, account)); err != nil {
					return err
				}
			}
			return nil
		})
		for later := time.Second; err == nil && later <= 2*time.Second; later += time.Second {
			err = h.work(b, later)
		}
		b.StopTimer()
		if err != nil {
			b.Fatal(err)
		}
		waiting, _, err := h.provision.Operations(b.Context(), provisioning.KindCreate, provisioning.InProgress, paging.Page{Limit: 1})
		if err != nil || len(waiting) != 0 {
			b.Fatalf("still waiting: %v, %v", waiting, err)
		}
		db.Close()
		b.StartTimer()
	}
}

func manyAccounts(b testing.TB, h *house, n int) []arn.AccountID {
	b.Helper()
	all := make([]arn.AccountID, n)
	err := h.db.Unit(b.Context(), func(ctx context.Context) error {
		org := h.accounts.Accounts.(*embeddedaccounts.Accounts).Organizations
		for i := range all {
			all[i] = arn.AccountID("444455550000"[:8] + string([]byte{byte('0' + i/1000), byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)}))
			if err := org.CreateStandalone(ctx, all[i], "Account", string(all[i])+"@example.net"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}
