package access_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/internal/access"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/policy"
)

const (
	objectA = "arn:aws:s3:::bucket/a"
	objectB = "arn:aws:s3:::bucket/b"
)

func (h *house) simulator() *access.Simulator {
	return &access.Simulator{IAM: h.iam, Place: h.gate.Place}
}

func (h *house) simulate(t *testing.T, q access.Simulation) []access.SimulatedAction {
	t.Helper()
	if q.Account == "" {
		q.Account = management
	}
	if q.Actions == nil {
		q.Actions = []string{"s3:GetObject"}
	}
	results, more, err := h.simulator().Simulate(t.Context(), &q, 0, 100)
	must(t, err)
	if more {
		t.Error("there is more")
	}
	return results
}

var decisions = [...]string{policy.ImplicitDeny: "implicit", policy.Allowed: "allowed", policy.ExplicitDeny: "explicit"}

// shown is a result as the tests write it: decision, what matched, what is
// missing, and what boundary and organization say.
func shown(r access.SimulatedResult) string {
	parts := []string{decisions[r.Decision]}
	for _, m := range r.Matched {
		parts = append(parts, fmt.Sprintf("%s(%d:%d-%d:%d)", m.PolicyID, m.Start.Line, m.Start.Column, m.End.Line, m.End.Column))
	}
	if len(r.Missing) > 0 {
		parts = append(parts, "missing "+strings.Join(r.Missing, ","))
	}
	if r.Boundary != nil {
		parts = append(parts, fmt.Sprintf("boundary %t", *r.Boundary))
	}
	for _, kind := range []string{"IAM Policy", "Resource Policy", "Permissions Boundary Policy"} {
		if d, ok := r.Details[kind]; ok {
			parts = append(parts, kind+" "+decisions[d])
		}
	}
	return strings.Join(parts, " ")
}

