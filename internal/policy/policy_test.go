package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"foyer/internal/policy"
)

// The vocabulary of the generated policies is small, so that they often match.
var (
	someActions    = []string{"*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "iam:GetRole", "*:Get*"}
	someResources  = []string{"*", "arn:aws:s3:::a", "arn:aws:s3:::a/*", "arn:aws:s3:::b", "arn:aws:s3:::${aws:username}"}
	someConditions = []string{"", `{"StringEquals":{"aws:username":"a"}}`, `{"StringNotEquals":{"aws:username":"a"}}`, `{"Null":{"aws:username":"true"}}`}
	someRequests   = []string{"s3:GetObject", "s3:PutObject", "iam:GetRole"}
)

const (
	someUser = "arn:aws:iam::111122223333:user/a"
	someRole = "arn:aws:iam::111122223333:role/r"
)

// drawStatement draws a statement; effect "" means either.
func drawStatement(t *rapid.T, effect, principal string) json.RawMessage {
	draw := func(name string, from []string) string { return rapid.SampledFrom(from).Draw(t, name) }
	s := map[string]any{
		"Effect": effect,
		draw("a", []string{"Action", "NotAction"}):     draw("action", someActions),
		draw("r", []string{"Resource", "NotResource"}): draw("resource", someResources),
	}
	if effect == "" {
		s["Effect"] = draw("effect", []string{"Allow", "Deny"})
	}
	if c := draw("condition", someConditions); c != "" {
		s["Condition"] = json.RawMessage(c)
	}
	if principal != "" {
		s["Principal"] = map[string]string{"AWS": principal}
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func drawStatements(t *rapid.T, principal string) []json.RawMessage {
	out := make([]json.RawMessage, rapid.IntRange(1, 4).Draw(t, "statements"))
	for i := range out {
		out[i] = drawStatement(t, "", principal)
	}
	return out
}

func compileStatements(t *rapid.T, kind policy.Kind, statements []json.RawMessage) policy.Attached {
	document, err := json.Marshal(map[string]any{"Version": policy.Version2012, "Statement": statements})
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Compile(string(document), kind)
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	return policy.Attached{Name: "drawn", Policy: p}
}

func drawRequest(t *rapid.T) policy.Request {
	r := policy.Request{
		Action:    rapid.SampledFrom(someRequests).Draw(t, "asked"),
		Resource:  rapid.SampledFrom([]string{"*", "arn:aws:s3:::a", "arn:aws:s3:::a/b", "arn:aws:s3:::b"}).Draw(t, "of"),
		Principal: policy.Principal{Type: policy.Session, Account: "111122223333", ARN: "arn:aws:sts::111122223333:assumed-role/r/s", Origin: someRole},
	}
	if rapid.Bool().Draw(t, "foreign") {
		r.ResourceAccount = "999988887777"
	}
	if rapid.Bool().Draw(t, "named") {
		r.Context = policy.NewKeys(map[string][]string{"aws:username": {rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")}})
	}
	return r
}

// drawLayers draws policies of some of the layers.
func drawLayers(t *rapid.T) policy.Layers {
	var l policy.Layers
	some := func(name string) bool { return rapid.Bool().Draw(t, name) }
	draw := func(kind policy.Kind, principal string) policy.Attached {
		return compileStatements(t, kind, drawStatements(t, principal))
	}
	l.Identity = append(l.Identity, draw(policy.Identity, ""))
	if some("boundary") {
		a := draw(policy.Identity, "")
		l.Boundary = &a
	}
	if some("session") {
		l.Session = append(l.Session, draw(policy.Identity, ""))
	}
	if some("control") {
		l.Controls = [][]policy.Attached{{draw(policy.Control, "")}, {draw(policy.Control, "")}}
	}
	if some("resource") {
		principal := rapid.SampledFrom([]string{"*", someRole, someUser, "111122223333"}).Draw(t, "principal")
		l.Resource = append(l.Resource, draw(policy.Resource, principal))
	}
	return l
}

// narrows checks that what is decided under after was allowed under before.
func narrows(t *rapid.T, what string, before, after *policy.Layers, r *policy.Request) {
	was, is := policy.Evaluate(before, r), policy.Evaluate(after, r)
	if is.Decision == policy.Allowed && was.Decision != policy.Allowed {
		t.Fatalf("%s widened %+v: %+v became %+v", what, r, was, is)
	}
}

func TestNothingThatLimitsEverWidens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawLayers(t), drawRequest(t)
		limit := compileStatements(t, policy.Identity, drawStatements(t, ""))
		if was := policy.Evaluate(&before, &r); was.Decision == policy.ExplicitDeny {
			return // what is taken away below may be what denied
		}
		for what, change := range map[string]func(l *policy.Layers){
			"a boundary":        func(l *policy.Layers) { l.Boundary = &limit },
			"a session policy":  func(l *policy.Layers) { l.Session = []policy.Attached{limit} },
			"a level of SCPs":   func(l *policy.Layers) { l.Controls = append([][]policy.Attached{{limit}}, l.Controls...) },
			"an empty level":    func(l *policy.Layers) { l.Controls = append([][]policy.Attached{{}}, l.Controls...) },
			"losing a grant":    func(l *policy.Layers) { l.Identity = nil },
			"losing a resource": func(l *policy.Layers) { l.ResourceControls = [][]policy.Attached{{}} },
		} {
			was, after := before, before
			switch what { // a limit is compared with no limit of its kind
			case "a boundary":
				was.Boundary = nil
			case "a session policy":
				was.Session = nil
			}
			change(&after)
			narrows(t, what, &was, &after, &r)
		}
	})
}

func TestAddingDenyNeverWidens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawLayers(t), drawRequest(t)
		deny := compileStatements(t, policy.Identity, []json.RawMessage{drawStatement(t, "Deny", "")})
		after := before
		after.Identity = append([]policy.Attached{deny}, before.Identity...)
		narrows(t, "a deny", &before, &after, &r)
	})
}

