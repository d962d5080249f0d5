package stsapi_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"foyer/internal/access"
	"foyer/internal/arn"
	api "foyer/internal/awsapi/stsapi"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/mint"
	"foyer/internal/policy"
	"foyer/internal/saml"
	"foyer/internal/seal"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

const account = arn.AccountID("111122223333")

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// oneRole is an account with one role, no provider and no keys.
type oneRole struct{}

func (oneRole) Role(context.Context, arn.AccountID, string) (iam.Role, error) {
	return iam.Role{
		Entity:     iam.Entity{Account: account, Name: "Deploy", ARN: arn.IAM(account, "role/Deploy"), ID: "AROAEXAMPLEEXAMPLE123"},
		MaxSession: time.Hour,
	}, nil
}

func (oneRole) SAMLProvider(_ context.Context, providerARN string) (iam.SAMLProvider, error) {
	return iam.SAMLProvider{}, fault.Newf(fault.NotFound, "no provider %s", providerARN)
}

func (oneRole) OIDCProvider(_ context.Context, providerARN string) (iam.OIDCProvider, error) {
	return iam.OIDCProvider{}, fault.Newf(fault.NotFound, "no provider %s", providerARN)
}

func (oneRole) PolicyDocument(context.Context, arn.AccountID, string) (iam.NamedDocument, error) {
	return iam.NamedDocument{}, nil
}

func (oneRole) KeyOwner(context.Context, string) (iam.KeyOwner, bool, error) {
	return iam.KeyOwner{}, false, nil
}

func (oneRole) Entity(context.Context, iam.Ref) (iam.Entity, error) { return iam.Entity{}, nil }

func (oneRole) OutboundFederation(context.Context, arn.AccountID) (iam.OutboundFederation, error) {
	return iam.OutboundFederation{}, &iam.FeatureState{Err: fault.Newf(fault.NotFound, "off")}
}

func (oneRole) OutboundIssuer(context.Context, string) (iam.OutboundFederation, error) {
	return iam.OutboundFederation{}, fault.Newf(fault.NotFound, "no such issuer")
}

// openGate lets everyone in.
type openGate struct{}

func (openGate) CheckResource(context.Context, *wire.Call, wire.Demand, string, arn.AccountID) error {
	return nil
}

func open(t *testing.T) *api.Service {
	t.Helper()
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: []byte(strings.Repeat("a", seal.KeySize))})
	if err != nil {
		t.Fatal(err)
	}
	return &api.Service{STS: &sts.Service{
		Minter: sts.Minter{Ring: ring, Mint: mint.Mint{Source: rand.Reader}, Now: func() time.Time { return now }},
		IAM:    oneRole{}, Gate: openGate{},
	}}
}

func byAnn() *wire.Call {
	return &wire.Call{
		Caller: caller.Caller{Kind: caller.User, Account: account, ARN: arn.IAM(account, "user/ann"), ID: "AIDAEXAMPLE", Name: "ann", AccessKeyID: "AKIAEXAMPLEEXAMPLE12"},
		Time:   now,
	}
}

func TestWhoAmI(t *testing.T) {
	out, err := open(t).GetCallerIdentity(t.Context(), byAnn(), &api.GetCallerIdentityRequest{})
	if err != nil || *out.Arn != "arn:aws:iam::111122223333:user/ann" || *out.Account != "111122223333" || *out.UserId != "AIDAEXAMPLE" {
		t.Errorf("identity = %+v, %v", out, err)
	}
}

