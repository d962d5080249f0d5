// Package instance holds the instances of Identity Center: the one of the
// organization, with which everything else works, its names and the key with
// which it vouches for people; and those of single accounts, which have an
// identity store and applications of their own and nothing more.
package instance

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/once"
	"foyer/internal/quota"
	"foyer/internal/saml"
	"foyer/internal/seal"
	"foyer/internal/tagging"
)

// Instance is an instance of Identity Center. What of it never changes is here;
// the rest are its [Details].
type Instance struct {
	ID            string        // ssoins-…
	IdentityStore string        // d-… or a UUID
	Owner         arn.AccountID // the management account, or the account that an account instance is of
	Region        string        // home region
	Created       time.Time
	OfAccount     bool // an account instance: applications only
}

// ARN names the instance.
func (i Instance) ARN() string { return arnPrefix + i.ID }

const arnPrefix = "arn:" + arn.Partition + ":sso:::instance/"

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
	once.Tx
	tagging.Tx
	accounts
	regions
	// Instance reads the organization instance.
	Instance(context.Context) (Instance, bool, error)
	// PutInstance makes the organization instance; false when there is one already.
	PutInstance(context.Context, Instance) (bool, error)
	// InstanceKey reads the instance's sealed signing key and its certificate; "" when it has none yet.
	InstanceKey(ctx context.Context, id string) (SigningKey, error)
	// PutInstanceKey gives the instance a signing key, unless it has one.
	PutInstanceKey(ctx context.Context, id string, key SigningKey) error
}

// Service answers for the instances. Fields that say so may be left out; it
// must not be copied once used.
type Service struct {
	InTx   func(context.Context, func(Tx) error) error // commits when the function returns nil
	View   func(context.Context, func(Tx) error) error // for reading
	Mint   mint.Mint
	Ring   *seal.Keyring // seals the signing key
	Random io.Reader     // makes it
	Ahead  *Making       // the key to be, if it is needed; nil makes one at need

	// Manages reports whether an account is the management account of an
	// organization, and so has no instance of its own. It is required for
	// [Service.Create].
	Manages func(context.Context, arn.AccountID) (bool, error)
	// Gone is told, in the same transaction, that an instance is deleted, so
	// that what is in it goes with it. It is required for [Service.Delete].
	Gone func(context.Context, Instance) error
	// Quotas bound regions and tags; the zero Quotas are AWS's.
	Quotas quota.Quotas
	// Recheck is the clock by which the organization instance that was found is
	// looked for again, where other nodes may delete it; nil never does.
	Recheck func() time.Time

	mu     sync.Mutex
	known  *Instance
	looked time.Time // when it was last there
	signer *saml.Signer
}

// recheckAfter is how long a node believes in an instance that another may have
// deleted.
const recheckAfter = 5 * time.Second

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

// Instance returns the organization instance; a NotFound fault when there is
// none.
func (s *Service) Instance(ctx context.Context) (Instance, error) {
	if known, ok := s.remembered(); ok {
		return known, nil
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
	s.seen(i)
	return i, nil
}

// remembered is the organization instance, as far as this node may believe in it.
func (s *Service) remembered() (Instance, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || s.Recheck != nil && s.Recheck().Sub(s.looked) >= recheckAfter {
		return Instance{}, false
	}
	return *s.known, true
}

// seen prolongs the memory of an instance that is kept.
func (s *Service) seen(i Instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known != nil && *s.known == i && s.Recheck != nil {
		s.looked = s.Recheck()
	}
}

// Keep makes Service remember the organization instance. It is called once i is
// there for good: after the transaction of Enable.
func (s *Service) Keep(i Instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = &i
	if s.Recheck != nil {
		s.looked = s.Recheck()
	}
}

// forget ends Keep.
func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.signer = nil, nil
}

// IsNamedBy reports whether a URL that a person typed, or that a client was
// configured with, means the instance: a start URL, of one of AWS's shapes or
// portal's, or an issuer URL. Case, a trailing slash and what follows ? or # do
// not matter, nor does the region, which only names a host of AWS's.
func (i Instance) IsNamedBy(url, portal string) bool {
	url, _, _ = strings.Cut(strings.TrimSpace(url), "#")
	url, _, _ = strings.Cut(url, "?")
	url = strings.TrimRight(strings.ToLower(url), "/")
	for _, name := range []string{i.StartURL(), portal, portal + "/start", "https://identitycenter.amazonaws.com/" + i.ID} {
		if url == strings.ToLower(name) {
			return true
		}
	}
	host, ok := strings.CutPrefix(strings.TrimSuffix(url, "/start"), "https://"+strings.ToLower(i.ID)+".")
	if !ok {
		return false
	}
	region, ok := strings.CutSuffix(host, ".portal.amazonaws.com")
	if !ok {
		host, ok = strings.CutPrefix(host, "portal.")
		region, _ = strings.CutSuffix(host, ".app.aws")
		ok = ok && region != host
	}
	return ok && regionLabel.MatchString(region)
}

// regionLabel is how a region looks within a host name.
var regionLabel = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)
