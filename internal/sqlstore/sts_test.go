package sqlstore_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/mint"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/sts"
)

const (
	manager arn.AccountID = "111122223333"
	member  arn.AccountID = "444455556666"
)

func iamOn(t *testing.T, db *sqlstore.DB) *iam.Service {
	t.Helper()
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: bytes.Repeat([]byte{7}, seal.KeySize)})
	must(t, "ring", err)
	see := func(tx *sqlstore.Tx) iam.Tx { return tx }
	return &iam.Service{InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Mint: mint.Mint{Source: rand.Reader}, Ring: ring}
}

func TestOIDCProvidersOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx, s := t.Context(), iamOn(t, db)
		made, err := s.CreateOIDCProvider(ctx, iam.OIDCProvider{Account: manager, URL: "https://idp.example.net", ClientIDs: []string{"a"}}, []iam.Tag{{Key: "k", Value: "v"}})
		must(t, "create", err)
		_, err = s.CreateOIDCProvider(ctx, iam.OIDCProvider{Account: manager, URL: "https://idp.example.net"}, nil)
		kind(t, "the same URL", err, fault.Conflict)
		_, err = s.CreateOIDCProvider(ctx, iam.OIDCProvider{Account: member, URL: "https://idp.example.net"}, nil)
		must(t, "in another account", err)
		must(t, "add a client", s.AddClientID(ctx, manager, made.ARN, "b"))
		got, err := s.OIDCProvider(ctx, made.ARN)
		must(t, "read", err)
		if !slices.Equal(got.ClientIDs, []string{"a", "b"}) || got.Tags["k"] != "v" || !got.Created.Equal(made.Created) || got.ARN != made.ARN {
			t.Errorf("read %+v, made %+v", got, made)
		}
		summary, err := s.Summary(ctx, manager)
		if err != nil || summary["Providers"] != 1 {
			t.Errorf("summary counts %d providers, %v", summary["Providers"], err)
		}
		must(t, "delete", s.DeleteOIDCProvider(ctx, manager, made.ARN))
		_, err = s.OIDCProvider(ctx, made.ARN)
		kind(t, "deleted", err, fault.NotFound)
	})
}

func TestOutboundFederationOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx, s := t.Context(), iamOn(t, db)
		off := func(what string, err error) {
			t.Helper()
			if state, ok := errors.AsType[*iam.FeatureState](err); !ok || state.Enabled {
				t.Errorf("%s: %v, want that it is off", what, err)
			}
		}
		_, err := s.OutboundFederation(ctx, manager)
		off("read", err)
		off("disable", s.DisableOutboundFederation(ctx, manager))
		on, err := s.EnableOutboundFederation(ctx, manager)
		must(t, "enable", err)
		_, err = s.EnableOutboundFederation(ctx, manager)
		if state, ok := errors.AsType[*iam.FeatureState](err); !ok || !state.Enabled {
			t.Errorf("enable again: %v", err)
		}
		must(t, "disable", s.DisableOutboundFederation(ctx, manager))
		if of, err := s.OutboundIssuer(ctx, on.IssuerID); err != nil || of.Account != manager || of.Enabled {
			t.Errorf("the issuer is %+v, %v", of, err)
		}
		again, err := s.EnableOutboundFederation(ctx, manager)
		if err != nil || again != on {
			t.Errorf("enabled again as %+v, %v; was %+v", again, err, on)
		}
		_, err = s.OutboundIssuer(ctx, "x")
		kind(t, "another issuer", err, fault.NotFound)
	})
}

func key(account arn.AccountID, algorithm, id, sealed string) sts.SealedKey {
	return sts.SealedKey{Account: account, Algorithm: algorithm, ID: id, Sealed: sealed}
}

func TestSigningKeysOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx := t.Context()
		must(t, "keys", db.InTx(ctx, func(tx *sqlstore.Tx) error {
			for _, k := range []sts.SealedKey{key(manager, "RS256", "1", "a"), key(manager, "ES384", "2", "b"), key(manager, "RS256", "3", "c"), key(member, "RS256", "4", "d")} {
				if err := tx.PutSigningKey(ctx, k); err != nil {
					return err
				}
			}
			keys, err := tx.SigningKeys(ctx, manager)
			if want := []sts.SealedKey{key(manager, "ES384", "2", "b"), key(manager, "RS256", "1", "a")}; !slices.Equal(keys, want) {
				t.Errorf("keys %+v, want the first of each algorithm: %+v", keys, want)
			}
			return err
		}))
	})
}

func TestRootFeaturesOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx := t.Context()
		standing := iam.Standing{Organization: "o-1", Management: manager, AllFeatures: true, Trusted: true}
		see := func(tx *sqlstore.Tx) iam.RootAccessTx { return tx }
		r := &iam.RootAccess{InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Standing: func(context.Context, arn.AccountID) (iam.Standing, error) { return standing, nil }}
		may := func(want bool) {
			t.Helper()
			if got, err := r.MayAssumeRoot(ctx, manager, member); err != nil || got != want {
				t.Errorf("may assume root: %t, %v, want %t", got, err, want)
			}
		}
		may(false)
		for range 2 {
			_, on, err := r.Enable(ctx, manager, iam.RootSessions)
			if err != nil || !slices.Equal(on, []iam.RootFeature{iam.RootSessions}) {
				t.Errorf("on: %v, %v", on, err)
			}
		}
		may(true)
		if _, on, err := r.Enable(ctx, manager, iam.RootCredentials); err != nil || len(on) != 2 {
			t.Errorf("on: %v, %v", on, err)
		}
		if _, on, err := r.Disable(ctx, manager, iam.RootSessions); err != nil || !slices.Equal(on, []iam.RootFeature{iam.RootCredentials}) {
			t.Errorf("on: %v, %v", on, err)
		}
		may(false)
		if _, on, err := r.Features(ctx, manager); err != nil || len(on) != 1 {
			t.Errorf("on: %v, %v", on, err)
		}
		for reason, change := range map[iam.RootReason]func(){
			iam.NoOrganization:   func() { standing.Organization = "" },
			iam.NotAdministrator: func() { standing.Management = member },
			iam.NotManagement:    func() { standing.Management, standing.Delegated = member, true },
			iam.NotAllFeatures:   func() { standing.AllFeatures = false },
			iam.NotTrusted:       func() { standing.Trusted = false },
		} {
			before := standing
			change()
			_, _, err := r.Enable(ctx, manager, iam.RootSessions)
			if refusal, ok := errors.AsType[*iam.RootRefusal](err); !ok || refusal.Reason != reason {
				t.Errorf("reason %d: %v", reason, err)
			}
			standing = before
		}
	})
}
