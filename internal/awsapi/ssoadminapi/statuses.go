package ssoadminapi

import (
	"context"

	"foyer/internal/provisioning"
	"foyer/internal/wire"
)

// DescribeAccountAssignmentCreationStatus tells how far a creation has come.
func (s *Service) DescribeAccountAssignmentCreationStatus(ctx context.Context, _ *wire.Call, in *DescribeAccountAssignmentCreationStatusRequest) (*DescribeAccountAssignmentCreationStatusResponse, error) {
	o, err := s.operation(ctx, in.InstanceArn, provisioning.KindCreate, in.AccountAssignmentCreationRequestId)
	if err != nil {
		return nil, err
	}
	return &DescribeAccountAssignmentCreationStatusResponse{AccountAssignmentCreationStatus: assignmentStatus(o)}, nil
}

// DescribeAccountAssignmentDeletionStatus tells how far a deletion has come.
func (s *Service) DescribeAccountAssignmentDeletionStatus(ctx context.Context, _ *wire.Call, in *DescribeAccountAssignmentDeletionStatusRequest) (*DescribeAccountAssignmentDeletionStatusResponse, error) {
	o, err := s.operation(ctx, in.InstanceArn, provisioning.KindDelete, in.AccountAssignmentDeletionRequestId)
	if err != nil {
		return nil, err
	}
	return &DescribeAccountAssignmentDeletionStatusResponse{AccountAssignmentDeletionStatus: assignmentStatus(o)}, nil
}

// DescribePermissionSetProvisioningStatus tells how far a provisioning has come.
func (s *Service) DescribePermissionSetProvisioningStatus(ctx context.Context, _ *wire.Call, in *DescribePermissionSetProvisioningStatusRequest) (*DescribePermissionSetProvisioningStatusResponse, error) {
	o, err := s.operation(ctx, in.InstanceArn, provisioning.KindProvision, in.ProvisionPermissionSetRequestId)
	if err != nil {
		return nil, err
	}
	return &DescribePermissionSetProvisioningStatusResponse{PermissionSetProvisioningStatus: provisioningStatus(o)}, nil
}

func (s *Service) operation(ctx context.Context, instanceARN string, kind provisioning.Kind, id string) (provisioning.Operation, error) {
	if err := s.checkInstance(ctx, instanceARN); err != nil {
		return provisioning.Operation{}, err
	}
	return s.Provisioning.Describe(ctx, kind, id)
}

// ListAccountAssignmentCreationStatus lists creations, newest first.
func (s *Service) ListAccountAssignmentCreationStatus(ctx context.Context, _ *wire.Call, in *ListAccountAssignmentCreationStatusRequest) (*ListAccountAssignmentCreationStatusResponse, error) {
	all, next, err := s.operations(ctx, in.InstanceArn, provisioning.KindCreate, in.Filter, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	return &ListAccountAssignmentCreationStatusResponse{AccountAssignmentsCreationStatus: wire.Each(all, brief), NextToken: next}, nil
}

// ListAccountAssignmentDeletionStatus lists deletions, newest first.
func (s *Service) ListAccountAssignmentDeletionStatus(ctx context.Context, _ *wire.Call, in *ListAccountAssignmentDeletionStatusRequest) (*ListAccountAssignmentDeletionStatusResponse, error) {
	all, next, err := s.operations(ctx, in.InstanceArn, provisioning.KindDelete, in.Filter, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	return &ListAccountAssignmentDeletionStatusResponse{AccountAssignmentsDeletionStatus: wire.Each(all, brief), NextToken: next}, nil
}

// ListPermissionSetProvisioningStatus lists provisionings, newest first.
func (s *Service) ListPermissionSetProvisioningStatus(ctx context.Context, _ *wire.Call, in *ListPermissionSetProvisioningStatusRequest) (*ListPermissionSetProvisioningStatusResponse, error) {
	all, next, err := s.operations(ctx, in.InstanceArn, provisioning.KindProvision, in.Filter, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	statuses := wire.Each(all, func(o provisioning.Operation) PermissionSetProvisioningStatusMetadata {
		return PermissionSetProvisioningStatusMetadata(brief(o))
	})
	return &ListPermissionSetProvisioningStatusResponse{PermissionSetsProvisioningStatus: statuses, NextToken: next}, nil
}

func (s *Service) operations(ctx context.Context, instanceARN string, kind provisioning.Kind, filter *OperationStatusFilter, token *string, limit *int64) ([]provisioning.Operation, *string, error) {
	if err := s.checkInstance(ctx, instanceARN); err != nil {
		return nil, nil, err
	}
	status := ""
	if filter != nil {
		status = wire.Given(filter.Status)
	}
	query := "operations " + string(kind) + " " + status
	page, err := s.page(query, token, limit)
	if err != nil {
		return nil, nil, err
	}
	all, after, err := s.Provisioning.Operations(ctx, kind, provisioning.Status(status), page)
	if err != nil {
		return nil, nil, err
	}
	next, err := s.next(query, after)
	return all, next, err
}

func brief(o provisioning.Operation) AccountAssignmentOperationStatusMetadata {
	return AccountAssignmentOperationStatusMetadata{Status: wire.Optional(o.Status), RequestId: wire.Optional(o.ID), CreatedDate: wire.Moment(o.Created)}
}

func provisioningStatus(o provisioning.Operation) *PermissionSetProvisioningStatus {
	return &PermissionSetProvisioningStatus{
		Status: wire.Optional(o.Status), RequestId: wire.Optional(o.ID), FailureReason: wire.Optional(o.Reason), CreatedDate: wire.Moment(o.Created),
		AccountId: wire.Optional(o.Account), PermissionSetArn: wire.Optional(o.Set),
	}
}
