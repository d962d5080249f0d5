package ssoadminapi

import (
	"context"

	"foyer/internal/application"
	"foyer/internal/arn"
	"foyer/internal/instance"
	"foyer/internal/once"
	"foyer/internal/wire"
)

// CreateApplication adds an application of the caller's account.
func (s *Service) CreateApplication(ctx context.Context, call *wire.Call, in *CreateApplicationRequest) (*CreateApplicationResponse, error) {
	i, err := s.Instance.ByARN(ctx, in.InstanceArn)
	if err != nil {
		return nil, err
	}
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	bare := *in
	bare.ClientToken = nil
	request, err := onceOf(call, "CreateApplication", in.ClientToken, bare)
	if err != nil {
		return nil, err
	}
	a := application.Application{
		InstanceARN: in.InstanceArn, Account: call.Caller.Account, Provider: in.ApplicationProviderArn, Name: in.Name,
		Description: wire.Given(in.Description), Disabled: wire.Given(in.Status) == ApplicationStatusDisabled, CreatedFrom: call.Region,
	}
	if p := in.PortalOptions; p != nil {
		a.Portal.Hidden = wire.Given(p.Visibility) == ApplicationVisibilityDisabled
		if p.SignInOptions != nil {
			a.Portal.Origin, a.Portal.URL = application.Origin(p.SignInOptions.Origin), wire.Given(p.SignInOptions.ApplicationUrl)
		}
	}
	made, err := s.Applications.Create(ctx, request, a, tags)
	if err != nil {
		return nil, err
	}
	return &CreateApplicationResponse{ApplicationArn: &made.ARN, InstanceArn: &made.InstanceARN, IdentityStoreArn: new(i.IdentityStoreARN())}, nil
}

// onceOf is a request that may come twice; bare is its input without the token.
func onceOf(call *wire.Call, operation string, token *string, bare any) (once.Request, error) {
	digest, err := once.Digest(bare)
	return once.Request{Account: string(call.Caller.Account), Operation: operation, Token: wire.Given(token), Digest: digest}, err
}

// DescribeApplication reads an application.
func (s *Service) DescribeApplication(ctx context.Context, _ *wire.Call, in *DescribeApplicationRequest) (*DescribeApplicationResponse, error) {
	a, err := s.Applications.Get(ctx, in.ApplicationArn)
	if err != nil {
		return nil, err
	}
	i, err := s.Instance.ByARN(ctx, a.InstanceARN)
	if err != nil {
		return nil, err
	}
	w := wireApplication(a, i)
	return (*DescribeApplicationResponse)(&w), nil
}

// ListApplications lists the applications of an instance.
func (s *Service) ListApplications(ctx context.Context, _ *wire.Call, in *ListApplicationsRequest) (*ListApplicationsResponse, error) {
	i, err := s.Instance.ByARN(ctx, in.InstanceArn)
	if err != nil {
		return nil, withoutNotFound(err)
	}
	var f application.Filter
	if in.Filter != nil {
		f = application.Filter{Account: arn.AccountID(wire.Given(in.Filter.ApplicationAccount)), Provider: wire.Given(in.Filter.ApplicationProvider)}
	}
	query := "ListApplications " + i.ID + " " + string(f.Account) + " " + f.Provider
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	page.Limit = min(page.Limit, maxApplications)
	all, after, err := s.Applications.List(ctx, in.InstanceArn, f, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListApplicationsResponse{Applications: wire.Each(all, func(a application.Application) Application { return wireApplication(a, i) }), NextToken: next}, err
}

// maxApplications is how many applications the contract allows in one answer.
const maxApplications = 50

// UpdateApplication changes what is given of an application.
func (s *Service) UpdateApplication(ctx context.Context, _ *wire.Call, in *UpdateApplicationRequest) (*UpdateApplicationResponse, error) {
	change := application.Change{Name: in.Name, Description: in.Description}
	if in.Status != nil {
		change.Disabled = new(*in.Status == ApplicationStatusDisabled)
	}
	if in.PortalOptions != nil && in.PortalOptions.SignInOptions != nil {
		options := in.PortalOptions.SignInOptions
		change.SignIn = &application.Portal{Origin: application.Origin(options.Origin), URL: wire.Given(options.ApplicationUrl)}
	}
	return &UpdateApplicationResponse{}, s.Applications.Update(ctx, in.ApplicationArn, change)
}

// DeleteApplication removes an application.
func (s *Service) DeleteApplication(ctx context.Context, _ *wire.Call, in *DeleteApplicationRequest) (*DeleteApplicationResponse, error) {
	return &DeleteApplicationResponse{}, s.Applications.Delete(ctx, in.ApplicationArn)
}

func wireApplication(a application.Application, i instance.Instance) Application {
	status, visibility := ApplicationStatusEnabled, ApplicationVisibilityEnabled
	if a.Disabled {
		status = ApplicationStatusDisabled
	}
	if a.Portal.Hidden {
		visibility = ApplicationVisibilityDisabled
	}
	options := &PortalOptions{Visibility: &visibility}
	if a.Portal.Origin != "" {
		options.SignInOptions = &SignInOptions{Origin: string(a.Portal.Origin), ApplicationUrl: wire.Optional(a.Portal.URL)}
	}
	return Application{
		ApplicationArn: &a.ARN, ApplicationProviderArn: &a.Provider, Name: &a.Name, ApplicationAccount: wire.Optional(a.Account),
		InstanceArn: &a.InstanceARN, IdentityStoreArn: new(i.IdentityStoreARN()), Status: &status, PortalOptions: options,
		Description: wire.Optional(a.Description), CreatedDate: wire.Moment(a.Created), CreatedFrom: wire.Optional(a.CreatedFrom),
	}
}

// DescribeApplicationProvider reads an entry of AWS's catalogue.
func (s *Service) DescribeApplicationProvider(_ context.Context, _ *wire.Call, in *DescribeApplicationProviderRequest) (*DescribeApplicationProviderResponse, error) {
	p, err := application.FindProvider(in.ApplicationProviderArn)
	if err != nil {
		return nil, err
	}
	w := wireProvider(p)
	return (*DescribeApplicationProviderResponse)(&w), nil
}

// ListApplicationProviders lists AWS's catalogue.
func (s *Service) ListApplicationProviders(_ context.Context, _ *wire.Call, in *ListApplicationProvidersRequest) (*ListApplicationProvidersResponse, error) {
	const query = "ListApplicationProviders"
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after := application.ListProviders(page)
	next, err := s.next(query, after)
	return &ListApplicationProvidersResponse{ApplicationProviders: wire.Each(all, wireProvider), NextToken: next}, err
}

func wireProvider(p application.Provider) ApplicationProvider {
	w := ApplicationProvider{
		ApplicationProviderArn: p.ARN, FederationProtocol: wire.Optional(p.Protocol),
		DisplayData: &DisplayData{DisplayName: &p.Name, Description: &p.Description},
	}
	if len(p.Scopes) > 0 {
		w.ResourceServerConfig = &ResourceServerConfig{Scopes: map[string]ResourceServerScopeDetails{}}
		for name, scope := range p.Scopes {
			w.ResourceServerConfig.Scopes[name] = ResourceServerScopeDetails{DetailedTitle: &scope.Title, LongDescription: &scope.Description}
		}
	}
	return w
}