func TestAssumeRole(t *testing.T) {
	s := open(t)
	in := &api.AssumeRoleRequest{RoleArn: arn.IAM(account, "role/Deploy"), RoleSessionName: "release"}
	out, err := s.AssumeRole(t.Context(), byAnn(), in)
	if err != nil {
		t.Fatal(err)
	}
	if out.AssumedRoleUser.Arn != "arn:aws:sts::111122223333:assumed-role/Deploy/release" ||
		out.AssumedRoleUser.AssumedRoleId != "AROAEXAMPLEEXAMPLE123:release" || out.PackedPolicySize != nil || out.SourceIdentity != nil ||
		!out.Credentials.Expiration.Equal(now.Add(time.Hour)) {
		t.Errorf("answer = %+v", out)
	}
	if _, key, err := s.STS.Minter.Open(out.Credentials.AccessKeyId, out.Credentials.SessionToken, now); err != nil || key.Reveal() != out.Credentials.SecretAccessKey {
		t.Errorf("the credentials do not open: %v", err)
	}
	in.Policy, in.Tags, in.DurationSeconds = new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`), []api.Tag{{Key: "a", Value: "b"}}, new(int64(900))
	in.PolicyArns, in.SourceIdentity = []api.PolicyDescriptorType{{Arn: new("arn:aws:iam::aws:policy/ReadOnlyAccess")}}, new("ann")
	out, err = s.AssumeRole(t.Context(), byAnn(), in)
	if err != nil || *out.PackedPolicySize != 4 || *out.SourceIdentity != "ann" || !out.Credentials.Expiration.Equal(now.Add(15*time.Minute)) {
		t.Errorf("with everything: %+v, %v", out, err)
	}
}

func TestFailuresInAWSWords(t *testing.T) {
	s := open(t)
	for name, tt := range map[string]struct {
		err    error
		code   string
		status int // 0 leaves it to the model
	}{
		"denied":              {fault.Newf(fault.Denied, "no"), "AccessDenied", 403},
		"invalid":             {fault.Newf(fault.Invalid, "no"), "ValidationError", 400},
		"a strange message":   {&access.InvalidMessage{Err: fault.Newf(fault.Invalid, "no")}, "InvalidAuthorizationMessageException", 0},
		"a late assertion":    {&saml.Expired{Err: fault.Newf(fault.Invalid, "late")}, "ExpiredTokenException", 0},
		"a bad assertion":     {&sts.InvalidToken{Err: fault.Newf(fault.Invalid, "bad")}, "InvalidIdentityToken", 0},
		"too large a policy":  {&sts.TooLarge{Err: fault.Newf(fault.Quota, "large")}, "PackedPolicyTooLarge", 0},
		"a malformed policy":  {&fault.Error{Kind: fault.Invalid, Err: &policy.Malformed{Message: "x"}}, "MalformedPolicyDocument", 0},
		"nobody knows":        {context.DeadlineExceeded, "InternalFailure", 500},
		"not known who it is": {fault.Newf(fault.Unauthenticated, "who"), "InvalidClientTokenId", 403},
	} {
		t.Run(name, func(t *testing.T) {
			e := s.API().Fault(tt.err)
			if e.Code != tt.code || e.Status != tt.status {
				t.Errorf("answered %s %d, want %s %d", e.Code, e.Status, tt.code, tt.status)
			}
			if tt.status == 0 && s.API().Errors[e.Code].Code == "" {
				t.Errorf("the model does not hold %s", e.Code)
			}
		})
	}
}

func TestRefusedRequests(t *testing.T) {
	s := open(t)
	code := func(err error) string { return s.API().Fault(err).Code }
	_, err := s.AssumeRoleWithSAML(t.Context(), &wire.Call{Time: now}, &api.AssumeRoleWithSAMLRequest{SAMLAssertion: "not base64!"})
	if code(err) != "InvalidIdentityToken" {
		t.Errorf("no base64: %v", err)
	}
	_, err = s.AssumeRoleWithSAML(t.Context(), &wire.Call{Time: now}, &api.AssumeRoleWithSAMLRequest{
		RoleArn: arn.IAM(account, "role/Deploy"), PrincipalArn: arn.IAM(account, "saml-provider/None"), SAMLAssertion: "aGVsbG8=",
	})
	if code(err) != "InvalidIdentityToken" {
		t.Errorf("no provider: %v", err)
	}
	_, err = s.AssumeRole(t.Context(), byAnn(), &api.AssumeRoleRequest{ProvidedContexts: []api.ProvidedContext{{}}})
	if code(err) != "ValidationError" {
		t.Errorf("contexts: %v", err)
	}
	_, err = s.GetAccessKeyInfo(t.Context(), byAnn(), &api.GetAccessKeyInfoRequest{AccessKeyId: "AKIANOBODYNOBODY1234"})
	if code(err) != "ValidationError" {
		t.Errorf("unknown key: %v", err)
	}
	if out, err := s.GetAccessKeyInfo(t.Context(), byAnn(), &api.GetAccessKeyInfoRequest{AccessKeyId: "ASIAQUDVRWF6XZQ2ZQ5A"}); err != nil || len(*out.Account) != 12 {
		t.Errorf("a temporary key: %+v, %v", out, err)
	}
}

func TestOnlyWhatIsBuiltIsServed(t *testing.T) {
	contract := open(t).API()
	for operation := range contract.Authorize {
		if contract.Operations[operation] == nil {
			t.Errorf("%s is no operation", operation)
		}
	}
	if contract.Authorize["GetDelegatedAccessToken"] != nil {
		t.Error("GetDelegatedAccessToken is served and not built")
	}
}
