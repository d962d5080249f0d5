package iam

import (
	"context"
	"fmt"

	"foyer/internal/arn"
	"foyer/internal/paging"
	"foyer/internal/quota"
)

// GroupTx stores who is in which group.
type GroupTx interface {
	// PutIAMMembership makes a user a member; doing it twice is no error.
	PutIAMMembership(ctx context.Context, groupID, userID string) error
	// DeleteIAMMembership reports whether the user was a member.
	DeleteIAMMembership(ctx context.Context, groupID, userID string) (bool, error)
	// IAMMembers lists a group's users by Key of the name.
	IAMMembers(ctx context.Context, groupID string, page paging.Page) ([]Entity, error)
	// IAMGroupsOf lists a user's groups by Key of the name.
	IAMGroupsOf(ctx context.Context, userID string, page paging.Page) ([]Entity, error)
}

// CreateGroup makes a group; path "" means "/".
func (s *Service) CreateGroup(ctx context.Context, account arn.AccountID, name, path string) (group Entity, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		group = s.newEntity(Ref{account, GroupKind, name}, path, tx.Now())
		return s.insert(ctx, tx, group)
	})
	return group, err
}

// Groups lists the groups whose path begins with pathPrefix, by name.
func (s *Service) Groups(ctx context.Context, account arn.AccountID, pathPrefix string, page paging.Page) ([]Entity, string, error) {
	return s.entities(ctx, account, GroupKind, pathPrefix, page)
}

// UpdateGroup gives a group another name or path; "" leaves either as it is.
func (s *Service) UpdateGroup(ctx context.Context, account arn.AccountID, name, newName, newPath string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, Ref{account, GroupKind, name})
		if err != nil {
			return err
		}
		return rename(ctx, tx, e, newName, newPath)
	})
}

// DeleteGroup deletes a group that has no members and policies any more.
func (s *Service) DeleteGroup(ctx context.Context, account arn.AccountID, name string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, Ref{account, GroupKind, name})
		if err != nil {
			return err
		}
		members, err := tx.IAMMembers(ctx, e.ID, paging.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(members) > 0 {
			return inUse("Cannot delete entity, must remove users from group first.")
		}
		return deleteBare(ctx, tx, e)
	})
}

// Members returns a group and one page of its users, by name.
func (s *Service) Members(ctx context.Context, account arn.AccountID, name string, page paging.Page) (group Entity, users []Entity, next string, err error) {
	group, users, next, err = s.related(ctx, Ref{account, GroupKind, name}, page, Tx.IAMMembers)
	return group, users, next, err
}

// GroupsOf lists the groups a user is in, by name.
func (s *Service) GroupsOf(ctx context.Context, account arn.AccountID, user string, page paging.Page) (groups []Entity, next string, err error) {
	_, groups, next, err = s.related(ctx, Ref{account, UserKind, user}, page, Tx.IAMGroupsOf)
	return groups, next, err
}

func (s *Service) related(ctx context.Context, ref Ref, page paging.Page, list func(Tx, context.Context, string, paging.Page) ([]Entity, error)) (of Entity, all []Entity, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		if of, err = entity(ctx, tx, ref); err != nil {
			return err
		}
		all, err = list(tx, ctx, of.ID, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return Entity{}, nil, "", err
	}
	all, next = paging.Cut(all, page.Limit, func(e Entity) string { return Key(e.Name) })
	return of, all, next, nil
}

// AddToGroup makes a user a member of a group; doing it twice is no error.
func (s *Service) AddToGroup(ctx context.Context, account arn.AccountID, group, user string) error {
	return s.InTx(ctx, func(tx Tx) error {
		g, u, err := groupAndUser(ctx, tx, account, group, user)
		if err != nil {
			return err
		}
		have, err := tx.IAMGroupsOf(ctx, u.ID, paging.Page{Limit: allGroups})
		if err != nil {
			return err
		}
		for _, h := range have {
			if h.ID == g.ID {
				return nil
			}
		}
		if most := s.quotas().GroupsPerUser; quota.Exceeded(most, len(have)+1) {
			return exceeded("GroupsPerUser", most)
		}
		return tx.PutIAMMembership(ctx, g.ID, u.ID)
	})
}

// RemoveFromGroup ends a membership; one that is not there is a NotFound fault.
func (s *Service) RemoveFromGroup(ctx context.Context, account arn.AccountID, group, user string) error {
	return s.InTx(ctx, func(tx Tx) error {
		g, u, err := groupAndUser(ctx, tx, account, group, user)
		if err != nil {
			return err
		}
		was, err := tx.DeleteIAMMembership(ctx, g.ID, u.ID)
		if err != nil {
			return fmt.Errorf("remove %s from group %s: %w", user, group, err)
		}
		if !was {
			return notFound(u.Ref())
		}
		return nil
	})
}

func groupAndUser(ctx context.Context, tx Tx, account arn.AccountID, group, user string) (g, u Entity, err error) {
	if g, err = entity(ctx, tx, Ref{account, GroupKind, group}); err != nil {
		return g, u, err
	}
	u, err = entity(ctx, tx, Ref{account, UserKind, user})
	return g, u, err
}