func TestStatementOrderNeverMatters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, r := drawLayers(t), drawRequest(t)
		statements := drawStatements(t, "")
		l.Identity = []policy.Attached{compileStatements(t, policy.Identity, statements)}
		first := policy.Evaluate(&l, &r)
		l.Identity = []policy.Attached{compileStatements(t, policy.Identity, rapid.Permutation(statements).Draw(t, "order"))}
		if second := policy.Evaluate(&l, &r); second.Decision != first.Decision || second.Layer != first.Layer {
			t.Fatalf("%+v, and in another order %+v", first, second)
		}
	})
}

func TestZeroValuesDeny(t *testing.T) {
	t.Parallel()
	r := policy.Request{Action: "s3:GetObject", Resource: "*", Principal: policy.Principal{Type: policy.User, Account: "111122223333"}}
	for name, l := range map[string]policy.Layers{
		"no layers":    {},
		"a nil policy": {Identity: []policy.Attached{{Name: "none"}}},
	} {
		if v := policy.Evaluate(&l, &r); v.Decision != policy.ImplicitDeny {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := policy.Evaluate(&policy.Layers{}, &policy.Request{}); v.Decision != policy.ImplicitDeny {
		t.Errorf("nobody asking nothing: %+v", v)
	}
}

func TestCompileBounds(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"too long":      `{"Version": "2012-10-17", "Id": "` + strings.Repeat("x", policy.MaxDocument) + `", "Statement": []}`,
		"too deep":      strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"invalid UTF-8": "{\"Version\": \"2012-10-17\", \"Id\": \"\xff\"}",
		"empty":         "",
		"two documents": `{"Statement": []} {"Statement": []}`,
		"a number":      "1",
	} {
		_, err := policy.Compile(document, policy.Identity)
		if m, ok := errors.AsType[*policy.Malformed](err); !ok || m.Message != "Syntax errors in policy." {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEvaluateAllocatesNothing holds the promise of the hot path.
func TestEvaluateAllocatesNothing(t *testing.T) {
	l, r := smallCase(t)
	if n := testing.AllocsPerRun(100, func() { policy.Evaluate(&l, &r) }); n != 0 {
		t.Errorf("Evaluate allocates %v times", n)
	}
}

// smallCase is ten statements and three conditions, of which the last allows.
func smallCase(t testing.TB) (policy.Layers, policy.Request) {
	t.Helper()
	p, err := policy.Compile(smallDocument(), policy.Identity)
	if err != nil {
		t.Fatal(err)
	}
	r := policy.Request{
		Action: "s3:GetObject", Resource: "arn:aws:s3:::home/ann/notes.txt",
		Principal: policy.Principal{Type: policy.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ann"},
		Context: policy.NewKeys(map[string][]string{
			"aws:SecureTransport": {"true"}, "aws:username": {"ann"}, "aws:PrincipalTag/team": {"blue"}, "aws:SourceIp": {"203.0.113.9"},
		}),
	}
	l := policy.Layers{Identity: []policy.Attached{{Name: "small", Policy: p}}}
	if v := policy.Evaluate(&l, &r); v.Decision != policy.Allowed || v.By.Index != 9 {
		t.Fatalf("small case: %+v", v)
	}
	return l, r
}

func smallDocument() string {
	var b strings.Builder
	for i := range 7 {
		fmt.Fprintf(&b, `{"Effect": "Allow", "Action": ["service%d:Get*", "s3:Put%d*"], "Resource": "arn:aws:s3:::bucket-%d/*"},`, i, i, i)
	}
	return `{"Version": "2012-10-17", "Statement": [` + b.String() + `
		{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
		{"Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::ledger/*"},
		{"Effect": "Allow", "Action": ["s3:List*", "s3:Get*"], "Resource": "arn:aws:s3:::home/${aws:username}/*",
		 "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["red", "blue"]}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}`
}
