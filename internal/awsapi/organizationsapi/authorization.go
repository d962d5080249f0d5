package organizationsapi

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/organizations"
	"foyer/internal/wire"
)

// asks is what an operation demands for one input: the ids it touches, none
// meaning "*", and the condition keys it sets.
type asks struct {
	ids     []string
	context map[string][]string
}

// authorizations tells what each operation demands (Service Authorization
// Reference, AWS Organizations).
func (s *Service) authorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"CreateOrganization":   on(s, "CreateOrganization", func(*CreateOrganizationRequest) asks { return asks{} }),
		"DescribeOrganization": on(s, "DescribeOrganization", func(*wire.Empty) asks { return asks{} }),
		"ListRoots":            on(s, "ListRoots", func(*ListRootsRequest) asks { return asks{} }),
		"DeleteOrganization":   on(s, "DeleteOrganization", func(*wire.Empty) asks { return asks{} }),
		"LeaveOrganization":    on(s, "LeaveOrganization", func(*wire.Empty) asks { return asks{} }),
		"RemoveAccountFromOrganization": on(s, "RemoveAccountFromOrganization", func(in *RemoveAccountFromOrganizationRequest) asks {
			return id(in.AccountId)
		}),
		"CreateGovCloudAccount": on(s, "CreateGovCloudAccount", func(in *CreateGovCloudAccountRequest) asks {
			return asks{context: requestTags(in.Tags)}
		}),

		"EnableAllFeatures": on(s, "EnableAllFeatures", func(*EnableAllFeaturesRequest) asks { return asks{} }),
		"InviteAccountToOrganization": on(s, "InviteAccountToOrganization", func(in *InviteAccountToOrganizationRequest) asks {
			keys := requestTags(in.Tags)
			if in.Target != nil && in.Target.Type == HandshakePartyTypeAccount {
				return asks{ids: []string{in.Target.Id}, context: keys}
			}
			return asks{context: keys}
		}),
		"AcceptHandshake":          on(s, "AcceptHandshake", func(in *AcceptHandshakeRequest) asks { return id(in.HandshakeId) }),
		"DeclineHandshake":         on(s, "DeclineHandshake", func(in *DeclineHandshakeRequest) asks { return id(in.HandshakeId) }),
		"CancelHandshake":          on(s, "CancelHandshake", func(in *CancelHandshakeRequest) asks { return id(in.HandshakeId) }),
		"DescribeHandshake":        on(s, "DescribeHandshake", func(in *DescribeHandshakeRequest) asks { return id(in.HandshakeId) }),
		"ListHandshakesForAccount": on(s, "ListHandshakesForAccount", func(*ListHandshakesForAccountRequest) asks { return asks{} }),
		"ListHandshakesForOrganization": on(s, "ListHandshakesForOrganization", func(*ListHandshakesForOrganizationRequest) asks {
			return asks{}
		}),

		"PutResourcePolicy":      on(s, "PutResourcePolicy", func(in *PutResourcePolicyRequest) asks { return asks{context: requestTags(in.Tags)} }),
		"DescribeResourcePolicy": on(s, "DescribeResourcePolicy", func(*wire.Empty) asks { return asks{} }),
		"DeleteResourcePolicy":   on(s, "DeleteResourcePolicy", func(*wire.Empty) asks { return asks{} }),

		"DescribeEffectivePolicy": on(s, "DescribeEffectivePolicy", func(in *DescribeEffectivePolicyRequest) asks {
			if in.TargetId == nil {
				return asks{context: policyType(in.PolicyType)}
			}
			return asks{ids: []string{*in.TargetId}, context: policyType(in.PolicyType)}
		}),
		"ListAccountsWithInvalidEffectivePolicy": on(s, "ListAccountsWithInvalidEffectivePolicy", func(in *ListAccountsWithInvalidEffectivePolicyRequest) asks {
			return asks{context: policyType(in.PolicyType)}
		}),
		"ListEffectivePolicyValidationErrors": on(s, "ListEffectivePolicyValidationErrors", func(in *ListEffectivePolicyValidationErrorsRequest) asks {
			return asks{ids: []string{in.AccountId}, context: policyType(in.PolicyType)}
		}),

		"EnablePolicyType": on(s, "EnablePolicyType", func(in *EnablePolicyTypeRequest) asks {
			return asks{ids: []string{in.RootId}, context: policyType(in.PolicyType)}
		}),
		"DisablePolicyType": on(s, "DisablePolicyType", func(in *DisablePolicyTypeRequest) asks {
			return asks{ids: []string{in.RootId}, context: policyType(in.PolicyType)}
		}),
		"ListParents":         on(s, "ListParents", func(in *ListParentsRequest) asks { return id(in.ChildId) }),
		"ListChildren":        on(s, "ListChildren", func(in *ListChildrenRequest) asks { return id(in.ParentId) }),
		"ListTagsForResource": on(s, "ListTagsForResource", func(in *ListTagsForResourceRequest) asks { return id(in.ResourceId) }),
		"TagResource": on(s, "TagResource", func(in *TagResourceRequest) asks {
			return asks{ids: []string{in.ResourceId}, context: requestTags(in.Tags)}
		}),
		"UntagResource": on(s, "UntagResource", func(in *UntagResourceRequest) asks {
			return asks{ids: []string{in.ResourceId}, context: map[string][]string{"aws:TagKeys": in.TagKeys}}
		}),

		"CreateAccount": on(s, "CreateAccount", func(in *CreateAccountRequest) asks { return asks{context: requestTags(in.Tags)} }),
		"DescribeCreateAccountStatus": on(s, "DescribeCreateAccountStatus", func(*DescribeCreateAccountStatusRequest) asks {
			return asks{}
		}),
		"ListCreateAccountStatus": on(s, "ListCreateAccountStatus", func(*ListCreateAccountStatusRequest) asks { return asks{} }),
		"DescribeAccount":         on(s, "DescribeAccount", func(in *DescribeAccountRequest) asks { return id(in.AccountId) }),
		"ListAccounts":            on(s, "ListAccounts", func(*ListAccountsRequest) asks { return asks{} }),
		"ListAccountsForParent":   on(s, "ListAccountsForParent", func(in *ListAccountsForParentRequest) asks { return id(in.ParentId) }),
		"CloseAccount":            on(s, "CloseAccount", func(in *CloseAccountRequest) asks { return id(in.AccountId) }),
		"MoveAccount": on(s, "MoveAccount", func(in *MoveAccountRequest) asks {
			return asks{ids: []string{in.AccountId, in.SourceParentId, in.DestinationParentId}}
		}),

		"CreateOrganizationalUnit": on(s, "CreateOrganizationalUnit", func(in *CreateOrganizationalUnitRequest) asks {
			return asks{ids: []string{in.ParentId}, context: requestTags(in.Tags)}
		}),
		"UpdateOrganizationalUnit": on(s, "UpdateOrganizationalUnit", func(in *UpdateOrganizationalUnitRequest) asks {
			return id(in.OrganizationalUnitId)
		}),
		"DeleteOrganizationalUnit": on(s, "DeleteOrganizationalUnit", func(in *DeleteOrganizationalUnitRequest) asks {
			return id(in.OrganizationalUnitId)
		}),
		"DescribeOrganizationalUnit": on(s, "DescribeOrganizationalUnit", func(in *DescribeOrganizationalUnitRequest) asks {
			return id(in.OrganizationalUnitId)
		}),
		"ListOrganizationalUnitsForParent": on(s, "ListOrganizationalUnitsForParent", func(in *ListOrganizationalUnitsForParentRequest) asks {
			return id(in.ParentId)
		}),

		"CreatePolicy": on(s, "CreatePolicy", func(in *CreatePolicyRequest) asks {
			keys := requestTags(in.Tags)
			keys["organizations:PolicyType"] = []string{in.Type}
			return asks{context: keys}
		}),
		"UpdatePolicy":   on(s, "UpdatePolicy", func(in *UpdatePolicyRequest) asks { return onPolicies(in.PolicyId) }),
		"DeletePolicy":   on(s, "DeletePolicy", func(in *DeletePolicyRequest) asks { return onPolicies(in.PolicyId) }),
		"DescribePolicy": on(s, "DescribePolicy", func(in *DescribePolicyRequest) asks { return onPolicies(in.PolicyId) }),
		"ListPolicies": on(s, "ListPolicies", func(in *ListPoliciesRequest) asks {
			return asks{context: policyType(in.Filter)}
		}),
		"AttachPolicy": on(s, "AttachPolicy", func(in *AttachPolicyRequest) asks { return onPolicies(in.PolicyId, in.TargetId) }),
		"DetachPolicy": on(s, "DetachPolicy", func(in *DetachPolicyRequest) asks { return onPolicies(in.PolicyId, in.TargetId) }),
		"ListPoliciesForTarget": on(s, "ListPoliciesForTarget", func(in *ListPoliciesForTargetRequest) asks {
			return asks{ids: []string{in.TargetId}, context: policyType(in.Filter)}
		}),
		"ListTargetsForPolicy": on(s, "ListTargetsForPolicy", func(in *ListTargetsForPolicyRequest) asks { return onPolicies(in.PolicyId) }),

		"EnableAWSServiceAccess": on(s, "EnableAWSServiceAccess", func(in *EnableAWSServiceAccessRequest) asks {
			return asks{context: servicePrincipal(in.ServicePrincipal)}
		}),
		"DisableAWSServiceAccess": on(s, "DisableAWSServiceAccess", func(in *DisableAWSServiceAccessRequest) asks {
			return asks{context: servicePrincipal(in.ServicePrincipal)}
		}),
		"ListAWSServiceAccessForOrganization": on(s, "ListAWSServiceAccessForOrganization", func(*ListAWSServiceAccessForOrganizationRequest) asks {
			return asks{}
		}),
		"RegisterDelegatedAdministrator": on(s, "RegisterDelegatedAdministrator", func(in *RegisterDelegatedAdministratorRequest) asks {
			return asks{ids: []string{in.AccountId}, context: servicePrincipal(in.ServicePrincipal)}
		}),
		"DeregisterDelegatedAdministrator": on(s, "DeregisterDelegatedAdministrator", func(in *DeregisterDelegatedAdministratorRequest) asks {
			return asks{ids: []string{in.AccountId}, context: servicePrincipal(in.ServicePrincipal)}
		}),
		"ListDelegatedAdministrators": on(s, "ListDelegatedAdministrators", func(in *ListDelegatedAdministratorsRequest) asks {
			if in.ServicePrincipal == nil {
				return asks{}
			}
			return asks{context: servicePrincipal(*in.ServicePrincipal)}
		}),
		"ListDelegatedServicesForAccount": on(s, "ListDelegatedServicesForAccount", func(in *ListDelegatedServicesForAccountRequest) asks {
			return id(in.AccountId)
		}),
	}
}

