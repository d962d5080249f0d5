package organizations

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"foyer/internal/fault"
	"foyer/internal/inherit"
	"foyer/internal/paging"
	"foyer/internal/policy"
)

// Policy is a policy of an organization.
type Policy struct {
	ID          string // p-<8>, or one of AWS's
	ARN         string
	Type        PolicyType
	Name        string // 1–128 characters, unique among those of the type
	Description string // at most 512 characters
	Content     string // JSON
	AWSManaged  bool
}

// PolicyTx stores policies and what they are attached to.
type PolicyTx interface {
	// InsertOrgPolicy reports false when the name is taken.
	InsertOrgPolicy(ctx context.Context, organization string, p Policy) (bool, error)
	// UpdateOrgPolicy writes everything but id and type; it reports false when the name is taken.
	UpdateOrgPolicy(ctx context.Context, organization string, p Policy) (bool, error)
	DeleteOrgPolicy(ctx context.Context, organization, id string) error
	OrgPolicy(ctx context.Context, organization, id string) (Policy, bool, error)
	// OrgPolicies lists by id, without content.
	OrgPolicies(ctx context.Context, organization string, kind PolicyType, page paging.Page) ([]Policy, error)
	CountOrgPolicies(ctx context.Context, organization string, kind PolicyType) (int, error)

	// AttachOrgPolicy attaches one policy to targets; twice is once.
	AttachOrgPolicy(ctx context.Context, organization, id string, targets []string) error
	// AttachOrgPolicyToAll attaches one policy to the root and every unit and account.
	AttachOrgPolicyToAll(ctx context.Context, organization, root, id string) error
	// DetachOrgPolicy reports whether it was attached.
	DetachOrgPolicy(ctx context.Context, organization, id, target string) (bool, error)
	// DetachOrgPolicies detaches all from one target.
	DetachOrgPolicies(ctx context.Context, organization, target string) error
	// DetachOrgPolicyType detaches all of one type from everything.
	DetachOrgPolicyType(ctx context.Context, organization string, kind PolicyType) error
	// AttachedOrgPolicies lists by id those of a type on a target, without content.
	AttachedOrgPolicies(ctx context.Context, organization, target string, kind PolicyType, page paging.Page) ([]Policy, error)
	// OrgPolicyTargets lists by id what a policy is attached to.
	OrgPolicyTargets(ctx context.Context, organization, id string, page paging.Page) ([]PolicyTarget, error)
	// OrgPolicyDocuments returns the attached policies of one type of several
	// targets, with content, in order of policy id.
	OrgPolicyDocuments(ctx context.Context, organization string, kind PolicyType, targets []string) ([]AttachedDocument, error)
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
	Updated  time.Time // when the policy was last written; zero means long ago
	Attached time.Time // zero means long ago
}

// checkContent refuses a document that is no policy of the kind.
func checkContent(kind PolicyType, content string) error {
	rule := typeRules[kind]
	if utf8.RuneCountInString(content) > rule.size {
		return violates(PolicyTooLarge, "You have exceeded the maximum policy content size.")
	}
	if kind.Inherited() {
		return checkSettings(kind, content)
	}
	if _, err := policy.Compile(content, rule.grammar); err != nil {
		return refuse(MalformedPolicy, fault.Invalid, err.Error())
	}
	if kind == ResourceControl {
		return checkResourceControl(content)
	}
	return nil
}

// checkSettings refuses a document that is no management policy of the kind.
func checkSettings(kind PolicyType, content string) error {
	p, err := inherit.Parse(content)
	if err != nil {
		return refuse(MalformedPolicy, fault.Invalid, err.Error())
	}
	options := mergeOptions(kind)
	options.Bare = true
	alone := inherit.Merge([][]inherit.Attached{{{Policy: p}}}, options)
	if flaws := flawsOf(kind, alone, false); len(flaws) > 0 {
		return refuse(MalformedPolicy, fault.Invalid, "The provided policy document does not meet the requirements of the specified policy type: "+flaws[0].Path+": "+flaws[0].Message)
	}
	return nil
}

