package iam

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/awsmanaged"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/policy"
	"foyer/internal/quota"
)

// Policy is a managed policy, a customer's or AWS's.
type Policy struct {
	ARN         string
	Account     arn.AccountID // "aws" for AWS's own
	Name        string        // 1–128 of [\w+=,.@-], unique in the account but for case
	Path        string
	ID          string // ANPA…
	Description string // at most 1,000 characters; never changes
	Tags        map[string]string
	Default     string // id of the version in force: v1, v2, …
	Created     time.Time
	Updated     time.Time // when a version was made or chosen last
	Attached    int       // entities of the account it is attached to
	Bounding    int       // entities of the account it bounds
	LastVersion int64     // number of the newest version ever made; 0 for AWS's own
}

// PolicyTx stores customer managed policies.
type PolicyTx interface {
	// InsertIAMPolicy reports false when the name is taken.
	InsertIAMPolicy(context.Context, Policy) (bool, error)
	// UpdateIAMPolicy writes tags, default and last version, and time of change.
	UpdateIAMPolicy(context.Context, Policy) error
	// DeleteIAMPolicy removes a policy and its versions.
	DeleteIAMPolicy(ctx context.Context, p Policy) error
	// IAMPolicy finds by ARN.
	IAMPolicy(ctx context.Context, policyARN string) (Policy, bool, error)
	// IAMPolicyNamed finds by name, without regard to case.
	IAMPolicyNamed(ctx context.Context, account arn.AccountID, name string) (Policy, bool, error)
	// IAMPolicyCount counts those of an account.
	IAMPolicyCount(context.Context, arn.AccountID) (int, error)
	// IAMPolicies lists by Key of the name, with the counts filled in.
	IAMPolicies(ctx context.Context, account arn.AccountID, q PoliciesQuery, page paging.Page) ([]Policy, error)

	PutIAMPolicyVersion(ctx context.Context, policyID string, v Version) error
	DeleteIAMPolicyVersion(ctx context.Context, policyID string, number int64) error
	// IAMPolicyVersions lists newest first, without documents.
	IAMPolicyVersions(ctx context.Context, policyID string) ([]Version, error)
	IAMPolicyVersion(ctx context.Context, policyID string, number int64) (Version, bool, error)
}

// awsOwner stands for the account in the ARNs of AWS's own policies.
const awsOwner arn.AccountID = "aws"

// policyOwner returns the account in a managed policy's ARN, or an Invalid fault.
func policyOwner(policyARN string) (arn.AccountID, error) {
	a, err := arn.Parse(policyARN)
	if err != nil || a.Service != "iam" || a.Region != "" || !strings.HasPrefix(a.Resource, "policy/") ||
		(a.Account != awsOwner && !a.Account.Valid()) {
		return "", fault.Newf(fault.Invalid, "ARN %s is not valid.", policyARN)
	}
	return a.Account, nil
}

// PolicyPathAndName takes a managed policy's ARN apart.
func PolicyPathAndName(policyARN string) (path, name string) {
	_, resource, _ := strings.Cut(policyARN, ":policy")
	cut := strings.LastIndexByte(resource, '/')
	return resource[:cut+1], resource[cut+1:]
}

// PolicyARN names a customer managed policy; path "" means "/".
func PolicyARN(account arn.AccountID, path, name string) string {
	if path == "" {
		path = "/"
	}
	return arn.IAM(account, "policy"+path+name)
}

// NewPolicy is what a managed policy is made from.
type NewPolicy struct {
	Account     arn.AccountID
	Name        string
	Path        string // "" means "/"
	Description string
	Document    string
	Tags        []Tag
}

// CreatePolicy makes a managed policy with its first version, v1.
func (s *Service) CreatePolicy(ctx context.Context, n NewPolicy) (p Policy, err error) {
	if n.Path == "" {
		n.Path = "/"
	}
	err = s.InTx(ctx, func(tx Tx) error {
		if err := s.checkManaged(n.Document); err != nil {
			return err
		}
		p = Policy{
			ARN: PolicyARN(n.Account, n.Path, n.Name), Account: n.Account, Name: n.Name, Path: n.Path,
			ID: s.Mint.UniqueID("ANPA"), Description: n.Description, Default: "v1", LastVersion: 1,
			Created: tx.Now(), Updated: tx.Now(),
		}
		if p.Tags, err = newTags(n.Tags); err != nil {
			return err
		}
		made, err := tx.InsertIAMPolicy(ctx, p)
		if err != nil {
			return fmt.Errorf("create policy %s: %w", p.ARN, err)
		}
		if !made {
			return fault.Newf(fault.Conflict, "A policy called %s already exists. Duplicate names are not allowed.", n.Name)
		}
		have, err := tx.IAMPolicyCount(ctx, n.Account)
		if err != nil {
			return err
		}
		if most := s.quotas().Policies; quota.Exceeded(most, have) {
			return exceeded("PoliciesPerAccount", most)
		}
		return tx.PutIAMPolicyVersion(ctx, p.ID, Version{Number: 1, Document: n.Document, Created: p.Created})
	})
	return p, err
}

