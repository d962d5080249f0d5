package sts_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

func deploy() sts.AssumeRole { return sts.AssumeRole{RoleARN: deployARN, SessionName: "release"} }

// bySession is a call by a role session that hands down a tag and an identity.
func bySession() *wire.Call {
	s := caller.Session{
		Account: account, RoleARN: ssoARN, RoleID: "AROAX", Name: "ann", Tags: map[string]string{"Team": "a", "x": "y"},
		TransitiveKeys: []string{"Team"}, SourceIdentity: "ann",
	}
	return &wire.Call{Caller: sts.Caller(&s), Time: now}
}

func TestAssumeRole(t *testing.T) {
	h := open(t)
	in := deploy()
	in.Duration, in.ExternalID = 2*time.Hour, "partner"
	in.Tags, in.TransitiveKeys, in.SourceIdentity = []sts.Tag{{Key: "team", Value: "b"}}, []string{"team"}, "ann"
	in.Scope = sts.Scope{Policy: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}}
	got, err := h.AssumeRole(t.Context(), byAnn(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got.Caller.ARN != "arn:aws:sts::111122223333:assumed-role/Deploy/release" || got.Caller.ID != "AROAEXAMPLEEXAMPLE123:release" ||
		!got.Expires.Equal(now.Add(2*time.Hour)) || got.PackedSize != 4 || got.SourceIdentity != "ann" {
		t.Errorf("assumed = %+v", got)
	}
	s, _, err := h.Minter.Open(got.AccessKeyID, got.SessionToken.Reveal(), now)
	if err != nil {
		t.Fatal(err)
	}
	if s.Tags["team"] != "b" || len(s.Policies) != 1 || len(s.PolicyARNs) != 1 || s.SourceIdentity != "ann" || s.TransitiveKeys[0] != "team" || !s.Issued.Equal(now) {
		t.Errorf("session = %+v", s)
	}
	var actions []string
	for _, d := range h.gate.asked {
		actions = append(actions, d.Action)
		for key, want := range map[string]string{
			"sts:ExternalId": "partner", "sts:RoleSessionName": "release", "aws:RequestTag/team": "b",
			"aws:TagKeys": "team", "sts:SourceIdentity": "ann", "aws:ResourceTag/env": "prod", "sts:TransitiveTagKeys": "team",
		} {
			if v := d.Context[key]; len(v) != 1 || v[0] != want {
				t.Errorf("%s: %s = %v, want %s", d.Action, key, v, want)
			}
		}
		if v := d.Context["sts:DurationSeconds"]; v != nil { // which is of tokens alone
			t.Errorf("%s: sts:DurationSeconds = %v", d.Action, v)
		}
		if d.Resource != deployARN || h.gate.trust != "deploy's trust" {
			t.Errorf("asked about %s with %s", d.Resource, h.gate.trust)
		}
	}
	if fmt.Sprint(actions) != "[sts:AssumeRole sts:TagSession sts:SetSourceIdentity]" {
		t.Errorf("asked for %v", actions)
	}
}

func TestAssumeRoleRefusals(t *testing.T) {
	const notAuthorized = "User: " + annARN + " is not authorized to perform: %s on resource: %s"
	for name, tt := range map[string]struct {
		change func(*sts.AssumeRole, *wire.Call, *house)
		kind   fault.Kind
		text   string
	}{
		"a role that is not there reads as one that is closed": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.RoleARN = "arn:aws:iam::111122223333:role/None" },
			fault.Denied, fmt.Sprintf(notAuthorized, "sts:AssumeRole", "arn:aws:iam::111122223333:role/None"),
		},
		"the path is part of the name": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.RoleARN = "arn:aws:iam::111122223333:role/Deploy" },
			fault.Denied, fmt.Sprintf(notAuthorized, "sts:AssumeRole", "arn:aws:iam::111122223333:role/Deploy"),
		},
		"the gate says no": {
			func(_ *sts.AssumeRole, _ *wire.Call, h *house) { h.gate.allow = nil },
			fault.Denied, fmt.Sprintf(notAuthorized, "sts:AssumeRole", deployARN),
		},
		"tags need a right of their own": {
			func(in *sts.AssumeRole, _ *wire.Call, h *house) {
				in.Tags, h.gate.allow = []sts.Tag{{Key: "a"}}, []string{"sts:AssumeRole"}
			},
			fault.Denied, fmt.Sprintf(notAuthorized, "sts:TagSession", deployARN),
		},
		"root": {
			func(_ *sts.AssumeRole, call *wire.Call, _ *house) { call.Caller.Kind = caller.Root },
			fault.Denied, "Roles may not be assumed by root accounts.",
		},
		"no ARN": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.RoleARN = "arn:aws:iam::111122223333:user/ann" },
			fault.Invalid, "arn:aws:iam::111122223333:user/ann is invalid",
		},
		"a session name with a space": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.SessionName = "a b" }, fault.Invalid, "roleSessionName",
		},
		"longer than the role allows": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.Duration = 5 * time.Hour },
			fault.Invalid, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
		},
		"too short": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.Duration = time.Minute }, fault.Invalid, "at least 900",
		},
		"one tag twice": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.Tags = []sts.Tag{{Key: "a"}, {Key: "A"}} },
			fault.Invalid, "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
		},
		"a transitive key without a tag": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.TransitiveKeys = []string{"a"} },
			fault.Invalid, "must be included in the requested tags",
		},
		"a malformed session policy": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.Scope.Policy = "{}" }, fault.Invalid, "",
		},
		"a long session policy": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.Scope.Policy = strings.Repeat(" ", 2049) },
			fault.Invalid, "less than or equal to 2048",
		},
		"eleven session policies": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) { in.Scope.PolicyARNs = make([]string, 11) },
			fault.Invalid, "less than or equal to 10",
		},
		"a session policy that is not there": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) {
				in.Scope.PolicyARNs = []string{"arn:aws:iam::aws:policy/None"}
			},
			fault.Invalid, "does not exist",
		},
		"a code of a device nobody has": {
			func(in *sts.AssumeRole, _ *wire.Call, _ *house) {
				in.Factor = sts.Factor{Serial: "arn:aws:iam::111122223333:mfa/x", Code: "123456"}
			}, fault.Denied, "MultiFactorAuthentication failed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, in, call := open(t), deploy(), byAnn()
			tt.change(&in, call, h)
			_, err := h.AssumeRole(t.Context(), call, in)
			if err == nil || fault.Of(err) != tt.kind || !strings.Contains(fault.Message(err), tt.text) {
				t.Errorf("err = %v, want kind %d with %q", err, tt.kind, tt.text)
			}
		})
	}
}

