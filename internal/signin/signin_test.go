package signin_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/jobs"
	"foyer/internal/mail"
	"foyer/internal/mint"
	"foyer/internal/seal"
	"foyer/internal/secret"
	"foyer/internal/signin"
	"foyer/internal/sqlstore"
)

// cheap makes keys quickly; what is tested does not depend on the cost.
var cheap = signin.Cost{Memory: 64, Time: 1, Threads: 1}

// house is a sign-in service over an empty store, with two users and a clock.
type house struct {
	*signin.Service
	now    time.Time
	users  map[string]signin.User
	mu     sync.Mutex
	events []signin.Event
	ended  []string      // users whose sessions ended
	mailed []mail.Letter // the letters that were sent
}

// Send takes a letter to the post.
func (h *house) Send(_ context.Context, l mail.Letter) error {
	h.mailed = append(h.mailed, l)
	return nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), users: map[string]signin.User{
		"ann": {ID: "u-1", UserName: "Ann", DisplayName: "Ann Lee", Email: "Ann@corp.example", Enabled: true},
		"bob": {ID: "u-2", UserName: "bob", DisplayName: "Bob Ray"},
	}}
	clock := func() time.Time { return h.now }
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	see := func(tx *sqlstore.Tx) signin.Tx { return tx }
	queued := func(tx *sqlstore.Tx) jobs.Tx { return tx }
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: make([]byte, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	m := mint.Mint{Source: rand.Reader}
	h.Service = &signin.Service{
		InTx: sqlstore.Through(db, see), Fleeting: sqlstore.Fleeting(db, see), View: sqlstore.Viewed(db, see), Unit: db.Unit,
		Mint: m, Ring: ring, Now: clock, Portal: "https://foyer.example", Post: h,
		Forgotten:    jobs.New(jobs.Queue{Name: "forgotten", InTx: sqlstore.Through(db, queued), View: sqlstore.Viewed(db, queued), Mint: m, Alone: true}),
		Organization: func(context.Context) (string, error) { return "Corp", nil },
		EndSessions: func(_ context.Context, user string) error {
			h.ended = append(h.ended, user)
			return nil
		},
		Hasher: signin.NewHasher(cheap, 2, rand.Reader),
		UserByName: func(_ context.Context, name string) (signin.User, bool, error) {
			u, ok := h.users[strings.ToLower(name)]
			return u, ok, nil
		},
		UserByID: func(_ context.Context, id string) (signin.User, bool, error) {
			for _, u := range h.users {
				if u.ID == id {
					return u, true, nil
				}
			}
			return signin.User{}, false, nil
		},
		Record: func(_ context.Context, e signin.Event) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.events = append(h.events, e)
			return nil
		},
	}
	return h
}

func (h *house) set(t *testing.T, user, password string) {
	t.Helper()
	if err := h.SetPassword(t.Context(), user, secret.New(password)); err != nil {
		t.Fatalf("SetPassword(%s) = %v", user, err)
	}
}

