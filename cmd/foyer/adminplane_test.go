package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// An act is one call in the story of the admin plane.
type act struct {
	op      string // of sso-admin, else of identitystore
	in      string // its input, in which <NAME> stands for what was kept
	keep    string // NAME=Member.Of.The.Answer, kept for later acts
	member  bool   // a member account calls, not the management account
	until   string // what the answer must hold before the story goes on
	absent  string // the name whose absence the operation answers with ResourceNotFoundException
	again   string // the code that a second such call is refused with
	invalid string // an input against the rules, where {} is not
	refused string // the code that this call is refused with
}

// plane is a server with the contracts of its admin plane, and who calls it.
type plane struct {
	*house
	models map[string]contract
	clerk  *administrator // whom no policy allows anything
	member *administrator // of an account that is not the management account
	kept   map[string]string
	// answers are what the acts that succeeded were answered first, by operation and input.
	answers map[string]map[string]any
	errors  map[string]bool // operation and code of what was refused
}

// contract is what a model of AWS's says.
type contract struct {
	Metadata   struct{ APIVersion, Protocol, TargetPrefix, SigningName, EndpointPrefix string }
	Operations map[string]struct {
		HTTP   struct{ RequestURI string } `json:"http"`
		Input  struct{ Shape string }
		Output struct{ Shape string }
		Errors []string
	}
	Shapes map[string]struct {
		Type      string
		Sensitive bool
		Document  bool
		Required  []string
		Error     struct{ Code string }
		Members   map[string]struct{ Shape string }
		Member    struct{ Shape string }
	}
}

// openPlane starts a server.
func openPlane(t *testing.T, flags ...string) *plane {
	t.Helper()
	h, _ := start(t, flags...)
	p := &plane{house: h, models: map[string]contract{}, answers: map[string]map[string]any{}, errors: map[string]bool{}}
	p.kept = map[string]string{"I": h.InstanceARN, "D": h.IdentityStoreID, "M": h.ManagementAccountID}
	for _, name := range []string{"sso-admin", "identitystore"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "api", "models", name+".json"))
		fatal(t, err)
		var c contract
		fatal(t, json.Unmarshal(text, &c))
		p.models[name] = c
	}
	return p
}

// invite finds the callers of the story beside root.
func (p *plane) invite(t *testing.T) {
	t.Helper()
	h, ctx, users := p.house, t.Context(), iam.NewFromConfig(p.root())
	as := func(name, policy string) awssdk.Config {
		_, err := users.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
		fatal(t, err)
		if policy != "" {
			_, err = users.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: &policy})
			fatal(t, err)
		}
		key, err := users.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
		fatal(t, err)
		return h.config(credentials.NewStaticCredentialsProvider(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, ""))
	}
	account := h.Accounts[slices.IndexFunc(h.Accounts, func(id string) bool { return id != h.ManagementAccountID })]
	role, err := sts.NewFromConfig(as("admin", "arn:aws:iam::aws:policy/AdministratorAccess")).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: awssdk.String("arn:aws:iam::" + account + ":role/OrganizationAccountAccessRole"), RoleSessionName: awssdk.String("plane"),
	})
	fatal(t, err)
	p.clerk, p.member = h.administrator(), h.administrator()
	p.clerk.config = as("clerk", "")
	p.member.config = h.config(credentials.NewStaticCredentialsProvider(*role.Credentials.AccessKeyId, *role.Credentials.SecretAccessKey, *role.Credentials.SessionToken))
	p.kept["A"] = account
}

// service is the name of the model that has an operation.
func (p *plane) service(op string) string {
	if _, ok := p.models["sso-admin"].Operations[op]; ok {
		return "sso-admin"
	}
	return "identitystore"
}

// send calls, and returns the answer, or the code of the refusal, which it notes.
func (p *plane) send(t *testing.T, by *administrator, op, in string) (answer map[string]any, code string) {
	t.Helper()
	c := p.models[p.service(op)]
	err := by.call(t.Context(), c.Metadata.SigningName, c.Metadata.TargetPrefix+"."+op, json.RawMessage(p.fill(in)), &answer)
	if err == nil {
		return answer, ""
	}
	code, _, _ = strings.Cut(err.Error(), ":")
	if !slices.Contains(c.Operations[op].Errors, code) {
		t.Errorf("%s %s is refused with what its contract does not declare: %v", op, in, err)
	}
	p.errors[op+" "+code] = true
	return nil, code
}

// fill puts what was kept into an input.
func (p *plane) fill(in string) string {
	for name, value := range p.kept {
		in = strings.ReplaceAll(in, "<"+name+">", value)
	}
	return in
}

