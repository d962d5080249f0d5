package sts_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/identitycontext"
	"foyer/internal/mint"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

func byRoot() *wire.Call {
	return &wire.Call{Caller: caller.Caller{Kind: caller.Root, Account: account, ARN: arn.IAM(account, "root"), ID: string(account)}, Time: now}
}

func TestSessionTokenIsTheCallersOwn(t *testing.T) {
	for name, tt := range map[string]struct {
		call  *wire.Call
		asked time.Duration
		want  time.Duration
	}{
		"a user":                      {byAnn(), 0, 12 * time.Hour},
		"a user, for a quarter":       {byAnn(), 15 * time.Minute, 15 * time.Minute},
		"a user, for as long as goes": {byAnn(), 36 * time.Hour, 36 * time.Hour},
		"root":                        {byRoot(), 0, time.Hour},
		"root, who asks for more":     {byRoot(), 36 * time.Hour, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			got, err := h.SessionToken(t.Context(), tt.call, sts.SessionToken{Duration: tt.asked})
			if err != nil {
				t.Fatal(err)
			}
			s, _, err := h.Minter.Open(got.AccessKeyID, got.SessionToken.Reveal(), now)
			if err != nil {
				t.Fatal(err)
			}
			c, by := sts.Caller(s), tt.call.Caller
			if c.Kind != by.Kind || c.ARN != by.ARN || c.ID != by.ID || c.Name != by.Name || s.OfRole() || s.MFA {
				t.Errorf("the session speaks for %+v, want %+v", c, by)
			}
			if length := got.Expires.Sub(now); length != tt.want {
				t.Errorf("it lasts %s, want %s", length, tt.want)
			}
		})
	}
}

