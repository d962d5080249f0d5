// Package localca makes a certificate authority that can vouch for a handful of
// named hosts and nothing else, for clients that cannot be told another endpoint
// than AWS's. Whoever trusts it trusts it for these hosts alone: the names are
// constraints in its certificate, and its key signs one kind of certificate.
package localca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// Lifetimes. Apple's systems take no server certificate of more than 825 days
// from an authority that a person installed.
const (
	AuthorityLifetime = 5 * 365 * 24 * time.Hour
	HostLifetime      = 365 * 24 * time.Hour
	early             = time.Hour // clocks differ
)

// Pair is a certificate and its key, in PEM.
type Pair struct{ Cert, Key []byte }

// Hosts are the names under which AWS clients look for the services that a
// server of a region has, sorted.
func Hosts(region string) []string {
	hosts := []string{"iam.amazonaws.com", "sts.amazonaws.com", "organizations.us-east-1.amazonaws.com", "account.us-east-1.amazonaws.com", "signin.aws.amazon.com"}
	for _, service := range []string{"oidc", "portal.sso", "sso", "identitystore", "sts", "cloudtrail", "access-analyzer"} {
		hosts = append(hosts, service+"."+region+".amazonaws.com")
	}
	for _, service := range []string{"oidc", "portal.sso"} { // dual-stack
		hosts = append(hosts, service+"."+region+".api.aws")
	}
	slices.Sort(hosts)
	return hosts
}

// New makes an authority for hosts alone, from now on.
func New(hosts []string, now time.Time) (Pair, error) {
	if len(hosts) == 0 {
		return Pair{}, errors.New("an authority without hosts could vouch for all")
	}
	for _, host := range hosts {
		if !validHost(host) {
			return Pair{}, fmt.Errorf("%q is no host name", host)
		}
	}
	_, every4, err4 := net.ParseCIDR("0.0.0.0/0")
	_, every6, err6 := net.ParseCIDR("::/0")
	if err := errors.Join(err4, err6); err != nil {
		return Pair{}, err
	}
	template := &x509.Certificate{
		Subject:                     pkix.Name{CommonName: "Foyer local authority " + now.UTC().Format("2006-01-02"), Organization: []string{"Foyer"}},
		NotBefore:                   now.Add(-early),
		NotAfter:                    now.Add(AuthorityLifetime),
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         hosts,
		ExcludedIPRanges:            []*net.IPNet{every4, every6},
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	return sign(template, template, key, key)
}

// Issue makes a certificate for the hosts that ca can vouch for.
func Issue(ca Pair, now time.Time) (Pair, error) {
	authority, err := x509Pair(ca)
	if err != nil {
		return Pair{}, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Foyer", Organization: []string{"Foyer"}},
		NotBefore:             now.Add(-early),
		NotAfter:              earlier(now.Add(HostLifetime), authority.cert.NotAfter),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:              authority.cert.PermittedDNSDomains,
	}
	if !now.Before(authority.cert.NotAfter) {
		return Pair{}, fmt.Errorf("the authority's certificate ended at %s", authority.cert.NotAfter.UTC().Format(time.RFC3339))
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	return sign(template, authority.cert, key, authority.key)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// HostsOf are those that an authority can vouch for, and until when.
func HostsOf(ca Pair) (hosts []string, until time.Time, err error) {
	authority, err := x509Pair(ca)
	if err != nil {
		return nil, time.Time{}, err
	}
	return authority.cert.PermittedDNSDomains, authority.cert.NotAfter, nil
}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func x509Pair(p Pair) (authority, error) {
	var none authority
	certBlock, _ := pem.Decode(p.Cert)
	keyBlock, _ := pem.Decode(p.Key)
	if certBlock == nil || keyBlock == nil {
		return none, errors.New("no certificate and key in PEM")
	}
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		return none, err
	}
	key, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return none, err
	}
	signer, ok := key.(*ecdsa.PrivateKey)
	if !ok || !signer.PublicKey.Equal(cert.PublicKey) {
		return none, errors.New("the key is not the certificate's")
	}
	return authority{cert, signer}, nil
}

// sign makes the certificate of template and key, signed by parent's key.
func sign(template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) (Pair, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		return Pair{}, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Pair{}, err
	}
	return Pair{
		Cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		Key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
	}, nil
}

// validHost reports whether host is a name that a certificate can be for: one
// without a wildcard, which would be for more than itself.
func validHost(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return net.ParseIP(host) == nil
}
