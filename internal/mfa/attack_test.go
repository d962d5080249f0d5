package mfa_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mfa"
	"foyer/internal/mint"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

func mfaToken() secret.Text { return mint.Mint{Source: rand.Reader}.Token("") }

// refused fails unless nobody came in.
func (v *visit) refused(t *testing.T, what string, err error) {
	t.Helper()
	if fault.Of(err) != fault.Unauthenticated || len(v.opened) != 0 {
		t.Errorf("%s: %v, opened %+v", what, err, v.opened)
	}
}

// A code is good once, though its time step is not over: also the one that
// registered the app, also when it is sent twice at the same time.
func TestAttackCodeReplayedWithinItsStep(t *testing.T) {
	h := newHouse(t)
	begun, err := h.BeginApp(t.Context(), "s-ann", h.actor("ann"))
	if err != nil {
		t.Fatal(err)
	}
	shown := code(t, seedOf(begun), h.now)
	if _, err := h.CompleteApp(t.Context(), "s-ann", h.actor("ann"), shown, ""); err != nil {
		t.Fatal(err)
	}
	v := h.arrive(t, "ann", signin.Source{IP: home})
	_, err = h.EnterCode(t.Context(), v.at(t), shown, false, v.open)
	v.refused(t, "the code that registered the app", err)

	h.now = h.now.Add(time.Minute)
	shown = code(t, seedOf(begun), h.now)
	visits := make([]*visit, 4)
	results := make([]error, len(visits))
	var together sync.WaitGroup
	for i := range visits {
		visits[i] = h.arrive(t, "ann", signin.Source{IP: netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})})
		w := visits[i].at(t)
		together.Go(func() { _, results[i] = h.EnterCode(t.Context(), w, shown, false, visits[i].open) })
	}
	together.Wait()
	in := 0
	for i, v := range visits {
		in += len(v.opened)
		if results[i] != nil && fault.Of(results[i]) != fault.Unauthenticated {
			t.Errorf("a replayed code is answered %v", results[i])
		}
	}
	if in != 1 {
		t.Errorf("one code let %d people in", in)
	}
	late := h.arrive(t, "ann", signin.Source{IP: home})
	_, err = h.EnterCode(t.Context(), late.at(t), code(t, seedOf(begun), h.now.Add(-30*time.Second)), false, late.open)
	late.refused(t, "the code of the step before", err)
}

// Ten wrong codes, wherever they come from, however many sign-ins, and no code
// is looked at for an hour, the right one included. Then it is again.
func TestAttackBruteForceOfCodes(t *testing.T) {
	h := newHouse(t)
	seed := h.app(t, "ann")
	for i := range 10 {
		v := h.arrive(t, "ann", signin.Source{IP: netip.AddrFrom4([4]byte{203, 0, byte(i), 1})})
		_, err := h.EnterCode(t.Context(), v.at(t), fmt.Sprintf("%06d", i), false, v.open)
		v.refused(t, "a guess", err)
	}
	v := h.arrive(t, "ann", signin.Source{IP: home})
	if _, err := h.EnterCode(t.Context(), v.at(t), code(t, seed, h.now), false, v.open); fault.Of(err) != fault.Throttled || len(v.opened) != 0 {
		t.Errorf("the right code while there is a lock: %v", err)
	}
	if last := h.mailed[len(h.mailed)-1]; last.To != "ann@corp.example" || last.Subject != "Wrong MFA codes at Corp: One" {
		t.Errorf("the last letter is %+v", last)
	}
	a := newAuthenticator(t)
	h.device(t, "ann", a)
	with := h.arrive(t, "ann", signin.Source{IP: home})
	options, err := h.BeginProof(t.Context(), with.at(t))
	if err != nil {
		t.Fatal(err)
	}
	a.counter++
	if _, err := h.EnterProof(t.Context(), with.at(t), a.get(t, options), false, with.open); err != nil {
		t.Errorf("a security key while there is a lock: %v", err)
	}
	// That proof was the owner's, so what others guessed does not count any more.
	again := h.arrive(t, "ann", signin.Source{IP: home})
	h.now = h.now.Add(time.Minute)
	if _, err := h.EnterCode(t.Context(), again.at(t), code(t, seed, h.now), false, again.open); err != nil {
		t.Errorf("the right code after the lock: %v", err)
	}
}

