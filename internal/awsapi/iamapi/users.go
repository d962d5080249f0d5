package iamapi

import (
	"context"

	"foyer/internal/caller"
	"foyer/internal/iam"
	"foyer/internal/wire"
)

func wireUser(e iam.Entity) User {
	return User{Path: e.Path, UserName: e.Name, UserId: e.ID, Arn: e.ARN, CreateDate: e.Created}
}

// whole is a user with what listings leave out.
func whole(e iam.Entity) *User {
	u := wireUser(e)
	u.PermissionsBoundary, u.Tags = wireBoundary(e.BoundaryARN), wireTags(e.Tags)
	return &u
}

// CreateUser makes a user.
func (s *Service) CreateUser(ctx context.Context, call *wire.Call, in *CreateUserRequest) (*CreateUserResponse, error) {
	e, err := s.IAM.CreateUser(ctx, iam.NewUser{
		Account: call.Caller.Account, Name: in.UserName, Path: wire.Given(in.Path), BoundaryARN: wire.Given(in.PermissionsBoundary), Tags: tagsOf(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	return &CreateUserResponse{User: whole(e)}, nil
}

// GetUser reads a user; without a name the one who calls.
func (s *Service) GetUser(ctx context.Context, call *wire.Call, in *GetUserRequest) (*GetUserResponse, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	if name == "" && call.Caller.Kind == caller.Root {
		return &GetUserResponse{User: &User{Path: "/", UserName: "", UserId: call.Caller.ID, Arn: call.Caller.ARN, CreateDate: call.Time}}, nil
	}
	e, err := s.IAM.User(ctx, call.Caller.Account, name)
	if err != nil {
		return nil, err
	}
	return &GetUserResponse{User: whole(e)}, nil
}

// ListUsers lists users by name.
func (s *Service) ListUsers(ctx context.Context, call *wire.Call, in *ListUsersRequest) (*ListUsersResponse, error) {
	query := "users " + string(call.Caller.Account) + wire.Given(in.PathPrefix)
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	users, after, err := s.IAM.Users(ctx, call.Caller.Account, wire.Given(in.PathPrefix), page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListUsersResponse{Users: wire.Each(users, wireUser), IsTruncated: truncated, Marker: marker}, err
}

// UpdateUser gives a user another name or path.
func (s *Service) UpdateUser(ctx context.Context, call *wire.Call, in *UpdateUserRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UpdateUser(ctx, call.Caller.Account, in.UserName, wire.Given(in.NewUserName), wire.Given(in.NewPath))
}

// DeleteUser deletes a user that holds nothing any more.
func (s *Service) DeleteUser(ctx context.Context, call *wire.Call, in *DeleteUserRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteUser(ctx, call.Caller.Account, in.UserName)
}

// TagUser tags a user.
func (s *Service) TagUser(ctx context.Context, call *wire.Call, in *TagUserRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.Tag(ctx, user(call, in.UserName), tagsOf(in.Tags))
}

// UntagUser removes tags of a user.
func (s *Service) UntagUser(ctx context.Context, call *wire.Call, in *UntagUserRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.Untag(ctx, user(call, in.UserName), in.TagKeys)
}

// ListUserTags lists the tags of a user by key.
func (s *Service) ListUserTags(ctx context.Context, call *wire.Call, in *ListUserTagsRequest) (*ListUserTagsResponse, error) {
	e, err := s.IAM.Entity(ctx, user(call, in.UserName))
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := s.tagPage("tags "+e.ARN, e.Tags, in.Marker, in.MaxItems)
	return &ListUserTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, err
}

// PutUserPermissionsBoundary bounds a user.
func (s *Service) PutUserPermissionsBoundary(ctx context.Context, call *wire.Call, in *PutUserPermissionsBoundaryRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.SetBoundary(ctx, user(call, in.UserName), in.PermissionsBoundary)
}

// DeleteUserPermissionsBoundary lifts a user's boundary.
func (s *Service) DeleteUserPermissionsBoundary(ctx context.Context, call *wire.Call, in *DeleteUserPermissionsBoundaryRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.SetBoundary(ctx, user(call, in.UserName), "")
}
