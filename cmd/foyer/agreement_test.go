package main

import (
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
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"foyer/internal/policy"
)

// agreement is one row of the table: what a user holds, what is asked, and what
// everyone must answer. ACCOUNT stands for the user's account.
type agreement struct {
	name     string
	identity []string // statements, one policy each
	boundary string   // a statement; "" for none
	scp      string   // a statement over the account; "" for none
	trust    string   // a statement: then the call is AssumeRole on a role that has it
	tags     []string // key=value: then the call is TagUser, else GetRole
	want     policy.Decision
}

const (
	mayGet  = `{"Effect":"Allow","Action":"iam:GetRole","Resource":"*"}`
	mayAll  = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	mayTag  = `{"Effect":"Allow","Action":"iam:TagUser","Resource":"*"`
	denyGet = `{"Effect":"Deny","Action":"iam:Get*","Resource":"*"}`
)

var agreements = []agreement{
	{name: "nothing allows", want: policy.ImplicitDeny},
	{name: "a policy allows", identity: []string{mayGet}, want: policy.Allowed},
	{name: "another action", identity: []string{`{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}`}, want: policy.ImplicitDeny},
	{name: "an action in another case", identity: []string{`{"Effect":"Allow","Action":"IAM:getrole","Resource":"*"}`}, want: policy.Allowed},
	{name: "wildcards of an action", identity: []string{`{"Effect":"Allow","Action":"iam:?et*ole","Resource":"*"}`}, want: policy.Allowed},
	{name: "NotAction", identity: []string{`{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}`}, want: policy.Allowed},
	{name: "the resource itself", identity: []string{`{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::ACCOUNT:role/agree/Target"}`}, want: policy.Allowed},
	{name: "another path", identity: []string{`{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::ACCOUNT:role/Target"}`}, want: policy.ImplicitDeny},
	{name: "NotResource", identity: []string{`{"Effect":"Allow","Action":"iam:*","NotResource":"arn:aws:iam::ACCOUNT:role/agree/*"}`}, want: policy.ImplicitDeny},
	{name: "a deny wins", identity: []string{mayAll, denyGet}, want: policy.ExplicitDeny},
	{name: "a deny of another resource", identity: []string{mayAll, `{"Effect":"Deny","Action":"iam:*","Resource":"arn:aws:iam::ACCOUNT:user/*"}`}, want: policy.Allowed},
	{name: "a variable", identity: []string{`{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"StringEquals":{"aws:username":"agree"},"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/${aws:username}"}}}`}, want: policy.Allowed},
	{name: "a condition that holds", identity: []string{`{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"},"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}}`}, want: policy.Allowed},
	{name: "a condition that does not", identity: []string{`{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}`}, want: policy.ImplicitDeny},
	{name: "a deny with a condition", identity: []string{mayAll, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`}, want: policy.ExplicitDeny},
	{name: "a date", identity: []string{`{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}`}, want: policy.Allowed},
	{name: "a key of sessions", identity: []string{`{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"Null":{"aws:TokenIssueTime":"true"}}}`}, want: policy.Allowed},
	{name: "no second factor", identity: []string{mayAll, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`}, want: policy.ExplicitDeny},
	{name: "the user's tag", identity: []string{`{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}}}`}, want: policy.Allowed},
	{name: "a boundary allows too", identity: []string{mayAll}, boundary: mayGet, want: policy.Allowed},
	{name: "a boundary does not", identity: []string{mayAll}, boundary: `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`, want: policy.ImplicitDeny},
	{name: "a boundary denies", identity: []string{mayAll}, boundary: denyGet, want: policy.ExplicitDeny},
	{name: "a boundary grants nothing", boundary: mayAll, want: policy.ImplicitDeny},
	{name: "the organization denies", identity: []string{mayAll}, scp: denyGet, want: policy.ExplicitDeny},
	{name: "the organization denies others", identity: []string{mayAll}, scp: `{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/agree"}}}`, want: policy.Allowed},
	{name: "a tag that is allowed", identity: []string{mayTag + `,"Condition":{"StringEquals":{"aws:RequestTag/team":"red"}}}`}, tags: []string{"team=red"}, want: policy.Allowed},
	{name: "a tag of another value", identity: []string{mayTag + `,"Condition":{"StringEquals":{"aws:RequestTag/team":"red"}}}`}, tags: []string{"team=blue"}, want: policy.ImplicitDeny},
	{name: "all keys among some", identity: []string{mayTag + `,"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["team","env"]}}}`}, tags: []string{"team=red", "env=prod"}, want: policy.Allowed},
	{name: "a key too many", identity: []string{mayTag + `,"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["team","env"]}}}`}, tags: []string{"team=red", "cost=1"}, want: policy.ImplicitDeny},
	{name: "a list without a quantifier", identity: []string{mayTag + `,"Condition":{"StringLike":{"aws:TagKeys":"*"}}}`}, tags: []string{"team=red"}, want: policy.ImplicitDeny},
	{name: "some key denied", identity: []string{mayAll, `{"Effect":"Deny","Action":"iam:TagUser","Resource":"*","Condition":{"ForAnyValue:StringLike":{"aws:TagKeys":"secret*"}}}`}, tags: []string{"team=red", "secret-1=x"}, want: policy.ExplicitDeny},
	{name: "a trust that names the user", trust: `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::ACCOUNT:user/agree"},"Action":"sts:AssumeRole"}`, want: policy.Allowed},
	{name: "a trust that names the account", trust: `{"Effect":"Allow","Principal":{"AWS":"ACCOUNT"},"Action":"sts:AssumeRole"}`, want: policy.ImplicitDeny},
	{name: "a trust and a policy", trust: `{"Effect":"Allow","Principal":{"AWS":"ACCOUNT"},"Action":"sts:AssumeRole"}`, identity: []string{mayAll}, want: policy.Allowed},
	{name: "a trust that names nobody here", trust: `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::ACCOUNT:user/other"},"Action":"sts:AssumeRole"}`, identity: []string{mayAll}, want: policy.ImplicitDeny},
	{name: "a trust that denies", trust: `{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`, identity: []string{mayAll}, want: policy.ExplicitDeny},
}

