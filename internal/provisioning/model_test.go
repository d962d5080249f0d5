package provisioning_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/directory"
	"foyer/internal/embeddedaccounts"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/sqlstore"
)

// model is what accounts should hold, kept as simply as it can be.
type model struct {
	t        *testing.T
	dir      string
	house    *house
	later    time.Duration
	sets     []string                              // ARNs
	names    map[string]string                     // of every set there ever was
	accounts []arn.AccountID                       // that are there
	users    []string                              // ids; of groups too
	groups   map[string]bool                       // those that are groups
	managed  map[string]string                     // of a set: the one policy; "missing" for one no account has
	active   map[provisioning.Pair]map[string]bool // who has it
	pending  map[provisioning.Pair]map[string]bool // who is about to
	deployed map[provisioning.Pair]string          // the policy of the role that is there
	dirty    map[provisioning.Pair]bool            // what a job will look at
	spoilt   map[provisioning.Pair]bool            // what somebody changed behind our back
	unsure   map[provisioning.Pair]bool            // whose role may be anything, since it cannot be written as its set is now
	asked    map[string]provisioning.Operation     // requests that have not ended, by id
	added    int                                   // new accounts
}

// missing is a policy that no account has.
const missing = "missing"

var modelPolicies = []string{"ReadOnlyAccess", "SecurityAudit", "PowerUserAccess", missing}

