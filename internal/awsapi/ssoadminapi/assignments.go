package ssoadminapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/provisioning"
	"foyer/internal/wire"
)

// CreateAccountAssignment assigns a permission set in an account.
func (s *Service) CreateAccountAssignment(ctx context.Context, _ *wire.Call, in *CreateAccountAssignmentRequest) (*CreateAccountAssignmentResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	o, err := s.Assignments.Create(ctx, assignment.Assignment{
		Account: arn.AccountID(in.TargetId), Set: in.PermissionSetArn,
		PrincipalType: assignment.PrincipalType(in.PrincipalType), PrincipalID: in.PrincipalId,
	})
	if err != nil {
		return nil, err
	}
	return &CreateAccountAssignmentResponse{AccountAssignmentCreationStatus: assignmentStatus(o)}, nil
}

// DeleteAccountAssignment takes an assignment away.
func (s *Service) DeleteAccountAssignment(ctx context.Context, _ *wire.Call, in *DeleteAccountAssignmentRequest) (*DeleteAccountAssignmentResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	o, err := s.Assignments.Delete(ctx, assignment.Assignment{
		Account: arn.AccountID(in.TargetId), Set: in.PermissionSetArn,
		PrincipalType: assignment.PrincipalType(in.PrincipalType), PrincipalID: in.PrincipalId,
	})
	if err != nil {
		return nil, err
	}
	return &DeleteAccountAssignmentResponse{AccountAssignmentDeletionStatus: assignmentStatus(o)}, nil
}

// ListAccountAssignments lists who holds a permission set in an account.
func (s *Service) ListAccountAssignments(ctx context.Context, _ *wire.Call, in *ListAccountAssignmentsRequest) (*ListAccountAssignmentsResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	query := "ListAccountAssignments " + in.AccountId + " " + in.PermissionSetArn
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.Assignments.In(ctx, arn.AccountID(in.AccountId), in.PermissionSetArn, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListAccountAssignmentsResponse{AccountAssignments: wire.Each(all, wireAssignment), NextToken: next}, err
}

// ListAccountAssignmentsForPrincipal lists what a group holds, or a user, also
// through groups.
func (s *Service) ListAccountAssignmentsForPrincipal(ctx context.Context, _ *wire.Call, in *ListAccountAssignmentsForPrincipalRequest) (*ListAccountAssignmentsForPrincipalResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	account := ""
	if in.Filter != nil {
		account = wire.Given(in.Filter.AccountId)
	}
	query := "ListAccountAssignmentsForPrincipal " + in.PrincipalType + " " + in.PrincipalId + " " + account
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.Assignments.For(ctx, assignment.PrincipalType(in.PrincipalType), in.PrincipalId, arn.AccountID(account), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	held := wire.Each(all, func(a assignment.Assignment) AccountAssignmentForPrincipal {
		w := wireAssignment(a)
		return AccountAssignmentForPrincipal{AccountId: w.AccountId, PermissionSetArn: w.PermissionSetArn, PrincipalId: w.PrincipalId, PrincipalType: w.PrincipalType}
	})
	return &ListAccountAssignmentsForPrincipalResponse{AccountAssignments: held, NextToken: next}, err
}

func wireAssignment(a assignment.Assignment) AccountAssignment {
	return AccountAssignment{
		AccountId: wire.Optional(a.Account), PermissionSetArn: wire.Optional(a.Set),
		PrincipalType: wire.Optional(a.PrincipalType), PrincipalId: wire.Optional(a.PrincipalID),
	}
}

func assignmentStatus(o provisioning.Operation) *AccountAssignmentOperationStatus {
	return &AccountAssignmentOperationStatus{
		Status: wire.Optional(o.Status), RequestId: wire.Optional(o.ID), FailureReason: wire.Optional(o.Reason), CreatedDate: wire.Moment(o.Created),
		TargetId: wire.Optional(o.Account), TargetType: new(TargetTypeAwsAccount), PermissionSetArn: wire.Optional(o.Set),
		PrincipalType: wire.Optional(o.PrincipalType), PrincipalId: wire.Optional(o.PrincipalID),
	}
}