// on demands organizations:<operation> on every resource that the input names.
// Outside an organization there are no resources to name: the operation itself
// then says so, to those who may ask. Where the organization's resource policy
// lets a member do all of it, the member acts for the management account.
func on[In any](s *Service, operation string, of func(*In) asks) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		wanted := of(in.(*In))
		demand := wire.Demand{Action: "organizations:" + operation, Resource: "*", Context: wanted.context}
		document, org, err := s.of(call).Delegation(ctx)
		if r, ok := errors.AsType[*organizations.Refusal](err); ok && r.Rule == organizations.NotInUse {
			return s.outside(ctx, demand, wanted.ids)
		}
		if err != nil {
			return nil, err
		}
		demands := []wire.Demand{demand}
		if len(wanted.ids) > 0 {
			if demands, err = s.onEach(ctx, demand, org, wanted.ids); err != nil {
				return nil, err
			}
		}
		return demands, s.actFor(ctx, call, org.Management, demands, document)
	}
}

// outside is a demand of an account in no organization, which may still be
// asked into one.
func (s *Service) outside(ctx context.Context, demand wire.Demand, ids []string) ([]wire.Demand, error) {
	for _, id := range ids {
		if strings.HasPrefix(id, "h-") {
			name, err := s.Organizations.HandshakeARN(ctx, id)
			demand.Resource = cmp.Or(name, "*")
			return []wire.Demand{demand}, err
		}
	}
	return []wire.Demand{demand}, nil
}

