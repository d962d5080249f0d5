package main

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// aRole is whom the story assumes.
const aRole = "RoleArn=arn:aws:iam::<M>:role/Deploy&RoleSessionName=story"

// aToken is how somebody proves to others who they are.
const aToken = "Audience.member.1=app&SigningAlgorithm=ES384"

// bulky are tags that take more space than a session has for them.
func bulky() string {
	var all strings.Builder
	for i := range 50 {
		fmt.Fprintf(&all, "&Tags.member.%d.Key=k%d&Tags.member.%d.Value=%s", i+1, i, i+1, strings.Repeat("v", 256))
	}
	return all.String()
}

// tokenStory is what STS gives to whom it knows.
var tokenStory = []deed{
	{op: "GetCallerIdentity", shows: "user/operator"},
	{op: "GetCallerIdentity", by: "clerk", shows: "user/clerk"},
	{op: "GetSessionToken", keep: `KEY=<AccessKeyId>(ASIA\w+)<`},
	{op: "GetSessionToken", in: "DurationSeconds=1", refused: "ValidationError"},
	{op: "GetAccessKeyInfo", in: "AccessKeyId=<KEY>", shows: "<Account>\\d+</Account>"},
	{op: "GetAccessKeyInfo", in: "AccessKeyId=AKIAIOSFODNN7EXAMPLE", refused: "ValidationError"},
	{op: "AssumeRole", in: aRole, shows: "assumed-role/Deploy/story"},
	{op: "AssumeRole", in: aRole + "&Policy=" + url.QueryEscape(`{"Statement":1}`), refused: "MalformedPolicyDocument"},
	{op: "AssumeRole", in: aRole + bulky(), refused: "PackedPolicyTooLarge"},
	{op: "AssumeRole", in: aRole + "&DurationSeconds=3601", refused: "ValidationError"},
	{op: "AssumeRole", by: "clerk", in: aRole, refused: "AccessDenied"},
	{op: "DecodeAuthorizationMessage", in: "EncodedMessage=<WHY>", shows: "role/Deploy"},
	{op: "DecodeAuthorizationMessage", in: "EncodedMessage=x", refused: "InvalidAuthorizationMessageException"},
	{op: "GetFederationToken", in: "Name=guest", shows: "federated-user/guest"},
	{op: "GetFederationToken", in: "Name=guest&Policy=" + url.QueryEscape(`{"Statement":1}`), refused: "MalformedPolicyDocument"},
	{op: "GetFederationToken", in: "Name=guest" + bulky(), refused: "PackedPolicyTooLarge"},
	{op: "GetWebIdentityToken", in: aToken, refused: "OutboundWebIdentityFederationDisabledException"},
}

// TestTheTokensPlane tells the whole story of STS through the wire: every
// operation succeeds, and is refused with every error that its contract declares
// and a caller can cause.
func TestTheTokensPlane(t *testing.T) {
	p := openAccountPlane(t, "sts", "--bootstrap", "account", "--issuer-network", "127.0.0.0/8")
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + p.ManagementAccountID + `:user/operator"},"Action":["sts:AssumeRole","sts:TagSession"]}]}`
	_, err := iam.NewFromConfig(p.root()).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: awssdk.String("Deploy"), AssumeRolePolicyDocument: &trust})
	fatal(t, err)
	for _, op := range []string{"AssumeRole", "GetFederationToken", "GetAccessKeyInfo", "DecodeAuthorizationMessage", "GetWebIdentityToken"} {
		in := map[string]string{
			"AssumeRole": aRole, "GetFederationToken": "Name=guest", "GetAccessKeyInfo": "AccessKeyId=AKIAIOSFODNN7EXAMPLE",
			"DecodeAuthorizationMessage": "EncodedMessage=x", "GetWebIdentityToken": aToken,
		}[op]
		p.refuses(t, "clerk", op, p.fill(in, nil), "AccessDenied")
		p.refuses(t, "", op, "", "ValidationError")
	}
	p.tell(t, tokenStory, nil)
	_, err = iam.NewFromConfig(p.root()).EnableOutboundWebIdentityFederation(t.Context(), &iam.EnableOutboundWebIdentityFederationInput{})
	fatal(t, err)
	_, err = iam.NewFromConfig(p.root()).AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: awssdk.String("Deploy"), PolicyArn: awssdk.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	fatal(t, err)
	short, err := sts.NewFromConfig(p.callers["operator"]).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: awssdk.String("arn:aws:iam::" + p.ManagementAccountID + ":role/Deploy"), RoleSessionName: awssdk.String("short"), DurationSeconds: awssdk.Int32(900),
	})
	fatal(t, err)
	p.callers["short"] = p.config(credentials.NewStaticCredentialsProvider(*short.Credentials.AccessKeyId, *short.Credentials.SecretAccessKey, *short.Credentials.SessionToken))
	p.tell(t, []deed{
		{op: "GetWebIdentityToken", in: aToken, shows: "<WebIdentityToken>"},
		{op: "GetWebIdentityToken", in: aToken + bulky(), refused: "JWTPayloadSizeExceededException"},
		{op: "GetWebIdentityToken", by: "short", in: aToken + "&DurationSeconds=3600", refused: "SessionDurationEscalationException"},
	}, nil)
	p.federate(t)
	p.rootSessions(t)
	p.untold(t, map[string]string{
		"* RegionDisabledException":        "STS is in every Region, and no account turns it off in one",
		"AssumeRole ExpiredTokenException": "it is of contexts of Identity Center, which nobody is handed yet: TestAPersonsContext in internal/sts",
		"AssumeRoot ExpiredTokenException": "it takes no token but the caller's own, which is an ExpiredToken for every operation",
		"GetDelegatedAccessToken *":        "not built: docs/temporary-credentials.md",
	})
}

