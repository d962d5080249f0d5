package foyerapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/provisioning"
	"foyer/internal/wire"
)

// DescribeProvisioning adds up, kind by kind, the requests in progress.
func (s *Service) DescribeProvisioning(ctx context.Context, _ *wire.Call, _ *DescribeProvisioningRequest) (*DescribeProvisioningResponse, error) {
	running, err := s.Provisioning.Running(ctx)
	if err != nil {
		return nil, err
	}
	out := &DescribeProvisioningResponse{Summaries: []ProvisioningSummary{}}
	for _, r := range running {
		out.Summaries = append(out.Summaries, ProvisioningSummary{
			Kind: wire.Optional(r.Kind), InProgress: count(r.Requests), Done: count(r.Done), Failed: count(r.Failed), Left: count(r.Left),
		})
	}
	return out, nil
}

// ListProvisioningOperations lists the requests of a kind, newest first.
func (s *Service) ListProvisioningOperations(ctx context.Context, _ *wire.Call, in *ListProvisioningOperationsRequest) (*ListProvisioningOperationsResponse, error) {
	status := provisioning.Status("")
	if in.Status != nil {
		status = provisioning.Status(*in.Status)
	}
	query := "provisioning operations " + in.Kind + " " + string(status)
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.Provisioning.Operations(ctx, provisioning.Kind(in.Kind), status, page)
	if err != nil {
		return nil, err
	}
	out := &ListProvisioningOperationsResponse{Operations: []ProvisioningOperation{}}
	for _, o := range all {
		out.Operations = append(out.Operations, *operation(o))
	}
	out.NextToken, err = s.next(query, after)
	return out, err
}

// DescribeProvisioningOperation tells how far a request has come.
func (s *Service) DescribeProvisioningOperation(ctx context.Context, _ *wire.Call, in *DescribeProvisioningOperationRequest) (*DescribeProvisioningOperationResponse, error) {
	o, err := s.Provisioning.Describe(ctx, provisioning.Kind(in.Kind), in.RequestId)
	if err != nil {
		return nil, err
	}
	return &DescribeProvisioningOperationResponse{Operation: operation(o)}, nil
}

// ListProvisioningFailures lists what a request about many could not make.
func (s *Service) ListProvisioningFailures(ctx context.Context, _ *wire.Call, in *ListProvisioningFailuresRequest) (*ListProvisioningFailuresResponse, error) {
	query := "provisioning failures " + in.RequestId
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.Provisioning.Failures(ctx, provisioning.Kind(in.Kind), in.RequestId, page)
	if err != nil {
		return nil, err
	}
	out := &ListProvisioningFailuresResponse{Failures: []ProvisioningFailure{}}
	for _, f := range all {
		out.Failures = append(out.Failures, ProvisioningFailure{AccountId: wire.Optional(f.Account), PermissionSetArn: wire.Optional(f.Set), FailureReason: wire.Optional(f.Reason)})
	}
	out.NextToken, err = s.next(query, after)
	return out, err
}

// ListProvisioningDrift compares, some accounts a page, what should be in
// accounts with what is, and counts them. A page may be empty and not the last.
func (s *Service) ListProvisioningDrift(ctx context.Context, _ *wire.Call, in *ListProvisioningDriftRequest) (*ListProvisioningDriftResponse, error) {
	const query = "provisioning drift"
	page, err := s.page(query, in.NextToken, nil)
	if err != nil {
		return nil, err
	}
	compared, err := s.Provisioning.Compare(ctx, page.After)
	if err != nil {
		return nil, err
	}
	out := &ListProvisioningDriftResponse{Drift: []Drift{}, Compared: count(compared.Compared), Left: count(compared.Left)}
	for _, d := range compared.Found {
		w := Drift{AccountId: wire.Optional(d.Account), PermissionSetArn: wire.Optional(d.Set), RoleName: wire.Optional(d.RoleName), Differences: []Difference{}}
		for _, difference := range d.Differences {
			w.Differences = append(w.Differences, Difference{
				Property: wire.Optional(difference.Property), Expected: wire.Optional(difference.Expected), Actual: wire.Optional(difference.Actual),
			})
		}
		out.Drift = append(out.Drift, w)
	}
	out.NextToken, err = s.next(query, compared.Next)
	return out, err
}

// RepairProvisioningDrift has what drifted in some accounts written again.
func (s *Service) RepairProvisioningDrift(ctx context.Context, _ *wire.Call, in *RepairProvisioningDriftRequest) (*RepairProvisioningDriftResponse, error) {
	accounts := make([]arn.AccountID, len(in.AccountIds))
	for n, id := range in.AccountIds {
		accounts[n] = arn.AccountID(id)
	}
	o, _, err := s.Provisioning.Repair(ctx, accounts)
	if err != nil {
		return nil, err
	}
	return &RepairProvisioningDriftResponse{Operation: operation(o)}, nil
}

func operation(o provisioning.Operation) *ProvisioningOperation {
	return &ProvisioningOperation{
		RequestId: wire.Optional(o.ID), Kind: wire.Optional(o.Kind), Status: wire.Optional(o.Status), FailureReason: wire.Optional(o.Reason),
		PermissionSetArn: wire.Optional(o.Set), AccountId: wire.Optional(o.Account), PrincipalType: wire.Optional(o.PrincipalType), PrincipalId: wire.Optional(o.PrincipalID),
		CreatedDate: &o.Created, Done: count(o.Done), Failed: count(o.Failed), Left: count(o.Left),
	}
}

func count(n int) *int64 { return new(int64(n)) }
