package identitystoreapi

import (
	"context"

	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/wire"
)

// CreateGroup adds a group.
func (s *Service) CreateGroup(ctx context.Context, call *wire.Call, in *CreateGroupRequest) (*CreateGroupResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	g, err := d.CreateGroup(ctx, call.Caller.ARN, wire.Given(in.DisplayName), wire.Given(in.Description))
	if err != nil {
		return nil, err
	}
	return &CreateGroupResponse{IdentityStoreId: in.IdentityStoreId, GroupId: string(g.ID)}, nil
}

// DescribeGroup reads a group.
func (s *Service) DescribeGroup(ctx context.Context, _ *wire.Call, in *DescribeGroupRequest) (*DescribeGroupResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	g, err := d.Group(ctx, directory.GroupID(in.GroupId))
	if err != nil {
		return nil, err
	}
	w := wireGroup(in.IdentityStoreId, g)
	return (*DescribeGroupResponse)(&w), nil
}

// UpdateGroup changes display name and description, all or none.
func (s *Service) UpdateGroup(ctx context.Context, call *wire.Call, in *UpdateGroupRequest) (*UpdateGroupResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	return &UpdateGroupResponse{}, d.UpdateGroup(ctx, call.Caller.ARN, directory.GroupID(in.GroupId), operationsOf(in.Operations))
}

// DeleteGroup removes a group.
func (s *Service) DeleteGroup(ctx context.Context, _ *wire.Call, in *DeleteGroupRequest) (*DeleteGroupResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	return &DeleteGroupResponse{}, d.DeleteGroup(ctx, directory.GroupID(in.GroupId))
}

// GetGroupId finds a group by display name or external id.
func (s *Service) GetGroupId(ctx context.Context, _ *wire.Call, in *GetGroupIdRequest) (*GetGroupIdResponse, error) { //nolint:staticcheck // AWS's name
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	if e := in.AlternateIdentifier.ExternalId; e != nil {
		id, err := d.ByExternalID(ctx, directory.GroupResource, directory.ExternalID{Issuer: e.Issuer, ID: e.Id})
		return &GetGroupIdResponse{IdentityStoreId: in.IdentityStoreId, GroupId: id}, err
	}
	unique := in.AlternateIdentifier.UniqueAttribute
	name, ok := filterText(unique.AttributeValue)
	if !ok || lowerPath(unique.AttributePath) != "displayName" {
		return nil, fault.Newf(fault.Invalid, "A group is found by displayName, which is a string; not by %s.", unique.AttributePath)
	}
	g, err := d.GroupByName(ctx, name)
	return &GetGroupIdResponse{IdentityStoreId: in.IdentityStoreId, GroupId: string(g.ID)}, err
}

// ListGroups lists groups; the deprecated filter finds one by DisplayName.
func (s *Service) ListGroups(ctx context.Context, _ *wire.Call, in *ListGroupsRequest) (*ListGroupsResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	groups, next, err := s.groups(ctx, d, in)
	if err != nil {
		return nil, err
	}
	out := &ListGroupsResponse{Groups: make([]Group, 0, len(groups)), NextToken: next}
	for _, g := range groups {
		out.Groups = append(out.Groups, wireGroup(in.IdentityStoreId, g))
	}
	return out, nil
}

func (s *Service) groups(ctx context.Context, d *directory.Directory, in *ListGroupsRequest) ([]directory.Group, *string, error) {
	if len(in.Filters) > 0 {
		f := in.Filters[0]
		if lowerPath(f.AttributePath) != "displayName" {
			return nil, nil, fault.Newf(fault.Invalid, "ListGroups filters by DisplayName only, not by %s.", f.AttributePath)
		}
		g, err := d.GroupByName(ctx, f.AttributeValue)
		if fault.Of(err) == fault.NotFound {
			return nil, nil, nil
		}
		return []directory.Group{g}, nil, err
	}
	query := "ListGroups " + in.IdentityStoreId
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, nil, err
	}
	groups, after, err := d.Groups(ctx, page)
	if err != nil {
		return nil, nil, err
	}
	next, err := s.next(query, after)
	return groups, next, err
}

func wireGroup(store string, g directory.Group) Group {
	return Group{
		IdentityStoreId: store, GroupId: string(g.ID), DisplayName: wire.Optional(g.DisplayName), Description: wire.Optional(g.Description),
		ExternalIds: wireExternalIDs(g.ExternalIDs),
		CreatedAt:   stampTime(g.Stamp.Created), CreatedBy: wire.Optional(g.Stamp.CreatedBy), UpdatedAt: stampTime(g.Stamp.Updated), UpdatedBy: wire.Optional(g.Stamp.UpdatedBy),
	}
}
