package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/iam"
)

const (
	samlProviderColumns = "p.account, p.name, p.id, d.text, p.entity_id, p.valid_until, p.created, p.tags, p.protected"
	insertSAMLProvider  = "INSERT INTO iam_saml_provider (account, name_key, name, id, metadata, entity_id, valid_until, created, tags, protected) VALUES "
	samlProviderValues  = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

// InsertSAMLProvider adds a provider, unless its name is taken.
func (tx *Tx) InsertSAMLProvider(ctx context.Context, p iam.SAMLProvider) (bool, error) {
	hash, err := tx.putDocument(ctx, p.Metadata)
	if err != nil {
		return false, err
	}
	args, err := samlProviderArgs(p, hash)
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, insertSAMLProvider+samlProviderValues+" ON CONFLICT DO NOTHING", args...)
}

// samlProviderArgs are the values of samlProviderValues.
func samlProviderArgs(p iam.SAMLProvider, metadata string) ([]any, error) {
	tags, err := tagsText(p.Tags)
	if err != nil {
		return nil, err
	}
	return []any{
		string(p.Account), iam.Key(p.Name), p.Name, p.ID, metadata, p.EntityID,
		micros(p.ValidUntil), micros(p.Created), tags, flag(p.Protected),
	}, nil
}

// UpdateSAMLProvider writes what changes of a provider.
func (tx *Tx) UpdateSAMLProvider(ctx context.Context, p iam.SAMLProvider) error {
	hash, err := tx.putDocument(ctx, p.Metadata)
	if err != nil {
		return err
	}
	tags, err := tagsText(p.Tags)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE iam_saml_provider SET metadata = ?, entity_id = ?, valid_until = ?, tags = ? WHERE account = ? AND name_key = ?",
		hash, p.EntityID, micros(p.ValidUntil), tags, string(p.Account), iam.Key(p.Name))
	return err
}

// DeleteSAMLProvider removes a provider.
func (tx *Tx) DeleteSAMLProvider(ctx context.Context, account arn.AccountID, name string) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_saml_provider WHERE account = ? AND name_key = ?", string(account), iam.Key(name))
	return err
}

// SAMLProvider finds by name.
func (tx *Tx) SAMLProvider(ctx context.Context, account arn.AccountID, name string) (iam.SAMLProvider, bool, error) {
	return one(ctx, tx, scanSAMLProvider, "SELECT "+samlProviderColumns+` FROM iam_saml_provider p
		JOIN policy_document d ON d.hash = p.metadata WHERE p.account = ? AND p.name_key = ?`, string(account), iam.Key(name))
}

// SAMLProviders lists an account's providers by name.
func (tx *Tx) SAMLProviders(ctx context.Context, account arn.AccountID) ([]iam.SAMLProvider, error) {
	return rows(ctx, tx, scanSAMLProvider, "SELECT "+samlProviderColumns+` FROM iam_saml_provider p
		JOIN policy_document d ON d.hash = p.metadata WHERE p.account = ? ORDER BY p.name_key`, string(account))
}

func scanSAMLProvider(row scanner) (p iam.SAMLProvider, err error) {
	var account, tags string
	var until, created, protected int64
	if err := row.Scan(&account, &p.Name, &p.ID, &p.Metadata, &p.EntityID, &until, &created, &tags, &protected); err != nil {
		return p, err
	}
	p.Account, p.Protected = arn.AccountID(account), protected != 0
	p.ARN = iam.ProviderARN(p.Account, p.Name)
	p.ValidUntil, p.Created = fromMicros(until), fromMicros(created)
	err = fromJSON(tags, &p.Tags)
	return p, err
}
