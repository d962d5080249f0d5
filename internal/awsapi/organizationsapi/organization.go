package organizationsapi

import (
	"context"

	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// CreateOrganization makes an organization that the caller's account manages.
func (s *Service) CreateOrganization(ctx context.Context, call *wire.Call, in *CreateOrganizationRequest) (*CreateOrganizationResponse, error) {
	org, err := s.Organizations.CreateOrganization(ctx, organizations.NewOrganization{
		Management: call.Caller.Account, Features: organizations.FeatureSet(wire.Given(in.FeatureSet)),
	})
	if err != nil {
		return nil, err
	}
	return &CreateOrganizationResponse{Organization: wireOrganization(org)}, nil
}

// DescribeOrganization reads the caller's organization.
func (s *Service) DescribeOrganization(ctx context.Context, call *wire.Call, _ *wire.Empty) (*DescribeOrganizationResponse, error) {
	org, err := s.of(call).Organization(ctx)
	if err != nil {
		return nil, err
	}
	return &DescribeOrganizationResponse{Organization: wireOrganization(org)}, nil
}

func wireOrganization(o organizations.Organization) *Organization {
	w := &Organization{
		Id: new(o.ID), Arn: new(o.ARN()), FeatureSet: new(string(o.Features)), MasterAccountId: new(string(o.Management)),
		MasterAccountArn: new(o.AccountARN(o.Management)), MasterAccountEmail: new(o.Email), AvailablePolicyTypes: []PolicyTypeSummary{},
	}
	if o.Features == organizations.AllFeatures {
		w.AvailablePolicyTypes = enabledTypes([]organizations.PolicyType{organizations.ServiceControl})
	}
	return w
}

func enabledTypes(types []organizations.PolicyType) []PolicyTypeSummary {
	return wire.Each(types, func(t organizations.PolicyType) PolicyTypeSummary {
		return PolicyTypeSummary{Type: new(string(t)), Status: new(PolicyTypeStatusEnabled)}
	})
}

func wireRoot(o organizations.Organization) Root {
	return Root{Id: new(o.Root), Arn: new(o.RootARN()), Name: new(organizations.RootName), PolicyTypes: enabledTypes(o.Enabled)}
}

// ListRoots reads the one root.
func (s *Service) ListRoots(ctx context.Context, call *wire.Call, in *ListRootsRequest) (*ListRootsResponse, error) {
	if _, err := s.page("roots", in.NextToken, in.MaxResults); err != nil { // there is one page, and so no token
		return nil, err
	}
	org, err := s.of(call).Root(ctx)
	if err != nil {
		return nil, err
	}
	return &ListRootsResponse{Roots: []Root{wireRoot(org)}}, nil
}

// EnablePolicyType enables a kind of policies.
func (s *Service) EnablePolicyType(ctx context.Context, call *wire.Call, in *EnablePolicyTypeRequest) (*EnablePolicyTypeResponse, error) {
	org, err := s.of(call).EnablePolicyType(ctx, in.RootId, organizations.PolicyType(in.PolicyType))
	if err != nil {
		return nil, err
	}
	return &EnablePolicyTypeResponse{Root: new(wireRoot(org))}, nil
}

// DisablePolicyType disables a kind of policies.
func (s *Service) DisablePolicyType(ctx context.Context, call *wire.Call, in *DisablePolicyTypeRequest) (*DisablePolicyTypeResponse, error) {
	org, err := s.of(call).DisablePolicyType(ctx, in.RootId, organizations.PolicyType(in.PolicyType))
	if err != nil {
		return nil, err
	}
	return &DisablePolicyTypeResponse{Root: new(wireRoot(org))}, nil
}

// ListParents reads what an account or unit is right under.
func (s *Service) ListParents(ctx context.Context, call *wire.Call, in *ListParentsRequest) (*ListParentsResponse, error) {
	parent, err := s.of(call).Parent(ctx, in.ChildId)
	if err != nil {
		return nil, err
	}
	return &ListParentsResponse{Parents: []Parent{{Id: new(parent), Type: new(string(organizations.TargetOf(parent)))}}}, nil
}

// ListChildren lists the accounts or units right under a root or unit.
func (s *Service) ListChildren(ctx context.Context, call *wire.Call, in *ListChildrenRequest) (*ListChildrenResponse, error) {
	query := "children " + in.ParentId + " " + in.ChildType
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	children, after, err := s.children(ctx, call, in, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListChildrenResponse{Children: children, NextToken: next}, err
}

func (s *Service) children(ctx context.Context, call *wire.Call, in *ListChildrenRequest, page paging.Page) ([]Child, string, error) {
	child := func(id string) Child { return Child{Id: new(id), Type: new(in.ChildType)} }
	if in.ChildType == ChildTypeAccount {
		all, after, err := s.of(call).AccountsForParent(ctx, in.ParentId, page)
		return wire.Each(all, func(a organizations.Account) Child { return child(string(a.ID)) }), after, err
	}
	all, after, err := s.of(call).UnitsForParent(ctx, in.ParentId, page)
	return wire.Each(all, func(u organizations.Unit) Child { return child(u.ID) }), after, err
}

// TagResource adds tags.
func (s *Service) TagResource(ctx context.Context, call *wire.Call, in *TagResourceRequest) (*wire.Empty, error) {
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.of(call).Tag(ctx, in.ResourceId, tags)
}

// UntagResource removes tags.
func (s *Service) UntagResource(ctx context.Context, call *wire.Call, in *UntagResourceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).Untag(ctx, in.ResourceId, in.TagKeys)
}

// ListTagsForResource lists tags.
func (s *Service) ListTagsForResource(ctx context.Context, call *wire.Call, in *ListTagsForResourceRequest) (*ListTagsForResourceResponse, error) {
	query := "tags " + in.ResourceId
	page, err := s.page(query, in.NextToken, nil)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).Tags(ctx, in.ResourceId, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListTagsForResourceResponse{
		Tags:      wire.Each(all, func(t organizations.Tag) Tag { return Tag{Key: t.Key, Value: t.Value} }),
		NextToken: next,
	}, err
}
