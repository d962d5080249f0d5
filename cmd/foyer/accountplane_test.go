package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// A deed is one call in a story of the account plane.
type deed struct {
	by      string   // whose account calls, by the name under which it was kept; "" for the management account
	op      string   // the operation
	in      string   // its input, in which <NAME> stands for what was kept
	keep    string   // NAME=PATTERN: what the pattern's group matches in the answer is kept
	shows   string   // a pattern that the answer matches
	refused string   // the code that the call is refused with, and its reason behind a blank
	first   []string // NAME=code: before, with nothing in the place of <NAME>, the call is refused so
	again   string   // afterwards a second such call is refused so
	enter   string   // there is no call: the operator becomes an administrator in the account kept under this name
}

// accountPlane is a server with the contract of one of its services.
type accountPlane struct {
	*house
	contract contract
	callers  map[string]awssdk.Config // by name
	kept     map[string]string
	met      map[string]bool // operations with the codes of their refusals, "" for a success
}

// openAccountPlane starts a server, with an operator who is its administrator
// and a clerk whom no policy allows anything.
func openAccountPlane(t *testing.T, model string, flags ...string) *accountPlane {
	t.Helper()
	h, _ := start(t, flags...)
	p := &accountPlane{house: h, callers: map[string]awssdk.Config{}, met: map[string]bool{}, kept: map[string]string{"M": h.ManagementAccountID}}
	text, err := os.ReadFile(filepath.Join("..", "..", "api", "models", model+".json"))
	fatal(t, err)
	fatal(t, json.Unmarshal(text, &p.contract))
	users, ctx := iam.NewFromConfig(h.root()), t.Context()
	for _, name := range []string{"operator", "clerk"} {
		_, err := users.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
		fatal(t, err)
		key, err := users.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
		fatal(t, err)
		p.callers[name] = h.config(credentials.NewStaticCredentialsProvider(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, ""))
	}
	_, err = users.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: awssdk.String("operator"), PolicyArn: awssdk.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	fatal(t, err)
	p.callers[""] = p.callers["operator"]
	return p
}

// enter makes the operator an administrator in an account that the organization made.
func (p *accountPlane) enter(t *testing.T, name string) {
	t.Helper()
	role, err := sts.NewFromConfig(p.callers["operator"]).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: awssdk.String("arn:aws:iam::" + p.kept[name] + ":role/OrganizationAccountAccessRole"), RoleSessionName: awssdk.String("operator"),
	})
	fatal(t, err)
	p.callers[name] = p.config(credentials.NewStaticCredentialsProvider(*role.Credentials.AccessKeyId, *role.Credentials.SecretAccessKey, *role.Credentials.SessionToken))
}

// found makes a member of the operator's organization, and returns its id.
func (p *accountPlane) found(t *testing.T) string {
	t.Helper()
	org := organizations.NewFromConfig(p.callers["operator"])
	made, err := org.CreateAccount(t.Context(), &organizations.CreateAccountInput{AccountName: awssdk.String("Workshop"), Email: awssdk.String("workshop@example.net")})
	fatal(t, err)
	status, err := org.DescribeCreateAccountStatus(t.Context(), &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: made.CreateAccountStatus.Id})
	fatal(t, err)
	return *status.CreateAccountStatus.AccountId
}

