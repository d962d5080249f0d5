// Package embeddedaccounts puts Foyer's own account plane behind the seam that
// provisioning declares, so that the identity plane cannot tell it from AWS.
package embeddedaccounts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

// Accounts is the embedded account plane. All fields but Exchanged are required.
type Accounts struct {
	// Unit runs a function as one unit of work: what a batch changes is there
	// as a whole or not at all.
	Unit          func(context.Context, func(context.Context) error) error
	IAM           *iam.Service
	Organizations *organizations.Service
	STS           *sts.Service
	Now           func() time.Time
	Region        string // that assertions are presented in
	// Exchanged is told of every assertion that was presented, for the trail of
	// the account it was for.
	Exchanged func(context.Context, Exchange)
}

// The seam it stands in.
var _ provisioning.Accounts = (*Accounts)(nil)

// Apply makes every change in one transaction.
func (a *Accounts) Apply(ctx context.Context, changes []provisioning.Change) []error {
	outcomes := make([]error, len(changes))
	err := a.Unit(ctx, func(ctx context.Context) error {
		clear(outcomes)
		open, err := a.inActiveAccounts(ctx, changes, outcomes)
		if err != nil {
			return err
		}
		if err := a.put(ctx, changes, open, outcomes); err != nil {
			return err
		}
		return a.remove(ctx, changes, open, outcomes)
	})
	if err != nil {
		for i := range outcomes {
			outcomes[i] = fmt.Errorf("write to account %s: %w", changes[i].Account, err)
		}
	}
	return outcomes
}

