// Package issuerkeys fetches the public keys of OpenID Connect issuers: the
// discovery document, then the key set that it names.
//
// An issuer's address comes from whoever administers an account, and the key
// set's from the issuer. So everything is bounded: time, size, redirects, how
// often, and where to. Addresses that are not public are refused when the
// connection is made, after the name was resolved, also behind a redirect,
// unless they are in a network that the operator named.
package issuerkeys

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Bounds of what is fetched.
const (
	fetchTime     = 5 * time.Second // for all of an issuer's documents together
	maxDocument   = 64 << 10        // bytes of a discovery document
	maxKeySet     = 256 << 10       // bytes of a key set
	maxKeys       = 200             // of a set, as with AWS: 100 RSA and 100 EC
	maxRedirects  = 3
	maxIssuers    = 4096 // that are remembered
	minRSABits    = 2048
	fresh         = 5 * time.Minute  // how long keys are good without asking again
	patience      = 10 * time.Second // between two fetches for a key that was not in the set
	failurePause  = 2 * time.Second  // after a failure, before it is tried again
	discoveryPath = "/.well-known/openid-configuration"
)

// Fetcher fetches keys and remembers them for five minutes. The zero Fetcher
// reaches public addresses only, and trusts the machine's certificate
// authorities. It must not be copied once used.
type Fetcher struct {
	Now func() time.Time
	// Networks are those that may be reached though they are not public.
	Networks []netip.Prefix
	// Roots are trusted beside an issuer's thumbprints; nil means the machine's.
	Roots *x509.CertPool

	mu      sync.Mutex
	issuers map[string]*issuer
}

// issuer is what is known of one issuer under one set of thumbprints.
type issuer struct {
	mu      sync.Mutex // held while fetching: others wait for the outcome
	keys    []jose.JSONWebKey
	fetched time.Time
	failure error
	failed  time.Time
}

// Unreachable is the failure of a fetch that may succeed when it is tried again.
type Unreachable struct{ Err error }

// Error tells what did not answer.
func (e *Unreachable) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Unreachable) Unwrap() error { return e.Err }

// Unreachable is true: it tells the failure apart where the type is not known.
func (*Unreachable) Unreachable() bool { return true }

// Keys returns the keys that the issuer at https://<url> publishes for
// signatures: RSA of at least 2,048 bits, and P-256, P-384 and P-521. With a key
// id that it does not have among them it asks the issuer again, every ten seconds at
// most. Certificates are trusted as the machine does, or by thumbprint: the
// hexadecimal SHA-1 of a certificate in the chain.
func (f *Fetcher) Keys(ctx context.Context, url string, thumbprints []string, keyID string) ([]jose.JSONWebKey, error) {
	is := f.issuer(url + "\x00" + strings.Join(thumbprints, ","))
	is.mu.Lock()
	defer is.mu.Unlock()
	now := f.Now()
	age := now.Sub(is.fetched)
	if is.keys != nil && (age < fresh && has(is.keys, keyID) || age < patience) {
		return is.keys, nil
	}
	if is.failure != nil && now.Sub(is.failed) < failurePause {
		return nil, is.failure
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	keys, err := f.fetch(ctx, url, thumbprints)
	if err != nil {
		is.failure, is.failed = err, now
		return nil, err
	}
	is.keys, is.fetched, is.failure = keys, now, nil
	return keys, nil
}

func has(keys []jose.JSONWebKey, id string) bool {
	if id == "" {
		return true
	}
	for i := range keys {
		if keys[i].KeyID == id {
			return true
		}
	}
	return false
}

// issuer finds what is known. When there is too much of it, all is forgotten:
// it is fetched again when it is needed.
func (f *Fetcher) issuer(name string) *issuer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.issuers == nil || len(f.issuers) >= maxIssuers {
		f.issuers = map[string]*issuer{}
	}
	is := f.issuers[name]
	if is == nil {
		is = &issuer{}
		f.issuers[name] = is
	}
	return is
}

func (f *Fetcher) fetch(ctx context.Context, url string, thumbprints []string) ([]jose.JSONWebKey, error) {
	get := f.client(thumbprints)
	defer get.close()
	text, err := get.document(ctx, "https://"+strings.TrimSuffix(url, "/")+discoveryPath, maxDocument)
	if err != nil {
		return nil, fmt.Errorf("discovery of %s: %w", url, err)
	}
	var discovered struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(text, &discovered); err != nil {
		return nil, fmt.Errorf("discovery of %s: %w", url, err)
	}
	if named := strings.TrimPrefix(discovered.Issuer, "https://"); named != url {
		return nil, fmt.Errorf("discovery of %s speaks of the issuer %q", url, discovered.Issuer)
	}
	if !strings.HasPrefix(discovered.Keys, "https://") {
		return nil, fmt.Errorf("discovery of %s: jwks_uri %q is no https URL", url, discovered.Keys)
	}
	text, err = get.document(ctx, discovered.Keys, maxKeySet)
	if err != nil {
		return nil, fmt.Errorf("keys of %s: %w", url, err)
	}
	keys, err := ParseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("keys of %s: %w", url, err)
	}
	return keys, nil
}

// ParseKeys reads a key set. Keys that are not for signatures, or that no
// signature of ours can be checked with, are passed over.
func ParseKeys(text []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("%d keys, at most %d are read", len(set.Keys), maxKeys)
	}
	keys := make([]jose.JSONWebKey, 0, len(set.Keys))
	for _, one := range set.Keys {
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(one); err != nil {
			continue // of a kind that is not known here
		}
		if usable(&key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("no key for signatures")
	}
	return keys, nil
}

func usable(key *jose.JSONWebKey) bool {
	if cmp.Or(key.Use, "sig") != "sig" || !key.IsPublic() {
		return false
	}
	switch k := key.Key.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= minRSABits && k.N.BitLen() <= 8192
	case *ecdsa.PublicKey:
		return true
	default:
		return false
	}
}
