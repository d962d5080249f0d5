package organizationsapi

import (
	"context"

	"foyer/internal/organizations"
	"foyer/internal/wire"
)

func wireUnit(u organizations.Unit) OrganizationalUnit {
	return OrganizationalUnit{Id: new(u.ID), Arn: new(u.ARN), Name: new(u.Name), Path: new(u.Path)}
}

// CreateOrganizationalUnit makes a unit.
func (s *Service) CreateOrganizationalUnit(ctx context.Context, call *wire.Call, in *CreateOrganizationalUnitRequest) (*CreateOrganizationalUnitResponse, error) {
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	u, err := s.of(call).CreateUnit(ctx, in.ParentId, in.Name, tags)
	if err != nil {
		return nil, err
	}
	return &CreateOrganizationalUnitResponse{OrganizationalUnit: new(wireUnit(u))}, nil
}

// UpdateOrganizationalUnit renames a unit.
func (s *Service) UpdateOrganizationalUnit(ctx context.Context, call *wire.Call, in *UpdateOrganizationalUnitRequest) (*UpdateOrganizationalUnitResponse, error) {
	u, err := s.of(call).RenameUnit(ctx, in.OrganizationalUnitId, wire.Given(in.Name))
	if err != nil {
		return nil, err
	}
	return &UpdateOrganizationalUnitResponse{OrganizationalUnit: new(wireUnit(u))}, nil
}

// DeleteOrganizationalUnit deletes a unit.
func (s *Service) DeleteOrganizationalUnit(ctx context.Context, call *wire.Call, in *DeleteOrganizationalUnitRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).DeleteUnit(ctx, in.OrganizationalUnitId)
}

// DescribeOrganizationalUnit reads a unit.
func (s *Service) DescribeOrganizationalUnit(ctx context.Context, call *wire.Call, in *DescribeOrganizationalUnitRequest) (*DescribeOrganizationalUnitResponse, error) {
	u, err := s.of(call).Unit(ctx, in.OrganizationalUnitId)
	if err != nil {
		return nil, err
	}
	return &DescribeOrganizationalUnitResponse{OrganizationalUnit: new(wireUnit(u))}, nil
}

// ListOrganizationalUnitsForParent lists the units right under a root or unit.
func (s *Service) ListOrganizationalUnitsForParent(ctx context.Context, call *wire.Call, in *ListOrganizationalUnitsForParentRequest) (*ListOrganizationalUnitsForParentResponse, error) {
	query := "units " + in.ParentId
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).UnitsForParent(ctx, in.ParentId, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListOrganizationalUnitsForParentResponse{OrganizationalUnits: wire.Each(all, wireUnit), NextToken: next}, err
}
