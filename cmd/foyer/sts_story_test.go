package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
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

// TestTheTokensPlane tells the story of STS through the wire, as far as it
// needs nobody else: scripts tell of providers, and of roots.
func TestTheTokensPlane(t *testing.T) {
	p := openAccountPlane(t, "sts", "--bootstrap", "account")
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
	p.untold(t, map[string]string{
		"* RegionDisabledException":        "STS is in every Region",
		"AssumeRole ExpiredTokenException": "it is of contexts of Identity Center: TestAPersonsContext in internal/sts",
		"AssumeRoleWithSAML *":             "the script sts-federation",
		"AssumeRoleWithWebIdentity *":      "the script sts-federation",
		"AssumeRoot *":                     "the script sts-root",
		"GetDelegatedAccessToken *":        "not built: docs/temporary-credentials.md",
	})
}
