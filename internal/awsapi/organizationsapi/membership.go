package organizationsapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/wire"
)

// CreateGovCloudAccount answers why Foyer's accounts have no counterpart in the
// AWS GovCloud (US) partition.
func (s *Service) CreateGovCloudAccount(ctx context.Context, call *wire.Call, in *CreateGovCloudAccountRequest) (*CreateGovCloudAccountResponse, error) {
	if _, err := tagsOf(in.Tags); err != nil {
		return nil, err
	}
	return nil, s.of(call).CreateGovCloudAccount(ctx)
}

// RemoveAccountFromOrganization makes a member account standalone.
func (s *Service) RemoveAccountFromOrganization(ctx context.Context, call *wire.Call, in *RemoveAccountFromOrganizationRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).RemoveAccount(ctx, arn.AccountID(in.AccountId))
}

// LeaveOrganization makes the caller's account standalone.
func (s *Service) LeaveOrganization(ctx context.Context, call *wire.Call, _ *wire.Empty) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).Leave(ctx)
}

// DeleteOrganization ends the organization that the caller's account manages.
func (s *Service) DeleteOrganization(ctx context.Context, call *wire.Call, _ *wire.Empty) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).DeleteOrganization(ctx)
}
