package foyer

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/company"
	"foyer/internal/directory"
	"foyer/internal/instance"
	"foyer/internal/mint"
	"foyer/internal/organizations"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/sqlstore"
)

// What a seeded installation is called, unless the configuration says otherwise.
const (
	seedAccount  = "555500000000"
	seedInstance = "ssoins-5eed5eed5eed5eed"
	seedStore    = "d-5eed5eed5e"
)

// seedMaker is who made what a seeded installation holds.
const seedMaker = "foyer seed"

// SeedProgress is told how far seeding has come: done of total things of a kind.
type SeedProgress func(kind string, done, total int)

// Seed fills the fresh store that c names with a company of a size ("small",
// "medium" or "large"), roles in every account included, and answers how to
// use it. All but secrets is the same each time. A store that is not fresh is
// refused; one whose seeding was broken off is of no use.
func Seed(ctx context.Context, c Config, size string, o Outside, progress SeedProgress) (Ready, error) {
	of, err := company.Named(size)
	if err != nil {
		return Ready{}, ConfigError{err}
	}
	c.ManagementAccountID = or(c.ManagementAccountID, seedAccount)
	c.InstanceID, c.IdentityStoreID = or(c.InstanceID, seedInstance), or(c.IdentityStoreID, seedStore)
	if c, err = c.Normalize(); err != nil {
		return Ready{}, ConfigError{err}
	}
	if c.Demo || c.Bootstrap == BootstrapAccount {
		return Ready{}, ConfigError{errors.New("seed makes a company of its own: leave out demo and bootstrap account")}
	}
	m := mint.Mint{Source: rand.Reader}
	db, err := openStore(ctx, c, m, o.Now)
	if err != nil {
		return Ready{}, fmt.Errorf("store: %w", err)
	}
	r := &rooms{db: db, mint: m, now: o.Now, log: logger(c, o.Stderr)}
	ready, err := r.seed(ctx, c, of, progress)
	if err := errors.Join(err, db.Close()); err != nil {
		return Ready{}, fmt.Errorf("seed: %w", err)
	}
	return ready, nil
}

func (r *rooms) seed(ctx context.Context, c Config, of company.Size, progress SeedProgress) (ready Ready, err error) {
	if r.ring, err = openKeyring(c, rand.Reader); err != nil {
		return Ready{}, err
	}
	if err := r.furnish(c, ""); err != nil {
		return Ready{}, err
	}
	steady := mint.Mint{Source: new(company.Stream)} // for all that is no secret
	r.organizations.Mint, r.iam.Mint, r.sets.Mint = steady, steady, steady
	f, err := r.found(ctx, c)
	if err != nil {
		return Ready{}, err
	}
	if !f.first {
		return Ready{}, errors.New("the store is not fresh: Foyer was started on it before")
	}
	end, err := r.db.BeginLoad(ctx)
	if err != nil {
		return Ready{}, err
	}
	s := seeding{rooms: r, Size: of, instance: *f.instance, progress: progress, at: r.now().UTC()}
	for _, part := range []func(context.Context) error{s.people, s.groups, s.memberships, s.accounts, s.sets, s.assign, s.roles} {
		if err := part(ctx); err != nil {
			return Ready{}, err
		}
	}
	if err := end(ctx); err != nil {
		return Ready{}, err
	}
	return s.ready(ctx, c, f)
}

// seeding is a company on its way into a store.
type seeding struct {
	*rooms
	company.Size
	instance instance.Instance
	progress SeedProgress
	at       time.Time
	setARNs  []string
	wanted   []provisioning.Pair
}

// loadBatch is how many rows one transaction of a load writes.
const loadBatch = 200_000

// load makes total things of a kind and has them stored, some at a time.
func load[T any](ctx context.Context, s *seeding, kind string, total int, makeOne func(n int) T, store func(*sqlstore.Tx, []T) error) error {
	batch := make([]T, 0, min(total, loadBatch))
	for n := range total {
		batch = append(batch, makeOne(n))
		if len(batch) < loadBatch && n+1 < total {
			continue
		}
		if err := s.db.InTx(ctx, func(tx *sqlstore.Tx) error { return store(tx, batch) }); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		batch = batch[:0]
		s.progress(kind, n+1, total)
	}
	return nil
}

