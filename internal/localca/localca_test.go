package localca_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"

	"foyer/internal/localca"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func parse(t *testing.T, text []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func made(t *testing.T) (ca localca.Pair, roots *x509.CertPool) {
	t.Helper()
	ca, err := localca.New(localca.Hosts("us-east-1"), now)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(parse(t, ca.Cert))
	return ca, roots
}

// TestHosts: the certificate is good for every AWS host, a year long, and for no
// other.
func TestHosts(t *testing.T) {
	ca, roots := made(t)
	leaf, err := localca.Issue(ca, now)
	if err != nil {
		t.Fatal(err)
	}
	cert := parse(t, leaf.Cert)
	for _, host := range localca.Hosts("us-east-1") {
		for name, at := range map[string]time.Time{"at once": now, "for a year": now.Add(localca.HostLifetime - time.Minute)} {
			if _, err := cert.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: at}); err != nil {
				t.Errorf("%s %s: %v", host, name, err)
			}
		}
	}
	for _, host := range []string{"s3.us-east-1.amazonaws.com", "amazonaws.com", "example.org"} {
		if _, err := cert.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: now}); err == nil {
			t.Errorf("it is good for %s", host)
		}
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now.Add(localca.HostLifetime + time.Minute)}); err == nil {
		t.Error("it is good for more than a year")
	}
	if !slices.Contains(localca.Hosts("us-east-1"), "oidc.us-east-1.amazonaws.com") {
		t.Error("nobody can sign in")
	}
}

// TestStolenKey: whoever steals the authority's key cannot pose as another host,
// as an address, as a person, or as an authority of their own.
func TestStolenKey(t *testing.T) {
	ca, roots := made(t)
	authority := parse(t, ca.Cert)
	block, _ := pem.Decode(ca.Key)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for name, forged := range map[string]*x509.Certificate{
		"another host":    {DNSNames: []string{"s3.us-east-1.amazonaws.com"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}},
		"a bank":          {DNSNames: []string{"oidc.us-east-1.amazonaws.com", "bank.example"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}},
		"an address":      {IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}},
		"a person":        {DNSNames: []string{"oidc.us-east-1.amazonaws.com"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}},
		"an author":       {DNSNames: []string{"oidc.us-east-1.amazonaws.com"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}},
		"its own subject": {DNSNames: []string{"oidc.us-east-1.amazonaws.com.evil.example"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}},
	} {
		t.Run(name, func(t *testing.T) {
			forged.SerialNumber, forged.NotBefore, forged.NotAfter = big.NewInt(7), now.Add(-time.Hour), now.Add(time.Hour)
			own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			der, err := x509.CreateCertificate(rand.Reader, forged, authority, own.Public(), key)
			if err != nil {
				t.Fatal(err)
			}
			cert, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: forged.ExtKeyUsage}); err == nil {
				t.Error("it is trusted")
			}
		})
	}
	if !authority.MaxPathLenZero || authority.MaxPathLen != 0 {
		t.Error("the authority can make authorities")
	}
}

func TestNewRefuses(t *testing.T) {
	for _, hosts := range [][]string{nil, {""}, {"*.amazonaws.com"}, {".amazonaws.com"}, {"127.0.0.1"}, {"a b"}, {"x\ny"}} {
		if _, err := localca.New(hosts, now); err == nil {
			t.Errorf("an authority for %q is made", hosts)
		}
	}
}

// TestEnded: an authority whose time is over signs nothing, and its last
// certificate does not outlive it.
func TestEnded(t *testing.T) {
	ca, _ := made(t)
	if _, err := localca.Issue(ca, now.Add(localca.AuthorityLifetime)); err == nil {
		t.Error("an authority that has ended signs")
	}
	last, err := localca.Issue(ca, now.Add(localca.AuthorityLifetime-time.Hour))
	if err != nil || !parse(t, last.Cert).NotAfter.Equal(parse(t, ca.Cert).NotAfter) {
		t.Errorf("a certificate outlives its authority: %v", err)
	}
}
