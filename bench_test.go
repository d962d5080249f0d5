package foyer

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"foyer/internal/assignment"
	"foyer/internal/oidc"
	"foyer/internal/organizations"
	"foyer/internal/secret"
	"foyer/internal/session"
)

// connections is how many clients ask at once.
const connections = 16

// running starts a whole server with the demo organisation, in memory.
func running(b *testing.B) *Server {
	b.Helper()
	return runningWith(b, Config{Ephemeral: true})
}

// runningOnDisk is running where changes are on the disk before they are answered.
func runningOnDisk(b *testing.B) *Server {
	b.Helper()
	return runningWith(b, Config{Data: b.TempDir()})
}

func runningWith(b *testing.B, c Config) *Server {
	b.Helper()
	c.Listen, c.Demo, c.LogLevel = "127.0.0.1:0", true, "error"
	s, err := New(b.Context(), c, Outside{Now: time.Now, Stdout: io.Discard, Stderr: io.Discard})
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
	if err := s.rooms.settled(b.Context()); err != nil {
		b.Fatal(err)
	}
	return s
}

// ask sends one request, again and again, over connections, and reports how
// many were answered in a second. The client does as little as it can, so that
// the figure is the server's.
func ask(b *testing.B, address string, request []byte) {
	b.Helper()
	b.SetParallelism(max(connections/runtime.GOMAXPROCS(0), 1))
	b.ReportAllocs()
	before := processorTime(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		in := bufio.NewReaderSize(conn, 16<<10)
		for pb.Next() {
			if _, err := conn.Write(request); err != nil {
				b.Error(err)
				return
			}
			if err := answered(in); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/req")
}

// processorTime is what this process, client and server, has used so far. Unlike
// the time on the wall it says the same when other programs keep the machine busy.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// answered reads one answer, which must be 200.
func answered(in *bufio.Reader) error {
	status, err := in.ReadSlice('\n')
	if err != nil {
		return err
	}
	ok := bytes.Contains(status, []byte(" 200 "))
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); strings.EqualFold(string(name), "Content-Length") {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	if !ok {
		text, _ := in.Peek(length)
		return errors.New(string(text))
	}
	_, err = in.Discard(length)
	return err
}

// written is a request as it goes over the wire.
func written(b *testing.B, r *http.Request) []byte {
	b.Helper()
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		b.Fatal(err)
	}
	return text.Bytes()
}

// BenchmarkBare is what net/http and encoding/json alone can do on this machine.
func BenchmarkBare(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"account":"111122223333","arn":"arn:aws:iam::111122223333:root","userId":"111122223333"}`)
	}))
	defer server.Close()
	r, err := http.NewRequest(http.MethodGet, server.URL, nil)
	if err != nil {
		b.Fatal(err)
	}
	ask(b, server.Listener.Addr().String(), written(b, r))
}

func BenchmarkGetCallerIdentity(b *testing.B) {
	s := running(b)
	body := "Action=GetCallerIdentity&Version=2011-06-15"
	r, err := http.NewRequest(http.MethodPost, s.ready.Endpoint+"/", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sum := sha256.Sum256([]byte(body))
	credentials := aws.Credentials{AccessKeyID: s.ready.RootAccessKeyID, SecretAccessKey: s.ready.RootSecretAccessKey}
	if err := v4.NewSigner().SignHTTP(b.Context(), credentials, r, hex.EncodeToString(sum[:]), "sts", "us-east-1", time.Now()); err != nil {
		b.Fatal(err)
	}
	ask(b, s.listener.Addr().String(), written(b, r))
}

func BenchmarkGetRoleCredentials(b *testing.B) {
	s := running(b)
	token := s.token(b)
	r, err := http.NewRequest(http.MethodGet, s.ready.Endpoint+"/federation/credentials?role_name="+s.founding.demo.role+"&account_id="+string(s.founding.demo.account), nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("x-amz-sso_bearer_token", token.Reveal())
	ask(b, s.listener.Addr().String(), written(b, r))
}

// token is an access token of the demo's first user.
func (s *Server) token(b *testing.B) secret.Text {
	b.Helper()
	return s.allowed(b).Access
}

// grant is what a client was given that a person has allowed to act for them.
type grant struct {
	oidc.Tokens
	client oidc.Client
	key    secret.Text
}

// allowed is a new client that acts for the demo's first user.
func (s *Server) allowed(b *testing.B) grant {
	b.Helper()
	ctx, r := b.Context(), s.rooms
	user, _, err := r.userByName(ctx, s.founding.demo.users[0].UserName)
	if err != nil {
		b.Fatal(err)
	}
	in, _, err := r.sessions.Start(ctx, session.Person{UserID: user.ID, UserName: user.UserName, Store: s.storeARN()})
	if err != nil {
		b.Fatal(err)
	}
	client, key, err := r.oidc.RegisterClient(ctx, oidc.Registration{Name: "bench", Type: "public", Scopes: []string{"sso:account:access"}})
	if err != nil {
		b.Fatal(err)
	}
	codes, err := r.oidc.StartDeviceAuthorization(ctx, oidc.DeviceStart{ClientID: client.ID, ClientSecret: key, StartURL: s.ready.StartURL})
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
	return grant{tokens, client, key}
}

// BenchmarkListAccounts is a person who has a role in 1,000 accounts through
// groups: the first page of 100.
func BenchmarkListAccounts(b *testing.B) {
	s := running(b)
	s.assignMany(b, 1000)
	token := s.token(b)
	r, err := http.NewRequest(http.MethodGet, s.ready.Endpoint+"/assignment/accounts?max_result=100", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("x-amz-sso_bearer_token", token.Reveal())
	ask(b, s.listener.Addr().String(), written(b, r))
}

// assignMany gives the first demo user's group a role in so many more accounts.
func (s *Server) assignMany(b *testing.B, accounts int) {
	b.Helper()
	r := s.rooms
	var wanted []organizations.NewAccount
	for n := range accounts {
		wanted = append(wanted, organizations.NewAccount{Name: "Account " + strconv.Itoa(n), Email: "many-" + strconv.Itoa(n) + "@foyer.example"})
	}
	group, err := r.directory.GroupByName(b.Context(), demoUsers[0].group)
	if err != nil {
		b.Fatal(err)
	}
	set, err := r.sets.Named(b.Context(), s.founding.demo.role)
	if err != nil {
		b.Fatal(err)
	}
	err = r.db.Unit(b.Context(), func(ctx context.Context) error {
		made, err := r.organizations.CreateAccounts(ctx, s.founding.account, wanted)
		for _, account := range made {
			if err == nil {
				_, err = r.assignments.Create(ctx, assignment.Assignment{
					Account: account.Account, Set: set.ARN, PrincipalType: assignment.Group, PrincipalID: string(group.ID),
				})
			}
		}
		return err
	})
	if err == nil {
		err = r.settled(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
}