// nowhere names something of each kind that does not exist.
func (p *plane) nowhere(name string) string {
	_, id, _ := strings.Cut(p.InstanceARN, "instance/")
	const uuid = "00000000-0000-4000-8000-000000000000"
	absent, ok := map[string]string{
		"I": "arn:aws:sso:::instance/ssoins-0000000000000000", "D": "d-0000000000",
		"SET": "arn:aws:sso:::permissionSet/" + id + "/ps-0000000000000000",
		"APP": "arn:aws:sso::" + p.ManagementAccountID + ":application/" + id + "/apl-0000000000000000",
		"TTI": "arn:aws:sso::" + p.ManagementAccountID + ":trustedTokenIssuer/" + id + "/tti-" + uuid,
	}[name]
	if ok {
		return absent
	}
	return uuid
}

// play makes a call of the story, and before it those that must be refused.
func (p *plane) play(t *testing.T, a act) {
	t.Helper()
	by := p.administrator()
	if a.member {
		by = p.member
	}
	if a.refused != "" {
		if _, code := p.send(t, by, a.op, a.in); code != a.refused {
			t.Errorf("%s %s is answered %q, want %s", a.op, a.in, code, a.refused)
		}
		return
	}
	if _, code := p.send(t, p.clerk, a.op, a.in); code != "AccessDeniedException" {
		t.Errorf("%s by whom no policy allows it is answered %q", a.op, code)
	}
	invalid := a.invalid
	if invalid == "" {
		invalid = "{}"
	}
	if _, code := p.send(t, by, a.op, invalid); code != "ValidationException" {
		t.Errorf("%s %s is answered %q, want ValidationException", a.op, invalid, code)
	}
	if a.absent != "" {
		in := strings.ReplaceAll(a.in, "<"+a.absent+">", p.nowhere(a.absent))
		if _, code := p.send(t, by, a.op, in); code != "ResourceNotFoundException" {
			t.Errorf("%s %s is answered %q, want ResourceNotFoundException", a.op, in, code)
		}
	}
	answer, code := p.send(t, by, a.op, a.in)
	for deadline := time.Now().Add(time.Minute); a.until != "" && code == "" && time.Now().Before(deadline); answer, code = p.send(t, by, a.op, a.in) {
		if text, err := json.Marshal(answer); err == nil && strings.Contains(string(text), a.until) {
			break
		}
	}
	if code != "" {
		t.Fatalf("%s %s is refused: %s", a.op, p.fill(a.in), code)
	}
	p.answers[a.op+a.in] = answer
	if name, path, ok := strings.Cut(a.keep, "="); ok {
		p.kept[name] = reached(t, answer, path)
	}
	if a.again != "" {
		if _, code := p.send(t, by, a.op, a.in); code != a.again {
			t.Errorf("%s a second time is answered %q, want %s", a.op, code, a.again)
		}
	}
}

// reached is the text at a path into an answer.
func reached(t *testing.T, answer map[string]any, path string) string {
	t.Helper()
	var at any = answer
	for member := range strings.SplitSeq(path, ".") {
		next, ok := at.(map[string]any)
		if !ok {
			t.Fatalf("no %s in %v", path, answer)
		}
		at = next[member]
	}
	text, ok := at.(string)
	if !ok {
		t.Fatalf("no %s in %v", path, answer)
	}
	return text
}

// TestTheAdminPlane plays the whole story of the admin plane through the wire:
// every operation of sso-admin and identitystore succeeds, is refused with every
// error that its contract declares and a caller can cause, and leaves the event
// that CloudTrail would hold.
func TestTheAdminPlane(t *testing.T) {
	p := openPlane(t, "--demo")
	p.invite(t)
	for _, a := range adminPlane {
		p.play(t, a)
	}
	for _, a := range adminPlane {
		if a.refused == "" {
			p.leftEvent(t, a)
		}
	}
	small := openPlane(t, "--quota", "users=1", "--quota", "groups=2", "--quota", "groups-per-user=1", "--quota", "permission-sets=2",
		"--quota", "policies-per-permission-set=1", "--quota", "permission-sets-per-account=1", "--quota", "inline-policy-bytes=20",
		"--quota", "applications=1", "--quota", "trusted-token-issuers=1", "--quota", "regions=1", "--quota", "tags-per-resource=1")
	small.errors = p.errors
	for _, a := range overQuota {
		if a.refused == "" {
			answer, code := small.send(t, small.administrator(), a.op, a.in)
			if code != "" {
				t.Fatalf("%s %s is refused: %s", a.op, a.in, code)
			}
			if name, path, ok := strings.Cut(a.keep, "="); ok {
				small.kept[name] = reached(t, answer, path)
			}
			continue
		}
		small.play(t, a)
	}
	for name, c := range p.models {
		for op, o := range c.Operations {
			if !slices.ContainsFunc(adminPlane, func(a act) bool { return a.op == op && a.refused == "" }) {
				t.Errorf("%s %s is not in the story", name, op)
			}
			for _, code := range o.Errors {
				produced, why := p.errors[op+" "+code], unreachable(op, code)
				switch {
				case !produced && why == "":
					t.Errorf("%s: nothing produces its %s, and no reason is given", op, code)
				case produced && why != "":
					t.Errorf("%s: %s is said to be out of reach (%s) and was produced", op, code, why)
				}
			}
		}
	}
}

