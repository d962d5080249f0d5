package foyer

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"foyer/internal/company"
	"foyer/internal/instance"
	"foyer/internal/oidc"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

// BenchmarkLargeCompany measures how long calls take in a small company and in
// one a hundred times as large: the same calls of people and administrators
// picked at random, one company and the other in turn, so that whatever else
// the machine does meets both. It takes minutes, so it runs only when
// FOYER_LARGE names a directory, in which it keeps the SQLite stores it has
// seeded:
//
//	FOYER_LARGE=/tmp/large go test -run '^$' -bench LargeCompany -benchtime 2000x -timeout 1h .
//
// The metrics are microseconds, and growth is the large company's p50 or p99
// over the small one's.
func BenchmarkLargeCompany(b *testing.B) {
	dir := os.Getenv("FOYER_LARGE")
	if dir == "" {
		b.Skip("takes minutes: set FOYER_LARGE to a directory")
	}
	b.Cleanup(storetest.Stop)
	for store, config := range map[string]func(b *testing.B, size company.Size) Config{
		"sqlite": func(_ *testing.B, size company.Size) Config {
			return Config{Data: filepath.Join(dir, size.Name)}
		},
		"postgres": func(b *testing.B, _ company.Size) Config {
			return Config{DatabaseURL: secret.New(storetest.Postgres(b)), MasterKey: secret.New(strings.Repeat("Zm95", 10) + "Zm8=")}
		},
	} {
		b.Run(store, func(b *testing.B) {
			var both [2]*large
			for i, size := range []company.Size{company.Small, company.Large} {
				both[i] = openLarge(b, size, config(b, size))
			}
			for _, kind := range []string{
				"ListUsers", "ListAccountAssignments", "ListAccountAssignmentsForPrincipal", "IsMemberInGroups",
				"portal ListAccounts", "portal ListAccountRoles", "GetRoleCredentials",
			} {
				b.Run(kind, func(b *testing.B) { compare(b, both, kind) })
			}
		})
	}
}

// compare calls both companies in turn and reports how they did.
func compare(b *testing.B, both [2]*large, kind string) {
	SpareProcessor()
	defer runtime.GOMAXPROCS(processors)
	var took [2][]time.Duration
	const warm = 200
	sizes := [2]int{}
	for _, l := range both {
		l.connect(b)
	}
	for n := range b.N + warm {
		for i, l := range both {
			request := l.request(b, kind, n)
			l.forget(b)
			begun := time.Now()
			answer := l.send(b, request)
			if n >= warm {
				took[i] = append(took[i], time.Since(begun))
				sizes[i] += len(answer)
			}
			l.last = answer
		}
	}
	var p50, p99 [2]float64
	for i, all := range took {
		slices.Sort(all)
		p50[i] = float64(all[len(all)/2].Nanoseconds()) / 1000
		p99[i] = float64(all[len(all)*99/100].Nanoseconds()) / 1000
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(p50[0], "small-p50-µs")
	b.ReportMetric(p50[1], "large-p50-µs")
	b.ReportMetric(p50[1]/p50[0], "p50-growth")
	b.ReportMetric(p99[0], "small-p99-µs")
	b.ReportMetric(p99[1], "large-p99-µs")
	b.ReportMetric(p99[1]/p99[0], "p99-growth")
	b.ReportMetric(float64(sizes[0])/float64(b.N), "small-bytes")
	b.ReportMetric(float64(sizes[1])/float64(b.N), "large-bytes")
}

// large is a running server that holds a company.
type large struct {
	*Server
	company.Size
	instance instance.Instance
	random   *rand.Rand
	people   []holder
	conn     net.Conn
	in       *bufio.Reader
	last     []byte // the answer before
}

// holder is somebody of the company with an access token.
type holder struct {
	number int
	token  secret.Text
}

const (
	largeKey    = "AKIALARGECOMPANY0000"
	largeSecret = "large-company"
)

func openLarge(b *testing.B, size company.Size, c Config) *large {
	b.Helper()
	c.RootAccessKeyID, c.RootSecretAccessKey, c.Listen, c.LogLevel = largeKey, secret.New(largeSecret), "127.0.0.1:0", "error"
	outside := Outside{Now: time.Now, Stdout: io.Discard, Stderr: os.Stderr}
	if _, err := os.Stat(filepath.Join(c.Data, "foyer.db")); c.Data == "" || errors.Is(err, os.ErrNotExist) {
		begun := time.Now()
		if _, err := Seed(b.Context(), c, size.Name, outside, func(string, int, int) {}); err != nil {
			b.Fatal(err)
		}
		b.Logf("seeded the %s company in %s", size.Name, time.Since(begun).Round(time.Second/10))
	}
	s, err := New(b.Context(), c, outside)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, s.Close()); err != nil {
			b.Error(err)
		}
	})
	l := &large{Server: s, Size: size, instance: *s.founding.instance, random: rand.New(rand.NewPCG(1, 2))}
	for range 500 {
		l.people = append(l.people, l.signIn(b, l.random.IntN(size.Users)))
	}
	return l
}

func (l *large) id(kind string, n int) string {
	return l.instance.IdentityStore[2:] + "-" + company.UUID(kind, n)
}

