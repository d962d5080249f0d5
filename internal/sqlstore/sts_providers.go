package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/iam"
)

const oidcProviderColumns = "account, url, client_ids, thumbprints, created, tags"

// InsertOIDCProvider adds a provider, unless its URL is taken.
func (tx *Tx) InsertOIDCProvider(ctx context.Context, p iam.OIDCProvider) (bool, error) {
	clients, thumbprints, tags, err := oidcProviderTexts(p)
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, "INSERT INTO iam_oidc_provider ("+oidcProviderColumns+") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		string(p.Account), p.URL, clients, thumbprints, micros(p.Created), tags)
}

func oidcProviderTexts(p iam.OIDCProvider) (clients, thumbprints, tags string, err error) {
	if clients, err = toJSON(p.ClientIDs); err != nil {
		return "", "", "", err
	}
	if thumbprints, err = toJSON(p.Thumbprints); err != nil {
		return "", "", "", err
	}
	tags, err = tagsText(p.Tags)
	return clients, thumbprints, tags, err
}

// UpdateOIDCProvider writes what changes of a provider.
func (tx *Tx) UpdateOIDCProvider(ctx context.Context, p iam.OIDCProvider) error {
	clients, thumbprints, tags, err := oidcProviderTexts(p)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE iam_oidc_provider SET client_ids = ?, thumbprints = ?, tags = ? WHERE account = ? AND url = ?",
		clients, thumbprints, tags, string(p.Account), p.URL)
	return err
}

// DeleteOIDCProvider removes a provider, if it is there.
func (tx *Tx) DeleteOIDCProvider(ctx context.Context, account arn.AccountID, url string) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_oidc_provider WHERE account = ? AND url = ?", string(account), url)
	return err
}

// OIDCProvider finds by URL.
func (tx *Tx) OIDCProvider(ctx context.Context, account arn.AccountID, url string) (iam.OIDCProvider, bool, error) {
	return one(ctx, tx, scanOIDCProvider, "SELECT "+oidcProviderColumns+" FROM iam_oidc_provider WHERE account = ? AND url = ?", string(account), url)
}

// OIDCProviders lists an account's providers by URL.
func (tx *Tx) OIDCProviders(ctx context.Context, account arn.AccountID) ([]iam.OIDCProvider, error) {
	return rows(ctx, tx, scanOIDCProvider, "SELECT "+oidcProviderColumns+" FROM iam_oidc_provider WHERE account = ? ORDER BY url", string(account))
}

func scanOIDCProvider(row scanner) (p iam.OIDCProvider, err error) {
	var account, clients, thumbprints, tags string
	var created int64
	if err := row.Scan(&account, &p.URL, &clients, &thumbprints, &created, &tags); err != nil {
		return p, err
	}
	p.Account, p.Created = arn.AccountID(account), fromMicros(created)
	p.ARN = iam.OIDCProviderARN(p.Account, p.URL)
	if err := fromJSON(clients, &p.ClientIDs); err != nil {
		return p, err
	}
	if err := fromJSON(thumbprints, &p.Thumbprints); err != nil {
		return p, err
	}
	err = fromJSON(tags, &p.Tags)
	return p, err
}