// template makes a store with an instance, its key, accounts and users, which
// every run begins with a copy of.
func template(t *testing.T) (dir string, accounts []arn.AccountID, users []string, group string) {
	t.Helper()
	dir = t.TempDir()
	db, err := sqlstore.OpenFile(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	h := furnish(t, db)
	accounts = append(manyAccounts(t, h, 3), management)
	if _, err := h.instance.Signer(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ben", "chi"} {
		u, err := h.directory.CreateUser(t.Context(), "test", directory.Attributes{UserName: name, DisplayName: name, Name: directory.Name{GivenName: name, FamilyName: name}})
		if err != nil {
			t.Fatal(err)
		}
		users = append(users, string(u.ID))
	}
	g, err := h.directory.CreateGroup(t.Context(), "test", "Team", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, accounts, append(users, h.ann, string(g.ID)), string(g.ID)
}

// open opens the store as a process that starts does.
func (m *model) open(t *rapid.T) {
	db, err := sqlstore.OpenFile(m.t.Context(), m.dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	m.house = rooms(m.t, db)
	err = db.InTx(m.t.Context(), func(tx *sqlstore.Tx) error { return tx.FreeJobs(m.t.Context(), m.house.queue.Name) })
	if err != nil {
		t.Fatal(err)
	}
}

func (m *model) check(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// unit runs a change as the edge does.
func (m *model) unit(t *rapid.T, change func(context.Context) error) {
	m.check(t, m.house.db.Unit(m.t.Context(), change))
}

func (m *model) pair(t *rapid.T) (provisioning.Pair, bool) {
	if len(m.sets) == 0 || len(m.accounts) == 0 {
		return provisioning.Pair{}, false
	}
	return provisioning.Pair{Account: rapid.SampledFrom(m.accounts).Draw(t, "account"), Set: rapid.SampledFrom(m.sets).Draw(t, "set")}, true
}

func (m *model) assignment(p provisioning.Pair, user string) assignment.Assignment {
	return assignment.Assignment{Account: p.Account, Set: p.Set, PrincipalType: m.typeOf(user), PrincipalID: user}
}

func (m *model) typeOf(principal string) assignment.PrincipalType {
	if m.groups[principal] {
		return assignment.Group
	}
	return assignment.User
}

func put(all map[provisioning.Pair]map[string]bool, p provisioning.Pair, user string) {
	if all[p] == nil {
		all[p] = map[string]bool{}
	}
	all[p][user] = true
}

func (m *model) createSet(t *rapid.T) {
	if len(m.sets) == 4 || len(m.names) == 20 {
		t.Skip()
	}
	i, err := m.house.instance.Instance(m.t.Context())
	m.check(t, err)
	name := "Set" + string(rune('A'+len(m.names)))
	m.unit(t, func(ctx context.Context) error {
		set, err := m.house.sets.Create(ctx, permissionset.Set{InstanceARN: i.ARN(), Name: name}, nil)
		m.sets, m.names[set.ARN] = append(m.sets, set.ARN), name
		return err
	})
}

// deleteSet deletes a set, which must be refused while it is in use.
func (m *model) deleteSet(t *rapid.T) {
	if len(m.sets) < 2 {
		t.Skip()
	}
	set := rapid.SampledFrom(m.sets).Draw(t, "set")
	used, perhaps := false, false
	for p, who := range m.active {
		used = used || p.Set == set && len(who) > 0
	}
	for p := range m.deployed { // in accounts that are gone too, until a job has cleaned up
		perhaps = perhaps || p.Set == set
	}
	for p := range m.dirty {
		perhaps = perhaps || p.Set == set
	}
	err := m.house.db.Unit(m.t.Context(), func(ctx context.Context) error { return m.house.sets.Delete(ctx, set) })
	switch {
	case fault.Of(err) == fault.Conflict && (used || perhaps):
		return
	case err != nil || used:
		t.Fatalf("a set that is in use %t, or perhaps %t, is deleted: %v", used, perhaps, err)
	}
	m.sets = slices.DeleteFunc(m.sets, func(s string) bool { return s == set })
	for p := range m.pending {
		if p.Set == set {
			delete(m.pending, p)
		}
	}
}

// newAccount adds an account, in which nobody has anything yet.
func (m *model) newAccount(t *rapid.T) {
	if m.added == 3 {
		t.Skip()
	}
	m.added++
	id := arn.AccountID("66667777000" + string(rune('0'+m.added)))
	org := m.house.accounts.Accounts.(*embeddedaccounts.Accounts).Organizations
	m.unit(t, func(ctx context.Context) error {
		return org.CreateStandalone(ctx, id, "New", string(id)+"@example.net")
	})
	m.accounts = append(m.accounts, id)
}

// changePolicy gives a set another one policy.
func (m *model) changePolicy(t *rapid.T) {
	if len(m.sets) == 0 {
		t.Skip()
	}
	set, policy := rapid.SampledFrom(m.sets).Draw(t, "set"), rapid.SampledFrom(modelPolicies).Draw(t, "policy")
	m.unit(t, func(ctx context.Context) error {
		ref := permissionset.PolicyRef{Path: "/", Name: missing}
		switch was := m.managed[set]; was {
		case "":
		case missing:
			if err := m.house.sets.Unreference(ctx, set, ref); err != nil {
				return err
			}
		default:
			if err := m.house.sets.Detach(ctx, set, "arn:aws:iam::aws:policy/"+was); err != nil {
				return err
			}
		}
		m.managed[set] = policy
		if policy == missing {
			return m.house.sets.Reference(ctx, set, ref)
		}
		return m.house.sets.Attach(ctx, set, "arn:aws:iam::aws:policy/"+policy)
	})
}

func (m *model) assign(t *rapid.T) {
	p, ok := m.pair(t)
	if !ok || len(m.users) == 0 {
		t.Skip()
	}
	user := rapid.SampledFrom(m.users).Draw(t, "user")
	m.unit(t, func(ctx context.Context) error {
		o, err := m.house.assignments.Create(ctx, m.assignment(p, user))
		m.asked[o.ID] = o
		return err
	})
	if !m.active[p][user] {
		put(m.pending, p, user)
	}
	m.dirty[p] = true
}

func (m *model) unassign(t *rapid.T) {
	p, ok := m.pair(t)
	if !ok || len(m.users) == 0 {
		t.Skip()
	}
	user := rapid.SampledFrom(m.users).Draw(t, "user")
	there := m.active[p][user] || m.pending[p][user]
	m.unit(t, func(ctx context.Context) error {
		o, err := m.house.assignments.Delete(ctx, m.assignment(p, user))
		if err == nil && there != (o.Status == provisioning.InProgress) {
			t.Errorf("deleting an assignment that is there %t is %s", there, o.Status)
		}
		if there {
			m.asked[o.ID] = o
		}
		return err
	})
	if there {
		m.dirty[p] = true
	}
	delete(m.active[p], user)
	delete(m.pending[p], user)
}

func (m *model) userGone(t *rapid.T) {
	if len(m.users) < 2 {
		t.Skip()
	}
	user := rapid.SampledFrom(m.users).Draw(t, "user")
	m.unit(t, func(ctx context.Context) error {
		var err error
		if m.groups[user] {
			err = m.house.directory.DeleteGroup(ctx, directory.GroupID(user))
		} else {
			err = m.house.directory.DeleteUser(ctx, directory.UserID(user))
		}
		if err != nil {
			return err
		}
		o, err := m.house.provision.PrincipalGone(ctx, string(m.typeOf(user)), user)
		if o.Status == provisioning.InProgress {
			m.asked[o.ID] = o
		}
		return err
	})
	m.users = slices.DeleteFunc(m.users, func(u string) bool { return u == user })
	for _, all := range []map[provisioning.Pair]map[string]bool{m.active, m.pending} {
		for p, who := range all {
			had := who[user]
			delete(who, user)
			if had && !m.wanted(p) {
				m.dirty[p] = true
			}
		}
	}
}

func (m *model) accountGone(t *rapid.T) {
	if len(m.accounts) < 3 {
		t.Skip()
	}
	account := rapid.SampledFrom(m.accounts).Draw(t, "account")
	m.unit(t, func(ctx context.Context) error {
		o, err := m.house.provision.AccountGone(ctx, account)
		if o.Status == provisioning.InProgress {
			m.asked[o.ID] = o
		}
		return err
	})
	m.accounts = slices.DeleteFunc(m.accounts, func(id arn.AccountID) bool { return id == account })
	for p := range m.deployed {
		if p.Account == account {
			m.dirty[p] = true
		}
	}
	for _, all := range []map[provisioning.Pair]map[string]bool{m.active, m.pending} {
		for p := range all {
			if p.Account == account {
				delete(all, p)
			}
		}
	}
}

func (m *model) provisionAll(t *rapid.T) {
	if len(m.sets) == 0 {
		t.Skip()
	}
	set := rapid.SampledFrom(m.sets).Draw(t, "set")
	m.unit(t, func(ctx context.Context) error {
		o, err := m.house.assignments.Provision(ctx, set, "")
		if o.Status == provisioning.InProgress {
			m.asked[o.ID] = o
		}
		return err
	})
	for p := range m.deployed {
		if p.Set == set {
			m.dirty[p] = true
		}
	}
}

// spoilRole deletes a role, or takes its policies, behind everybody's back.
func (m *model) spoilRole(t *rapid.T) {
	i, err := m.house.instance.Instance(m.t.Context())
	m.check(t, err)
	var there []provisioning.Pair
	for p := range m.deployed {
		if !m.dirty[p] && !m.unsure[p] {
			there = append(there, p)
		}
	}
	if len(there) == 0 {
		t.Skip()
	}
	slices.SortFunc(there, func(a, b provisioning.Pair) int {
		return strings.Compare(string(a.Account)+a.Set, string(b.Account)+b.Set)
	})
	p := rapid.SampledFrom(there).Draw(t, "role")
	if m.deployed[p] != m.managed[p.Set] || m.managed[p.Set] == missing {
		t.Skip() // it is written again as its set is now, which is another story
	}
	gone := rapid.Bool().Draw(t, "gone")
	name := m.names[p.Set]
	m.check(t, m.house.db.InTx(m.t.Context(), func(tx *sqlstore.Tx) error {
		role, _, err := tx.IAMRole(m.t.Context(), p.Account, i.RoleName(name, p.Account, p.Set))
		if err != nil {
			return err
		}
		if gone {
			return tx.DeleteIAMEntities(m.t.Context(), []string{role.ID})
		}
		return tx.PutIAMAttachment(m.t.Context(), p.Account, role.ID, "arn:aws:iam::aws:policy/AdministratorAccess")
	}))
	o, found, err := m.house.provision.Repair(m.t.Context(), []arn.AccountID{p.Account})
	m.check(t, err)
	if len(found) == 0 {
		t.Fatalf("nobody noticed what was done to %v", p)
	}
	m.asked[o.ID] = o
	m.dirty[p], m.spoilt[p] = true, true
}

// crash works on a batch and dies in the middle of it: before the accounts are
// written, after it, or without having begun. Then it starts again.
func (m *model) crash(t *rapid.T) {
	m.later += time.Hour
	h := m.house
	died := errors.New("killed")
	switch rapid.IntRange(0, 3).Draw(t, "where") {
	case 0:
		h.provision.InTx = func(context.Context, func(provisioning.Tx) error) error { return died }
		_ = h.work(m.t, m.later)
		m.doubt()
	case 1:
		h.provision.View = func(context.Context, func(provisioning.Tx) error) error { return died }
		_ = h.work(m.t, m.later)
	case 2:
		h.accounts.fail = died // the seam is down for a while
		m.check(t, h.work(m.t, m.later))
		m.settle(func(p provisioning.Pair) bool { return m.wanted(p) && m.same(p) && !m.spoilt[p] }) // who need not go there
		m.doubt()
	default:
		h.claim(m.t, m.later)
	}
	m.check(t, h.db.Close())
	m.open(t)
}

// doubt says of what was worked on that perhaps it was written, perhaps not.
func (m *model) doubt() {
	for p := range m.dirty {
		if !m.wanted(p) || !m.same(p) {
			m.spoilt[p] = true
		}
	}
}

// quiet works until nothing is left, and then holds the accounts to the model.
func (m *model) quiet(t *rapid.T) {
	for range 10 {
		m.later += 2 * time.Hour
		m.check(t, m.house.work(m.t, m.later))
	}
	m.settle(func(provisioning.Pair) bool { return true })
	for id, o := range m.asked {
		got, err := m.house.provision.Describe(m.t.Context(), o.Kind, id)
		m.check(t, err)
		if got.Status == provisioning.InProgress || got.Left != 0 {
			t.Errorf("%s %s is %s, with %d left", o.Kind, id, got.Status, got.Left)
		}
		delete(m.asked, id)
	}
	m.compare(t)
}

func (m *model) wanted(p provisioning.Pair) bool { return len(m.active[p])+len(m.pending[p]) > 0 }

// settle is what the jobs of some pairs should have done.
func (m *model) settle(of func(provisioning.Pair) bool) {
	for p := range m.dirty {
		if !of(p) {
			continue
		}
		wasUnsure := m.unsure[p]
		delete(m.unsure, p)
		switch {
		case !m.wanted(p):
			delete(m.deployed, p)
		case m.managed[p.Set] != missing:
			m.deployed[p] = m.managed[p.Set]
			for user := range m.pending[p] {
				put(m.active, p, user)
			}
		case len(m.active[p]) == 0: // whoever was about to have it does not get it, and nobody is left
			delete(m.deployed, p)
		default:
			m.unsure[p] = m.spoilt[p] || wasUnsure
		}
		delete(m.pending, p)
		delete(m.dirty, p)
		delete(m.spoilt, p)
	}
}

// same reports whether the role is there as it should be.
func (m *model) same(p provisioning.Pair) bool {
	policy, there := m.deployed[p]
	return there && policy == m.managed[p.Set]
}

func (m *model) compare(t *rapid.T) {
	i, err := m.house.instance.Instance(m.t.Context())
	m.check(t, err)
	want, unsure := map[string]string{}, map[string]bool{}
	for p, policy := range m.deployed {
		name := m.names[p.Set]
		key := string(p.Account) + " " + i.RoleName(name, p.Account, p.Set)
		if unsure[key] = m.unsure[p]; !unsure[key] {
			want[key] = policy
		}
	}
	held, err := m.house.iam.Holdings(m.t.Context(), m.everyAccount(t), i.RolePath())
	m.check(t, err)
	for account, h := range held {
		for _, role := range h.Roles {
			key := string(account) + " " + role.Name
			if unsure[key] {
				continue
			}
			policy, wanted := want[key]
			if got := strings.TrimPrefix(strings.Join(role.Attached, " "), "arn:aws:iam::aws:policy/"); !wanted || got != policy {
				t.Errorf("role %s has %q; want %q, wanted %t", key, got, policy, wanted)
			}
			delete(want, key)
		}
	}
	for key := range want {
		t.Errorf("there is no role %s", key)
	}
	for _, set := range m.sets {
		for _, account := range m.accounts {
			p := provisioning.Pair{Account: account, Set: set}
			all, _, err := m.house.assignments.In(m.t.Context(), account, set, paging.Page{Limit: 100})
			m.check(t, err)
			if len(all) != len(m.active[p]) {
				t.Errorf("%d have %s in %s, want %d", len(all), set, account, len(m.active[p]))
			}
			for _, a := range all {
				if !m.active[p][a.PrincipalID] {
					t.Errorf("%s has %s in %s", a.PrincipalID, set, account)
				}
			}
		}
	}
	found, err := m.house.provision.FindDrift(m.t.Context(), m.everyAccount(t))
	m.check(t, err)
	for _, d := range found {
		if !m.unsure[d.Pair] {
			t.Errorf("drift: %+v", d)
		}
	}
}

func (m *model) everyAccount(t *rapid.T) (ids []arn.AccountID) {
	all, _, err := m.house.accounts.List(m.t.Context(), paging.Page{Limit: 100})
	m.check(t, err)
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	return ids
}

// Whatever administrators do, and wherever the process dies: once nothing is
// left to do, accounts hold what assignments say.
func TestAccountsHoldWhatAssignmentsSay(t *testing.T) {
	from, accounts, users, group := template(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{
			t: t, dir: t.TempDir(), accounts: slices.Clone(accounts), users: slices.Clone(users), managed: map[string]string{},
			names: map[string]string{}, groups: map[string]bool{group: true},
			active: map[provisioning.Pair]map[string]bool{}, pending: map[provisioning.Pair]map[string]bool{},
			deployed: map[provisioning.Pair]string{}, dirty: map[provisioning.Pair]bool{}, spoilt: map[provisioning.Pair]bool{}, unsure: map[provisioning.Pair]bool{}, asked: map[string]provisioning.Operation{},
		}
		if err := os.CopyFS(filepath.Join(m.dir, "store"), os.DirFS(from)); err != nil {
			rt.Fatal(err)
		}
		m.dir = filepath.Join(m.dir, "store")
		m.open(rt)
		defer func() { _ = m.house.db.Close() }()
		m.createSet(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"create a set": m.createSet, "change a policy": m.changePolicy, "assign": m.assign, "assign again": m.assign, "unassign": m.unassign,
			"a user or group is gone": m.userGone, "delete a set": m.deleteSet, "a new account": m.newAccount, "an account is gone": m.accountGone, "provision": m.provisionAll, "spoil a role": m.spoilRole,
			"crash": m.crash, "quiet": m.quiet,
		})
		m.quiet(rt)
	})
}
