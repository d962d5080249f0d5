package organizationsapi

import (
	"context"

	"foyer/internal/organizations"
	"foyer/internal/wire"
)

func wireResourcePolicy(p organizations.ResourcePolicy) *ResourcePolicy {
	return &ResourcePolicy{ResourcePolicySummary: &ResourcePolicySummary{Id: new(p.ID), Arn: new(p.ARN)}, Content: new(p.Content)}
}

// PutResourcePolicy writes the organization's resource policy.
func (s *Service) PutResourcePolicy(ctx context.Context, call *wire.Call, in *PutResourcePolicyRequest) (*PutResourcePolicyResponse, error) {
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	p, err := s.of(call).PutResourcePolicy(ctx, in.Content, tags)
	if err != nil {
		return nil, err
	}
	return &PutResourcePolicyResponse{ResourcePolicy: wireResourcePolicy(p)}, nil
}

// DescribeResourcePolicy reads the organization's resource policy.
func (s *Service) DescribeResourcePolicy(ctx context.Context, call *wire.Call, _ *wire.Empty) (*DescribeResourcePolicyResponse, error) {
	p, err := s.of(call).ResourcePolicy(ctx)
	if err != nil {
		return nil, err
	}
	return &DescribeResourcePolicyResponse{ResourcePolicy: wireResourcePolicy(p)}, nil
}

// DeleteResourcePolicy deletes the organization's resource policy.
func (s *Service) DeleteResourcePolicy(ctx context.Context, call *wire.Call, _ *wire.Empty) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).DeleteResourcePolicy(ctx)
}
