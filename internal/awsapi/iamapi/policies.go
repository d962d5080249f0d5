package iamapi

import (
	"context"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

// listedPolicy is a managed policy as ListPolicies shows it.
func listedPolicy(p iam.Policy) Policy {
	return Policy{
		PolicyName: new(p.Name), PolicyId: new(p.ID), Arn: new(p.ARN), Path: new(p.Path), DefaultVersionId: new(p.Default),
		AttachmentCount: new(int64(p.Attached)), PermissionsBoundaryUsageCount: new(int64(p.Bounding)), IsAttachable: new(true),
		CreateDate: new(p.Created), UpdateDate: new(p.Updated),
	}
}

// CreatePolicy makes a managed policy.
func (s *Service) CreatePolicy(ctx context.Context, call *wire.Call, in *CreatePolicyRequest) (*CreatePolicyResponse, error) {
	p, err := s.IAM.CreatePolicy(ctx, iam.NewPolicy{
		Account: call.Caller.Account, Name: in.PolicyName, Path: wire.Given(in.Path), Description: wire.Given(in.Description),
		Document: in.PolicyDocument, Tags: tagsOf(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	out := listedPolicy(p)
	out.Tags = wireTags(p.Tags)
	return &CreatePolicyResponse{Policy: &out}, nil
}

// GetPolicy reads a managed policy.
func (s *Service) GetPolicy(ctx context.Context, call *wire.Call, in *GetPolicyRequest) (*GetPolicyResponse, error) {
	p, err := s.IAM.Policy(ctx, call.Caller.Account, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	out := listedPolicy(p)
	out.Description, out.Tags = wire.Optional(p.Description), wireTags(p.Tags)
	return &GetPolicyResponse{Policy: &out}, nil
}

// ListPolicies lists managed policies, the account's before AWS's.
func (s *Service) ListPolicies(ctx context.Context, call *wire.Call, in *ListPoliciesRequest) (*ListPoliciesResponse, error) {
	q := iam.PoliciesQuery{
		Scope: wire.Given(in.Scope), OnlyAttached: in.OnlyAttached != nil && *in.OnlyAttached,
		PathPrefix: wire.Given(in.PathPrefix), Usage: iam.Usage(wire.Given(in.PolicyUsageFilter)),
	}
	query := "policies " + string(call.Caller.Account) + q.Scope + string(q.Usage) + q.PathPrefix
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	policies, after, err := s.IAM.Policies(ctx, call.Caller.Account, q, page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListPoliciesResponse{Policies: wire.Each(policies, listedPolicy), IsTruncated: truncated, Marker: marker}, err
}

// DeletePolicy deletes a managed policy that nothing uses any more.
func (s *Service) DeletePolicy(ctx context.Context, call *wire.Call, in *DeletePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeletePolicy(ctx, call.Caller.Account, in.PolicyArn)
}

// TagPolicy tags a managed policy.
func (s *Service) TagPolicy(ctx context.Context, call *wire.Call, in *TagPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.TagPolicy(ctx, call.Caller.Account, in.PolicyArn, tagsOf(in.Tags))
}

// UntagPolicy removes tags of a managed policy.
func (s *Service) UntagPolicy(ctx context.Context, call *wire.Call, in *UntagPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UntagPolicy(ctx, call.Caller.Account, in.PolicyArn, in.TagKeys)
}

// ListPolicyTags lists the tags of a managed policy by key.
func (s *Service) ListPolicyTags(ctx context.Context, call *wire.Call, in *ListPolicyTagsRequest) (*ListPolicyTagsResponse, error) {
	p, err := s.IAM.Policy(ctx, call.Caller.Account, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := s.tagPage("tags "+p.ARN, p.Tags, in.Marker, in.MaxItems)
	return &ListPolicyTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, err
}

// entityKinds are the entity filters that mean a kind.
var entityKinds = map[string]iam.Kind{"User": iam.UserKind, "Group": iam.GroupKind, "Role": iam.RoleKind}

// ListEntitiesForPolicy lists what a managed policy is attached to, or bounds.
func (s *Service) ListEntitiesForPolicy(ctx context.Context, call *wire.Call, in *ListEntitiesForPolicyRequest) (*ListEntitiesForPolicyResponse, error) {
	q := iam.EntitiesQuery{
		PolicyARN: in.PolicyArn, Kind: entityKinds[wire.Given(in.EntityFilter)],
		PathPrefix: wire.Given(in.PathPrefix), Usage: iam.Usage(wire.Given(in.PolicyUsageFilter)),
	}
	query := "entities " + string(call.Caller.Account) + in.PolicyArn + string(q.Kind) + string(q.Usage) + q.PathPrefix
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	entities, after, err := s.IAM.EntitiesForPolicy(ctx, call.Caller.Account, q, page)
	if err != nil {
		return nil, err
	}
	var out ListEntitiesForPolicyResponse
	for _, e := range entities {
		switch e.Kind {
		case iam.UserKind:
			out.PolicyUsers = append(out.PolicyUsers, PolicyUser{UserName: new(e.Name), UserId: new(e.ID)})
		case iam.GroupKind:
			out.PolicyGroups = append(out.PolicyGroups, PolicyGroup{GroupName: new(e.Name), GroupId: new(e.ID)})
		case iam.RoleKind:
			out.PolicyRoles = append(out.PolicyRoles, PolicyRole{RoleName: new(e.Name), RoleId: new(e.ID)})
		}
	}
	out.IsTruncated, out.Marker, err = s.more(query, after)
	return &out, err
}

func wireVersion(v iam.Version) PolicyVersion {
	out := PolicyVersion{VersionId: new(v.ID()), IsDefaultVersion: new(v.Default), CreateDate: new(v.Created)}
	if v.Document != "" {
		out.Document = new(encoded(v.Document))
	}
	return out
}

// CreatePolicyVersion adds a version to a managed policy.
func (s *Service) CreatePolicyVersion(ctx context.Context, call *wire.Call, in *CreatePolicyVersionRequest) (*CreatePolicyVersionResponse, error) {
	v, err := s.IAM.CreateVersion(ctx, call.Caller.Account, in.PolicyArn, in.PolicyDocument, in.SetAsDefault != nil && *in.SetAsDefault)
	if err != nil {
		return nil, err
	}
	v.Document = "" // AWS does not repeat it
	return &CreatePolicyVersionResponse{PolicyVersion: new(wireVersion(v))}, nil
}

// GetPolicyVersion reads a version with its document.
func (s *Service) GetPolicyVersion(ctx context.Context, call *wire.Call, in *GetPolicyVersionRequest) (*GetPolicyVersionResponse, error) {
	v, err := s.IAM.Version(ctx, call.Caller.Account, in.PolicyArn, in.VersionId)
	if err != nil {
		return nil, err
	}
	return &GetPolicyVersionResponse{PolicyVersion: new(wireVersion(v))}, nil
}

// ListPolicyVersions lists a managed policy's versions, newest first.
func (s *Service) ListPolicyVersions(ctx context.Context, call *wire.Call, in *ListPolicyVersionsRequest) (*ListPolicyVersionsResponse, error) {
	query := "versions " + in.PolicyArn
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	versions, after, err := s.IAM.Versions(ctx, call.Caller.Account, in.PolicyArn, page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListPolicyVersionsResponse{Versions: wire.Each(versions, wireVersion), IsTruncated: truncated, Marker: marker}, err
}

// SetDefaultPolicyVersion puts a version in force.
func (s *Service) SetDefaultPolicyVersion(ctx context.Context, call *wire.Call, in *SetDefaultPolicyVersionRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.SetDefaultVersion(ctx, call.Caller.Account, in.PolicyArn, in.VersionId)
}

// DeletePolicyVersion deletes a version that is not in force.
func (s *Service) DeletePolicyVersion(ctx context.Context, call *wire.Call, in *DeletePolicyVersionRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteVersion(ctx, call.Caller.Account, in.PolicyArn, in.VersionId)
}
