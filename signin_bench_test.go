package foyer

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/internal/directory"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

const benchPassword = "Walnut-7-anvil-Kite"

// BenchmarkSignIn is whole sign-ins over HTTP (user name, password, session), in
// turns with as many derivations of the password's key and nothing else, which
// are the limit of this machine: what else it does, it does to both.
func BenchmarkSignIn(b *testing.B) {
	SpareProcessor()
	defer runtime.GOMAXPROCS(processors)
	s := runningOnDisk(b)
	names := s.benchUsers(b, 8*connections)
	h := signin.NewHasher(signin.DefaultCost, processors, rand.Reader)
	verifier, err := h.Hash(b.Context(), secret.New(benchPassword))
	if err != nil {
		b.Fatal(err)
	}
	browsers := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: connections},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	var signIns, keys time.Duration
	signAllIn := func() {
		signIns += everyOne(b, names, func(name string) error { return s.signIn(b, browsers, name) })
	}
	deriveAll := func() {
		keys += everyOne(b, names, func(string) error {
			ok, _, err := h.Verify(b.Context(), verifier, secret.New(benchPassword))
			if err == nil && !ok {
				err = errors.New("the password does not match")
			}
			return err
		})
	}
	first, second := signAllIn, deriveAll
	for b.Loop() {
		first()
		second()
		first, second = second, first // so that a machine that slows down slows both
	}
	n := float64(b.N * len(names))
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(n/signIns.Seconds(), "sign-ins/s")
	b.ReportMetric(n/keys.Seconds(), "keys/s")
	b.ReportMetric(100*keys.Seconds()/signIns.Seconds(), "%-of-limit")
}

// everyOne does something for each name, over connections at a time, and answers
// how long that took.
func everyOne(b *testing.B, names []string, do func(name string) error) time.Duration {
	b.Helper()
	queue := make(chan string, len(names))
	for _, name := range names {
		queue <- name
	}
	close(queue)
	begun := time.Now()
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			for name := range queue {
				if err := do(name); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	return time.Since(begun)
}

// signIn goes through the pages of the sign-in, to a session.
func (s *Server) signIn(b *testing.B, browser *http.Client, name string) error {
	b.Helper()
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
		got, err := browser.Do(r)
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
	cookie, err := post("/signin", url.Values{"username": {name}}, nil)
	if err == nil {
		cookie, err = post("/signin/password", url.Values{"password": {benchPassword}}, cookie)
	}
	if err == nil && cookie.Name != "foyer-session" {
		err = fmt.Errorf("%s got the cookie %s", name, cookie.Name)
	}
	return err
}

// BenchmarkRefreshToken is clients that each exchange their refresh token for
// another, and that for the next: every one is a change that is on the disk before
// it is answered.
func BenchmarkRefreshToken(b *testing.B) {
	s := runningOnDisk(b)
	grants := make(chan grant, connections)
	for range connections {
		grants <- s.allowed(b)
	}
	b.SetParallelism(max(connections/runtime.GOMAXPROCS(0), 1))
	before := processorTime(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", s.listener.Addr().String())
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		mine, in := <-grants, bufio.NewReader(conn)
		token := mine.Refresh.Reveal()
		for pb.Next() {
			body := fmt.Sprintf(`{"clientId":%q,"clientSecret":%q,"grantType":"refresh_token","refreshToken":%q}`, mine.client.ID, mine.key.Reveal(), token)
			if _, err := fmt.Fprintf(conn, "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
				b.Error(err)
				return
			}
			if token, err = refreshed(in, token); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "refreshes/s")
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// refreshed reads the answer to a refresh, and fails unless it has another token.
func refreshed(in *bufio.Reader, token string) (string, error) {
	got, err := http.ReadResponse(in, nil)
	if err != nil {
		return "", err
	}
	defer got.Body.Close()
	var tokens struct {
		RefreshToken string `json:"refreshToken"`
	}
	if err := json.NewDecoder(got.Body).Decode(&tokens); err != nil {
		return "", err
	}
	if tokens.RefreshToken == "" || tokens.RefreshToken == token {
		return "", fmt.Errorf("a refresh is answered %s, and %q", got.Status, tokens.RefreshToken)
	}
	_, err = io.Copy(io.Discard, got.Body)
	return tokens.RefreshToken, err
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
