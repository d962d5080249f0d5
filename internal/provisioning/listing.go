package provisioning

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/paging"
)

// SetsIn lists the ARNs of the permission sets that are provisioned in an account.
func (s *Service) SetsIn(ctx context.Context, account arn.AccountID, freshness Freshness, page paging.Page) (sets []string, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		list := func(page paging.Page) ([]Provisioned, error) { return tx.ProvisionedSets(ctx, account, page) }
		sets, err = selected(ctx, tx, freshness, page, list, func(p Provisioned) string { return p.Set })
		return err
	})
	sets, next = paging.Cut(sets, page.Limit, func(set string) string { return set })
	return sets, next, err
}

// AccountsOf lists the accounts that a permission set is provisioned in.
func (s *Service) AccountsOf(ctx context.Context, set string, freshness Freshness, page paging.Page) (accounts []arn.AccountID, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		list := func(page paging.Page) ([]Provisioned, error) { return tx.ProvisionedAccounts(ctx, set, page) }
		ids, err := selected(ctx, tx, freshness, page, list, func(p Provisioned) string { return string(p.Account) })
		for _, id := range ids {
			accounts = append(accounts, arn.AccountID(id))
		}
		return err
	})
	accounts, next = paging.Cut(accounts, page.Limit, func(id arn.AccountID) string { return string(id) })
	return accounts, next, err
}

// selected reads on until it has one more than page.Limit keys of the wanted freshness.
func selected(ctx context.Context, tx Tx, freshness Freshness, page paging.Page, list func(paging.Page) ([]Provisioned, error), key func(Provisioned) string) ([]string, error) {
	current := map[string]string{} // revision by set
	var keys []string
	ask := paging.Page{After: page.After, Limit: page.Limit + 1}
	for {
		some, err := list(ask)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			ask.After = key(p)
			ok, err := isOf(ctx, tx, freshness, p, current)
			if err != nil {
				return nil, err
			}
			if ok {
				keys = append(keys, ask.After)
			}
			if len(keys) > page.Limit {
				return keys, nil
			}
		}
		if len(some) < ask.Limit {
			return keys, nil
		}
	}
}

func isOf(ctx context.Context, tx Tx, freshness Freshness, p Provisioned, current map[string]string) (bool, error) {
	if freshness == "" {
		return true, nil
	}
	if _, known := current[p.Set]; !known {
		content, _, err := tx.PermissionSetContent(ctx, p.Set)
		if err != nil {
			return false, err
		}
		current[p.Set] = content.Revision()
	}
	return (p.Revision == current[p.Set]) == (freshness == Latest), nil
}
