package organizations

import (
	"context"
	"fmt"

	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/policy"
)

// PolicyType is a kind of policy that an organization can have.
type PolicyType string

// ServiceControl is the kind Foyer knows: it bounds what the principals of
// member accounts may do.
const ServiceControl PolicyType = "SERVICE_CONTROL_POLICY"

// FullAWSAccess is the id of the policy that AWS attaches everywhere when
// service control policies are enabled.
const FullAWSAccess = "p-FullAWSAccess"

// ControlPolicy is a service control policy.
type ControlPolicy struct {
	ID          string // p-<8>, or FullAWSAccess
	ARN         string
	Name        string // 1–128 characters, unique in the organization
	Description string // at most 512 characters
	Content     string // JSON, at most 5,120 bytes
	AWSManaged  bool
}

var fullAWSAccess = ControlPolicy{
	ID: FullAWSAccess, Name: "FullAWSAccess", Description: "Allows access to every operation", AWSManaged: true,
	Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
}

// PolicyTx stores service control policies and what they are attached to.
type PolicyTx interface {
	// PutControlPolicy adds the first policy of an organization.
	PutControlPolicy(ctx context.Context, organization string, p ControlPolicy) error
	// InsertControlPolicy reports false when the name is taken.
	InsertControlPolicy(ctx context.Context, organization string, p ControlPolicy) (bool, error)
	// UpdateControlPolicy writes everything but the id; it reports false when the name is taken.
	UpdateControlPolicy(ctx context.Context, organization string, p ControlPolicy) (bool, error)
	DeleteControlPolicy(ctx context.Context, organization, id string) error
	ControlPolicy(ctx context.Context, organization, id string) (ControlPolicy, bool, error)
	// ControlPolicies lists by id, without content.
	ControlPolicies(ctx context.Context, organization string, page paging.Page) ([]ControlPolicy, error)
	CountControlPolicies(ctx context.Context, organization string) (int, error)

	// AttachControlPolicy attaches one policy to targets; twice is once.
	AttachControlPolicy(ctx context.Context, organization, id string, targets []string) error
	// AttachControlPolicyToAll attaches one policy to the root and every unit and account.
	AttachControlPolicyToAll(ctx context.Context, organization, root, id string) error
	// DetachControlPolicy reports whether it was attached.
	DetachControlPolicy(ctx context.Context, organization, id, target string) (bool, error)
	// DetachControlPolicies detaches all from one target; target "" means from everything.
	DetachControlPolicies(ctx context.Context, organization, target string) error
	// AttachedControlPolicies lists by id those of a target, without content.
	AttachedControlPolicies(ctx context.Context, organization, target string, page paging.Page) ([]ControlPolicy, error)
	// ControlTargets lists by id what a policy is attached to.
	ControlTargets(ctx context.Context, organization, id string, page paging.Page) ([]PolicyTarget, error)
	// ControlDocuments returns the attached policies of several targets, with content, in order of policy id.
	ControlDocuments(ctx context.Context, organization string, targets []string) ([]AttachedDocument, error)
}

// PolicyTarget is something that a policy is attached to.
type PolicyTarget struct {
	ID   string
	ARN  string
	Name string // of the account or unit; Root for the root
}

// AttachedDocument is a policy on one of its targets.
type AttachedDocument struct {
	Target   string
	PolicyID string
	Name     string
	Document string
}

// checkContent refuses a document that is no service control policy.
func checkContent(content string) error {
	if len(content) > maxPolicy {
		return violates(PolicyTooLarge, "You have exceeded the maximum policy content size.")
	}
	if _, err := policy.Compile(content, policy.Control); err != nil {
		return refuse(MalformedPolicy, fault.Invalid, err.Error())
	}
	return nil
}

// CreatePolicy makes a service control policy. It does nothing until attached.
func (a Acting) CreatePolicy(ctx context.Context, p ControlPolicy, tags map[string]string) (ControlPolicy, error) {
	err := a.asManager(ctx, func(tx Tx, org Organization) error {
		if err := hasFeatures(org); err != nil {
			return err
		}
		if err := checkContent(p.Content); err != nil {
			return err
		}
		if err := checkTags(0, tags); err != nil {
			return err
		}
		count, err := tx.CountControlPolicies(ctx, org.ID)
		if err != nil {
			return fmt.Errorf("count policies of %s: %w", org.ID, err)
		}
		if count >= a.s.Limits.policies() {
			return violates(TooManyPolicies, "You have exceeded the maximum number of policies of this type.")
		}
		p.ID, p.AWSManaged = a.s.Mint.From(policyPrefix, lower, 8), false
		made, err := tx.InsertControlPolicy(ctx, org.ID, p)
		if err != nil {
			return fmt.Errorf("make policy %s: %w", p.Name, err)
		}
		if !made {
			return duplicatePolicy()
		}
		p.ARN = org.PolicyARN(ServiceControl, p.ID)
		return tx.PutOrgTags(ctx, tagsOf(p.ID, tags))
	})
	return p, err
}

