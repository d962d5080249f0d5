package application

import (
	"slices"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// Protocol is how an application signs people in, in the API's words.
type Protocol string

// The protocols.
const (
	SAML  Protocol = "SAML"
	OAuth Protocol = "OAUTH"
)

// Provider is an entry of AWS's catalogue of applications.
type Provider struct {
	ARN         string
	Protocol    Protocol
	Name        string
	Description string
	Scopes      map[string]Scope // that it serves as a resource server, by name
}

// Scope is an access scope as its resource server describes it.
type Scope struct{ Title, Description string }

// Providers is the catalogue, by ARN: the two kinds of customer managed
// applications, and those of AWS's own that others know by name. AWS's whole
// list is nowhere published.
func Providers() []Provider {
	named := func(name string) string { return "arn:" + arn.Partition + ":sso::aws:applicationProvider/" + name }
	return []Provider{
		{ARN: named("custom"), Protocol: OAuth, Name: "Custom application", Description: "A customer managed application that uses OAuth 2.0"},
		{ARN: named("custom-saml"), Protocol: SAML, Name: "Custom SAML 2.0 application", Description: "A customer managed application that uses SAML 2.0"},
		{ARN: named("eks-argocd"), Protocol: OAuth, Name: "Argo CD on Amazon EKS", Description: "The Argo CD capability of Amazon EKS"},
		{ARN: named("qbusiness"), Protocol: OAuth, Name: "Amazon Q Business", Description: "Amazon Q Business"},
		{ARN: named("quicksight"), Protocol: OAuth, Name: "Amazon QuickSight", Description: "Amazon QuickSight"},
		{ARN: named("redshift"), Protocol: OAuth, Name: "Amazon Redshift", Description: "Amazon Redshift", Scopes: map[string]Scope{
			"redshift:connect": {Title: "Connect to Amazon Redshift", Description: "Connect to Amazon Redshift as the signed-in user"},
		}},
		{ARN: named("sagemaker"), Protocol: OAuth, Name: "Amazon SageMaker", Description: "Amazon SageMaker"},
	}
}

// FindProvider returns the catalogue's entry with an ARN; a NotFound fault when
// there is none.
func FindProvider(providerARN string) (Provider, error) {
	for _, p := range Providers() {
		if p.ARN == providerARN {
			return p, nil
		}
	}
	return Provider{}, fault.Newf(fault.NotFound, "Could not find ApplicationProvider with ARN %s.", providerARN)
}

// ListProviders is the catalogue by pages.
func ListProviders(page paging.Page) ([]Provider, string) {
	all := slices.DeleteFunc(Providers(), func(p Provider) bool { return p.ARN <= page.After })
	return paging.Cut(all, page.Limit, func(p Provider) string { return p.ARN })
}
