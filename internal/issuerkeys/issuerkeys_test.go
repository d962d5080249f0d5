package issuerkeys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"foyer/internal/issuerkeys"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

// idp is an issuer that can be made to misbehave.
type idp struct {
	*httptest.Server
	discovery http.HandlerFunc // nil answers as it should
	keys      http.HandlerFunc
	asked     atomic.Int32
	key       *ecdsa.PrivateKey
}

func (p *idp) url() string { return strings.TrimPrefix(p.URL, "https://") }

func (p *idp) thumbprint() string {
	sum := sha1.Sum(p.Certificate().Raw)
	return hex.EncodeToString(sum[:])
}

func start(t testing.TB) *idp {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		if p.discovery != nil {
			p.discovery(w, r)
			return
		}
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, p.URL, p.URL+"/keys")
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		if p.keys != nil {
			p.keys(w, r)
			return
		}
		must(t, json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "one"}}}))
	})
	p.Server = httptest.NewTLSServer(mux)
	p.Config.ErrorLog = nil
	t.Cleanup(p.Close)
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// clock stands still until it is moved.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func fetcher() (*issuerkeys.Fetcher, *clock) {
	c := &clock{time.Now()}
	return &issuerkeys.Fetcher{Now: c.now, Networks: loopback, Roots: x509.NewCertPool()}, c
}

func TestKeysAreFetchedAndRemembered(t *testing.T) {
	p := start(t)
	f, c := fetcher()
	pinned := []string{p.thumbprint()}
	for range 2 {
		keys, err := f.Keys(t.Context(), p.url(), pinned, "one")
		if err != nil || len(keys) != 1 || !p.key.PublicKey.Equal(keys[0].Key) {
			t.Fatalf("keys = %v, %v", keys, err)
		}
	}
	if n := p.asked.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	ask := func(keyID string, want int32) {
		t.Helper()
		if _, err := f.Keys(t.Context(), p.url(), pinned, keyID); err != nil {
			t.Fatal(err)
		}
		if n := p.asked.Load(); n != want {
			t.Errorf("asked %d times, want %d", n, want)
		}
	}
	ask("two", 1) // at once: strangers cannot make us ask
	c.at = c.at.Add(11 * time.Second)
	ask("one", 1)
	ask("two", 2)
	c.at = c.at.Add(6 * time.Minute)
	ask("one", 3)
}

func TestCertificates(t *testing.T) {
	p := start(t)
	other := strings.Repeat("ab", 20)
	roots := x509.NewCertPool()
	roots.AddCert(p.Certificate())
	for name, tt := range map[string]struct {
		roots  *x509.CertPool
		pinned []string
		url    string
		ok     bool
	}{
		"an authority vouches":              {roots, nil, p.url(), true},
		"it is pinned":                      {x509.NewCertPool(), []string{other, p.thumbprint()}, p.url(), true},
		"nobody vouches":                    {x509.NewCertPool(), nil, p.url(), false},
		"another is pinned":                 {x509.NewCertPool(), []string{other}, p.url(), false},
		"it is pinned and of another name":  {x509.NewCertPool(), []string{p.thumbprint()}, strings.Replace(p.url(), "127.0.0.1", "localhost", 1), false},
		"an authority, but of another name": {roots, nil, strings.Replace(p.url(), "127.0.0.1", "localhost", 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := fetcher()
			f.Roots = tt.roots
			p.discovery = func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, `{"issuer":"https://%s","jwks_uri":%q}`, tt.url, p.URL+"/keys")
			}
			if _, err := f.Keys(t.Context(), tt.url, tt.pinned, ""); (err == nil) != tt.ok {
				t.Errorf("err = %v, want success %t", err, tt.ok)
			}
		})
	}
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
}

