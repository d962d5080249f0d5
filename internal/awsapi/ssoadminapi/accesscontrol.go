package ssoadminapi

import (
	"context"

	"foyer/internal/accesscontrol"
	"foyer/internal/wire"
)

// CreateInstanceAccessControlAttributeConfiguration enables attributes for
// access control.
func (s *Service) CreateInstanceAccessControlAttributeConfiguration(ctx context.Context, _ *wire.Call, in *CreateInstanceAccessControlAttributeConfigurationRequest) (*CreateInstanceAccessControlAttributeConfigurationResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	c := configurationOf(in.InstanceAccessControlAttributeConfiguration)
	return &CreateInstanceAccessControlAttributeConfigurationResponse{}, s.AccessControl.Create(ctx, in.InstanceArn, c)
}

// UpdateInstanceAccessControlAttributeConfiguration replaces the attributes.
func (s *Service) UpdateInstanceAccessControlAttributeConfiguration(ctx context.Context, _ *wire.Call, in *UpdateInstanceAccessControlAttributeConfigurationRequest) (*UpdateInstanceAccessControlAttributeConfigurationResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	c := configurationOf(in.InstanceAccessControlAttributeConfiguration)
	return &UpdateInstanceAccessControlAttributeConfigurationResponse{}, s.AccessControl.Update(ctx, in.InstanceArn, c)
}

// DeleteInstanceAccessControlAttributeConfiguration disables attributes for
// access control.
func (s *Service) DeleteInstanceAccessControlAttributeConfiguration(ctx context.Context, _ *wire.Call, in *DeleteInstanceAccessControlAttributeConfigurationRequest) (*DeleteInstanceAccessControlAttributeConfigurationResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	return &DeleteInstanceAccessControlAttributeConfigurationResponse{}, s.AccessControl.Delete(ctx, in.InstanceArn)
}

// DescribeInstanceAccessControlAttributeConfiguration reads the attributes.
func (s *Service) DescribeInstanceAccessControlAttributeConfiguration(ctx context.Context, _ *wire.Call, in *DescribeInstanceAccessControlAttributeConfigurationRequest) (*DescribeInstanceAccessControlAttributeConfigurationResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	c, err := s.AccessControl.Get(ctx, in.InstanceArn)
	if err != nil {
		return nil, err
	}
	attributes := wire.Each(c.Attributes, func(a accesscontrol.Attribute) AccessControlAttribute {
		return AccessControlAttribute{Key: a.Key, Value: &AccessControlAttributeValue{Source: []string{a.Source}}}
	})
	return &DescribeInstanceAccessControlAttributeConfigurationResponse{
		Status: new(InstanceAccessControlAttributeConfigurationStatusEnabled),
		InstanceAccessControlAttributeConfiguration: &InstanceAccessControlAttributeConfiguration{AccessControlAttributes: attributes},
	}, nil
}

// configurationOf translates; the contract allows one source for each attribute.
func configurationOf(w *InstanceAccessControlAttributeConfiguration) accesscontrol.Configuration {
	return accesscontrol.Configuration{Attributes: wire.Each(w.AccessControlAttributes, func(a AccessControlAttribute) accesscontrol.Attribute {
		return accesscontrol.Attribute{Key: a.Key, Source: a.Value.Source[0]}
	})}
}
