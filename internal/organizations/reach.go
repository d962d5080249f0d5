package organizations

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// Reach is what service control policies allow at a place of an organization,
// and the accounts there.
type Reach struct {
	// Levels are the policies of the root and of each unit and account down to
	// the place; every level must allow. Nil when they do not bind the place.
	Levels [][]NamedDocument
	// Accounts are those at the place and below it that the policies bind, by id.
	Accounts []ReachedAccount
}

// ReachedAccount is an account and where it stands.
type ReachedAccount struct {
	ID   arn.AccountID
	Path string // o-…/r-…/ou-…/<account>
}

// Reach reads what is allowed at a path, o-…/r-…/ou-…/<account>, or with a
// policy's id what that one allows there. Only the management account may ask.
// A place or policy that is not there is an Invalid fault.
func (a Acting) Reach(ctx context.Context, path, policyID string) (reach Reach, err error) {
	path = strings.TrimSuffix(path, "/") + "/"
	err = a.s.View(ctx, func(tx Tx) error {
		org, err := a.organization(ctx, tx)
		if err != nil {
			return err
		}
		if a.account != org.Management {
			return denied()
		}
		if err := placed(ctx, tx, org, path); err != nil {
			return err
		}
		managing := strings.HasSuffix(path, "/"+string(org.Management)+"/")
		if reach.Accounts, err = reached(ctx, tx, org, path, managing); err != nil {
			return err
		}
		reach.Levels, err = reachLevels(ctx, tx, org, path, policyID, managing)
		return err
	})
	return reach, err
}

func nothingAt(path string) error {
	return fault.Newf(fault.Invalid, "The entity path %s is not in your organization.", strings.TrimSuffix(path, "/"))
}

// placed refuses a path that nothing of the organization has.
func placed(ctx context.Context, tx Tx, org Organization, path string) error {
	if path == org.rootPath() {
		return nil
	}
	targets := pathTargets(path)
	last := targets[len(targets)-1]
	stands := ""
	switch TargetOf(last) {
	case UnitTarget:
		unit, _, err := tx.OrgUnit(ctx, last)
		if err != nil {
			return fmt.Errorf("unit %s: %w", last, err)
		}
		stands = unit.Path
	case AccountTarget:
		account, _, err := tx.OrgAccount(ctx, arn.AccountID(last))
		if err != nil {
			return fmt.Errorf("account %s: %w", last, err)
		}
		stands = account.Path
	case RootTarget:
	}
	if stands != path || !strings.HasPrefix(path, org.rootPath()) {
		return nothingAt(path)
	}
	return nil
}

// reached lists the accounts at a path and below; the management account only
// when it is the one.
func reached(ctx context.Context, tx Tx, org Organization, path string, managing bool) (all []ReachedAccount, err error) {
	for page := (paging.Page{Limit: 1000}); ; {
		accounts, err := tx.OrgAccounts(ctx, org.ID, page)
		if err != nil {
			return nil, fmt.Errorf("accounts of %s: %w", org.ID, err)
		}
		for _, account := range accounts {
			if strings.HasPrefix(account.Path, path) && (managing || account.ID != org.Management) {
				all = append(all, ReachedAccount{account.ID, strings.TrimSuffix(account.Path, "/")})
			}
		}
		if len(accounts) < page.Limit {
			return all, nil
		}
		page.After = string(accounts[len(accounts)-1].ID)
	}
}

func reachLevels(ctx context.Context, tx Tx, org Organization, path, policyID string, managing bool) ([][]NamedDocument, error) {
	if !org.Has(ServiceControl) {
		return nil, fault.Newf(fault.Invalid, "Service control policies are not enabled in your organization.")
	}
	if policyID != "" {
		p, found, err := tx.OrgPolicy(ctx, org.ID, policyID)
		if err == nil && (!found || p.Type != ServiceControl) {
			err = fault.Newf(fault.Invalid, "The service control policy %s is not in your organization.", policyID)
		}
		return [][]NamedDocument{{{p.Name, p.ARN, p.Content}}}, err
	}
	if managing {
		return nil, nil
	}
	return levels(ctx, tx, org, Account{Path: path}, ServiceControl)
}
