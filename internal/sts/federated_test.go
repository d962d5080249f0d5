package sts_test

import (
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/saml"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

func federate(doc []byte) sts.AssumeRoleWithSAML {
	return sts.AssumeRoleWithSAML{RoleARN: ssoARN, ProviderARN: providerARN, Response: string(doc)}
}

func TestAssumeRoleWithSAML(t *testing.T) {
	h := open(t)
	attributes := usual()
	attributes[saml.PrincipalTagPrefix+"team"] = []string{"a"}
	attributes[saml.TransitiveKeysAttribute] = []string{"team"}
	attributes[saml.SessionDurationAttribute] = []string{"7200"}
	got, err := h.AssumeRoleWithSAML(t.Context(), unsigned(), federate(response(t, attributes, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if got.Subject != "ann" || got.SubjectType != "persistent" || got.Issuer != "https://idp.example.net" || got.Audience != saml.AWSAudience {
		t.Errorf("answer = %+v", got)
	}
	sum := sha1.Sum([]byte("https://idp.example.net111122223333/AWSSSO_0123456789abcdef_DO_NOT_DELETE"))
	if want := base64.StdEncoding.EncodeToString(sum[:]); got.NameQualifier != want {
		t.Errorf("name qualifier = %s, want %s", got.NameQualifier, want)
	}
	s, _, err := h.Minter.Open(got.AccessKeyID, got.SessionToken.Reveal(), now)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "ann@example.net" || s.RoleARN != ssoARN || s.Tags["team"] != "a" || s.TransitiveKeys[0] != "team" ||
		s.Provider != providerARN || !s.Expires.Equal(now.Add(2*time.Hour)) ||
		s.Context["identitystore:UserId"][0] != "90671a2b3c-1" || s.Context["saml:sub"][0] != "ann" ||
		s.Context["saml:namequalifier"][0] != got.NameQualifier {
		t.Errorf("session = %+v", s)
	}
	if len(h.gate.asked) != 0 {
		t.Error("the subject of an assertion has no policies for the gate to ask")
	}
}

func TestOnlyFoyersOwnProviderSetsConditionKeys(t *testing.T) {
	h := open(t)
	role := h.iam.roles["Federated"]
	role.TrustPolicy = trusting(foreignARN, `"sts:AssumeRoleWithSAML"`)
	h.iam.roles["Federated"] = role
	attributes := usual()
	attributes[saml.RoleAttribute] = []string{"arn:aws:iam::1:role/x,y", foreignARN + ", " + ssoARN}
	in := federate(response(t, attributes, nil))
	in.ProviderARN = foreignARN
	got, err := h.AssumeRoleWithSAML(t.Context(), unsigned(), in)
	if err != nil {
		t.Fatal(err)
	}
	if _, posed := got.Caller.Session.Context["identitystore:UserId"]; posed {
		t.Error("a foreign provider named a person of the identity store")
	}
}

func TestAssumeRoleWithSAMLRefusals(t *testing.T) {
	attribute := func(name string, values ...string) func(map[string][]string) {
		return func(a map[string][]string) { a[name] = values }
	}
	for name, tt := range map[string]struct {
		attributes func(map[string][]string)
		statement  func(*saml.Statement)
		change     func(*sts.AssumeRoleWithSAML, *wire.Call, *house)
		kind       fault.Kind
		text       string
	}{
		"no such provider": {
			change: func(in *sts.AssumeRoleWithSAML, _ *wire.Call, _ *house) { in.ProviderARN += "x" },
			kind:   fault.Invalid, text: "Specified provider doesn't exist",
		},
		"another pair of role and provider": {
			attributes: attribute(saml.RoleAttribute, deployARN+","+providerARN), kind: fault.Denied,
			text: "Not authorized to perform sts:AssumeRoleWithSAML",
		},
		"a provider that the role does not trust": {
			attributes: attribute(saml.RoleAttribute, ssoARN+","+foreignARN),
			change:     func(in *sts.AssumeRoleWithSAML, _ *wire.Call, _ *house) { in.ProviderARN = foreignARN },
			kind:       fault.Denied, text: "Not authorized to perform sts:AssumeRoleWithSAML",
		},
		"tags that the trust does not allow": {
			attributes: attribute(saml.PrincipalTagPrefix+"team", "a"),
			change: func(_ *sts.AssumeRoleWithSAML, _ *wire.Call, h *house) {
				role := h.iam.roles["Federated"]
				role.TrustPolicy = trusting(providerARN, `"sts:AssumeRoleWithSAML"`)
				h.iam.roles["Federated"] = role
			},
			kind: fault.Denied, text: "Not authorized to perform sts:AssumeRoleWithSAML",
		},
		"a role that is not there": {
			attributes: attribute(saml.RoleAttribute, ssoARN+"x,"+providerARN),
			change:     func(in *sts.AssumeRoleWithSAML, _ *wire.Call, _ *house) { in.RoleARN += "x" },
			kind:       fault.Denied, text: "Not authorized to perform sts:AssumeRoleWithSAML",
		},
		"no session name": {
			attributes: func(a map[string][]string) { delete(a, saml.SessionNameAttribute) },
			kind:       fault.Invalid, text: "RoleSessionName is required in AuthnResponse",
		},
		"a session name with a space": {
			attributes: attribute(saml.SessionNameAttribute, "Ann Lee"),
			kind:       fault.Invalid, text: "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
		},
		"longer than the role allows": {
			change: func(in *sts.AssumeRoleWithSAML, _ *wire.Call, _ *house) { in.Duration = 5 * time.Hour },
			kind:   fault.Invalid, text: "exceeds the MaxSessionDuration set for this role",
		},
		"another audience": {
			statement: func(st *saml.Statement) { st.Audience = "urn:other" }, kind: fault.Invalid, text: "Audience mismatch",
		},
		"not a response at all": {
			change: func(in *sts.AssumeRoleWithSAML, _ *wire.Call, _ *house) { in.Response = "hello" },
			kind:   fault.Invalid,
		},
		"a session that has ended": {
			statement: func(st *saml.Statement) { st.SessionEnd = now.Add(-time.Minute) }, kind: fault.Invalid, text: "has ended",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, attributes, call := open(t), usual(), unsigned()
			if tt.attributes != nil {
				tt.attributes(attributes)
			}
			in := federate(response(t, attributes, tt.statement))
			if tt.change != nil {
				tt.change(&in, call, h)
			}
			_, err := h.AssumeRoleWithSAML(t.Context(), call, in)
			if err == nil || fault.Of(err) != tt.kind || !strings.Contains(fault.Message(err), tt.text) {
				t.Errorf("err = %v, want kind %d with %q", err, tt.kind, tt.text)
			}
		})
	}
}

func TestARememberedAssertionStillRunsOutAndStillNeedsItsProvider(t *testing.T) {
	h := open(t)
	in := federate(response(t, usual(), nil))
	at := func(moment time.Time) error {
		_, err := h.AssumeRoleWithSAML(t.Context(), &wire.Call{Time: moment, Region: "us-east-1"}, in)
		return err
	}
	for range 2 {
		if err := at(now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := errors.AsType[*saml.Expired](at(now.Add(6 * time.Minute))); !ok {
		t.Error("a remembered assertion is accepted after its time")
	}
	if err := at(now.Add(-time.Hour)); err == nil {
		t.Error("a remembered assertion is accepted before its time")
	}
	p := h.iam.providers[providerARN]
	p.Metadata = strings.Replace(p.Metadata, "https://idp.example.net\"", "https://other.example.net\"", 1)
	h.iam.providers[providerARN] = p
	if err := at(now.Add(time.Minute)); fault.Of(err) != fault.Invalid {
		t.Errorf("after the provider's metadata changed: %v", err)
	}
	h.iam.providers = map[string]iam.SAMLProvider{}
	if err := at(now.Add(time.Minute)); fault.Of(err) != fault.Invalid {
		t.Errorf("after the provider is gone: %v", err)
	}
}

func TestTheSessionEndsWithTheProvidersOwn(t *testing.T) {
	end := now.Add(20 * time.Minute)
	got, err := open(t).AssumeRoleWithSAML(t.Context(), unsigned(), federate(response(t, usual(), func(st *saml.Statement) { st.SessionEnd = end })))
	if err != nil || !got.Expires.Equal(end) {
		t.Errorf("expires %s, %v, want %s", got.Expires, err, end)
	}
}

func BenchmarkAssumeRoleWithSAMLRemembered(b *testing.B) {
	h := open(b)
	in := federate(response(b, usual(), nil))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.AssumeRoleWithSAML(b.Context(), unsigned(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAssumeRoleWithSAMLFresh(b *testing.B) {
	h := open(b)
	in := federate(response(b, usual(), nil))
	for b.Loop() {
		fresh := sts.Service{Minter: h.Minter, IAM: h.iam, Gate: h.gate}
		if _, err := fresh.AssumeRoleWithSAML(b.Context(), unsigned(), in); err != nil {
			b.Fatal(err)
		}
	}
}
