package iamapi

import (
	"context"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

// inlineNames lists one page of the names of an entity's inline policies.
func (s *Service) inlineNames(ctx context.Context, of iam.Ref, marker *string, limit *int64) (names []string, truncated *bool, next *string, err error) {
	query := "inline " + string(of.Account) + string(of.Kind) + of.Name
	page, err := s.page(query, marker, limit)
	if err != nil {
		return nil, nil, nil, err
	}
	names, after, err := s.IAM.InlinePolicies(ctx, of, page)
	if err != nil {
		return nil, nil, nil, err
	}
	truncated, next, err = s.more(query, after)
	return names, truncated, next, err
}

// PutUserPolicy writes an inline policy of a user.
func (s *Service) PutUserPolicy(ctx context.Context, call *wire.Call, in *PutUserPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.PutInlinePolicy(ctx, user(call, in.UserName), in.PolicyName, in.PolicyDocument)
}

// GetUserPolicy reads an inline policy of a user.
func (s *Service) GetUserPolicy(ctx context.Context, call *wire.Call, in *GetUserPolicyRequest) (*GetUserPolicyResponse, error) {
	document, err := s.IAM.InlinePolicy(ctx, user(call, in.UserName), in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &GetUserPolicyResponse{UserName: in.UserName, PolicyName: in.PolicyName, PolicyDocument: encoded(document)}, nil
}

// DeleteUserPolicy deletes an inline policy of a user.
func (s *Service) DeleteUserPolicy(ctx context.Context, call *wire.Call, in *DeleteUserPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteInlinePolicy(ctx, user(call, in.UserName), in.PolicyName)
}

// ListUserPolicies lists the names of a user's inline policies.
func (s *Service) ListUserPolicies(ctx context.Context, call *wire.Call, in *ListUserPoliciesRequest) (*ListUserPoliciesResponse, error) {
	names, truncated, marker, err := s.inlineNames(ctx, user(call, in.UserName), in.Marker, in.MaxItems)
	return &ListUserPoliciesResponse{PolicyNames: names, IsTruncated: truncated, Marker: marker}, err
}

// PutGroupPolicy writes an inline policy of a group.
func (s *Service) PutGroupPolicy(ctx context.Context, call *wire.Call, in *PutGroupPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.PutInlinePolicy(ctx, group(call, in.GroupName), in.PolicyName, in.PolicyDocument)
}

// GetGroupPolicy reads an inline policy of a group.
func (s *Service) GetGroupPolicy(ctx context.Context, call *wire.Call, in *GetGroupPolicyRequest) (*GetGroupPolicyResponse, error) {
	document, err := s.IAM.InlinePolicy(ctx, group(call, in.GroupName), in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &GetGroupPolicyResponse{GroupName: in.GroupName, PolicyName: in.PolicyName, PolicyDocument: encoded(document)}, nil
}

// DeleteGroupPolicy deletes an inline policy of a group.
func (s *Service) DeleteGroupPolicy(ctx context.Context, call *wire.Call, in *DeleteGroupPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteInlinePolicy(ctx, group(call, in.GroupName), in.PolicyName)
}

// ListGroupPolicies lists the names of a group's inline policies.
func (s *Service) ListGroupPolicies(ctx context.Context, call *wire.Call, in *ListGroupPoliciesRequest) (*ListGroupPoliciesResponse, error) {
	names, truncated, marker, err := s.inlineNames(ctx, group(call, in.GroupName), in.Marker, in.MaxItems)
	return &ListGroupPoliciesResponse{PolicyNames: names, IsTruncated: truncated, Marker: marker}, err
}

// PutRolePolicy writes an inline policy of a role.
func (s *Service) PutRolePolicy(ctx context.Context, call *wire.Call, in *PutRolePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.PutInlinePolicy(ctx, role(call, in.RoleName), in.PolicyName, in.PolicyDocument)
}

// GetRolePolicy reads an inline policy of a role.
func (s *Service) GetRolePolicy(ctx context.Context, call *wire.Call, in *GetRolePolicyRequest) (*GetRolePolicyResponse, error) {
	document, err := s.IAM.InlinePolicy(ctx, role(call, in.RoleName), in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &GetRolePolicyResponse{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: encoded(document)}, nil
}

// DeleteRolePolicy deletes an inline policy of a role.
func (s *Service) DeleteRolePolicy(ctx context.Context, call *wire.Call, in *DeleteRolePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteInlinePolicy(ctx, role(call, in.RoleName), in.PolicyName)
}

// ListRolePolicies lists the names of a role's inline policies.
func (s *Service) ListRolePolicies(ctx context.Context, call *wire.Call, in *ListRolePoliciesRequest) (*ListRolePoliciesResponse, error) {
	names, truncated, marker, err := s.inlineNames(ctx, role(call, in.RoleName), in.Marker, in.MaxItems)
	return &ListRolePoliciesResponse{PolicyNames: names, IsTruncated: truncated, Marker: marker}, err
}
