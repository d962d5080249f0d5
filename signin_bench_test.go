package foyer

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"foyer/internal/directory"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

const benchPassword = "Walnut-7-anvil-Kite"

// BenchmarkPasswordKeys is how many passwords this machine can verify at all:
// the limit of sign-ins.
func BenchmarkPasswordKeys(b *testing.B) {
	h := signin.NewHasher(signin.DefaultCost, runtime.GOMAXPROCS(0), rand.Reader)
	verifier, err := h.Hash(b.Context(), secret.New(benchPassword))
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(max(connections/runtime.GOMAXPROCS(0), 1))
	before := processorTime(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if ok, _, err := h.Verify(b.Context(), verifier, secret.New(benchPassword)); !ok || err != nil {
				b.Error(ok, err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "keys/s")
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// BenchmarkSignIn is whole sign-ins over HTTP: user name, password, session.
func BenchmarkSignIn(b *testing.B) {
	s := running(b)
	names := s.benchUsers(b, 4*connections)
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: connections},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	post := func(path string, form url.Values, cookie *http.Cookie) (*http.Cookie, error) {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, s.ready.Endpoint+path, strings.NewReader(form.Encode()))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "text/html")
		if cookie != nil {
			r.AddCookie(cookie)
		}
		got, err := client.Do(r)
		if err != nil {
			return nil, err
		}
		defer got.Body.Close()
		if _, err := io.Copy(io.Discard, got.Body); err != nil {
			return nil, err
		}
		for _, c := range got.Cookies() {
			if c.MaxAge >= 0 {
				return c, nil
			}
		}
		return nil, fmt.Errorf("%s is answered %s", path, got.Status)
	}
	var next atomic.Int64
	b.SetParallelism(max(connections/runtime.GOMAXPROCS(0), 1))
	before := processorTime(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			name := names[int(next.Add(1))%len(names)]
			cookie, err := post("/signin", url.Values{"username": {name}}, nil)
			if err == nil {
				cookie, err = post("/signin/password", url.Values{"password": {benchPassword}}, cookie)
			}
			if err != nil || cookie.Name != "foyer-session" {
				b.Errorf("%s got %v, %v", name, cookie, err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sign-ins/s")
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// benchUsers makes people who can sign in.
func (s *Server) benchUsers(b *testing.B, n int) (names []string) {
	b.Helper()
	var ids []string
	for i := range n {
		name := fmt.Sprintf("bench-%d", i)
		u, err := s.rooms.directory.CreateUser(b.Context(), "bench", directory.Attributes{UserName: name, DisplayName: name, Name: directory.Name{GivenName: "B", FamilyName: "M"}})
		if err != nil {
			b.Fatal(err)
		}
		names, ids = append(names, name), append(ids, string(u.ID))
	}
	if err := s.rooms.signin.SetFirstPassword(b.Context(), ids, secret.New(benchPassword)); err != nil {
		b.Fatal(err)
	}
	return names
}