func (h *house) try(t *testing.T, name, password string) error {
	t.Helper()
	w, _, err := h.Begin(t.Context(), name, "", signin.Source{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.EnterPassword(t.Context(), w, secret.New(password), func(context.Context, signin.Workflow) error { return nil })
	return err
}

const good = "Corr3ct-horse"

func TestCheckPassword(t *testing.T) {
	for name, tt := range map[string]struct {
		password string
		ok       bool
	}{
		"one of each class":      {"aB3!aaaa", true},
		"the longest":            {"aB3!" + strings.Repeat("é", 60), true},
		"too short":              {"aB3!aaa", false},
		"too long":               {"aB3!" + strings.Repeat("a", 61), false},
		"no lower case letter":   {"AB3!AAAA", false},
		"no upper case letter":   {"ab3!aaaa", false},
		"no digit":               {"aBc!aaaa", false},
		"no symbol":              {"aB3aaaaa", false},
		"a space is no symbol":   {"aB3 aaaa", false},
		"a backquote is":         {"aB3`aaaa", true},
		"a backslash is":         {`aB3\aaaa`, true},
		"not UTF-8":              {"aB3!aaaa\xff", false},
		"a common one":           {"P@ssw0rd1!", false},
		"a common one at last":   {"2026!Dragon", false},
		"common in a long one":   {"Dragon-7-anvil-Kite", true},
		"letters of other lands": {"ÄÖ3!ßßßß", false},
	} {
		t.Run(name, func(t *testing.T) {
			err := signin.CheckPassword(secret.New(tt.password))
			if (err == nil) != tt.ok || err != nil && fault.Of(err) != fault.Invalid {
				t.Errorf("CheckPassword(%q) = %v, want ok %t", tt.password, err, tt.ok)
			}
		})
	}
}

func TestEveryFailedSigninReadsTheSame(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	h.set(t, "u-2", good)
	want := h.try(t, "ann", "wrong")
	if fault.Of(want) != fault.Unauthenticated {
		t.Fatalf("wrong password: %v", want)
	}
	for name, try := range map[string][2]string{
		"unknown user":       {"nobody", good},
		"disabled user":      {"bob", good},
		"empty name":         {"", good},
		"empty password":     {"ann", ""},
		"very long name":     {strings.Repeat("x", 10_000), good},
		"very long password": {"ann", strings.Repeat("x", 10_000)},
	} {
		if err := h.try(t, try[0], try[1]); err == nil || err.Error() != want.Error() {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if err := h.try(t, "ANN", good); err != nil {
		t.Errorf("right password, other case of the name: %v", err)
	}
}

func TestAUserWithoutAPasswordCantSignIn(t *testing.T) {
	h := newHouse(t)
	if err := h.try(t, "ann", ""); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("err = %v", err)
	}
}

func TestTenFailuresLockTheName(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	for i := range 10 {
		if err := h.try(t, "ann", fmt.Sprint("wrong", i)); err == nil {
			t.Fatal("wrong password accepted")
		}
		h.now = h.now.Add(time.Second)
	}
	if err := h.try(t, "ann", good); err == nil {
		t.Fatal("the right password opens a locked name")
	}
	h.now = h.now.Add(15*time.Minute - 2*time.Second)
	if err := h.try(t, "ann", good); err == nil {
		t.Fatal("the lock ended early")
	}
	h.now = h.now.Add(time.Second)
	if err := h.try(t, "ann", good); err != nil {
		t.Fatalf("after the lock: %v", err)
	}
}

func TestASuccessForgetsFailures(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	for range 3 {
		for range 9 {
			_ = h.try(t, "ann", "wrong")
		}
		if err := h.try(t, "ann", good); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFailuresFarApartDoNotLock(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	for range 30 {
		_ = h.try(t, "ann", "wrong")
		h.now = h.now.Add(2 * time.Minute)
	}
	if err := h.try(t, "ann", good); err != nil {
		t.Fatal(err)
	}
}

func TestGuessesAtTheSameTimeDoNotOutrunTheLock(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() { _ = h.try(t, "ann", "wrong") })
	}
	wg.Wait()
	if err := h.try(t, "ann", good); err == nil {
		t.Error("twelve guesses at once did not lock the name")
	}
}

func TestAFirstPasswordIsGivenToThoseWhoHaveNone(t *testing.T) {
	h := newHouse(t)
	if err := h.SetFirstPassword(t.Context(), []string{"u-ann", "u-bob"}, secret.New(good)); err != nil {
		t.Fatal(err)
	}
	if err := h.SetFirstPassword(t.Context(), []string{"u-ann"}, secret.New(good+"x")); fault.Of(err) != fault.Conflict {
		t.Errorf("a second first password: %v, want Conflict", err)
	}
	if err := h.SetFirstPassword(t.Context(), []string{"u-eve"}, secret.New("short")); fault.Of(err) != fault.Invalid {
		t.Errorf("a short one: %v, want Invalid", err)
	}
}

func TestANewPasswordLiftsTheLock(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	for range 10 {
		_ = h.try(t, "ann", "wrong")
	}
	h.set(t, "u-1", good+"2")
	if err := h.try(t, "ann", good+"2"); err != nil {
		t.Error(err)
	}
}

func TestTheLastThreePasswordsAreNotReused(t *testing.T) {
	h := newHouse(t)
	for i := range 3 {
		h.set(t, "u-1", fmt.Sprint(good, i))
	}
	for i := range 3 {
		if err := h.SetPassword(t.Context(), "u-1", secret.New(fmt.Sprint(good, i))); fault.Of(err) != fault.Invalid {
			t.Errorf("password %d again: %v", i, err)
		}
	}
	h.set(t, "u-1", good+"3")
	h.set(t, "u-1", good+"0") // the fourth back
}

func TestADearerCostUpgradesAtSignin(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	dearer := cheap
	dearer.Time++
	h.Hasher = signin.NewHasher(dearer, 1, rand.Reader)
	for range 2 {
		if err := h.try(t, "ann", good); err != nil {
			t.Fatal(err)
		}
	}
	var stored signin.Password
	if err := h.View(t.Context(), func(tx signin.Tx) (err error) {
		stored, _, err = tx.SigninPassword(t.Context(), "u-1")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored.Verifier, "$argon2id$v=19$m=64,t=2,p=1$") {
		t.Errorf("verifier = %s", stored.Verifier)
	}
}

func TestSigninLeavesItsEvents(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	_ = h.try(t, "ann", good)
	_ = h.try(t, "ann", "wrong")
	_ = h.try(t, "my-password", "x")
	var got []string
	for _, e := range h.events {
		got = append(got, fmt.Sprint(e.Name, " ", e.Success, " ", e.UserName, " ", e.UserID))
		if e.WorkflowID == "" || e.CredentialType != "PASSWORD" || !e.Time.Equal(h.now) {
			t.Errorf("event %+v", e)
		}
	}
	want := []string{
		"CredentialChallenge true Ann u-1", "CredentialVerification true Ann u-1", "UserAuthentication true Ann u-1",
		"CredentialChallenge true Ann u-1", "CredentialVerification false Ann u-1",
		"CredentialChallenge true HIDDEN_DUE_TO_SECURITY_REASONS ", "CredentialVerification false HIDDEN_DUE_TO_SECURITY_REASONS ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("events:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if h.events[0].WorkflowID != h.events[2].WorkflowID || h.events[2].WorkflowID == h.events[3].WorkflowID {
		t.Error("one sign-in is one workflow")
	}
}

func TestForgetAndPurge(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	_ = h.try(t, "nobody", "x")
	if err := h.Forget(t.Context(), "u-1"); err != nil {
		t.Fatal(err)
	}
	if err := h.try(t, "ann", good); err == nil {
		t.Error("a forgotten password signs in")
	}
	if n, err := h.Purge(t.Context(), h.now.Add(time.Second), 10); n != 5 || err != nil {
		t.Errorf("Purge = %d, %v, want the counts of two names and a network", n, err)
	}
}

func TestADamagedVerifierIsAFailureNotAPanic(t *testing.T) {
	h := signin.NewHasher(cheap, 1, rand.Reader)
	for _, verifier := range []string{
		"", "plain", "$argon2id$v=19$m=64,t=1,p=1$AAAA", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=1,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=1,p=1$!!$AAAA",
	} {
		if ok, _, err := h.Verify(t.Context(), verifier, secret.New("x")); ok || err == nil {
			t.Errorf("Verify(%q) = %t, %v", verifier, ok, err)
		}
	}
}

func TestNoKeyIsDerivedForARequestThatEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h := signin.NewHasher(cheap, 1, rand.Reader)
	if _, err := h.Hash(ctx, secret.New("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

func BenchmarkVerifyPassword(b *testing.B) {
	h := signin.NewHasher(signin.DefaultCost, 1, rand.Reader)
	verifier, err := h.Hash(b.Context(), secret.New(good))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ok, _, err := h.Verify(b.Context(), verifier, secret.New(good)); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func TestWhoChangesTheirPasswordKnowsTheOneTheyHave(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	ann := h.users["ann"]
	var fails error
	also := 0
	change := func(current, password string) error {
		return h.ChangeOwnPassword(t.Context(), ann, secret.New(current), secret.New(password), signin.Source{}, func(context.Context) error {
			also++
			return fails
		})
	}
	if err := change("wrong", good+"2"); fault.Of(err) != fault.Denied {
		t.Errorf("with a wrong one: %v", err)
	}
	if err := change(good, "weak"); fault.Of(err) != fault.Invalid {
		t.Errorf("to a weak one: %v", err)
	}
	if fails = errors.New("the sessions do not end"); also != 0 || !errors.Is(change(good, good+"2"), fails) {
		t.Errorf("it does not fail with what has to happen too, done %d times", also)
	}
	fails = nil
	if err := change(good, good+"2"); err != nil { // so nothing had changed
		t.Fatal(err)
	}
	if len(h.mailed) != 1 || len(h.ended) != 0 || also != 2 {
		t.Errorf("letters %v, ended %v, done %d times", h.mailed, h.ended, also)
	}
	for range 12 {
		_ = change("wrong", good+"3")
	}
	if err := change(good+"2", good+"3"); fault.Of(err) != fault.Denied {
		t.Errorf("after twelve guesses: %v", err)
	}
}
