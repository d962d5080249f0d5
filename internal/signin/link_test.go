package signin_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/jobs"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// followed is the token of the link in the last letter.
func (h *house) followed(t *testing.T) secret.Text {
	t.Helper()
	if len(h.mailed) == 0 {
		t.Fatal("no letter was sent")
	}
	token, ok := strings.CutPrefix(h.mailed[len(h.mailed)-1].Action.URL, "https://foyer.example/link/")
	if !ok {
		t.Fatalf("the letter %+v has no link", h.mailed[len(h.mailed)-1])
	}
	return secret.New(token)
}

func (h *house) choose(t *testing.T, token secret.Text, password string) error {
	t.Helper()
	_, err := h.ChooseByLink(t.Context(), token, secret.New(password), signin.Source{}, func(context.Context, signin.Workflow) error { return nil })
	return err
}

func TestAnInvitationIsToChooseAPassword(t *testing.T) {
	h := newHouse(t)
	ann := h.users["ann"]
	if err := h.Invite(t.Context(), ann); err != nil {
		t.Fatal(err)
	}
	if l := h.mailed[0]; l.To != "Ann@corp.example" || l.Subject != "Invitation to join Corp" || !strings.Contains(l.Text(), "Your username: Ann") {
		t.Errorf("the letter is %+v", l)
	}
	token := h.followed(t)
	if verified, err := h.EmailVerified(t.Context(), ann); verified || err != nil {
		t.Errorf("before: verified %t, %v", verified, err)
	}
	if err := h.choose(t, token, "weak"); fault.Of(err) != fault.Invalid {
		t.Errorf("a weak password: %v", err)
	}
	if err := h.choose(t, token, good); err != nil {
		t.Fatal(err)
	}
	if verified, err := h.EmailVerified(t.Context(), ann); !verified || err != nil {
		t.Errorf("after: verified %t, %v", verified, err)
	}
	if len(h.ended) != 1 {
		t.Errorf("sessions of %v ended", h.ended)
	}
	if err := h.try(t, "ann", good); err != nil {
		t.Error(err)
	}
	if err := h.choose(t, token, good+"2"); fault.Of(err) != fault.NotFound {
		t.Errorf("a second time: %v", err)
	}
}

func TestLinksThatDoNotWork(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, h *house){
		"a newer one":      func(t *testing.T, h *house) { mustInvite(t, h) },
		"after a week":     func(_ *testing.T, h *house) { h.now = h.now.Add(7 * 24 * time.Hour) },
		"another address":  func(_ *testing.T, h *house) { h.change("ann", func(u *signin.User) { u.Email = "new@corp.example" }) },
		"a disabled user":  func(_ *testing.T, h *house) { h.change("ann", func(u *signin.User) { u.Enabled = false }) },
		"a deleted user":   func(_ *testing.T, h *house) { delete(h.users, "ann") },
		"a forgotten user": func(t *testing.T, h *house) { _ = h.Forget(t.Context(), "u-1") },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			mustInvite(t, h)
			token := h.followed(t)
			spoil(t, h)
			if err := h.choose(t, token, good); fault.Of(err) != fault.NotFound {
				t.Errorf("the link still works: %v", err)
			}
		})
	}
}

func mustInvite(t *testing.T, h *house) {
	t.Helper()
	if err := h.Invite(t.Context(), h.users["ann"]); err != nil {
		t.Fatal(err)
	}
}

func (h *house) change(name string, how func(*signin.User)) {
	u := h.users[name]
	how(&u)
	h.users[name] = u
}

func TestALinkIsForItsPurposeOnly(t *testing.T) {
	h := newHouse(t)
	if err := h.SendVerification(t.Context(), h.users["ann"]); err != nil {
		t.Fatal(err)
	}
	token := h.followed(t)
	if err := h.choose(t, token, good); fault.Of(err) != fault.NotFound {
		t.Errorf("a link to verify an address sets a password: %v", err)
	}
	if err := h.VerifyByLink(t.Context(), token); err != nil {
		t.Error(err)
	}
	mustInvite(t, h)
	if err := h.VerifyByLink(t.Context(), h.followed(t)); fault.Of(err) != fault.NotFound {
		t.Errorf("an invitation verifies an address and sets no password: %v", err)
	}
	setup, err := h.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.choose(t, setup, good); fault.Of(err) != fault.NotFound {
		t.Errorf("a setup link sets somebody's password: %v", err)
	}
}

func TestWhoCantBeInvited(t *testing.T) {
	h := newHouse(t)
	if err := h.Invite(t.Context(), h.users["bob"]); fault.Of(err) != fault.Conflict {
		t.Errorf("a disabled user: %v", err)
	}
	h.change("ann", func(u *signin.User) { u.Email = "" })
	if err := h.Invite(t.Context(), h.users["ann"]); fault.Of(err) != fault.Conflict {
		t.Errorf("a user without an address: %v", err)
	}
	h.Post = nil
	if err := h.Invite(t.Context(), h.users["ann"]); fault.Of(err) != fault.Conflict {
		t.Errorf("without a mail server: %v", err)
	}
	if len(h.mailed) != 0 {
		t.Errorf("letters %+v", h.mailed)
	}
}

