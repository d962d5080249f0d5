package ssoadminapi

import (
	"reflect"

	"foyer/internal/arn"
	"foyer/internal/wire"
)

// The members by which requests name what they touch.
const (
	theSet         = "PermissionSetArn"
	theInstance    = "InstanceArn"
	theTarget      = "TargetId"
	theAccount     = "AccountId"
	theResource    = "ResourceArn"
	theApplication = "ApplicationArn"
	theProvider    = "ApplicationProviderArn"
	theIssuer      = "TrustedTokenIssuerArn"
)

// What is about to be created, where AWS demands the action on that too.
const (
	anySet         = "*permissionSet"
	anyApplication = "*application"
	anyIssuer      = "*trustedTokenIssuer"
)

// authorizations tells what each operation demands: its own action on all that
// it names (Service Authorization Reference, AWS IAM Identity Center).
func (s *Service) authorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"ListInstances": wire.Demands(func(*wire.Call, *ListInstancesRequest) []wire.Demand {
			return []wire.Demand{{Action: "sso:ListInstances", Resource: "*"}}
		}),
		"DescribeInstance": s.reads("DescribeInstance", theInstance),
		"CreateInstance": wire.Demands(func(_ *wire.Call, in *CreateInstanceRequest) []wire.Demand {
			return []wire.Demand{{Action: "sso:CreateInstance", Resource: "arn:" + arn.Partition + ":sso:::instance/*", Context: requestTags(reflect.ValueOf(in).Elem())}}
		}),
		"UpdateInstance": s.reads("UpdateInstance", theInstance),
		"DeleteInstance": s.owns("DeleteInstance", theInstance),
		"AddRegion":      s.reads("AddRegion", theInstance),
		"RemoveRegion":   s.reads("RemoveRegion", theInstance),
		"DescribeRegion": s.reads("DescribeRegion", theInstance),
		"ListRegions":    s.reads("ListRegions", theInstance),

		"CreateInstanceAccessControlAttributeConfiguration":   s.reads("CreateInstanceAccessControlAttributeConfiguration", theInstance),
		"DescribeInstanceAccessControlAttributeConfiguration": s.reads("DescribeInstanceAccessControlAttributeConfiguration", theInstance),
		"UpdateInstanceAccessControlAttributeConfiguration":   s.reads("UpdateInstanceAccessControlAttributeConfiguration", theInstance),
		"DeleteInstanceAccessControlAttributeConfiguration":   s.reads("DeleteInstanceAccessControlAttributeConfiguration", theInstance),

		"CreatePermissionSet":   s.reads("CreatePermissionSet", theInstance, anySet),
		"DescribePermissionSet": s.reads("DescribePermissionSet", theSet, theInstance),
		"ListPermissionSets":    s.reads("ListPermissionSets", theInstance),
		"UpdatePermissionSet":   s.changes("UpdatePermissionSet", theSet, theInstance),
		"DeletePermissionSet":   s.changes("DeletePermissionSet", theSet, theInstance),

		"AttachManagedPolicyToPermissionSet":                    s.changes("AttachManagedPolicyToPermissionSet", theSet, theInstance),
		"DetachManagedPolicyFromPermissionSet":                  s.changes("DetachManagedPolicyFromPermissionSet", theSet, theInstance),
		"ListManagedPoliciesInPermissionSet":                    s.reads("ListManagedPoliciesInPermissionSet", theSet, theInstance),
		"AttachCustomerManagedPolicyReferenceToPermissionSet":   s.changes("AttachCustomerManagedPolicyReferenceToPermissionSet", theSet, theInstance),
		"DetachCustomerManagedPolicyReferenceFromPermissionSet": s.changes("DetachCustomerManagedPolicyReferenceFromPermissionSet", theSet, theInstance),
		"ListCustomerManagedPolicyReferencesInPermissionSet":    s.reads("ListCustomerManagedPolicyReferencesInPermissionSet", theSet, theInstance),
		"PutInlinePolicyToPermissionSet":                        s.changes("PutInlinePolicyToPermissionSet", theSet, theInstance),
		"GetInlinePolicyForPermissionSet":                       s.reads("GetInlinePolicyForPermissionSet", theSet, theInstance),
		"DeleteInlinePolicyFromPermissionSet":                   s.changes("DeleteInlinePolicyFromPermissionSet", theSet, theInstance),
		"PutPermissionsBoundaryToPermissionSet":                 s.changes("PutPermissionsBoundaryToPermissionSet", theSet, theInstance),
		"GetPermissionsBoundaryForPermissionSet":                s.reads("GetPermissionsBoundaryForPermissionSet", theSet, theInstance),
		"DeletePermissionsBoundaryFromPermissionSet":            s.changes("DeletePermissionsBoundaryFromPermissionSet", theSet, theInstance),

		"TagResource":         s.reads("TagResource", theResource),
		"UntagResource":       s.reads("UntagResource", theResource),
		"ListTagsForResource": s.reads("ListTagsForResource", theResource),

		"CreateAccountAssignment":                 s.changes("CreateAccountAssignment", theSet, theInstance, theTarget),
		"DeleteAccountAssignment":                 s.changes("DeleteAccountAssignment", theSet, theInstance, theTarget),
		"ListAccountAssignments":                  s.reads("ListAccountAssignments", theSet, theInstance, theAccount),
		"ListAccountAssignmentsForPrincipal":      s.reads("ListAccountAssignmentsForPrincipal", theInstance),
		"DescribeAccountAssignmentCreationStatus": s.reads("DescribeAccountAssignmentCreationStatus", theInstance),
		"DescribeAccountAssignmentDeletionStatus": s.reads("DescribeAccountAssignmentDeletionStatus", theInstance),
		"ListAccountAssignmentCreationStatus":     s.reads("ListAccountAssignmentCreationStatus", theInstance),
		"ListAccountAssignmentDeletionStatus":     s.reads("ListAccountAssignmentDeletionStatus", theInstance),

		"ProvisionPermissionSet":                  s.changes("ProvisionPermissionSet", theSet, theInstance, theTarget),
		"DescribePermissionSetProvisioningStatus": s.reads("DescribePermissionSetProvisioningStatus", theInstance),
		"ListPermissionSetProvisioningStatus":     s.reads("ListPermissionSetProvisioningStatus", theInstance),
		"ListPermissionSetsProvisionedToAccount":  s.reads("ListPermissionSetsProvisionedToAccount", theInstance, theAccount),
		"ListAccountsForProvisionedPermissionSet": s.reads("ListAccountsForProvisionedPermissionSet", theSet, theInstance),

		"ListApplicationProviders": wire.Demands(func(*wire.Call, *ListApplicationProvidersRequest) []wire.Demand {
			return []wire.Demand{{Action: "sso:ListApplicationProviders", Resource: "arn:" + arn.Partition + ":sso::aws:applicationProvider/*"}}
		}),
		"DescribeApplicationProvider": wire.Demands(func(_ *wire.Call, in *DescribeApplicationProviderRequest) []wire.Demand {
			return []wire.Demand{{Action: "sso:DescribeApplicationProvider", Resource: in.ApplicationProviderArn}}
		}),
		"CreateApplication":                      s.brings("CreateApplication", anyApplication, theProvider, theInstance),
		"ListApplications":                       s.brings("ListApplications"),
		"ListApplicationAssignmentsForPrincipal": s.brings("ListApplicationAssignmentsForPrincipal", theInstance),

		"DescribeApplication":                   s.reads("DescribeApplication", theApplication),
		"UpdateApplication":                     s.reads("UpdateApplication", theApplication),
		"DeleteApplication":                     s.reads("DeleteApplication", theApplication),
		"CreateApplicationAssignment":           s.reads("CreateApplicationAssignment", theApplication),
		"DeleteApplicationAssignment":           s.reads("DeleteApplicationAssignment", theApplication),
		"DescribeApplicationAssignment":         s.reads("DescribeApplicationAssignment", theApplication),
		"ListApplicationAssignments":            s.reads("ListApplicationAssignments", theApplication),
		"GetApplicationAssignmentConfiguration": s.reads("GetApplicationAssignmentConfiguration", theApplication),
		"PutApplicationAssignmentConfiguration": s.reads("PutApplicationAssignmentConfiguration", theApplication),
		"GetApplicationSessionConfiguration":    s.reads("GetApplicationSessionConfiguration", theApplication),
		"PutApplicationSessionConfiguration":    s.reads("PutApplicationSessionConfiguration", theApplication),
		"PutApplicationAccessScope":             s.reads("PutApplicationAccessScope", theApplication),
		"GetApplicationAccessScope":             s.reads("GetApplicationAccessScope", theApplication),
		"DeleteApplicationAccessScope":          s.reads("DeleteApplicationAccessScope", theApplication),
		"ListApplicationAccessScopes":           s.reads("ListApplicationAccessScopes", theApplication),
		"PutApplicationAuthenticationMethod":    s.reads("PutApplicationAuthenticationMethod", theApplication),
		"GetApplicationAuthenticationMethod":    s.reads("GetApplicationAuthenticationMethod", theApplication),
		"DeleteApplicationAuthenticationMethod": s.reads("DeleteApplicationAuthenticationMethod", theApplication),
		"ListApplicationAuthenticationMethods":  s.reads("ListApplicationAuthenticationMethods", theApplication),
		"PutApplicationGrant":                   s.reads("PutApplicationGrant", theApplication),
		"GetApplicationGrant":                   s.reads("GetApplicationGrant", theApplication),
		"DeleteApplicationGrant":                s.reads("DeleteApplicationGrant", theApplication),
		"ListApplicationGrants":                 s.reads("ListApplicationGrants", theApplication),

		"CreateTrustedTokenIssuer":   s.reads("CreateTrustedTokenIssuer", theInstance, anyIssuer),
		"DescribeTrustedTokenIssuer": s.reads("DescribeTrustedTokenIssuer", theIssuer),
		"UpdateTrustedTokenIssuer":   s.reads("UpdateTrustedTokenIssuer", theIssuer),
		"DeleteTrustedTokenIssuer":   s.reads("DeleteTrustedTokenIssuer", theIssuer),
		"ListTrustedTokenIssuers":    s.reads("ListTrustedTokenIssuers", theInstance),
	}
}
