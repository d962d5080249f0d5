package iamapi

import (
	"context"
	"time"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

// listed is a role as ListRoles shows it.
func listed(r iam.Role) Role {
	return Role{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: r.ARN, CreateDate: r.Created,
		AssumeRolePolicyDocument: new(encoded(r.TrustPolicy)), Description: wire.Optional(r.Description),
		MaxSessionDuration: new(int64(r.MaxSession / time.Second)),
	}
}

// wireRole is a role with what listings leave out.
func wireRole(r iam.Role) *Role {
	out := listed(r)
	out.PermissionsBoundary, out.Tags, out.RoleLastUsed = wireBoundary(r.BoundaryARN), wireTags(r.Tags), &RoleLastUsed{}
	return &out
}

func seconds(n *int64) *time.Duration {
	if n == nil {
		return nil
	}
	return new(time.Duration(*n) * time.Second)
}

// CreateRole makes a role.
func (s *Service) CreateRole(ctx context.Context, call *wire.Call, in *CreateRoleRequest) (*CreateRoleResponse, error) {
	n := iam.NewRole{
		Account: call.Caller.Account, Name: in.RoleName, Path: wire.Given(in.Path), Description: wire.Given(in.Description),
		TrustPolicy: in.AssumeRolePolicyDocument, BoundaryARN: wire.Given(in.PermissionsBoundary), Tags: tagsOf(in.Tags),
	}
	if d := seconds(in.MaxSessionDuration); d != nil {
		n.MaxSession = *d
	}
	r, err := s.IAM.CreateRole(ctx, n)
	if err != nil {
		return nil, err
	}
	return &CreateRoleResponse{Role: wireRole(r)}, nil
}

// GetRole reads a role.
func (s *Service) GetRole(ctx context.Context, call *wire.Call, in *GetRoleRequest) (*GetRoleResponse, error) {
	r, err := s.IAM.Role(ctx, call.Caller.Account, in.RoleName)
	if err != nil {
		return nil, err
	}
	last, err := s.lastUsed(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	out := wireRole(r)
	out.RoleLastUsed = last(r.ID)
	return &GetRoleResponse{Role: out}, nil
}

// ListRoles lists roles by name.
func (s *Service) ListRoles(ctx context.Context, call *wire.Call, in *ListRolesRequest) (*ListRolesResponse, error) {
	query := "roles " + string(call.Caller.Account) + wire.Given(in.PathPrefix)
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	roles, after, err := s.IAM.Roles(ctx, call.Caller.Account, wire.Given(in.PathPrefix), page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListRolesResponse{Roles: wire.Each(roles, listed), IsTruncated: truncated, Marker: marker}, err
}

// UpdateRole changes a role's description or longest session.
func (s *Service) UpdateRole(ctx context.Context, call *wire.Call, in *UpdateRoleRequest) (*UpdateRoleResponse, error) {
	change := iam.RoleChange{Description: in.Description, MaxSession: seconds(in.MaxSessionDuration)}
	_, err := s.IAM.UpdateRole(ctx, call.Caller.Account, in.RoleName, change)
	return &UpdateRoleResponse{}, err
}

// UpdateRoleDescription changes a role's description.
func (s *Service) UpdateRoleDescription(ctx context.Context, call *wire.Call, in *UpdateRoleDescriptionRequest) (*UpdateRoleDescriptionResponse, error) {
	r, err := s.IAM.UpdateRole(ctx, call.Caller.Account, in.RoleName, iam.RoleChange{Description: &in.Description})
	if err != nil {
		return nil, err
	}
	return &UpdateRoleDescriptionResponse{Role: wireRole(r)}, nil
}

// UpdateAssumeRolePolicy changes who may assume a role.
func (s *Service) UpdateAssumeRolePolicy(ctx context.Context, call *wire.Call, in *UpdateAssumeRolePolicyRequest) (*wire.Empty, error) {
	_, err := s.IAM.UpdateRole(ctx, call.Caller.Account, in.RoleName, iam.RoleChange{TrustPolicy: &in.PolicyDocument})
	return &wire.Empty{}, err
}

// DeleteRole deletes a role that holds nothing any more.
func (s *Service) DeleteRole(ctx context.Context, call *wire.Call, in *DeleteRoleRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteRole(ctx, call.Caller.Account, in.RoleName)
}

// TagRole tags a role.
func (s *Service) TagRole(ctx context.Context, call *wire.Call, in *TagRoleRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.Tag(ctx, role(call, in.RoleName), tagsOf(in.Tags))
}

// UntagRole removes tags of a role.
func (s *Service) UntagRole(ctx context.Context, call *wire.Call, in *UntagRoleRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.Untag(ctx, role(call, in.RoleName), in.TagKeys)
}

// ListRoleTags lists the tags of a role by key.
func (s *Service) ListRoleTags(ctx context.Context, call *wire.Call, in *ListRoleTagsRequest) (*ListRoleTagsResponse, error) {
	e, err := s.IAM.Entity(ctx, role(call, in.RoleName))
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := s.tagPage("tags "+e.ARN, e.Tags, in.Marker, in.MaxItems)
	return &ListRoleTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, err
}

// PutRolePermissionsBoundary bounds a role.
func (s *Service) PutRolePermissionsBoundary(ctx context.Context, call *wire.Call, in *PutRolePermissionsBoundaryRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.SetBoundary(ctx, role(call, in.RoleName), in.PermissionsBoundary)
}

// DeleteRolePermissionsBoundary lifts a role's boundary.
func (s *Service) DeleteRolePermissionsBoundary(ctx context.Context, call *wire.Call, in *DeleteRolePermissionsBoundaryRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.SetBoundary(ctx, role(call, in.RoleName), "")
}

// CreateServiceLinkedRole makes the role of an AWS service.
func (s *Service) CreateServiceLinkedRole(ctx context.Context, call *wire.Call, in *CreateServiceLinkedRoleRequest) (*CreateServiceLinkedRoleResponse, error) {
	r, err := s.IAM.CreateServiceLinkedRole(ctx, call.Caller.Account, in.AWSServiceName, wire.Given(in.Description), wire.Given(in.CustomSuffix))
	if err != nil {
		return nil, err
	}
	return &CreateServiceLinkedRoleResponse{Role: wireRole(r)}, nil
}

// DeleteServiceLinkedRole begins to delete the role of an AWS service.
func (s *Service) DeleteServiceLinkedRole(ctx context.Context, call *wire.Call, in *DeleteServiceLinkedRoleRequest) (*DeleteServiceLinkedRoleResponse, error) {
	task, err := s.IAM.DeleteServiceLinkedRole(ctx, call.Caller.Account, in.RoleName)
	if err != nil {
		return nil, err
	}
	return &DeleteServiceLinkedRoleResponse{DeletionTaskId: task.String()}, nil
}

// GetServiceLinkedRoleDeletionStatus tells how such a deletion came out.
func (s *Service) GetServiceLinkedRoleDeletionStatus(ctx context.Context, call *wire.Call, in *GetServiceLinkedRoleDeletionStatusRequest) (*GetServiceLinkedRoleDeletionStatusResponse, error) {
	failed, err := s.IAM.DeletionFailed(ctx, call.Caller.Account, in.DeletionTaskId)
	if err != nil {
		return nil, err
	}
	if failed {
		return &GetServiceLinkedRoleDeletionStatusResponse{
			Status: "FAILED", Reason: &DeletionTaskFailureReasonType{Reason: new("The role is in use by its service.")},
		}, nil
	}
	return &GetServiceLinkedRoleDeletionStatusResponse{Status: "SUCCEEDED"}, nil
}
