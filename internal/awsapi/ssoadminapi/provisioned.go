package ssoadminapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/provisioning"
	"foyer/internal/wire"
)

// ProvisionPermissionSet brings a changed permission set to one account, or to
// all it is provisioned in.
func (s *Service) ProvisionPermissionSet(ctx context.Context, _ *wire.Call, in *ProvisionPermissionSetRequest) (*ProvisionPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	var account arn.AccountID
	if in.TargetType == ProvisionTargetTypeAwsAccount {
		if account = arn.AccountID(wire.Given(in.TargetId)); account == "" {
			return nil, fault.Newf(fault.Invalid, "TargetId is required when TargetType is %s.", in.TargetType)
		}
	}
	o, err := s.Assignments.Provision(ctx, in.PermissionSetArn, account)
	if err != nil {
		return nil, err
	}
	return &ProvisionPermissionSetResponse{PermissionSetProvisioningStatus: provisioningStatus(o)}, nil
}

// ListPermissionSetsProvisionedToAccount lists the permission sets that have a
// role in an account.
func (s *Service) ListPermissionSetsProvisionedToAccount(ctx context.Context, _ *wire.Call, in *ListPermissionSetsProvisionedToAccountRequest) (*ListPermissionSetsProvisionedToAccountResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	freshness := wire.Given(in.ProvisioningStatus)
	query := "ListPermissionSetsProvisionedToAccount " + in.AccountId + " " + freshness
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	sets, after, err := s.Provisioning.SetsIn(ctx, arn.AccountID(in.AccountId), provisioning.Freshness(freshness), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListPermissionSetsProvisionedToAccountResponse{PermissionSets: wire.Each(sets, same), NextToken: next}, err
}

// ListAccountsForProvisionedPermissionSet lists the accounts in which a
// permission set has a role.
func (s *Service) ListAccountsForProvisionedPermissionSet(ctx context.Context, _ *wire.Call, in *ListAccountsForProvisionedPermissionSetRequest) (*ListAccountsForProvisionedPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	if _, err := s.PermissionSets.Set(ctx, in.PermissionSetArn); err != nil {
		return nil, err
	}
	freshness := wire.Given(in.ProvisioningStatus)
	query := "ListAccountsForProvisionedPermissionSet " + in.PermissionSetArn + " " + freshness
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	accounts, after, err := s.Provisioning.AccountsOf(ctx, in.PermissionSetArn, provisioning.Freshness(freshness), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListAccountsForProvisionedPermissionSetResponse{AccountIds: wire.Each(accounts, func(id arn.AccountID) string { return string(id) }), NextToken: next}, err
}
