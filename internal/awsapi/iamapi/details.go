package iamapi

import (
	"context"
	"maps"
	"slices"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

// sectionsOf are the sections that a filter's words mean.
var sectionsOf = map[string]iam.Section{
	"User": iam.UserSection, "Group": iam.GroupSection, "Role": iam.RoleSection,
	"LocalManagedPolicy": iam.LocalSection, "AWSManagedPolicy": iam.AmazonSection,
}

// GetAccountAuthorizationDetails tells who may do what in the account.
func (s *Service) GetAccountAuthorizationDetails(ctx context.Context, call *wire.Call, in *GetAccountAuthorizationDetailsRequest) (*GetAccountAuthorizationDetailsResponse, error) {
	wanted := wire.Each(in.Filter, func(word string) iam.Section { return sectionsOf[word] })
	slices.Sort(wanted)
	query := "details " + string(call.Caller.Account)
	for _, w := range wanted {
		query += " " + string(w)
	}
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	d, after, err := s.IAM.Details(ctx, call.Caller.Account, wanted, page)
	if err != nil {
		return nil, err
	}
	roles := d.Holders[iam.RoleSection]
	last, err := s.lastUsed(ctx, wire.Each(roles, func(h iam.Holder) string { return h.ID })...)
	if err != nil {
		return nil, err
	}
	out := &GetAccountAuthorizationDetailsResponse{
		UserDetailList:  wire.Each(d.Holders[iam.UserSection], userDetail),
		GroupDetailList: wire.Each(d.Holders[iam.GroupSection], groupDetail),
		RoleDetailList:  wire.Each(roles, func(h iam.Holder) RoleDetail { return roleDetail(h, last(h.ID)) }),
		Policies:        wire.Each(d.Policies, policyDetail),
	}
	out.IsTruncated, out.Marker, err = s.more(query, after)
	return out, err
}

func userDetail(h iam.Holder) UserDetail {
	return UserDetail{
		Path: new(h.Path), UserName: new(h.Name), UserId: new(h.ID), Arn: new(h.ARN), CreateDate: new(h.Created),
		UserPolicyList: inlineDetails(h.Inline), GroupList: wire.Each(h.Groups, same), AttachedManagedPolicies: wire.Each(h.Attached, attachedDetail),
		PermissionsBoundary: wireBoundary(h.BoundaryARN), Tags: append([]Tag{}, wireTags(h.Tags)...),
	}
}

func groupDetail(h iam.Holder) GroupDetail {
	return GroupDetail{
		Path: new(h.Path), GroupName: new(h.Name), GroupId: new(h.ID), Arn: new(h.ARN), CreateDate: new(h.Created),
		GroupPolicyList: inlineDetails(h.Inline), AttachedManagedPolicies: wire.Each(h.Attached, attachedDetail),
	}
}

func roleDetail(h iam.Holder, last *RoleLastUsed) RoleDetail {
	return RoleDetail{
		Path: new(h.Path), RoleName: new(h.Name), RoleId: new(h.ID), Arn: new(h.ARN), CreateDate: new(h.Created),
		AssumeRolePolicyDocument: new(encoded(h.TrustPolicy)), InstanceProfileList: wire.Each(h.Profiles, listedProfile),
		RolePolicyList: inlineDetails(h.Inline), AttachedManagedPolicies: wire.Each(h.Attached, attachedDetail),
		PermissionsBoundary: wireBoundary(h.BoundaryARN), Tags: append([]Tag{}, wireTags(h.Tags)...), RoleLastUsed: last,
	}
}

func policyDetail(p iam.PolicyDetail) ManagedPolicyDetail {
	return ManagedPolicyDetail{
		PolicyName: new(p.Name), PolicyId: new(p.ID), Arn: new(p.ARN), Path: new(p.Path), DefaultVersionId: new(p.Default),
		AttachmentCount: new(int64(p.Attached)), PermissionsBoundaryUsageCount: new(int64(p.Bounding)), IsAttachable: new(true),
		Description: wire.Optional(p.Description), CreateDate: new(p.Created), UpdateDate: new(p.Updated),
		PolicyVersionList: wire.Each(p.Versions, wireVersion),
	}
}

// inlineDetails are inline policies by name.
func inlineDetails(documents map[string]string) []PolicyDetail {
	return wire.Each(slices.Sorted(maps.Keys(documents)), func(name string) PolicyDetail {
		return PolicyDetail{PolicyName: new(name), PolicyDocument: new(encoded(documents[name]))}
	})
}

func attachedDetail(policyARN string) AttachedPolicy {
	_, name := iam.PolicyPathAndName(policyARN)
	return AttachedPolicy{PolicyName: &name, PolicyArn: &policyARN}
}

// reportAuthorizations are the demands of the operations that tell of the
// account as a whole.
func reportAuthorizations() map[string]wire.Authorization {
	all := map[string]wire.Authorization{}
	for _, operation := range []string{
		"GetAccountAuthorizationDetails", "GetServiceLastAccessedDetails", "GetServiceLastAccessedDetailsWithEntities", "GetOrganizationsAccessReport",
		"GenerateCredentialReport", "GetCredentialReport",
	} {
		all[operation] = func(context.Context, *wire.Call, any) ([]wire.Demand, error) {
			return []wire.Demand{{Action: "iam:" + operation, Resource: "*"}}, nil
		}
	}
	return all
}
