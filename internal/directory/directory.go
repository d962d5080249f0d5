// Package directory holds the identity store: users, groups and memberships.
//
// It knows who people are, not how they prove it (package signin) nor what
// they may reach (package assignment).
package directory

import (
	"context"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/quota"
)

// UserID names a user: <10 hex of the store>-<uuid>, or a UUID alone.
type UserID string

// GroupID names a group, in the form of a UserID.
type GroupID string

// MembershipID names one user's membership of one group, in the same form.
type MembershipID string

// Stamp says when something was made and last changed, and by which principal.
type Stamp struct {
	Created, Updated     time.Time
	CreatedBy, UpdatedBy string // ARNs, or the name of a part of Foyer
}

// Membership is a user's place in a group. Groups do not nest.
type Membership struct {
	ID    MembershipID
	Group GroupID
	User  UserID
	Stamp Stamp
}

// Resource is a kind of thing of the identity store, in the API's words.
type Resource string

// The kinds of things.
const (
	UserResource       Resource = "USER"
	GroupResource      Resource = "GROUP"
	MembershipResource Resource = "GROUP_MEMBERSHIP"
	StoreResource      Resource = "IDENTITY_STORE"
)

// Missing is the failure of a request that names what does not exist.
type Missing struct {
	Resource Resource
	ID       string // "" when the thing was looked for by another attribute
	Err      error
}

// Error returns the fault's text.
func (m *Missing) Error() string { return m.Err.Error() }

// Unwrap returns the fault.
func (m *Missing) Unwrap() error { return m.Err }

func missing(resource Resource, id string) error {
	return &Missing{Resource: resource, ID: id, Err: fault.Newf(fault.NotFound, "%s not found.", resource)}
}

// Taken is the failure of a request that breaks a uniqueness rule.
type Taken struct{ Err error }

// Error returns the fault's text.
func (d *Taken) Error() string { return d.Err.Error() }

// Unwrap returns the fault.
func (d *Taken) Unwrap() error { return d.Err }

func taken(format string, args ...any) error {
	return &Taken{fault.Newf(fault.Conflict, format, args...)}
}

// Reader is what reading the directory needs of the store.
type Reader interface {
	DirectoryUser(ctx context.Context, id UserID) (User, bool, error)
	DirectoryUserBy(ctx context.Context, store string, key UserKey, value string) (User, bool, error)
	DirectoryUsers(ctx context.Context, store string, page paging.Page) ([]User, error)
	DirectoryGroup(ctx context.Context, id GroupID) (Group, bool, error)
	DirectoryGroupByName(ctx context.Context, store, nameKey string) (Group, bool, error)
	DirectoryGroups(ctx context.Context, store string, page paging.Page) ([]Group, error)
	// DirectoryPrincipal reports whether a user or group exists.
	DirectoryPrincipal(ctx context.Context, store string, resource Resource, id string) (bool, error)
	DirectoryOwnerOfExternalID(ctx context.Context, store string, resource Resource, external ExternalID) (id string, found bool, err error)
	DirectoryMembership(ctx context.Context, id MembershipID) (Membership, bool, error)
	DirectoryMembershipOf(ctx context.Context, group GroupID, user UserID) (Membership, bool, error)
	DirectoryMembers(ctx context.Context, group GroupID, page paging.Page) ([]Membership, error)
	DirectoryMembershipsOf(ctx context.Context, user UserID, page paging.Page) ([]Membership, error)
}

// Tx is what changing the directory needs of one transaction.
type Tx interface {
	Reader
	CountDirectoryUsers(ctx context.Context, store string) (int, error)
	CountDirectoryGroups(ctx context.Context, store string) (int, error)
	// CountDirectoryGroupsOf counts the groups a user is a member of.
	CountDirectoryGroupsOf(ctx context.Context, user UserID) (int, error)
	PutDirectoryUser(ctx context.Context, u User) (created bool, err error)
	UpdateDirectoryUser(ctx context.Context, u User) error
	DeleteDirectoryUser(ctx context.Context, id UserID) error
	PutDirectoryGroup(ctx context.Context, g Group) (created bool, err error)
	UpdateDirectoryGroup(ctx context.Context, g Group) error
	DeleteDirectoryGroup(ctx context.Context, id GroupID) error
	PutDirectoryMembership(ctx context.Context, m Membership) (created bool, err error)
	DeleteDirectoryMembership(ctx context.Context, id MembershipID) error
	// DeleteDirectoryStore removes all that is in a store.
	DeleteDirectoryStore(ctx context.Context, store string) error
}

