package issuerkeys

import (
	"context"
	"crypto/sha1" // AWS made thumbprints SHA-1: whoever pins one chose the certificate
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
)

// client fetches the documents of one issuer.
type client struct {
	http      *http.Client
	transport *http.Transport
}

// errForbidden is the failure to connect to an address that is not public.
var errForbidden = errors.New("the address is not public, and in no network that issuer-network names")

func (f *Fetcher) client(thumbprints []string) client {
	dialer := &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error { return f.mayReach(address) }}
	transport := &http.Transport{
		Proxy:                  nil, // the addresses are checked when we connect: a proxy would connect for us
		DialContext:            dialer.DialContext,
		TLSClientConfig:        f.trusting(thumbprints),
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: 32 << 10,
	}
	return client{transport: transport, http: &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		switch {
		case len(via) > maxRedirects:
			return fmt.Errorf("more than %d redirects", maxRedirects)
		case r.URL.Scheme != "https":
			return fmt.Errorf("redirect to %s", r.URL.Scheme)
		default:
			return nil
		}
	}}}
}

func (c client) close() { c.transport.CloseIdleConnections() }

// mayReach refuses the addresses that are not public. It is asked with the
// address that a name was resolved to, so that no name leads around it.
func (f *Fetcher) mayReach(address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %s: %w", address, err)
	}
	addr := to.Addr().Unmap().WithZone("")
	if public(addr) || slices.ContainsFunc(f.Networks, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return nil
	}
	return fmt.Errorf("%s: %w", addr, errForbidden)
}

// notPublic are the networks of IANA's special-purpose registries that
// netip.Addr does not know by itself.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("fec0::/10"),
}

func public(addr netip.Addr) bool {
	return addr.IsGlobalUnicast() && !addr.IsPrivate() &&
		!slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// trusting checks servers' certificates against the authorities, or, where
// they do not vouch, against thumbprints.
func (f *Fetcher) trusting(thumbprints []string) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, // VerifyConnection verifies, in two ways
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("no certificate")
			}
			leaf, rest := state.PeerCertificates[0], x509.NewCertPool()
			for _, c := range state.PeerCertificates[1:] {
				rest.AddCert(c)
			}
			options := x509.VerifyOptions{DNSName: state.ServerName, Roots: f.Roots, Intermediates: rest, CurrentTime: f.Now()}
			_, err := leaf.Verify(options)
			if err == nil {
				return nil
			}
			for _, c := range state.PeerCertificates {
				if sum := sha1.Sum(c.Raw); !slices.Contains(thumbprints, hex.EncodeToString(sum[:])) {
					continue
				}
				options.Roots = x509.NewCertPool()
				options.Roots.AddCert(c)
				if _, err = leaf.Verify(options); err == nil {
					return nil
				}
			}
			return fmt.Errorf("certificate: %w", err)
		},
	}
}

// document fetches one document of at most max bytes.
func (c client) document(ctx context.Context, url string, most int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "foyer")
	answer, err := c.http.Do(request)
	if err != nil {
		if errors.Is(err, errForbidden) {
			return nil, err // it will not get better
		}
		return nil, &Unreachable{err}
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= http.StatusInternalServerError {
		return nil, &Unreachable{fmt.Errorf("%s answers %s", url, answer.Status)}
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, answer.Status)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	if err != nil {
		return nil, &Unreachable{err}
	}
	if int64(len(text)) > most {
		return nil, fmt.Errorf("%s is longer than %d bytes", url, most)
	}
	return text, nil
}
