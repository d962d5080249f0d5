package federation

import (
	"context"
	"fmt"

	"foyer/internal/arn"
)

// Held is a permission set that a person has in an account, by its name.
type Held struct {
	Account arn.AccountID
	Role    string
}

// Reached is an account with the names of the roles that a person has in it.
type Reached struct {
	Account
	Roles []string
}

// mostHeld bounds what one person's reach is read to.
const mostHeld = 100_000

// Reach lists, by id, all active accounts in which a user has roles, with these:
// at most 100,000 roles. It is for looking through; Accounts and Roles page.
func (s *Service) Reach(ctx context.Context, userID string) ([]Reached, error) {
	var held []Held
	err := s.View(ctx, func(tx Tx) (err error) {
		held, err = tx.AssignedEverywhere(ctx, userID, mostHeld)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reach of %s: %w", userID, err)
	}
	var ids []arn.AccountID
	roles := map[arn.AccountID][]string{}
	for _, h := range held {
		if len(roles[h.Account]) == 0 {
			ids = append(ids, h.Account)
		}
		roles[h.Account] = append(roles[h.Account], h.Role)
	}
	described, err := s.Plane.Describe(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("reach of %s: %w", userID, err)
	}
	all := make([]Reached, 0, len(described))
	for _, a := range described {
		if a.Active {
			all = append(all, Reached{Account{ID: a.ID, Name: a.Name, Email: a.Email}, roles[a.ID]})
		}
	}
	return all, nil
}
