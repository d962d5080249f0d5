package iamapi

import (
	"context"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

// attached lists one page of the managed policies that an entity holds.
func (s *Service) attached(ctx context.Context, of iam.Ref, prefix, marker *string, limit *int64) (all []AttachedPolicy, truncated *bool, next *string, err error) {
	query := "attached " + string(of.Account) + string(of.Kind) + of.Name + wire.Given(prefix)
	page, err := s.page(query, marker, limit)
	if err != nil {
		return nil, nil, nil, err
	}
	policies, after, err := s.IAM.AttachedPolicies(ctx, of, wire.Given(prefix), page)
	if err != nil {
		return nil, nil, nil, err
	}
	all = wire.Each(policies, func(a iam.Attached) AttachedPolicy {
		return AttachedPolicy{PolicyName: new(a.Name), PolicyArn: new(a.ARN)}
	})
	truncated, next, err = s.more(query, after)
	return all, truncated, next, err
}

// AttachUserPolicy attaches a managed policy to a user.
func (s *Service) AttachUserPolicy(ctx context.Context, call *wire.Call, in *AttachUserPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.AttachPolicy(ctx, user(call, in.UserName), in.PolicyArn)
}

// DetachUserPolicy takes a managed policy from a user.
func (s *Service) DetachUserPolicy(ctx context.Context, call *wire.Call, in *DetachUserPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DetachPolicy(ctx, user(call, in.UserName), in.PolicyArn)
}

// ListAttachedUserPolicies lists the managed policies of a user.
func (s *Service) ListAttachedUserPolicies(ctx context.Context, call *wire.Call, in *ListAttachedUserPoliciesRequest) (*ListAttachedUserPoliciesResponse, error) {
	all, truncated, marker, err := s.attached(ctx, user(call, in.UserName), in.PathPrefix, in.Marker, in.MaxItems)
	return &ListAttachedUserPoliciesResponse{AttachedPolicies: all, IsTruncated: truncated, Marker: marker}, err
}

// AttachGroupPolicy attaches a managed policy to a group.
func (s *Service) AttachGroupPolicy(ctx context.Context, call *wire.Call, in *AttachGroupPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.AttachPolicy(ctx, group(call, in.GroupName), in.PolicyArn)
}

// DetachGroupPolicy takes a managed policy from a group.
func (s *Service) DetachGroupPolicy(ctx context.Context, call *wire.Call, in *DetachGroupPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DetachPolicy(ctx, group(call, in.GroupName), in.PolicyArn)
}

// ListAttachedGroupPolicies lists the managed policies of a group.
func (s *Service) ListAttachedGroupPolicies(ctx context.Context, call *wire.Call, in *ListAttachedGroupPoliciesRequest) (*ListAttachedGroupPoliciesResponse, error) {
	all, truncated, marker, err := s.attached(ctx, group(call, in.GroupName), in.PathPrefix, in.Marker, in.MaxItems)
	return &ListAttachedGroupPoliciesResponse{AttachedPolicies: all, IsTruncated: truncated, Marker: marker}, err
}

// AttachRolePolicy attaches a managed policy to a role.
func (s *Service) AttachRolePolicy(ctx context.Context, call *wire.Call, in *AttachRolePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.AttachPolicy(ctx, role(call, in.RoleName), in.PolicyArn)
}

// DetachRolePolicy takes a managed policy from a role.
func (s *Service) DetachRolePolicy(ctx context.Context, call *wire.Call, in *DetachRolePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DetachPolicy(ctx, role(call, in.RoleName), in.PolicyArn)
}

// ListAttachedRolePolicies lists the managed policies of a role.
func (s *Service) ListAttachedRolePolicies(ctx context.Context, call *wire.Call, in *ListAttachedRolePoliciesRequest) (*ListAttachedRolePoliciesResponse, error) {
	all, truncated, marker, err := s.attached(ctx, role(call, in.RoleName), in.PathPrefix, in.Marker, in.MaxItems)
	return &ListAttachedRolePoliciesResponse{AttachedPolicies: all, IsTruncated: truncated, Marker: marker}, err
}