// Guesses of one sign-in sent at the same time are counted before any is looked at.
func TestAttackGuessesAtTheSameTime(t *testing.T) {
	h := newHouse(t)
	h.app(t, "ann")
	v := h.arrive(t, "ann", signin.Source{IP: home})
	w := v.at(t)
	var looked sync.Map
	var together sync.WaitGroup
	for i := range 40 {
		together.Go(func() {
			_, err := h.EnterCode(t.Context(), w, fmt.Sprintf("%06d", i), false, v.open)
			looked.Store(i, err)
		})
	}
	together.Wait()
	recorded := 0
	for _, e := range h.proofs {
		if e.Name == signin.CredentialVerification && e.CredentialType == "TOTP" {
			recorded++
		}
	}
	if recorded > 10 {
		t.Errorf("%d of 40 guesses at the same time were looked at", recorded)
	}
}

// asking registers a device for ann and brings her to the question for it.
func asking(t *testing.T) (*house, *authenticator, *visit, []byte) {
	t.Helper()
	h, a := newHouse(t), newAuthenticator(t)
	a.counter = 5
	h.device(t, "ann", a)
	v := h.arrive(t, "ann", signin.Source{IP: home})
	options, err := h.BeginProof(t.Context(), v.at(t))
	if err != nil {
		t.Fatal(err)
	}
	a.counter++
	return h, a, v, options
}

// A page of another origin gets the device's holder to prove themselves to it,
// and passes the proof on.
func TestAttackProofForAForeignOrigin(t *testing.T) {
	for _, origin := range []string{"https://foyer.example.evil", "http://foyer.example", "https://foyer.example:8443", "https://login.foyer.example", "null", ""} {
		t.Run(origin, func(t *testing.T) {
			h, a, v, options := asking(t)
			a.origin = origin
			_, err := h.EnterProof(t.Context(), v.at(t), a.get(t, options), false, v.open)
			v.refused(t, origin, err)
		})
	}
}

// The device answers for another relying party.
func TestAttackProofForAForeignParty(t *testing.T) {
	for _, party := range []string{"evil.example", "example", "login.foyer.example", ""} {
		t.Run(party, func(t *testing.T) {
			h, a, v, options := asking(t)
			a.party = party
			_, err := h.EnterProof(t.Context(), v.at(t), a.get(t, options), false, v.open)
			v.refused(t, party, err)
		})
	}
}

// A proof is good for the one question it answers.
func TestAttackProofReplayed(t *testing.T) {
	h, a, v, options := asking(t)
	answer := a.get(t, options)
	if _, err := h.EnterProof(t.Context(), v.at(t), answer, false, v.open); err != nil {
		t.Fatal(err)
	}
	again := h.arrive(t, "ann", signin.Source{IP: home})
	_, err := h.EnterProof(t.Context(), again.at(t), answer, false, again.open)
	again.refused(t, "a proof that nobody asked for", err)
	if _, err := h.BeginProof(t.Context(), again.at(t)); err != nil {
		t.Fatal(err)
	}
	_, err = h.EnterProof(t.Context(), again.at(t), answer, false, again.open)
	again.refused(t, "a proof of another question", err)

	fresh, err := h.BeginProof(t.Context(), again.at(t))
	if err != nil {
		t.Fatal(err)
	}
	a.counter++
	right := a.get(t, fresh)
	_, err = h.EnterProof(t.Context(), again.at(t), bytes.Replace(right, []byte(`"signature":"`), []byte(`"signature":"AA`), 1), false, again.open)
	again.refused(t, "a proof that is damaged", err)
	_, err = h.EnterProof(t.Context(), again.at(t), right, false, again.open)
	again.refused(t, "the right proof, after a wrong one to the same question", err)

	options, err = h.BeginProof(t.Context(), again.at(t))
	if err != nil {
		t.Fatal(err)
	}
	a.counter++
	late := a.get(t, options)
	h.now = h.now.Add(11 * time.Minute)
	_, err = h.EnterProof(t.Context(), again.at(t), late, false, again.open)
	again.refused(t, "a proof that comes too late", err)
}