// federate tells the story of those who have no key: a SAML provider or an
// OpenID Connect issuer vouches for them.
func (p *accountPlane) federate(t *testing.T) {
	t.Helper()
	p.callers["anybody"] = awssdk.Config{}
	ctx, users := t.Context(), iam.NewFromConfig(p.root())
	role := func(name, provider, assume string) {
		t.Helper()
		trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + provider + `"},"Action":["` + assume + `","sts:TagSession"]}]}`
		_, err := users.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust})
		fatal(t, err)
	}

	idp, err := newSAMLProvider()
	fatal(t, err)
	metadata, err := idp.Metadata("https://idp.example.net/sso")
	fatal(t, err)
	corp, err := users.CreateSAMLProvider(ctx, &iam.CreateSAMLProviderInput{Name: awssdk.String("Corp"), SAMLMetadataDocument: &metadata})
	fatal(t, err)
	role("Saml", *corp.SAMLProviderArn, "sts:AssumeRoleWithSAML")
	saml := "arn:aws:iam::" + p.ManagementAccountID + ":role/Saml"
	common := []string{"Role=" + saml + "," + *corp.SAMLProviderArn, "RoleSessionName=ann"}
	says := func(name string, issued time.Time, attributes ...string) (response string) {
		t.Helper()
		response, err := assert(idp, issued, append(slices.Clone(common), attributes...)...)
		fatal(t, err)
		p.kept[name] = url.QueryEscape(response)
		return response
	}
	text, err := base64.StdEncoding.DecodeString(says("GOOD", time.Now()))
	fatal(t, err)
	failed := strings.Replace(string(text), "status:Success", "status:Responder", 1)
	p.kept["FAILED"] = url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(failed)))
	says("LATE", time.Now().Add(-time.Hour))
	bulk := make([]string, 20)
	for i := range bulk {
		bulk[i] = fmt.Sprintf("PrincipalTag:k%d=%s", i, strings.Repeat("v", 256))
	}
	says("BULKY", time.Now(), bulk...)
	with := func(name string) string {
		return "RoleArn=" + saml + "&PrincipalArn=" + *corp.SAMLProviderArn + "&SAMLAssertion=<" + name + ">"
	}
	malformed := "&Policy=" + url.QueryEscape(`{"Statement":1}`)
	p.tell(t, []deed{
		{op: "AssumeRoleWithSAML", by: "anybody", in: with("GOOD"), shows: "assumed-role/Saml/ann"},
		{op: "AssumeRoleWithSAML", by: "anybody", in: with("GOOD") + malformed, refused: "MalformedPolicyDocument"},
		{op: "AssumeRoleWithSAML", by: "anybody", in: with("GOOD") + "&DurationSeconds=3601", refused: "ValidationError"},
		{op: "AssumeRoleWithSAML", by: "anybody", in: strings.Replace(with("GOOD"), "role/Saml", "role/None", 1), refused: "AccessDenied"},
		{op: "AssumeRoleWithSAML", by: "anybody", in: with("BULKY"), refused: "PackedPolicyTooLarge"},
		{op: "AssumeRoleWithSAML", by: "anybody", in: with("FAILED"), refused: "IDPRejectedClaim"},
		{op: "AssumeRoleWithSAML", by: "anybody", in: with("LATE"), refused: "ExpiredTokenException"},
		{op: "AssumeRoleWithSAML", by: "anybody", in: strings.Replace(with("GOOD"), "<GOOD>", "nothing", 1), refused: "InvalidIdentityToken"},
	}, nil)

	issuer, err := startIssuer()
	fatal(t, err)
	t.Cleanup(issuer.server.Close)
	job, err := users.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{
		Url: &issuer.server.URL, ClientIDList: []string{"app"}, ThumbprintList: []string{issuer.thumbprint()},
	})
	fatal(t, err)
	role("Web", *job.OpenIDConnectProviderArn, "sts:AssumeRoleWithWebIdentity")
	manyTags := map[string]any{}
	for i := range 20 {
		manyTags[fmt.Sprintf("k%d", i)] = []string{strings.Repeat("v", 256)}
	}
	for name, claims := range map[string]map[string]any{
		"GOOD":  {},
		"LATE":  {"exp": time.Now().Add(-time.Minute).Unix()},
		"EARLY": {"nbf": time.Now().Add(time.Hour).Unix()},
		"AWAY":  {"aud": "other"},
		"BULKY": {"https://aws.amazon.com/tags": map[string]any{"principal_tags": manyTags}},
	} {
		all := map[string]any{"sub": "job", "aud": "app"}
		maps.Copy(all, claims)
		token, err := issuer.token(all)
		fatal(t, err)
		p.kept[name] = token
	}
	asWeb := "RoleArn=arn:aws:iam::<M>:role/Web&RoleSessionName=job&WebIdentityToken="
	p.tell(t, []deed{
		{op: "AssumeRoleWithWebIdentity", by: "anybody", in: asWeb + "<GOOD>", shows: "assumed-role/Web/job"},
		{op: "AssumeRoleWithWebIdentity", by: "anybody", in: asWeb + "<GOOD>" + malformed, refused: "MalformedPolicyDocument"},
		{op: "AssumeRoleWithWebIdentity", by: "anybody", in: asWeb + "<GOOD>&DurationSeconds=3601", refused: "ValidationError"},
		{op: "AssumeRoleWithWebIdentity", by: "anybody", in: strings.Replace(asWeb, "role/Web", "role/None", 1) + "<GOOD>", refused: "AccessDenied"},
		{op: "AssumeRoleWithWebIdentity", by: "anybody", in: asWeb + "<BULKY>", refused: "PackedPolicyTooLarge"},
		{op: "AssumeRoleWithWebIdentity", by: "anybody", in: asWeb + "<EARLY>", refused: "IDPRejectedClaim"},
		{op: "AssumeRoleWithWebIdentity", by: "anybody", in: asWeb + "<LATE>", refused: "ExpiredTokenException"},
		{op: "AssumeRoleWithWebIdentity", by: "anybody", in: asWeb + "<AWAY>", refused: "InvalidIdentityToken"},
	}, nil)
	_, err = users.UpdateOpenIDConnectProviderThumbprint(ctx, &iam.UpdateOpenIDConnectProviderThumbprintInput{
		OpenIDConnectProviderArn: job.OpenIDConnectProviderArn, ThumbprintList: []string{strings.Repeat("0", 40)},
	})
	fatal(t, err)
	p.refuses(t, "anybody", "AssumeRoleWithWebIdentity", p.fill(asWeb+"<GOOD>", nil), "IDPCommunicationError")
}

