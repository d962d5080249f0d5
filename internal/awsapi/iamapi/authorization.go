package iamapi

import (
	"context"
	"maps"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/wire"
)

// ask is what an operation demands for one input: the user, group or role that
// it is about, and condition keys of its own.
type ask struct {
	about iam.Ref
	keys  map[string][]string
}

// on is the Authorization of an operation on a user, group or role that is
// named without its path. One that is not there is asked about at the root
// path: whether it is there shows only to whom the operation is allowed.
func on[In any](s *Service, operation string, of func(call *wire.Call, in *In) ask) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		a := of(call, in.(*In))
		d := wire.Demand{Action: "iam:" + operation, Resource: iam.EntityARN(a.about.Account, a.about.Kind, "/", a.about.Name), Context: a.keys}
		if a.about.Name == "" { // root's own keys
			d.Resource = call.Caller.ARN
			return []wire.Demand{d}, nil
		}
		e, err := s.IAM.Entity(ctx, a.about)
		if err != nil && fault.Of(err) != fault.NotFound {
			return nil, err
		}
		if err == nil {
			d.Resource = e.ARN
			d.Context = withResourceTags(a.keys, e.Tags)
		}
		return []wire.Demand{d}, nil
	}
}

// at is the Authorization of an operation whose resource is known by its input.
func at[In any](operation string, of func(call *wire.Call, in *In) (resource string, keys map[string][]string)) wire.Authorization {
	return wire.Demands(func(call *wire.Call, in *In) []wire.Demand {
		resource, keys := of(call, in)
		return []wire.Demand{{Action: "iam:" + operation, Resource: resource, Context: keys}}
	})
}

// own is the user that a missing name means; whom it can mean nobody is left to
// the operation to refuse.
func own(call *wire.Call, name *string) string {
	user, err := self(call, name)
	if err != nil {
		return "*"
	}
	return user
}

// path is the path of what is made; "/" when it is not given.
func path(p *string) string {
	if p == nil {
		return "/"
	}
	return *p
}

func withResourceTags(keys map[string][]string, tags map[string]string) map[string][]string {
	if len(tags) == 0 {
		return keys
	}
	all := make(map[string][]string, len(keys)+2*len(tags))
	for key, values := range keys {
		all[key] = values
	}
	for key, value := range tags {
		all["aws:ResourceTag/"+key], all["iam:ResourceTag/"+key] = []string{value}, []string{value}
	}
	return all
}

func tagging(tags []Tag) map[string][]string {
	keys := make(map[string][]string, len(tags)+1)
	for _, t := range tags {
		keys["aws:RequestTag/"+t.Key] = []string{t.Value}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], t.Key)
	}
	return keys
}

func untagging(names []string) map[string][]string { return map[string][]string{"aws:TagKeys": names} }

func bounding(policyARN string) map[string][]string {
	return map[string][]string{"iam:PermissionsBoundary": {policyARN}}
}

func attaching(policyARN string) map[string][]string {
	return map[string][]string{"iam:PolicyARN": {policyARN}}
}

func creating(tags []Tag, boundary *string) map[string][]string {
	keys := tagging(tags)
	if boundary != nil {
		keys["iam:PermissionsBoundary"] = []string{*boundary}
	}
	return keys
}

// authorizations tells what each operation demands (Service Authorization
// Reference, AWS Identity and Access Management).
func (s *Service) authorizations() map[string]wire.Authorization {
	all := s.entityAuthorizations()
	maps.Copy(all, s.oidcAuthorizations())
	maps.Copy(all, s.simulationAuthorizations())
	maps.Copy(all, featureAuthorizations())
	maps.Copy(all, s.profileAuthorizations())
	maps.Copy(all, reportAuthorizations())
	maps.Copy(all, s.lastAccessAuthorizations())
	maps.Copy(all, s.proofAuthorizations())
	return all
}