// Whose counter is behind has been copied: neither copy proves anything any more.
func TestAttackClonedAuthenticator(t *testing.T) {
	h, a, v, options := asking(t)
	clone := *a
	a.counter = 20
	if _, err := h.EnterProof(t.Context(), v.at(t), a.get(t, options), false, v.open); err != nil {
		t.Fatal(err)
	}
	for _, counter := range []uint32{7, 20, 0} { // behind, as before, and reset
		other := h.arrive(t, "ann", signin.Source{IP: home})
		question, err := h.BeginProof(t.Context(), other.at(t))
		if err != nil {
			t.Fatal(err)
		}
		clone.counter = counter
		_, err = h.EnterProof(t.Context(), other.at(t), clone.get(t, question), false, other.open)
		other.refused(t, fmt.Sprintf("a copy that counts %d", counter), err)
	}
	all, err := h.Devices(t.Context(), "u-1")
	if err != nil || !all[0].Blocked {
		t.Fatalf("devices %+v, %v", all, err)
	}
	owner := h.arrive(t, "ann", signin.Source{IP: home})
	question, err := h.BeginProof(t.Context(), owner.at(t))
	if err != nil {
		t.Fatal(err)
	}
	a.counter = 99
	_, err = h.EnterProof(t.Context(), owner.at(t), a.get(t, question), false, owner.open)
	owner.refused(t, "a device that was blocked", err)
	passkey, token, err := h.BeginPasskey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.EnterPasskey(t.Context(), token, a.get(t, passkey), "", signin.Source{}, owner.open)
	owner.refused(t, "a passkey that was blocked", err)
	if last := h.mailed[len(h.mailed)-1]; last.Subject != "An MFA device was blocked at Corp: One" {
		t.Errorf("the last letter is %+v", last)
	}
}

