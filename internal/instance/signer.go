package instance

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"foyer/internal/saml"
)

const (
	keyBits     = 2048
	keyPurpose  = "instance signing key"
	certificate = 10 * 365 * 24 * time.Hour // how long it is valid
)

// SigningKey is a signing key as it is stored. The zero SigningKey is none.
type SigningKey struct {
	Sealed      string // PKCS #8, sealed
	Certificate string // base64 DER
}

// Making is a key that is being made ahead of its need: that takes most of a
// tenth of a second.
type Making struct {
	done chan struct{}
	key  *rsa.PrivateKey
	err  error
}

// MakeKey begins to make a signing key.
func MakeKey(random io.Reader) *Making {
	m := &Making{done: make(chan struct{})}
	go func() {
		defer close(m.done)
		m.key, m.err = rsa.GenerateKey(random, keyBits)
	}()
	return m
}

// Signer returns the instance's SAML signer. Its key is made at first need and
// stays for ever.
func (s *Service) Signer(ctx context.Context) (*saml.Signer, error) {
	s.mu.Lock()
	signer := s.signer
	s.mu.Unlock()
	if signer != nil {
		return signer, nil
	}
	i, err := s.Instance(ctx)
	if err != nil {
		return nil, err
	}
	key, err := s.signingKey(ctx, i)
	if err != nil {
		return nil, fmt.Errorf("signing key of %s: %w", i.ID, err)
	}
	if signer, err = s.open(i, key); err != nil {
		return nil, fmt.Errorf("signing key of %s: %w", i.ID, err)
	}
	s.mu.Lock()
	s.signer = signer
	s.mu.Unlock()
	return signer, nil
}

// signingKey reads the key, or makes it. Of two that are made at once the first
// stays.
func (s *Service) signingKey(ctx context.Context, i Instance) (key SigningKey, err error) {
	read := func(tx Tx) (err error) {
		key, err = tx.InstanceKey(ctx, i.ID)
		return err
	}
	if err := s.View(ctx, read); err != nil || key != (SigningKey{}) {
		return key, err
	}
	var at time.Time
	if err := s.View(ctx, func(tx Tx) error { at = tx.Now(); return nil }); err != nil {
		return SigningKey{}, err
	}
	fresh, err := s.freshKey(i, at)
	if err != nil {
		return SigningKey{}, err
	}
	err = s.InTx(ctx, func(tx Tx) error {
		if err := tx.PutInstanceKey(ctx, i.ID, fresh); err != nil {
			return err
		}
		return read(tx)
	})
	return key, err
}

// freshKey makes a key and its self-signed certificate.
func (s *Service) freshKey(i Instance, at time.Time) (SigningKey, error) {
	private, err := s.newKey()
	if err != nil {
		return SigningKey{}, err
	}
	serial, ok := new(big.Int).SetString(s.Mint.From("1", "0123456789abcdef", 30), 16)
	if !ok {
		return SigningKey{}, errors.New("serial number is no number")
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: i.ID},
		NotBefore: at.Add(-time.Hour), NotAfter: at.Add(certificate),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(s.Random, template, template, private.Public(), private)
	if err != nil {
		return SigningKey{}, fmt.Errorf("certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return SigningKey{}, err
	}
	sealed, err := s.Ring.Seal(keyPurpose, pkcs8)
	if err != nil {
		return SigningKey{}, err
	}
	return SigningKey{Sealed: sealed, Certificate: base64.StdEncoding.EncodeToString(der)}, nil
}

// newKey is the key that is being made ahead, or one made now.
func (s *Service) newKey() (*rsa.PrivateKey, error) {
	if s.Ahead == nil {
		return rsa.GenerateKey(s.Random, keyBits)
	}
	<-s.Ahead.done
	return s.Ahead.key, s.Ahead.err
}

func (s *Service) open(i Instance, key SigningKey) (*saml.Signer, error) {
	pkcs8, err := s.Ring.Open(keyPurpose, key.Sealed)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, err
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("stored key is %T, want RSA", parsed)
	}
	der, err := base64.StdEncoding.DecodeString(key.Certificate)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &saml.Signer{EntityID: i.EntityID(), Key: private, Certificate: certificate}, nil
}
