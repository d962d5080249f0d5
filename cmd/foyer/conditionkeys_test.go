package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
)

// A keyed condition decides about a call: with one value it holds, with another
// it does not. <NAME> stands for what the judges know.
type keyed struct {
	by          string // who calls: a user, a session of a role, of one by saml or web, a person; or who brings an assertion
	operator    string
	key         string
	holds, fail string
}

// everyKey has the condition keys that the edge, and STS, put into requests.
var everyKey = []keyed{
	{"user", "ArnEquals", "aws:PrincipalArn", "arn:aws:iam::<M>:user/judged", "arn:aws:iam::<M>:user/another"},
	{"user", "StringEquals", "aws:PrincipalTag/Team", "red", "Red"},
	{"user", "StringEquals", "aws:principaltag/team", "red", "blue"},
	{"user", "StringEquals", "aws:PrincipalAccount", "<M>", "000000000000"},
	{"user", "StringEquals", "aws:PrincipalType", "User", "AssumedRole"},
	{"user", "StringEquals", "aws:PrincipalOrgID", "<ORG>", "o-0000000000"},
	{"user", "ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "<ORG>/<ROOT>/*", "<ORG>/<ROOT>/ou-*"},
	{"user", "Bool", "aws:PrincipalIsAWSService", "false", "true"},
	{"user", "StringEquals", "aws:username", "judged", "another"},
	{"user", "StringEquals", "aws:userid", "<USERID>", "<ROLEID>"},
	{"user", "IpAddress", "aws:SourceIp", "127.0.0.0/8", "10.0.0.0/8"},
	{"user", "DateLessThan", "aws:CurrentTime", "<LATER>", "<EARLIER>"},
	{"user", "NumericGreaterThan", "aws:EpochTime", "1000000000", "10000000000"},
	{"user", "Bool", "aws:SecureTransport", "false", "true"},
	{"user", "Bool", "aws:ViaAWSService", "false", "true"},
	{"user", "StringLike", "aws:UserAgent", "aws-sdk-go-v2/*", "curl/*"},
	{"user", "StringEquals", "aws:RequestedRegion", "<REGION>", "eu-central-1"},
	{"user", "StringEquals", "aws:ResourceAccount", "<M>", "000000000000"},
	{"user", "StringEquals", "aws:ResourceOrgID", "<ORG>", "o-0000000000"},
	{"user", "StringEquals", "aws:ResourceTag/Team", "red", "blue"},
	{"user", "StringEquals", "aws:RequestTag/cost", "7", "8"},
	{"user", "ForAllValues:StringEquals", "aws:TagKeys", "cost", "Cost"},
	{"user", "Null", "aws:TokenIssueTime", "true", "false"}, // keys that last have none of these
	{"user", "Null", "aws:MultiFactorAuthPresent", "true", "false"},
	{"user", "Null", "aws:SourceIdentity", "true", "false"},

	{"role", "ArnEquals", "aws:PrincipalArn", "arn:aws:iam::<M>:role/role", "arn:aws:sts::<M>:assumed-role/role/session"},
	{"role", "StringEquals", "aws:PrincipalType", "AssumedRole", "User"},
	{"role", "StringEquals", "aws:PrincipalTag/Team", "green", "red"}, // the role's
	{"role", "StringEquals", "aws:PrincipalTag/Cost", "7", "8"},       // the session's
	{"role", "StringEquals", "aws:userid", "<ROLEID>:session", "<ROLEID>"},
	{"role", "Null", "aws:username", "true", "false"},
	{"role", "StringEquals", "aws:SourceIdentity", "judge", "judged"},
	{"role", "DateGreaterThan", "aws:TokenIssueTime", "<EARLIER>", "<LATER>"},
	{"role", "Bool", "aws:MultiFactorAuthPresent", "false", "true"},
	{"role", "Null", "aws:FederatedProvider", "true", "false"},

	{"saml", "ArnEquals", "aws:FederatedProvider", "<SAML>", "<WEB>"},
	{"saml", "StringEquals", "saml:sub", "ann", "ben"},
	{"saml", "StringEquals", "saml:sub_type", "persistent", "transient"},
	{"saml", "StringLike", "saml:namequalifier", "?*=", "none"},
	{"saml", "Null", "saml:aud", "true", "false"}, // it decides who comes in, and not what they may do
	{"saml", "StringEquals", "aws:PrincipalTag/Team", "blue", "red"},
	{"saml", "StringEquals", "aws:SourceIdentity", "ann@example.net", "ann"},

	{"assertion", "StringEquals", "SAML:aud", "https://signin.aws.amazon.com/saml", "https://example.net/saml"},
	{"assertion", "StringEquals", "saml:iss", "https://idp.example.net", "https://example.net"},
	{"assertion", "StringEquals", "saml:doc", "<M>/Corp", "<M>/Other"},
	{"assertion", "StringEquals", "saml:sub", "ann", "ben"},
	{"assertion", "ForAnyValue:StringLike", "saml:edupersonaffiliation", "staff", "student"},
	{"assertion", "StringEquals", "saml:mail", "ann@example.net", "ben@example.net"},
	{"assertion", "StringEquals", "saml:uid", "S-1-5-21", "S-1-5-22"},
	{"assertion", "StringEquals", "saml:commonName", "Ann Lee", "Ben Lee"},
	{"assertion", "StringEquals", "aws:RequestTag/Team", "blue", "red"},
	{"assertion", "StringEquals", "sts:SourceIdentity", "ann@example.net", "ben"},
	{"assertion", "StringEquals", "sts:RoleSessionName", "ann", "ben"},

	{"web", "ArnEquals", "aws:FederatedProvider", "<WEB>", "<SAML>"},
	{"web", "StringEquals", "<ISSUER>:sub", "job", "another"},
	{"web", "StringEquals", "<ISSUER>:aud", "app", "another"},
	{"web", "StringEquals", "aws:PrincipalTag/Team", "grey", "red"},

	{"person", "StringEquals", "identitystore:UserId", "<PERSON>", "<USERID>"},
	{"person", "ArnLike", "identitystore:IdentityStoreArn", "arn:aws:identitystore::<M>:identitystore/<STORE>", "arn:aws:identitystore::<M>:identitystore/d-0000000000"},
	{"person", "ArnLike", "aws:PrincipalArn", "arn:aws:iam::<M>:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_AdministratorAccess_*", "arn:aws:sts::<M>:assumed-role/*"},
	{"person", "StringLike", "aws:userid", "AROA*:ada", "AROA*:ben"},
}

// TestEveryConditionKeyDecides lets a condition on each key allow a really
// signed call when it holds, and nothing when it does not.
func TestEveryConditionKeyDecides(t *testing.T) {
	h, _ := start(t, "--demo", "--issuer-network", "127.0.0.0/8")
	j := newJudges(t, h)
	for _, k := range everyKey {
		t.Run(k.by+" "+k.key, func(t *testing.T) {
			if err := j.decide(t, k, k.holds); err != nil {
				t.Errorf("with %s it fails: %v", k.holds, err)
			}
			err := j.decide(t, k, k.fail)
			if refusal, ok := errors.AsType[smithy.APIError](err); !ok || refusal.ErrorCode() != "AccessDenied" {
				t.Errorf("with %s: %v, want AccessDenied", k.fail, err)
			}
		})
	}
}

// judges are callers of every kind, in the management account, each of whom
// one condition lets act or not.
type judges struct {
	*accountPlane
	users     *iam.Client // of root, who writes the conditions
	assertion string
}

func newJudges(t *testing.T, h *house) *judges {
	t.Helper()
	ctx, m, now := t.Context(), h.ManagementAccountID, time.Now()
	j := &judges{accountPlane: &accountPlane{house: h, callers: map[string]awssdk.Config{}, kept: map[string]string{
		"M": m, "REGION": h.Region, "STORE": h.IdentityStoreID, "PERSON": h.userID(t, "ada"),
		"EARLIER": now.Add(-time.Hour).UTC().Format(time.RFC3339), "LATER": now.Add(time.Hour).UTC().Format(time.RFC3339),
	}}, users: iam.NewFromConfig(h.root())}
	org := organizations.NewFromConfig(h.root())
	described, err := org.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	fatal(t, err)
	roots, err := org.ListRoots(ctx, &organizations.ListRootsInput{})
	fatal(t, err)
	j.kept["ORG"], j.kept["ROOT"] = *described.Organization.Id, *roots.Roots[0].Id

	user, err := j.users.CreateUser(ctx, &iam.CreateUserInput{UserName: awssdk.String("judged"), Tags: []iamtypes.Tag{{Key: awssdk.String("Team"), Value: awssdk.String("red")}}})
	fatal(t, err)
	key, err := j.users.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user.User.UserName})
	fatal(t, err)
	j.kept["USERID"] = *user.User.UserId
	j.callers["user"] = h.config(credentials.NewStaticCredentialsProvider(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, ""))

	j.role(t, "role", `{"AWS":"arn:aws:iam::`+m+`:user/judged"}`, "sts:AssumeRole")
	assumed, err := sts.NewFromConfig(j.callers["user"]).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: j.arn("role"), RoleSessionName: awssdk.String("session"), SourceIdentity: awssdk.String("judge"),
		Tags: []ststypes.Tag{{Key: awssdk.String("Cost"), Value: awssdk.String("7")}},
	})
	fatal(t, err)
	j.enters("role", assumed.Credentials)

	idp, err := newSAMLProvider()
	fatal(t, err)
	metadata, err := idp.Metadata("https://idp.example.net/sso")
	fatal(t, err)
	corp, err := j.users.CreateSAMLProvider(ctx, &iam.CreateSAMLProviderInput{Name: awssdk.String("Corp"), SAMLMetadataDocument: &metadata})
	fatal(t, err)
	j.kept["SAML"] = *corp.SAMLProviderArn
	j.role(t, "saml", `{"Federated":"`+*corp.SAMLProviderArn+`"}`, "sts:AssumeRoleWithSAML")
	j.assertion, err = assert(idp, now, "Role="+*j.arn("saml")+","+*corp.SAMLProviderArn, "RoleSessionName=ann", "PrincipalTag:Team=blue", "SourceIdentity=ann@example.net",
		"urn:oid:1.3.6.1.4.1.5923.1.1.1.1=staff", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress=ann@example.net",
		"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid=S-1-5-21", "http://schemas.xmlsoap.org/claims/CommonName=Ann Lee")
	fatal(t, err)
	asserted, err := j.present(t)
	fatal(t, err)
	j.enters("saml", asserted.Credentials)

	issuer, err := startIssuer()
	fatal(t, err)
	t.Cleanup(issuer.server.Close)
	jobs, err := j.users.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{
		Url: &issuer.server.URL, ClientIDList: []string{"app"}, ThumbprintList: []string{issuer.thumbprint()},
	})
	fatal(t, err)
	j.kept["WEB"], j.kept["ISSUER"] = *jobs.OpenIDConnectProviderArn, issuer.host()
	j.role(t, "web", `{"Federated":"`+*jobs.OpenIDConnectProviderArn+`"}`, "sts:AssumeRoleWithWebIdentity")
	token, err := issuer.token(map[string]any{"sub": "job", "aud": "app", "https://aws.amazon.com/tags": map[string]any{"principal_tags": map[string]any{"Team": []string{"grey"}}}})
	fatal(t, err)
	vouched, err := sts.NewFromConfig(h.config(nil)).AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: j.arn("web"), RoleSessionName: awssdk.String("session"), WebIdentityToken: &token,
	})
	fatal(t, err)
	j.enters("web", vouched.Credentials)

	j.role(t, "person", `{"AWS":"`+m+`"}`, "sts:AssumeRole")
	ada := h.role(t, "ada", m, "AdministratorAccess")
	j.callers["person"] = h.config(credentials.NewStaticCredentialsProvider(ada.AccessKeyID, ada.SecretAccessKey, ada.SessionToken))
	return j
}

func (j *judges) arn(role string) *string {
	return awssdk.String("arn:aws:iam::" + j.ManagementAccountID + ":role/" + role)
}

// role makes a role for those who come by a principal of its trust policy.
func (j *judges) role(t *testing.T, name, principal, assume string) {
	t.Helper()
	made, err := j.users.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: &name, Tags: []iamtypes.Tag{{Key: awssdk.String("Team"), Value: awssdk.String("green")}},
		AssumeRolePolicyDocument: awssdk.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + principal + `,"Action":["` + assume + `","sts:TagSession","sts:SetSourceIdentity"]}}`),
	})
	fatal(t, err)
	if name == "role" {
		j.kept["ROLEID"] = *made.Role.RoleId
	}
}

func (j *judges) enters(name string, c *ststypes.Credentials) {
	j.callers[name] = j.config(credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken))
}

// present presents the assertion.
func (j *judges) present(t *testing.T) (*sts.AssumeRoleWithSAMLOutput, error) {
	t.Helper()
	return sts.NewFromConfig(j.config(nil)).AssumeRoleWithSAML(t.Context(), &sts.AssumeRoleWithSAMLInput{
		RoleArn: j.arn("saml"), PrincipalArn: awssdk.String(j.kept["SAML"]), SAMLAssertion: &j.assertion,
	})
}

// trust lets a condition decide who may begin a session of a role.
func (j *judges) trust(t *testing.T, role, principal, assume string, condition []byte) {
	t.Helper()
	document := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":%s,"Action":"%s","Condition":%s},{"Effect":"Allow","Principal":%[1]s,"Action":["sts:TagSession","sts:SetSourceIdentity"]}]}`,
		principal, assume, condition)
	_, err := j.users.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: &role, PolicyDocument: &document})
	fatal(t, err)
}

// decide makes the condition with a value the only thing that allows the call,
// and makes the call.
func (j *judges) decide(t *testing.T, k keyed, value string) error {
	t.Helper()
	ctx := t.Context()
	condition, err := json.Marshal(map[string]map[string]string{k.operator: {j.fill(k.key, nil): j.fill(value, nil)}})
	fatal(t, err)
	switch k.by {
	case "person": // whose own policies allow everything: the role that they assume decides
		j.trust(t, k.by, `{"AWS":"`+j.ManagementAccountID+`"}`, "sts:AssumeRole", condition)
		_, err = sts.NewFromConfig(j.callers["person"]).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: j.arn("person"), RoleSessionName: awssdk.String("session")})
		return err
	case "assertion":
		j.trust(t, "saml", `{"Federated":"`+j.kept["SAML"]+`"}`, "sts:AssumeRoleWithSAML", condition)
		_, err = j.present(t)
		return err
	}
	document := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:ListUsers","iam:GetUser","iam:TagUser"],"Resource":"*","Condition":%s}}`, condition)
	if k.by == "user" {
		_, err = j.users.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: awssdk.String("judged"), PolicyName: awssdk.String("only"), PolicyDocument: &document})
	} else {
		_, err = j.users.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &k.by, PolicyName: awssdk.String("only"), PolicyDocument: &document})
	}
	fatal(t, err)
	caller := iam.NewFromConfig(j.callers[k.by])
	switch {
	case strings.HasPrefix(k.key, "aws:RequestTag/") || k.key == "aws:TagKeys":
		_, err = caller.TagUser(ctx, &iam.TagUserInput{UserName: awssdk.String("judged"), Tags: []iamtypes.Tag{{Key: awssdk.String("cost"), Value: awssdk.String("7")}}})
	case strings.HasPrefix(k.key, "aws:ResourceTag/"):
		_, err = caller.GetUser(ctx, &iam.GetUserInput{UserName: awssdk.String("judged")})
	default:
		_, err = caller.ListUsers(ctx, &iam.ListUsersInput{})
	}
	return err
}
