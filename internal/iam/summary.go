package iam

import (
	"context"

	"foyer/internal/arn"
)

// Counts is how many things of each kind an account holds.
type Counts struct {
	Users, Groups, Roles, Policies, PolicyVersions, Providers, RootKeys int64
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
	return map[string]int64{
		"Users": c.Users, "Groups": c.Groups, "Policies": c.Policies,
		"PolicyVersionsInUse": c.PolicyVersions, "Providers": c.Providers,
		"AccountAccessKeysPresent":     min(c.RootKeys, 1),
		"AccessKeysPerUserQuota":       maxKeys,
		"GroupsPerUserQuota":           maxGroups,
		"AttachedPoliciesPerUserQuota": maxAttached, "AttachedPoliciesPerGroupQuota": maxAttached, "AttachedPoliciesPerRoleQuota": maxAttached,
		"UserPolicySizeQuota": userInlineSize, "GroupPolicySizeQuota": groupInlineSize,
		"PolicySizeQuota": maxManagedSize, "VersionsPerPolicyQuota": maxVersions,
		"AccountPasswordPresent": 0, "AccountMFAEnabled": 0, "MFADevices": 0, "MFADevicesInUse": 0,
		"AccountSigningCertificatesPresent": 0, "ServerCertificates": 0,
	}, nil
}
