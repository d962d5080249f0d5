package iam

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"golang.org/x/crypto/ssh"

	"foyer/internal/arn"
	"foyer/internal/fault"
)

// minSSHBits is how long an SSH key has to be.
const minSSHBits = 2048

// parseSSHKey reads an RSA public key of at least 2,048 bits: a line of
// authorized_keys, or PEM.
func parseSSHKey(body string) (ssh.PublicKey, error) {
	body = strings.TrimSpace(body)
	var key ssh.PublicKey
	var err error
	switch {
	case strings.HasPrefix(body, "-----BEGIN "):
		key, err = parsePEMKey(body)
	case strings.HasPrefix(body, ssh.KeyAlgoRSA+" "):
		var rest []byte
		if key, _, _, rest, err = ssh.ParseAuthorizedKey([]byte(body)); err == nil && len(bytes.TrimSpace(rest)) > 0 {
			err = fault.Newf(fault.Invalid, "more than one key")
		}
	default:
		return nil, refuse(UnknownEncoding, "The public key encoding is not recognized. Use ssh-rsa or PEM.")
	}
	if err != nil {
		return nil, refuseFor(BadPublicKey, err, "The public key is malformed or otherwise invalid.")
	}
	public, ok := key.(ssh.CryptoPublicKey)
	if ok {
		var of *rsa.PublicKey
		if of, ok = public.CryptoPublicKey().(*rsa.PublicKey); ok && of.N.BitLen() < minSSHBits {
			ok = false
		}
	}
	if !ok {
		return nil, refuse(BadPublicKey, "The public key must be an RSA key of at least %d bits.", minSSHBits)
	}
	return key, nil
}

func parsePEMKey(body string) (ssh.PublicKey, error) {
	block, rest := pem.Decode([]byte(body))
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return nil, fault.Newf(fault.Invalid, "no PEM, or more than one block")
	}
	var key any
	var err error
	if block.Type == "RSA PUBLIC KEY" {
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	} else {
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	if err != nil {
		return nil, err
	}
	return ssh.NewPublicKey(key)
}

// PEM is the text of an SSH public key in PEM.
func (c *Credential) PEM() (string, error) {
	key, err := parseSSHKey(c.Content)
	if err != nil {
		return "", err
	}
	public, ok := key.(ssh.CryptoPublicKey)
	if !ok {
		return "", refuse(BadPublicKey, "The public key is malformed or otherwise invalid.")
	}
	der, err := x509.MarshalPKIXPublicKey(public.CryptoPublicKey())
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), err
}

// UploadSSHKey gives a user a public key. Its Content is a line of
// authorized_keys without a comment, its Mark the MD5 of the key, as AWS shows
// it.
func (s *Service) UploadSSHKey(ctx context.Context, account arn.AccountID, user, body string) (c Credential, err error) {
	key, err := parseSSHKey(body)
	if err != nil {
		return Credential{}, err
	}
	err = s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, Ref{account, UserKind, user})
		if err != nil {
			return err
		}
		c = Credential{
			Kind: SSHPublicKey, ID: s.Mint.UniqueID("APKA"), Account: account, UserID: e.ID, UserName: e.Name, Active: true, Created: tx.Now(),
			Mark: ssh.FingerprintLegacyMD5(key), Content: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))),
		}
		same, err := tx.IAMCredentialMarked(ctx, account, SSHPublicKey, c.Mark)
		if err != nil {
			return err
		}
		for _, k := range same {
			if k.UserID == e.ID {
				return refuse(KnownPublicKey, "The SSH public key is already associated with the user %s.", e.Name)
			}
		}
		q := CredentialsQuery{Account: account, Kind: SSHPublicKey, UserID: e.ID}
		if err := credentialRoom(ctx, tx, q, "SSHPublicKeysPerUser", s.quotas().SSHKeysPerUser); err != nil {
			return err
		}
		return tx.InsertIAMCredential(ctx, c)
	})
	return c, err
}
