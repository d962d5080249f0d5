package iam

import (
	"context"
	"fmt"

	"foyer/internal/arn"
)

// HeldRole is a role with all it holds.
type HeldRole struct {
	Role
	Attached []string          // ARNs, in order
	Inline   map[string]string // documents by name
}

// Holding is what an account holds of another service's roles and providers.
type Holding struct {
	Roles     []HeldRole        // by name
	Providers map[string]string // metadata of the protected SAML providers, by name
}

// Holdings reads the roles below a path, and the protected SAML providers, of
// accounts. An account that holds neither is not in the answer.
func (s *Service) Holdings(ctx context.Context, accounts []arn.AccountID, pathPrefix string) (all map[arn.AccountID]Holding, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.IAMHoldings(ctx, accounts, pathPrefix)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what %d accounts hold: %w", len(accounts), err)
	}
	return all, nil
}
