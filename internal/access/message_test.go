package access_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"foyer/internal/access"
	"foyer/internal/caller"
	"foyer/internal/organizations"
	"foyer/internal/policy"
	"foyer/internal/wire"
)

// decoded is what tests look at of a decoded message.
type decoded struct {
	Allowed, ExplicitDeny bool
	MatchedStatements     struct {
		Items []struct {
			StatementID, Effect string
			Actions, Conditions struct{ Items []map[string]any }
		}
	}
	Context struct {
		Principal        struct{ ID, Name, ARN string }
		Action, Resource string
		Conditions       struct {
			Items []struct {
				Key    string
				Values struct{ Items []struct{ Value string } }
			}
		}
	}
}

// messageOf is the encoded message of a refusal.
func messageOf(t *testing.T, err error) string {
	t.Helper()
	d, ok := errors.AsType[*access.Denial](err)
	if !ok {
		t.Fatalf("no denial: %v", err)
	}
	return d.AuthorizationMessage()
}

func TestDenialsCanBeAskedForTheirReasons(t *testing.T) {
	h := open(t)
	deny := `{"Version":"2012-10-17","Statement":[{"Sid":"NoUsers","Effect":"Deny","Action":["iam:Create*","iam:Delete*"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":["red","blue"]}}}]}`
	ann := h.user(t, h.member, "ann", statement("Allow", "iam:Get*"), deny)
	demand := wire.Demand{Action: "iam:CreateUser", Resource: "arn:aws:iam::111122223333:user/x", Context: map[string][]string{"aws:RequestTag/team": {"red"}}}
	err := h.gate.Check(t.Context(), by(ann), []wire.Demand{demand})
	text, failure := h.gate.Messages.Decode(h.member, messageOf(t, err), now)
	must(t, failure)
	var m decoded
	must(t, json.Unmarshal([]byte(text), &m))
	if m.Allowed || !m.ExplicitDeny || len(m.MatchedStatements.Items) != 1 {
		t.Fatal(text)
	}
	if s := m.MatchedStatements.Items[0]; s.StatementID != "NoUsers" || s.Effect != "DENY" || len(s.Actions.Items) != 2 || s.Actions.Items[0]["value"] != "iam:Create*" || len(s.Conditions.Items) != 1 {
		t.Errorf("matched %+v", s)
	}
	if c := m.Context; c.Action != demand.Action || c.Resource != demand.Resource || c.Principal.ARN != ann.ARN || c.Principal.ID != ann.ID || c.Principal.Name != "ann" {
		t.Errorf("context %+v", c)
	}
	keys := map[string]string{}
	for _, k := range m.Context.Conditions.Items {
		keys[k.Key] = k.Values.Items[0].Value
	}
	if keys["aws:RequestTag/team"] != "red" || keys["aws:SourceIp"] != "203.0.113.9" || keys["aws:username"] != "ann" {
		t.Errorf("conditions %v", keys)
	}

	implicit := messageOf(t, h.gate.Check(t.Context(), by(ann), []wire.Demand{{Action: "s3:GetObject", Resource: "*"}}))
	text, failure = h.gate.Messages.Decode(h.member, implicit, now.Add(23*time.Hour))
	if failure != nil || !strings.HasPrefix(text, `{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AIDA`) {
		t.Errorf("%s, %v", text, failure)
	}
	for name, try := range map[string]func() (string, error){
		"another account": func() (string, error) { return h.gate.Messages.Decode(management, implicit, now) },
		"a day later":     func() (string, error) { return h.gate.Messages.Decode(h.member, implicit, now.Add(25*time.Hour)) },
		"a changed text":  func() (string, error) { return h.gate.Messages.Decode(h.member, implicit+"x", now) },
		"nothing":         func() (string, error) { return h.gate.Messages.Decode(h.member, "", now) },
	} {
		text, err := try()
		if _, ok := errors.AsType[*access.InvalidMessage](err); !ok || text != "" || err.Error() != "Message is not valid: "+errors.Unwrap(errors.Unwrap(err)).Error() {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

// TestMessagesKeepSecrets: what an organization, or another account, has
// written is not for the caller to read.
func TestMessagesKeepSecrets(t *testing.T) {
	h := open(t)
	h.scp(t, h.unit, "guard", `{"Version":"2012-10-17","Statement":[{"Sid":"Hidden","Effect":"Deny","Action":"iam:*","Resource":"*"}]}`, false)
	ann := h.user(t, h.member, "ann", statement("Allow", "*"))
	bob := h.user(t, management, "bob", statement("Allow", "*"))
	ofOrganization := h.gate.Check(t.Context(), by(ann), []wire.Demand{{Action: "iam:GetRole", Resource: "*"}})
	const trust = `{"Version":"2012-10-17","Statement":[{"Sid":"Hidden","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
	role := wire.Demand{Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + string(h.member) + ":role/r"}
	ofAnother := h.gate.CheckResource(t.Context(), by(bob), role, trust, h.member)
	for account, err := range map[caller.Caller]error{ann: ofOrganization, bob: ofAnother} {
		text, failure := h.gate.Messages.Decode(account.Account, messageOf(t, err), now)
		if failure != nil || !strings.Contains(text, `"explicitDeny":true`) || strings.Contains(text, "Hidden") {
			t.Errorf("%s, %v", text, failure)
		}
	}
}

func TestResourceControlPolicies(t *testing.T) {
	h := open(t)
	_, err := h.org.EnablePolicyType(t.Context(), h.root, organizations.ResourceControl)
	must(t, err)
	p, err := h.org.CreatePolicy(t.Context(), organizations.Policy{
		Type: organizations.ResourceControl, Name: "ours", Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["sts:AssumeRole","iam:GetRole"],"Resource":"*",
			"Condition":{"StringNotEqualsIfExists":{"aws:PrincipalAccount":"` + string(h.member) + `"}}}]}`,
	}, nil)
	must(t, err)
	must(t, h.org.AttachPolicy(t.Context(), p.ID, h.unit))
	bob := h.user(t, management, "bob", statement("Allow", "*"))
	ann := h.user(t, h.member, "ann", statement("Allow", "*"))
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["` + string(management) + `","` + string(h.member) + `"]},"Action":"sts:AssumeRole"}]}`
	assume := wire.Demand{Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + string(h.member) + ":role/r"}
	said(t, h.gate.CheckResource(t.Context(), by(bob), assume, trust, h.member),
		sentence(bob, assume.Action, assume.Resource, "with an explicit deny in a resource control policy"))
	said(t, h.gate.CheckResource(t.Context(), by(ann), assume, trust, h.member), "")
	// The management account's resources are exempt, and so is IAM, which knows no such policies.
	said(t, h.gate.CheckResource(t.Context(), by(ann), wire.Demand{Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + string(management) + ":role/r"}, trust, management), "")
	said(t, h.gate.Check(t.Context(), by(ann), []wire.Demand{{Action: "iam:GetRole", Resource: "*"}}), "")
	over, err := h.gate.ResourceControls(t.Context(), h.member)
	if err != nil || len(over) != 3 || over[0][0].Policy.Kind() != policy.ResourceControl {
		t.Errorf("%d levels, %v", len(over), err)
	}
}
