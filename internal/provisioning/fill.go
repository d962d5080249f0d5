package provisioning

import (
	"context"
	"fmt"

	"foyer/internal/fault"
	"foyer/internal/permissionset"
)

// Filling puts roles into accounts at once, without requests or the queue: for
// an installation that is loaded with much before anybody uses it. Permission
// sets must not change meanwhile.
type Filling struct {
	*Service
	contents map[string]permissionset.Content
}

// Fill makes the roles of pairs. It fails at the first that an account cannot take.
func (f *Filling) Fill(ctx context.Context, pairs []Pair) error {
	i, err := f.Instance.Instance(ctx)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	err = f.InTx(ctx, func(tx Tx) error {
		steps := make([]step, len(pairs))
		written := make([]Provisioned, len(pairs))
		for n, pair := range pairs {
			content, err := f.content(ctx, tx, pair.Set)
			if err != nil {
				return err
			}
			written[n] = Provisioned{pair, i.RoleName(content.Name, pair.Account, pair.Set), content.Revision()}
			steps[n] = step{pair: pair, wanted: &content, name: written[n].RoleName}
		}
		if err := f.apply(ctx, i, steps); err != nil {
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
		return fmt.Errorf("fill %d: %w", len(pairs), err)
	}
	return nil
}

func (f *Filling) content(ctx context.Context, tx Tx, set string) (permissionset.Content, error) {
	if c, known := f.contents[set]; known {
		return c, nil
	}
	c, found, err := tx.PermissionSetContent(ctx, set)
	if err == nil && !found {
		err = fault.Newf(fault.NotFound, "Could not find PermissionSet with ARN %s.", set)
	}
	if err != nil {
		return c, err
	}
	if f.contents == nil {
		f.contents = map[string]permissionset.Content{}
	}
	f.contents[set] = c
	return c, nil
}
