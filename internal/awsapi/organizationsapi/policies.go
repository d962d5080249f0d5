package organizationsapi

import (
	"context"

	"foyer/internal/organizations"
	"foyer/internal/wire"
)

func wireSummary(p organizations.Policy) PolicySummary {
	return PolicySummary{
		Id: new(p.ID), Arn: new(p.ARN), Name: new(p.Name), Description: new(p.Description),
		Type: new(string(p.Type)), AwsManaged: new(p.AWSManaged),
	}
}

func wirePolicy(p organizations.Policy) *Policy {
	return &Policy{PolicySummary: new(wireSummary(p)), Content: new(p.Content)}
}

// CreatePolicy makes a policy.
func (s *Service) CreatePolicy(ctx context.Context, call *wire.Call, in *CreatePolicyRequest) (*CreatePolicyResponse, error) {
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	p, err := s.of(call).CreatePolicy(ctx, organizations.Policy{
		Type: organizations.PolicyType(in.Type), Name: in.Name, Description: in.Description, Content: in.Content,
	}, tags)
	if err != nil {
		return nil, err
	}
	return &CreatePolicyResponse{Policy: wirePolicy(p)}, nil
}

// UpdatePolicy changes a policy.
func (s *Service) UpdatePolicy(ctx context.Context, call *wire.Call, in *UpdatePolicyRequest) (*UpdatePolicyResponse, error) {
	p, err := s.of(call).UpdatePolicy(ctx, in.PolicyId, organizations.PolicyChange{Name: in.Name, Description: in.Description, Content: in.Content})
	if err != nil {
		return nil, err
	}
	return &UpdatePolicyResponse{Policy: wirePolicy(p)}, nil
}

// DeletePolicy deletes a policy.
func (s *Service) DeletePolicy(ctx context.Context, call *wire.Call, in *DeletePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).DeletePolicy(ctx, in.PolicyId)
}

// DescribePolicy reads a policy.
func (s *Service) DescribePolicy(ctx context.Context, call *wire.Call, in *DescribePolicyRequest) (*DescribePolicyResponse, error) {
	p, err := s.of(call).Policy(ctx, in.PolicyId)
	if err != nil {
		return nil, err
	}
	return &DescribePolicyResponse{Policy: wirePolicy(p)}, nil
}

// ListPolicies lists the policies of a kind.
func (s *Service) ListPolicies(ctx context.Context, call *wire.Call, in *ListPoliciesRequest) (*ListPoliciesResponse, error) {
	query := "policies " + in.Filter
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).Policies(ctx, organizations.PolicyType(in.Filter), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListPoliciesResponse{Policies: wire.Each(all, wireSummary), NextToken: next}, err
}

// AttachPolicy attaches a policy.
func (s *Service) AttachPolicy(ctx context.Context, call *wire.Call, in *AttachPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).AttachPolicy(ctx, in.PolicyId, in.TargetId)
}

// DetachPolicy detaches a policy.
func (s *Service) DetachPolicy(ctx context.Context, call *wire.Call, in *DetachPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).DetachPolicy(ctx, in.PolicyId, in.TargetId)
}

// ListPoliciesForTarget lists what is attached to a root, unit or account.
func (s *Service) ListPoliciesForTarget(ctx context.Context, call *wire.Call, in *ListPoliciesForTargetRequest) (*ListPoliciesForTargetResponse, error) {
	query := "attached " + in.TargetId + " " + in.Filter
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).PoliciesForTarget(ctx, in.TargetId, organizations.PolicyType(in.Filter), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListPoliciesForTargetResponse{Policies: wire.Each(all, wireSummary), NextToken: next}, err
}

// ListTargetsForPolicy lists what a policy is attached to.
func (s *Service) ListTargetsForPolicy(ctx context.Context, call *wire.Call, in *ListTargetsForPolicyRequest) (*ListTargetsForPolicyResponse, error) {
	query := "targets " + in.PolicyId
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).TargetsForPolicy(ctx, in.PolicyId, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListTargetsForPolicyResponse{
		Targets: wire.Each(all, func(t organizations.PolicyTarget) PolicyTargetSummary {
			return PolicyTargetSummary{TargetId: new(t.ID), Arn: new(t.ARN), Name: new(t.Name), Type: new(string(organizations.TargetOf(t.ID)))}
		}),
		NextToken: next,
	}, err
}
