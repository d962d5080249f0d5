package signin_test

import (
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// atCode is a sign-in that waits for the code that was sent.
func atCode(t *testing.T) *visit {
	t.Helper()
	h := newHouse(t)
	h.Steps = []signin.Step{h.VerifyEmail()}
	h.set(t, "u-1", good)
	v := h.arrive(t, "ann")
	if turn, err := v.enter(t, good); err != nil || turn.Next != signin.VerifyEmailStep {
		t.Fatalf("after the password: %+v, %v", turn, err)
	}
	v.send(t, false)
	return v
}

func (v *visit) workflow(t *testing.T) signin.Workflow {
	t.Helper()
	w, err := v.Workflow(t.Context(), v.token, signin.Source{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (v *visit) send(t *testing.T, again bool) {
	t.Helper()
	if err := v.SendCode(t.Context(), v.workflow(t), again); err != nil {
		t.Fatal(err)
	}
}

// sent is the code of the last letter.
func (v *visit) sent() string { return v.mailed[len(v.mailed)-1].Code }

func (v *visit) code(t *testing.T, code string) (signin.Turn, error) {
	t.Helper()
	return v.take(t, func(w signin.Workflow) (signin.Turn, error) {
		return v.EnterCode(t.Context(), w, secret.New(code), v.open)
	})
}

func TestACodeVerifiesTheAddress(t *testing.T) {
	v := atCode(t)
	v.send(t, false)
	if len(v.mailed) != 1 || len(v.sent()) != 6 || v.mailed[0].To != "Ann@corp.example" {
		t.Fatalf("letters %+v", v.mailed)
	}
	if _, err := v.code(t, "wrong"); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("a wrong code: %v", err)
	}
	if turn, err := v.code(t, " "+v.sent()+" "); err != nil || turn.Next != "" || len(v.opened) != 1 {
		t.Fatalf("the code: %+v, %v", turn, err)
	}
	if turn, err := v.arrive(t, "ann").enter(t, good); err != nil || turn.Next != "" {
		t.Errorf("the next sign-in: %+v, %v", turn, err)
	}
	v.change("ann", func(u *signin.User) { u.Email = "new@corp.example" })
	if turn, err := v.arrive(t, "ann").enter(t, good); err != nil || turn.Next != signin.VerifyEmailStep {
		t.Errorf("with another address: %+v, %v", turn, err)
	}
}

func TestACodeRunsOutAndIsReplaced(t *testing.T) {
	v := atCode(t)
	first := v.sent()
	v.send(t, true)
	if first == v.sent() {
		t.Skip("one in a million")
	}
	if _, err := v.code(t, first); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("a code that was replaced: %v", err)
	}
	v.now = v.now.Add(10 * time.Minute)
	if _, err := v.code(t, v.sent()); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("after ten minutes: %v", err)
	}
}

func TestAttackGuessingCodes(t *testing.T) {
	v := atCode(t)
	for range 20 {
		if _, err := v.code(t, "000001"); err == nil {
			t.Skip("one in a million")
		}
	}
	if _, err := v.code(t, v.sent()); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("after twenty guesses the right code: %v", err)
	}
}

func TestLettersWithCodesAreFew(t *testing.T) {
	v := atCode(t)
	var last error
	for range 6 {
		last = v.SendCode(t.Context(), v.workflow(t), true)
	}
	if fault.Of(last) != fault.Throttled || len(v.mailed) != 5 {
		t.Errorf("%d letters, %v", len(v.mailed), last)
	}
}

func TestWhoHasNoAddressHasNothingToVerify(t *testing.T) {
	h := newHouse(t)
	h.Steps = []signin.Step{h.VerifyEmail()}
	h.set(t, "u-1", good)
	h.change("ann", func(u *signin.User) { u.Email = "" })
	if turn, err := h.arrive(t, "ann").enter(t, good); err != nil || turn.Next != "" {
		t.Errorf("%+v, %v", turn, err)
	}
}
