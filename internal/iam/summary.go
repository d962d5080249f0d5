package iam

import (
	"context"
	"math"

	"foyer/internal/arn"
)

// Counts is how many things of each kind an account holds.
type Counts struct {
	Users, Groups, Roles, Policies, PolicyVersions, Providers, RootKeys, InstanceProfiles, RootPasswords, MFADevices, MFADevicesInUse, RootCertificates, ServerCertificates int64
}

// SummaryTx counts.
type SummaryTx interface {
	IAMCounts(context.Context, arn.AccountID) (Counts, error)
}

// Summary tells what an account holds and may hold, by the names of
// GetAccountSummary. What Foyer has no notion of is left out.
func (s *Service) Summary(ctx context.Context, account arn.AccountID) (summary map[string]int64, err error) {
	var c Counts
	var settings AccountSettings
	err = s.View(ctx, func(tx Tx) error {
		if c, err = tx.IAMCounts(ctx, account); err == nil {
			settings, err = tx.AccountSettings(ctx, account)
		}
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
		"PolicyVersionsInUseQuota": policyVersionsInUse, "GlobalEndpointTokenVersion": int64(max(settings.TokenVersion, 1)),
		"AccountPasswordPresent": c.RootPasswords, "AccountMFAEnabled": 0, "MFADevices": c.MFADevices, "MFADevicesInUse": c.MFADevicesInUse,
		"AccountSigningCertificatesPresent": min(c.RootCertificates, 1), "SigningCertificatesPerUserQuota": told(q.CertificatesPerUser),
		"ServerCertificates": c.ServerCertificates, "ServerCertificatesQuota": told(q.ServerCertificates),
	}, nil
}

// policyVersionsInUse is how many policy versions may be in use: a number of
// GetAccountSummary that is AWS's and means nothing more here.
const policyVersionsInUse = 10_000

// told is a quota as GetAccountSummary tells it: the largest number there is
// where nothing reaches it.
func told(limit int) int64 {
	if limit < 0 {
		return math.MaxInt32
	}
	return int64(limit)
}