// forget asks for a reset and does what then waits in the queue.
func (h *house) forget(t *testing.T, name string) error {
	t.Helper()
	if err := h.Forgot(t.Context(), name, signin.Source{}); err != nil {
		return err
	}
	return h.WorkForgotten(t.Context(), []jobs.Job{{Lane: name, Name: "reset", Version: h.now.UnixMicro()}})
}

// What is answered, and what happens before the answer, is the same for every
// name; a letter goes to a verified address of an enabled user only.
func TestAttackEnumerationByForgottenPassword(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"ann", "bob", "nobody", "", strings.Repeat("x", 10_000), "ann\r\nBcc: eve@evil.example"} {
		if err := h.forget(t, name); err != nil {
			t.Errorf("forgotten by %q: %v", name, err)
		}
	}
	if len(h.mailed) != 0 {
		t.Errorf("letters to addresses nobody verified: %+v", h.mailed)
	}
	if err := h.TrustEmail(t.Context(), h.users["ann"]); err != nil {
		t.Fatal(err)
	}
	for range 8 { // strangers may ask, but not for hundreds of letters
		if err := h.forget(t, "ANN"); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.mailed) != 5 {
		t.Errorf("%d letters within an hour, want 5", len(h.mailed))
	}
	h.set(t, "u-1", good)
	if err := h.choose(t, h.followed(t), good+"2"); err != nil {
		t.Error(err)
	}
	var last error
	for range 10 {
		last = errors.Join(last, h.Forgot(t.Context(), "nobody", signin.Source{}))
	}
	if fault.Of(last) != fault.Throttled {
		t.Errorf("24 from one place: %v, want Throttled", last)
	}
}

func TestAChosenPasswordIsToldByLetter(t *testing.T) {
	h := newHouse(t)
	mustInvite(t, h)
	if err := h.choose(t, h.followed(t), good); err != nil {
		t.Fatal(err)
	}
	if last := h.mailed[len(h.mailed)-1]; last.Subject != "Your password for Corp was changed" || last.Action.URL != "" {
		t.Errorf("the last letter is %+v", last)
	}
}

func TestSettingUpIsDoneOnce(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	token, err := h.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.CheckSetup(ctx, token, false); err != nil {
		t.Error(err)
	}
	if err := h.FinishSetup(ctx, token); fault.Of(err) != fault.NotFound {
		t.Errorf("the printed link finishes what nobody began: %v", err)
	}
	begun, err := h.BeginSetup(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.BeginSetup(ctx, token); fault.Of(err) != fault.NotFound {
		t.Errorf("a second time: %v", err)
	}
	if err := h.CheckSetup(ctx, begun, true); err != nil {
		t.Error(err)
	}
	if err := h.FinishSetup(ctx, begun); err != nil {
		t.Error(err)
	}
	for _, dead := range []secret.Text{begun, other} {
		if h.CheckSetup(ctx, dead, true) == nil || h.CheckSetup(ctx, dead, false) == nil {
			t.Error("after setting up a link still works")
		}
	}
	late, err := h.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(signin.SetupLifetime)
	if err := h.CheckSetup(ctx, late, false); fault.Of(err) != fault.NotFound {
		t.Errorf("after an hour: %v", err)
	}
}

func TestNoTokenIsStored(t *testing.T) {
	h := newHouse(t)
	mustInvite(t, h)
	token := h.followed(t)
	if !regexp.MustCompile(`^[\w-]{43}$`).MatchString(token.Reveal()) {
		t.Errorf("the link is %s", token.Reveal())
	}
	if err := h.View(t.Context(), func(tx signin.Tx) error {
		l, found, err := tx.SigninLink(t.Context(), token.Hash())
		if !found || strings.Contains(l.Hash, token.Reveal()) {
			t.Errorf("stored as %+v", l)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestLettersThatPeopleAskForAreFew(t *testing.T) {
	h := newHouse(t)
	var last error
	for range 6 {
		last = h.AskVerification(t.Context(), h.users["ann"])
	}
	if fault.Of(last) != fault.Throttled || len(h.mailed) != 5 {
		t.Errorf("%d letters, %v", len(h.mailed), last)
	}
	if err := h.VerifyByLink(t.Context(), h.followed(t)); err != nil {
		t.Error(err)
	}
	if verified, err := h.EmailVerified(t.Context(), h.users["ann"]); !verified || err != nil {
		t.Errorf("verified %t, %v", verified, err)
	}
}
