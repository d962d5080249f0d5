// Package once lets a request to create something be sent again without
// creating it twice: by the client token that both requests carry.
package once

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"foyer/internal/fault"
)

// Kept is how long a client token is remembered.
const Kept = 24 * time.Hour

// Request is a request to create something. The zero Request has no token: it
// creates whenever it comes.
type Request struct {
	Account   string // that the caller lives in: tokens of others are others
	Operation string
	Token     string
	Digest    string // of everything else in the request: see [Digest]
}

// Digest is what two requests with one token must have in common. input is the
// request without its token.
func Digest(input any) (string, error) {
	text, err := json.Marshal(input)
	if err != nil {
		return "", fmt.Errorf("digest of %T: %w", input, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Tx is what a request needs of one transaction.
type Tx interface {
	Now() time.Time
	// PutClientToken remembers a request; false when its token is known.
	PutClientToken(ctx context.Context, r Request, at time.Time) (fresh bool, err error)
	// ClientToken reads what was remembered of a request's token.
	ClientToken(ctx context.Context, r Request) (digest, result string, err error)
	// SetClientTokenResult remembers what a request created.
	SetClientTokenResult(ctx context.Context, r Request, result string) error
}

// Do creates something unless r came before: then the answer is what was
// created at that time. A token that came with another request is a Conflict.
func Do(ctx context.Context, tx Tx, r Request, create func() (string, error)) (string, error) {
	if r.Token == "" {
		return create()
	}
	fresh, err := tx.PutClientToken(ctx, r, tx.Now())
	if err != nil {
		return "", err
	}
	if !fresh {
		digest, result, err := tx.ClientToken(ctx, r)
		if err == nil && digest != r.Digest {
			err = fault.Newf(fault.Conflict, "IdempotentParameterMismatch: the client token was used before, with other parameters.")
		}
		return result, err
	}
	result, err := create()
	if err != nil {
		return "", err
	}
	return result, tx.SetClientTokenResult(ctx, r, result)
}
