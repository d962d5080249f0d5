package ssoadminapi

import (
	"context"

	"foyer/internal/permissionset"
	"foyer/internal/wire"
)

// CreatePermissionSet adds a permission set.
func (s *Service) CreatePermissionSet(ctx context.Context, _ *wire.Call, in *CreatePermissionSetRequest) (*CreatePermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	set, err := s.PermissionSets.Create(ctx, permissionset.Set{
		InstanceARN: in.InstanceArn, Name: in.Name, Description: wire.Given(in.Description),
		SessionDuration: wire.Given(in.SessionDuration), RelayState: wire.Given(in.RelayState),
	}, tags)
	if err != nil {
		return nil, err
	}
	return &CreatePermissionSetResponse{PermissionSet: wireSet(set)}, nil
}

// DescribePermissionSet reads a permission set.
func (s *Service) DescribePermissionSet(ctx context.Context, _ *wire.Call, in *DescribePermissionSetRequest) (*DescribePermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	set, err := s.PermissionSets.Set(ctx, in.PermissionSetArn)
	if err != nil {
		return nil, err
	}
	return &DescribePermissionSetResponse{PermissionSet: wireSet(set)}, nil
}

// ListPermissionSets lists the ARNs of all permission sets.
func (s *Service) ListPermissionSets(ctx context.Context, _ *wire.Call, in *ListPermissionSetsRequest) (*ListPermissionSetsResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	const query = "ListPermissionSets"
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	arns, after, err := s.PermissionSets.Sets(ctx, in.InstanceArn, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListPermissionSetsResponse{PermissionSets: wire.Each(arns, same), NextToken: next}, err
}

// UpdatePermissionSet changes what is given of a permission set.
func (s *Service) UpdatePermissionSet(ctx context.Context, _ *wire.Call, in *UpdatePermissionSetRequest) (*UpdatePermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	change := permissionset.Change{Description: in.Description, SessionDuration: in.SessionDuration, RelayState: in.RelayState}
	return &UpdatePermissionSetResponse{}, s.PermissionSets.Update(ctx, in.PermissionSetArn, change)
}

// DeletePermissionSet removes a permission set that is assigned nowhere.
func (s *Service) DeletePermissionSet(ctx context.Context, _ *wire.Call, in *DeletePermissionSetRequest) (*DeletePermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	return &DeletePermissionSetResponse{}, s.PermissionSets.Delete(ctx, in.PermissionSetArn)
}

func wireSet(set permissionset.Set) *PermissionSet {
	return &PermissionSet{
		Name: wire.Optional(set.Name), PermissionSetArn: wire.Optional(set.ARN), Description: wire.Optional(set.Description),
		CreatedDate: wire.Moment(set.Created), SessionDuration: wire.Optional(set.SessionDuration), RelayState: wire.Optional(set.RelayState),
	}
}

func same(text string) string { return text }
