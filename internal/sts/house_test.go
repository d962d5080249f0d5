package sts_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"maps"
	"math/big"
	"slices"
	"sync"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/saml"
	"foyer/internal/secret"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

const (
	account     = arn.AccountID("111122223333")
	deployARN   = "arn:aws:iam::111122223333:role/ops/Deploy"
	ssoARN      = "arn:aws:iam::111122223333:role/Federated"
	providerARN = "arn:aws:iam::111122223333:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"
	foreignARN  = "arn:aws:iam::111122223333:saml-provider/Corp"
	annARN      = "arn:aws:iam::111122223333:user/ann"
)

// fakeIAM knows what it was given.
type fakeIAM struct {
	roles     map[string]iam.Role // by name
	providers map[string]iam.SAMLProvider
	issuers   map[string]iam.OIDCProvider
	outbound  iam.OutboundFederation
}

func (f *fakeIAM) Role(_ context.Context, a arn.AccountID, name string) (iam.Role, error) {
	if r, ok := f.roles[name]; ok && r.Account == a {
		return r, nil
	}
	return iam.Role{}, fault.Newf(fault.NotFound, "The role with name %s cannot be found.", name)
}

func (f *fakeIAM) SAMLProvider(_ context.Context, providerARN string) (iam.SAMLProvider, error) {
	if p, ok := f.providers[providerARN]; ok {
		return p, nil
	}
	return iam.SAMLProvider{}, fault.Newf(fault.NotFound, "no such provider")
}

func (f *fakeIAM) OIDCProvider(_ context.Context, providerARN string) (iam.OIDCProvider, error) {
	if p, ok := f.issuers[providerARN]; ok {
		return p, nil
	}
	return iam.OIDCProvider{}, fault.Newf(fault.NotFound, "no such provider")
}

func (f *fakeIAM) Entity(_ context.Context, ref iam.Ref) (iam.Entity, error) {
	return iam.Entity{Kind: ref.Kind, Name: ref.Name, Tags: map[string]string{"Team": "own", "dept": "7"}}, nil
}

func (f *fakeIAM) OutboundFederation(_ context.Context, a arn.AccountID) (iam.OutboundFederation, error) {
	if f.outbound.Account != a {
		return iam.OutboundFederation{}, &iam.FeatureState{Err: fault.Newf(fault.NotFound, "off")}
	}
	return f.outbound, nil
}

func (f *fakeIAM) OutboundIssuer(_ context.Context, id string) (iam.OutboundFederation, error) {
	if f.outbound.IssuerID != id {
		return iam.OutboundFederation{}, fault.Newf(fault.NotFound, "no such issuer")
	}
	return f.outbound, nil
}

func (f *fakeIAM) PolicyDocument(_ context.Context, _ arn.AccountID, policyARN string) (iam.NamedDocument, error) {
	if policyARN == "arn:aws:iam::aws:policy/ReadOnlyAccess" {
		return iam.NamedDocument{ARN: policyARN}, nil
	}
	return iam.NamedDocument{}, fault.Newf(fault.NotFound, "no such policy")
}

func (f *fakeIAM) KeyOwner(_ context.Context, id string) (iam.KeyOwner, bool, error) {
	return iam.KeyOwner{Account: account, Secret: secret.New("x")}, id == "AKIAEXAMPLEEXAMPLE12", nil
}

// fakeGate allows the actions it holds and writes down what it was asked.
type fakeGate struct {
	allow []string
	asked []wire.Demand
	trust string
	by    *wire.Call
}

func (g *fakeGate) CheckResource(_ context.Context, call *wire.Call, d wire.Demand, document string, _ arn.AccountID) error {
	g.asked, g.trust, g.by = append(g.asked, d), document, call
	if slices.Contains(g.allow, d.Action) {
		return nil
	}
	return fault.Newf(fault.Denied, "because of a reason nobody is told")
}

type house struct {
	*sts.Service
	iam  *fakeIAM
	gate *fakeGate
}

func open(t testing.TB) *house {
	t.Helper()
	role := func(roleARN, trust string) iam.Role {
		return iam.Role{
			Entity:      iam.Entity{Kind: iam.RoleKind, Account: account, Name: sts.RoleName(roleARN), ID: "AROAEXAMPLEEXAMPLE123", ARN: roleARN, Tags: map[string]string{"env": "prod"}},
			TrustPolicy: trust, MaxSession: 4 * time.Hour,
		}
	}
	h := &house{
		iam: &fakeIAM{
			roles: map[string]iam.Role{
				"Deploy":    role(deployARN, "deploy's trust"),
				"Federated": role(ssoARN, trusting(providerARN, `"sts:AssumeRoleWithSAML","sts:TagSession"`)),
			},
			providers: map[string]iam.SAMLProvider{
				providerARN: {ARN: providerARN, Account: account, Name: "AWSSSO_0123456789abcdef_DO_NOT_DELETE", Metadata: metadata(), Protected: true},
				foreignARN:  {ARN: foreignARN, Account: account, Name: "Corp", Metadata: metadata()},
			},
		},
		gate: &fakeGate{allow: []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}},
	}
	h.Service = &sts.Service{Minter: minter(t), IAM: h.iam, Gate: h.gate}
	return h
}

func trusting(provider, actions string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + provider + `"},
		"Action":[` + actions + `],"Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}}]}`
}

func byAnn() *wire.Call {
	return &wire.Call{
		Caller: caller.Caller{Kind: caller.User, Account: account, ARN: annARN, ID: "AIDA", Name: "ann", AccessKeyID: "AKIAEXAMPLEEXAMPLE12"},
		Time:   now, Region: "us-east-1",
	}
}

func unsigned() *wire.Call { return &wire.Call{Time: now, Region: "us-east-1"} }

// idp is a provider whose certificate lasts a day.
var idp = sync.OnceValue(func() *saml.Signer {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return &saml.Signer{EntityID: "https://idp.example.net", Key: private, Certificate: cert}
})

var metadata = sync.OnceValue(func() string {
	m, err := idp().Metadata("https://idp.example.net/sso")
	if err != nil {
		panic(err)
	}
	return m
})

// usual are the attributes of an assertion of Foyer's own.
func usual() map[string][]string {
	return map[string][]string{
		saml.RoleAttribute:                          {ssoARN + "," + providerARN},
		saml.SessionNameAttribute:                   {"ann@example.net"},
		saml.ContextPrefix + "identitystore:UserId": {"90671a2b3c-1"},
	}
}

func response(t testing.TB, attributes map[string][]string, change func(*saml.Statement)) []byte {
	t.Helper()
	st := saml.Statement{
		ID: "1", Subject: "ann", Format: saml.FormatPersistent, Audience: saml.AWSAudience, Recipient: saml.AWSAudience,
		Issued: now, Lifetime: 5 * time.Minute,
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		st.Attributes = append(st.Attributes, saml.Attribute{Name: name, Values: attributes[name]})
	}
	if change != nil {
		change(&st)
	}
	doc, err := idp().Response(st)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