func duplicatePolicy() error {
	return refuse(DuplicatePolicy, fault.Conflict, "A policy with the same name already exists.")
}

// PolicyChange is what UpdatePolicy changes; nil leaves a field as it is.
type PolicyChange struct {
	Name, Description, Content *string
}

// UpdatePolicy changes a policy of the organization's own.
func (a Acting) UpdatePolicy(ctx context.Context, id string, change PolicyChange) (p ControlPolicy, err error) {
	err = a.asManager(ctx, func(tx Tx, org Organization) error {
		if p, err = ownPolicy(ctx, tx, org, id); err != nil {
			return err
		}
		if change.Name != nil {
			p.Name = *change.Name
		}
		if change.Description != nil {
			p.Description = *change.Description
		}
		if change.Content != nil {
			p.Content = *change.Content
		}
		if err := checkContent(p.Content); err != nil {
			return err
		}
		written, err := tx.UpdateControlPolicy(ctx, org.ID, p)
		if err == nil && !written {
			err = duplicatePolicy()
		}
		return err
	})
	return p, err
}

// DeletePolicy deletes a policy that is attached to nothing.
func (a Acting) DeletePolicy(ctx context.Context, id string) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		if _, err := ownPolicy(ctx, tx, org, id); err != nil {
			return err
		}
		attached, err := tx.ControlTargets(ctx, org.ID, id, paging.Page{Limit: 1})
		if err != nil {
			return fmt.Errorf("targets of %s: %w", id, err)
		}
		if len(attached) > 0 {
			return refuse(PolicyInUse, fault.Conflict, "The policy is attached to one or more entities. You must detach it from all roots, organizational units, and accounts before performing this operation.")
		}
		if err := tx.DeleteOrgTags(ctx, id, nil); err != nil {
			return fmt.Errorf("untag %s: %w", id, err)
		}
		return tx.DeleteControlPolicy(ctx, org.ID, id)
	})
}

// ownPolicy is policyOf for a change: AWS's policies cannot be changed.
func ownPolicy(ctx context.Context, tx Tx, org Organization, id string) (ControlPolicy, error) {
	p, err := policyOf(ctx, tx, org, id)
	if err == nil && p.AWSManaged {
		err = invalidInput(ImmutablePolicy, "You specified a policy that is managed by AWS and can't be modified.")
	}
	return p, err
}

func policyOf(ctx context.Context, tx Tx, org Organization, id string) (ControlPolicy, error) {
	p, found, err := tx.ControlPolicy(ctx, org.ID, id)
	if err != nil {
		return ControlPolicy{}, fmt.Errorf("policy %s: %w", id, err)
	}
	if !found {
		return ControlPolicy{}, refuse(PolicyNotFound, fault.NotFound, "You specified a policy that doesn't exist.")
	}
	p.ARN = org.PolicyARN(ServiceControl, id)
	return p, nil
}

// Policy returns a policy with its content.
func (a Acting) Policy(ctx context.Context, id string) (p ControlPolicy, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		p, err = policyOf(ctx, tx, org, id)
		return err
	})
	return p, err
}

// Policies lists policies by id, without content. Of kinds other than
// ServiceControl there are none.
func (a Acting) Policies(ctx context.Context, kind PolicyType, page paging.Page) (all []ControlPolicy, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		if kind == ServiceControl {
			all, err = tx.ControlPolicies(ctx, org.ID, more(page))
		}
		name(org, all)
		return err
	})
	return cutPolicies(all, page, err)
}

// name gives policies their ARNs.
func name(org Organization, all []ControlPolicy) {
	for i := range all {
		all[i].ARN = org.PolicyARN(ServiceControl, all[i].ID)
	}
}

func cutPolicies(all []ControlPolicy, page paging.Page, err error) ([]ControlPolicy, string, error) {
	if err != nil {
		return nil, "", err
	}
	all, next := paging.Cut(all, page.Limit, func(p ControlPolicy) string { return p.ID })
	return all, next, nil
}
