// Package instance is the Identity Center instance itself: its names, the
// account it lives in, and the key with which it vouches for people.
package instance

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/saml"
	"foyer/internal/seal"
)

// Instance is an organization instance of Identity Center.
type Instance struct {
	ID            string        // ssoins-…
	IdentityStore string        // d-… or a UUID
	Owner         arn.AccountID // the management account
	Region        string        // home region
	Created       time.Time
}

// ARN names the instance.
func (i Instance) ARN() string { return "arn:" + arn.Partition + ":sso:::instance/" + i.ID }

// IdentityStoreARN names the instance's identity store.
func (i Instance) IdentityStoreARN() string {
	return "arn:" + arn.Partition + ":identitystore::" + string(i.Owner) + ":identitystore/" + i.IdentityStore
}

// StartURL is the portal's URL as AWS shapes it; clients configure it, and
// need not be able to open it.
func (i Instance) StartURL() string { return "https://" + i.IdentityStore + ".awsapps.com/start" }

// RolePath is the path of the roles of permission sets, which holds the home
// region unless that is us-east-1.
func (i Instance) RolePath() string {
	if i.Region == "us-east-1" {
		return "/aws-reserved/sso.amazonaws.com/"
	}
	return "/aws-reserved/sso.amazonaws.com/" + i.Region + "/"
}

// RoleName is the name of the role that a permission set has in an account. Its
// suffix follows from the three, so it stays the same for ever.
func (i Instance) RoleName(setName string, account arn.AccountID, setARN string) string {
	return "AWSReservedSSO_" + setName + "_" + i.digest("role", string(account), setARN)
}

// RoleARN names that role.
func (i Instance) RoleARN(account arn.AccountID, roleName string) string {
	return arn.IAM(account, "role"+i.RolePath()+roleName)
}

// ProviderName is the name of the SAML provider that stands for the instance in
// an account.
func (i Instance) ProviderName(account arn.AccountID) string {
	return "AWSSSO_" + i.digest("provider", string(account)) + "_DO_NOT_DELETE"
}

// ProviderARN names that provider.
func (i Instance) ProviderARN(account arn.AccountID) string {
	return arn.IAM(account, "saml-provider/"+i.ProviderName(account))
}

// EntityID is the instance's name as a SAML identity provider.
func (i Instance) EntityID() string {
	return "https://portal.sso." + i.Region + ".amazonaws.com/saml/assertion/" + i.ID
}

func (i Instance) digest(parts ...string) string {
	h := sha256.New()
	for _, p := range append([]string{i.ID}, parts...) {
		_, _ = io.WriteString(h, p+"\n")
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Tx is what the rules need of one transaction.
type Tx interface {
	Now() time.Time
	// Instance reads the one instance there is.
	Instance(context.Context) (Instance, bool, error)
	// PutInstance reports false when there is an instance already.
	PutInstance(context.Context, Instance) (bool, error)
	// InstanceKey reads the instance's sealed signing key and its certificate; "" when it has none yet.
	InstanceKey(ctx context.Context, id string) (SigningKey, error)
	// PutInstanceKey gives the instance a signing key, unless it has one.
	PutInstanceKey(ctx context.Context, id string, key SigningKey) error
}

// Service answers for the instance. All exported fields but Ahead are required;
// it must not be copied once used.
type Service struct {
	InTx   func(context.Context, func(Tx) error) error // commits when the function returns nil
	View   func(context.Context, func(Tx) error) error // for reading
	Mint   mint.Mint
	Ring   *seal.Keyring // seals the signing key
	Random io.Reader     // makes it
	Ahead  *Making       // the key to be, if it is needed; nil makes one at need

	mu     sync.Mutex
	known  *Instance // an instance never changes once it is there
	signer *saml.Signer
}

// Enable makes the instance, with random ids where i has none. Where there is
// one already, that is the answer.
func (s *Service) Enable(ctx context.Context, i Instance) (Instance, error) {
	if i.ID == "" {
		i.ID = s.Mint.From("ssoins-", mint.Hex, 16)
	}
	if i.IdentityStore == "" {
		i.IdentityStore = s.Mint.From("d-", mint.Hex, 10)
	}
	err := s.InTx(ctx, func(tx Tx) error {
		i.Created = tx.Now().Truncate(time.Microsecond) // as it is stored
		if made, err := tx.PutInstance(ctx, i); err != nil || made {
			return err
		}
		there, _, err := tx.Instance(ctx)
		i = there
		return err
	})
	if err != nil {
		return Instance{}, fmt.Errorf("enable instance: %w", err)
	}
	return i, nil
}

// Instance returns the instance; a NotFound fault when there is none.
func (s *Service) Instance(ctx context.Context) (Instance, error) {
	s.mu.Lock()
	known := s.known
	s.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	var (
		i     Instance
		found bool
	)
	err := s.View(ctx, func(tx Tx) (err error) {
		i, found, err = tx.Instance(ctx)
		return err
	})
	if err != nil {
		return Instance{}, fmt.Errorf("read instance: %w", err)
	}
	if !found {
		return Instance{}, fault.Newf(fault.NotFound, "There is no Identity Center instance.")
	}
	return i, nil
}

// Keep makes Service remember i. It is called once i is there for good: after
// the transaction of Enable.
func (s *Service) Keep(i Instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = &i
}

// IsNamedBy reports whether a URL that a person typed, or that a client was
// configured with, means the instance: a start URL, of AWS's shape or portal's,
// or an issuer URL. Case, a trailing slash and what follows # do not matter.
func (i Instance) IsNamedBy(url, portal string) bool {
	url, _, _ = strings.Cut(strings.TrimSpace(url), "#")
	url = strings.TrimRight(strings.ToLower(url), "/")
	for _, name := range []string{
		i.StartURL(), portal, portal + "/start",
		"https://identitycenter.amazonaws.com/" + i.ID,
		"https://" + i.ID + ".portal." + i.Region + ".app.aws",
	} {
		if url == strings.ToLower(name) {
			return true
		}
	}
	return false
}
