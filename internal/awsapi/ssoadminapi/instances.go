package ssoadminapi

import (
	"context"

	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/wire"
)

// ListInstances lists the one instance there is, or none.
func (s *Service) ListInstances(ctx context.Context, _ *wire.Call, in *ListInstancesRequest) (*ListInstancesResponse, error) {
	if _, err := s.page("ListInstances", in.NextToken, in.MaxResults); err != nil {
		return nil, err
	}
	out := &ListInstancesResponse{Instances: []InstanceMetadata{}}
	i, err := s.Instance.Instance(ctx)
	switch {
	case err == nil:
		out.Instances = append(out.Instances, wireInstance(i))
	case fault.Of(err) != fault.NotFound:
		return nil, err
	}
	return out, nil
}

// DescribeInstance describes the instance. The contract has no word for one
// that does not exist: nobody may describe it.
func (s *Service) DescribeInstance(ctx context.Context, call *wire.Call, in *DescribeInstanceRequest) (*DescribeInstanceResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		if fault.Of(err) == fault.NotFound {
			err = denied(call, "sso:DescribeInstance", in.InstanceArn)
		}
		return nil, err
	}
	i, err := s.Instance.Instance(ctx)
	if err != nil {
		return nil, err
	}
	w := wireInstance(i)
	return &DescribeInstanceResponse{
		InstanceArn: w.InstanceArn, IdentityStoreId: w.IdentityStoreId, OwnerAccountId: w.OwnerAccountId,
		CreatedDate: w.CreatedDate, Status: w.Status,
		EncryptionConfigurationDetails: &EncryptionConfigurationDetails{
			KeyType: new(KmsKeyTypeAwsOwnedKmsKey), EncryptionStatus: new(KmsKeyStatusEnabled),
		},
	}, nil
}

func wireInstance(i instance.Instance) InstanceMetadata {
	return InstanceMetadata{
		InstanceArn: optional(i.ARN()), IdentityStoreId: optional(i.IdentityStore), OwnerAccountId: optional(i.Owner),
		CreatedDate: moment(i.Created), Status: new(InstanceStatusActive),
	}
}
