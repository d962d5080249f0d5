package iam

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/secret"
)

// Services that take credentials of their own. Those of Bedrock are API keys.
const bedrock = "bedrock.amazonaws.com"

var credentialServices = []string{bedrock, "cassandra.amazonaws.com", "codecommit.amazonaws.com"}

// APIKey reports whether service credentials are an API key: an alias and a
// secret, and not a user's name and password.
func (c *Credential) APIKey() bool { return c.Service == bedrock }

func knownService(service string) error {
	if slices.Contains(credentialServices, service) {
		return nil
	}
	return refuse(UnknownService, "No such service %s is supported for Service Specific Credentials", service)
}

// CreateServiceCredential gives a user credentials for one service, for so many
// days; 0 means for ever. Only API keys end. The secret is shown this once.
func (s *Service) CreateServiceCredential(ctx context.Context, account arn.AccountID, user, service string, days int) (c Credential, err error) {
	if err := knownService(service); err != nil {
		return Credential{}, err
	}
	if days != 0 && service != bedrock {
		return Credential{}, fault.Newf(fault.Invalid, "Credential age is not supported for service %s.", service)
	}
	err = s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, Ref{account, UserKind, user})
		if err != nil {
			return err
		}
		q := CredentialsQuery{Account: account, Kind: ServiceCredential, UserID: e.ID, Service: service}
		if err := credentialRoom(ctx, tx, q, "ServiceSpecificCredentialsPerUser", s.quotas().ServiceCredentials); err != nil {
			return err
		}
		c = Credential{
			Kind: ServiceCredential, ID: s.Mint.UniqueID("ACCA"), Account: account, UserID: e.ID, UserName: e.Name, Active: true,
			Created: tx.Now(), Service: service,
		}
		if days > 0 {
			c.Expires = c.Created.AddDate(0, 0, days)
		}
		if c.Name, err = s.serviceName(ctx, tx, q, e.Name); err != nil {
			return err
		}
		return tx.InsertIAMCredential(ctx, s.newSecret(&c))
	})
	return c, err
}

// serviceName is a name at a service that none of q has: ann-at-<account>,
// ann+1-at-<account>, …; of an API key one that is like no other.
func (s *Service) serviceName(ctx context.Context, tx Tx, q CredentialsQuery, user string) (string, error) {
	if q.Service == bedrock {
		return "BedrockAPIKey-" + s.Mint.From("", mint.Lower, 4) + "-at-" + string(q.Account), nil
	}
	have, err := tx.IAMCredentialCount(ctx, q)
	if err != nil {
		return "", err
	}
	all, err := tx.IAMCredentials(ctx, q, paging.Page{Limit: have})
	if err != nil {
		return "", err
	}
	name := user + "-at-" + string(q.Account)
	for n := 1; slices.ContainsFunc(all, func(c Credential) bool { return c.Name == name }); n++ {
		name = fmt.Sprintf("%s+%d-at-%s", user, n, q.Account)
	}
	return name, nil
}

// newSecret gives c a secret, and answers what is kept of it.
func (s *Service) newSecret(c *Credential) Credential {
	c.Secret = secret.New(s.Mint.SecretKey().Reveal() + "=")
	if c.APIKey() {
		c.Secret = secret.New("ABSK" + base64.StdEncoding.EncodeToString([]byte(c.Name+":"+c.Secret.Reveal())))
	}
	kept := *c
	kept.Content, kept.Secret = c.Secret.Hash(), secret.Text{}
	return kept
}

// ResetServiceCredential gives a user's service credentials another secret.
func (s *Service) ResetServiceCredential(ctx context.Context, account arn.AccountID, user, id string) (c Credential, err error) {
	err = s.onCredential(ctx, account, ServiceCredential, user, id, func(tx Tx, stored Credential) error {
		c = stored
		return tx.UpdateIAMCredential(ctx, s.newSecret(&c))
	})
	return c, err
}

// ServiceCredentials lists those of a user, or of all users, for one service or
// with service "" for all, by id.
func (s *Service) ServiceCredentials(ctx context.Context, account arn.AccountID, user string, everybody bool, service string, page paging.Page) ([]Credential, string, error) {
	if service != "" {
		if err := knownService(service); err != nil {
			return nil, "", err
		}
	}
	return s.credentials(ctx, user, CredentialsQuery{Account: account, Kind: ServiceCredential, AllUsers: everybody, Service: service}, page)
}
