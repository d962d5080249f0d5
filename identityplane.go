package foyer

import (
	"context"
	"crypto/rand"

	"foyer/internal/application"
	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/favourite"
	"foyer/internal/federation"
	"foyer/internal/instance"
	"foyer/internal/jobs"
	"foyer/internal/mail"
	"foyer/internal/mfa"
	"foyer/internal/oidc"
	"foyer/internal/organizations"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/session"
	"foyer/internal/signin"
	"foyer/internal/sqlstore"
)

// identityPlane is Identity Center.
type identityPlane struct {
	instance     *instance.Service
	directory    *directory.Directory
	signin       *signin.Service
	mfa          *mfa.Service
	outbox       *mail.Outbox
	sessions     *session.Sessions
	oidc         *oidc.Service
	sets         *permissionset.Service
	assignments  *assignment.Service
	queue        *jobs.Queue
	provisioning *provisioning.Service
	sweep        *provisioning.Sweep
	federation   *federation.Service
	favourites   *favourite.Service
	applicationPlane
}

// furnishIdentityPlane wires Identity Center to the accounts behind the seam.
// portal is the URL at which people reach us.
func (r *rooms) furnishIdentityPlane(c Config, accounts provisioning.Accounts, portal string) error {
	r.instance = &instance.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) instance.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) instance.Tx { return tx }),
		Mint: r.mint, Ring: r.ring, Random: rand.Reader, Manages: r.manages, Gone: r.instanceGone, Quotas: c.Quotas,
	}
	if r.db.Shared() {
		r.instance.Recheck = r.now
	}
	r.furnishPeople(portal)
	r.furnishAssignments(accounts)
	r.furnishApplications(c.Quotas)
	r.directory.Quotas, r.sets.Quotas, r.assignments.Quotas = c.Quotas, c.Quotas, c.Quotas
	return r.furnishSignIn(c, portal)
}

// furnishPeople wires who people are, their sessions, and what acts for them.
func (r *rooms) furnishPeople(portal string) {
	r.directory = &directory.Directory{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) directory.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) directory.Reader { return tx }),
		Mint: r.mint, Now: r.now, StoreID: r.storeID, Others: r.hasStore, Gone: r.principalGone,
	}
	r.sessions = &session.Sessions{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) session.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) session.Tx { return tx }),
		Mint: r.mint, Now: r.now, MaySignIn: r.maySignIn,
	}
	r.sessions.Remembered = sqlstore.Remember(r.db, r.sessions.ByToken)
	r.oidc = &oidc.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) oidc.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) oidc.Tx { return tx }),
		Unit: r.db.Unit, Mint: r.mint, Now: r.now, Sessions: r.sessions,
		InstanceFor: func(ctx context.Context, url string) (string, bool, error) {
			i, err := r.instance.Instance(ctx)
			if fault.Of(err) == fault.NotFound {
				return "", false, nil
			}
			return i.ID, err == nil && i.IsNamedBy(url, portal), err
		},
	}
	r.oidc.Remembered = sqlstore.Remember(r.db, r.oidc.ByToken)
}

// furnishAssignments wires permission sets, who has them, and how accounts follow.
func (r *rooms) furnishAssignments(accounts provisioning.Accounts) {
	r.sets = &permissionset.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) permissionset.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) permissionset.Reader { return tx }),
		Mint: r.mint, Now: r.now,
	}
	r.queue = jobs.New(jobs.Queue{
		Name: "provisioning",
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) jobs.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) jobs.Tx { return tx }),
		Mint: r.mint, Alone: !r.db.Shared(),
		Failed: func(err error) { r.log.Error("provisioning failed", "error", err) },
	})
	r.provisioning = &provisioning.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) provisioning.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) provisioning.Tx { return tx }),
		Mint: r.mint, Queue: r.queue, Instance: r.instance, Accounts: accounts,
	}
	r.queue.Work = r.provisioning.Work
	r.sweep = &provisioning.Sweep{Service: r.provisioning, Unit: r.db.Unit, Repaired: r.recordDrift, Jobs: jobs.New(jobs.Queue{
		Name: "drift", InTx: r.queue.InTx, View: r.queue.View, Mint: r.mint, Alone: !r.db.Shared(),
		Failed: func(err error) { r.log.Error("looking for drift failed", "error", err) },
	})}
	r.sweep.Jobs.Work = r.sweep.Work
	r.assignments = &assignment.Service{
		InTx:         sqlstore.Through(r.db, func(tx *sqlstore.Tx) assignment.Tx { return tx }),
		View:         sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) assignment.Tx { return tx }),
		Provisioning: r.provisioning, Accounts: accountsExist{accounts, r.isMember},
		PrincipalExists: func(ctx context.Context, kind assignment.PrincipalType, id string) (bool, error) {
			return r.directory.Has(ctx, directory.Resource(kind), id)
		},
	}
	r.federation = &federation.Service{
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) federation.Tx { return tx }),
		Mint: r.mint, Now: r.now, Instance: r.instance, Plane: accounts, Tags: r.sessionTags,
	}
	r.favourites = &favourite.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) favourite.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) favourite.Reader { return tx }),
	}
	r.federation.Remembered = sqlstore.Remember(r.db, r.federation.Grant)
	r.federation.RememberedList = sqlstore.Remember(r.db, r.federation.List)
	r.federation.RememberedReach = sqlstore.RememberBounded(r.db, reachRemembered, federation.SizeOfReach, r.federation.ReadReach)
}

