package iamapi

import (
	"context"
	"errors"
	"net/http"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/wire"
)

// featureState is the code of a feature that is on, or off, and should not be.
func featureState(err error) error {
	state, ok := errors.AsType[*iam.FeatureState](err)
	if !ok {
		return err
	}
	code := "FeatureDisabled"
	if state.Enabled {
		code = "FeatureEnabled"
	}
	return &wire.Error{Code: code, Message: state.Error(), Err: err}
}

// EnableOutboundWebIdentityFederation lets the account's principals have tokens.
func (s *Service) EnableOutboundWebIdentityFederation(ctx context.Context, call *wire.Call, _ *wire.Empty) (*EnableOutboundWebIdentityFederationResponse, error) {
	o, err := s.IAM.EnableOutboundFederation(ctx, call.Caller.Account)
	if err != nil {
		return nil, featureState(err)
	}
	return &EnableOutboundWebIdentityFederationResponse{IssuerIdentifier: new(s.IssuerURL(o.IssuerID))}, nil
}

// DisableOutboundWebIdentityFederation ends it.
func (s *Service) DisableOutboundWebIdentityFederation(ctx context.Context, call *wire.Call, _ *wire.Empty) (*wire.Empty, error) {
	return &wire.Empty{}, featureState(s.IAM.DisableOutboundFederation(ctx, call.Caller.Account))
}

// GetOutboundWebIdentityFederationInfo names the account's issuer.
func (s *Service) GetOutboundWebIdentityFederationInfo(ctx context.Context, call *wire.Call, _ *wire.Empty) (*GetOutboundWebIdentityFederationInfoResponse, error) {
	o, err := s.IAM.OutboundFederation(ctx, call.Caller.Account)
	if err != nil {
		return nil, featureState(err)
	}
	return &GetOutboundWebIdentityFederationInfoResponse{IssuerIdentifier: new(s.IssuerURL(o.IssuerID)), JwtVendingEnabled: new(o.Enabled)}, nil
}

// rootReasons are AWS's words for why an account may not manage root users.
var rootReasons = [...]string{
	iam.NoOrganization:   "OrganizationNotFoundException",
	iam.NotAdministrator: "AccountNotManagementOrDelegatedAdministratorException",
	iam.NotManagement:    "CallerIsNotManagementAccountException",
	iam.NotAllFeatures:   "OrganizationNotInAllFeaturesModeException",
	iam.NotTrusted:       "ServiceAccessNotEnabledException",
}

func rootRefusal(err error) error {
	refusal, ok := errors.AsType[*iam.RootRefusal](err)
	if !ok {
		return err
	}
	return &wire.Error{Code: rootReasons[refusal.Reason], Status: http.StatusBadRequest, Message: refusal.Error(), Err: err}
}

// change turns a feature on or off.
type change func(context.Context, arn.AccountID, iam.RootFeature) (iam.Standing, []iam.RootFeature, error)

// features does it, and words what is on.
func features(ctx context.Context, call *wire.Call, do change, f iam.RootFeature) (organization *string, on []string, err error) {
	standing, all, err := do(ctx, call.Caller.Account, f)
	if err != nil {
		return nil, nil, rootRefusal(err)
	}
	return new(standing.Organization), wire.Each(all, func(f iam.RootFeature) string { return string(f) }), nil
}

// EnableOrganizationsRootCredentialsManagement lets the organization manage its
// members' root credentials.
func (s *Service) EnableOrganizationsRootCredentialsManagement(ctx context.Context, call *wire.Call, _ *EnableOrganizationsRootCredentialsManagementRequest) (*EnableOrganizationsRootCredentialsManagementResponse, error) {
	organization, on, err := features(ctx, call, s.RootAccess.Enable, iam.RootCredentials)
	return &EnableOrganizationsRootCredentialsManagementResponse{OrganizationId: organization, EnabledFeatures: on}, err
}

// EnableOrganizationsRootSessions lets the organization act as its members' root.
func (s *Service) EnableOrganizationsRootSessions(ctx context.Context, call *wire.Call, _ *EnableOrganizationsRootSessionsRequest) (*EnableOrganizationsRootSessionsResponse, error) {
	organization, on, err := features(ctx, call, s.RootAccess.Enable, iam.RootSessions)
	return &EnableOrganizationsRootSessionsResponse{OrganizationId: organization, EnabledFeatures: on}, err
}

// DisableOrganizationsRootCredentialsManagement ends it.
func (s *Service) DisableOrganizationsRootCredentialsManagement(ctx context.Context, call *wire.Call, _ *DisableOrganizationsRootCredentialsManagementRequest) (*DisableOrganizationsRootCredentialsManagementResponse, error) {
	organization, on, err := features(ctx, call, s.RootAccess.Disable, iam.RootCredentials)
	return &DisableOrganizationsRootCredentialsManagementResponse{OrganizationId: organization, EnabledFeatures: on}, err
}

// DisableOrganizationsRootSessions ends it.
func (s *Service) DisableOrganizationsRootSessions(ctx context.Context, call *wire.Call, _ *DisableOrganizationsRootSessionsRequest) (*DisableOrganizationsRootSessionsResponse, error) {
	organization, on, err := features(ctx, call, s.RootAccess.Disable, iam.RootSessions)
	return &DisableOrganizationsRootSessionsResponse{OrganizationId: organization, EnabledFeatures: on}, err
}

// ListOrganizationsFeatures lists what the organization manages.
func (s *Service) ListOrganizationsFeatures(ctx context.Context, call *wire.Call, _ *ListOrganizationsFeaturesRequest) (*ListOrganizationsFeaturesResponse, error) {
	list := func(ctx context.Context, account arn.AccountID, _ iam.RootFeature) (iam.Standing, []iam.RootFeature, error) {
		return s.RootAccess.Features(ctx, account)
	}
	organization, on, err := features(ctx, call, list, "")
	return &ListOrganizationsFeaturesResponse{OrganizationId: organization, EnabledFeatures: on}, err
}

// featureAuthorizations are the demands of the operations of this file, which
// are about nothing but the account.
func featureAuthorizations() map[string]wire.Authorization {
	all := map[string]wire.Authorization{}
	for _, operation := range []string{
		"EnableOutboundWebIdentityFederation", "DisableOutboundWebIdentityFederation", "GetOutboundWebIdentityFederationInfo",
		"EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions", "ListOrganizationsFeatures",
		"DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions",
	} {
		all[operation] = func(context.Context, *wire.Call, any) ([]wire.Demand, error) {
			return []wire.Demand{{Action: "iam:" + operation, Resource: "*"}}, nil
		}
	}
	return all
}