// Directory is the identity store of one instance; [Directory.In] leads to those
// of others. All fields but Others and Quotas are required.
type Directory struct {
	InTx func(context.Context, func(Tx) error) error
	View func(context.Context, func(Reader) error) error
	Mint mint.Mint
	Now  func() time.Time

	// StoreID answers the identity store's id: d-… or a UUID; "" when there is
	// no instance, and so no store.
	StoreID func(context.Context) (string, error)

	// Others reports whether an id is that of another instance's identity store;
	// nil when there are no others.
	Others func(ctx context.Context, store string) (bool, error)

	// Gone is told, in the same transaction, that a user or group is deleted,
	// so that what names it goes with it.
	Gone func(ctx context.Context, resource Resource, id string) error

	// Quotas bound users, groups and memberships; the zero Quotas are AWS's.
	Quotas quota.Quotas
}

// checkRoom fails with a Quota fault when most things are there already.
func checkRoom(most int, count func() (int, error), things string) error {
	if most < 0 {
		return nil
	}
	n, err := count()
	if err == nil && quota.Exceeded(most, n+1) {
		err = fault.Newf(fault.Quota, "You have reached the quota of %d %s.", most, things)
	}
	return err
}

// CheckStore fails unless id names this directory.
func (d *Directory) CheckStore(ctx context.Context, id string) error {
	ours, err := d.StoreID(ctx)
	if err != nil {
		return err
	}
	if id != ours || ours == "" {
		return missing(StoreResource, id)
	}
	return nil
}

// In returns the directory whose identity store has an id, or Missing.
func (d *Directory) In(ctx context.Context, store string) (*Directory, error) {
	err := d.CheckStore(ctx, store)
	if err == nil {
		return d, nil
	}
	if fault.Of(err) != fault.NotFound || d.Others == nil {
		return nil, err
	}
	there, otherErr := d.Others(ctx, store)
	if otherErr != nil {
		return nil, otherErr
	}
	if !there {
		return nil, err
	}
	other := *d
	other.StoreID = func(context.Context) (string, error) { return store, nil }
	return &other, nil
}

// store is the identity store's id, or Missing where there is no store.
func (d *Directory) store(ctx context.Context) (string, error) {
	id, err := d.StoreID(ctx)
	if err == nil && id == "" {
		err = missing(StoreResource, "")
	}
	return id, err
}

// change runs fn in a transaction, with the id of the store.
func (d *Directory) change(ctx context.Context, fn func(tx Tx, store string) error) error {
	store, err := d.store(ctx)
	if err != nil {
		return err
	}
	return d.InTx(ctx, func(tx Tx) error { return fn(tx, store) })
}

// read is change for reading.
func (d *Directory) read(ctx context.Context, fn func(r Reader, store string) error) error {
	store, err := d.store(ctx)
	if err != nil {
		return err
	}
	return d.View(ctx, func(r Reader) error { return fn(r, store) })
}

// Has reports whether a user or group is in the store.
func (d *Directory) Has(ctx context.Context, resource Resource, id string) (found bool, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		found, err = r.DirectoryPrincipal(ctx, store, resource, id)
		return err
	})
	return found, err
}

// Empty removes all that is in the store. Nobody is told about each: it is for
// an instance that goes with all that names its people.
func (d *Directory) Empty(ctx context.Context) error {
	return d.change(ctx, func(tx Tx, store string) error { return tx.DeleteDirectoryStore(ctx, store) })
}

// newID makes an id in a store: those of AWS's stores named d-… begin with the
// store's ten digits.
func (d *Directory) newID(store string) string {
	if len(store) == 12 && store[:2] == "d-" {
		return store[2:] + "-" + d.Mint.UUID()
	}
	return d.Mint.UUID()
}

func (d *Directory) stamp(by string) Stamp {
	now := d.Now().UTC()
	return Stamp{Created: now, Updated: now, CreatedBy: by, UpdatedBy: by}
}
