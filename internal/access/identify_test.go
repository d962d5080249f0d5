package access_test

import (
	"errors"
	"testing"
	"time"

	"foyer/internal/access"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/secret"
)

func TestIdentifyLongTermKeys(t *testing.T) {
	h := open(t)
	u := h.user(t, h.member, "ann")
	key, err := h.iam.CreateAccessKey(t.Context(), h.member, "ann")
	must(t, err)
	c, got, err := h.ident.Identify(t.Context(), key.ID, secret.Text{}, now)
	must(t, err)
	u.AccessKeyID = key.ID
	if c != u || got.Reveal() != key.Secret.Reveal() {
		t.Errorf("caller = %+v, want %+v; secret fits: %t", c, u, got.Reveal() == key.Secret.Reveal())
	}

	must(t, h.iam.CreateRootKey(t.Context(), management, "AKIAROOTROOTROOTROOT", secret.New("s")))
	c, got, err = h.ident.Identify(t.Context(), "AKIAROOTROOTROOTROOT", secret.Text{}, now)
	must(t, err)
	want := root(management)
	want.AccessKeyID = "AKIAROOTROOTROOTROOT"
	if c != want || got.Reveal() != "s" {
		t.Errorf("root = %+v, want %+v", c, want)
	}

	must(t, h.iam.SetAccessKeyActive(t.Context(), h.member, "ann", key.ID, false))
	if _, _, err := h.ident.Identify(t.Context(), key.ID, secret.Text{}, now); !errors.Is(err, access.ErrUnknownKey) {
		t.Errorf("a key turned off: %v", err)
	}
	must(t, h.iam.SetAccessKeyActive(t.Context(), h.member, "ann", key.ID, true))
	if _, _, err := h.ident.Identify(t.Context(), key.ID, secret.Text{}, now); err != nil {
		t.Errorf("a key turned on again: %v", err)
	}
	must(t, h.iam.DeleteAccessKey(t.Context(), h.member, "ann", key.ID))
	if _, _, err := h.ident.Identify(t.Context(), key.ID, secret.Text{}, now); !errors.Is(err, access.ErrUnknownKey) {
		t.Errorf("a key deleted: %v", err)
	}
}

func TestIdentifySessions(t *testing.T) {
	h := open(t)
	ends := now.Add(time.Hour)
	session := caller.Session{
		Account: h.member, RoleARN: "arn:aws:iam::" + string(h.member) + ":role/ops/Deploy", RoleID: "AROAX", Name: "release", Issued: now, Expires: ends,
	}
	issued, err := h.minter.Issue(session)
	must(t, err)
	c, key, err := h.ident.Identify(t.Context(), issued.AccessKeyID, issued.SessionToken, now)
	must(t, err)
	if c.Kind != caller.AssumedRole || c.ARN != "arn:aws:sts::"+string(h.member)+":assumed-role/Deploy/release" || c.ID != "AROAX:release" ||
		c.AccessKeyID != issued.AccessKeyID || c.Session == nil || key.Reveal() != issued.SecretAccessKey.Reveal() {
		t.Errorf("caller = %+v", c)
	}

	_, _, err = h.ident.Identify(t.Context(), issued.AccessKeyID, issued.SessionToken, ends)
	late, ok := errors.AsType[interface {
		error
		Expired() bool
	}](err)
	if !errors.Is(err, access.ErrExpired) || fault.Of(err) != fault.Unauthenticated || !ok || !late.Expired() {
		t.Errorf("a session that has ended: %v", err)
	}
	other, err := h.minter.Issue(session)
	must(t, err)
	for name, try := range map[string]struct{ id, token string }{
		"without its token":     {issued.AccessKeyID, ""},
		"with another's token":  {issued.AccessKeyID, other.SessionToken.Reveal()},
		"with no token of ours": {issued.AccessKeyID, "k1=AAAA"},
		"a long-term key's id":  {"AKIAEXAMPLEEXAMPLE12", issued.SessionToken.Reveal()},
		"an id nobody has":      {"AKIAEXAMPLEEXAMPLE12", ""},
		"no id":                 {"", ""},
	} {
		_, _, err := h.ident.Identify(t.Context(), try.id, secret.New(try.token), now)
		if !errors.Is(err, access.ErrUnknownKey) || fault.Of(err) != fault.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
}