// rootSessions tells the story of a management account's root sessions.
func (p *accountPlane) rootSessions(t *testing.T) {
	t.Helper()
	ctx, org := t.Context(), organizations.NewFromConfig(p.callers["operator"])
	const task = "&TaskPolicyArn.arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
	_, err := org.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSetAll})
	fatal(t, err)
	_, err = org.EnableAWSServiceAccess(ctx, &organizations.EnableAWSServiceAccessInput{ServicePrincipal: awssdk.String("iam.amazonaws.com")})
	fatal(t, err)
	p.kept["W"] = p.found(t)
	p.refuses(t, "", "AssumeRoot", p.fill("TargetPrincipal=<W>"+task, nil), "AccessDenied")
	_, err = iam.NewFromConfig(p.callers["operator"]).EnableOrganizationsRootSessions(ctx, &iam.EnableOrganizationsRootSessionsInput{})
	fatal(t, err)
	p.tell(t, []deed{
		{op: "AssumeRoot", in: "TargetPrincipal=<W>" + task, shows: "<SessionToken>"},
		{op: "AssumeRoot", in: "TargetPrincipal=<W>" + task + "&DurationSeconds=901", refused: "ValidationError"},
		{op: "AssumeRoot", in: "TargetPrincipal=<M>" + task, refused: "AccessDenied"},
		{op: "AssumeRoot", by: "clerk", in: "TargetPrincipal=<W>" + task, refused: "AccessDenied"},
	}, nil)
}