func TestIssuersThatMisbehave(t *testing.T) {
	elsewhere := inside(t)
	long := says("{" + strings.Repeat(" ", 1<<20) + "}")
	for name, tt := range map[string]struct {
		discovery func(p *idp) http.HandlerFunc
		keys      http.HandlerFunc
		text      string
		again     bool // it may help to try again
	}{
		"no JSON":        {discovery: func(*idp) http.HandlerFunc { return says("<html>") }, text: "invalid character"},
		"another issuer": {discovery: func(*idp) http.HandlerFunc { return says(`{"issuer":"https://evil.example.net"}`) }, text: "speaks of the issuer"},
		"a slash more":   {discovery: func(p *idp) http.HandlerFunc { return says(`{"issuer":"` + p.URL + `/"}`) }, text: "speaks of the issuer"},
		"keys over HTTP": {discovery: func(p *idp) http.HandlerFunc {
			return says(`{"issuer":"` + p.URL + `","jwks_uri":"http://example.net"}`)
		}, text: "no https URL"},
		"keys in a file": {discovery: func(p *idp) http.HandlerFunc {
			return says(`{"issuer":"` + p.URL + `","jwks_uri":"file:///etc/passwd"}`)
		}, text: "no https URL"},
		"keys inside": {discovery: func(p *idp) http.HandlerFunc {
			return says(`{"issuer":"` + p.URL + `","jwks_uri":"` + elsewhere + `"}`)
		}, text: "not public"},
		"a huge discovery":   {discovery: func(*idp) http.HandlerFunc { return long }, text: "longer than"},
		"not found":          {discovery: func(*idp) http.HandlerFunc { return http.NotFound }, text: "404"},
		"in trouble":         {discovery: func(*idp) http.HandlerFunc { return status(http.StatusBadGateway, "") }, text: "502", again: true},
		"a redirect inside":  {discovery: func(*idp) http.HandlerFunc { return status(http.StatusFound, elsewhere) }, text: "not public"},
		"a redirect to HTTP": {discovery: func(*idp) http.HandlerFunc { return status(http.StatusFound, "http://example.net/") }, text: "redirect to http", again: true},
		"a circle": {discovery: func(p *idp) http.HandlerFunc {
			return status(http.StatusFound, p.URL+"/.well-known/openid-configuration")
		}, text: "more than 3 redirects", again: true},
		"a huge key set":       {keys: long, text: "longer than"},
		"too many keys":        {keys: says(`{"keys":[{}` + strings.Repeat(",{}", 200) + `]}`), text: "201 keys"},
		"no keys":              {keys: says(`{"keys":[]}`), text: "no key for signatures"},
		"a secret for a key":   {keys: says(`{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`), text: "no key for signatures"},
		"a short key":          {keys: shortKey(t), text: "no key for signatures"},
		"a key for encryption": {keys: encryptionKey(t), text: "no key for signatures"},
		"it hangs up":          {keys: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			if tt.discovery != nil {
				p.discovery = tt.discovery(p)
			}
			p.keys = tt.keys
			f, _ := fetcher()
			_, err := f.Keys(t.Context(), p.url(), []string{p.thumbprint()}, "")
			if err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("err = %v, want %q", err, tt.text)
			}
			if _, again := errors.AsType[*issuerkeys.Unreachable](err); again != tt.again {
				t.Errorf("to be tried again: %t, want %t: %v", again, tt.again, err)
			}
			before := p.asked.Load()
			if _, err := f.Keys(t.Context(), p.url(), []string{p.thumbprint()}, ""); err == nil || p.asked.Load() != before {
				t.Error("it is asked again at once")
			}
		})
	}
}

// inside is a server in a network that may not be reached, and fails the test
// when it is.
func inside(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skipf("NOT RUN: no second loopback address: %v", err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached a forbidden address") }))
	s.Listener.Close()
	s.Listener = listener
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func status(code int, location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(code)
	}
}

func set(t *testing.T, key jose.JSONWebKey) http.HandlerFunc {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}})
	if err != nil {
		t.Fatal(err)
	}
	return says(string(text))
}

func shortKey(t *testing.T) http.HandlerFunc {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	k, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return set(t, jose.JSONWebKey{Key: k.Public()})
}

func encryptionKey(t *testing.T) http.HandlerFunc {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return set(t, jose.JSONWebKey{Key: k.Public(), Use: "enc"})
}

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	for _, address := range []string{
		"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1", "198.18.0.1",
		"[::1]", "[::]", "[fe80::1]", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "[::ffff:7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[::7f00:1]",
	} {
		f := &issuerkeys.Fetcher{Now: time.Now}
		_, err := f.Keys(t.Context(), address+":1", nil, "")
		if err == nil || !strings.Contains(err.Error(), "not public") && !strings.Contains(err.Error(), "unreachable") && !strings.Contains(err.Error(), "cannot assign") {
			t.Errorf("%s: %v", address, err)
		}
	}
	f := &issuerkeys.Fetcher{Now: time.Now, Networks: loopback}
	if _, err := f.Keys(t.Context(), "127.0.0.1:1", nil, ""); err == nil || strings.Contains(err.Error(), "not public") {
		t.Errorf("a network that the operator named: %v", err)
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AA"},null,3]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := issuerkeys.ParseKeys(text)
		if (err == nil) != (len(keys) > 0) {
			t.Errorf("%d keys with %v", len(keys), err)
		}
		for i := range keys {
			if !keys[i].IsPublic() {
				t.Error("a key that is not public")
			}
		}
	})
}
