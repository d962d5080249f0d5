package iam

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/paging"
)

// NewUser is what a user is made from.
type NewUser struct {
	Account     arn.AccountID
	Name        string
	Path        string // "" means "/"
	BoundaryARN string // "" for none
	Tags        []Tag
}

// CreateUser makes a user.
func (s *Service) CreateUser(ctx context.Context, n NewUser) (user Entity, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		user = s.newEntity(Ref{n.Account, UserKind, n.Name}, n.Path, tx.Now())
		if user.Tags, err = newTags(n.Tags); err != nil {
			return err
		}
		if user.BoundaryARN, err = boundary(ctx, tx, n.Account, n.BoundaryARN); err != nil {
			return err
		}
		return s.insert(ctx, tx, user)
	})
	return user, err
}

func (s *Service) insert(ctx context.Context, tx Tx, e Entity) error {
	made, err := tx.InsertIAMEntity(ctx, e)
	if err != nil {
		return err
	}
	if !made {
		return alreadyExists(e.Ref())
	}
	return s.room(ctx, tx, e.Account, e.Kind)
}

// User returns a user, or a NotFound fault.
func (s *Service) User(ctx context.Context, account arn.AccountID, name string) (Entity, error) {
	return s.Entity(ctx, Ref{account, UserKind, name})
}

// Users lists the users whose path begins with pathPrefix, by name.
func (s *Service) Users(ctx context.Context, account arn.AccountID, pathPrefix string, page paging.Page) ([]Entity, string, error) {
	return s.entities(ctx, account, UserKind, pathPrefix, page)
}

// UpdateUser gives a user another name or path; "" leaves either as it is. Its
// id, policies, groups and keys stay.
func (s *Service) UpdateUser(ctx context.Context, account arn.AccountID, name, newName, newPath string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, Ref{account, UserKind, name})
		if err != nil {
			return err
		}
		return rename(ctx, tx, e, newName, newPath)
	})
}

// DeleteUser deletes a user that has no keys or other proofs, groups and policies
// any more.
func (s *Service) DeleteUser(ctx context.Context, account arn.AccountID, name string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, Ref{account, UserKind, name})
		if err != nil {
			return err
		}
		keys, err := tx.IAMAccessKeys(ctx, account, e.ID)
		if err != nil {
			return err
		}
		if len(keys) > 0 {
			return inUse("Cannot delete entity, must delete access keys first.")
		}
		if err := unproven(ctx, tx, e); err != nil {
			return err
		}
		groups, err := tx.IAMGroupsOf(ctx, e.ID, paging.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(groups) > 0 {
			return inUse("Cannot delete entity, must remove users from group first.")
		}
		return deleteBare(ctx, tx, e)
	})
}
