package iam

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/mint"
)

// maxChain bounds the certificates of a chain.
const maxChain = 20

func notPEM(cause error) error {
	return refuseFor(BadCertificate, cause, "Unable to parse certificate. Please ensure the certificate is in PEM format.")
}

// parseCertificates reads a text of nothing but certificates in PEM.
func parseCertificates(text string, most int) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for rest := []byte(text); len(strings.TrimSpace(string(rest))) > 0; {
		var block *pem.Block
		if !strings.HasPrefix(strings.TrimSpace(string(rest)), "-----BEGIN ") {
			return nil, notPEM(nil) // words between certificates
		}
		if block, rest = pem.Decode(rest); block == nil || block.Type != "CERTIFICATE" || len(all) == most {
			return nil, notPEM(nil)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, notPEM(err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, notPEM(nil)
	}
	return all, nil
}

// parseCertificate reads one certificate in PEM.
func parseCertificate(text string) (*x509.Certificate, error) {
	all, err := parseCertificates(text, 1)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// checkDates refuses a certificate that is not good now, with the reason given.
func checkDates(c *x509.Certificate, now time.Time, r Reason) error {
	switch {
	case now.Before(c.NotBefore):
		return refuse(r, "Certificate is not yet valid. The 'Not Before' date restriction on the certificate has not passed.")
	case now.After(c.NotAfter):
		return refuse(r, "Certificate is no longer valid. The 'Not After' date restriction on the certificate has passed.")
	}
	return nil
}

// checkChain refuses a chain in which not each certificate is signed by the
// next, the first of them c.
func checkChain(c *x509.Certificate, chain []*x509.Certificate) error {
	for i, issuer := range chain {
		if err := c.CheckSignatureFrom(issuer); err != nil {
			return refuseFor(BadCertificate, err, "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: %d", i-1)
		}
		c = issuer
	}
	return nil
}

// parsePrivateKey reads an RSA or ECDSA key in PEM, not encrypted.
func parsePrivateKey(text string) (crypto.Signer, error) {
	block, rest := pem.Decode([]byte(text))
	if block != nil && block.Type == "EC PARAMETERS" { // as OpenSSL writes them before the key
		block, rest = pem.Decode(rest)
	}
	if block == nil || len(strings.TrimSpace(string(rest))) > 0 {
		return nil, refuse(BadCertificate, "Unable to parse private key. Please ensure the private key is in PEM format.")
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, refuse(BadCertificate, "Unable to parse private key. The private key must not be encrypted.")
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err == nil {
		switch k := key.(type) {
		case *rsa.PrivateKey:
			return k, nil
		case *ecdsa.PrivateKey:
			return k, nil
		}
	}
	return nil, refuseFor(BadCertificate, err, "Unable to parse private key. Please ensure the private key is in PEM format.")
}

// fits reports whether key is the private key of c.
func fits(key crypto.Signer, c *x509.Certificate) bool {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(c.PublicKey)
}

// certificateMark is the SHA-256 of a certificate.
func certificateMark(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// UploadSigningCertificate gives a user, or with user "" root, a certificate to
// sign with.
func (s *Service) UploadSigningCertificate(ctx context.Context, account arn.AccountID, user, body string) (c Credential, err error) {
	cert, err := parseCertificate(body)
	if err != nil {
		return Credential{}, err
	}
	err = s.InTx(ctx, func(tx Tx) error {
		owner, err := keyHolder(ctx, tx, account, user)
		if err != nil {
			return err
		}
		if err := checkDates(cert, tx.Now(), InvalidCertificate); err != nil {
			return err
		}
		c = Credential{
			Kind: SigningCertificate, ID: s.Mint.From("", mint.Upper, 32), Account: account, UserID: owner.ID, UserName: owner.Name,
			Active: true, Created: tx.Now(), Mark: certificateMark(cert), Content: body,
		}
		same, err := tx.IAMCredentialMarked(ctx, account, SigningCertificate, c.Mark)
		if err != nil {
			return err
		}
		if len(same) > 0 {
			return refuse(KnownCertificate, "The certificate already exists: it is associated with a user of this account.")
		}
		q := CredentialsQuery{Account: account, Kind: SigningCertificate, UserID: owner.ID}
		if err := credentialRoom(ctx, tx, q, "CertificatesPerUser", s.quotas().CertificatesPerUser); err != nil {
			return err
		}
		return tx.InsertIAMCredential(ctx, c)
	})
	return c, err
}
