package federation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

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

// Reach lists, by name, all active accounts in which a user has roles, with these:
// at most 100,000 roles. It is for looking through; Accounts and Roles page. What
// it returns is shared: treat it as read-only.
func (s *Service) Reach(ctx context.Context, userID string) ([]Reached, error) {
	if s.RememberedReach != nil {
		return s.RememberedReach(ctx, userID)
	}
	return s.ReadReach(ctx, userID)
}

// SizeOfReach is how much of a memory a reach takes: its accounts and roles.
func SizeOfReach(reach []Reached) int {
	size := 1
	for _, a := range reach {
		size += 1 + len(a.Roles)
	}
	return size
}

// ReadReach is Reach without a memory.
func (s *Service) ReadReach(ctx context.Context, userID string) ([]Reached, error) {
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
	sortByName(all)
	return all, nil
}

// sortByName sorts as people read, capitals or not; of one name, by id.
func sortByName(all []Reached) {
	keys := make(map[arn.AccountID]string, len(all))
	for _, a := range all {
		keys[a.ID] = strings.ToLower(a.Name)
	}
	slices.SortFunc(all, func(a, b Reached) int {
		return cmp.Or(strings.Compare(keys[a.ID], keys[b.ID]), strings.Compare(string(a.ID), string(b.ID)))
	})
}