func TestAMalformedSessionPolicyIsToldApart(t *testing.T) {
	in := deploy()
	in.Scope.Policy = "{}"
	_, err := open(t).AssumeRole(t.Context(), byAnn(), in)
	if _, ok := errors.AsType[*policy.Malformed](err); !ok {
		t.Errorf("err = %v, want one that wraps *policy.Malformed", err)
	}
}

func TestTooManyTagsDoNotFit(t *testing.T) {
	in := deploy()
	for i := range 50 {
		in.Tags = append(in.Tags, sts.Tag{Key: fmt.Sprint("key", i), Value: strings.Repeat("v", 100)})
	}
	for want, policies := range map[string][]string{
		"Packed size of session tags consumes ": nil,
		"Packed policy consumes ":               {"arn:aws:iam::aws:policy/ReadOnlyAccess"},
	} {
		in.Scope.PolicyARNs = policies
		_, err := open(t).AssumeRole(t.Context(), byAnn(), in)
		if _, ok := errors.AsType[*sts.TooLarge](err); !ok || !strings.HasPrefix(fault.Message(err), want) || !strings.Contains(err.Error(), "% of allotted space") {
			t.Errorf("err = %v, want TooLarge: %s", err, want)
		}
	}
}

func TestRoleChaining(t *testing.T) {
	h := open(t)
	got, err := h.AssumeRole(t.Context(), bySession(), deploy())
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := h.Minter.Open(got.AccessKeyID, got.SessionToken.Reveal(), now)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Tags) != 1 || s.Tags["Team"] != "a" || s.TransitiveKeys[0] != "Team" || s.SourceIdentity != "ann" {
		t.Errorf("handed down: %+v", s)
	}
	for name, tt := range map[string]struct {
		change func(*sts.AssumeRole)
		text   string
	}{
		"longer than an hour": {
			func(in *sts.AssumeRole) { in.Duration = 2 * time.Hour },
			"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
		},
		"changing a transitive tag": {
			func(in *sts.AssumeRole) { in.Tags = []sts.Tag{{Key: "team", Value: "b"}} }, "conflicts with a transitive tag key",
		},
		"changing the source identity": {
			func(in *sts.AssumeRole) { in.SourceIdentity = "eve" }, "can't be changed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := deploy()
			tt.change(&in)
			_, err := h.AssumeRole(t.Context(), bySession(), in)
			if fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), tt.text) {
				t.Errorf("err = %v, want %q", err, tt.text)
			}
		})
	}
}

func TestKeyAccount(t *testing.T) {
	h := open(t)
	for id, ok := range map[string]bool{"AKIAEXAMPLEEXAMPLE12": true, "AKIANOBODYNOBODY1234": false} {
		got, err := h.KeyAccount(t.Context(), id)
		if (err == nil) != ok || ok && got != account {
			t.Errorf("KeyAccount(%s) = %s, %v", id, got, err)
		}
	}
}
