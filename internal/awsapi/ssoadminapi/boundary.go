package ssoadminapi

import (
	"context"

	"foyer/internal/permissionset"
	"foyer/internal/wire"
)

// PutPermissionsBoundaryToPermissionSet gives a permission set its boundary.
func (s *Service) PutPermissionsBoundaryToPermissionSet(ctx context.Context, _ *wire.Call, in *PutPermissionsBoundaryToPermissionSetRequest) (*PutPermissionsBoundaryToPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	b := permissionset.Boundary{ManagedPolicyARN: wire.Given(in.PermissionsBoundary.ManagedPolicyArn)}
	if ref := in.PermissionsBoundary.CustomerManagedPolicyReference; ref != nil {
		b.Customer = new(refOf(ref))
	}
	return &PutPermissionsBoundaryToPermissionSetResponse{}, s.PermissionSets.PutBoundary(ctx, in.PermissionSetArn, b)
}

// GetPermissionsBoundaryForPermissionSet reads the boundary.
func (s *Service) GetPermissionsBoundaryForPermissionSet(ctx context.Context, _ *wire.Call, in *GetPermissionsBoundaryForPermissionSetRequest) (*GetPermissionsBoundaryForPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	b, err := s.PermissionSets.Boundary(ctx, in.PermissionSetArn)
	if err != nil {
		return nil, err
	}
	w := &PermissionsBoundary{ManagedPolicyArn: wire.Optional(b.ManagedPolicyARN)}
	if b.Customer != nil {
		w.CustomerManagedPolicyReference = new(wireRef(*b.Customer))
	}
	return &GetPermissionsBoundaryForPermissionSetResponse{PermissionsBoundary: w}, nil
}

// DeletePermissionsBoundaryFromPermissionSet removes the boundary.
func (s *Service) DeletePermissionsBoundaryFromPermissionSet(ctx context.Context, _ *wire.Call, in *DeletePermissionsBoundaryFromPermissionSetRequest) (*DeletePermissionsBoundaryFromPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	return &DeletePermissionsBoundaryFromPermissionSetResponse{}, s.PermissionSets.DeleteBoundary(ctx, in.PermissionSetArn)
}