// TestAgreement asks the engine, both simulations, and the server by a really
// signed call. Their answers must agree.
func TestAgreement(t *testing.T) {
	h := open(t)
	w := newWorld(t, h)
	for _, a := range agreements {
		t.Run(a.name, func(t *testing.T) {
			w.arrange(t, a)
			defer w.clear(t, a)
			for who, ask := range map[string]func(*testing.T, agreement) policy.Decision{
				"the engine": w.engine, "SimulatePrincipalPolicy": w.principal, "SimulateCustomPolicy": w.custom, "a signed call": w.call,
			} {
				if who == "SimulateCustomPolicy" && a.scp != "" {
					continue // it has no word for them
				}
				got := ask(t, a)
				if who == "a signed call" && got == policy.ImplicitDeny && a.trust != "" && a.want == policy.ExplicitDeny {
					got = policy.ExplicitDeny // AWS does not tell why a role is refused
				}
				if got != a.want {
					t.Errorf("%s says %d, want %d", who, got, a.want)
				}
			}
		})
	}
}

// world is an account of the demo with the user that the table is about.
type world struct {
	account, user, role  string
	trusting             string // the role whose trust is set
	admin                *iam.Client
	organization         *organizations.Client
	userIAM              *iam.Client
	userSTS              *sts.Client
	boundaryARN, control string
	now                  time.Time
}

func newWorld(t *testing.T, h *house) *world {
	t.Helper()
	w := &world{account: h.account(t, "Production"), organization: organizations.NewFromConfig(h.root()), now: time.Now().UTC()}
	manager := iam.NewFromConfig(h.root())
	_, err := manager.CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("agreement-admin")})
	check(t, err)
	_, err = manager.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: new("agreement-admin"), PolicyArn: new("arn:aws:iam::aws:policy/AdministratorAccess")})
	check(t, err)
	assumed, err := sts.NewFromConfig(h.config(key(t, manager, "agreement-admin"))).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: new("arn:aws:iam::" + w.account + ":role/OrganizationAccountAccessRole"), RoleSessionName: new("agreement"),
	})
	check(t, err)
	c := assumed.Credentials
	w.admin = iam.NewFromConfig(h.config(credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)))

	user, err := w.admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("agree"), Tags: []iamtypes.Tag{{Key: new("team"), Value: new("red")}}})
	check(t, err)
	w.user = *user.User.Arn
	config := h.config(key(t, w.admin, "agree"))
	w.userIAM, w.userSTS = iam.NewFromConfig(config), sts.NewFromConfig(config)
	for _, name := range []string{"Target", "Trusting"} {
		role, err := w.admin.CreateRole(t.Context(), &iam.CreateRoleInput{
			RoleName: &name, Path: new("/agree/"), AssumeRolePolicyDocument: new(document(`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`)),
		})
		check(t, err)
		w.role, w.trusting = w.trusting, *role.Role.Arn
	}
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// key makes an access key of a user.
func key(t *testing.T, client *iam.Client, user string) awssdk.CredentialsProvider {
	t.Helper()
	made, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user})
	check(t, err)
	return credentials.NewStaticCredentialsProvider(*made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey, "")
}

