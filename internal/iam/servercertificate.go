package iam

import (
	"context"
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/secret"
)

// ServerCertificate is a certificate that an account keeps, with its private
// key, for servers.
type ServerCertificate struct {
	ARN     string
	Account arn.AccountID
	Name    string // 1–128 of [\w+=,.@-], unique in the account but for case
	Path    string
	ID      string // ASCA…
	Created time.Time
	Expires time.Time
	Tags    map[string]string
	Body    string // PEM
	Chain   string // PEM; "" for none
}

// StoredCertificate is a server certificate as it is kept.
type StoredCertificate struct {
	ServerCertificate
	Sealed string // the private key, sealed for this certificate
}

// CertificateTx stores server certificates. Names are met without regard to case.
type CertificateTx interface {
	// InsertServerCertificate reports false when the name is taken.
	InsertServerCertificate(context.Context, StoredCertificate) (bool, error)
	// UpdateServerCertificate writes name, path and tags of the one with c's ID.
	UpdateServerCertificate(context.Context, ServerCertificate) error
	DeleteServerCertificate(ctx context.Context, account arn.AccountID, name string) error
	ServerCertificate(ctx context.Context, account arn.AccountID, name string) (ServerCertificate, bool, error)
	// ServerCertificates lists by Key of the name, without bodies and chains.
	ServerCertificates(ctx context.Context, account arn.AccountID, pathPrefix string, page paging.Page) ([]ServerCertificate, error)
	ServerCertificateCount(context.Context, arn.AccountID) (int, error)
}

// ServerCertificateARN names a server certificate.
func ServerCertificateARN(account arn.AccountID, path, name string) string {
	return arn.IAM(account, "server-certificate"+path+name)
}

// NewServerCertificate is what a server certificate is made from.
type NewServerCertificate struct {
	Account arn.AccountID
	Name    string
	Path    string // "" means "/"
	Body    string // one certificate in PEM
	Chain   string // those that vouch for it, in order; "" for none
	Key     secret.Text
	Tags    []Tag
}

// read checks that n's parts fit together, and answers when they end.
func (n *NewServerCertificate) read(now time.Time) (expires time.Time, err error) {
	cert, err := parseCertificate(n.Body)
	if err != nil {
		return time.Time{}, err
	}
	key, err := parsePrivateKey(n.Key.Reveal())
	if err != nil {
		return time.Time{}, err
	}
	if !fits(key, cert) {
		return time.Time{}, refuse(KeyMismatch, "The public key certificate and the private key do not match.")
	}
	if n.Chain != "" {
		chain, err := parseCertificates(n.Chain, maxChain)
		if err != nil {
			return time.Time{}, err
		}
		if err := checkChain(cert, chain); err != nil {
			return time.Time{}, err
		}
	}
	return cert.NotAfter.UTC(), checkDates(cert, now, BadCertificate)
}

// UploadServerCertificate keeps a certificate with its private key.
func (s *Service) UploadServerCertificate(ctx context.Context, n NewServerCertificate) (c ServerCertificate, err error) {
	if n.Path == "" {
		n.Path = "/"
	}
	err = s.InTx(ctx, func(tx Tx) error {
		c = ServerCertificate{
			ARN: ServerCertificateARN(n.Account, n.Path, n.Name), Account: n.Account, Name: n.Name, Path: n.Path, ID: s.Mint.UniqueID("ASCA"),
			Created: tx.Now(), Body: strings.TrimSpace(n.Body), Chain: strings.TrimSpace(n.Chain),
		}
		if c.Expires, err = n.read(tx.Now()); err != nil {
			return err
		}
		if c.Tags, err = newTags(n.Tags); err != nil {
			return err
		}
		sealed, err := s.Ring.Seal("server certificate "+c.ID, []byte(n.Key.Reveal()))
		if err != nil {
			return fmt.Errorf("seal key of %s: %w", c.ARN, err)
		}
		made, err := tx.InsertServerCertificate(ctx, StoredCertificate{c, sealed})
		if err != nil {
			return fmt.Errorf("upload %s: %w", c.ARN, err)
		}
		if !made {
			return knownServerCertificate(n.Name)
		}
		have, err := tx.ServerCertificateCount(ctx, n.Account)
		if most := s.quotas().ServerCertificates; err == nil && quota.Exceeded(most, have) {
			err = exceeded("ServerCertificatesPerAccount", most)
		}
		return err
	})
	return c, err
}