// id is the identity store's id of the nth thing of a kind.
func (s *seeding) id(kind string, n int) string {
	return s.instance.IdentityStore[2:] + "-" + company.UUID(kind, n)
}

func (s *seeding) stamp() directory.Stamp {
	return directory.Stamp{Created: s.at, Updated: s.at, CreatedBy: seedMaker, UpdatedBy: seedMaker}
}

func (s *seeding) people(ctx context.Context) error {
	return load(ctx, s, "users", s.Users, func(n int) directory.User {
		u := s.User(n)
		return directory.User{ID: directory.UserID(s.id("user", n)), Store: s.instance.IdentityStore, Stamp: s.stamp(), Attributes: directory.Attributes{
			UserName: u.UserName, DisplayName: u.Given + " " + u.Family, Name: directory.Name{GivenName: u.Given, FamilyName: u.Family},
			Emails: []directory.Value{{Value: u.Email, Type: "work", Primary: true}}, Title: u.Title, UserType: "Employee",
			Extensions: []directory.Extension{{Name: "aws:identitystore:enterprise", Value: map[string]any{"department": u.Department}}},
		}}
	}, func(tx *sqlstore.Tx, users []directory.User) error { return tx.LoadUsers(ctx, users) })
}

func (s *seeding) groups(ctx context.Context) error {
	return load(ctx, s, "groups", s.Groups, func(n int) directory.Group {
		name, description := s.Group(n)
		return directory.Group{ID: directory.GroupID(s.id("group", n)), Store: s.instance.IdentityStore, DisplayName: name, Description: description, Stamp: s.stamp()}
	}, func(tx *sqlstore.Tx, groups []directory.Group) error { return tx.LoadGroups(ctx, groups) })
}

// memberships are loaded by group and user, in which order the largest index has them.
func (s *seeding) memberships(ctx context.Context) error {
	users, groups := make([]string, s.Users), make([]string, s.Groups)
	for n := range users {
		users[n] = s.id("user", n)
	}
	for n := range groups {
		groups[n] = s.id("group", n)
	}
	type pair struct{ group, user int }
	pairs := make([]pair, 0, s.Memberships)
	for user := range s.Users {
		for _, group := range s.GroupsOf(user) {
			pairs = append(pairs, pair{group, user})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(strings.Compare(groups[a.group], groups[b.group]), strings.Compare(users[a.user], users[b.user]))
	})
	return load(ctx, s, "memberships", len(pairs), func(n int) directory.Membership {
		return directory.Membership{
			ID: directory.MembershipID(s.id("membership", n)), Stamp: s.stamp(),
			Group: directory.GroupID(groups[pairs[n].group]), User: directory.UserID(users[pairs[n].user]),
		}
	}, func(tx *sqlstore.Tx, all []directory.Membership) error { return tx.LoadMemberships(ctx, all) })
}

// accountsAtOnce bounds the accounts that one transaction makes.
const accountsAtOnce = 500

func (s *seeding) accounts(ctx context.Context) error {
	units, err := s.units(ctx)
	if err != nil {
		return fmt.Errorf("organizational units: %w", err)
	}
	var wanted []organizations.NewAccount
	for n := range s.Accounts {
		name, email, unit := s.Account(n)
		wanted = append(wanted, organizations.NewAccount{ID: arn.AccountID(s.AccountID(n)), Name: name, Email: email, Parent: units[unit]})
		if len(wanted) < accountsAtOnce && n+1 < s.Accounts {
			continue
		}
		if err := s.db.Unit(ctx, func(ctx context.Context) error { return s.putAccounts(ctx, wanted) }); err != nil {
			return fmt.Errorf("accounts: %w", err)
		}
		wanted = nil
		s.progress("accounts", n+1, s.Accounts)
	}
	return nil
}

func (s *seeding) putAccounts(ctx context.Context, wanted []organizations.NewAccount) error {
	made, err := s.organizations.CreateAccounts(ctx, s.instance.Owner, wanted)
	if err != nil {
		return err
	}
	for _, status := range made {
		if status.State != organizations.Succeeded {
			return fmt.Errorf("account %s: %s", status.Name, status.Failure)
		}
	}
	return nil
}

