package provisioning

import (
	"context"
	"fmt"

	"foyer/internal/arn"
)

// Fill puts a permission set into accounts at once, without a request or the
// queue: for an installation that is loaded with much before anybody uses it.
// It fails at the first account that cannot take it.
func (s *Service) Fill(ctx context.Context, set string, accounts []arn.AccountID) error {
	i, err := s.Instance.Instance(ctx)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	err = s.InTx(ctx, func(tx Tx) error {
		content, found, err := tx.PermissionSetContent(ctx, set)
		if err != nil || !found {
			return fmt.Errorf("permission set %s, found %t: %w", set, found, err)
		}
		steps := make([]step, len(accounts))
		written := make([]Provisioned, len(accounts))
		for n, account := range accounts {
			pair := Pair{account, set}
			written[n] = Provisioned{pair, i.RoleName(content.Name, account, set), content.Revision()}
			steps[n] = step{pair: pair, wanted: &content, name: written[n].RoleName}
		}
		if err := s.apply(ctx, i, steps); err != nil {
			return err
		}
		for _, st := range steps {
			if st.failure != nil {
				return st.failure
			}
		}
		return tx.PutProvisionedRoles(ctx, written)
	})
	if err != nil {
		return fmt.Errorf("fill %d accounts: %w", len(accounts), err)
	}
	return nil
}
