package application

import (
	"context"
	"fmt"

	"foyer/internal/paging"
)

// Shown lists, by ARN, the applications that the access portal shows a user:
// enabled, not hidden, and assigned to the user or a group of theirs, unless
// everyone may use it.
func (s *Service) Shown(ctx context.Context, instanceARN, userID string, page paging.Page) (all []Application, next string, err error) {
	err = s.View(ctx, func(r Reader) error {
		all, err = r.ApplicationsShown(ctx, instanceARN, userID, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("applications of %s: %w", userID, err)
	}
	all, next = paging.Cut(all, page.Limit, func(a Application) string { return a.ARN })
	return all, next, nil
}