// units makes the organizational units and answers the ids of those that take
// accounts.
func (s *seeding) units(ctx context.Context) (ids []string, err error) {
	return ids, s.db.Unit(ctx, func(ctx context.Context) error {
		ids = nil
		as := s.organizations.As(s.instance.Owner)
		org, err := as.Root(ctx)
		if err != nil {
			return err
		}
		var above []string
		for n := range s.UnitsAbove() {
			unit, err := as.CreateUnit(ctx, org.Root, fmt.Sprintf("Division %d", n), nil)
			if err != nil {
				return err
			}
			above = append(above, unit.ID)
		}
		for n := range s.Units {
			unit, err := as.CreateUnit(ctx, above[n%len(above)], s.Unit(n), nil)
			if err != nil {
				return err
			}
			ids = append(ids, unit.ID)
		}
		return nil
	})
}

func (s *seeding) sets(ctx context.Context) error {
	err := s.db.Unit(ctx, func(ctx context.Context) error {
		s.setARNs = nil
		for n := range s.Sets {
			set, err := s.putSet(ctx, n)
			if err != nil {
				return err
			}
			s.setARNs = append(s.setARNs, set)
		}
		return nil
	})
	s.progress("permission sets", s.Sets, s.Sets)
	return err
}

// putSet makes the nth permission set and answers its ARN.
func (s *seeding) putSet(ctx context.Context, n int) (string, error) {
	wanted := s.Set(n)
	sets := s.rooms.sets
	set, err := sets.Create(ctx, permissionset.Set{
		InstanceARN: s.instance.ARN(), Name: wanted.Name, Description: wanted.Description, SessionDuration: wanted.Duration,
	}, nil)
	if err != nil {
		return "", err
	}
	if err := sets.Attach(ctx, set.ARN, wanted.Managed); err != nil {
		return "", err
	}
	if wanted.Inline == "" {
		return set.ARN, nil
	}
	return set.ARN, sets.PutInline(ctx, set.ARN, wanted.Inline)
}

func (s *seeding) assign(ctx context.Context) error {
	seen := map[provisioning.Pair]bool{}
	return load(ctx, s, "assignments", s.Assignments, func(n int) assignment.Assignment {
		a := s.Assignment(n)
		out := assignment.Assignment{
			Account: arn.AccountID(s.AccountID(a.Account)), Set: s.setARNs[a.Set], Created: s.at,
			PrincipalType: assignment.Group, PrincipalID: s.id("group", a.Principal),
		}
		if a.User {
			out.PrincipalType, out.PrincipalID = assignment.User, s.id("user", a.Principal)
		}
		if pair := (provisioning.Pair{Account: out.Account, Set: out.Set}); !seen[pair] {
			seen[pair] = true
			s.wanted = append(s.wanted, pair)
		}
		return out
	}, func(tx *sqlstore.Tx, all []assignment.Assignment) error { return tx.LoadAssignments(ctx, all) })
}

// rolesAtOnce bounds the roles that one transaction writes.
const rolesAtOnce = 5_000

// roles writes account by account: what belongs together then lies together.
func (s *seeding) roles(ctx context.Context) error {
	slices.SortFunc(s.wanted, func(a, b provisioning.Pair) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Set, b.Set))
	})
	filling := provisioning.Filling{Service: s.provisioning}
	done := 0
	for some := range slices.Chunk(s.wanted, rolesAtOnce) {
		if err := s.db.Unit(ctx, func(ctx context.Context) error { return filling.Fill(ctx, some) }); err != nil {
			return fmt.Errorf("roles: %w", err)
		}
		done += len(some)
		s.progress("roles", done, len(s.wanted))
	}
	return nil
}

// seedPeople is how many users can sign in: a password takes its time to make.
const seedPeople = 10

func (s *seeding) ready(ctx context.Context, c Config, f founding) (Ready, error) {
	password := s.demoPassword()
	ids := make([]string, seedPeople)
	users := make([]ReadyUser, seedPeople)
	for n := range seedPeople {
		ids[n], users[n] = s.id("user", n), ReadyUser{UserName: s.User(n).UserName, Password: password.Reveal()}
	}
	if err := s.signin.SetFirstPassword(ctx, ids, password); err != nil {
		return Ready{}, err
	}
	ready, err := s.rooms.ready(ctx, c, f, "")
	ready.Users, ready.StartURL = users, ""
	return ready, err
}