// Bob's device proves Bob: not Ann's sign-in, and not Ann as a passkey.
func TestAttackCredentialOfAnotherUser(t *testing.T) {
	h, _, v, options := asking(t)
	bobs := newAuthenticator(t)
	h.device(t, "bob", bobs)
	bobs.counter++
	_, err := h.EnterProof(t.Context(), v.at(t), bobs.get(t, options), false, v.open)
	v.refused(t, "bob's device in ann's sign-in", err)

	passkey, token, err := h.BeginPasskey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bobs.handle = []byte("u-1")
	_, err = h.EnterPasskey(t.Context(), token, bobs.get(t, passkey), "", signin.Source{}, v.open)
	v.refused(t, "bob's passkey that says it is ann's", err)

	mine, err := h.BeginKey(t.Context(), "s-ann", h.actor("ann"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.CompleteKey(t.Context(), "s-ann", h.actor("ann"), bobs.create(t, mine), ""); fault.Of(err) != fault.Conflict {
		t.Errorf("registering bob's credential for ann: %v", err)
	}
	if _, err := h.CompleteKey(t.Context(), "s-bob", h.actor("bob"), bobs.create(t, mine), ""); err == nil {
		t.Error("ann's question was answered by bob")
	}
	bob, err := h.Devices(t.Context(), "u-2")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Remove(t.Context(), h.actor("ann"), bob[0].ID); fault.Of(err) != fault.NotFound {
		t.Errorf("ann removes bob's device: %v", err)
	}
	if err := h.Rename(t.Context(), h.actor("ann"), bob[0].ID, "mine"); fault.Of(err) != fault.NotFound {
		t.Errorf("ann renames bob's device: %v", err)
	}
}

// A device that did not verify its holder is no passkey, nor is that of somebody
// who is disabled. A token answers once.
func TestAttackPasskeys(t *testing.T) {
	h, a := newHouse(t), newAuthenticator(t)
	h.device(t, "ann", a)
	try := func(t *testing.T, what string) {
		t.Helper()
		options, token, err := h.BeginPasskey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		v := &visit{house: h}
		answer := a.get(t, options)
		_, err = h.EnterPasskey(t.Context(), token, answer, "", signin.Source{}, v.open)
		v.refused(t, what, err)
		_, err = h.EnterPasskey(t.Context(), token, answer, "", signin.Source{}, v.open)
		v.refused(t, what+", again", err)
	}
	a.flags = present
	try(t, "a holder who was not verified")
	a.flags = present | verified
	ann := h.users["ann"]
	h.users["ann"] = signin.User{ID: ann.ID, UserName: ann.UserName}
	try(t, "a user who is disabled")
	h.users["ann"] = ann
	h.set(t, func(s *mfa.Settings) { s.Kinds = []mfa.Kind{mfa.TOTP} })
	if _, _, err := h.BeginPasskey(t.Context()); fault.Of(err) != fault.Denied {
		t.Errorf("passkeys where they don't count: %v", err)
	}
}

// A device registers for the portal it is asked by, and answers the question that
// was asked last, by whom it was asked.
func TestAttackRegistration(t *testing.T) {
	for name, lie := range map[string]func(*authenticator){
		"a foreign origin": func(a *authenticator) { a.origin = "https://evil.example" },
		"a foreign party":  func(a *authenticator) { a.party = "evil.example" },
		"nobody present":   func(a *authenticator) { a.flags = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			h, a := newHouse(t), newAuthenticator(t)
			lie(a)
			options, err := h.BeginKey(t.Context(), "s-ann", h.actor("ann"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.CompleteKey(t.Context(), "s-ann", h.actor("ann"), a.create(t, options), ""); fault.Of(err) != fault.Invalid {
				t.Errorf("registered with %s: %v", name, err)
			}
		})
	}
	t.Run("another sign-in's question", func(t *testing.T) {
		h, a := newHouse(t), newAuthenticator(t)
		options, err := h.BeginKey(t.Context(), "s-ann", h.actor("ann"))
		if err != nil {
			t.Fatal(err)
		}
		answer := a.create(t, options)
		if _, err := h.CompleteKey(t.Context(), "s-other", h.actor("ann"), answer, ""); fault.Of(err) != fault.Unauthenticated {
			t.Errorf("another session's question: %v", err)
		}
		if _, err := h.CompleteKey(t.Context(), "s-ann", h.actor("bob"), answer, ""); fault.Of(err) != fault.Unauthenticated {
			t.Errorf("another user's question: %v", err)
		}
		if _, err := h.CompleteKey(t.Context(), "s-ann", h.actor("ann"), bytes.Repeat([]byte("{"), 64<<10), ""); fault.Of(err) != fault.Invalid {
			t.Errorf("an answer that is too long: %v", err)
		}
	})
}

// While a proof is wanted nothing else passes the step: no registration, no mail.
func TestAttackAnotherWayThroughTheStep(t *testing.T) {
	h := newHouse(t)
	h.app(t, "ann")
	v := h.arrive(t, "ann", signin.Source{IP: home})
	w := v.at(t)
	app, err := h.BeginApp(t.Context(), w.ID, mfa.InSignIn(w)) // harmless alone
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.RegisterApp(t.Context(), w, code(t, seedOf(app), h.now), "", v.open)
	v.refused(t, "registering a device in place of proving one", err)
	v.refused(t, "a mailed code in place of a device", h.SendCode(t.Context(), w))
	_, err = h.EnterMailedCode(t.Context(), w, "000000", false, v.open)
	v.refused(t, "a mailed code in place of a device", err)
	_, err = h.EnterProof(t.Context(), w, []byte("{}"), false, v.open)
	v.refused(t, "a proof without a question", err)
	if all, err := h.Devices(t.Context(), "u-1"); err != nil || len(all) != 1 {
		t.Errorf("devices %+v, %v", all, err)
	}
}

// Whatever a browser answers to the question for a passkey, nobody comes in and
// nothing breaks.
func FuzzPasskeyAnswer(f *testing.F) {
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","userHandle":"dS0x"}}`))
	f.Add([]byte(`{}`))
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, answer []byte) {
		_, token, err := h.BeginPasskey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		v := &visit{house: h}
		_, err = h.EnterPasskey(t.Context(), token, answer, "", signin.Source{}, v.open)
		v.refused(t, "an answer", err)
	})
}
