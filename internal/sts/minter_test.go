package sts_test

import (
	"crypto/rand"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"foyer/internal/caller"
	"foyer/internal/mint"
	"foyer/internal/seal"
	"foyer/internal/sts"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func key(id string, fill byte) seal.Key {
	return seal.Key{ID: id, Master: []byte(strings.Repeat(string(rune(fill)), seal.KeySize))}
}

func minter(t testing.TB, keys ...seal.Key) sts.Minter {
	t.Helper()
	if len(keys) == 0 {
		keys = []seal.Key{key("k1", 'a')}
	}
	ring, err := seal.NewKeyring(rand.Reader, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return sts.Minter{Ring: ring, Mint: mint.Mint{Source: rand.Reader}, Now: func() time.Time { return now }}
}

func session() caller.Session {
	return caller.Session{
		Account: "111122223333", RoleARN: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_ReadOnly_0123456789abcdef",
		RoleID: "AROAEXAMPLEEXAMPLE123", Name: "ann@example.net",
		Policies: []string{`{"Version":"2012-10-17"}`}, PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"},
		Tags: map[string]string{"team": "a", "cost": ""}, TransitiveKeys: []string{"team"}, SourceIdentity: "ann",
		Context:  map[string][]string{"identitystore:UserId": {"90671a2b3c-1"}, "saml:aud": {"a", "b"}},
		Provider: "arn:aws:iam::111122223333:saml-provider/P", MFA: true, Chained: true,
		Issued: now, Expires: now.Add(time.Hour),
	}
}

func TestCredentialsOpenToTheSessionTheyWereIssuedFor(t *testing.T) {
	for name, s := range map[string]caller.Session{
		"everything set": session(),
		"the least": {
			Account: "111122223333", RoleARN: "arn:aws:iam::111122223333:role/R", RoleID: "AROA", Name: "x",
			Issued: now, Expires: now.Add(time.Hour),
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := minter(t)
			c, err := m.Issue(s)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(c.AccessKeyID, "ASIA") || len(c.AccessKeyID) != 20 || len(c.SecretAccessKey.Reveal()) != 40 {
				t.Errorf("credentials %s with a secret of %d characters", c.AccessKeyID, len(c.SecretAccessKey.Reveal()))
			}
			got, key, err := m.Open(c.AccessKeyID, c.SessionToken.Reveal(), now.Add(time.Hour-time.Second))
			if err != nil {
				t.Fatal(err)
			}
			s.AccessKeyID = c.AccessKeyID
			if !reflect.DeepEqual(*got, s) {
				t.Errorf("opened\n%+v\nwant\n%+v", *got, s)
			}
			if !key.Equal(c.SecretAccessKey) {
				t.Error("the secret differs")
			}
		})
	}
}

func TestCallerIsNamedAsTheSession(t *testing.T) {
	s := session()
	c := sts.Caller(&s)
	if c.ARN != "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ReadOnly_0123456789abcdef/ann@example.net" ||
		c.ID != "AROAEXAMPLEEXAMPLE123:ann@example.net" || c.Kind != caller.AssumedRole {
		t.Errorf("caller = %+v", c)
	}
}

func TestTamperedCredentialsDoNotOpen(t *testing.T) {
	m := minter(t)
	a, err := m.Issue(session())
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Issue(session())
	if err != nil {
		t.Fatal(err)
	}
	token := a.SessionToken.Reveal()
	forged, err := m.Ring.Seal("page of something", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	empty, err := m.Ring.Seal("session token "+a.AccessKeyID, []byte{1, 255, 255, 255, 255, 255, 255})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ id, token string }{
		"another session's key id": {b.AccessKeyID, token},
		"another session's token":  {a.AccessKeyID, b.SessionToken.Reveal()},
		"no token":                 {a.AccessKeyID, ""},
		"cut short":                {a.AccessKeyID, token[:len(token)-4]},
		"a bit changed":            {a.AccessKeyID, flip(token)},
		"another ring key":         {a.AccessKeyID, "k2" + token[2:]},
		"sealed for another use":   {a.AccessKeyID, forged},
		"a state of another shape": {a.AccessKeyID, empty},
	} {
		t.Run(name, func(t *testing.T) {
			if s, _, err := m.Open(tt.id, tt.token, now); !errors.Is(err, seal.ErrNotOurs) || s != nil {
				t.Errorf("Open = %+v, %v, want ErrNotOurs", s, err)
			}
		})
	}
}

func flip(token string) string {
	at := len(token) / 2
	c := byte('A')
	if token[at] == c {
		c = 'B'
	}
	return token[:at] + string(c) + token[at+1:]
}

func TestExpiredIsToldFromForged(t *testing.T) {
	m := minter(t)
	c, err := m.Issue(session())
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = m.Open(c.AccessKeyID, c.SessionToken.Reveal(), c.Expires)
	if e, ok := errors.AsType[*sts.Expired](err); !ok || !e.At.Equal(c.Expires) {
		t.Errorf("err = %v, want Expired", err)
	}
}

func TestCredentialsOutliveARotationOfTheRing(t *testing.T) {
	before, after := minter(t, key("k1", 'a')), minter(t, key("k2", 'b'), key("k1", 'a'))
	c, err := before.Issue(session())
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := after.Open(c.AccessKeyID, c.SessionToken.Reveal(), now)
	if err != nil || !secret.Equal(c.SecretAccessKey) {
		t.Errorf("after the rotation: %v", err)
	}
	if _, _, err := minter(t, key("k1", 'c')).Open(c.AccessKeyID, c.SessionToken.Reveal(), now); !errors.Is(err, seal.ErrNotOurs) {
		t.Errorf("another installation: %v, want ErrNotOurs", err)
	}
}

func BenchmarkIssue(b *testing.B) {
	m, s := minter(b), session()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Issue(s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	m := minter(b)
	c, err := m.Issue(session())
	if err != nil {
		b.Fatal(err)
	}
	token := c.SessionToken.Reveal()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := m.Open(c.AccessKeyID, token, now); err != nil {
			b.Fatal(err)
		}
	}
}
