package iamapi

import (
	"context"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

func wireGroup(e iam.Entity) Group {
	return Group{Path: e.Path, GroupName: e.Name, GroupId: e.ID, Arn: e.ARN, CreateDate: e.Created}
}

// CreateGroup makes a group.
func (s *Service) CreateGroup(ctx context.Context, call *wire.Call, in *CreateGroupRequest) (*CreateGroupResponse, error) {
	e, err := s.IAM.CreateGroup(ctx, call.Caller.Account, in.GroupName, wire.Given(in.Path))
	if err != nil {
		return nil, err
	}
	return &CreateGroupResponse{Group: new(wireGroup(e))}, nil
}

// GetGroup reads a group and a page of its users.
func (s *Service) GetGroup(ctx context.Context, call *wire.Call, in *GetGroupRequest) (*GetGroupResponse, error) {
	query := "members " + string(call.Caller.Account) + in.GroupName
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	e, users, after, err := s.IAM.Members(ctx, call.Caller.Account, in.GroupName, page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &GetGroupResponse{Group: new(wireGroup(e)), Users: wire.Each(users, wireUser), IsTruncated: truncated, Marker: marker}, err
}

// ListGroups lists groups by name.
func (s *Service) ListGroups(ctx context.Context, call *wire.Call, in *ListGroupsRequest) (*ListGroupsResponse, error) {
	query := "groups " + string(call.Caller.Account) + wire.Given(in.PathPrefix)
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	groups, after, err := s.IAM.Groups(ctx, call.Caller.Account, wire.Given(in.PathPrefix), page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListGroupsResponse{Groups: wire.Each(groups, wireGroup), IsTruncated: truncated, Marker: marker}, err
}

// ListGroupsForUser lists the groups that a user is in.
func (s *Service) ListGroupsForUser(ctx context.Context, call *wire.Call, in *ListGroupsForUserRequest) (*ListGroupsForUserResponse, error) {
	query := "groups of " + string(call.Caller.Account) + in.UserName
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	groups, after, err := s.IAM.GroupsOf(ctx, call.Caller.Account, in.UserName, page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListGroupsForUserResponse{Groups: wire.Each(groups, wireGroup), IsTruncated: truncated, Marker: marker}, err
}

// UpdateGroup gives a group another name or path.
func (s *Service) UpdateGroup(ctx context.Context, call *wire.Call, in *UpdateGroupRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UpdateGroup(ctx, call.Caller.Account, in.GroupName, wire.Given(in.NewGroupName), wire.Given(in.NewPath))
}

// DeleteGroup deletes a group that holds nothing any more.
func (s *Service) DeleteGroup(ctx context.Context, call *wire.Call, in *DeleteGroupRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteGroup(ctx, call.Caller.Account, in.GroupName)
}

// AddUserToGroup makes a user a member.
func (s *Service) AddUserToGroup(ctx context.Context, call *wire.Call, in *AddUserToGroupRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.AddToGroup(ctx, call.Caller.Account, in.GroupName, in.UserName)
}

// RemoveUserFromGroup ends a membership.
func (s *Service) RemoveUserFromGroup(ctx context.Context, call *wire.Call, in *RemoveUserFromGroupRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.RemoveFromGroup(ctx, call.Caller.Account, in.GroupName, in.UserName)
}