// onEach is a demand on each of several resources, with what conditions can ask
// about each.
func (s *Service) onEach(ctx context.Context, demand wire.Demand, org organizations.Organization, ids []string) ([]wire.Demand, error) {
	demands := make([]wire.Demand, len(ids))
	var kind organizations.PolicyType // a policy's is that of the whole call
	for i, id := range ids {
		about, err := s.Organizations.About(ctx, org, id)
		if err != nil {
			return nil, err
		}
		keys := maps.Clone(demand.Context)
		if keys == nil {
			keys = map[string][]string{}
		}
		for key, value := range about.Tags {
			keys["aws:ResourceTag/"+key] = []string{value}
		}
		demands[i] = wire.Demand{Action: demand.Action, Resource: about.ARN, Context: keys}
		kind = cmp.Or(kind, about.PolicyType)
	}
	if kind != "" {
		for _, d := range demands {
			d.Context["organizations:PolicyType"] = []string{string(kind)}
		}
	}
	return demands, nil
}

// actFor lets the call act for the management account when the organization's
// resource policy, and the caller's own policies, allow every demand.
func (s *Service) actFor(ctx context.Context, call *wire.Call, management arn.AccountID, demands []wire.Demand, document string) error {
	if document == "" {
		return nil
	}
	for _, d := range demands {
		err := s.CheckResource(ctx, call, d, document, management)
		if fault.Of(err) == fault.Denied {
			return nil // the operation says what an account may that acts for itself
		}
		if err != nil {
			return err
		}
	}
	call.ActsFor = management
	return nil
}

func id(one string) asks { return asks{ids: []string{one}} }

func onPolicies(ids ...string) asks { return asks{ids: ids} }

func policyType(name string) map[string][]string {
	return map[string][]string{"organizations:PolicyType": {name}}
}

func servicePrincipal(name string) map[string][]string {
	return map[string][]string{"organizations:ServicePrincipal": {name}}
}

func requestTags(tags []Tag) map[string][]string {
	keys := map[string][]string{}
	for _, t := range tags {
		keys["aws:RequestTag/"+t.Key] = []string{t.Value}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], t.Key)
	}
	return keys
}
