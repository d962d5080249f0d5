package main

import (
	"context"
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
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"foyer/internal/policy"
)

// world is an account of the demo with the user that the table is about.
type world struct {
	account, user, role string
	trusting            string // the role whose trust is set
	admin               *iam.Client
	management          string
	accountARN          string // as the organization calls the account
	acting              string // the role whose sessions act
	house               *house
	adminSTS            *sts.Client
	organization        *organizations.Client
	userIAM             *iam.Client
	userSTS             *sts.Client
	userOrganizations   *organizations.Client
	now                 time.Time
}

func newWorld(t *testing.T, h *house) *world {
	t.Helper()
	w := &world{account: h.account(t, "Shop Production"), management: h.ManagementAccountID, house: h, organization: organizations.NewFromConfig(h.root()), now: time.Now().UTC()}
	manager := iam.NewFromConfig(h.root())
	_, err := manager.CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("agreement-admin")})
	must(t, err)
	_, err = manager.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: new("agreement-admin"), PolicyArn: new("arn:aws:iam::aws:policy/AdministratorAccess")})
	must(t, err)
	assumed, err := sts.NewFromConfig(h.config(key(t, manager, "agreement-admin"))).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: new("arn:aws:iam::" + w.account + ":role/OrganizationAccountAccessRole"), RoleSessionName: new("agreement"),
	})
	must(t, err)
	config := h.config(given(assumed.Credentials))
	w.admin, w.adminSTS = iam.NewFromConfig(config), sts.NewFromConfig(config)
	described, err := w.organization.DescribeAccount(t.Context(), &organizations.DescribeAccountInput{AccountId: &w.account})
	must(t, err)
	w.accountARN = *described.Account.Arn
	roots, err := w.organization.ListRoots(t.Context(), nil)
	must(t, err)
	_, err = w.organization.EnablePolicyType(t.Context(), &organizations.EnablePolicyTypeInput{RootId: roots.Roots[0].Id, PolicyType: orgtypes.PolicyTypeResourceControlPolicy})
	must(t, err)

	user, err := w.admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("agree"), Tags: []iamtypes.Tag{{Key: new("team"), Value: new("red")}}})
	must(t, err)
	w.user = *user.User.Arn
	config = h.config(key(t, w.admin, "agree"))
	w.userIAM, w.userSTS, w.userOrganizations = iam.NewFromConfig(config), sts.NewFromConfig(config), organizations.NewFromConfig(config)
	for name, arn := range map[string]*string{"Target": &w.role, "Trusting": &w.trusting, "Acting": &w.acting} {
		role, err := w.admin.CreateRole(t.Context(), &iam.CreateRoleInput{
			RoleName: &name, Path: new("/agree/"), AssumeRolePolicyDocument: new(w.text(`{"Effect":"Allow","Principal":{"AWS":"ACCOUNT"},"Action":"sts:AssumeRole"}`)),
		})
		must(t, err)
		*arn = *role.Role.Arn
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// key makes an access key of a user.
func key(t *testing.T, client *iam.Client, user string) awssdk.CredentialsProvider {
	t.Helper()
	made, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user})
	must(t, err)
	return credentials.NewStaticCredentialsProvider(*made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey, "")
}

func given(c *ststypes.Credentials) awssdk.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

func document(statement string) string {
	return `{"Version":"2012-10-17","Statement":[` + statement + `]}`
}

// text is a statement about w's account, as a document.
func (w *world) text(statement string) string {
	return document(strings.ReplaceAll(statement, "ACCOUNT", w.account))
}

// arrange gives the user, or the role that acts, what a row says, and has the
// test take it away again.
func (w *world) arrange(t *testing.T, a agreement) {
	t.Helper()
	w.hold(t, a)
	if a.boundary != "" {
		w.bound(t, a)
	}
	if a.scp != "" {
		w.control(t, orgtypes.PolicyTypeServiceControlPolicy, a.scp)
	}
	if a.rcp != "" {
		w.control(t, orgtypes.PolicyTypeResourceControlPolicy, a.rcp)
	}
	if a.trust != "" {
		_, err := w.admin.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: new("Trusting"), PolicyDocument: new(w.text(a.trust))})
		must(t, err)
	}
	if a.resource != "" {
		_, err := w.organization.PutResourcePolicy(t.Context(), &organizations.PutResourcePolicyInput{Content: new(w.text(a.resource))})
		must(t, err)
		after(t, func(ctx context.Context) error {
			_, err := w.organization.DeleteResourcePolicy(ctx, nil)
			return err
		})
	}
	if len(a.tags) > 0 {
		after(t, func(ctx context.Context) error {
			_, err := w.admin.TagUser(ctx, &iam.TagUserInput{UserName: new("agree"), Tags: []iamtypes.Tag{{Key: new("team"), Value: new("red")}}})
			return err
		})
	}
}

// after undoes when the test is over.
func after(t *testing.T, undo func(context.Context) error) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	t.Cleanup(func() {
		if err := undo(ctx); err != nil {
			t.Error(err)
		}
	})
}

// hold puts the identity policies where they belong.
func (w *world) hold(t *testing.T, a agreement) {
	t.Helper()
	for i, s := range a.identity {
		name, text := fmt.Sprint("p", i), w.text(s)
		if a.session != "" {
			_, err := w.admin.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: new("Acting"), PolicyName: &name, PolicyDocument: &text})
			must(t, err)
			after(t, func(ctx context.Context) error {
				_, err := w.admin.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: new("Acting"), PolicyName: &name})
				return err
			})
			continue
		}
		_, err := w.admin.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: new("agree"), PolicyName: &name, PolicyDocument: &text})
		must(t, err)
		after(t, func(ctx context.Context) error {
			_, err := w.admin.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: new("agree"), PolicyName: &name})
			return err
		})
	}
}

