package access

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/organizations"
	"foyer/internal/policy"
)

// Facts reads what decisions depend on, and compiles it. All exported fields
// are required; it must not be copied once used. Each of its reads depends on
// nothing but the store's content and its key, so that the wiring may remember
// them; what they return is shared and never changed.
type Facts struct {
	IAM           IAM
	Organizations Organizations

	policies library
}

// IAM is what Facts asks about accounts. *iam.Service answers it.
type IAM interface {
	KeyOwner(ctx context.Context, accessKeyID string) (iam.KeyOwner, bool, error)
	PrincipalPolicies(ctx context.Context, account arn.AccountID, kind caller.Kind, name string) (iam.PrincipalPolicies, error)
	PolicyDocument(ctx context.Context, account arn.AccountID, policyARN string) (iam.NamedDocument, error)
}

// Organizations is what Facts asks about an account's place.
// *organizations.Service answers it.
type Organizations interface {
	ControlPolicies(ctx context.Context, account arn.AccountID) (organizations.Control, error)
	ResourceControlPolicies(ctx context.Context, account arn.AccountID) (organizations.Control, error)
}

// KeyOwner returns the owner of a long-term access key, or ErrUnknownKey.
func (f *Facts) KeyOwner(ctx context.Context, accessKeyID string) (iam.KeyOwner, error) {
	owner, found, err := f.IAM.KeyOwner(ctx, accessKeyID)
	if err == nil && !found {
		err = ErrUnknownKey
	}
	return owner, err
}

// Principal names a user, or the role of a session.
type Principal struct {
	Account arn.AccountID
	Kind    caller.Kind // User or AssumedRole
	Name    string      // of the user or role
}

// Rights are what a user or role may do by itself, compiled. The zero Rights
// are of one that is not there.
type Rights struct {
	ID string // AIDA… or AROA…; "" when it is not there

	identity      []policy.Attached
	boundary      *policy.Attached
	tags          map[string][]string // by key in lower case
	serviceLinked bool
}

var noRights Rights

// Rights returns what p holds, its groups' policies included.
func (f *Facts) Rights(ctx context.Context, p Principal) (*Rights, error) {
	held, err := f.IAM.PrincipalPolicies(ctx, p.Account, p.Kind, p.Name)
	if err != nil {
		if fault.Of(err) == fault.NotFound {
			return &noRights, nil
		}
		return nil, fmt.Errorf("policies of %s in %s: %w", p.Name, p.Account, err)
	}
	r := &Rights{ID: held.ID, serviceLinked: held.ServiceLinked, identity: make([]policy.Attached, len(held.Documents))}
	for i, d := range held.Documents {
		if r.identity[i], err = f.attached(d.Name, d.ARN, d.Document, policy.Identity); err != nil {
			return nil, err
		}
	}
	if b := held.Boundary; b != nil {
		a, err := f.attached(b.Name, b.ARN, b.Document, policy.Identity)
		if err != nil {
			return nil, err
		}
		r.boundary = &a
	}
	if len(held.Tags) > 0 {
		r.tags = make(map[string][]string, len(held.Tags))
		for key, value := range held.Tags {
			r.tags[strings.ToLower(key)] = []string{value}
		}
	}
	return r, nil
}

// Place is where an account stands.
type Place struct {
	OrgID      string // "" when standalone
	Management arn.AccountID
	Path       string // o-…/r-…/ou-…/
	Suspended  bool   // closed, or not there: nobody may act in it

	controls         [][]policy.Attached // over its principals; nil when service control policies do not bind it
	resourceControls [][]policy.Attached // over its resources; nil when resource control policies do not
}

var nowhere Place

// Place returns where account stands, and what its organization allows it.
func (f *Facts) Place(ctx context.Context, account arn.AccountID) (*Place, error) {
	c, err := f.Organizations.ControlPolicies(ctx, account)
	if err != nil {
		if fault.Of(err) == fault.NotFound {
			return &Place{Suspended: true}, nil
		}
		return nil, fmt.Errorf("place of %s: %w", account, err)
	}
	p := &Place{OrgID: c.OrgID, Management: c.Management, Path: c.Path, Suspended: c.Suspended}
	if p.controls, err = f.levels(c, policy.Control); err != nil || c.OrgID == "" {
		return p, err
	}
	over, err := f.Organizations.ResourceControlPolicies(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("policies over the resources of %s: %w", account, err)
	}
	p.resourceControls, err = f.levels(over, policy.ResourceControl)
	return p, err
}

// levels compiles the policies along an account's path; nil when they do not
// bind it.
func (f *Facts) levels(c organizations.Control, kind policy.Kind) ([][]policy.Attached, error) {
	if len(c.Levels) == 0 {
		return nil, nil
	}
	levels := make([][]policy.Attached, len(c.Levels))
	for i, level := range c.Levels {
		levels[i] = make([]policy.Attached, len(level))
		for j, d := range level {
			var err error
			if levels[i][j], err = f.attached(d.Name, d.ARN, d.Document, kind); err != nil {
				return nil, err
			}
		}
	}
	return levels, nil
}

// ManagedPolicy names a managed policy as an account sees it.
type ManagedPolicy struct {
	Account arn.AccountID
	ARN     string
}

// Policy returns the version in force of a managed policy, without a policy
// when it is not there.
func (f *Facts) Policy(ctx context.Context, m ManagedPolicy) (policy.Attached, error) {
	d, err := f.IAM.PolicyDocument(ctx, m.Account, m.ARN)
	if err != nil {
		if fault.Of(err) == fault.NotFound {
			return policy.Attached{Name: m.ARN}, nil
		}
		return policy.Attached{}, fmt.Errorf("policy %s: %w", m.ARN, err)
	}
	return f.attached(d.Name, d.ARN, d.Document, policy.Identity)
}

// attached compiles a document of the store, which was checked when it came.
func (f *Facts) attached(name, policyARN, document string, kind policy.Kind) (policy.Attached, error) {
	name = cmp.Or(policyARN, name)
	p, err := f.policies.compile(document, kind)
	if err != nil {
		return policy.Attached{}, fmt.Errorf("policy %s: %w", name, err)
	}
	return policy.Attached{Name: name, Policy: p}, nil
}
