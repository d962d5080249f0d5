// Package accountstest is the conformance suite of the seam between the
// identity plane and accounts: whatever stands behind provisioning.Accounts
// must behave so.
package accountstest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/saml"
)

// Plane is an account plane under test.
type Plane struct {
	Accounts provisioning.Accounts
	Now      func() time.Time
	One, Two arn.AccountID // two accounts that exist
	// Nobody is no account.
	Nobody arn.AccountID
	// PutPolicy makes a customer managed policy of this path and name in an account.
	PutPolicy func(t *testing.T, account arn.AccountID, path, name string)
	// Role reads a role back; found is false when it is not there.
	Role func(t *testing.T, account arn.AccountID, name string) (role Role, found bool)
	// Spoil takes the permissions boundary from a role, behind the seam's back.
	Spoil func(t *testing.T, account arn.AccountID, name string)
}

// Role is a role as the plane's own API shows it.
type Role struct {
	ARN, Path, Description, TrustPolicy string
	MaxSession                          time.Duration
	Attached                            []string // ARNs
	Inline                              string   // the document named AwsSSOInlinePolicy
	Boundary                            string   // ARN
}

const (
	path     = "/aws-reserved/sso.amazonaws.com/"
	roleName = "AWSReservedSSO_Reader_0123456789abcdef"
	provider = "AWSSSO_0123456789abcdef_DO_NOT_DELETE"
	inline   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	viewOnly = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
)

// suite is a plane with somebody who vouches.
type suite struct {
	Plane
	signer   *saml.Signer
	metadata string
}

// Run holds a plane to the contract. open makes a fresh one.
func Run(t *testing.T, open func(t *testing.T) Plane) {
	for name, test := range map[string]func(*testing.T, *suite){
		"a role is as it was asked for":                  theRole,
		"a role follows a change":                        aChange,
		"a deletion is done once and can be repeated":    aDeletion,
		"a missing customer managed policy fails alone":  missingPolicy,
		"an unknown account fails alone":                 unknownAccount,
		"an assertion yields credentials":                anAssertion,
		"an assertion of another signer yields nothing":  aForeignAssertion,
		"an assertion for another role yields nothing":   anotherRole,
		"accounts are listed and described":              listing,
		"many accounts are written in one call":          many,
		"doing it twice changes nothing and is no error": twice,
		"what an account holds is read back":             heldBack,
		"a role that was changed is written anew":        anew,
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			s := &suite{Plane: open(t), signer: newSigner(t)}
			var err error
			if s.metadata, err = s.signer.Metadata("https://portal.example/saml"); err != nil {
				t.Fatal(err)
			}
			test(t, s)
		})
	}
}

func newSigner(t *testing.T) *saml.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "instance"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &saml.Signer{EntityID: "https://portal.example/saml", Key: key, Certificate: certificate}
}

func (s *suite) providerARN(account arn.AccountID) string {
	return arn.IAM(account, "saml-provider/"+provider)
}

// change asks for the suite's role in an account.
func (s *suite) change(account arn.AccountID, edit func(*provisioning.Role)) provisioning.Change {
	role := provisioning.Role{
		Name: roleName, Path: path, Description: "Reads", MaxSession: 12 * time.Hour,
		TrustPolicy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + s.providerARN(account) +
			`"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession"],"Condition":{"StringEquals":{"SAML:aud":"` + saml.AWSAudience + `"}}}]}`,
		ManagedPolicies: []string{readOnly}, InlineName: "AwsSSOInlinePolicy", Inline: inline,
		Boundary: &permissionset.Boundary{ManagedPolicyARN: viewOnly},
	}
	if edit != nil {
		edit(&role)
	}
	return provisioning.Change{Account: account, Provider: provisioning.Provider{Name: provider, Metadata: s.metadata}, Role: role}
}

func (s *suite) removal(account arn.AccountID) provisioning.Change {
	c := s.change(account, nil)
	c.Delete = true
	return c
}

// apply wants every change made.
func (s *suite) apply(t *testing.T, changes ...provisioning.Change) {
	t.Helper()
	for i, err := range s.Accounts.Apply(t.Context(), changes) {
		if err != nil {
			t.Fatalf("change %d in %s: %v", i, changes[i].Account, err)
		}
	}
}

func theRole(t *testing.T, s *suite) {
	s.apply(t, s.change(s.One, nil))
	role, found := s.Role(t, s.One, roleName)
	if !found {
		t.Fatal("no role")
	}
	want := s.change(s.One, nil).Role
	if role.ARN != arn.IAM(s.One, "role"+path+roleName) || role.Path != path || role.Description != "Reads" || role.MaxSession != 12*time.Hour ||
		role.TrustPolicy != want.TrustPolicy || len(role.Attached) != 1 || role.Attached[0] != readOnly || role.Inline != inline || role.Boundary != viewOnly {
		t.Errorf("role = %+v", role)
	}
}

