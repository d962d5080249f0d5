package mfa_test

import (
	"context"
	"crypto/rand"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"foyer/internal/jobs"
	"foyer/internal/mail"
	"foyer/internal/mfa"
	"foyer/internal/mint"
	"foyer/internal/seal"
	"foyer/internal/secret"
	"foyer/internal/signin"
	"foyer/internal/sqlstore"
)

const password = "Correct-h0rse!"

// house is a sign-in with a second proof, over an empty store, with two users
// and a clock.
type house struct {
	*mfa.Service
	signin *signin.Service
	now    time.Time
	users  map[string]signin.User
	events []mfa.Event
	proofs []signin.Event
	mailed []mail.Letter
}

// Send takes a letter to the post.
func (h *house) Send(_ context.Context, l mail.Letter) error {
	h.mailed = append(h.mailed, l)
	return nil
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), users: map[string]signin.User{
		"ann": {ID: "u-1", UserName: "ann", DisplayName: "Ann Lee", Email: "ann@corp.example", Enabled: true},
		"bob": {ID: "u-2", UserName: "bob", DisplayName: "Bob Ray", Enabled: true},
	}}
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), h.clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	h.furnish(t, db)
	for name, user := range h.users {
		if err := h.signin.SetPassword(t.Context(), user.ID, secret.New(password)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return h
}

func (h *house) clock() time.Time { return h.now }

func (h *house) furnish(t testing.TB, db *sqlstore.DB) {
	t.Helper()
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: make([]byte, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	m := mint.Mint{Source: rand.Reader}
	queued := func(tx *sqlstore.Tx) jobs.Tx { return tx }
	organization := func(context.Context) (string, error) { return "Corp: One", nil }
	see := func(tx *sqlstore.Tx) signin.Tx { return tx }
	h.signin = &signin.Service{
		InTx: sqlstore.Through(db, see), Fleeting: sqlstore.Fleeting(db, see), View: sqlstore.Viewed(db, see), Unit: db.Unit,
		Mint: m, Ring: ring, Now: h.clock, Portal: "https://foyer.example", Post: h, Organization: organization,
		Forgotten:   jobs.New(jobs.Queue{Name: "forgotten", InTx: sqlstore.Through(db, queued), View: sqlstore.Viewed(db, queued), Mint: m, Alone: true}),
		EndSessions: func(context.Context, string) error { return nil },
		Hasher:      signin.NewHasher(signin.Cost{Memory: 64, Time: 1, Threads: 1}, 2, rand.Reader),
		UserByName: func(_ context.Context, name string) (signin.User, bool, error) {
			u, ok := h.users[strings.ToLower(name)]
			return u, ok, nil
		},
		UserByID: h.userByID,
		Record: func(_ context.Context, e signin.Event) error {
			h.proofs = append(h.proofs, e)
			return nil
		},
	}
	h.Service = &mfa.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) mfa.Tx { return tx }), View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) mfa.Tx { return tx }), Unit: db.Unit,
		Mint: m, Ring: ring, Now: h.clock, SignIns: h.signin, UserByID: h.userByID, Initial: mfa.DefaultSettings(), Post: h,
		StoreID: func(context.Context) (string, error) { return "d-1234567890", nil }, Organization: organization, Portal: "https://foyer.example",
		Record: func(_ context.Context, e mfa.Event) error {
			h.events = append(h.events, e)
			return nil
		},
	}
	h.signin.Steps = []signin.Step{h.Step()}
}

func (h *house) userByID(_ context.Context, id string) (signin.User, bool, error) {
	for _, u := range h.users {
		if u.ID == id {
			return u, true, nil
		}
	}
	return signin.User{}, false, nil
}

func (h *house) set(t *testing.T, change func(*mfa.Settings)) {
	t.Helper()
	s := mfa.DefaultSettings()
	change(&s)
	if err := h.PutSettings(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// actor is a user who is signed in and has confirmed it.
func (h *house) actor(name string) mfa.Actor {
	return mfa.Actor{User: h.users[name], Session: "s-" + name, SourceIP: home, UserAgent: firefox}
}

var home = netip.MustParseAddr("198.51.100.7")

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	safari  = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"
)

// visit is a person signing in.
type visit struct {
	*house
	from   signin.Source
	token  secret.Text
	opened []signin.Workflow // the sign-ins that ended well
}

// arrive brings somebody to where their password was right.
func (h *house) arrive(t *testing.T, name string, from signin.Source) *visit {
	t.Helper()
	_, token, err := h.signin.Begin(t.Context(), name, "/start", from)
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{house: h, from: from, token: token}
	w := v.at(t)
	turn, err := h.signin.EnterPassword(t.Context(), w, secret.New(password), v.open)
	if err != nil {
		t.Fatal(err)
	}
	v.token = turn.Token
	return v
}

func (v *visit) open(_ context.Context, w signin.Workflow) error {
	v.opened = append(v.opened, w)
	return nil
}

// at is the sign-in as a page sees it.
func (v *visit) at(t *testing.T) signin.Workflow {
	t.Helper()
	w, err := v.signin.Workflow(t.Context(), v.token, v.from)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (v *visit) demand(t *testing.T) mfa.Demand {
	t.Helper()
	if len(v.opened) > 0 {
		return mfa.Nothing
	}
	at, err := v.Standing(t.Context(), v.at(t))
	if err != nil {
		t.Fatal(err)
	}
	return at.Demand
}

// seedOf is the seed of an app, as it is typed in.
func seedOf(a mfa.App) string { return strings.ReplaceAll(a.Seed.Reveal(), " ", "") }

// code is what an app shows.
func code(t *testing.T, seed string, at time.Time) string {
	t.Helper()
	shown, err := totp.GenerateCode(seed, at)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

// app registers an app for a user, and returns its seed.
func (h *house) app(t *testing.T, name string) string {
	t.Helper()
	begun, err := h.BeginApp(t.Context(), "s-"+name, h.actor(name))
	if err != nil {
		t.Fatal(err)
	}
	seed := seedOf(begun)
	if _, err := h.CompleteApp(t.Context(), "s-"+name, h.actor(name), code(t, seed, h.now), ""); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(time.Minute) // the code that registered it is used up
	return seed
}

// device registers a WebAuthn device for a user.
func (h *house) device(t *testing.T, name string, a *authenticator) mfa.Device {
	t.Helper()
	h.now = h.now.Add(time.Second) // devices are listed as they were added
	options, err := h.BeginKey(t.Context(), "s-"+name, h.actor(name))
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.CompleteKey(t.Context(), "s-"+name, h.actor(name), a.create(t, options), "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}