// one is a policy of statements without white space, as AWS's own tests have it.
func one(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

const (
	allowGet = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`
	allowPut = `{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}`
	denyGet  = `{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`
	onlyA    = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/a"}`
	ifKey    = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"team:key":"yes"}}}`
)

// TestSimulateCustom has the answers that AWS gives.
func TestSimulateCustom(t *testing.T) {
	h := open(t)
	ann := "arn:aws:iam::111122223333:user/ann"
	bucket := func(principal string) string {
		return one(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*","Principal":{"AWS":"` + principal + `"}}`)
	}
	for name, tt := range map[string]struct {
		ask  access.Simulation
		want string
	}{
		"an allow":                       {access.Simulation{Policies: []string{one(allowGet)}}, "allowed PolicyInputList.1(1:38-1:95)"},
		"two that allow":                 {access.Simulation{Policies: []string{one(allowGet, allowGet)}}, "allowed PolicyInputList.1(1:38-1:95) PolicyInputList.1(1:95-1:153)"},
		"a deny hides the allow":         {access.Simulation{Policies: []string{one(allowGet), one(denyGet)}}, "explicit PolicyInputList.2(1:38-1:94)"},
		"one statement, no list":         {access.Simulation{Policies: []string{`{"Statement": ` + allowGet + `}`}}, "allowed PolicyInputList.1(1:16-1:72)"},
		"lines":                          {access.Simulation{Policies: []string{"{\r\n  \"Statement\": [\r\n    " + allowGet + "\r\n  ]\r\n}"}}, "allowed PolicyInputList.1(2:17-3:62)"},
		"no policies":                    {access.Simulation{}, "implicit"},
		"the case of actions":            {access.Simulation{Policies: []string{one(allowGet)}, Actions: []string{"S3:gEtObJeCt"}}, "allowed PolicyInputList.1(1:38-1:95)"},
		"an action nobody knows":         {access.Simulation{Policies: []string{one(allowGet)}, Actions: []string{"madeup:Action"}}, "implicit"},
		"an action with a wildcard":      {access.Simulation{Policies: []string{one(allowGet)}, Actions: []string{"s3:*"}}, "implicit"},
		"both resources":                 {access.Simulation{Policies: []string{one(allowGet)}, Resources: []string{objectA, objectB}}, "allowed PolicyInputList.1(1:38-1:95)"},
		"one of two resources":           {access.Simulation{Policies: []string{one(onlyA)}, Resources: []string{objectA, objectB}}, "implicit PolicyInputList.1(1:38-1:115)"},
		"a resource of another type":     {access.Simulation{Policies: []string{one(allowGet)}, Resources: []string{"arn:aws:iam::111122223333:user/ann"}}, "implicit"},
		"a key that is missing":          {access.Simulation{Policies: []string{one(ifKey)}}, "implicit missing team:key"},
		"a key missing, but allowed":     {access.Simulation{Policies: []string{one(allowGet), one(ifKey)}}, "allowed PolicyInputList.1(1:38-1:95)"},
		"a key missing, and denied":      {access.Simulation{Policies: []string{one(denyGet), one(ifKey)}}, "explicit PolicyInputList.1(1:38-1:94)"},
		"a key of another action":        {access.Simulation{Policies: []string{one(ifKey)}, Actions: []string{"s3:PutObject"}}, "implicit missing team:key"},
		"a key in two spellings":         {access.Simulation{Policies: []string{one(ifKey, strings.Replace(ifKey, "team:key", "TEAM:key", 1))}}, "implicit missing TEAM:key,team:key"},
		"a key that is given":            {access.Simulation{Policies: []string{one(ifKey)}, Context: []access.ContextEntry{{Name: "Team:Key", Type: "string", Values: []string{"yes"}}}}, "allowed PolicyInputList.1(1:38-1:143)"},
		"a boundary that allows":         {access.Simulation{Policies: []string{one(allowGet)}, Boundaries: []string{one(allowGet)}}, "allowed PolicyInputList.1(1:38-1:95) boundary true"},
		"a boundary that does not allow": {access.Simulation{Policies: []string{one(allowGet)}, Boundaries: []string{one(allowPut)}}, "implicit boundary false"},
		"a boundary that denies":         {access.Simulation{Policies: []string{one(denyGet)}, Boundaries: []string{one(denyGet)}}, "explicit PermissionsBoundaryPolicyInputList.1(1:38-1:94) PolicyInputList.1(1:38-1:94) boundary false"},
		"a boundary that misses a key":   {access.Simulation{Policies: []string{one(allowGet)}, Boundaries: []string{one(ifKey)}}, "implicit missing team:key boundary false"},
		"a resource's policy": {
			access.Simulation{Resources: []string{objectA}, Caller: ann, ResourcePolicy: bucket(ann)}, "allowed ResourcePolicy(1:38-1:172)",
		},
		"a resource's policy despite a boundary": {
			access.Simulation{Resources: []string{objectA}, Caller: ann, ResourcePolicy: bucket(ann), Boundaries: []string{one(allowPut)}},
			"allowed ResourcePolicy(1:38-1:172) boundary false",
		},
		"across accounts, without a policy of one's own": {
			access.Simulation{Resources: []string{objectA}, Caller: ann, ResourcePolicy: bucket(ann), ResourceOwner: "arn:aws:iam::999988887777:root"},
			"implicit IAM Policy implicit Resource Policy allowed",
		},
		"across accounts, both": {
			access.Simulation{Policies: []string{one(allowGet)}, Resources: []string{objectA}, Caller: ann, ResourcePolicy: bucket(ann), ResourceOwner: "arn:aws:iam::999988887777:root"},
			"allowed ResourcePolicy(1:38-1:172) PolicyInputList.1(1:38-1:95) IAM Policy allowed Resource Policy allowed",
		},
		"across accounts, a boundary denies": {
			access.Simulation{Policies: []string{one(allowGet)}, Boundaries: []string{one(denyGet)}, Resources: []string{objectA}, Caller: ann, ResourcePolicy: bucket(ann), ResourceOwner: "arn:aws:iam::999988887777:root"},
			"explicit PermissionsBoundaryPolicyInputList.1(1:38-1:94) boundary false IAM Policy allowed Resource Policy allowed Permissions Boundary Policy explicit",
		},
		"the caller's name": {
			access.Simulation{Caller: ann, Policies: []string{one(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:username":"ann","aws:PrincipalArn":"` + ann + `"}}}`)}},
			"allowed PolicyInputList.1(1:38-1:195)",
		},
		"a role has no user name": {
			access.Simulation{Caller: "arn:aws:iam::111122223333:role/r", Policies: []string{one(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringLike":{"aws:username":"*"}}}`)}},
			"implicit missing aws:username",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := h.simulate(t, tt.ask)
			if s := shown(got[0].SimulatedResult); s != tt.want {
				t.Errorf("got  %s\nwant %s", s, tt.want)
			}
		})
	}
}

func TestSimulateManyResources(t *testing.T) {
	h := open(t)
	got := h.simulate(t, access.Simulation{Policies: []string{one(onlyA)}, Resources: []string{objectA, objectB}})[0]
	if got.Resource != "arn:aws:s3:::${BucketName}/${ObjectName}" || len(got.Each) != 2 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []string{"allowed PolicyInputList.1(1:38-1:115)", "implicit"} {
		if s := shown(got.Each[i]); s != want {
			t.Errorf("resource %d: %s, want %s", i, s, want)
		}
	}
	if got.Details == nil || len(got.Details) != 0 {
		t.Errorf("details = %v, want empty and there", got.Details)
	}
	if all := h.simulate(t, access.Simulation{Policies: []string{one(allowGet)}})[0]; all.Details != nil || all.Each != nil || all.Resource != "*" {
		t.Errorf("of everything: %+v", all)
	}
}

func TestSimulatePrincipal(t *testing.T) {
	h := open(t)
	u := h.user(t, h.member, "ann", one(onlyA))
	_, err := h.iam.CreateGroup(t.Context(), h.member, "readers", "/")
	must(t, err)
	h.inline(t, iam.Ref{Account: h.member, Kind: iam.GroupKind, Name: "readers"}, one(allowPut))
	must(t, h.iam.AddToGroup(t.Context(), h.member, "readers", "ann"))
	must(t, h.iam.AttachPolicy(t.Context(), iam.Ref{Account: h.member, Kind: iam.UserKind, Name: "ann"}, h.managed(t, h.member, "deleters", one(`{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*"}`))))
	ask := func(q access.Simulation) access.SimulatedAction {
		t.Helper()
		q.Account, q.Resources = h.member, []string{objectA}
		if q.Source == "" {
			q.Source = u.ARN
		}
		return h.simulate(t, q)[0]
	}
	for action, want := range map[string]string{
		"s3:GetObject": "allowed user_ann_p0(1:38-1:115)", "s3:PutObject": "allowed group_readers_p0(1:38-1:95)",
		"s3:DeleteObject": "allowed deleters(1:38-1:98)", "s3:GetObjectAcl": "implicit",
	} {
		if got := ask(access.Simulation{Actions: []string{action}}); shown(got.SimulatedResult) != want || got.Organizations == nil || !*got.Organizations {
			t.Errorf("%s: %s, organization %v, want %s", action, shown(got.SimulatedResult), got.Organizations, want)
		}
	}
	if got := ask(access.Simulation{Source: "arn:aws:iam::" + string(h.member) + ":user/elsewhere/ann"}); got.Decision != policy.Allowed {
		t.Error("by another path: " + shown(got.SimulatedResult))
	}
	tagged := one(`{"Effect":"Allow","Action":"s3:GetObjectAcl","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red","aws:username":"ann"}}}`)
	if got := ask(access.Simulation{Policies: []string{tagged}, Actions: []string{"s3:GetObjectAcl"}}); got.Decision != policy.Allowed {
		t.Error("by the user's tag: " + shown(got.SimulatedResult))
	}
	must(t, h.iam.SetBoundary(t.Context(), iam.Ref{Account: h.member, Kind: iam.UserKind, Name: "ann"}, h.managed(t, h.member, "bound", one(allowPut))))
	if got := ask(access.Simulation{}); shown(got.SimulatedResult) != "implicit boundary false" {
		t.Error("bounded: " + shown(got.SimulatedResult))
	}
	if got := ask(access.Simulation{Boundaries: []string{one(allowGet)}}); got.Decision != policy.Allowed {
		t.Error("with another boundary: " + shown(got.SimulatedResult))
	}
	h.scp(t, h.unit, "no-objects", one(denyGet), false)
	if got := ask(access.Simulation{Boundaries: []string{one(allowGet)}}); shown(got.SimulatedResult) != "explicit" || *got.Organizations {
		t.Errorf("under a service control policy: %s, organization %t", shown(got.SimulatedResult), *got.Organizations)
	}
	keys, err := h.simulator().ContextKeys(t.Context(), h.member, u.ARN, []string{tagged, one(ifKey)})
	must(t, err)
	if got := strings.Join(keys, " "); got != "aws:PrincipalTag/team aws:username team:key" {
		t.Errorf("context keys = %s", got)
	}
}

// TestSimulateRefuses has AWS's words.
func TestSimulateRefuses(t *testing.T) {
	h := open(t)
	entry := func(kind string, values ...string) []access.ContextEntry {
		return []access.ContextEntry{{Name: "team:test", Type: kind, Values: values}}
	}
	for want, q := range map[string]access.Simulation{
		"The list of Permissions Boundary policies cannot exceed 1 items.":                          {Boundaries: []string{one(allowGet), one(allowGet)}},
		"The action is invalid since it is missing names":                                           {Actions: []string{"GetObject"}},
		"ResourceNames are not in a valid ARN format: not-an-arn.":                                  {Resources: []string{"not-an-arn"}},
		"ResourceNames are not in a valid ARN format: arn:aws:s3.":                                  {Resources: []string{"arn:aws:s3"}},
		"ResourceNames are not in a valid ARN format: arn:aws:s3:::.":                               {Resources: []string{"arn:aws:s3:::"}},
		"you cannot include both * and individual resources in the resource list for a simulation.": {Resources: []string{"*", objectA}},
		"Context key string expected a single value, but received 2.":                               {Context: entry("string", "a", "b")},
		"Invalid context value for key team:test: expected numeric format.":                         {Context: entry("numeric", "NaN")},
		"Invalid context value for key team:test: expected DateTime format.":                        {Context: entry("date", "tomorrow")},
		"Invalid context value for key team:test: expected IP address.":                             {Context: entry("ip", "999.0.0.1")},
		"Invalid context value for key team:test: expected base-64 encoded binary format.":          {Context: entry("binaryList", "!base64")},
		"Duplicate context key: TEAM:TEST.":                                                         {Context: append(entry("string", "a"), access.ContextEntry{Name: "TEAM:TEST", Type: "string", Values: []string{"b"}})},
		"Policy input list item 2 has invalid content":                                              {Policies: []string{one(allowGet), "{"}},
		"Permissions Boundary policy input list item 1 has invalid content":                         {Boundaries: []string{"{"}},
		"Invalid Entity Arn: * does not clearly define entity type and name.":                       {ResourcePolicy: one(allowGet)},
		"ResourceNames are not in a valid ARN format: *.":                                           {ResourcePolicy: one(allowGet), Resources: []string{objectA}},
		"'111122223333' is not a valid as a Resource Owner.":                                        {ResourceOwner: "111122223333"},
		"Invalid Entity Arn: ann does not clearly define entity type and name.":                     {Caller: "ann"},
		"Invalid ARN provided in the request: arn:aws:iam::111122223333:root":                       {Source: "arn:aws:iam::111122223333:root"},
		"Invalid Policy Source Arn: caller's account 111122223333 does not have access to policies in account 999988887777.": {
			Source: "arn:aws:iam::999988887777:user/ann",
		},
		"Unable to retrieve specified IAM entity.": {Source: "arn:aws:iam::111122223333:role/nobody"},
	} {
		q.Account = management
		if q.Actions == nil {
			q.Actions = []string{"s3:GetObject"}
		}
		_, _, err := h.simulator().Simulate(t.Context(), &q, 0, 1)
		kind := fault.Invalid
		if strings.HasPrefix(want, "Unable") {
			kind = fault.NotFound
		}
		if fault.Message(err) != want || fault.Of(err) != kind {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestSimulatePages(t *testing.T) {
	h := open(t)
	q := access.Simulation{Account: management, Actions: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}, Policies: []string{one(allowPut)}}
	first, more, err := h.simulator().Simulate(t.Context(), &q, 0, 2)
	must(t, err)
	rest, end, err := h.simulator().Simulate(t.Context(), &q, 2, 2)
	must(t, err)
	if len(first) != 2 || !more || len(rest) != 1 || end || first[1].Decision != policy.Allowed || rest[0].Action != "s3:DeleteObject" {
		t.Errorf("%d %t, %d %t", len(first), more, len(rest), end)
	}
	for range 6000 {
		q.Resources = append(q.Resources, objectA)
	}
	if few, more, err := h.simulator().Simulate(t.Context(), &q, 0, 100); err != nil || len(few) != 1 || !more {
		t.Errorf("%d actions of 6,000 resources in a page, more %t, %v", len(few), more, err)
	}
}
