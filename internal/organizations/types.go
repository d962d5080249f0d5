package organizations

import (
	"fmt"
	"slices"

	"foyer/internal/fault"
	"foyer/internal/policy"
)

// PolicyType is a kind of policy that an organization can have.
type PolicyType string

// The types of policies. The first two bound what is allowed; the others, the
// management policies, are settings that accounts inherit.
const (
	ServiceControl          PolicyType = "SERVICE_CONTROL_POLICY"  // over the principals of member accounts
	ResourceControl         PolicyType = "RESOURCE_CONTROL_POLICY" // over the resources of member accounts
	TagPolicy               PolicyType = "TAG_POLICY"
	BackupPolicy            PolicyType = "BACKUP_POLICY"
	AIOptOutPolicy          PolicyType = "AISERVICES_OPT_OUT_POLICY"
	ChatbotPolicy           PolicyType = "CHATBOT_POLICY"
	DeclarativeEC2          PolicyType = "DECLARATIVE_POLICY_EC2"
	SecurityHubPolicy       PolicyType = "SECURITYHUB_POLICY"
	InspectorPolicy         PolicyType = "INSPECTOR_POLICY"
	UpgradeRolloutPolicy    PolicyType = "UPGRADE_ROLLOUT_POLICY"
	BedrockPolicy           PolicyType = "BEDROCK_POLICY"
	S3Policy                PolicyType = "S3_POLICY"
	NetworkSecurityDirector PolicyType = "NETWORK_SECURITY_DIRECTOR_POLICY"
)

// The policies that AWS makes, and attaches everywhere when their type is enabled.
const (
	FullAWSAccess    = "p-FullAWSAccess"
	RCPFullAWSAccess = "p-RCPFullAWSAccess"
)

var fullAWSAccess = Policy{
	ID: FullAWSAccess, Type: ServiceControl, Name: "FullAWSAccess", Description: "Allows access to every operation", AWSManaged: true,
	Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
}

var rcpFullAWSAccess = Policy{
	ID: RCPFullAWSAccess, Type: ResourceControl, Name: "RCPFullAWSAccess", Description: "Allows access to every resource", AWSManaged: true,
	Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`,
}

// typeRule is what holds for the policies of one type.
type typeRule struct {
	size     int         // characters at most
	attached int         // on one target at most
	managed  *Policy     // AWS's own, that goes everywhere; nil when there is none
	grammar  policy.Kind // of the authorization policies
}

// typeRules are the types there are. Quotas: AWS Organizations User Guide,
// "Quotas and service limits".
var typeRules = map[PolicyType]typeRule{
	ServiceControl:          {size: 5_120, attached: 5, managed: &fullAWSAccess, grammar: policy.Control},
	ResourceControl:         {size: 5_120, attached: 5, managed: &rcpFullAWSAccess, grammar: policy.ResourceControl},
	TagPolicy:               {size: 10_000, attached: 10},
	BackupPolicy:            {size: 10_000, attached: 10},
	AIOptOutPolicy:          {size: 2_500, attached: 5},
	ChatbotPolicy:           {size: 10_000, attached: 5},
	DeclarativeEC2:          {size: 10_000, attached: 10},
	SecurityHubPolicy:       {size: 10_000, attached: 10},
	InspectorPolicy:         {size: 10_000, attached: 10},
	UpgradeRolloutPolicy:    {size: 10_000, attached: 10},
	BedrockPolicy:           {size: 10_000, attached: 10},
	S3Policy:                {size: 10_000, attached: 10},
	NetworkSecurityDirector: {size: 10_000, attached: 10},
}

// Inherited reports whether policies of the type are settings that accounts
// inherit, and so have an effective policy.
func (t PolicyType) Inherited() bool {
	return typeRules[t].size > 0 && typeRules[t].managed == nil
}

// Available refuses types of policies that there are not.
func Available(kind PolicyType) error {
	if typeRules[kind].size == 0 {
		return refuse(PolicyTypeUnavailable, fault.Invalid, fmt.Sprintf("The policy type %s is not available for this organization.", kind))
	}
	return nil
}

// Has reports whether the organization's root has policies of the type enabled.
func (o Organization) Has(kind PolicyType) bool { return slices.Contains(o.Enabled, kind) }

// PolicyTypes are all types of policies, in the order of their names.
func PolicyTypes() []PolicyType {
	all := make([]PolicyType, 0, len(typeRules))
	for t := range typeRules {
		all = append(all, t)
	}
	slices.Sort(all)
	return all
}
