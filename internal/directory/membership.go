package directory

import (
	"context"

	"foyer/internal/fault"
	"foyer/internal/paging"
)

// AddMember makes user a member of group and returns the membership.
func (d *Directory) AddMember(ctx context.Context, by string, group GroupID, user UserID) (Membership, error) {
	m := Membership{Group: group, User: user, Stamp: d.stamp(by)}
	err := d.change(ctx, func(tx Tx, store string) error {
		m.ID = MembershipID(d.newID(store))
		if _, err := groupIn(ctx, tx, store, group); err != nil {
			return err
		}
		if _, err := userIn(ctx, tx, store, user); err != nil {
			return err
		}
		created, err := tx.PutDirectoryMembership(ctx, m)
		if err != nil {
			return err
		}
		if !created {
			return taken("Member and group relationship already exists.")
		}
		others := func() (int, error) {
			n, err := tx.CountDirectoryGroupsOf(ctx, user)
			return n - 1, err
		}
		return checkRoom(d.Quotas.InForce().GroupsPerUser, others, "groups per user")
	})
	return m, err
}

// RemoveMember ends a membership.
func (d *Directory) RemoveMember(ctx context.Context, id MembershipID) error {
	return d.change(ctx, func(tx Tx, store string) error {
		if _, err := membershipIn(ctx, tx, store, id); err != nil {
			return err
		}
		return tx.DeleteDirectoryMembership(ctx, id)
	})
}

// Membership returns a membership by its id, or Missing.
func (d *Directory) Membership(ctx context.Context, id MembershipID) (m Membership, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		m, err = membershipIn(ctx, r, store, id)
		return err
	})
	return m, err
}

// membershipIn reads a membership, which is in the store of its group.
func membershipIn(ctx context.Context, r Reader, store string, id MembershipID) (Membership, error) {
	m, found, err := r.DirectoryMembership(ctx, id)
	if err != nil {
		return Membership{}, err
	}
	if found {
		_, err = groupIn(ctx, r, store, m.Group)
	}
	if !found || fault.Of(err) == fault.NotFound {
		err = missing(MembershipResource, string(id))
	}
	return m, err
}

// MembershipOf returns user's membership of group, or Missing.
func (d *Directory) MembershipOf(ctx context.Context, group GroupID, user UserID) (m Membership, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		if _, err := groupIn(ctx, r, store, group); err != nil {
			return err
		}
		var found bool
		m, found, err = r.DirectoryMembershipOf(ctx, group, user)
		if err == nil && !found {
			err = missing(MembershipResource, "")
		}
		return err
	})
	return m, err
}

// Members lists a group's memberships by id.
func (d *Directory) Members(ctx context.Context, group GroupID, page paging.Page) (list []Membership, next string, err error) {
	return d.memberships(ctx, page, func(r Reader, store string, page paging.Page) ([]Membership, error) {
		if _, err := groupIn(ctx, r, store, group); err != nil {
			return nil, err
		}
		return r.DirectoryMembers(ctx, group, page)
	})
}

// MembershipsOf lists a user's memberships by id.
func (d *Directory) MembershipsOf(ctx context.Context, user UserID, page paging.Page) (list []Membership, next string, err error) {
	return d.memberships(ctx, page, func(r Reader, store string, page paging.Page) ([]Membership, error) {
		if _, err := userIn(ctx, r, store, user); err != nil {
			return nil, err
		}
		return r.DirectoryMembershipsOf(ctx, user, page)
	})
}

func (d *Directory) memberships(ctx context.Context, page paging.Page, list func(Reader, string, paging.Page) ([]Membership, error)) (all []Membership, next string, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		all, err = list(r, store, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	all, next = paging.Cut(all, page.Limit, func(m Membership) string { return string(m.ID) })
	return all, next, err
}

// InGroups answers, group by group and in their order, whether user is a
// member. An unknown group or user is Missing.
func (d *Directory) InGroups(ctx context.Context, user UserID, groups []GroupID) (member []bool, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		if _, err := userIn(ctx, r, store, user); err != nil {
			return err
		}
		member = make([]bool, len(groups))
		for i, group := range groups {
			if _, err := groupIn(ctx, r, store, group); err != nil {
				return err
			}
			if _, member[i], err = r.DirectoryMembershipOf(ctx, group, user); err != nil {
				return err
			}
		}
		return nil
	})
	return member, err
}