// CreatePolicy makes a policy. It does nothing until attached.
func (a Acting) CreatePolicy(ctx context.Context, p Policy, tags map[string]string) (Policy, error) {
	err := a.asManager(ctx, func(tx Tx, org Organization) error {
		if err := Available(p.Type); err != nil {
			return err
		}
		if err := hasFeatures(org); err != nil {
			return err
		}
		if err := checkContent(p.Type, p.Content); err != nil {
			return err
		}
		if err := checkTags(0, tags); err != nil {
			return err
		}
		count, err := tx.CountOrgPolicies(ctx, org.ID, p.Type)
		if err != nil {
			return fmt.Errorf("count policies of %s: %w", org.ID, err)
		}
		if count >= a.s.Limits.policies() {
			return violates(TooManyPolicies, "You have exceeded the maximum number of policies of this type.")
		}
		p.ID, p.AWSManaged = a.s.Mint.From(policyPrefix, lower, 8), false
		made, err := tx.InsertOrgPolicy(ctx, org.ID, p)
		if err != nil {
			return fmt.Errorf("make policy %s: %w", p.Name, err)
		}
		if !made {
			return duplicatePolicy()
		}
		p.ARN = org.PolicyARN(p.Type, p.ID)
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
func (a Acting) UpdatePolicy(ctx context.Context, id string, change PolicyChange) (p Policy, err error) {
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
		if err := checkContent(p.Type, p.Content); err != nil {
			return err
		}
		written, err := tx.UpdateOrgPolicy(ctx, org.ID, p)
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
		attached, err := tx.OrgPolicyTargets(ctx, org.ID, id, paging.Page{Limit: 1})
		if err != nil {
			return fmt.Errorf("targets of %s: %w", id, err)
		}
		if len(attached) > 0 {
			return refuse(PolicyInUse, fault.Conflict, "The policy is attached to one or more entities. You must detach it from all roots, organizational units, and accounts before performing this operation.")
		}
		if err := tx.DeleteOrgTags(ctx, id, nil); err != nil {
			return fmt.Errorf("untag %s: %w", id, err)
		}
		return tx.DeleteOrgPolicy(ctx, org.ID, id)
	})
}

// ownPolicy is policyOf for a change: AWS's policies cannot be changed.
func ownPolicy(ctx context.Context, tx Tx, org Organization, id string) (Policy, error) {
	p, err := policyOf(ctx, tx, org, id)
	if err == nil && p.AWSManaged {
		err = invalidInput(ImmutablePolicy, "You specified a policy that is managed by AWS and can't be modified.")
	}
	return p, err
}

func policyOf(ctx context.Context, tx Tx, org Organization, id string) (Policy, error) {
	p, found, err := tx.OrgPolicy(ctx, org.ID, id)
	if err != nil {
		return Policy{}, fmt.Errorf("policy %s: %w", id, err)
	}
	if !found {
		return Policy{}, refuse(PolicyNotFound, fault.NotFound, "You specified a policy that doesn't exist.")
	}
	p.ARN = org.PolicyARN(p.Type, id)
	return p, nil
}

// Policy returns a policy with its content.
func (a Acting) Policy(ctx context.Context, id string) (p Policy, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		p, err = policyOf(ctx, tx, org, id)
		return err
	})
	return p, err
}

// Policies lists the policies of a kind by id, without content.
func (a Acting) Policies(ctx context.Context, kind PolicyType, page paging.Page) (all []Policy, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		all, err = tx.OrgPolicies(ctx, org.ID, kind, more(page))
		name(org, all)
		return err
	})
	return cutPolicies(all, page, err)
}

// name gives policies their ARNs.
func name(org Organization, all []Policy) {
	for i := range all {
		all[i].ARN = org.PolicyARN(all[i].Type, all[i].ID)
	}
}

func cutPolicies(all []Policy, page paging.Page, err error) ([]Policy, string, error) {
	if err != nil {
		return nil, "", err
	}
	all, next := paging.Cut(all, page.Limit, func(p Policy) string { return p.ID })
	return all, next, nil
}
