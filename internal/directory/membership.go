package directory

import (
	"context"

	"foyer/internal/paging"
)

// AddMember makes user a member of group and returns the membership.
func (d *Directory) AddMember(ctx context.Context, by string, group GroupID, user UserID) (Membership, error) {
	id, err := d.newID(ctx)
	if err != nil {
		return Membership{}, err
	}
	m := Membership{ID: MembershipID(id), Group: group, User: user, Stamp: d.stamp(by)}
	err = d.InTx(ctx, func(tx Tx) error {
		if _, err := groupIn(ctx, tx, group); err != nil {
			return err
		}
		if _, err := userIn(ctx, tx, user); err != nil {
			return err
		}
		created, err := tx.PutDirectoryMembership(ctx, m)
		if err != nil {
			return err
		}
		if !created {
			return taken("Member and group relationship already exists.")
		}
		others := func(ctx context.Context) (int, error) {
			n, err := tx.CountDirectoryGroupsOf(ctx, user)
			return n - 1, err
		}
		return checkRoom(ctx, d.Quotas.InForce().GroupsPerUser, others, "groups per user")
	})
	return m, err
}

// RemoveMember ends a membership.
func (d *Directory) RemoveMember(ctx context.Context, id MembershipID) error {
	return d.InTx(ctx, func(tx Tx) error {
		deleted, err := tx.DeleteDirectoryMembership(ctx, id)
		if err == nil && !deleted {
			return missing(MembershipResource, string(id))
		}
		return err
	})
}

// Membership returns a membership by its id, or Missing.
func (d *Directory) Membership(ctx context.Context, id MembershipID) (m Membership, err error) {
	err = d.View(ctx, func(r Reader) error {
		var found bool
		m, found, err = r.DirectoryMembership(ctx, id)
		if err == nil && !found {
			err = missing(MembershipResource, string(id))
		}
		return err
	})
	return m, err
}

// MembershipOf returns user's membership of group, or Missing.
func (d *Directory) MembershipOf(ctx context.Context, group GroupID, user UserID) (m Membership, err error) {
	err = d.View(ctx, func(r Reader) error {
		if _, err := groupIn(ctx, r, group); err != nil {
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
	return d.memberships(ctx, page, func(r Reader, page paging.Page) ([]Membership, error) {
		if _, err := groupIn(ctx, r, group); err != nil {
			return nil, err
		}
		return r.DirectoryMembers(ctx, group, page)
	})
}

// MembershipsOf lists a user's memberships by id.
func (d *Directory) MembershipsOf(ctx context.Context, user UserID, page paging.Page) (list []Membership, next string, err error) {
	return d.memberships(ctx, page, func(r Reader, page paging.Page) ([]Membership, error) {
		if _, err := userIn(ctx, r, user); err != nil {
			return nil, err
		}
		return r.DirectoryMembershipsOf(ctx, user, page)
	})
}

func (d *Directory) memberships(ctx context.Context, page paging.Page, read func(Reader, paging.Page) ([]Membership, error)) (list []Membership, next string, err error) {
	err = d.View(ctx, func(r Reader) error {
		list, err = read(r, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	list, next = paging.Cut(list, page.Limit, func(m Membership) string { return string(m.ID) })
	return list, next, err
}

// InGroups answers, group by group and in their order, whether user is a
// member. An unknown group or user is Missing.
func (d *Directory) InGroups(ctx context.Context, user UserID, groups []GroupID) (member []bool, err error) {
	err = d.View(ctx, func(r Reader) error {
		if _, err := userIn(ctx, r, user); err != nil {
			return err
		}
		member = make([]bool, len(groups))
		for i, group := range groups {
			if _, err := groupIn(ctx, r, group); err != nil {
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