func document(statement string) string { return `{"Version":"2012-10-17","Statement":[` + statement + `]}` }

// text is a statement about w's account, as a document.
func (w *world) text(statement string) string {
	return document(strings.ReplaceAll(statement, "ACCOUNT", w.account))
}

// arrange gives the user what a row says.
func (w *world) arrange(t *testing.T, a agreement) {
	t.Helper()
	for i, s := range a.identity {
		_, err := w.admin.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: new("agree"), PolicyName: new(fmt.Sprint("p", i)), PolicyDocument: new(w.text(s))})
		check(t, err)
	}
	if a.boundary != "" {
		made, err := w.admin.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: new("bound"), PolicyDocument: new(w.text(a.boundary))})
		check(t, err)
		w.boundaryARN = *made.Policy.Arn
		_, err = w.admin.PutUserPermissionsBoundary(t.Context(), &iam.PutUserPermissionsBoundaryInput{UserName: new("agree"), PermissionsBoundary: made.Policy.Arn})
		check(t, err)
	}
	if a.scp != "" {
		made, err := w.organization.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{
			Name: new("agreement"), Description: new("x"), Type: orgtypes.PolicyTypeServiceControlPolicy, Content: new(w.text(a.scp)),
		})
		check(t, err)
		w.control = *made.Policy.PolicySummary.Id
		_, err = w.organization.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: &w.control, TargetId: &w.account})
		check(t, err)
	}
	if a.trust != "" {
		_, err := w.admin.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: new("Trusting"), PolicyDocument: new(w.text(a.trust))})
		check(t, err)
	}
}

// clear takes it away again.
func (w *world) clear(t *testing.T, a agreement) {
	t.Helper()
	if a.scp != "" {
		_, err := w.organization.DetachPolicy(t.Context(), &organizations.DetachPolicyInput{PolicyId: &w.control, TargetId: &w.account})
		check(t, err)
		_, err = w.organization.DeletePolicy(t.Context(), &organizations.DeletePolicyInput{PolicyId: &w.control})
		check(t, err)
	}
	for i := range a.identity {
		_, err := w.admin.DeleteUserPolicy(t.Context(), &iam.DeleteUserPolicyInput{UserName: new("agree"), PolicyName: new(fmt.Sprint("p", i))})
		check(t, err)
	}
	if a.boundary != "" {
		_, err := w.admin.DeleteUserPermissionsBoundary(t.Context(), &iam.DeleteUserPermissionsBoundaryInput{UserName: new("agree")})
		check(t, err)
		_, err = w.admin.DeletePolicy(t.Context(), &iam.DeletePolicyInput{PolicyArn: &w.boundaryARN})
		check(t, err)
	}
	if len(a.tags) > 0 {
		_, err := w.admin.TagUser(t.Context(), &iam.TagUserInput{UserName: new("agree"), Tags: []iamtypes.Tag{{Key: new("team"), Value: new("red")}}})
		check(t, err)
	}
}

// asked is what a row asks for: an action, and on what.
func (w *world) asked(a agreement) (action, resource string) {
	switch {
	case a.trust != "":
		return "sts:AssumeRole", w.trusting
	case len(a.tags) > 0:
		return "iam:TagUser", w.user
	default:
		return "iam:GetRole", w.role
	}
}

// keys are the condition keys of the call, but for those that say who calls.
func (w *world) keys(a agreement) map[string][]string {
	keys := map[string][]string{
		"aws:SecureTransport": {"false"}, "aws:SourceIp": {"127.0.0.1"}, "aws:CurrentTime": {w.now.Format(time.RFC3339)},
	}
	for _, tag := range a.tags {
		key, value, _ := strings.Cut(tag, "=")
		keys["aws:RequestTag/"+key] = []string{value}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], key)
	}
	return keys
}

func (w *world) call(t *testing.T, a agreement) policy.Decision {
	t.Helper()
	var err error
	switch action, _ := w.asked(a); action {
	case "sts:AssumeRole":
		_, err = w.userSTS.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &w.trusting, RoleSessionName: new("agreement")})
	case "iam:TagUser":
		in := &iam.TagUserInput{UserName: new("agree")}
		for _, tag := range a.tags {
			key, value, _ := strings.Cut(tag, "=")
			in.Tags = append(in.Tags, iamtypes.Tag{Key: &key, Value: &value})
		}
		_, err = w.userIAM.TagUser(t.Context(), in)
	default:
		_, err = w.userIAM.GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("Target")})
	}
	var failure smithy.APIError
	switch {
	case err == nil:
		return policy.Allowed
	case !errors.As(err, &failure) || failure.ErrorCode() != "AccessDenied":
		t.Fatal(err)
	case strings.Contains(failure.ErrorMessage(), "explicit deny"):
		return policy.ExplicitDeny
	}
	return policy.ImplicitDeny
}

