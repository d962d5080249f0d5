package ssoadminapi

import (
	"context"
	"slices"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// ListInstances lists the instances that the caller's account sees: its own,
// and that of its organization.
func (s *Service) ListInstances(ctx context.Context, call *wire.Call, in *ListInstancesRequest) (*ListInstancesResponse, error) {
	query := "ListInstances " + string(call.Caller.Account)
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	seen, err := s.visible(ctx, call)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(seen, func(a, b instance.Instance) int { return strings.Compare(a.ID, b.ID) })
	seen = slices.DeleteFunc(seen, func(i instance.Instance) bool { return i.ID <= page.After })
	seen, after := paging.Cut(seen, page.Limit, func(i instance.Instance) string { return i.ID })
	out := &ListInstancesResponse{Instances: make([]InstanceMetadata, len(seen))}
	for n, i := range seen {
		details, _, err := s.Instance.Details(ctx, i)
		if err != nil {
			return nil, err
		}
		out.Instances[n] = wireInstance(i, details)
	}
	out.NextToken, err = s.next(query, after)
	return out, err
}

func (s *Service) visible(ctx context.Context, call *wire.Call) ([]instance.Instance, error) {
	var seen []instance.Instance
	own, found, err := s.Instance.OfAccount(ctx, call.Caller.Account)
	if err != nil {
		return nil, err
	}
	if found {
		seen = append(seen, own)
	}
	i, err := s.Instance.Instance(ctx)
	if fault.Of(err) == fault.NotFound {
		return seen, nil
	}
	if err != nil {
		return nil, err
	}
	there, err := s.inOrganizationOf(ctx, call, i)
	if there {
		seen = append(seen, i)
	}
	return seen, err
}

// inOrganizationOf reports whether the caller's account is the owner of the
// organization instance i, or a member of the owner's organization.
func (s *Service) inOrganizationOf(ctx context.Context, call *wire.Call, i instance.Instance) (bool, error) {
	if call.Caller.Account == i.Owner {
		return true, nil
	}
	management, err := s.Management(ctx, call.Caller.Account)
	return management == i.Owner, err
}

// DescribeInstance describes an instance.
func (s *Service) DescribeInstance(ctx context.Context, _ *wire.Call, in *DescribeInstanceRequest) (*DescribeInstanceResponse, error) {
	i, err := s.Instance.ByARN(ctx, in.InstanceArn)
	if err != nil {
		return nil, withoutNotFound(err)
	}
	details, now, err := s.Instance.Details(ctx, i)
	if err != nil {
		return nil, err
	}
	encryption := &EncryptionConfigurationDetails{KeyType: new(KmsKeyTypeAwsOwnedKmsKey), EncryptionStatus: new(KmsKeyStatusEnabled)}
	if details.KeyARN != "" {
		encryption.KeyType, encryption.KmsKeyArn = new(KmsKeyTypeCustomerManagedKey), &details.KeyARN
	}
	if details.KeyUpdating(now) {
		encryption.EncryptionStatus = new(KmsKeyStatusUpdating)
	}
	w := wireInstance(i, details)
	return &DescribeInstanceResponse{
		InstanceArn: w.InstanceArn, IdentityStoreId: w.IdentityStoreId, OwnerAccountId: w.OwnerAccountId, Name: w.Name,
		CreatedDate: w.CreatedDate, Status: w.Status, EncryptionConfigurationDetails: encryption,
	}, nil
}

// CreateInstance makes the instance of the caller's account.
func (s *Service) CreateInstance(ctx context.Context, call *wire.Call, in *CreateInstanceRequest) (*CreateInstanceResponse, error) {
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	bare := *in
	bare.ClientToken = nil
	request, err := onceOf(call, "CreateInstance", in.ClientToken, bare)
	if err != nil {
		return nil, err
	}
	made, err := s.Instance.Create(ctx, request, call.Caller.Account, call.Region, wire.Given(in.Name), tags)
	return &CreateInstanceResponse{InstanceArn: wire.Optional(made)}, err
}

// UpdateInstance changes an instance's name or encryption.
func (s *Service) UpdateInstance(ctx context.Context, _ *wire.Call, in *UpdateInstanceRequest) (*UpdateInstanceResponse, error) {
	i, err := s.Instance.ByARN(ctx, in.InstanceArn)
	if err != nil {
		return nil, err
	}
	change := instance.Change{Name: in.Name}
	if e := in.EncryptionConfiguration; e != nil {
		if (e.KeyType == KmsKeyTypeCustomerManagedKey) != (e.KmsKeyArn != nil) {
			return nil, fault.Newf(fault.Invalid, "KmsKeyArn is given with KeyType %s, and with no other.", KmsKeyTypeCustomerManagedKey)
		}
		change.KeyARN = new(wire.Given(e.KmsKeyArn))
	}
	return &UpdateInstanceResponse{}, s.Instance.Update(ctx, i, change)
}

// DeleteInstance removes an instance.
func (s *Service) DeleteInstance(ctx context.Context, _ *wire.Call, in *DeleteInstanceRequest) (*DeleteInstanceResponse, error) {
	i, err := s.Instance.ByARN(ctx, in.InstanceArn)
	if err != nil {
		return nil, withoutNotFound(err)
	}
	return &DeleteInstanceResponse{}, s.Instance.Delete(ctx, i)
}

func wireInstance(i instance.Instance, d instance.Details) InstanceMetadata {
	return InstanceMetadata{
		InstanceArn: wire.Optional(i.ARN()), IdentityStoreId: wire.Optional(i.IdentityStore), OwnerAccountId: wire.Optional(i.Owner),
		Name: wire.Optional(d.Name), CreatedDate: wire.Moment(i.Created), Status: new(InstanceStatusActive),
	}
}