func knownServerCertificate(name string) error {
	return fault.Newf(fault.Conflict, "The Server Certificate with name %s already exists.", name)
}

// ServerCertificate returns a certificate without its key, or a NotFound fault.
func (s *Service) ServerCertificate(ctx context.Context, account arn.AccountID, name string) (c ServerCertificate, err error) {
	err = s.View(ctx, func(tx Tx) error {
		c, err = serverCertificate(ctx, tx, account, name)
		return err
	})
	return c, err
}

func serverCertificate(ctx context.Context, tx Tx, account arn.AccountID, name string) (ServerCertificate, error) {
	c, found, err := tx.ServerCertificate(ctx, account, name)
	if err != nil {
		return c, fmt.Errorf("server certificate %s of %s: %w", name, account, err)
	}
	if !found {
		err = fault.Newf(fault.NotFound, "The Server Certificate with name %s cannot be found.", name)
	}
	return c, err
}

// ServerCertificates lists those whose path begins with pathPrefix, by name.
func (s *Service) ServerCertificates(ctx context.Context, account arn.AccountID, pathPrefix string, page paging.Page) (all []ServerCertificate, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.ServerCertificates(ctx, account, pathPrefix, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list server certificates of %s: %w", account, err)
	}
	all, next = paging.Cut(all, page.Limit, func(c ServerCertificate) string { return Key(c.Name) })
	return all, next, nil
}

// UpdateServerCertificate gives a certificate another name or path; "" leaves
// either as it is.
func (s *Service) UpdateServerCertificate(ctx context.Context, account arn.AccountID, name, newName, newPath string) error {
	return s.onCertificate(ctx, account, name, func(tx Tx, c *ServerCertificate) error {
		if newName != "" {
			_, taken, err := tx.ServerCertificate(ctx, account, newName)
			if err != nil {
				return err
			}
			if taken && Key(newName) != Key(c.Name) {
				return knownServerCertificate(newName)
			}
			c.Name = newName
		}
		if newPath != "" {
			c.Path = newPath
		}
		return nil
	})
}

// DeleteServerCertificate deletes a certificate and its key. Nothing of Foyer's
// uses them.
func (s *Service) DeleteServerCertificate(ctx context.Context, account arn.AccountID, name string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := serverCertificate(ctx, tx, account, name); err != nil {
			return err
		}
		return tx.DeleteServerCertificate(ctx, account, name)
	})
}

// TagServerCertificate adds tags to a certificate, or gives them new values.
func (s *Service) TagServerCertificate(ctx context.Context, account arn.AccountID, name string, tags []Tag) error {
	return s.onCertificate(ctx, account, name, func(_ Tx, c *ServerCertificate) (err error) {
		c.Tags, err = withTags(c.Tags, tags)
		return err
	})
}

// UntagServerCertificate removes tags from a certificate.
func (s *Service) UntagServerCertificate(ctx context.Context, account arn.AccountID, name string, keys []string) error {
	return s.onCertificate(ctx, account, name, func(_ Tx, c *ServerCertificate) error {
		for _, k := range keys {
			c.Tags = withoutTag(c.Tags, k)
		}
		return nil
	})
}

func (s *Service) onCertificate(ctx context.Context, account arn.AccountID, name string, change func(Tx, *ServerCertificate) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		c, err := serverCertificate(ctx, tx, account, name)
		if err != nil {
			return err
		}
		if err := change(tx, &c); err != nil {
			return err
		}
		return tx.UpdateServerCertificate(ctx, c)
	})
}