// bound sets the boundary.
func (w *world) bound(t *testing.T, a agreement) {
	t.Helper()
	made, err := w.admin.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: new("bound"), PolicyDocument: new(w.text(a.boundary))})
	must(t, err)
	if a.session != "" {
		_, err = w.admin.PutRolePermissionsBoundary(t.Context(), &iam.PutRolePermissionsBoundaryInput{RoleName: new("Acting"), PermissionsBoundary: made.Policy.Arn})
	} else {
		_, err = w.admin.PutUserPermissionsBoundary(t.Context(), &iam.PutUserPermissionsBoundaryInput{UserName: new("agree"), PermissionsBoundary: made.Policy.Arn})
	}
	must(t, err)
	after(t, func(ctx context.Context) error {
		if a.session != "" {
			_, err = w.admin.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: new("Acting")})
		} else {
			_, err = w.admin.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: new("agree")})
		}
		if err == nil {
			_, err = w.admin.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: made.Policy.Arn})
		}
		return err
	})
}

// control attaches a policy of the organization to the account.
func (w *world) control(t *testing.T, kind orgtypes.PolicyType, statement string) {
	t.Helper()
	made, err := w.organization.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{
		Name: new("agreement"), Description: new("x"), Type: kind, Content: new(w.text(statement)),
	})
	must(t, err)
	id := made.Policy.PolicySummary.Id
	_, err = w.organization.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: id, TargetId: &w.account})
	must(t, err)
	after(t, func(ctx context.Context) error {
		_, err := w.organization.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: id, TargetId: &w.account})
		if err == nil {
			_, err = w.organization.DeletePolicy(ctx, &organizations.DeletePolicyInput{PolicyId: id})
		}
		return err
	})
}

// asked is what a row asks for: an action, and on what.
func (w *world) asked(a agreement) (action, resource string) {
	switch {
	case a.trust != "":
		return "sts:AssumeRole", w.trusting
	case a.resource != "":
		return "organizations:DescribeAccount", w.accountARN
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
	case "organizations:DescribeAccount":
		_, err = w.userOrganizations.DescribeAccount(t.Context(), &organizations.DescribeAccountInput{AccountId: &w.account})
	default:
		_, err = w.caller(t, a).GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("Target")})
	}
	var failure smithy.APIError
	switch {
	case err == nil:
		return policy.Allowed
	case !errors.As(err, &failure) || !strings.HasPrefix(failure.ErrorCode(), "AccessDenied"):
		t.Fatal(err)
	case strings.Contains(failure.ErrorMessage(), "explicit deny"):
		return policy.ExplicitDeny
	}
	return policy.ImplicitDeny
}

// caller calls IAM for a row: the user, or a narrowed session of the role.
func (w *world) caller(t *testing.T, a agreement) *iam.Client {
	t.Helper()
	if a.session == "" {
		return w.userIAM
	}
	assumed, err := w.adminSTS.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &w.acting, RoleSessionName: new("agreement"), Policy: new(w.text(a.session))})
	must(t, err)
	return iam.NewFromConfig(w.house.config(given(assumed.Credentials)))
}

func (w *world) engine(t *testing.T, a agreement) policy.Decision {
	t.Helper()
	compile := func(statement string, kind policy.Kind) policy.Attached {
		p, err := policy.Compile(w.text(statement), kind)
		must(t, err)
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
	if a.rcp != "" {
		l.ResourceControls = [][]policy.Attached{{compile(mayAllResources, policy.ResourceControl), compile(a.rcp, policy.ResourceControl)}}
	}
	if a.session != "" {
		l.Session = []policy.Attached{compile(a.session, policy.Identity)}
	}
	if a.trust != "" {
		l.Resource = []policy.Attached{compile(a.trust, policy.Trust)}
	}
	if a.resource != "" {
		l.Resource = []policy.Attached{compile(a.resource, policy.Resource)}
	}
	keys := w.keys(a)
	keys["aws:username"], keys["aws:PrincipalArn"], keys["aws:PrincipalTag/team"] = []string{"agree"}, []string{w.user}, []string{"red"}
	keys["aws:PrincipalAccount"] = []string{w.account}
	r := policy.Request{Principal: policy.Principal{Type: policy.User, Account: w.account, ARN: w.user}, ResourceAccount: w.account}
	if a.session != "" {
		keys["aws:userid"], keys["aws:PrincipalArn"], keys["aws:TokenIssueTime"] = []string{"AROAX:agreement"}, []string{w.acting}, keys["aws:CurrentTime"]
		r.Principal = policy.Principal{Type: policy.Session, Account: w.account, ARN: "arn:aws:sts::" + w.account + ":assumed-role/Acting/agreement", Origin: w.acting}
	}
	if a.resource != "" {
		r.ResourceAccount = w.management
	}
	r.Context = policy.NewKeys(keys)
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
	if a.resource != "" {
		in.ResourcePolicy = new(w.text(a.resource))
	}
	out, err := w.admin.SimulatePrincipalPolicy(t.Context(), in)
	must(t, err)
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
	if a.resource != "" {
		in.ResourcePolicy = new(w.text(a.resource))
	}
	out, err := w.admin.SimulateCustomPolicy(t.Context(), in)
	must(t, err)
	return simulated[out.EvaluationResults[0].EvalDecision]
}
