// Package organizations holds accounts and the organization they are in: its
// root, its organizational units, its policies and what other
// services are trusted with.
//
// An account is standalone or in one organization. In an organization one
// account manages; the others are members. [Acting] holds what an account asks
// of its own organization, with AWS's rules on who may ask; the methods of
// [Service] itself are Foyer's own, and ask for no right.
//
// The package decides nothing about access. [Service.ControlPolicies] answers
// which service control policies have a say over an account, and
// [Service.ResourceControlPolicies] which resource control policies do.
package organizations

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/mint"
)

// Service is the organizations of this installation. All fields are required but
// Limits, Link and Gone.
type Service struct {
	InTx   func(context.Context, func(Tx) error) error // commits when the function returns nil
	View   func(context.Context, func(Tx) error) error // for reading
	Mint   mint.Mint
	Limits Limits

	// PutRoles makes roles in new accounts, in the same transaction.
	PutRoles func(context.Context, []AccountRole) error
	// Link makes the service-linked roles of an account that was not made by an
	// organization and comes into one, in the same transaction. Nil makes none.
	Link func(context.Context, arn.AccountID) error
	// Gone ends, in the same transaction, what hangs from an account that leaves
	// its organization or is closed. Nil ends nothing.
	Gone func(context.Context, Departure) error
}

// Limits are the quotas of one organization. Zero means the default.
type Limits struct {
	Accounts int // 50,000: what AWS raises it to at most
	Units    int // 2,000
	Policies int // 10,000, of each type
	// Wait is how long an account that was made in an organization stays before
	// it can leave: four days.
	Wait time.Duration
}

func (l Limits) accounts() int { return cmp.Or(l.Accounts, 50_000) }
func (l Limits) units() int    { return cmp.Or(l.Units, 2_000) }
func (l Limits) policies() int { return cmp.Or(l.Policies, 10_000) }

func (l Limits) wait() time.Duration { return cmp.Or(l.Wait, 4*24*time.Hour) }

// Limits that AWS does not change.
const (
	maxDepth     = 5  // organizational units above one another, below the root
	maxTags      = 50 // of one resource
	unitPrefix   = "ou-"
	policyPrefix = "p-"

	handshakePrefix = "h-"
)

// RootName is what every root is called.
const RootName = "Root"

// Tx is what the rules need of one transaction.
type Tx interface {
	Now() time.Time
	OrganizationTx
	AccountTx
	UnitTx
	PolicyTx
	TagTx
	TrustTx
	HandshakeTx
	ResourcePolicyTx
	InformationTx
}

// FeatureSet says what an organization is for.
type FeatureSet string

// The feature sets.
const (
	AllFeatures         FeatureSet = "ALL"
	ConsolidatedBilling FeatureSet = "CONSOLIDATED_BILLING" // without policies
)

// Organization is an organization with its one root.
type Organization struct {
	ID         string // o-<10>
	Root       string // r-<4>
	Management arn.AccountID
	Email      string // of the management account
	Name       string // of the management account
	Features   FeatureSet
	Enabled    []PolicyType // of the root
	Created    time.Time
}

// OrganizationTx stores organizations.
type OrganizationTx interface {
	PutOrganization(context.Context, Organization) error
	// OrganizationOf finds the organization that account is in.
	OrganizationOf(ctx context.Context, account arn.AccountID) (Organization, bool, error)
	SetOrgFeatures(ctx context.Context, organization string, features FeatureSet) error
	// DeleteOrganization removes the organization and all that is its own.
	DeleteOrganization(context.Context, Organization) error
	SetOrgPolicyTypes(ctx context.Context, organization string, types []PolicyType) error
}

// ARN names the organization itself.
func (o Organization) ARN() string { return o.arn("organization/" + o.ID) }

// RootARN names the organization's root.
func (o Organization) RootARN() string { return o.arn("root/" + o.ID + "/" + o.Root) }