func (w *world) engine(t *testing.T, a agreement) policy.Decision {
	t.Helper()
	compile := func(statement string, kind policy.Kind) policy.Attached {
		p, err := policy.Compile(w.text(statement), kind)
		check(t, err)
		return policy.Attached{Name: "p", Policy: p}
	}
	var l policy.Layers
	for _, s := range a.identity {
		l.Identity = append(l.Identity, compile(s, policy.Identity))
	}
	if a.boundary != "" {
		l.Boundary = new(compile(a.boundary, policy.Identity))
	}
	if a.scp != "" {
		l.Controls = [][]policy.Attached{{compile(mayAll, policy.Control), compile(a.scp, policy.Control)}}
	}
	if a.trust != "" {
		l.Resource = []policy.Attached{compile(a.trust, policy.Trust)}
	}
	keys := w.keys(a)
	keys["aws:username"], keys["aws:PrincipalArn"], keys["aws:PrincipalTag/team"] = []string{"agree"}, []string{w.user}, []string{"red"}
	r := policy.Request{Principal: policy.Principal{Type: policy.User, Account: w.account, ARN: w.user}, Context: policy.NewKeys(keys), ResourceAccount: w.account}
	r.Action, r.Resource = w.asked(a)
	return policy.Evaluate(&l, &r).Decision
}

// entries are the keys as simulations take them.
func (w *world) entries(a agreement) []iamtypes.ContextEntry {
	var all []iamtypes.ContextEntry
	for key, values := range w.keys(a) {
		kind := iamtypes.ContextKeyTypeEnumString
		if key == "aws:TagKeys" {
			kind = iamtypes.ContextKeyTypeEnumStringList
		}
		all = append(all, iamtypes.ContextEntry{ContextKeyName: &key, ContextKeyType: kind, ContextKeyValues: values})
	}
	return all
}

var simulated = map[iamtypes.PolicyEvaluationDecisionType]policy.Decision{
	iamtypes.PolicyEvaluationDecisionTypeAllowed: policy.Allowed, iamtypes.PolicyEvaluationDecisionTypeExplicitDeny: policy.ExplicitDeny,
	iamtypes.PolicyEvaluationDecisionTypeImplicitDeny: policy.ImplicitDeny,
}

func (w *world) principal(t *testing.T, a agreement) policy.Decision {
	t.Helper()
	action, resource := w.asked(a)
	in := &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: &w.user, ActionNames: []string{action}, ResourceArns: []string{resource}, ContextEntries: w.entries(a),
	}
	if a.trust != "" {
		in.ResourcePolicy = new(w.text(a.trust))
	}
	out, err := w.admin.SimulatePrincipalPolicy(t.Context(), in)
	check(t, err)
	result := out.EvaluationResults[0]
	if byOrganization := result.OrganizationsDecisionDetail; byOrganization == nil || byOrganization.AllowedByOrganizations != (a.scp == "" || a.want == policy.Allowed) {
		t.Errorf("organization: %+v", byOrganization)
	}
	return simulated[result.EvalDecision]
}

func (w *world) custom(t *testing.T, a agreement) policy.Decision {
	t.Helper()
	action, resource := w.asked(a)
	in := &iam.SimulateCustomPolicyInput{
		PolicyInputList: []string{}, ActionNames: []string{action}, ResourceArns: []string{resource}, CallerArn: &w.user,
		ContextEntries: append(w.entries(a), iamtypes.ContextEntry{
			ContextKeyName: new("aws:PrincipalTag/team"), ContextKeyType: iamtypes.ContextKeyTypeEnumString, ContextKeyValues: []string{"red"},
		}),
	}
	for _, s := range a.identity {
		in.PolicyInputList = append(in.PolicyInputList, w.text(s))
	}
	if a.boundary != "" {
		in.PermissionsBoundaryPolicyInputList = []string{w.text(a.boundary)}
	}
	if a.trust != "" {
		in.ResourcePolicy = new(w.text(a.trust))
	}
	out, err := w.admin.SimulateCustomPolicy(t.Context(), in)
	check(t, err)
	return simulated[out.EvaluationResults[0].EvalDecision]
}
