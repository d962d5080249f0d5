package ssoadminapi

import (
	"cmp"
	"context"
	"strings"

	"foyer/internal/permissionset"
	"foyer/internal/wire"
)

// AttachManagedPolicyToPermissionSet attaches an AWS managed policy.
func (s *Service) AttachManagedPolicyToPermissionSet(ctx context.Context, _ *wire.Call, in *AttachManagedPolicyToPermissionSetRequest) (*AttachManagedPolicyToPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	return &AttachManagedPolicyToPermissionSetResponse{}, s.PermissionSets.Attach(ctx, in.PermissionSetArn, in.ManagedPolicyArn)
}

// DetachManagedPolicyFromPermissionSet detaches an AWS managed policy.
func (s *Service) DetachManagedPolicyFromPermissionSet(ctx context.Context, _ *wire.Call, in *DetachManagedPolicyFromPermissionSetRequest) (*DetachManagedPolicyFromPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	return &DetachManagedPolicyFromPermissionSetResponse{}, s.PermissionSets.Detach(ctx, in.PermissionSetArn, in.ManagedPolicyArn)
}

// ListManagedPoliciesInPermissionSet lists the AWS managed policies attached.
func (s *Service) ListManagedPoliciesInPermissionSet(ctx context.Context, _ *wire.Call, in *ListManagedPoliciesInPermissionSetRequest) (*ListManagedPoliciesInPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	query := "ListManagedPoliciesInPermissionSet " + in.PermissionSetArn
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	arns, after, err := s.PermissionSets.Policies(ctx, in.PermissionSetArn, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListManagedPoliciesInPermissionSetResponse{AttachedManagedPolicies: wire.Each(arns, wirePolicy), NextToken: next}, err
}

// AttachCustomerManagedPolicyReferenceToPermissionSet attaches a policy that
// every account has under a name and path of its own.
func (s *Service) AttachCustomerManagedPolicyReferenceToPermissionSet(ctx context.Context, _ *wire.Call, in *AttachCustomerManagedPolicyReferenceToPermissionSetRequest) (*AttachCustomerManagedPolicyReferenceToPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	return &AttachCustomerManagedPolicyReferenceToPermissionSetResponse{}, s.PermissionSets.Reference(ctx, in.PermissionSetArn, refOf(in.CustomerManagedPolicyReference))
}

// DetachCustomerManagedPolicyReferenceFromPermissionSet detaches such a policy.
func (s *Service) DetachCustomerManagedPolicyReferenceFromPermissionSet(ctx context.Context, _ *wire.Call, in *DetachCustomerManagedPolicyReferenceFromPermissionSetRequest) (*DetachCustomerManagedPolicyReferenceFromPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	return &DetachCustomerManagedPolicyReferenceFromPermissionSetResponse{}, s.PermissionSets.Unreference(ctx, in.PermissionSetArn, refOf(in.CustomerManagedPolicyReference))
}

// ListCustomerManagedPolicyReferencesInPermissionSet lists such policies.
func (s *Service) ListCustomerManagedPolicyReferencesInPermissionSet(ctx context.Context, _ *wire.Call, in *ListCustomerManagedPolicyReferencesInPermissionSetRequest) (*ListCustomerManagedPolicyReferencesInPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	query := "ListCustomerManagedPolicyReferencesInPermissionSet " + in.PermissionSetArn
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	refs, after, err := s.PermissionSets.References(ctx, in.PermissionSetArn, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListCustomerManagedPolicyReferencesInPermissionSetResponse{CustomerManagedPolicyReferences: wire.Each(refs, wireRef), NextToken: next}, err
}

// PutInlinePolicyToPermissionSet gives a permission set its inline policy.
func (s *Service) PutInlinePolicyToPermissionSet(ctx context.Context, _ *wire.Call, in *PutInlinePolicyToPermissionSetRequest) (*PutInlinePolicyToPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	return &PutInlinePolicyToPermissionSetResponse{}, s.PermissionSets.PutInline(ctx, in.PermissionSetArn, in.InlinePolicy)
}

// GetInlinePolicyForPermissionSet reads the inline policy; "" when there is none.
func (s *Service) GetInlinePolicyForPermissionSet(ctx context.Context, _ *wire.Call, in *GetInlinePolicyForPermissionSetRequest) (*GetInlinePolicyForPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	document, err := s.PermissionSets.Inline(ctx, in.PermissionSetArn)
	return &GetInlinePolicyForPermissionSetResponse{InlinePolicy: &document}, err
}

// DeleteInlinePolicyFromPermissionSet removes the inline policy.
func (s *Service) DeleteInlinePolicyFromPermissionSet(ctx context.Context, _ *wire.Call, in *DeleteInlinePolicyFromPermissionSetRequest) (*DeleteInlinePolicyFromPermissionSetResponse, error) {
	if err := s.checkInstance(ctx, in.InstanceArn); err != nil {
		return nil, err
	}
	return &DeleteInlinePolicyFromPermissionSetResponse{}, s.PermissionSets.DeleteInline(ctx, in.PermissionSetArn)
}

func wirePolicy(policyARN string) AttachedManagedPolicy {
	return AttachedManagedPolicy{Arn: &policyARN, Name: new(policyARN[strings.LastIndexByte(policyARN, '/')+1:])}
}

func refOf(ref *CustomerManagedPolicyReference) permissionset.PolicyRef {
	return permissionset.PolicyRef{Name: ref.Name, Path: cmp.Or(wire.Given(ref.Path), "/")}
}

func wireRef(ref permissionset.PolicyRef) CustomerManagedPolicyReference {
	return CustomerManagedPolicyReference{Name: ref.Name, Path: &ref.Path}
}