func TestFederationToken(t *testing.T) {
	h := open(t)
	got, err := h.FederationToken(t.Context(), byAnn(), sts.FederationToken{
		Name: "guest", Tags: []sts.Tag{{Key: "team", Value: "x"}}, Scope: sts.Scope{PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := h.Minter.Open(got.AccessKeyID, got.SessionToken.Reveal(), now)
	if err != nil {
		t.Fatal(err)
	}
	c := sts.Caller(s)
	if c.ARN != "arn:aws:sts::111122223333:federated-user/guest" || c.ID != "111122223333:guest" || c.Kind != caller.FederatedUser ||
		s.UserARN != annARN || sts.Issuer(s) != "ann" || s.Tags["team"] != "x" || len(s.PolicyARNs) != 1 || got.PackedSize == 0 ||
		!got.Expires.Equal(now.Add(12*time.Hour)) {
		t.Errorf("session = %+v of %+v", s, c)
	}
	if got, err = h.FederationToken(t.Context(), byRoot(), sts.FederationToken{Name: "guest"}); err != nil || !got.Expires.Equal(now.Add(time.Hour)) || sts.Issuer(got.Caller.Session) != "" {
		t.Errorf("by root: %+v, %v", got, err)
	}
}

func TestUserSessionRefusals(t *testing.T) {
	session := func(h *house, call *wire.Call, d time.Duration) error {
		_, err := h.SessionToken(t.Context(), call, sts.SessionToken{Duration: d})
		return err
	}
	federation := func(h *house, call *wire.Call, in sts.FederationToken) error {
		_, err := h.FederationToken(t.Context(), call, in)
		return err
	}
	for name, tt := range map[string]struct {
		try  func(h *house) error
		kind fault.Kind
		text string
	}{
		"a session asks for a session": {func(h *house) error { return session(h, bySession(), 0) }, fault.Denied, "Cannot call GetSessionToken with session credentials"},
		"a session vouches": {
			func(h *house) error { return federation(h, bySession(), sts.FederationToken{Name: "guest"}) }, fault.Denied, "Cannot call GetFederationToken with session credentials",
		},
		"too short": {func(h *house) error { return session(h, byAnn(), time.Minute) }, fault.Invalid, "at least 900"},
		"too long":  {func(h *house) error { return session(h, byAnn(), 37*time.Hour) }, fault.Invalid, "less than or equal to 129600"},
		"a name of 33": {
			func(h *house) error {
				return federation(h, byAnn(), sts.FederationToken{Name: strings.Repeat("x", 33)})
			}, fault.Invalid, "failed to satisfy constraint",
		},
		"a tag twice": {
			func(h *house) error {
				return federation(h, byAnn(), sts.FederationToken{Name: "guest", Tags: []sts.Tag{{Key: "a"}, {Key: "A"}}})
			}, fault.Invalid, "Duplicate tag keys",
		},
		"no such session policy": {
			func(h *house) error {
				return federation(h, byAnn(), sts.FederationToken{Name: "guest", Scope: sts.Scope{PolicyARNs: []string{"arn:aws:iam::aws:policy/No"}}})
			}, fault.Invalid, "does not exist",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := tt.try(open(t))
			if err == nil || fault.Of(err) != tt.kind || !strings.Contains(fault.Message(err), tt.text) {
				t.Errorf("err = %v, want kind %d with %q", err, tt.kind, tt.text)
			}
		})
	}
}

// device is annARN's, whose code is 123456.
func device(_ context.Context, who caller.Caller, f sts.Factor) error {
	if who.ARN == annARN && f == (sts.Factor{Serial: "arn:aws:iam::111122223333:mfa/ann", Code: "123456"}) {
		return nil
	}
	return fault.Newf(fault.Invalid, "wrong")
}

func TestADevicesCodeMarksTheSession(t *testing.T) {
	h := open(t)
	h.MFA = device
	good := sts.Factor{Serial: "arn:aws:iam::111122223333:mfa/ann", Code: "123456"}
	got, err := h.SessionToken(t.Context(), byAnn(), sts.SessionToken{Factor: good})
	if err != nil || !got.Caller.Session.MFA {
		t.Fatalf("session = %+v, %v", got, err)
	}
	in := deploy()
	in.Factor = good
	role, err := h.AssumeRole(t.Context(), byAnn(), in)
	if err != nil || !role.Caller.Session.MFA {
		t.Errorf("role session = %+v, %v", role, err)
	}
	if as := h.gate.by; as.Caller.Session == nil || !as.Caller.Session.MFA || as.Caller.ARN != annARN {
		t.Errorf("the trust policy was asked about %+v", as.Caller)
	}
	chained, err := h.AssumeRole(t.Context(), &wire.Call{Caller: got.Caller, Time: now}, deploy())
	if err != nil || !chained.Caller.Session.MFA || chained.Caller.Session.Chained {
		t.Errorf("a role assumed by the marked session = %+v, %v", chained, err)
	}
	again, err := h.AssumeRole(t.Context(), &wire.Call{Caller: chained.Caller, Time: now}, deploy())
	if err != nil || !again.Caller.Session.Chained {
		t.Errorf("a role assumed by a role = %+v, %v", again, err)
	}
	for name, f := range map[string]sts.Factor{
		"a wrong code": {Serial: good.Serial, Code: "000000"}, "another's device": {Serial: "arn:aws:iam::111122223333:mfa/bob", Code: "123456"},
		"no code": {Serial: good.Serial}, "no device": {Code: "123456"},
	} {
		if _, err := h.SessionToken(t.Context(), byAnn(), sts.SessionToken{Factor: f}); fault.Of(err) != fault.Denied || !strings.Contains(err.Error(), "MultiFactorAuthentication failed") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.AssumeRole(t.Context(), &wire.Call{Caller: got.Caller, Time: now}, in); fault.Of(err) != fault.Denied {
		t.Errorf("a session gives a code: %v", err)
	}
}

func TestAUsersSessionChainsForAnHour(t *testing.T) {
	h := open(t)
	s, err := h.SessionToken(t.Context(), byAnn(), sts.SessionToken{})
	if err != nil {
		t.Fatal(err)
	}
	in := deploy()
	in.Duration = 2 * time.Hour
	_, err = h.AssumeRole(t.Context(), &wire.Call{Caller: s.Caller, Time: now}, in)
	if fault.Of(err) != fault.Invalid || fault.Message(err) != "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining." {
		t.Errorf("two hours by chaining: %v", err)
	}
	f, err := h.FederationToken(t.Context(), byAnn(), sts.FederationToken{Name: "guest"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.AssumeRole(t.Context(), &wire.Call{Caller: f.Caller, Time: now}, deploy()); fault.Of(err) != fault.Denied {
		t.Errorf("a federated user assumes a role: %v", err)
	}
}

func TestAPersonsContext(t *testing.T) {
	h := open(t)
	person := identitycontext.Context{UserID: "9067-1", IdentityStoreARN: "arn:aws:identitystore::111122223333:identitystore/d-1234567890", Expires: now.Add(time.Minute)}
	assertion, err := identitycontext.Seal(h.Minter.Ring, person)
	if err != nil {
		t.Fatal(err)
	}
	in := deploy()
	in.Contexts = []sts.ProvidedContext{{Provider: sts.ContextProvider, Assertion: assertion}}
	if _, err := h.AssumeRole(t.Context(), byAnn(), in); fault.Of(err) != fault.Denied || !strings.Contains(fault.Message(err), "sts:SetContext") {
		t.Errorf("without sts:SetContext: %v", err)
	}
	h.gate.allow = append(h.gate.allow, "sts:SetContext")
	got, err := h.AssumeRole(t.Context(), byAnn(), in)
	if err != nil || got.Caller.Session.Context["identitystore:UserId"][0] != "9067-1" {
		t.Fatalf("session = %+v, %v", got.Caller.Session, err)
	}
	if keys := h.gate.asked[len(h.gate.asked)-1].Context; keys["sts:RequestContextProviders"][0] != sts.ContextProvider || keys["sts:RequestContext/identitystore:UserId"][0] != "9067-1" {
		t.Errorf("asked with %v", keys)
	}
	late := &wire.Call{Caller: byAnn().Caller, Time: now.Add(time.Minute)}
	if _, err := h.AssumeRole(t.Context(), late, in); !isExpiredContext(err) {
		t.Errorf("an assertion that ran out: %v", err)
	}
	for name, contexts := range map[string][]sts.ProvidedContext{
		"forged":           {{Provider: sts.ContextProvider, Assertion: assertion[:len(assertion)-2] + "AA"}},
		"another provider": {{Provider: "arn:aws:iam::aws:contextProvider/Other", Assertion: assertion}},
		"two":              {{Provider: sts.ContextProvider, Assertion: assertion}, {Provider: sts.ContextProvider, Assertion: assertion}},
		"six":              make([]sts.ProvidedContext, 6),
	} {
		in.Contexts = contexts
		if _, err := h.AssumeRole(t.Context(), byAnn(), in); fault.Of(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func isExpiredContext(err error) bool {
	_, is := errors.AsType[*sts.ExpiredContext](err)
	return is
}

func TestATemporaryKeyTellsItsAccount(t *testing.T) {
	h := open(t)
	rapid.Check(t, func(t *rapid.T) {
		id := arn.AccountID(fmt.Sprintf("%012d", rapid.Int64Range(0, 999999999999).Draw(t, "account")))
		c, err := h.Minter.Issue(caller.Session{Account: id, RoleARN: arn.IAM(id, "role/R"), RoleID: "AROA", Name: "x", Expires: now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.KeyAccount(context.Background(), c.AccessKeyID); err != nil || got != id {
			t.Fatalf("%s belongs to %s, %v; want %s", c.AccessKeyID, got, err, id)
		}
	})
	for _, id := range []string{"ASIA", "ASIAQUDVRWF6XZQ2ZQ51", "ASIA7777777777777777"} {
		if got, err := h.KeyAccount(t.Context(), id); fault.Of(err) != fault.Invalid {
			t.Errorf("%s belongs to %s, %v", id, got, err)
		}
	}
}

func TestTemporaryKeysDiffer(t *testing.T) {
	m := sts.Minter{Ring: minter(t).Ring, Mint: mint.Mint{Source: rand.Reader}, Now: func() time.Time { return now }}
	seen := map[string]bool{}
	for range 1000 {
		c, err := m.Issue(session())
		if err != nil || seen[c.AccessKeyID] {
			t.Fatalf("%s again, %v", c.AccessKeyID, err)
		}
		seen[c.AccessKeyID] = true
	}
}
