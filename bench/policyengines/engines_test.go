// Package policyengines puts our policy engine beside others, on one decision
// and in one run, so that the ratio does not depend on the machine. It is a
// module of its own: what it compares with stays out of the server's.
package policyengines

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	miniopolicy "github.com/minio/pkg/v3/policy"

	"foyer/internal/policy"
)

// The decision: may Ann, of the blue team, from an office's address and over
// TLS, read a file of hers? Ten statements and three conditions say yes; the
// last one does.

// document is the policy in AWS's language, which MinIO's is a part of.
func document() string {
	var b strings.Builder
	for i := range 7 {
		fmt.Fprintf(&b, `{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::bucket-%d/*"]},`, i)
	}
	return `{"Version": "2012-10-17", "Statement": [` + b.String() + `
		{"Effect": "Deny", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"], "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}},
		{"Effect": "Deny", "Action": ["s3:DeleteObject"], "Resource": ["arn:aws:s3:::ledger/*"]},
		{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": ["arn:aws:s3:::home/${aws:username}/*"],
		 "Condition": {"StringEquals": {"aws:UserAgent": ["office", "laptop"]}, "IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}}]}`
}

// ours is the decision as Foyer takes it.
func ours(t testing.TB) func() bool {
	t.Helper()
	p, err := policy.Compile(document(), policy.Identity)
	if err != nil {
		t.Fatal(err)
	}
	l := policy.Layers{Identity: []policy.Attached{{Name: "small", Policy: p}}}
	r := policy.Request{
		Action: "s3:GetObject", Resource: "arn:aws:s3:::home/ann/notes.txt",
		Principal: policy.Principal{Type: policy.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ann"},
		Context: policy.NewKeys(map[string][]string{
			"aws:SecureTransport": {"true"}, "aws:username": {"ann"}, "aws:UserAgent": {"laptop"}, "aws:SourceIp": {"203.0.113.9"},
		}),
	}
	return func() bool { return policy.Evaluate(&l, &r).Decision == policy.Allowed }
}

// minio is the decision as MinIO takes it.
func minio(t testing.TB) func() bool {
	t.Helper()
	p, err := miniopolicy.ParseConfig(strings.NewReader(document()))
	if err != nil {
		t.Fatal(err)
	}
	args := miniopolicy.Args{
		AccountName: "ann", Action: miniopolicy.GetObjectAction, BucketName: "home", ObjectName: "ann/notes.txt",
		ConditionValues: map[string][]string{"SecureTransport": {"true"}, "username": {"ann"}, "UserAgent": {"laptop"}, "SourceIp": {"203.0.113.9"}},
	}
	return func() bool { return p.IsAllowed(args) }
}

// cedarDocument is the policy in Cedar's language. Buckets are what objects are in.
func cedarDocument() string {
	var b strings.Builder
	for i := range 7 {
		fmt.Fprintf(&b, "permit (principal, action in [Action::\"GetObject\", Action::\"PutObject\"], resource in Bucket::\"bucket-%d\");\n", i)
	}
	return b.String() + `
		forbid (principal, action, resource) when { !context.secure };
		forbid (principal, action == Action::"DeleteObject", resource in Bucket::"ledger");
		permit (principal, action in [Action::"ListBucket", Action::"GetObject"], resource in Bucket::"home")
		when { resource.owner == principal && ["office", "laptop"].contains(context.agent) && context.ip.isInRange(ip("203.0.113.0/24")) };`
}

// cedars is the decision as cedar-go takes it.
func cedars(t testing.TB) func() bool {
	t.Helper()
	set, err := cedar.NewPolicySetFromBytes("policy.cedar", []byte(cedarDocument()))
	if err != nil {
		t.Fatal(err)
	}
	ann, file, home := cedar.NewEntityUID("User", "ann"), cedar.NewEntityUID("Object", "home/ann/notes.txt"), cedar.NewEntityUID("Bucket", "home")
	entities := cedar.EntityMap{
		ann:  {UID: ann},
		home: {UID: home},
		file: {UID: file, Parents: cedar.NewEntityUIDSet(home), Attributes: cedar.NewRecord(cedar.RecordMap{"owner": ann})},
	}
	r := cedar.Request{
		Principal: ann, Action: cedar.NewEntityUID("Action", "GetObject"), Resource: file,
		Context: cedar.NewRecord(cedar.RecordMap{
			"secure": cedar.True, "agent": cedar.String("laptop"), "ip": types.IPAddr(netip.MustParsePrefix("203.0.113.9/32")),
		}),
	}
	return func() bool {
		decision, _ := cedar.Authorize(set, entities, r)
		return decision == cedar.Allow
	}
}

func TestAllAgree(t *testing.T) {
	for name, decide := range map[string]func() bool{"foyer": ours(t), "minio": minio(t), "cedar": cedars(t)} {
		if !decide() {
			t.Errorf("%s denies", name)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, engine := range []struct {
		name   string
		decide func() bool
	}{{"foyer", ours(b)}, {"cedar-go", cedars(b)}, {"minio", minio(b)}} {
		b.Run(engine.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !engine.decide() {
					b.Fatal("denied")
				}
			}
		})
	}
}
