package sts

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"io"

	"github.com/go-jose/go-jose/v4"

	"foyer/internal/arn"
	"foyer/internal/mint"
	"foyer/internal/seal"
)

// The algorithms that web identity tokens can be signed with.
var signingAlgorithms = []jose.SignatureAlgorithm{jose.ES384, jose.RS256}

const (
	signingPurpose = "web identity signing key "
	signingBits    = 2048 // of RSA
)

// SealedKey is a signing key of an account as it is stored.
type SealedKey struct {
	Account   arn.AccountID
	Algorithm string // RS256 or ES384
	ID        string // kid
	Sealed    string // PKCS #8, sealed for the account
}

// KeyTx stores signing keys.
type KeyTx interface {
	// PutSigningKey adds a key, unless the account has one for the algorithm.
	PutSigningKey(context.Context, SealedKey) error
	// SigningKeys lists an account's keys by algorithm.
	SigningKeys(context.Context, arn.AccountID) ([]SealedKey, error)
}

// SigningKeys are the keys that accounts sign web identity tokens with: one
// for each algorithm, made at first need. All fields are required.
type SigningKeys struct {
	InTx   func(context.Context, func(KeyTx) error) error
	View   func(context.Context, func(KeyTx) error) error
	Ring   *seal.Keyring
	Mint   mint.Mint
	Random io.Reader
}

// signer is a key, ready to sign.
type signer struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

// of returns the keys of an account, by algorithm. Of two that are made at
// once the first stays.
func (k *SigningKeys) of(ctx context.Context, account arn.AccountID) ([]signer, error) {
	var have []SealedKey
	read := func(tx KeyTx) (err error) {
		have, err = tx.SigningKeys(ctx, account)
		return err
	}
	if err := k.View(ctx, read); err != nil {
		return nil, fmt.Errorf("signing keys of %s: %w", account, err)
	}
	if len(have) < len(signingAlgorithms) {
		fresh, err := k.make(account)
		if err != nil {
			return nil, fmt.Errorf("signing keys of %s: %w", account, err)
		}
		err = k.InTx(ctx, func(tx KeyTx) error {
			for _, key := range fresh {
				if err := tx.PutSigningKey(ctx, key); err != nil {
					return err
				}
			}
			return read(tx)
		})
		if err != nil {
			return nil, fmt.Errorf("signing keys of %s: %w", account, err)
		}
	}
	all := make([]signer, len(have))
	for i, key := range have {
		private, err := k.open(key)
		if err != nil {
			return nil, fmt.Errorf("signing key %s of %s: %w", key.ID, account, err)
		}
		all[i] = signer{key.ID, jose.SignatureAlgorithm(key.Algorithm), private}
	}
	return all, nil
}

// make makes a key for each algorithm, which takes most of a tenth of a second.
func (k *SigningKeys) make(account arn.AccountID) ([]SealedKey, error) {
	curve, err := ecdsa.GenerateKey(elliptic.P384(), k.Random)
	if err != nil {
		return nil, err
	}
	primes, err := rsa.GenerateKey(k.Random, signingBits)
	if err != nil {
		return nil, err
	}
	all := make([]SealedKey, 0, len(signingAlgorithms))
	for algorithm, private := range map[jose.SignatureAlgorithm]crypto.Signer{jose.ES384: curve, jose.RS256: primes} {
		pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			return nil, err
		}
		sealed, err := k.Ring.Seal(signingPurpose+string(account), pkcs8)
		if err != nil {
			return nil, err
		}
		all = append(all, SealedKey{account, string(algorithm), k.Mint.UUID(), sealed})
	}
	return all, nil
}

func (k *SigningKeys) open(key SealedKey) (crypto.Signer, error) {
	pkcs8, err := k.Ring.Open(signingPurpose+string(key.Account), key.Sealed)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, err
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("stored key is %T", parsed)
	}
	return private, nil
}
