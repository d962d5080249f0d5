package identitystoreapi

import (
	"context"

	"foyer/internal/directory"
	"foyer/internal/wire"
)

// memberID is the user that a MemberId names; the model allows nothing else.
func memberID(m *MemberId) directory.UserID { return directory.UserID(wire.Given(m.UserId)) }

// CreateGroupMembership makes a user a member of a group.
func (s *Service) CreateGroupMembership(ctx context.Context, call *wire.Call, in *CreateGroupMembershipRequest) (*CreateGroupMembershipResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	m, err := d.AddMember(ctx, call.Caller.ARN, directory.GroupID(in.GroupId), memberID(in.MemberId))
	if err != nil {
		return nil, err
	}
	return &CreateGroupMembershipResponse{IdentityStoreId: in.IdentityStoreId, MembershipId: string(m.ID)}, nil
}

// DescribeGroupMembership reads a membership.
func (s *Service) DescribeGroupMembership(ctx context.Context, _ *wire.Call, in *DescribeGroupMembershipRequest) (*DescribeGroupMembershipResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	m, err := d.Membership(ctx, directory.MembershipID(in.MembershipId))
	if err != nil {
		return nil, err
	}
	w := wireMembership(in.IdentityStoreId, m)
	return &DescribeGroupMembershipResponse{
		IdentityStoreId: in.IdentityStoreId, MembershipId: string(m.ID), GroupId: string(m.Group), MemberId: w.MemberId,
		CreatedAt: w.CreatedAt, CreatedBy: w.CreatedBy, UpdatedAt: w.UpdatedAt, UpdatedBy: w.UpdatedBy,
	}, nil
}

// DeleteGroupMembership ends a membership.
func (s *Service) DeleteGroupMembership(ctx context.Context, _ *wire.Call, in *DeleteGroupMembershipRequest) (*DeleteGroupMembershipResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	return &DeleteGroupMembershipResponse{}, d.RemoveMember(ctx, directory.MembershipID(in.MembershipId))
}

// GetGroupMembershipId finds the membership of a user in a group.
func (s *Service) GetGroupMembershipId(ctx context.Context, _ *wire.Call, in *GetGroupMembershipIdRequest) (*GetGroupMembershipIdResponse, error) { //nolint:staticcheck // AWS's name
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	m, err := d.MembershipOf(ctx, directory.GroupID(in.GroupId), memberID(in.MemberId))
	return &GetGroupMembershipIdResponse{IdentityStoreId: in.IdentityStoreId, MembershipId: string(m.ID)}, err
}

// ListGroupMemberships lists the members of a group.
func (s *Service) ListGroupMemberships(ctx context.Context, _ *wire.Call, in *ListGroupMembershipsRequest) (*ListGroupMembershipsResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	query := "ListGroupMemberships " + in.IdentityStoreId + " " + in.GroupId
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	list, after, err := d.Members(ctx, directory.GroupID(in.GroupId), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListGroupMembershipsResponse{GroupMemberships: wireMemberships(in.IdentityStoreId, list), NextToken: next}, err
}

// ListGroupMembershipsForMember lists the groups of a user.
func (s *Service) ListGroupMembershipsForMember(ctx context.Context, _ *wire.Call, in *ListGroupMembershipsForMemberRequest) (*ListGroupMembershipsForMemberResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	query := "ListGroupMembershipsForMember " + in.IdentityStoreId + " " + string(memberID(in.MemberId))
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	list, after, err := d.MembershipsOf(ctx, memberID(in.MemberId), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListGroupMembershipsForMemberResponse{GroupMemberships: wireMemberships(in.IdentityStoreId, list), NextToken: next}, err
}

// IsMemberInGroups answers one result for each group, in their order.
func (s *Service) IsMemberInGroups(ctx context.Context, _ *wire.Call, in *IsMemberInGroupsRequest) (*IsMemberInGroupsResponse, error) {
	d, err := s.Directory.In(ctx, in.IdentityStoreId)
	if err != nil {
		return nil, err
	}
	groups := make([]directory.GroupID, len(in.GroupIds))
	for i, id := range in.GroupIds {
		groups[i] = directory.GroupID(id)
	}
	member, err := d.InGroups(ctx, memberID(in.MemberId), groups)
	if err != nil {
		return nil, err
	}
	out := &IsMemberInGroupsResponse{Results: make([]GroupMembershipExistenceResult, 0, len(groups))}
	for i, id := range in.GroupIds {
		out.Results = append(out.Results, GroupMembershipExistenceResult{GroupId: &id, MemberId: in.MemberId, MembershipExists: &member[i]})
	}
	return out, nil
}

func wireMemberships(store string, list []directory.Membership) []GroupMembership {
	all := make([]GroupMembership, 0, len(list))
	for _, m := range list {
		all = append(all, wireMembership(store, m))
	}
	return all
}

func wireMembership(store string, m directory.Membership) GroupMembership {
	id, group, user := string(m.ID), string(m.Group), string(m.User)
	return GroupMembership{
		IdentityStoreId: store, MembershipId: &id, GroupId: &group, MemberId: &MemberId{UserId: &user},
		CreatedAt: stampTime(m.Stamp.Created), CreatedBy: wire.Optional(m.Stamp.CreatedBy), UpdatedAt: stampTime(m.Stamp.Updated), UpdatedBy: wire.Optional(m.Stamp.UpdatedBy),
	}
}
