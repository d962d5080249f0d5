package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
)

// putDocument stores a policy document under its hash, once, and returns the hash.
func (tx *Tx) putDocument(ctx context.Context, text string) (string, error) {
	sum := sha256.Sum256([]byte(text))
	hash := hex.EncodeToString(sum[:])
	_, err := tx.insert(ctx, "INSERT INTO policy_document (hash, text) VALUES (?, ?) ON CONFLICT DO NOTHING", hash, text)
	return hash, err
}