// inActiveAccounts answers which changes are to accounts that take any.
func (a *Accounts) inActiveAccounts(ctx context.Context, changes []provisioning.Change, outcomes []error) (open []int, err error) {
	ids := make([]arn.AccountID, 0, len(changes))
	for _, c := range changes {
		ids = append(ids, c.Account)
	}
	slices.Sort(ids)
	accounts, err := a.Organizations.DescribeAccounts(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	active := make(map[arn.AccountID]bool, len(accounts))
	for _, account := range accounts {
		active[account.ID] = account.Status() == "ACTIVE"
	}
	for i, c := range changes {
		is, exists := active[c.Account]
		switch {
		case !exists:
			outcomes[i] = fault.Newf(fault.NotFound, "The account %s does not exist.", c.Account)
		case !is && !c.Delete:
			outcomes[i] = fault.Newf(fault.Conflict, "The account %s is not active.", c.Account)
		default:
			open = append(open, i)
		}
	}
	return open, nil
}

func (a *Accounts) put(ctx context.Context, changes []provisioning.Change, open []int, outcomes []error) error {
	var (
		providers []iam.ProtectedProvider
		roles     []iam.ProtectedRole
		of        []int // the change of each role
	)
	for _, i := range open {
		if c := changes[i]; !c.Delete {
			providers = append(providers, iam.ProtectedProvider{Account: c.Account, Name: c.Provider.Name, Metadata: c.Provider.Metadata})
			roles, of = append(roles, protectedRole(c)), append(of, i)
		}
	}
	if len(roles) == 0 {
		return nil
	}
	if err := a.IAM.PutProtectedSAMLProviders(ctx, providers); err != nil {
		return fmt.Errorf("put %d providers: %w", len(providers), err)
	}
	put, err := a.IAM.PutProtectedRoles(ctx, roles)
	if err != nil {
		return fmt.Errorf("put %d roles: %w", len(roles), err)
	}
	for n, outcome := range put {
		outcomes[of[n]] = outcome
	}
	return nil
}

func (a *Accounts) remove(ctx context.Context, changes []provisioning.Change, open []int, outcomes []error) error {
	var (
		refs []iam.RoleRef
		of   []int
	)
	for _, i := range open {
		if c := changes[i]; c.Delete {
			refs, of = append(refs, iam.RoleRef{Account: c.Account, Name: c.Role.Name}), append(of, i)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	removed, err := a.IAM.DeleteProtectedRoles(ctx, refs)
	if err != nil {
		return fmt.Errorf("delete %d roles: %w", len(refs), err)
	}
	for n, outcome := range removed {
		outcomes[of[n]] = outcome
	}
	return nil
}

func protectedRole(c provisioning.Change) iam.ProtectedRole {
	r := iam.ProtectedRole{
		Account: c.Account, Name: c.Role.Name, Path: c.Role.Path, Description: c.Role.Description,
		TrustPolicy: c.Role.TrustPolicy, MaxSession: c.Role.MaxSession, ManagedPolicyARNs: c.Role.ManagedPolicies,
		InlineName: c.Role.InlineName, Inline: c.Role.Inline, Anew: c.Anew,
	}
	for _, p := range c.Role.CustomerManaged {
		r.CustomerManaged = append(r.CustomerManaged, policyRef(p))
	}
	if b := c.Role.Boundary; b != nil {
		r.BoundaryARN = b.ManagedPolicyARN
		if b.Customer != nil {
			r.BoundaryCustomer = new(policyRef(*b.Customer))
		}
	}
	return r
}

func policyRef(p permissionset.PolicyRef) iam.PolicyRef {
	return iam.PolicyRef{Path: p.Path, Name: p.Name}
}

// Exchange is an assertion that was presented, and what came of it.
type Exchange struct {
	provisioning.Assertion
	At  time.Time
	Got sts.Federated
	Err error
}

// AssumeRoleWithSAML presents an assertion to the embedded STS, which knows
// nothing of who made it beyond what the account's SAML provider says.
func (a *Accounts) AssumeRoleWithSAML(ctx context.Context, p provisioning.Assertion) (provisioning.Credentials, error) {
	call := &wire.Call{Region: a.Region, Time: a.Now().UTC(), Secure: true, UserAgent: "sso.amazonaws.com"}
	got, err := a.STS.AssumeRoleWithSAML(ctx, call, sts.AssumeRoleWithSAML{
		RoleARN: p.RoleARN, ProviderARN: p.ProviderARN, Response: p.Response, Duration: p.Duration,
	})
	if a.Exchanged != nil {
		a.Exchanged(ctx, Exchange{p, call.Time, got, err})
	}
	if err != nil {
		return provisioning.Credentials{}, err
	}
	c := got.Credentials
	return provisioning.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken, Expires: c.Expires}, nil
}

// Held reads back what the identity plane has in accounts.
func (a *Accounts) Held(ctx context.Context, ids []arn.AccountID, path string) ([]provisioning.Holding, error) {
	held, err := a.IAM.Holdings(ctx, ids, path)
	if err != nil {
		return nil, err
	}
	all := make([]provisioning.Holding, len(ids))
	for i, id := range ids {
		all[i] = provisioning.Holding{Account: id, Providers: held[id].Providers}
		for _, role := range held[id].Roles {
			all[i].Roles = append(all[i].Roles, provisioning.HeldRole{
				Name: role.Name, Path: role.Path, Description: role.Description, TrustPolicy: role.TrustPolicy, MaxSession: role.MaxSession,
				Attached: role.Attached, Inline: role.Inline, Boundary: role.BoundaryARN,
			})
		}
	}
	return all, nil
}

// List lists the installation's accounts by id.
func (a *Accounts) List(ctx context.Context, page paging.Page) ([]provisioning.Account, string, error) {
	all, next, err := a.Organizations.Accounts(ctx, page)
	out := make([]provisioning.Account, len(all))
	for i, account := range all {
		out[i] = shown(account)
	}
	return out, next, err
}

// Count counts the installation's accounts whose ids come after one.
func (a *Accounts) Count(ctx context.Context, after arn.AccountID) (int, error) {
	return a.Organizations.CountAccounts(ctx, after)
}

// Describe answers those of the accounts that exist.
func (a *Accounts) Describe(ctx context.Context, ids []arn.AccountID) ([]provisioning.Account, error) {
	accounts, err := a.Organizations.DescribeAccounts(ctx, ids)
	all := make([]provisioning.Account, len(accounts))
	for i, account := range accounts {
		all[i] = shown(account)
	}
	return all, err
}

func shown(a organizations.Account) provisioning.Account {
	return provisioning.Account{ID: a.ID, Name: a.Name, Email: a.Email, Active: a.Status() == "ACTIVE"}
}
