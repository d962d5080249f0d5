package access_test

import (
	"testing"
	"time"

	"foyer/internal/caller"
	"foyer/internal/wire"
)

// BenchmarkAuthorize is one authorization with what it needs remembered: a role
// session under three levels of service control policies.
func BenchmarkAuthorize(b *testing.B) {
	h := open(b)
	deploy := h.role(b, h.member, "Deploy", statement("Allow", "iam:*"))
	conditional := h.role(b, h.member, "Conditional", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}},
		{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}]}`)
	h.scp(b, h.unit, "guard", statement("Deny", "organizations:LeaveOrganization"), false)
	demands := []wire.Demand{{Action: "iam:GetRole", Resource: deploy.ARN}}
	for name, c := range map[string]caller.Caller{
		"session":    session(deploy, nil),
		"narrowed":   session(deploy, func(s *caller.Session) { s.Policies = []string{statement("Allow", "iam:Get*")} }),
		"conditions": session(conditional, nil),
		"root":       root(h.member),
	} {
		b.Run(name, func(b *testing.B) {
			call := by(c)
			b.ReportAllocs()
			for b.Loop() {
				if err := h.gate.Check(b.Context(), call, demands); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkIdentify opens a session's token.
func BenchmarkIdentify(b *testing.B) {
	h := open(b)
	s := session(h.role(b, h.member, "Deploy"), nil).Session
	s.Expires = now.Add(time.Hour)
	issued, err := h.minter.Issue(*s)
	must(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := h.ident.Identify(b.Context(), issued.AccessKeyID, issued.SessionToken, now); err != nil {
			b.Fatal(err)
		}
	}
}