// signIn gives the nth user a session and an access token.
func (l *large) signIn(b *testing.B, n int) holder {
	b.Helper()
	ctx, r := b.Context(), l.rooms
	in, _, err := r.sessions.Start(ctx, session.Person{UserID: l.id("user", n), UserName: l.User(n).UserName, Store: l.storeARN()})
	if err != nil {
		b.Fatal(err)
	}
	client, key, err := r.oidc.RegisterClient(ctx, oidc.Registration{Name: "bench", Type: "public"})
	if err != nil {
		b.Fatal(err)
	}
	codes, err := r.oidc.StartDeviceAuthorization(ctx, oidc.DeviceStart{ClientID: client.ID, ClientSecret: key, StartURL: l.Server.ready.StartURL})
	if err != nil {
		b.Fatal(err)
	}
	asked, err := r.oidc.DeviceRequest(ctx, codes.User, oidc.Visitor{Session: in})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := r.oidc.DecideDevice(ctx, oidc.Decision{UserCode: codes.User, Form: asked.Form, Allow: true}, oidc.Visitor{Session: in}); err != nil {
		b.Fatal(err)
	}
	tokens, err := r.oidc.CreateToken(ctx, oidc.TokenRequest{ClientID: client.ID, ClientSecret: key, GrantType: string(oidc.DeviceCode), DeviceCode: codes.Device})
	if err != nil {
		b.Fatal(err)
	}
	return holder{n, tokens.Access}
}

// assignmentOf is an assignment that a user has through a group.
func (l *large) assignmentOf(user int) company.Assignment {
	groups := l.GroupsOf(user)
	group := groups[l.random.IntN(len(groups))]
	toGroups := l.Assignments * 9 / 10 / l.Groups
	nth := group + l.random.IntN(toGroups)*l.Groups
	return l.Assignment(nth/9*10 + nth%9)
}

// request is a call of a kind; n is 0 at the first of its kind.
func (l *large) request(b *testing.B, kind string, n int) []byte {
	who := l.people[l.random.IntN(len(l.people))]
	switch kind {
	case "ListUsers":
		body := map[string]any{"IdentityStoreId": l.instance.IdentityStore, "MaxResults": 100}
		var before struct{ NextToken string }
		if n > 0 && json.Unmarshal(l.last, &before) == nil && before.NextToken != "" {
			body["NextToken"] = before.NextToken
		}
		return l.signed(b, "identitystore", "AWSIdentityStore.ListUsers", body)
	case "IsMemberInGroups":
		var groups []string
		for i, g := range l.GroupsOf(who.number) {
			groups = append(groups, l.id("group", (g+i%2)%l.Groups))
		}
		slices.Sort(groups)
		return l.signed(b, "identitystore", "AWSIdentityStore.IsMemberInGroups", map[string]any{
			"IdentityStoreId": l.instance.IdentityStore, "MemberId": map[string]any{"UserId": l.id("user", who.number)}, "GroupIds": slices.Compact(groups),
		})
	case "ListAccountAssignments":
		a := l.Assignment(l.random.IntN(l.Assignments))
		set, err := l.rooms.sets.Named(b.Context(), l.Set(a.Set).Name)
		if err != nil {
			b.Fatal(err)
		}
		return l.signed(b, "sso", "SWBExternalService.ListAccountAssignments", map[string]any{
			"InstanceArn": l.instance.ARN(), "AccountId": l.AccountID(a.Account), "PermissionSetArn": set.ARN,
		})
	case "ListAccountAssignmentsForPrincipal":
		return l.signed(b, "sso", "SWBExternalService.ListAccountAssignmentsForPrincipal", map[string]any{
			"InstanceArn": l.instance.ARN(), "PrincipalType": "USER", "PrincipalId": l.id("user", l.random.IntN(l.Users)),
		})
	case "portal ListAccounts":
		return l.borne(b, who, "/assignment/accounts?max_result=50")
	case "portal ListAccountRoles":
		return l.borne(b, who, "/assignment/roles?account_id="+l.AccountID(l.assignmentOf(who.number).Account))
	default:
		a := l.assignmentOf(who.number)
		return l.borne(b, who, "/federation/credentials?role_name="+l.Set(a.Set).Name+"&account_id="+l.AccountID(a.Account))
	}
}

// signed is a call of the administrator.
func (l *large) signed(b *testing.B, service, target string, body any) []byte {
	text, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, l.Server.ready.Endpoint+"/", bytes.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", target)
	sum := sha256.Sum256(text)
	credentials := aws.Credentials{AccessKeyID: largeKey, SecretAccessKey: largeSecret}
	if err := v4.NewSigner().SignHTTP(b.Context(), credentials, r, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
		b.Fatal(err)
	}
	return written(b, r)
}

// borne is a call of a person.
func (l *large) borne(b *testing.B, who holder, path string) []byte {
	r, err := http.NewRequest(http.MethodGet, l.Server.ready.Endpoint+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("x-amz-sso_bearer_token", who.token.Reveal())
	return written(b, r)
}

// forget ends what the server remembers of reads, as any change does: it is the
// store that is measured.
func (l *large) forget(b *testing.B) {
	err := l.rooms.db.InTx(b.Context(), func(tx *sqlstore.Tx) error { return tx.PutServerSetting(b.Context(), "measured", "yes") })
	if err != nil {
		b.Fatal(err)
	}
}

// connect opens a connection to ask on, which the benchmark's end closes.
func (l *large) connect(b *testing.B) {
	conn, err := net.Dial("tcp", l.listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	l.conn, l.in = conn, bufio.NewReaderSize(conn, 64<<10)
}

// send sends one request and answers the body of its answer, which must be 200.
func (l *large) send(b *testing.B, request []byte) []byte {
	if _, err := l.conn.Write(request); err != nil {
		b.Fatal(err)
	}
	r, err := http.ReadResponse(l.in, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		b.Fatal(fmt.Sprint(strconv.Itoa(r.StatusCode), " ", string(text), err))
	}
	return text
}
