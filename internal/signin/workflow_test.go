package signin_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// visit is a person going through the steps of a sign-in.
type visit struct {
	*house
	token  secret.Text
	opened []signin.Workflow // the sign-ins that ended well
}

func (h *house) arrive(t *testing.T, name string) *visit {
	t.Helper()
	_, token, err := h.Begin(t.Context(), name, "/start", signin.Source{UserAgent: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return &visit{house: h, token: token}
}

func (v *visit) open(_ context.Context, w signin.Workflow) error {
	v.opened = append(v.opened, w)
	return nil
}

// take does something with the workflow, and returns where that leads.
func (v *visit) take(t *testing.T, do func(signin.Workflow) (signin.Turn, error)) (signin.Turn, error) {
	t.Helper()
	w, err := v.Workflow(t.Context(), v.token, signin.Source{})
	if err != nil {
		return signin.Turn{}, err
	}
	turn, err := do(w)
	if err == nil {
		v.token = turn.Token
	}
	return turn, err
}

func (v *visit) enter(t *testing.T, password string) (signin.Turn, error) {
	t.Helper()
	return v.take(t, func(w signin.Workflow) (signin.Turn, error) {
		return v.EnterPassword(t.Context(), w, secret.New(password), v.open)
	})
}

func (v *visit) pass(t *testing.T, step string, c signin.Credential) (signin.Turn, error) {
	t.Helper()
	return v.take(t, func(w signin.Workflow) (signin.Turn, error) {
		return v.Pass(t.Context(), w, step, c, v.open)
	})
}

// twoSteps gives the house a step for those who have proved one credential
// only, and one that nobody wants.
func (h *house) twoSteps() {
	h.Steps = []signin.Step{
		{Name: "nothing", Wanted: func(context.Context, signin.Workflow) (bool, error) { return false, nil }},
		{Name: "code", Wanted: func(_ context.Context, w signin.Workflow) (bool, error) {
			return !w.Proved(signin.TOTPCredential), nil
		}},
		{Name: "terms", Wanted: func(context.Context, signin.Workflow) (bool, error) { return true, nil }},
	}
}

func TestASigninGoesThroughItsSteps(t *testing.T) {
	h := newHouse(t)
	h.twoSteps()
	h.set(t, "u-1", good)
	v := h.arrive(t, "ann")
	if turn, err := v.enter(t, good); err != nil || turn.Next != "code" {
		t.Fatalf("after the password: %+v, %v", turn, err)
	}
	if turn, err := v.pass(t, "code", signin.TOTPCredential); err != nil || turn.Next != "terms" {
		t.Fatalf("after the code: %+v, %v", turn, err)
	}
	if len(v.opened) != 0 {
		t.Fatal("signed in before the last step")
	}
	if turn, err := v.pass(t, "terms", ""); err != nil || turn.Next != "" || !turn.Token.Empty() {
		t.Fatalf("after the last step: %+v, %v", turn, err)
	}
	if len(v.opened) != 1 || v.opened[0].User.ID != "u-1" || v.opened[0].Target != "/start" {
		t.Fatalf("opened %+v", v.opened)
	}
	last := h.events[len(h.events)-1]
	if last.Name != signin.UserAuthentication || last.CredentialType != "PASSWORD,TOTP" || last.LoginTo != "/start" {
		t.Errorf("the last event is %+v", last)
	}
}

func TestEveryStepChangesTheToken(t *testing.T) {
	h := newHouse(t)
	h.twoSteps()
	h.set(t, "u-1", good)
	v := h.arrive(t, "ann")
	first := v.token
	if _, err := v.enter(t, good); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Workflow(t.Context(), first, signin.Source{}); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("the token from before the password still opens the sign-in: %v", err)
	}
}

func TestASigninIsPassedOnOnce(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	v := h.arrive(t, "ann")
	w, err := h.Workflow(t.Context(), v.token, signin.Source{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var opened, refused atomic.Int32
	for range 4 {
		wg.Go(func() {
			_, err := h.EnterPassword(t.Context(), w, secret.New(good), func(context.Context, signin.Workflow) error {
				opened.Add(1)
				return nil
			})
			if fault.Of(err) == fault.Unauthenticated {
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	if opened.Load() != 1 || refused.Load() != 3 {
		t.Errorf("of four at once %d signed in and %d were refused", opened.Load(), refused.Load())
	}
}

func TestASigninRunsOut(t *testing.T) {
	h := newHouse(t)
	h.set(t, "u-1", good)
	v := h.arrive(t, "ann")
	h.now = h.now.Add(signin.WorkflowLifetime)
	if _, err := v.enter(t, good); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("a sign-in that took too long: %v", err)
	}
}

func TestDisablingEndsASigninUnderWay(t *testing.T) {
	h := newHouse(t)
	h.twoSteps()
	h.set(t, "u-1", good)
	v := h.arrive(t, "ann")
	if _, err := v.enter(t, good); err != nil {
		t.Fatal(err)
	}
	ann := h.users["ann"]
	ann.Enabled = false
	h.users["ann"] = ann
	if _, err := v.pass(t, "code", signin.TOTPCredential); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("a disabled user goes on: %v", err)
	}
}

func TestAnswersAreCountedBeforeTheyAreLookedAt(t *testing.T) {
	h := newHouse(t)
	h.twoSteps()
	h.set(t, "u-1", good)
	guesses := 0
	for range 5 { // starting over brings no more guesses
		v := h.arrive(t, "ann")
		if _, err := v.enter(t, good); err != nil {
			break
		}
		w, err := h.Workflow(t.Context(), v.token, signin.Source{})
		if err != nil {
			t.Fatal(err)
		}
		for h.Admit(t.Context(), w) == nil {
			guesses++
		}
	}
	if guesses == 0 || guesses > 10 {
		t.Errorf("%d guesses at the second step", guesses)
	}
}

func TestAStepRemembers(t *testing.T) {
	h := newHouse(t)
	h.twoSteps()
	h.set(t, "u-1", good)
	v := h.arrive(t, "ann")
	if _, err := v.enter(t, good); err != nil {
		t.Fatal(err)
	}
	if _, err := v.take(t, func(w signin.Workflow) (signin.Turn, error) {
		return signin.Turn{Token: v.token}, h.Note(t.Context(), w, "code", "challenge")
	}); err != nil {
		t.Fatal(err)
	}
	w, err := h.Workflow(t.Context(), v.token, signin.Source{})
	if err != nil || w.Notes["code"] != "challenge" {
		t.Fatalf("notes %v, %v", w.Notes, err)
	}
	if _, err := v.pass(t, "code", signin.TOTPCredential); err != nil {
		t.Fatal(err)
	}
	if w, err = h.Workflow(t.Context(), v.token, signin.Source{}); err != nil || len(w.Notes) != 0 {
		t.Errorf("after the step its notes are %v, %v", w.Notes, err)
	}
}

func TestWhatIsStoredOfASigninIsBounded(t *testing.T) {
	h := newHouse(t)
	w, _, err := h.Begin(t.Context(), strings.Repeat("n", 1<<20), "/"+strings.Repeat("t", 1<<20), signin.Source{UserAgent: strings.Repeat("u", 1<<20)})
	if err != nil {
		t.Fatal(err)
	}
	if size := len(w.UserName) + len(w.Target) + len(w.UserAgent); size > 8<<10 {
		t.Errorf("a sign-in takes %d bytes", size)
	}
	h.now = h.now.Add(time.Hour)
	if n, err := h.Purge(t.Context(), h.now, 10); err != nil || n != 1 {
		t.Errorf("Purge = %d, %v", n, err)
	}
}

func TestAOneTimePasswordLeadsToOneOfOnesOwn(t *testing.T) {
	h := newHouse(t)
	h.Steps = []signin.Step{h.NewPassword()}
	h.set(t, "u-1", good)
	once, err := h.OneTimePassword(t.Context(), h.users["ann"])
	if err != nil {
		t.Fatal(err)
	}
	if err := h.try(t, "ann", good); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("the password before it: %v", err)
	}
	v := h.arrive(t, "ann")
	if turn, err := v.enter(t, once.Reveal()); err != nil || turn.Next != signin.NewPasswordStep || len(v.opened) != 0 {
		t.Fatalf("after the one-time password: %+v, %v", turn, err)
	}
	change := func(password string) (signin.Turn, error) {
		return v.take(t, func(w signin.Workflow) (signin.Turn, error) {
			return h.ChangePassword(t.Context(), w, secret.New(password), v.open)
		})
	}
	for name, password := range map[string]string{"the one-time password itself": once.Reveal(), "a weak one": "short"} {
		if _, err := change(password); fault.Of(err) != fault.Invalid {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
	if turn, err := change(good + "2"); err != nil || turn.Next != "" || len(v.opened) != 1 {
		t.Fatalf("after the new password: %+v, %v", turn, err)
	}
	if err := h.try(t, "ann", once.Reveal()); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("the one-time password a second time: %v", err)
	}
	if err := h.try(t, "ann", good+"2"); err != nil {
		t.Error(err)
	}
}

func TestAOneTimePasswordRunsOut(t *testing.T) {
	h := newHouse(t)
	once, err := h.OneTimePassword(t.Context(), h.users["ann"])
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(7 * 24 * time.Hour)
	if err := h.try(t, "ann", once.Reveal()); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("after a week: %v", err)
	}
}

func TestAddProof(t *testing.T) {
	for _, tt := range []struct {
		proofs string
		c      signin.Credential
		want   string
	}{{"", signin.TOTPCredential, "TOTP"}, {"PASSWORD", signin.TOTPCredential, "PASSWORD,TOTP"}, {"PASSWORD,TOTP", signin.TOTPCredential, "PASSWORD,TOTP"}} {
		if got := signin.AddProof(tt.proofs, tt.c); got != tt.want {
			t.Errorf("AddProof(%q, %s) = %q, want %q", tt.proofs, tt.c, got, tt.want)
		}
	}
}
