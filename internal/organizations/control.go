package organizations

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"foyer/internal/arn"
)

// NamedDocument is a policy document and where it is from.
type NamedDocument struct {
	Name     string
	ARN      string
	Document string
}

// Control is what an organization says about the principals, or about the
// resources, of an account. The zero Control is that of a standalone account.
type Control struct {
	OrgID      string        // aws:PrincipalOrgID; "" when standalone
	Management arn.AccountID // "" when standalone
	Path       string        // aws:PrincipalOrgPaths: o-…/r-…/ou-…/
	Suspended  bool          // the account is closed: nobody may act in it
	Exempt     bool          // the policies do not bind the account: it manages, or they are not enabled
	// Levels are the policies of the root, of each unit down to
	// the account, and of the account itself. Every level must allow. Nil when Exempt.
	Levels [][]NamedDocument
}

// ControlPolicies returns what has a say over the principals of an account: its
// service control policies. An account that does not exist is an
// AccountNotFound refusal.
func (s *Service) ControlPolicies(ctx context.Context, id arn.AccountID) (Control, error) {
	return s.control(ctx, id, ServiceControl)
}

// ResourceControlPolicies returns what has a say over the resources of an
// account: its resource control policies. It fails as ControlPolicies does.
func (s *Service) ResourceControlPolicies(ctx context.Context, id arn.AccountID) (Control, error) {
	return s.control(ctx, id, ResourceControl)
}

func (s *Service) control(ctx context.Context, id arn.AccountID, kind PolicyType) (control Control, err error) {
	err = s.View(ctx, func(tx Tx) error {
		control, err = controlOf(ctx, tx, id, kind)
		return err
	})
	return control, err
}

func controlOf(ctx context.Context, tx Tx, id arn.AccountID, kind PolicyType) (Control, error) {
	account, found, err := tx.OrgAccount(ctx, id)
	if err != nil {
		return Control{}, fmt.Errorf("account %s: %w", id, err)
	}
	if !found {
		return Control{}, accountNotFound()
	}
	c := Control{Suspended: account.State != Active, Exempt: true}
	if account.Organization == "" {
		return c, nil
	}
	org, _, err := tx.OrganizationOf(ctx, id)
	if err != nil {
		return Control{}, fmt.Errorf("organization of %s: %w", id, err)
	}
	c.OrgID, c.Management = org.ID, org.Management
	c.Path = strings.TrimSuffix(account.Path, string(id)+"/")
	if id == org.Management || !org.Has(kind) {
		return c, nil
	}
	c.Exempt = false
	c.Levels, err = levels(ctx, tx, org, account, kind)
	return c, err
}

// levels reads the policies of a type along an account's path, root first.
func levels(ctx context.Context, tx Tx, org Organization, account Account, kind PolicyType) ([][]NamedDocument, error) {
	targets := pathTargets(account.Path)
	documents, err := tx.OrgPolicyDocuments(ctx, org.ID, kind, targets)
	if err != nil {
		return nil, fmt.Errorf("policies over %s: %w", account.ID, err)
	}
	all := make([][]NamedDocument, len(targets))
	for _, d := range documents {
		i := slices.Index(targets, d.Target)
		all[i] = append(all[i], NamedDocument{d.Name, org.PolicyARN(kind, d.PolicyID), d.Document})
	}
	return all, nil
}

// pathTargets are what policies over an account can be attached to: the root,
// each unit down to the account, and the account, as its path names them.
func pathTargets(path string) []string {
	return strings.Split(strings.TrimSuffix(path, "/"), "/")[1:] // behind the organization's id
}
