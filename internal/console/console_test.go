package console_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"foyer/internal/caller"
	"foyer/internal/console"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/secret"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.Stop()
	os.Exit(code)
}

// house is the service over an empty store, with a few who have credentials:
// their access key id is their name.
type house struct {
	*console.Service
	now  time.Time
	acts []console.Act
}

func newHouse(db *sqlstore.DB) *house {
	h := &house{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	see := func(tx *sqlstore.Tx) console.Tx { return tx }
	h.Service = &console.Service{
		InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Unit: db.Unit, Mint: mint.Mint{Source: rand.Reader}, Now: func() time.Time { return h.now },
		Identify: h.identify,
		Record: func(_ context.Context, act console.Act) error {
			h.acts = append(h.acts, act)
			return nil
		},
	}
	return h
}

func (h *house) identify(_ context.Context, id string, token secret.Text, now time.Time) (caller.Caller, secret.Text, error) {
	s := &caller.Session{Issued: h.now, Expires: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
	who := caller.Caller{Kind: caller.AssumedRole, Account: "111122223333", ARN: "arn:aws:sts::111122223333:assumed-role/Dev/" + id, Name: id, Session: s}
	switch id {
	case "role", "chained":
		s.RoleARN, s.Chained = "arn:aws:iam::111122223333:role/Dev", id == "chained"
	case "federated":
		who.Kind = caller.FederatedUser
	case "user":
		who.Kind = caller.User
	case "root":
		who.Kind = caller.Root
	case "forever":
		who.Session = nil
	default:
		return caller.Caller{}, secret.Text{}, fault.Newf(fault.Unauthenticated, "unknown")
	}
	if token.Reveal() != "token" || !now.Before(s.Expires) {
		return caller.Caller{}, secret.Text{}, fault.Newf(fault.Unauthenticated, "unknown")
	}
	return who, secret.New("key"), nil
}

func of(id string) console.Credentials {
	return console.Credentials{AccessKeyID: id, SecretAccessKey: secret.New("key"), SessionToken: secret.New("token")}
}

func home(t *testing.T) console.Destination {
	t.Helper()
	to, err := console.ParseDestination("", "https://foyer.example")
	if err != nil || to.Page != console.Home || to.Local != "" {
		t.Fatal(to, err)
	}
	return to
}

func TestSigninTokenRefuses(t *testing.T) {
	h := newHouse(storetest.Memory(t, time.Now))
	wrongKey, noToken, wrongToken := of("role"), of("role"), of("role")
	wrongKey.SecretAccessKey, noToken.SessionToken, wrongToken.SessionToken = secret.New("x"), secret.Text{}, secret.New("x")
	for name, tt := range map[string]struct {
		credentials console.Credentials
		duration    time.Duration
		good        bool
	}{
		"a role's":                          {of("role"), 0, true},
		"for 15 minutes":                    {of("role"), 15 * time.Minute, true},
		"for 12 hours":                      {of("role"), 12 * time.Hour, true},
		"for less":                          {of("role"), 15*time.Minute - time.Second, false},
		"for more":                          {of("role"), 12*time.Hour + time.Second, false},
		"a chained role's":                  {of("chained"), 0, true},
		"a chained role's for an hour":      {of("chained"), time.Hour, true},
		"a chained role's for more":         {of("chained"), time.Hour + time.Second, false},
		"a federated user's":                {of("federated"), 0, true},
		"a federated user's, with duration": {of("federated"), time.Hour, false},
		"of GetSessionToken":                {of("user"), 0, false},
		"of root":                           {of("root"), 0, false},
		"of long ago":                       {of("forever"), 0, false},
		"of nobody":                         {of("nobody"), 0, false},
		"with another secret":               {wrongKey, 0, false},
		"without a session token":           {noToken, 0, false},
		"with another session token":        {wrongToken, 0, false},
		"none":                              {console.Credentials{}, 0, false},
	} {
		h.acts = nil
		token, err := h.SigninToken(t.Context(), tt.credentials, tt.duration, console.Visit{})
		if (err == nil) != tt.good || err != nil && fault.Of(err) != fault.Invalid || token.Empty() == tt.good || (len(h.acts) == 1) != tt.good {
			t.Errorf("credentials %s: %v, acts %v", name, err, h.acts)
		}
	}
}

func TestLogin(t *testing.T) {
	storetest.Each(t, time.Now, func(t *testing.T, db *sqlstore.DB) {
		h := newHouse(db)
		from := console.Visit{SourceIP: "192.0.2.1", UserAgent: "browser"}
		token, err := h.SigninToken(t.Context(), of("role"), 8*time.Hour, from)
		if err != nil {
			t.Fatal(err)
		}
		issuer := "https://broker.example\x00\r\n\xff" + strings.Repeat("é", 4000)
		begun, opens, err := h.Login(t.Context(), token, issuer, home(t), from)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(begun.Issuer, "\x00\r\n") || !utf8.ValidString(begun.Issuer) || !strings.HasPrefix(begun.Issuer, "https://broker.exampleé") || len(begun.Issuer) > 2048 {
			t.Errorf("issuer = %q", begun.Issuer)
		}
		if _, _, err := h.Login(t.Context(), token, "", home(t), from); fault.Of(err) != fault.Unauthenticated {
			t.Errorf("a second time: %v", err)
		}
		got, err := h.Session(t.Context(), opens)
		if err != nil || got != begun || got.Principal.Name != "role" || got.Expires != h.now.Add(8*time.Hour) {
			t.Errorf("session = %+v, %v\nwant %+v", got, err, begun)
		}
		h.now = h.now.Add(8 * time.Hour)
		if _, err := h.Session(t.Context(), opens); fault.Of(err) != fault.Unauthenticated {
			t.Errorf("late: %v", err)
		}
		h.now = h.now.Add(-time.Hour)
		for range 2 {
			if err := h.Logout(t.Context(), opens, from); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.Session(t.Context(), opens); fault.Of(err) != fault.Unauthenticated {
			t.Errorf("signed out: %v", err)
		}
		var names []string
		for _, act := range h.acts {
			names = append(names, act.Name)
		}
		if got := strings.Join(names, " "); got != "GetSigninToken ConsoleLogin Logout" {
			t.Errorf("acts = %s", got)
		}
	})
}

func TestALinkToTheConsoleIsShortLived(t *testing.T) {
	h := newHouse(storetest.Memory(t, time.Now))
	late, err := h.SigninToken(t.Context(), of("role"), 0, console.Visit{})
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(console.TokenLifetime)
	if _, _, err := h.Login(t.Context(), late, "", home(t), console.Visit{}); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("late: %v", err)
	}
	h.now = time.Date(2026, 3, 1, 9, 50, 0, 0, time.UTC)
	token, err := h.SigninToken(t.Context(), of("role"), 0, console.Visit{})
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(9 * time.Minute)
	begun, _, err := h.Login(t.Context(), token, "", home(t), console.Visit{})
	if err != nil || begun.Expires.Sub(h.now) != time.Minute {
		t.Errorf("without a duration the session is %+v, %v", begun, err)
	}
	if n, err := h.Purge(t.Context(), h.now.Add(time.Hour), 10); n != 2 || err != nil {
		t.Errorf("Purge = %d, %v", n, err)
	}
}

func TestAttackConsoleDestination(t *testing.T) {
	const own = "https://foyer.example:8443"
	for text, local := range map[string]string{
		"": "", console.Home: "", "https://console.aws.amazon.com": "", "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:": "",
		"https://CONSOLE.aws.amazon.com/": "", "https://console.amazonaws-us-gov.com/": "", "https://console.amazonaws.cn:443/s3": "", own + "/start?a=b#c": "/start?a=b",
	} {
		if got, err := console.ParseDestination(text, own); err != nil || got.Local != local {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"http://console.aws.amazon.com/", "https://console.aws.amazon.com.evil.example/", "https://evilconsole.aws.amazon.com.evil/", "https://evil-console.aws.amazon.com.evil.example",
		"https://xconsole.aws.amazon.com/", "https://user@console.aws.amazon.com/", "https://console.aws.amazon.com@evil.example/", "https://console.aws.amazon.com:8443/", "//console.aws.amazon.com/",
		"https:console.aws.amazon.com", "javascript:alert(1)", "data:text/html,x", "https://evil.example/?https://console.aws.amazon.com/", "https://evil.example\\.console.aws.amazon.com/",
		"https://console.aws.amazon.com/\r\nSet-Cookie: a=b", " https://console.aws.amazon.com/", "https://console.aws.amazon.com/é", own + "//evil.example", own + "evil", own + ".evil.example/",
		"https://foyer.example/start", "/start", "start", "https://", "https://console.aws.amazon.com/" + strings.Repeat("a", 5000), "https://console。aws.amazon.com/", own + "@evil.example/",
	} {
		if got, err := console.ParseDestination(text, own); fault.Of(err) != fault.Invalid {
			t.Errorf("%q leads to %+v, %v", text, got, err)
		}
	}
}

func FuzzParseDestination(f *testing.F) {
	for _, seed := range []string{"", console.Home, "https://foyer.example/start", "https://eu-west-1.console.aws.amazon.com/a?b#c", "https://a@b", "//x", "https://foyer.example//x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := console.ParseDestination(text, "https://foyer.example")
		if err != nil {
			return
		}
		if got.Local != "" && (!strings.HasPrefix(got.Local, "/") || strings.HasPrefix(got.Local, "//") || strings.ContainsAny(got.Local, "\\\r\n")) {
			t.Errorf("%q leads to %q here", text, got.Local)
		}
	})
}