// reachRemembered bounds the accounts and roles that are remembered of people who
// look at the portal, some 200 bytes each.
const reachRemembered = 200_000

// accountsExist answers assignment's question about accounts from the seam.
type accountsExist struct {
	provisioning.Accounts
	member func(context.Context, arn.AccountID) (bool, error)
}

// AccountExists reports whether the account is there, and in the organization of
// the instance.
func (a accountsExist) AccountExists(ctx context.Context, id arn.AccountID) (bool, error) {
	all, err := a.Describe(ctx, []arn.AccountID{id})
	if err != nil || len(all) == 0 {
		return false, err
	}
	return a.member(ctx, id)
}

// storeID is the identity store's id; "" where there is no instance.
func (r *rooms) storeID(ctx context.Context) (string, error) {
	i, err := r.instance.Instance(ctx)
	if fault.Of(err) == fault.NotFound {
		return "", nil
	}
	return i.IdentityStore, err
}

// hasStore reports whether an identity store is that of an instance.
func (r *rooms) hasStore(ctx context.Context, store string) (bool, error) {
	_, there, err := r.instance.WithStore(ctx, store)
	return there, err
}

// principalGone ends what hangs from a deleted user or group: assignments, and
// with a user the password and the sessions.
func (r *rooms) principalGone(ctx context.Context, resource directory.Resource, id string) error {
	if _, err := r.provisioning.PrincipalGone(ctx, string(resource), id); err != nil {
		return err
	}
	if err := r.applications.PrincipalGone(ctx, application.Principal{Type: application.PrincipalType(resource), ID: id}); err != nil {
		return err
	}
	if resource != directory.UserResource {
		return nil
	}
	if err := r.sessions.EndAllOf(ctx, id); err != nil {
		return err
	}
	if err := r.mfa.Forget(ctx, id); err != nil {
		return err
	}
	if err := r.favourites.Forget(ctx, id); err != nil {
		return err
	}
	return r.signin.Forget(ctx, id)
}

func (r *rooms) maySignIn(ctx context.Context, id string) (bool, error) {
	u, err := r.directory.User(ctx, directory.UserID(id))
	if fault.Of(err) == fault.NotFound {
		return false, nil
	}
	return err == nil && !u.Disabled, err
}

// accountGone ends the assignments in an account that left its organization, or
// was closed.
func (r *rooms) accountGone(ctx context.Context, d organizations.Departure) error {
	_, err := r.instance.Instance(ctx)
	if fault.Of(err) == fault.NotFound {
		return nil // nobody is assigned anything
	}
	if err == nil {
		_, err = r.provisioning.AccountGone(ctx, d.Account)
	}
	return err
}

// isMember reports whether an account is in the organization whose instance
// this is. Without an organization only the instance's own account is.
func (r *rooms) isMember(ctx context.Context, account arn.AccountID) (bool, error) {
	i, err := r.instance.Instance(ctx)
	if err != nil || account == i.Owner {
		return err == nil, err
	}
	own, err := r.organizations.DescribeAccount(ctx, i.Owner)
	if err != nil {
		return false, err
	}
	other, err := r.organizations.DescribeAccount(ctx, account)
	return err == nil && own.Organization != "" && other.Organization == own.Organization, err
}
