// Package favourite keeps what a person wants to find again in the access
// portal: the accounts they marked, and the roles they took last.
//
// It says nothing of what a person may reach: what they lost stays on the list
// until something newer takes its place, so readers pass it by.
package favourite

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
)

// How much is kept of each person. Beyond it, what was marked or taken longest
// ago goes.
const (
	MostAccounts = 100
	MostRoles    = 8
)

// Role is a permission set in an account, by its name.
type Role struct {
	Account arn.AccountID
	Name    string
}

// Reader is what reading needs of the store.
type Reader interface {
	// FavouriteAccounts are a person's, the last marked first.
	FavouriteAccounts(ctx context.Context, userID string) ([]arn.AccountID, error)
	// RecentRoles are a person's, the last taken first.
	RecentRoles(ctx context.Context, userID string) ([]Role, error)
}

// Tx is what changing needs of one transaction.
type Tx interface {
	// PutFavouriteAccount leaves an account that is marked as it is.
	PutFavouriteAccount(ctx context.Context, userID string, account arn.AccountID, at time.Time) error
	DeleteFavouriteAccount(ctx context.Context, userID string, account arn.AccountID) error
	// PutRecentRole puts a role before all others.
	PutRecentRole(ctx context.Context, userID string, role Role, at time.Time) error
	// TrimFavourites keeps as many of a person's as there may be, the last ones.
	TrimFavourites(ctx context.Context, userID string, accounts, roles int) error
	Now() time.Time
}

// Service keeps favourites. Both fields are required.
type Service struct {
	InTx func(context.Context, func(Tx) error) error // commits when the function returns nil
	View func(context.Context, func(Reader) error) error
}

// Of returns a person's favourite accounts and last roles, the latest first.
func (s *Service) Of(ctx context.Context, userID string) (accounts []arn.AccountID, roles []Role, err error) {
	err = s.View(ctx, func(r Reader) error {
		if accounts, err = r.FavouriteAccounts(ctx, userID); err != nil {
			return err
		}
		roles, err = r.RecentRoles(ctx, userID)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("favourites of %s: %w", userID, err)
	}
	return accounts, roles, nil
}

// Mark makes an account a favourite, or no longer one. Doing so twice is the
// same as once.
func (s *Service) Mark(ctx context.Context, userID string, account arn.AccountID, favourite bool) error {
	return s.InTx(ctx, func(tx Tx) error {
		if !favourite {
			return tx.DeleteFavouriteAccount(ctx, userID, account)
		}
		if err := tx.PutFavouriteAccount(ctx, userID, account, tx.Now()); err != nil {
			return err
		}
		return tx.TrimFavourites(ctx, userID, MostAccounts, MostRoles)
	})
}

// Taken notes that a person took a role.
func (s *Service) Taken(ctx context.Context, userID string, role Role) error {
	return s.InTx(ctx, func(tx Tx) error {
		if err := tx.PutRecentRole(ctx, userID, role, tx.Now()); err != nil {
			return err
		}
		return tx.TrimFavourites(ctx, userID, MostAccounts, MostRoles)
	})
}

// Forget removes all of a person who is gone.
func (s *Service) Forget(ctx context.Context, userID string) error {
	return s.InTx(ctx, func(tx Tx) error { return tx.TrimFavourites(ctx, userID, 0, 0) })
}
