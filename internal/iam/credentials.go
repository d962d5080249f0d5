package iam

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/secret"
)

// CredentialKind is a kind of what users prove themselves with beside passwords
// and access keys.
type CredentialKind string

// The kinds of credentials.
const (
	SigningCertificate CredentialKind = "signing"
	SSHPublicKey       CredentialKind = "ssh"
	ServiceCredential  CredentialKind = "service"
)

// Credential is a signing certificate, an SSH public key, or a user's
// credentials for one service.
type Credential struct {
	Kind     CredentialKind
	ID       string
	Account  arn.AccountID
	UserID   string // "" for root
	UserName string // "" for root
	Active   bool
	Created  time.Time
	Expires  time.Time // zero for never

	// Mark is the fingerprint of a certificate or key: what makes it the same as another.
	Mark string
	// Content is a certificate in PEM, a key as a line of authorized_keys, or the
	// hash of a secret.
	Content string

	Service string      // of service credentials: codecommit.amazonaws.com, …
	Name    string      // the user's name at the service, or the alias of an API key
	Secret  secret.Text // set when service credentials are made or reset
}

// CredentialsQuery says which credentials are listed.
type CredentialsQuery struct {
	Account  arn.AccountID
	Kind     CredentialKind
	UserID   string // "" for root
	AllUsers bool   // whatever UserID is
	Service  string // "" for all
}

// UserCredentialTx stores credentials.
type UserCredentialTx interface {
	InsertIAMCredential(context.Context, Credential) error
	// UpdateIAMCredential writes whether it is active, and its content.
	UpdateIAMCredential(context.Context, Credential) error
	DeleteIAMCredential(ctx context.Context, id string) error
	// IAMCredential finds by id.
	IAMCredential(ctx context.Context, id string) (Credential, bool, error)
	// IAMCredentialMarked finds those of a kind, in an account, with a mark.
	IAMCredentialMarked(ctx context.Context, account arn.AccountID, kind CredentialKind, mark string) ([]Credential, error)
	// IAMCredentials lists by id.
	IAMCredentials(ctx context.Context, q CredentialsQuery, page paging.Page) ([]Credential, error)
	// IAMCredentialCount counts those that q lists.
	IAMCredentialCount(ctx context.Context, q CredentialsQuery) (int, error)
}

// credentialRoom refuses one more credential of a kind than most.
func credentialRoom(ctx context.Context, tx Tx, q CredentialsQuery, name string, most int) error {
	have, err := tx.IAMCredentialCount(ctx, q)
	if err == nil && quota.Exceeded(most, have+1) {
		err = exceeded(name, most)
	}
	return err
}

// missing is the NotFound fault of a credential.
func (k CredentialKind) missing(id string) error {
	switch k {
	case SigningCertificate:
		return fault.Newf(fault.NotFound, "The Certificate with id %s cannot be found.", id)
	case SSHPublicKey:
		return fault.Newf(fault.NotFound, "The Public Key with id %s cannot be found.", id)
	case ServiceCredential:
	}
	return fault.Newf(fault.NotFound, "The service-specific credential with id %s cannot be found.", id)
}

// Credential returns a credential of a user, or with user "" of root.
func (s *Service) Credential(ctx context.Context, account arn.AccountID, kind CredentialKind, user, id string) (c Credential, err error) {
	err = s.View(ctx, func(tx Tx) error {
		c, err = credential(ctx, tx, account, kind, user, id)
		return err
	})
	return c, err
}

func credential(ctx context.Context, tx Tx, account arn.AccountID, kind CredentialKind, user, id string) (Credential, error) {
	owner, err := keyHolder(ctx, tx, account, user)
	if err != nil {
		return Credential{}, err
	}
	c, found, err := tx.IAMCredential(ctx, id)
	if err != nil {
		return c, fmt.Errorf("%s credential %s: %w", kind, id, err)
	}
	if !found || c.Kind != kind || c.Account != account || c.UserID != owner.ID {
		return c, kind.missing(id)
	}
	return c, nil
}

// Credentials lists those of a kind of a user, or with user "" of root, by id.
func (s *Service) Credentials(ctx context.Context, account arn.AccountID, kind CredentialKind, user string, page paging.Page) ([]Credential, string, error) {
	return s.credentials(ctx, user, CredentialsQuery{Account: account, Kind: kind}, page)
}

func (s *Service) credentials(ctx context.Context, user string, q CredentialsQuery, page paging.Page) (all []Credential, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		owner, err := keyHolder(ctx, tx, q.Account, user)
		if err != nil {
			return err
		}
		q.UserID = owner.ID
		all, err = tx.IAMCredentials(ctx, q, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return nil, "", err
	}
	all, next = paging.Cut(all, page.Limit, func(c Credential) string { return c.ID })
	return all, next, nil
}

// SetCredentialActive turns a credential of a user, or with user "" of root, on
// or off.
func (s *Service) SetCredentialActive(ctx context.Context, account arn.AccountID, kind CredentialKind, user, id string, active bool) error {
	return s.onCredential(ctx, account, kind, user, id, func(tx Tx, c Credential) error {
		c.Active = active
		return tx.UpdateIAMCredential(ctx, c)
	})
}

// DeleteCredential deletes a credential of a user, or with user "" of root.
func (s *Service) DeleteCredential(ctx context.Context, account arn.AccountID, kind CredentialKind, user, id string) error {
	return s.onCredential(ctx, account, kind, user, id, func(tx Tx, _ Credential) error { return tx.DeleteIAMCredential(ctx, id) })
}

func (s *Service) onCredential(ctx context.Context, account arn.AccountID, kind CredentialKind, user, id string, change func(Tx, Credential) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		c, err := credential(ctx, tx, account, kind, user, id)
		if err != nil {
			return err
		}
		return change(tx, c)
	})
}