func aChange(t *testing.T, s *suite) {
	s.PutPolicy(t, s.One, "/team/", "Extra")
	s.apply(t, s.change(s.One, nil))
	s.apply(t, s.change(s.One, func(r *provisioning.Role) {
		r.ManagedPolicies, r.Inline, r.InlineName, r.Boundary = nil, "", "", nil
		r.CustomerManaged = []permissionset.PolicyRef{{Path: "/team/", Name: "Extra"}}
	}))
	role, _ := s.Role(t, s.One, roleName)
	if len(role.Attached) != 1 || role.Attached[0] != arn.IAM(s.One, "policy/team/Extra") || role.Inline != "" || role.Boundary != "" {
		t.Errorf("role = %+v", role)
	}
}

func aDeletion(t *testing.T, s *suite) {
	s.apply(t, s.change(s.One, nil))
	for range 2 {
		s.apply(t, s.removal(s.One))
		if _, found := s.Role(t, s.One, roleName); found {
			t.Error("the role is still there")
		}
	}
}

func missingPolicy(t *testing.T, s *suite) {
	s.PutPolicy(t, s.Two, "/", "Extra")
	extra := func(r *provisioning.Role) { r.CustomerManaged = []permissionset.PolicyRef{{Path: "/", Name: "Extra"}} }
	outcomes := s.Accounts.Apply(t.Context(), []provisioning.Change{s.change(s.One, extra), s.change(s.Two, extra)})
	if fault.Of(outcomes[0]) != fault.NotFound || !strings.Contains(outcomes[0].Error(), "Extra") || !strings.Contains(outcomes[0].Error(), string(s.One)) {
		t.Errorf("where it is missing: %v", outcomes[0])
	}
	if outcomes[1] != nil {
		t.Errorf("where it is there: %v", outcomes[1])
	}
	if _, found := s.Role(t, s.One, roleName); found {
		t.Error("half a role was made")
	}
}

func unknownAccount(t *testing.T, s *suite) {
	outcomes := s.Accounts.Apply(t.Context(), []provisioning.Change{s.change(s.Nobody, nil), s.change(s.Two, nil)})
	if fault.Of(outcomes[0]) != fault.NotFound || outcomes[1] != nil {
		t.Errorf("outcomes = %v", outcomes)
	}
}

