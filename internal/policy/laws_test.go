package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"foyer/internal/policy"
)

// TestLosingALimitNeverNarrows is the other direction of what limits.
func TestLosingALimitNeverNarrows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawLayers(t), drawRequest(t)
		before.Controls = [][]policy.Attached{
			{compileStatements(t, policy.Control, drawStatements(t, ""))}, {compileStatements(t, policy.Control, drawStatements(t, ""))},
		}
		was := policy.Evaluate(&before, &r)
		if was.Decision != policy.Allowed {
			return
		}
		for what, change := range map[string]func(l *policy.Layers){
			"one level of service control policies": func(l *policy.Layers) { l.Controls = l.Controls[1:] },
			"all service control policies":          func(l *policy.Layers) { l.Controls = nil },
			"the boundary":                          func(l *policy.Layers) { l.Boundary = nil },
			"the session policies":                  func(l *policy.Layers) { l.Session = nil },
			"the resource control policies":         func(l *policy.Layers) { l.ResourceControls = nil },
		} {
			after := before
			change(&after)
			if is := policy.Evaluate(&after, &r); is.Decision != policy.Allowed {
				t.Fatalf("without %s: %+v became %+v", what, was, is)
			}
		}
	})
}

// TestOrderOfPoliciesNeverMatters: nor which comes first, nor whether one
// document or two say it.
func TestOrderOfPoliciesNeverMatters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, r := drawLayers(t), drawRequest(t)
		one, two := drawStatements(t, ""), drawStatements(t, "")
		decide := func(identity ...policy.Attached) policy.Decision {
			with := l
			with.Identity = identity
			return policy.Evaluate(&with, &r).Decision
		}
		a, b := compileStatements(t, policy.Identity, one), compileStatements(t, policy.Identity, two)
		both := compileStatements(t, policy.Identity, append(append([]json.RawMessage{}, one...), two...))
		if first := decide(a, b); first != decide(b, a) || first != decide(both) || first != decide(a, b, a) {
			t.Fatalf("%d, the other way round %d, in one document %d, twice %d", first, decide(b, a), decide(both), decide(a, b, a))
		}
	})
}

// TestExplainAgreesWithEvaluate: the explanation is of the same verdict, and
// what matched is of its effect.
func TestExplainAgreesWithEvaluate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, r := drawLayers(t), drawRequest(t)
		v, x := policy.Evaluate(&l, &r), policy.Explain(&l, &r)
		if x.Verdict != v {
			t.Fatalf("%+v, explained as %+v", v, x.Verdict)
		}
		switch v.Decision {
		case policy.ExplicitDeny:
			if x.Says[v.Layer] != policy.ExplicitDeny || !matched(x, v.By) {
				t.Fatalf("denied by %+v, explained %+v", v, x)
			}
		case policy.Allowed:
			if v.Layer != policy.IdentityLayer && x.Says[v.Layer] != policy.Allowed || !matched(x, v.By) {
				t.Fatalf("allowed by %+v, explained %+v", v, x)
			}
			for layer, says := range x.Says {
				if says == policy.ExplicitDeny {
					t.Fatalf("allowed, though layer %d denies", layer)
				}
			}
		case policy.ImplicitDeny:
			if x.Says[v.Layer] == policy.Allowed {
				t.Fatalf("layer %d did not allow, and says it does: %+v", v.Layer, x)
			}
		}
	})
}

func matched(x policy.Explanation, by policy.Statement) bool {
	for _, m := range x.Matched {
		if m.Statement == by {
			return true
		}
	}
	return false
}

// TestIfExistsIsWeaker: whatever satisfies an operator satisfies it with
// IfExists, and of one value that is there the negation is the contrary.
func TestIfExistsIsWeaker(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(operatorCases).Draw(t, "operator")
		var values []string
		switch rapid.IntRange(0, 2).Draw(t, "values") {
		case 1:
			values = []string{rapid.SampledFrom([]string{c.satisfies, c.fails, "x", ""}).Draw(t, "value")}
		case 2:
			values = []string{c.satisfies, c.fails}
		}
		quantifier := rapid.SampledFrom([]string{"", "ForAllValues:", "ForAnyValue:"}).Draw(t, "quantifier")
		if holdsRapid(t, quantifier+c.operator, c.value, values) && !holdsRapid(t, quantifier+c.operator+"IfExists", c.value, values) {
			t.Fatalf("%s%s holds of %q, and not with IfExists", quantifier, c.operator, values)
		}
		if positive, negated := strings.CutPrefix(c.operator, "String"); negated && len(values) == 1 && quantifier == "" {
			other := "StringNot" + positive
			if rest, not := strings.CutPrefix(positive, "Not"); not {
				other = "String" + rest
			}
			if holdsRapid(t, c.operator, c.value, values) == holdsRapid(t, other, c.value, values) {
				t.Fatalf("%s and %s say the same of %q", c.operator, other, values)
			}
		}
	})
}

func holdsRapid(t *rapid.T, operator, value string, values []string) bool {
	condition, err := json.Marshal(map[string]any{operator: map[string]string{"test:key": value}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Compile(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":`+string(condition)+`}}`, policy.Identity)
	if err != nil {
		t.Fatalf("%s %s: %v", operator, value, err)
	}
	keys := map[string][]string{}
	if values != nil {
		keys["test:key"] = values
	}
	r := policy.Request{Action: "a:b", Resource: "*", Principal: policy.Principal{Type: policy.User, Account: "111122223333"}, Context: policy.NewKeys(keys)}
	return policy.Evaluate(&policy.Layers{Identity: []policy.Attached{{Name: "p", Policy: p}}}, &r).Decision == policy.Allowed
}