func (s *Service) checkManaged(document string) error {
	if err := checkDocument(document, policy.Managed); err != nil {
		return err
	}
	if most := s.quotas().PolicyCharacters; quota.Exceeded(most, size(document)) {
		return exceeded("PolicySize", most)
	}
	return nil
}

// Policy returns a managed policy as account sees it, or a NotFound fault.
func (s *Service) Policy(ctx context.Context, account arn.AccountID, policyARN string) (p Policy, err error) {
	err = s.View(ctx, func(tx Tx) error {
		if p, err = visiblePolicy(ctx, tx, account, policyARN); err != nil {
			return err
		}
		attached, err := tx.IAMAttachmentCounts(ctx, account)
		if err != nil {
			return err
		}
		bounding, err := tx.IAMBoundaryCounts(ctx, account)
		p.Attached, p.Bounding = attached[policyARN], bounding[policyARN]
		return err
	})
	return p, err
}

// visiblePolicy finds a policy of account, or AWS's.
func visiblePolicy(ctx context.Context, tx Tx, account arn.AccountID, policyARN string) (Policy, error) {
	owner, err := policyOwner(policyARN)
	if err != nil {
		return Policy{}, err
	}
	found, p := false, Policy{}
	switch owner {
	case awsOwner:
		var m awsmanaged.Policy
		m, found = awsmanaged.Find(policyARN)
		p = awsPolicy(m)
	case account:
		if p, found, err = tx.IAMPolicy(ctx, policyARN); err != nil {
			return Policy{}, fmt.Errorf("policy %s: %w", policyARN, err)
		}
	}
	if !found {
		return Policy{}, fault.Newf(fault.NotFound, "Policy %s was not found.", policyARN)
	}
	return p, nil
}

func awsPolicy(m awsmanaged.Policy) Policy {
	return Policy{
		ARN: m.ARN, Account: awsOwner, Name: m.Name, Path: m.Path, ID: m.ID,
		Default: m.DefaultVersion, Created: m.Created, Updated: m.Updated,
	}
}

// ownPolicy finds a policy of account for a change.
func ownPolicy(ctx context.Context, tx Tx, account arn.AccountID, policyARN string) (Policy, error) {
	p, err := visiblePolicy(ctx, tx, account, policyARN)
	if err == nil && p.Account == awsOwner {
		err = fault.Newf(fault.Denied, "Policy %s is managed by AWS and cannot be changed.", policyARN)
	}
	return p, err
}

// DeletePolicy deletes a policy that is attached nowhere and has one version left.
func (s *Service) DeletePolicy(ctx context.Context, account arn.AccountID, policyARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := ownPolicy(ctx, tx, account, policyARN)
		if err != nil {
			return err
		}
		users, err := tx.IAMEntitiesForPolicy(ctx, account, EntitiesQuery{PolicyARN: policyARN}, paging.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return inUse("Cannot delete a policy attached to entities.")
		}
		versions, err := tx.IAMPolicyVersions(ctx, p.ID)
		if err != nil {
			return err
		}
		if len(versions) > 1 {
			return inUse("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
		}
		return tx.DeleteIAMPolicy(ctx, p)
	})
}

// TagPolicy adds tags to a customer managed policy, or gives them new values.
func (s *Service) TagPolicy(ctx context.Context, account arn.AccountID, policyARN string, tags []Tag) error {
	return s.changePolicyTags(ctx, account, policyARN, func(have map[string]string) (map[string]string, error) {
		return withTags(have, tags)
	})
}

// UntagPolicy removes tags from a customer managed policy.
func (s *Service) UntagPolicy(ctx context.Context, account arn.AccountID, policyARN string, keys []string) error {
	return s.changePolicyTags(ctx, account, policyARN, func(have map[string]string) (map[string]string, error) {
		for _, k := range keys {
			have = withoutTag(have, k)
		}
		return have, nil
	})
}

func (s *Service) changePolicyTags(ctx context.Context, account arn.AccountID, policyARN string, change func(map[string]string) (map[string]string, error)) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := ownPolicy(ctx, tx, account, policyARN)
		if err != nil {
			return err
		}
		if p.Tags, err = change(p.Tags); err != nil {
			return err
		}
		return tx.UpdateIAMPolicy(ctx, p)
	})
}

// versionNumber reads v1, v2, …; 0 for anything else.
func versionNumber(id string) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(id, "v"), 10, 64)
	if err != nil || !strings.HasPrefix(id, "v") || n < 1 {
		return 0
	}
	return n
}
