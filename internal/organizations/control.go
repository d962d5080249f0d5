package organizations

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/arn"
)

// NamedDocument is a policy document and where it is from.
type NamedDocument struct {
	Name     string
	ARN      string
	Document string
}

// Control is what an organization says about the principals of an account. The
// zero Control is that of a standalone account.
type Control struct {
	OrgID      string        // aws:PrincipalOrgID; "" when standalone
	Management arn.AccountID // "" when standalone
	Path       string        // aws:PrincipalOrgPaths: o-…/r-…/ou-…/
	Suspended  bool          // the account is closed: nobody may act in it
	Exempt     bool          // service control policies do not bind the account: it manages, or they are not enabled
	// Levels are the service control policies of the root, of each unit down to
	// the account, and of the account itself. Every level must allow. Nil when Exempt.
	Levels [][]NamedDocument
}

// ControlPolicies returns what has a say over the principals of an account.
// One that does not exist is an AccountNotFound refusal.
func (s *Service) ControlPolicies(ctx context.Context, id arn.AccountID) (control Control, err error) {
	err = s.View(ctx, func(tx Tx) error {
		control, err = controlOf(ctx, tx, id)
		return err
	})
	return control, err
}

func controlOf(ctx context.Context, tx Tx, id arn.AccountID) (Control, error) {
	account, found, err := tx.OrgAccount(ctx, id)
	if err != nil {
		return Control{}, fmt.Errorf("account %s: %w", id, err)
	}
	if !found {
		return Control{}, accountNotFound()
	}
	c := Control{Suspended: account.State == Suspended, Exempt: true}
	if account.Organization == "" {
		return c, nil
	}
	org, _, err := tx.OrganizationOf(ctx, id)
	if err != nil {
		return Control{}, fmt.Errorf("organization of %s: %w", id, err)
	}
	c.OrgID, c.Management = org.ID, org.Management
	c.Path = strings.TrimSuffix(account.Path, string(id)+"/")
	if id == org.Management || !org.ControlEnabled {
		return c, nil
	}
	c.Exempt = false
	c.Levels, err = levels(ctx, tx, org, account)
	return c, err
}

// levels reads the policies along an account's path, root first.
func levels(ctx context.Context, tx Tx, org Organization, account Account) ([][]NamedDocument, error) {
	targets := strings.Split(strings.TrimSuffix(account.Path, "/"), "/")[1:] // behind the organization's id
	documents, err := tx.ControlDocuments(ctx, org.ID, targets)
	if err != nil {
		return nil, fmt.Errorf("policies over %s: %w", account.ID, err)
	}
	all := make([][]NamedDocument, len(targets))
	for _, d := range documents {
		for i, t := range targets {
			if d.Target == t {
				all[i] = append(all[i], NamedDocument{d.Name, org.PolicyARN(ServiceControl, d.PolicyID), d.Document})
			}
		}
	}
	return all, nil
}
