package sqlstore

import (
	"context"

	"foyer/internal/paging"
	"foyer/internal/trustedissuer"
)

const issuerColumns = "arn, instance, name, url, claim, attribute, retrieval, created"

func scanIssuer(row scanner) (trustedissuer.Issuer, error) {
	var (
		i       trustedissuer.Issuer
		created int64
	)
	err := row.Scan(&i.ARN, &i.InstanceARN, &i.Name, &i.OIDC.URL, &i.OIDC.Claim, &i.OIDC.Attribute, &i.OIDC.Retrieval, &created)
	i.Created = fromMicros(created)
	return i, err
}

// TrustedTokenIssuer reads an issuer by ARN.
func (tx *Tx) TrustedTokenIssuer(ctx context.Context, issuerARN string) (trustedissuer.Issuer, bool, error) {
	return one(ctx, tx, scanIssuer, "SELECT "+issuerColumns+" FROM trusted_token_issuer WHERE arn = ?", issuerARN)
}

// TrustedTokenIssuerOf reports whether an instance has an issuer.
func (tx *Tx) TrustedTokenIssuerOf(ctx context.Context, instanceARN, issuerARN string) (bool, error) {
	i, found, err := tx.TrustedTokenIssuer(ctx, issuerARN)
	return found && i.InstanceARN == instanceARN, err
}

// TrustedTokenIssuers lists an instance's issuers by ARN.
func (tx *Tx) TrustedTokenIssuers(ctx context.Context, instanceARN string, page paging.Page) ([]trustedissuer.Issuer, error) {
	return rows(ctx, tx, scanIssuer, "SELECT "+issuerColumns+" FROM trusted_token_issuer WHERE instance = ? AND arn > ? ORDER BY arn LIMIT ?",
		instanceARN, page.After, page.Limit)
}

// CountTrustedTokenIssuers counts an instance's issuers.
func (tx *Tx) CountTrustedTokenIssuers(ctx context.Context, instanceARN string) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM trusted_token_issuer WHERE instance = ?", []any{instanceARN}, &n)
	return n, err
}

// PutTrustedTokenIssuer adds an issuer; false when its name or URL is taken.
func (tx *Tx) PutTrustedTokenIssuer(ctx context.Context, i trustedissuer.Issuer) (bool, error) {
	return tx.insert(ctx, "INSERT INTO trusted_token_issuer ("+issuerColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		i.ARN, i.InstanceARN, i.Name, i.OIDC.URL, i.OIDC.Claim, i.OIDC.Attribute, i.OIDC.Retrieval, micros(i.Created))
}

// UpdateTrustedTokenIssuer writes what may change of an issuer; false when its
// name is another's.
func (tx *Tx) UpdateTrustedTokenIssuer(ctx context.Context, i trustedissuer.Issuer) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE trusted_token_issuer SET name = ?, claim = ?, attribute = ?, retrieval = ? WHERE arn = ?
		AND NOT EXISTS (SELECT 1 FROM trusted_token_issuer other WHERE other.instance = ? AND other.name = ? AND other.arn <> ?)`,
		i.Name, i.OIDC.Claim, i.OIDC.Attribute, i.OIDC.Retrieval, i.ARN, i.InstanceARN, i.Name, i.ARN)
	return n > 0, err
}

// DeleteTrustedTokenIssuer removes an issuer with its tags.
func (tx *Tx) DeleteTrustedTokenIssuer(ctx context.Context, issuerARN string) error {
	_, err := tx.deleteWithParts(ctx, issuerARN,
		"DELETE FROM resource_tag WHERE resource = ?", "DELETE FROM trusted_token_issuer WHERE arn = ?")
	return err
}
