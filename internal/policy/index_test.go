package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestIndexFindsEveryStatement: what the index leaves out is about no action of
// the service, and what it finds stands in the order of the document.
func TestIndexFindsEveryStatement(t *testing.T) {
	t.Parallel()
	patterns := []string{"*", "*:Get*", "*:GetThing", "a:*", "a:Get*", "a:GetThing", "A:getthing", "ab:Get?hing", "b:PutThing", "b:*Thing", "ba:*"}
	rapid.Check(t, func(t *rapid.T) {
		var statements []map[string]any
		for range rapid.IntRange(1, 6).Draw(t, "statements") {
			statements = append(statements, map[string]any{
				"Effect": "Allow", "Resource": "*",
				rapid.SampledFrom([]string{"Action", "NotAction"}).Draw(t, "element"): rapid.SliceOfN(rapid.SampledFrom(patterns), 1, 4).Draw(t, "patterns"),
			})
		}
		document, err := json.Marshal(map[string]any{"Version": Version2012, "Statement": statements})
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(string(document), Identity)
		if err != nil {
			t.Fatal(err)
		}
		r := Request{Action: rapid.SampledFrom([]string{"a:GetThing", "A:PutThing", "ab:GetThing", "b:putthing", "ba:x", "c:GetThing", "nothing", ""}).Draw(t, "action"), Resource: "*"}
		e := take(&r, nil)
		var want, got []int
		for i := range p.allow {
			if p.allow[i].matches(&e) != noGrant {
				want = append(want, i)
			}
		}
		last := -1
		for w := p.grants.walk(e.service); ; {
			c := w.next()
			if c.statement == nil {
				break
			}
			if c.statement.index <= last {
				t.Fatalf("statement %d behind %d", c.statement.index, last)
			}
			if last = c.statement.index; c.matches(&e) != noGrant {
				got = append(got, last)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s of %s: the index finds %v, there are %v", document, r.Action, got, want)
		}
	})
}

// TestLongActions: an action longer than AWS's longest is decided like others.
func TestLongActions(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("Long", 100)
	p, err := Compile(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"x:`+name+`","Resource":"*"}}`, Identity)
	if err != nil {
		t.Fatal(err)
	}
	l := Layers{Identity: []Attached{{"p", p}}}
	for action, want := range map[string]Decision{"x:" + strings.ToUpper(name): Allowed, "x:" + name + "er": ImplicitDeny} {
		r := Request{Action: action, Resource: "*", Principal: Principal{Type: User, Account: "111122223333"}}
		if v := Evaluate(&l, &r); v.Decision != want {
			t.Errorf("%.20s…: %+v", action, v)
		}
	}
}