// unreachable is the reason why no single call can produce a declared error; ""
// when one can.
func unreachable(op, code string) string {
	if code == "InternalServerException" {
		return "only a failure of ours causes it"
	}
	if code == "ThrottlingException" {
		return "AWS's throttles are off unless asked for, and decide before the operation is looked at: TestAWSThrottlesItsAdministratorsAlone"
	}
	return outOfReach[op+" "+code]
}

// leftEvent looks for the event of an act that succeeded.
func (p *plane) leftEvent(t *testing.T, a act) {
	t.Helper()
	by, name := p.administrator(), p.service(a.op)
	if a.member {
		by = p.member
	}
	source := map[string]string{"sso-admin": "sso.amazonaws.com", "identitystore": "identitystore.amazonaws.com"}[name]
	reads := slices.ContainsFunc([]string{"Get", "List", "Describe", "IsMember"}, func(verb string) bool { return strings.HasPrefix(a.op, verb) })
	var input any
	fatal(t, json.Unmarshal([]byte(p.fill(a.in)), &input))
	want, _ := p.recorded(name, p.models[name].Operations[a.op].Input.Shape, input).(map[string]any)
	var seen []event
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		seen = events(t, by, a.op)
		for _, e := range seen {
			if e.ErrorCode != "" || !reflect.DeepEqual(maps.Collect(maps.All(e.RequestParameters)), maps.Collect(maps.All(want))) {
				continue
			}
			if !reads && !p.answered(name, a, e) {
				continue
			}
			if e.EventSource != source || e.ReadOnly != reads || e.EventType != "AwsApiCall" || e.EventCategory != "Management" || reads && e.ResponseElements != nil {
				t.Errorf("the event of %s is %+v", a.op, e)
			}
			return
		}
	}
	t.Errorf("%s left no event with the parameters %v among %+v", a.op, want, seen)
}

// answered reports whether an event shows what an act was answered: of what
// changes nothing no answer is shown, nor where it says nothing.
func (p *plane) answered(service string, a act, e event) bool {
	want, _ := p.recorded(service, p.models[service].Operations[a.op].Output.Shape, p.answers[a.op+a.in]).(map[string]any)
	if len(want) == 0 {
		return e.ResponseElements == nil
	}
	return reflect.DeepEqual(e.ResponseElements, want)
}

// event is a CloudTrail record, as far as the story looks at it.
type event struct {
	EventSource, EventType, EventCategory, ErrorCode string
	ReadOnly                                         bool
	RequestParameters, ResponseElements              map[string]any
}

func events(t *testing.T, by *administrator, name string) []event {
	t.Helper()
	var page struct {
		Events []struct{ CloudTrailEvent string }
	}
	in := map[string]any{"LookupAttributes": []any{map[string]any{"AttributeKey": "EventName", "AttributeValue": name}}}
	fatal(t, by.call(t.Context(), "cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", in, &page))
	all := make([]event, len(page.Events))
	for i, e := range page.Events {
		fatal(t, json.Unmarshal([]byte(e.CloudTrailEvent), &all[i]))
	}
	return all
}

// recorded is how CloudTrail shows an input or an answer: members begin in lower
// case, times are text, and what the contract calls sensitive is hidden.
func (p *plane) recorded(service, shape string, value any) any {
	s := p.models[service].Shapes[shape]
	if s.Sensitive {
		return "HIDDEN_DUE_TO_SECURITY_REASONS"
	}
	switch v := value.(type) {
	case float64:
		if s.Type == "timestamp" {
			return time.Unix(0, int64(v*1e9)).UTC().Format("2006-01-02T15:04:05Z")
		}
	case map[string]any:
		if s.Type != "structure" || s.Document {
			return v
		}
		out := map[string]any{}
		for name, member := range v {
			out[strings.ToLower(name[:1])+name[1:]] = p.recorded(service, s.Members[name].Shape, member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, member := range v {
			out[i] = p.recorded(service, s.Member.Shape, member)
		}
		return out
	}
	return value
}
