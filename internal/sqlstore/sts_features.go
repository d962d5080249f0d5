package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/sts"
)

const outboundColumns = "account, issuer, enabled"

// PutOutboundFederation writes whether an account issues tokens. An issuer that
// is there keeps its id.
func (tx *Tx) PutOutboundFederation(ctx context.Context, o iam.OutboundFederation) error {
	_, err := tx.exec(ctx, "INSERT INTO iam_outbound_federation ("+outboundColumns+`) VALUES (?, ?, ?)
		ON CONFLICT (account) DO UPDATE SET enabled = excluded.enabled`, string(o.Account), o.IssuerID, flag(o.Enabled))
	return err
}

// OutboundFederation finds by account.
func (tx *Tx) OutboundFederation(ctx context.Context, account arn.AccountID) (iam.OutboundFederation, bool, error) {
	return one(ctx, tx, scanOutbound, "SELECT "+outboundColumns+" FROM iam_outbound_federation WHERE account = ?", string(account))
}

// OutboundFederationOf finds by the issuer's id.
func (tx *Tx) OutboundFederationOf(ctx context.Context, issuerID string) (iam.OutboundFederation, bool, error) {
	return one(ctx, tx, scanOutbound, "SELECT "+outboundColumns+" FROM iam_outbound_federation WHERE issuer = ?", issuerID)
}

func scanOutbound(row scanner) (o iam.OutboundFederation, err error) {
	var account string
	var enabled int64
	err = row.Scan(&account, &o.IssuerID, &enabled)
	o.Account, o.Enabled = arn.AccountID(account), enabled != 0
	return o, err
}

// PutSigningKey adds a key, unless the account has one for the algorithm.
func (tx *Tx) PutSigningKey(ctx context.Context, k sts.SealedKey) error {
	_, err := tx.exec(ctx, "INSERT INTO sts_signing_key (account, algorithm, id, sealed, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		string(k.Account), k.Algorithm, k.ID, k.Sealed, micros(tx.Now()))
	return err
}

// SigningKeys lists an account's keys by algorithm.
func (tx *Tx) SigningKeys(ctx context.Context, account arn.AccountID) ([]sts.SealedKey, error) {
	scan := func(row scanner) (k sts.SealedKey, err error) {
		k.Account = account
		err = row.Scan(&k.Algorithm, &k.ID, &k.Sealed)
		return k, err
	}
	return rows(ctx, tx, scan, "SELECT algorithm, id, sealed FROM sts_signing_key WHERE account = ? ORDER BY algorithm", string(account))
}

// PutRootFeature turns a feature on; doing it twice is no error.
func (tx *Tx) PutRootFeature(ctx context.Context, organization string, f iam.RootFeature) error {
	_, err := tx.exec(ctx, "INSERT INTO iam_root_feature (organization, feature) VALUES (?, ?) ON CONFLICT DO NOTHING", organization, string(f))
	return err
}

// DeleteRootFeature turns a feature off.
func (tx *Tx) DeleteRootFeature(ctx context.Context, organization string, f iam.RootFeature) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_root_feature WHERE organization = ? AND feature = ?", organization, string(f))
	return err
}

// RootFeatures lists an organization's features by name.
func (tx *Tx) RootFeatures(ctx context.Context, organization string) ([]iam.RootFeature, error) {
	scan := func(row scanner) (f iam.RootFeature, err error) {
		err = row.Scan(&f)
		return f, err
	}
	return rows(ctx, tx, scan, "SELECT feature FROM iam_root_feature WHERE organization = ? ORDER BY feature", organization)
}