// send calls an operation, really signed unless who calls has no key. It returns the answer's text, and of a
// refusal the code and the reason.
func (p *accountPlane) send(t *testing.T, by, op, in string) (answer, code, reason string) {
	t.Helper()
	c := p.contract.Metadata
	path := "/"
	if c.Protocol == "rest-json" {
		path = p.contract.Operations[op].HTTP.RequestURI
	}
	body := []byte(in)
	if c.Protocol == "query" {
		body = []byte("Action=" + op + "&Version=" + c.APIVersion + "&" + in)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.Endpoint+path, bytes.NewReader(body))
	fatal(t, err)
	switch c.Protocol {
	case "json":
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
		request.Header.Set("X-Amz-Target", c.TargetPrefix+"."+op)
	case "query":
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	config, known := p.callers[by]
	if !known {
		t.Fatalf("nobody is called %s", by)
	}
	if config.Credentials != nil {
		key, err := config.Credentials.Retrieve(t.Context())
		fatal(t, err)
		sum := sha256.Sum256(body)
		fatal(t, v4.NewSigner().SignHTTP(t.Context(), key, request, hex.EncodeToString(sum[:]), cmp.Or(c.SigningName, c.EndpointPrefix), p.Region, p.now()))
	}
	response, err := http.DefaultClient.Do(request)
	fatal(t, err)
	text, err := io.ReadAll(response.Body)
	fatal(t, err)
	fatal(t, response.Body.Close())
	if response.StatusCode == http.StatusOK {
		p.met[op+" "] = true
		return string(text), "", ""
	}
	var refusal struct{ Reason string }
	if c.Protocol == "query" {
		code = regexp.MustCompile(`<Code>(\w+)</Code>`).FindStringSubmatch(string(text))[1]
	} else {
		code, _, _ = strings.Cut(response.Header.Get("X-Amzn-Errortype"), ":")
		fatal(t, json.Unmarshal(text, &refusal))
	}
	if !slices.Contains(p.declared(op), code) && (c.Protocol != "query" || !slices.Contains(common, code)) {
		t.Errorf("%s %s is refused with what its contract does not declare: %s %s", op, in, code, text)
	}
	p.met[op+" "+code] = true
	p.kept["WHY"] = url.QueryEscape(response.Header.Get("X-Foyer-Authorization-Message"))
	return string(text), code, refusal.Reason
}

// common are codes that every service of the Query protocol has, and no contract.
var common = []string{"AccessDenied", "ValidationError"}

// declared are the codes of an operation's errors.
func (p *accountPlane) declared(op string) []string {
	codes := slices.Clone(p.contract.Operations[op].Errors)
	for i, shape := range codes {
		codes[i] = cmp.Or(p.contract.Shapes[shape].Error.Code, shape)
	}
	return codes
}

// fill puts what was kept into an input, and for what was not something that
// is not there. Names are in capitals, unlike the elements of an answer.
func (p *accountPlane) fill(in string, nowhere map[string]string) string {
	return regexp.MustCompile(`<[A-Z][A-Z0-9]*>`).ReplaceAllStringFunc(in, func(name string) string {
		name = strings.Trim(name, "<>")
		if value, ok := p.kept[name]; ok {
			return value
		}
		return nowhere[strings.TrimRight(name, "0123456789")]
	})
}

// without is an input with nothing in the place of a name.
func (p *accountPlane) without(in, name string, nowhere map[string]string) string {
	return p.fill(strings.ReplaceAll(in, "<"+name+">", nowhere[name]), nowhere)
}

// refuses makes a call that must be refused with a code, and maybe a reason.
func (p *accountPlane) refuses(t *testing.T, by, op, in, want string) {
	t.Helper()
	answer, code, reason := p.send(t, by, op, in)
	if wanted, why, _ := strings.Cut(want, " "); code != wanted || why != "" && reason != why {
		t.Errorf("%s %s by %q is answered %q %s %s, want %s", op, in, by, code, reason, answer, want)
	}
}

// tell plays a story.
func (p *accountPlane) tell(t *testing.T, story []deed, nowhere map[string]string) {
	t.Helper()
	for _, d := range story {
		if d.enter != "" {
			p.enter(t, d.enter)
			continue
		}
		for _, before := range d.first {
			name, code, _ := strings.Cut(before, "=")
			p.refuses(t, d.by, d.op, p.without(d.in, name, nowhere), code)
		}
		in := p.fill(d.in, nowhere)
		if d.refused != "" {
			p.refuses(t, d.by, d.op, in, d.refused)
			continue
		}
		answer, code, reason := p.send(t, d.by, d.op, in)
		if code != "" {
			t.Fatalf("%s %s by %q is refused: %s %s %s", d.op, in, d.by, code, reason, answer)
		}
		if !regexp.MustCompile(p.fill(d.shows, nowhere)).MatchString(answer) {
			t.Errorf("%s %s answers %s, want %s", d.op, in, answer, d.shows)
		}
		if name, pattern, ok := strings.Cut(d.keep, "="); ok {
			found := regexp.MustCompile(p.fill(pattern, nowhere)).FindStringSubmatch(answer)
			if found == nil {
				t.Fatalf("%s %s answers %s, in which nothing is %s", d.op, in, answer, pattern)
			}
			p.kept[name] = found[1]
		}
		if d.again != "" {
			p.refuses(t, d.by, d.op, in, d.again)
		}
	}
}

// untold reports what of the contract no story meets: operations that never
// succeed, and errors that nothing causes and no reason excuses. An excuse is
// for one operation, or with * for all.
func (p *accountPlane) untold(t *testing.T, excuses map[string]string) {
	t.Helper()
	used := map[string]bool{}
	excused := func(op, code string) bool {
		for _, key := range []string{op + " " + code, "* " + code, op + " *"} {
			if _, ok := excuses[key]; ok {
				used[key] = true
				return true
			}
		}
		return false
	}
	for op := range p.contract.Operations {
		for _, code := range append([]string{""}, p.declared(op)...) {
			if !p.met[op+" "+code] && !excused(op, code) {
				t.Errorf("%s: nothing is answered %q, and no reason is given", op, code)
			}
			if _, out := excuses[op+" "+code]; out && p.met[op+" "+code] {
				t.Errorf("%s: %q is said to be out of reach, and was answered", op, code)
			}
		}
	}
	for key := range excuses {
		if !used[key] {
			t.Errorf("nothing needs the excuse of %s", key)
		}
	}
}
