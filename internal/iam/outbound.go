package iam

import (
	"context"
	"fmt"

	"foyer/internal/arn"
	"foyer/internal/fault"
)

// OutboundFederation says whether an account's principals may have web identity
// tokens for services outside.
type OutboundFederation struct {
	Account  arn.AccountID
	IssuerID string // a UUID, in the URL of the account's issuer; stays for ever
	Enabled  bool
}

// OutboundTx stores outbound federation.
type OutboundTx interface {
	// PutOutboundFederation inserts, or writes Enabled.
	PutOutboundFederation(context.Context, OutboundFederation) error
	OutboundFederation(context.Context, arn.AccountID) (OutboundFederation, bool, error)
	OutboundFederationOf(ctx context.Context, issuerID string) (OutboundFederation, bool, error)
}

// FeatureState refuses to turn on what is on, or to use or turn off what is off.
type FeatureState struct {
	Enabled bool // the state that it is in
	Err     error
}

// Error returns the reason.
func (e *FeatureState) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *FeatureState) Unwrap() error { return e.Err }

func outboundDisabled() error {
	return &FeatureState{false, fault.Newf(fault.NotFound, "The outbound identity federation feature is not enabled for this account.")}
}

// EnableOutboundFederation lets an account's principals have web identity tokens.
func (s *Service) EnableOutboundFederation(ctx context.Context, account arn.AccountID) (o OutboundFederation, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		var found bool
		if o, found, err = tx.OutboundFederation(ctx, account); err != nil {
			return fmt.Errorf("outbound federation of %s: %w", account, err)
		}
		if o.Enabled {
			return &FeatureState{true, fault.Newf(fault.Conflict, "The outbound identity federation feature is already enabled for this account.")}
		}
		if !found {
			o = OutboundFederation{Account: account, IssuerID: s.Mint.UUID()}
		}
		o.Enabled = true
		return tx.PutOutboundFederation(ctx, o)
	})
	return o, err
}

// DisableOutboundFederation ends it. Tokens that are out stay good until they
// run out: the issuer's keys stay published.
func (s *Service) DisableOutboundFederation(ctx context.Context, account arn.AccountID) error {
	return s.InTx(ctx, func(tx Tx) error {
		o, _, err := tx.OutboundFederation(ctx, account)
		if err != nil {
			return fmt.Errorf("outbound federation of %s: %w", account, err)
		}
		if !o.Enabled {
			return outboundDisabled()
		}
		o.Enabled = false
		return tx.PutOutboundFederation(ctx, o)
	})
}

// OutboundFederation returns the account's, or *FeatureState when it is off.
func (s *Service) OutboundFederation(ctx context.Context, account arn.AccountID) (o OutboundFederation, err error) {
	err = s.View(ctx, func(tx Tx) error {
		o, _, err = tx.OutboundFederation(ctx, account)
		if err == nil && !o.Enabled {
			err = outboundDisabled()
		}
		return err
	})
	return o, err
}

// OutboundIssuer returns whose issuer has an id, also when it issues no more;
// or a NotFound fault.
func (s *Service) OutboundIssuer(ctx context.Context, issuerID string) (o OutboundFederation, err error) {
	err = s.View(ctx, func(tx Tx) error {
		var found bool
		o, found, err = tx.OutboundFederationOf(ctx, issuerID)
		if err == nil && !found {
			err = fault.Newf(fault.NotFound, "There is no issuer %s.", issuerID)
		}
		return err
	})
	return o, err
}
