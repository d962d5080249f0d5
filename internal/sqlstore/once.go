package sqlstore

import (
	"context"
	"time"

	"foyer/internal/once"
)

// PutClientToken remembers a request that has a client token; false when the
// token is known.
func (tx *Tx) PutClientToken(ctx context.Context, r once.Request, at time.Time) (bool, error) {
	return tx.insert(ctx, "INSERT INTO client_token (account, operation, token, digest, result, at) VALUES (?, ?, ?, ?, '', ?) ON CONFLICT DO NOTHING",
		r.Account, r.Operation, r.Token, r.Digest, micros(at))
}

// ClientToken reads what is remembered of a request's token.
func (tx *Tx) ClientToken(ctx context.Context, r once.Request) (digest, result string, err error) {
	_, err = tx.queryRow(ctx, "SELECT digest, result FROM client_token WHERE account = ? AND operation = ? AND token = ?",
		[]any{r.Account, r.Operation, r.Token}, &digest, &result)
	return digest, result, err
}

// SetClientTokenResult remembers what a request made.
func (tx *Tx) SetClientTokenResult(ctx context.Context, r once.Request, result string) error {
	_, err := tx.exec(ctx, "UPDATE client_token SET result = ? WHERE account = ? AND operation = ? AND token = ?", result, r.Account, r.Operation, r.Token)
	return err
}

// PurgeClientTokens forgets up to limit requests of before a time.
func (tx *Tx) PurgeClientTokens(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.exec(ctx, `DELETE FROM client_token WHERE (account, operation, token) IN
		(SELECT account, operation, token FROM client_token WHERE at < ? ORDER BY at LIMIT ?)`, micros(before), limit)
	return int(n), err
}
