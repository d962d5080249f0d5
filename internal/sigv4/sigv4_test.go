package sigv4_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"

	"foyer/internal/secret"
	"foyer/internal/sigv4"
)

const (
	keyID = "AKIDEXAMPLE"
	key   = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

var now = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

// The vectors get-vanilla, post-vanilla and get-vanilla-query-order-key-case
// of AWS's Signature Version 4 test suite.
func TestVectors(t *testing.T) {
	for name, tt := range map[string]struct{ method, query, signature string }{
		"get-vanilla":             {"GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		"post-vanilla":            {"POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		"get-vanilla-query-order": {"GET", "Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
	} {
		t.Run(name, func(t *testing.T) {
			m := &sigv4.Message{Method: tt.method, Path: "/", RawQuery: tt.query, Host: "example.amazonaws.com", Header: map[string][]string{
				"X-Amz-Date":    {"20150830T123600Z"},
				"Authorization": {"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + tt.signature},
			}}
			s, err := sigv4.Parse(m)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.CheckTime(now), s.Verify(m, secret.New(key), nil)); err != nil {
				t.Error(err)
			}
		})
	}
}

// message is a request as the verifier sees it.
func message(r *http.Request, body string) *sigv4.Message {
	sum := sha256.Sum256([]byte(body))
	if r.ContentLength > 0 { // as a server finds it
		r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	return &sigv4.Message{
		Method: r.Method, Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Host: r.Host, Header: r.Header, BodyHash: hex.EncodeToString(sum[:]),
	}
}

func signed(t rapid.TB, method, target, body, token string, at time.Time) *sigv4.Message {
	t.Helper()
	r, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	r.Header.Set("X-Custom", "  two   blanks  ")
	credentials := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: key, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, hex.EncodeToString(sum[:]), "sts", "eu-west-1", at); err != nil {
		t.Fatal(err)
	}
	return message(r, body)
}

// Whatever AWS's own signer signs, this verifier accepts, and with one thing
// changed it does not.
func TestItAgreesWithTheSDK(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		query := url.Values{}
		for range rapid.IntRange(0, 4).Draw(t, "parameters") {
			query.Add(rapid.StringN(1, 8, 16).Draw(t, "name"), rapid.StringN(0, 8, 16).Draw(t, "value"))
		}
		path := "/" + url.PathEscape(rapid.StringN(0, 8, 16).Draw(t, "path"))
		method := rapid.SampledFrom([]string{"GET", "POST"}).Draw(t, "method")
		body := rapid.String().Draw(t, "body")
		m := signed(t, method, "https://sts.example.net"+path+"?"+query.Encode(), body, "token", now)
		s, err := sigv4.Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		if s.AccessKeyID != keyID || s.Service != "sts" || s.Region != "eu-west-1" || s.SessionToken != "token" {
			t.Fatalf("parsed %+v", s)
		}
		if err := s.Verify(m, secret.New(key), nil); err != nil {
			t.Fatal(err)
		}
		if s.Verify(m, secret.New(key+"x"), nil) == nil {
			t.Fatal("another key verifies")
		}
		m.BodyHash = strings.Repeat("0", 64)
		if s.Verify(m, secret.New(key), nil) == nil {
			t.Fatal("another body verifies")
		}
	})
}

func TestPresigned(t *testing.T) {
	for _, life := range []string{"&X-Amz-Expires=900", ""} { // SDKs leave it to STS
		r, err := http.NewRequest(http.MethodGet, "https://sts.example.net/?Action=GetCallerIdentity&Version=2011-06-15"+life, nil)
		if err != nil {
			t.Fatal(err)
		}
		target, _, err := v4.NewSigner().PresignHTTP(t.Context(), aws.Credentials{AccessKeyID: keyID, SecretAccessKey: key, SessionToken: "a+b/c="}, r, emptyHash, "sts", "us-east-1", now)
		if err != nil {
			t.Fatal(err)
		}
		r, err = http.NewRequest(http.MethodGet, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		m := message(r, "")
		s, err := sigv4.Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.CheckTime(now.Add(14*time.Minute)), s.Verify(m, secret.New(key), nil)); err != nil || s.SessionToken != "a+b/c=" {
			t.Errorf("%q: %v, token %q", life, err, s.SessionToken)
		}
		if s.CheckTime(now.Add(16*time.Minute)) == nil {
			t.Errorf("%q: accepted after it ran out", life)
		}
	}
}

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestRefusals(t *testing.T) {
	good := func() *sigv4.Message { return signed(t, "POST", "https://sts.example.net/", "Action=x", "", now) }
	change := func(from, to string) func() *sigv4.Message {
		return func() *sigv4.Message {
			m := good()
			was := m.Header["Authorization"][0]
			m.Header["Authorization"] = []string{strings.Replace(was, from, to, 1)}
			if m.Header["Authorization"][0] == was {
				t.Fatalf("%q is not in %q", from, was)
			}
			return m
		}
	}
	for name, tt := range map[string]struct {
		m      func() *sigv4.Message
		at     time.Time
		reason sigv4.Reason
	}{
		"no signature":                {func() *sigv4.Message { return &sigv4.Message{Method: "POST"} }, now, sigv4.Missing},
		"another algorithm":           {change("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), now, sigv4.Incomplete},
		"no credential":               {change("Credential=", "Credentiel="), now, sigv4.Incomplete},
		"a short scope":               {change("/aws4_request", ""), now, sigv4.Incomplete},
		"the host is not signed":      {change("host;", ""), now, sigv4.Incomplete},
		"a target that is not signed": {func() *sigv4.Message { m := good(); m.Header["X-Amz-Target"] = []string{"Service.DeleteAll"}; return m }, now, sigv4.Incomplete},
		"no date":                     {func() *sigv4.Message { m := good(); delete(m.Header, "X-Amz-Date"); return m }, now, sigv4.Incomplete},
		"a scope of another day":      {change("/20150830/", "/20150829/"), now, sigv4.Mismatch},
		"six minutes late":            {good, now.Add(6 * time.Minute), sigv4.Stale},
		"six minutes early":           {good, now.Add(-6 * time.Minute), sigv4.Stale},
		"a changed signature":         {change("Signature=", "Signature=00"), now, sigv4.Mismatch},
		"a signature not in hex":      {change("Signature=", "Signature=zz"), now, sigv4.Mismatch},
		"a signed header changed":     {func() *sigv4.Message { m := good(); m.Header["X-Custom"] = []string{"other"}; return m }, now, sigv4.Mismatch},
		"another host":                {func() *sigv4.Message { m := good(); m.Host = "evil.example.net"; return m }, now, sigv4.Mismatch},
		"another method":              {func() *sigv4.Message { m := good(); m.Method = "PUT"; return m }, now, sigv4.Mismatch},
		"presigned for a month": {func() *sigv4.Message {
			return &sigv4.Message{Method: "GET", RawQuery: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/20150830/r/s/aws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=2678400&X-Amz-SignedHeaders=host&X-Amz-Signature=00"}
		}, now, sigv4.Incomplete},
	} {
		t.Run(name, func(t *testing.T) {
			m := tt.m()
			s, err := sigv4.Parse(m)
			if err == nil {
				err = s.CheckTime(tt.at)
			}
			if err == nil {
				err = s.Verify(m, secret.New(key), nil)
			}
			if e, ok := errors.AsType[*sigv4.Error](err); !ok || e.Reason != tt.reason {
				t.Errorf("err = %v, want reason %d", err, tt.reason)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host, Signature=00", "X-Amz-Algorithm=AWS4-HMAC-SHA256", "20150830T123600Z")
	f.Fuzz(func(t *testing.T, authorization, query, date string) {
		m := &sigv4.Message{Method: "GET", RawQuery: query, Header: map[string][]string{"Authorization": {authorization}, "X-Amz-Date": {date}}}
		s, err := sigv4.Parse(m)
		if err != nil {
			return
		}
		if s.Verify(m, secret.New("secret"), nil) == nil {
			t.Error("a guessed signature verifies")
		}
	})
}

func TestRememberedKeysAreOfTheirSecretAlone(t *testing.T) {
	r, err := http.NewRequest(http.MethodPost, "https://sts.example.net/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: keyID, SecretAccessKey: key}, r, emptyHash, "sts", "us-east-1", now); err != nil {
		t.Fatal(err)
	}
	m := message(r, "")
	s, err := sigv4.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	var keys sigv4.Keys
	for range 2 {
		if err := s.Verify(m, secret.New(key), &keys); err != nil {
			t.Error(err)
		}
		if s.Verify(m, secret.New(key+"x"), &keys) == nil {
			t.Error("another secret's signature was taken")
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	r, err := http.NewRequest(http.MethodPost, "https://sts.example.net/", nil)
	if err != nil {
		b.Fatal(err)
	}
	if err := v4.NewSigner().SignHTTP(b.Context(), aws.Credentials{AccessKeyID: keyID, SecretAccessKey: key}, r, emptyHash, "sts", "us-east-1", now); err != nil {
		b.Fatal(err)
	}
	m, k, keys := message(r, ""), secret.New(key), &sigv4.Keys{}
	b.ReportAllocs()
	for b.Loop() {
		s, err := sigv4.Parse(m)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Verify(m, k, keys); err != nil {
			b.Fatal(err)
		}
	}
}
