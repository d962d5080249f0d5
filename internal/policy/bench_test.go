package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/internal/awsmanaged"
	"foyer/internal/policy"
)

// BenchmarkDecideSmall is the figure we promise, 0.7 µs on one core: ten
// statements, three conditions.
func BenchmarkDecideSmall(b *testing.B) {
	l, r := smallCase(b)
	b.ReportAllocs()
	for b.Loop() {
		policy.Evaluate(&l, &r)
	}
}

func BenchmarkDecideFiftyStatements(b *testing.B) {
	p, err := policy.Compile(fifty(), policy.Identity)
	if err != nil {
		b.Fatal(err)
	}
	l := policy.Layers{Identity: []policy.Attached{{Name: "fifty", Policy: p}}}
	_, r := smallCase(b)
	r.Action = "service49:GetThing"
	r.Resource = "arn:aws:service49:eu-west-1:111122223333:thing/49/part"
	if v := policy.Evaluate(&l, &r); v.Decision != policy.Allowed {
		b.Fatal(v)
	}
	b.ReportAllocs()
	for b.Loop() {
		policy.Evaluate(&l, &r)
	}
}

// BenchmarkDecideReadOnlyAccess asks AWS's ReadOnlyAccess for an action that it
// allows by name, and for one that it does not allow.
func BenchmarkDecideReadOnlyAccess(b *testing.B) {
	p, err := policy.Compile(readOnlyAccess(b), policy.Identity)
	if err != nil {
		b.Fatal(err)
	}
	l := policy.Layers{Identity: []policy.Attached{{Name: "ReadOnlyAccess", Policy: p}}}
	for action, want := range map[string]policy.Decision{"s3:GetObject": policy.Allowed, "iam:CreateUser": policy.ImplicitDeny} {
		b.Run(action, func(b *testing.B) {
			_, r := smallCase(b)
			r.Action = action
			if v := policy.Evaluate(&l, &r); v.Decision != want {
				b.Fatal(v)
			}
			b.ReportAllocs()
			for b.Loop() {
				policy.Evaluate(&l, &r)
			}
		})
	}
}

func readOnlyAccess(b *testing.B) string {
	b.Helper()
	p, ok := awsmanaged.Find("arn:aws:iam::aws:policy/ReadOnlyAccess")
	if !ok {
		b.Fatal("no ReadOnlyAccess")
	}
	return p.Document()
}

func BenchmarkExplainSmall(b *testing.B) {
	l, r := smallCase(b)
	b.ReportAllocs()
	for b.Loop() {
		policy.Explain(&l, &r)
	}
}

func BenchmarkCompileReadOnlyAccess(b *testing.B) { benchmarkCompile(b, readOnlyAccess(b)) }

func BenchmarkCompileFiftyStatements(b *testing.B) { benchmarkCompile(b, fifty()) }

func BenchmarkCompileSmall(b *testing.B) { benchmarkCompile(b, smallDocument()) }

func benchmarkCompile(b *testing.B, document string) {
	b.Helper()
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := policy.Compile(document, policy.Identity); err != nil {
			b.Fatal(err)
		}
	}
}

// fifty is a policy of fifty statements, each with a condition.
func fifty() string {
	var statements []string
	for i := range 50 {
		statements = append(statements, fmt.Sprintf(`{"Sid": "S%d", "Effect": "Allow", "Action": ["service%d:Get*", "service%d:PutThing"],
			"Resource": "arn:aws:service%d:*:111122223333:thing/%d/*", "Condition": {"StringLike": {"aws:PrincipalTag/team": ["r*", "b*"]}}}`, i, i, i, i, i))
	}
	return `{"Version": "2012-10-17", "Statement": [` + strings.Join(statements, ",") + `]}`
}
