// Package accountapi serves AWS's API of account information: an account's name,
// state, contact and Regions.
package accountapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// Service answers the API. All fields are required.
type Service struct {
	Organizations *organizations.Service
	Tokens        paging.Tokens
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API { return newAPI(s, s.authorizations(), faultOf) }

// of is the caller's account, as its organization sees it.
func (s *Service) of(call *wire.Call) organizations.Acting {
	return s.Organizations.As(call.Caller.Account)
}

func idOf(id *string) arn.AccountID {
	if id == nil {
		return ""
	}
	return arn.AccountID(*id)
}

// GetAccountInformation reads an account's name, age and state.
func (s *Service) GetAccountInformation(ctx context.Context, call *wire.Call, in *GetAccountInformationRequest) (*GetAccountInformationResponse, error) {
	a, err := s.of(call).Information(ctx, idOf(in.AccountId))
	if err != nil {
		return nil, err
	}
	return &GetAccountInformationResponse{
		AccountId: new(string(a.ID)), AccountName: new(a.Name), AccountCreatedDate: new(a.Created), AccountState: new(string(a.State)),
	}, nil
}

// GetContactInformation reads an account's primary contact.
func (s *Service) GetContactInformation(ctx context.Context, call *wire.Call, in *GetContactInformationRequest) (*GetContactInformationResponse, error) {
	c, err := s.of(call).Contact(ctx, idOf(in.AccountId))
	if err != nil {
		return nil, err
	}
	return &GetContactInformationResponse{ContactInformation: &ContactInformation{
		FullName: c.FullName, AddressLine1: c.AddressLine1, AddressLine2: wire.Optional(c.AddressLine2), AddressLine3: wire.Optional(c.AddressLine3),
		City: c.City, StateOrRegion: wire.Optional(c.StateOrRegion), DistrictOrCounty: wire.Optional(c.DistrictOrCounty), PostalCode: c.PostalCode,
		CountryCode: c.CountryCode, PhoneNumber: c.PhoneNumber, CompanyName: wire.Optional(c.CompanyName), WebsiteUrl: wire.Optional(c.WebsiteURL),
	}}, nil
}

// PutAccountName gives an account a new name.
func (s *Service) PutAccountName(ctx context.Context, call *wire.Call, in *PutAccountNameRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.of(call).Rename(ctx, idOf(in.AccountId), in.AccountName)
}
