package organizationsapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/wire"
)

// EnableAWSServiceAccess trusts a service.
func (s *Service) EnableAWSServiceAccess(ctx context.Context, call *wire.Call, in *EnableAWSServiceAccessRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).EnableServiceAccess(ctx, in.ServicePrincipal)
}

// DisableAWSServiceAccess ends the trust in a service.
func (s *Service) DisableAWSServiceAccess(ctx context.Context, call *wire.Call, in *DisableAWSServiceAccessRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).DisableServiceAccess(ctx, in.ServicePrincipal)
}

// ListAWSServiceAccessForOrganization lists the trusted services.
func (s *Service) ListAWSServiceAccessForOrganization(ctx context.Context, call *wire.Call, in *ListAWSServiceAccessForOrganizationRequest) (*ListAWSServiceAccessForOrganizationResponse, error) {
	const query = "services"
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).ServiceAccess(ctx, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListAWSServiceAccessForOrganizationResponse{
		EnabledServicePrincipals: wire.Each(all, func(t organizations.TrustedService) EnabledServicePrincipal {
			return EnabledServicePrincipal{ServicePrincipal: new(t.Principal), DateEnabled: wire.Moment(t.Since)}
		}),
		NextToken: next,
	}, err
}

// RegisterDelegatedAdministrator lets an account administer a service.
func (s *Service) RegisterDelegatedAdministrator(ctx context.Context, call *wire.Call, in *RegisterDelegatedAdministratorRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).RegisterDelegate(ctx, arn.AccountID(in.AccountId), in.ServicePrincipal)
}

// DeregisterDelegatedAdministrator ends that.
func (s *Service) DeregisterDelegatedAdministrator(ctx context.Context, call *wire.Call, in *DeregisterDelegatedAdministratorRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).DeregisterDelegate(ctx, arn.AccountID(in.AccountId), in.ServicePrincipal)
}

// ListDelegatedAdministrators lists the accounts that administer a service, or any.
func (s *Service) ListDelegatedAdministrators(ctx context.Context, call *wire.Call, in *ListDelegatedAdministratorsRequest) (*ListDelegatedAdministratorsResponse, error) {
	query := "delegates " + wire.Given(in.ServicePrincipal)
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).Delegates(ctx, wire.Given(in.ServicePrincipal), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListDelegatedAdministratorsResponse{DelegatedAdministrators: wire.Each(all, wireDelegate), NextToken: next}, err
}

func wireDelegate(d organizations.Delegate) DelegatedAdministrator {
	return DelegatedAdministrator{
		Id: new(string(d.ID)), Arn: new(d.ARN), Email: new(d.Email), Name: new(d.Name), Status: new(d.Status()), State: new(string(d.State)),
		JoinedMethod: new(string(d.JoinedMethod)), JoinedTimestamp: wire.Moment(d.Joined), DelegationEnabledDate: wire.Moment(d.Since),
	}
}

// ListDelegatedServicesForAccount lists what an account administers.
func (s *Service) ListDelegatedServicesForAccount(ctx context.Context, call *wire.Call, in *ListDelegatedServicesForAccountRequest) (*ListDelegatedServicesForAccountResponse, error) {
	query := "delegated " + in.AccountId
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).DelegatedServices(ctx, arn.AccountID(in.AccountId), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListDelegatedServicesForAccountResponse{
		DelegatedServices: wire.Each(all, func(t organizations.TrustedService) DelegatedService {
			return DelegatedService{ServicePrincipal: new(t.Principal), DelegationEnabledDate: wire.Moment(t.Since)}
		}),
		NextToken: next,
	}, err
}
