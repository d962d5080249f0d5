package identitystoreapi

import (
	"context"
	"encoding/json"
	"slices"

	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/wire"
)

// CreateUser adds a user.
func (s *Service) CreateUser(ctx context.Context, call *wire.Call, in *CreateUserRequest) (*CreateUserResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	attributes, err := attributesOf(in)
	if err != nil {
		return nil, err
	}
	u, err := d.CreateUser(ctx, call.Caller.ARN, attributes)
	if err != nil {
		return nil, err
	}
	return &CreateUserResponse{IdentityStoreId: in.IdentityStoreId, UserId: string(u.ID)}, nil
}

// DescribeUser reads a user.
func (s *Service) DescribeUser(ctx context.Context, _ *wire.Call, in *DescribeUserRequest) (*DescribeUserResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	u, err := d.User(ctx, directory.UserID(in.UserId))
	if err != nil {
		return nil, err
	}
	w, err := wireUser(in.IdentityStoreId, u, in.Extensions)
	return (*DescribeUserResponse)(&w), err
}

// UpdateUser changes attributes, all or none.
func (s *Service) UpdateUser(ctx context.Context, call *wire.Call, in *UpdateUserRequest) (*UpdateUserResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	return &UpdateUserResponse{}, d.UpdateUser(ctx, call.Caller.ARN, directory.UserID(in.UserId), operationsOf(in.Operations))
}

// DeleteUser removes a user.
func (s *Service) DeleteUser(ctx context.Context, _ *wire.Call, in *DeleteUserRequest) (*DeleteUserResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	return &DeleteUserResponse{}, d.DeleteUser(ctx, directory.UserID(in.UserId))
}

// GetUserId finds a user by user name, e-mail address or external id.
func (s *Service) GetUserId(ctx context.Context, _ *wire.Call, in *GetUserIdRequest) (*GetUserIdResponse, error) { //nolint:staticcheck // AWS's name
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	if e := in.AlternateIdentifier.ExternalId; e != nil {
		id, err := d.ByExternalID(ctx, directory.UserResource, directory.ExternalID{Issuer: e.Issuer, ID: e.Id})
		return &GetUserIdResponse{IdentityStoreId: in.IdentityStoreId, UserId: id}, err
	}
	unique := in.AlternateIdentifier.UniqueAttribute
	value, ok := filterText(unique.AttributeValue)
	key := directory.UserKey(lowerPath(unique.AttributePath))
	if !ok || (key != directory.ByUserName && key != directory.ByEmail) {
		return nil, fault.Newf(fault.Invalid, "A user is found by userName or emails.value, which are strings; not by %s.", unique.AttributePath)
	}
	u, err := d.UserBy(ctx, key, value)
	return &GetUserIdResponse{IdentityStoreId: in.IdentityStoreId, UserId: string(u.ID)}, err
}

// ListUsers lists users; the deprecated filter finds one by UserName.
func (s *Service) ListUsers(ctx context.Context, _ *wire.Call, in *ListUsersRequest) (*ListUsersResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	users, next, err := s.users(ctx, d, in)
	if err != nil {
		return nil, err
	}
	out := &ListUsersResponse{Users: make([]User, 0, len(users)), NextToken: next}
	for _, u := range users {
		w, err := wireUser(in.IdentityStoreId, u, in.Extensions)
		if err != nil {
			return nil, err
		}
		out.Users = append(out.Users, w)
	}
	return out, nil
}

func (s *Service) users(ctx context.Context, d *directory.Directory, in *ListUsersRequest) ([]directory.User, *string, error) {
	if len(in.Filters) > 0 {
		f := in.Filters[0]
		if lowerPath(f.AttributePath) != "userName" {
			return nil, nil, fault.Newf(fault.Invalid, "ListUsers filters by UserName only, not by %s.", f.AttributePath)
		}
		u, err := d.UserBy(ctx, directory.ByUserName, f.AttributeValue)
		if fault.Of(err) == fault.NotFound {
			return nil, nil, nil
		}
		return []directory.User{u}, nil, err
	}
	query := "ListUsers " + in.IdentityStoreId
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, nil, err
	}
	users, after, err := d.Users(ctx, page)
	if err != nil {
		return nil, nil, err
	}
	next, err := s.next(query, after)
	return users, next, err
}

// operationsOf translates the operations of an update.
func operationsOf(list []AttributeOperation) []directory.Operation {
	operations := make([]directory.Operation, len(list))
	for i, op := range list {
		operations[i] = directory.Operation{Path: op.AttributePath, Value: json.RawMessage(op.AttributeValue)}
		if string(op.AttributeValue) == "null" {
			operations[i].Value = nil
		}
	}
	return operations
}

// shows reports whether an extension was asked for.
func shows(names []string, name string) bool { return slices.Contains(names, name) }
