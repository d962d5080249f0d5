package organizationsapi

import (
	"context"

	"foyer/internal/organizations"
	"foyer/internal/wire"
)

// wireHandshake shows a handshake with its parties, and what it is about.
func wireHandshake(h organizations.Handshake) Handshake {
	w := Handshake{
		Id: new(h.ID), Arn: new(h.ARN), Action: new(string(h.Action)), State: new(string(h.State)),
		RequestedTimestamp: wire.Moment(h.Requested), ExpirationTimestamp: wire.Moment(h.Expires),
		Parties: []HandshakeParty{{Id: h.Organization, Type: HandshakePartyTypeOrganization}},
	}
	organization := resource(HandshakeResourceTypeOrganization, h.Organization)
	if h.Action == organizations.InviteAction {
		organization.Resources = []HandshakeResource{
			resource(HandshakeResourceTypeMasterEmail, h.ManagementEmail),
			resource(HandshakeResourceTypeMasterName, h.ManagementName),
			resource(HandshakeResourceTypeOrganizationFeatureSet, string(h.Features)),
		}
	}
	w.Resources = []HandshakeResource{organization}
	if h.Party != "" {
		w.Parties = append(w.Parties, HandshakeParty{Id: h.Party, Type: string(h.PartyType)})
		w.Resources = append(w.Resources, resource(string(h.PartyType), h.Party))
	}
	if h.Parent != "" {
		w.Resources = append(w.Resources, resource(HandshakeResourceTypeParentHandshake, h.Parent))
	}
	if h.Notes != "" {
		w.Resources = append(w.Resources, resource(HandshakeResourceTypeNotes, h.Notes))
	}
	return w
}

func resource(kind, value string) HandshakeResource {
	return HandshakeResource{Type: new(kind), Value: new(value)}
}

// InviteAccountToOrganization asks an account to join.
func (s *Service) InviteAccountToOrganization(ctx context.Context, call *wire.Call, in *InviteAccountToOrganizationRequest) (*InviteAccountToOrganizationResponse, error) {
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	h, err := s.of(call).Invite(ctx, organizations.Invitation{
		Party: in.Target.Id, Type: organizations.PartyType(in.Target.Type), Notes: wire.Given(in.Notes), Tags: tags,
	})
	if err != nil {
		return nil, err
	}
	return &InviteAccountToOrganizationResponse{Handshake: new(wireHandshake(h))}, nil
}

// EnableAllFeatures begins to turn on all features.
func (s *Service) EnableAllFeatures(ctx context.Context, call *wire.Call, _ *EnableAllFeaturesRequest) (*EnableAllFeaturesResponse, error) {
	h, err := s.of(call).EnableAllFeatures(ctx)
	if err != nil {
		return nil, err
	}
	return &EnableAllFeaturesResponse{Handshake: new(wireHandshake(h))}, nil
}

// AcceptHandshake agrees to a handshake.
func (s *Service) AcceptHandshake(ctx context.Context, call *wire.Call, in *AcceptHandshakeRequest) (*AcceptHandshakeResponse, error) {
	h, err := s.of(call).Accept(ctx, in.HandshakeId)
	if err != nil {
		return nil, err
	}
	return &AcceptHandshakeResponse{Handshake: new(wireHandshake(h))}, nil
}

// DeclineHandshake refuses a handshake.
func (s *Service) DeclineHandshake(ctx context.Context, call *wire.Call, in *DeclineHandshakeRequest) (*DeclineHandshakeResponse, error) {
	h, err := s.of(call).Decline(ctx, in.HandshakeId)
	if err != nil {
		return nil, err
	}
	return &DeclineHandshakeResponse{Handshake: new(wireHandshake(h))}, nil
}

// CancelHandshake takes a handshake back.
func (s *Service) CancelHandshake(ctx context.Context, call *wire.Call, in *CancelHandshakeRequest) (*CancelHandshakeResponse, error) {
	h, err := s.of(call).Cancel(ctx, in.HandshakeId)
	if err != nil {
		return nil, err
	}
	return &CancelHandshakeResponse{Handshake: new(wireHandshake(h))}, nil
}

// DescribeHandshake reads a handshake.
func (s *Service) DescribeHandshake(ctx context.Context, call *wire.Call, in *DescribeHandshakeRequest) (*DescribeHandshakeResponse, error) {
	h, err := s.of(call).Handshake(ctx, in.HandshakeId)
	if err != nil {
		return nil, err
	}
	return &DescribeHandshakeResponse{Handshake: new(wireHandshake(h))}, nil
}

func filterOf(f *HandshakeFilter) organizations.HandshakeFilter {
	if f == nil {
		return organizations.HandshakeFilter{}
	}
	return organizations.HandshakeFilter{Action: organizations.HandshakeAction(wire.Given(f.ActionType)), Parent: wire.Given(f.ParentHandshakeId)}
}

// ListHandshakesForAccount lists the handshakes that ask the caller's account.
func (s *Service) ListHandshakesForAccount(ctx context.Context, call *wire.Call, in *ListHandshakesForAccountRequest) (*ListHandshakesForAccountResponse, error) {
	f := filterOf(in.Filter)
	query := "asked " + string(f.Action) + " " + f.Parent
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.Organizations.As(call.Caller.Account).HandshakesForAccount(ctx, f, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListHandshakesForAccountResponse{Handshakes: wire.Each(all, wireHandshake), NextToken: next}, err
}

// ListHandshakesForOrganization lists the handshakes of the caller's organization.
func (s *Service) ListHandshakesForOrganization(ctx context.Context, call *wire.Call, in *ListHandshakesForOrganizationRequest) (*ListHandshakesForOrganizationResponse, error) {
	f := filterOf(in.Filter)
	query := "handshakes " + string(f.Action) + " " + f.Parent
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).HandshakesForOrganization(ctx, f, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListHandshakesForOrganizationResponse{Handshakes: wire.Each(all, wireHandshake), NextToken: next}, err
}