func (s *Service) entityAuthorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{

		// users
		"CreateUser": at("CreateUser", func(call *wire.Call, in *CreateUserRequest) (string, map[string][]string) {
			return iam.EntityARN(call.Caller.Account, iam.UserKind, path(in.Path), in.UserName), creating(in.Tags, in.PermissionsBoundary)
		}),
		"GetUser": on(s, "GetUser", func(call *wire.Call, in *GetUserRequest) ask { return ask{user(call, own(call, in.UserName)), nil} }),
		"ListUsers": at("ListUsers", func(call *wire.Call, in *ListUsersRequest) (string, map[string][]string) {
			return arn.IAM(call.Caller.Account, "user"+path(in.PathPrefix)), nil
		}),
		"UpdateUser":   on(s, "UpdateUser", func(call *wire.Call, in *UpdateUserRequest) ask { return ask{user(call, in.UserName), nil} }),
		"DeleteUser":   on(s, "DeleteUser", func(call *wire.Call, in *DeleteUserRequest) ask { return ask{user(call, in.UserName), nil} }),
		"ListUserTags": on(s, "ListUserTags", func(call *wire.Call, in *ListUserTagsRequest) ask { return ask{user(call, in.UserName), nil} }),
		"TagUser":      on(s, "TagUser", func(call *wire.Call, in *TagUserRequest) ask { return ask{user(call, in.UserName), tagging(in.Tags)} }),
		"UntagUser": on(s, "UntagUser", func(call *wire.Call, in *UntagUserRequest) ask {
			return ask{user(call, in.UserName), untagging(in.TagKeys)}
		}),
		"PutUserPermissionsBoundary": on(s, "PutUserPermissionsBoundary", func(call *wire.Call, in *PutUserPermissionsBoundaryRequest) ask {
			return ask{user(call, in.UserName), bounding(in.PermissionsBoundary)}
		}),
		"DeleteUserPermissionsBoundary": on(s, "DeleteUserPermissionsBoundary", func(call *wire.Call, in *DeleteUserPermissionsBoundaryRequest) ask {
			return ask{user(call, in.UserName), nil}
		}),

		// groups
		"CreateGroup": at("CreateGroup", func(call *wire.Call, in *CreateGroupRequest) (string, map[string][]string) {
			return iam.EntityARN(call.Caller.Account, iam.GroupKind, path(in.Path), in.GroupName), nil
		}),
		"ListGroups": at("ListGroups", func(call *wire.Call, in *ListGroupsRequest) (string, map[string][]string) {
			return arn.IAM(call.Caller.Account, "group"+path(in.PathPrefix)), nil
		}),
		"GetGroup":            on(s, "GetGroup", func(call *wire.Call, in *GetGroupRequest) ask { return ask{group(call, in.GroupName), nil} }),
		"UpdateGroup":         on(s, "UpdateGroup", func(call *wire.Call, in *UpdateGroupRequest) ask { return ask{group(call, in.GroupName), nil} }),
		"DeleteGroup":         on(s, "DeleteGroup", func(call *wire.Call, in *DeleteGroupRequest) ask { return ask{group(call, in.GroupName), nil} }),
		"AddUserToGroup":      on(s, "AddUserToGroup", func(call *wire.Call, in *AddUserToGroupRequest) ask { return ask{group(call, in.GroupName), nil} }),
		"RemoveUserFromGroup": on(s, "RemoveUserFromGroup", func(call *wire.Call, in *RemoveUserFromGroupRequest) ask { return ask{group(call, in.GroupName), nil} }),
		"ListGroupsForUser":   on(s, "ListGroupsForUser", func(call *wire.Call, in *ListGroupsForUserRequest) ask { return ask{user(call, in.UserName), nil} }),

		// roles
		"CreateRole": at("CreateRole", func(call *wire.Call, in *CreateRoleRequest) (string, map[string][]string) {
			return iam.EntityARN(call.Caller.Account, iam.RoleKind, path(in.Path), in.RoleName), creating(in.Tags, in.PermissionsBoundary)
		}),
		"ListRoles": at("ListRoles", func(call *wire.Call, in *ListRolesRequest) (string, map[string][]string) {
			return arn.IAM(call.Caller.Account, "role"+path(in.PathPrefix)), nil
		}),
		"GetRole":                on(s, "GetRole", func(call *wire.Call, in *GetRoleRequest) ask { return ask{role(call, in.RoleName), nil} }),
		"UpdateRole":             on(s, "UpdateRole", func(call *wire.Call, in *UpdateRoleRequest) ask { return ask{role(call, in.RoleName), nil} }),
		"UpdateRoleDescription":  on(s, "UpdateRoleDescription", func(call *wire.Call, in *UpdateRoleDescriptionRequest) ask { return ask{role(call, in.RoleName), nil} }),
		"UpdateAssumeRolePolicy": on(s, "UpdateAssumeRolePolicy", func(call *wire.Call, in *UpdateAssumeRolePolicyRequest) ask { return ask{role(call, in.RoleName), nil} }),
		"DeleteRole":             on(s, "DeleteRole", func(call *wire.Call, in *DeleteRoleRequest) ask { return ask{role(call, in.RoleName), nil} }),
		"ListRoleTags":           on(s, "ListRoleTags", func(call *wire.Call, in *ListRoleTagsRequest) ask { return ask{role(call, in.RoleName), nil} }),
		"TagRole":                on(s, "TagRole", func(call *wire.Call, in *TagRoleRequest) ask { return ask{role(call, in.RoleName), tagging(in.Tags)} }),
		"UntagRole": on(s, "UntagRole", func(call *wire.Call, in *UntagRoleRequest) ask {
			return ask{role(call, in.RoleName), untagging(in.TagKeys)}
		}),
		"PutRolePermissionsBoundary": on(s, "PutRolePermissionsBoundary", func(call *wire.Call, in *PutRolePermissionsBoundaryRequest) ask {
			return ask{role(call, in.RoleName), bounding(in.PermissionsBoundary)}
		}),
		"DeleteRolePermissionsBoundary": on(s, "DeleteRolePermissionsBoundary", func(call *wire.Call, in *DeleteRolePermissionsBoundaryRequest) ask {
			return ask{role(call, in.RoleName), nil}
		}),
		"CreateServiceLinkedRole": at("CreateServiceLinkedRole", func(call *wire.Call, in *CreateServiceLinkedRoleRequest) (string, map[string][]string) {
			return iam.EntityARN(call.Caller.Account, iam.RoleKind, iam.ServiceRolePath+in.AWSServiceName+"/", "*"), map[string][]string{"iam:AWSServiceName": {in.AWSServiceName}}
		}),
		"DeleteServiceLinkedRole": on(s, "DeleteServiceLinkedRole", func(call *wire.Call, in *DeleteServiceLinkedRoleRequest) ask {
			return ask{role(call, in.RoleName), nil}
		}),
		"GetServiceLinkedRoleDeletionStatus": at("GetServiceLinkedRoleDeletionStatus", func(*wire.Call, *GetServiceLinkedRoleDeletionStatusRequest) (string, map[string][]string) {
			return "*", nil
		}),

		// policies of users, groups and roles
		"AttachUserPolicy": on(s, "AttachUserPolicy", func(call *wire.Call, in *AttachUserPolicyRequest) ask {
			return ask{user(call, in.UserName), attaching(in.PolicyArn)}
		}),
		"DetachUserPolicy": on(s, "DetachUserPolicy", func(call *wire.Call, in *DetachUserPolicyRequest) ask {
			return ask{user(call, in.UserName), attaching(in.PolicyArn)}
		}),
		"ListAttachedUserPolicies": on(s, "ListAttachedUserPolicies", func(call *wire.Call, in *ListAttachedUserPoliciesRequest) ask {
			return ask{user(call, in.UserName), nil}
		}),
		"PutUserPolicy":    on(s, "PutUserPolicy", func(call *wire.Call, in *PutUserPolicyRequest) ask { return ask{user(call, in.UserName), nil} }),
		"GetUserPolicy":    on(s, "GetUserPolicy", func(call *wire.Call, in *GetUserPolicyRequest) ask { return ask{user(call, in.UserName), nil} }),
		"DeleteUserPolicy": on(s, "DeleteUserPolicy", func(call *wire.Call, in *DeleteUserPolicyRequest) ask { return ask{user(call, in.UserName), nil} }),
		"ListUserPolicies": on(s, "ListUserPolicies", func(call *wire.Call, in *ListUserPoliciesRequest) ask { return ask{user(call, in.UserName), nil} }),
		"AttachGroupPolicy": on(s, "AttachGroupPolicy", func(call *wire.Call, in *AttachGroupPolicyRequest) ask {
			return ask{group(call, in.GroupName), attaching(in.PolicyArn)}
		}),
		"DetachGroupPolicy": on(s, "DetachGroupPolicy", func(call *wire.Call, in *DetachGroupPolicyRequest) ask {
			return ask{group(call, in.GroupName), attaching(in.PolicyArn)}
		}),
		"ListAttachedGroupPolicies": on(s, "ListAttachedGroupPolicies", func(call *wire.Call, in *ListAttachedGroupPoliciesRequest) ask {
			return ask{group(call, in.GroupName), nil}
		}),
		"PutGroupPolicy":    on(s, "PutGroupPolicy", func(call *wire.Call, in *PutGroupPolicyRequest) ask { return ask{group(call, in.GroupName), nil} }),
		"GetGroupPolicy":    on(s, "GetGroupPolicy", func(call *wire.Call, in *GetGroupPolicyRequest) ask { return ask{group(call, in.GroupName), nil} }),
		"DeleteGroupPolicy": on(s, "DeleteGroupPolicy", func(call *wire.Call, in *DeleteGroupPolicyRequest) ask { return ask{group(call, in.GroupName), nil} }),
		"ListGroupPolicies": on(s, "ListGroupPolicies", func(call *wire.Call, in *ListGroupPoliciesRequest) ask { return ask{group(call, in.GroupName), nil} }),
		"AttachRolePolicy": on(s, "AttachRolePolicy", func(call *wire.Call, in *AttachRolePolicyRequest) ask {
			return ask{role(call, in.RoleName), attaching(in.PolicyArn)}
		}),
		"DetachRolePolicy": on(s, "DetachRolePolicy", func(call *wire.Call, in *DetachRolePolicyRequest) ask {
			return ask{role(call, in.RoleName), attaching(in.PolicyArn)}
		}),
		"ListAttachedRolePolicies": on(s, "ListAttachedRolePolicies", func(call *wire.Call, in *ListAttachedRolePoliciesRequest) ask {
			return ask{role(call, in.RoleName), nil}
		}),
		"PutRolePolicy":    on(s, "PutRolePolicy", func(call *wire.Call, in *PutRolePolicyRequest) ask { return ask{role(call, in.RoleName), nil} }),
		"GetRolePolicy":    on(s, "GetRolePolicy", func(call *wire.Call, in *GetRolePolicyRequest) ask { return ask{role(call, in.RoleName), nil} }),
		"DeleteRolePolicy": on(s, "DeleteRolePolicy", func(call *wire.Call, in *DeleteRolePolicyRequest) ask { return ask{role(call, in.RoleName), nil} }),
		"ListRolePolicies": on(s, "ListRolePolicies", func(call *wire.Call, in *ListRolePoliciesRequest) ask { return ask{role(call, in.RoleName), nil} }),

		// managed policies
		"CreatePolicy": at("CreatePolicy", func(call *wire.Call, in *CreatePolicyRequest) (string, map[string][]string) {
			return iam.PolicyARN(call.Caller.Account, path(in.Path), in.PolicyName), tagging(in.Tags)
		}),
		"ListPolicies":   at("ListPolicies", func(*wire.Call, *ListPoliciesRequest) (string, map[string][]string) { return "*", nil }),
		"GetPolicy":      at("GetPolicy", func(_ *wire.Call, in *GetPolicyRequest) (string, map[string][]string) { return in.PolicyArn, nil }),
		"DeletePolicy":   at("DeletePolicy", func(_ *wire.Call, in *DeletePolicyRequest) (string, map[string][]string) { return in.PolicyArn, nil }),
		"ListPolicyTags": at("ListPolicyTags", func(_ *wire.Call, in *ListPolicyTagsRequest) (string, map[string][]string) { return in.PolicyArn, nil }),
		"ListEntitiesForPolicy": at("ListEntitiesForPolicy", func(_ *wire.Call, in *ListEntitiesForPolicyRequest) (string, map[string][]string) {
			return in.PolicyArn, nil
		}),
		"CreatePolicyVersion": at("CreatePolicyVersion", func(_ *wire.Call, in *CreatePolicyVersionRequest) (string, map[string][]string) {
			return in.PolicyArn, nil
		}),
		"GetPolicyVersion": at("GetPolicyVersion", func(_ *wire.Call, in *GetPolicyVersionRequest) (string, map[string][]string) {
			return in.PolicyArn, nil
		}),
		"ListPolicyVersions": at("ListPolicyVersions", func(_ *wire.Call, in *ListPolicyVersionsRequest) (string, map[string][]string) {
			return in.PolicyArn, nil
		}),
		"SetDefaultPolicyVersion": at("SetDefaultPolicyVersion", func(_ *wire.Call, in *SetDefaultPolicyVersionRequest) (string, map[string][]string) {
			return in.PolicyArn, nil
		}),
		"DeletePolicyVersion": at("DeletePolicyVersion", func(_ *wire.Call, in *DeletePolicyVersionRequest) (string, map[string][]string) {
			return in.PolicyArn, nil
		}),
		"TagPolicy": at("TagPolicy", func(_ *wire.Call, in *TagPolicyRequest) (string, map[string][]string) {
			return in.PolicyArn, tagging(in.Tags)
		}),
		"UntagPolicy": at("UntagPolicy", func(_ *wire.Call, in *UntagPolicyRequest) (string, map[string][]string) {
			return in.PolicyArn, untagging(in.TagKeys)
		}),

		// access keys
		"CreateAccessKey": on(s, "CreateAccessKey", func(call *wire.Call, in *CreateAccessKeyRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"ListAccessKeys": on(s, "ListAccessKeys", func(call *wire.Call, in *ListAccessKeysRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"UpdateAccessKey": on(s, "UpdateAccessKey", func(call *wire.Call, in *UpdateAccessKeyRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"DeleteAccessKey": on(s, "DeleteAccessKey", func(call *wire.Call, in *DeleteAccessKeyRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"GetAccountSummary": at("GetAccountSummary", func(*wire.Call, *wire.Empty) (string, map[string][]string) { return "*", nil }),

		// SAML providers
		"CreateSAMLProvider": at("CreateSAMLProvider", func(call *wire.Call, in *CreateSAMLProviderRequest) (string, map[string][]string) {
			return iam.ProviderARN(call.Caller.Account, in.Name), tagging(in.Tags)
		}),
		"ListSAMLProviders": at("ListSAMLProviders", func(*wire.Call, *ListSAMLProvidersRequest) (string, map[string][]string) { return "*", nil }),
		"GetSAMLProvider": at("GetSAMLProvider", func(_ *wire.Call, in *GetSAMLProviderRequest) (string, map[string][]string) {
			return in.SAMLProviderArn, nil
		}),
		"UpdateSAMLProvider": at("UpdateSAMLProvider", func(_ *wire.Call, in *UpdateSAMLProviderRequest) (string, map[string][]string) {
			return in.SAMLProviderArn, nil
		}),
		"DeleteSAMLProvider": at("DeleteSAMLProvider", func(_ *wire.Call, in *DeleteSAMLProviderRequest) (string, map[string][]string) {
			return in.SAMLProviderArn, nil
		}),
		"ListSAMLProviderTags": at("ListSAMLProviderTags", func(_ *wire.Call, in *ListSAMLProviderTagsRequest) (string, map[string][]string) {
			return in.SAMLProviderArn, nil
		}),
		"TagSAMLProvider": at("TagSAMLProvider", func(_ *wire.Call, in *TagSAMLProviderRequest) (string, map[string][]string) {
			return in.SAMLProviderArn, tagging(in.Tags)
		}),
		"UntagSAMLProvider": at("UntagSAMLProvider", func(_ *wire.Call, in *UntagSAMLProviderRequest) (string, map[string][]string) {
			return in.SAMLProviderArn, untagging(in.TagKeys)
		}),
	}
}