// response vouches for ann in the suite's role of an account.
func (s *suite) response(t *testing.T, by *saml.Signer, account arn.AccountID, role string) []byte {
	t.Helper()
	text, err := by.Response(saml.Statement{
		ID: "1", Subject: "ann", Format: saml.FormatPersistent, Audience: saml.AWSAudience, Recipient: saml.AWSAudience,
		Issued: s.Now().UTC(), Lifetime: 5 * time.Minute,
		Attributes: []saml.Attribute{
			{Name: saml.RoleAttribute, Values: []string{role + "," + s.providerARN(account)}},
			{Name: saml.SessionNameAttribute, Values: []string{"ann"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (s *suite) assume(ctx context.Context, account arn.AccountID, role string, response []byte) (provisioning.Credentials, error) {
	return s.Accounts.AssumeRoleWithSAML(ctx, provisioning.Assertion{
		RoleARN: role, ProviderARN: s.providerARN(account), Response: string(response), Duration: 2 * time.Hour, Account: account,
	})
}

func (s *suite) roleARN(account arn.AccountID) string { return arn.IAM(account, "role"+path+roleName) }

func anAssertion(t *testing.T, s *suite) {
	s.apply(t, s.change(s.One, nil))
	got, err := s.assume(t.Context(), s.One, s.roleARN(s.One), s.response(t, s.signer, s.One, s.roleARN(s.One)))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got.AccessKeyID, "ASIA") || got.SecretAccessKey.Empty() || got.SessionToken.Empty() {
		t.Errorf("credentials = %+v", got)
	}
	if life := got.Expires.Sub(s.Now()); life > 2*time.Hour || life < 2*time.Hour-time.Minute {
		t.Errorf("they last %s, want two hours", life)
	}
}

func aForeignAssertion(t *testing.T, s *suite) {
	s.apply(t, s.change(s.One, nil))
	if _, err := s.assume(t.Context(), s.One, s.roleARN(s.One), s.response(t, newSigner(t), s.One, s.roleARN(s.One))); err == nil {
		t.Error("a stranger's signature was taken")
	}
}

func anotherRole(t *testing.T, s *suite) {
	s.apply(t, s.change(s.One, nil), s.change(s.Two, nil))
	if _, err := s.assume(t.Context(), s.Two, s.roleARN(s.Two), s.response(t, s.signer, s.One, s.roleARN(s.One))); fault.Of(err) != fault.Denied {
		t.Errorf("an assertion for account one in account two: %v, want Denied", err)
	}
	if _, err := s.assume(t.Context(), s.One, s.roleARN(s.Two), s.response(t, s.signer, s.One, s.roleARN(s.Two))); fault.Of(err) != fault.Denied {
		t.Errorf("account one's provider for account two's role: %v, want Denied", err)
	}
}

func listing(t *testing.T, s *suite) {
	described, err := s.Accounts.Describe(t.Context(), []arn.AccountID{s.Two, s.Nobody, s.One})
	if err != nil || len(described) != 2 || described[0].ID != s.Two || described[1].ID != s.One {
		t.Fatalf("Describe = %+v, %v", described, err)
	}
	if a := described[0]; a.Name == "" || a.Email == "" || !a.Active {
		t.Errorf("account = %+v", a)
	}
	seen := map[arn.AccountID]bool{}
	page := paging.Page{Limit: 1}
	left, err := s.Accounts.Count(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for {
		some, next, err := s.Accounts.List(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range some {
			seen[a.ID] = true
			left--
			if n, err := s.Accounts.Count(t.Context(), a.ID); n != left || err != nil {
				t.Errorf("%d accounts come after %s, %v; want %d", n, a.ID, err, left)
			}
		}
		if page.After = next; next == "" {
			break
		}
	}
	if left != 0 {
		t.Errorf("%d accounts more were counted than listed", left)
	}
	if !seen[s.One] || !seen[s.Two] || seen[s.Nobody] {
		t.Errorf("listed %v", seen)
	}
}

func many(t *testing.T, s *suite) {
	s.apply(t, s.change(s.One, nil), s.change(s.Two, nil), s.change(s.One, func(r *provisioning.Role) { r.Name += "0" }))
	for account, name := range map[arn.AccountID]string{s.One: roleName + "0", s.Two: roleName} {
		if _, found := s.Role(t, account, name); !found {
			t.Errorf("no role %s in %s", name, account)
		}
	}
}

func twice(t *testing.T, s *suite) {
	s.apply(t, s.change(s.One, nil))
	before, _ := s.Role(t, s.One, roleName)
	s.apply(t, s.change(s.One, nil))
	after, _ := s.Role(t, s.One, roleName)
	if before.ARN != after.ARN || len(after.Attached) != 1 {
		t.Errorf("%+v became %+v", before, after)
	}
}

func heldBack(t *testing.T, s *suite) {
	s.PutPolicy(t, s.One, "/team/", "Extra")
	s.apply(t, s.change(s.One, func(r *provisioning.Role) {
		r.CustomerManaged = []permissionset.PolicyRef{{Path: "/team/", Name: "Extra"}}
	}))
	held, err := s.Accounts.Held(t.Context(), []arn.AccountID{s.Two, s.One}, path)
	if err != nil || len(held) != 2 || held[0].Account != s.Two || held[1].Account != s.One || held[0].Err != nil || held[1].Err != nil {
		t.Fatalf("Held = %+v, %v", held, err)
	}
	if len(held[0].Roles) != 0 {
		t.Errorf("the other account holds %+v", held[0].Roles)
	}
	if got := held[1].Providers[provider]; got != s.metadata {
		t.Errorf("metadata = %q", got)
	}
	want := s.change(s.One, nil).Role
	if len(held[1].Roles) != 1 {
		t.Fatalf("roles = %+v", held[1].Roles)
	}
	role := held[1].Roles[0]
	if role.Name != roleName || role.Path != path || role.Description != want.Description || role.TrustPolicy != want.TrustPolicy || role.MaxSession != want.MaxSession ||
		len(role.Attached) != 2 || role.Attached[0] != arn.IAM(s.One, "policy/team/Extra") || role.Attached[1] != readOnly ||
		len(role.Inline) != 1 || role.Inline["AwsSSOInlinePolicy"] != inline || role.Boundary != viewOnly {
		t.Errorf("role = %+v", role)
	}
}

func anew(t *testing.T, s *suite) {
	s.apply(t, s.change(s.One, nil))
	s.Spoil(t, s.One, roleName)
	held, err := s.Accounts.Held(t.Context(), []arn.AccountID{s.One}, path)
	if err != nil || len(held) != 1 || len(held[0].Roles) != 1 || held[0].Roles[0].Boundary != "" {
		t.Fatalf("Held = %+v, %v", held, err)
	}
	c := s.change(s.One, nil)
	c.Anew = true
	s.apply(t, c)
	if role, _ := s.Role(t, s.One, roleName); role.Boundary != viewOnly {
		t.Errorf("role = %+v", role)
	}
}
