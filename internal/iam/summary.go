package iam

import (
	"context"
	"math"

	"foyer/internal/arn"
)

// Counts is how many things of each kind an account holds.
type Counts struct {
	Users, Groups, Roles, Policies, PolicyVersions, Providers, RootKeys, InstanceProfiles int64
}

// SummaryTx counts.
type SummaryTx interface {
	IAMCounts(context.Context, arn.AccountID) (Counts, error)
}

// Summary tells what an account holds and may hold, by the names of
// GetAccountSummary. What Foyer has no notion of is left out.
func (s *Service) Summary(ctx context.Context, account arn.AccountID) (summary map[string]int64, err error) {
	var c Counts
	err = s.View(ctx, func(tx Tx) error {
		c, err = tx.IAMCounts(ctx, account)
		return err
	})
	if err != nil {
		return nil, err
	}
	q := s.quotas()
	return map[string]int64{
		"Users": c.Users, "Groups": c.Groups, "Roles": c.Roles, "Policies": c.Policies, "InstanceProfiles": c.InstanceProfiles,
		"PolicyVersionsInUse": c.PolicyVersions, "Providers": c.Providers,
		"AccountAccessKeysPresent":      min(c.RootKeys, 1),
		"AccessKeysPerUserQuota":        told(q.AccessKeysPerUser),
		"AttachedPoliciesPerGroupQuota": told(q.PoliciesPerGroup), "AttachedPoliciesPerRoleQuota": told(q.PoliciesPerRole),
		"AttachedPoliciesPerUserQuota": told(q.PoliciesPerUser),
		"AssumeRolePolicySizeQuota":    told(q.TrustCharacters),
		"GroupPolicySizeQuota":         told(q.GroupInlineCharacters), "RolePolicySizeQuota": told(q.RoleInlineCharacters),
		"UserPolicySizeQuota": told(q.UserInlineCharacters), "PolicySizeQuota": told(q.PolicyCharacters),
		"GroupsPerUserQuota": told(q.GroupsPerUser), "GroupsQuota": told(q.Groups), "UsersQuota": told(q.Users), "RolesQuota": told(q.Roles),
		"PoliciesQuota": told(q.Policies), "InstanceProfilesQuota": told(q.InstanceProfiles), "VersionsPerPolicyQuota": told(q.VersionsPerPolicy),
		"PolicyVersionsInUseQuota": policyVersionsInUse, "GlobalEndpointTokenVersion": globalTokenVersion,
		"AccountPasswordPresent": 0, "AccountMFAEnabled": 0, "MFADevices": 0, "MFADevicesInUse": 0,
		"AccountSigningCertificatesPresent": 0, "ServerCertificates": 0,
	}, nil
}

// Numbers of GetAccountSummary that are AWS's and mean nothing more here: how
// many policy versions may be in use, and which tokens the global endpoint of
// STS gives (1: those that work in the Regions that an account has from the start).
const (
	policyVersionsInUse = 10_000
	globalTokenVersion  = 1
)

// told is a quota as GetAccountSummary tells it: the largest number there is
// where nothing reaches it.
func told(limit int) int64 {
	if limit < 0 {
		return math.MaxInt32
	}
	return int64(limit)
}