// AccountARN names an account of the organization.
func (o Organization) AccountARN(id arn.AccountID) string {
	return o.arn("account/" + o.ID + "/" + string(id))
}

// UnitARN names an organizational unit.
func (o Organization) UnitARN(id string) string { return o.arn("ou/" + o.ID + "/" + id) }

// TargetARN names what a policy can be attached to, by its id.
func (o Organization) TargetARN(id string) string {
	switch TargetOf(id) {
	case RootTarget:
		return o.RootARN()
	case UnitTarget:
		return o.UnitARN(id)
	default:
		return o.AccountARN(arn.AccountID(id))
	}
}

// PolicyARN names a policy of the organization, or one of AWS's.
func (o Organization) PolicyARN(p PolicyType, id string) string {
	resource := strings.ToLower(string(p)) + "/" + id
	if id == FullAWSAccess || id == RCPFullAWSAccess {
		return "arn:" + arn.Partition + ":organizations::aws:policy/" + resource
	}
	return o.arn("policy/" + o.ID + "/" + resource)
}

func (o Organization) arn(resource string) string {
	return "arn:" + arn.Partition + ":organizations::" + string(o.Management) + ":" + resource
}

// rootPath is the path of the root: o-…/r-…/.
func (o Organization) rootPath() string { return o.ID + "/" + o.Root + "/" }

// NewOrganization is what an organization is made from.
type NewOrganization struct {
	Management arn.AccountID // exists, and is standalone
	Features   FeatureSet    // "" means AllFeatures
	// ControlEnabled enables service control policies at once. AWS leaves that
	// to EnablePolicyType.
	ControlEnabled bool
	// TrustedServices are service principals that are given access at once.
	TrustedServices []string
}

// CreateOrganization makes an organization of one account, which manages it.
func (s *Service) CreateOrganization(ctx context.Context, n NewOrganization) (org Organization, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		account, err := standalone(ctx, tx, n.Management)
		if err != nil {
			return err
		}
		org = Organization{
			ID: s.Mint.From("o-", lower, 10), Root: s.Mint.From("r-", lower, 4),
			Management: n.Management, Email: account.Email, Name: account.Name, Features: n.Features, Created: tx.Now(),
		}
		if org.Features == "" {
			org.Features = AllFeatures
		}
		if err := tx.PutOrganization(ctx, org); err != nil {
			return fmt.Errorf("make organization of %s: %w", n.Management, err)
		}
		if err := tx.JoinOrganization(ctx, n.Management, org.ID, org.Root, Invited, tx.Now()); err != nil {
			return fmt.Errorf("join %s to %s: %w", n.Management, org.ID, err)
		}
		for _, p := range []Policy{fullAWSAccess, rcpFullAWSAccess} {
			if _, err := tx.InsertOrgPolicy(ctx, org.ID, p); err != nil {
				return fmt.Errorf("policies of %s: %w", org.ID, err)
			}
		}
		for _, principal := range n.TrustedServices {
			if err := tx.PutOrgServiceAccess(ctx, org.ID, principal, tx.Now()); err != nil {
				return fmt.Errorf("trust %s: %w", principal, err)
			}
		}
		if err := s.link(ctx, n.Management); err != nil || !n.ControlEnabled {
			return err
		}
		org, err = enable(ctx, tx, org, ServiceControl)
		return err
	})
	return org, err
}

// standalone returns an account that is in no organization.
func standalone(ctx context.Context, tx Tx, id arn.AccountID) (Account, error) {
	account, found, err := tx.OrgAccount(ctx, id)
	switch {
	case err != nil:
		return Account{}, fmt.Errorf("account %s: %w", id, err)
	case !found:
		return Account{}, refuse(AccountNotFound, fault.NotFound, "You specified an account that doesn't exist.")
	case account.Organization != "":
		return Account{}, refuse(AlreadyInOrganization, fault.Conflict, "The AWS account is already a member of an organization.")
	default:
		return account, nil
	}
}

const lower = mint.Lower
