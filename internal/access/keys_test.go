package access_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/internal/caller"
	"foyer/internal/iam"
	"foyer/internal/wire"
)

func TestConditionKeys(t *testing.T) {
	h := open(t)
	control := h.control(t)
	ann := h.user(t, h.member, "ann")
	deploy := h.role(t, h.member, "Deploy")
	plain := session(deploy, nil)
	rich := session(deploy, func(s *caller.Session) {
		s.Tags = map[string]string{"TEAM": "blue"}
		s.SourceIdentity, s.Provider, s.MFA = "ann@example.net", "arn:aws:iam::1:saml-provider/x", true
		s.Context = map[string][]string{"identitystore:UserId": {"90671a2b3c-1"}, "aws:PrincipalAccount": {"000000000000"}}
	})
	demand := wire.Demand{
		Action: "iam:CreateUser", Resource: "arn:aws:iam::" + string(h.member) + ":user/bob",
		Context: map[string][]string{
			"aws:RequestTag/Team": {"red"}, "aws:TagKeys": {"Team"}, "aws:ResourceTag/env": {"prod"}, "aws:SourceIp": {"192.0.2.1"},
		},
	}
	member := string(h.member)

	for name, tt := range map[string]struct {
		by   caller.Caller
		op   string
		key  string
		want string // a value the condition holds for; "-" when the key must be missing
	}{
		"a user's ARN":                {ann, "ArnEquals", "aws:PrincipalArn", ann.ARN},
		"a session's is its role's":   {plain, "ArnEquals", "aws:PrincipalArn", deploy.ARN},
		"the root's":                  {root(h.member), "ArnEquals", "aws:PrincipalArn", "arn:aws:iam::" + member + ":root"},
		"account":                     {ann, "StringEquals", "aws:PrincipalAccount", member},
		"organization":                {ann, "StringEquals", "aws:PrincipalOrgID", control.org},
		"place in the organization":   {ann, "ForAnyValue:StringLike", "aws:PrincipalOrgPaths", control.org + "/" + h.root + "/" + h.unit + "/"},
		"type of a user":              {ann, "StringEquals", "aws:PrincipalType", "User"},
		"type of a session":           {plain, "StringEquals", "aws:PrincipalType", "AssumedRole"},
		"no service":                  {ann, "Bool", "aws:PrincipalIsAWSService", "false"},
		"no service's name":           {ann, "Null", "aws:PrincipalServiceName", "-"},
		"not through a service":       {ann, "Bool", "aws:ViaAWSService", "false"},
		"a user's id":                 {ann, "StringEquals", "aws:userid", ann.ID},
		"a session's id":              {plain, "StringEquals", "aws:userid", deploy.ID + ":release"},
		"a user's name":               {ann, "StringEquals", "aws:username", "ann"},
		"a session has no user name":  {plain, "Null", "aws:username", "-"},
		"a user's tag":                {ann, "StringEquals", "aws:PrincipalTag/team", "red"},
		"a role's tag":                {plain, "StringEquals", "aws:PrincipalTag/team", "red"},
		"a session's tag hides it":    {rich, "StringEquals", "aws:PrincipalTag/team", "blue"},
		"its other tags stay":         {rich, "StringEquals", "aws:PrincipalTag/env", "prod"},
		"no such tag":                 {rich, "Null", "aws:PrincipalTag/none", "-"},
		"address, whatever is said":   {ann, "IpAddress", "aws:SourceIp", "203.0.113.0/24"},
		"time":                        {ann, "DateEquals", "aws:CurrentTime", "2026-11-23T12:00:00Z"},
		"time in seconds":             {ann, "NumericEquals", "aws:EpochTime", fmt.Sprint(now.Unix())},
		"transport":                   {ann, "Bool", "aws:SecureTransport", "true"},
		"agent":                       {ann, "StringLike", "aws:UserAgent", "aws-cli/*"},
		"region":                      {ann, "StringEquals", "aws:RequestedRegion", "eu-central-1"},
		"issue of a token":            {plain, "DateEquals", "aws:TokenIssueTime", "2026-11-23T11:59:00Z"},
		"a long-term key has none":    {ann, "Null", "aws:TokenIssueTime", "-"},
		"no second factor":            {plain, "Bool", "aws:MultiFactorAuthPresent", "false"},
		"a second factor":             {rich, "Bool", "aws:MultiFactorAuthPresent", "true"},
		"a long-term key has neither": {ann, "Null", "aws:MultiFactorAuthPresent", "-"},
		"source identity":             {rich, "StringEquals", "aws:SourceIdentity", "ann@example.net"},
		"no source identity":          {plain, "Null", "aws:SourceIdentity", "-"},
		"provider":                    {rich, "StringEquals", "aws:FederatedProvider", "arn:aws:iam::1:saml-provider/x"},
		"no provider":                 {plain, "Null", "aws:FederatedProvider", "-"},
		"a key of the session":        {rich, "StringEquals", "identitystore:userid", "90671a2b3c-1"},
		"none may pose as another":    {rich, "StringEquals", "aws:PrincipalAccount", member},
		"a tag of the request":        {ann, "StringEquals", "aws:RequestTag/team", "red"},
		"keys of its tags":            {ann, "ForAllValues:StringEquals", "aws:TagKeys", "Team"},
		"a tag of the resource":       {ann, "StringEquals", "aws:ResourceTag/env", "prod"},
		"account of the resource":     {ann, "StringEquals", "aws:ResourceAccount", member},
		"organization of it":          {ann, "StringEquals", "aws:ResourceOrgID", control.org},
		"and its place there":         {ann, "ForAnyValue:StringLike", "aws:ResourceOrgPaths", control.org + "/*"},
		"a key of nobody":             {ann, "Null", "aws:Unheard", "-"},
	} {
		t.Run(name, func(t *testing.T) {
			c := tt.by
			holds := func(op, value string) bool {
				condition := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{%q:{%q:%q}}}]}`, op, tt.key, value)
				if c.Kind == caller.Root {
					p, err := h.org.UpdatePolicy(t.Context(), control.policy, change(condition))
					must(t, err)
					defer func() { _, err = h.org.UpdatePolicy(t.Context(), p.ID, change(control.none)); must(t, err) }()
				} else {
					kind, name := iam.UserKind, c.Name
					if c.Session != nil {
						kind, name = iam.RoleKind, "Deploy"
					}
					must(t, h.iam.PutInlinePolicy(t.Context(), iam.Ref{Account: h.member, Kind: kind, Name: name}, "condition", condition))
				}
				err := h.gate.Check(t.Context(), by(c), []wire.Demand{demand})
				return err != nil && strings.Contains(err.Error(), "explicit deny")
			}
			if tt.want == "-" {
				if !holds("Null", "true") {
					t.Errorf("%s is there", tt.key)
				}
				return
			}
			if !holds(tt.op, tt.want) {
				t.Errorf("%s %s %s does not hold", tt.op, tt.key, tt.want)
			}
			if holds("Null", "true") {
				t.Errorf("%s is missing", tt.key)
			}
		})
	}
}

// TestPlacesOfForeignResources asks the keys of a resource in another account.
func TestPlacesOfForeignResources(t *testing.T) {
	h := open(t)
	control := h.control(t)
	target := h.role(t, h.member, "Target")
	for key, want := range map[string]string{
		"aws:ResourceAccount": string(h.member), "aws:ResourceOrgID": control.org, "aws:ResourceOrgPaths": control.org + "/" + h.root + "/" + h.unit + "/",
		"aws:PrincipalOrgPaths": control.org + "/" + h.root + "/",
	} {
		name := strings.TrimPrefix(key, "aws:")
		c := h.user(t, management, name, fmt.Sprintf(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Condition":{"ForAnyValue:StringEquals":{%q:%q}}}]}`, key, want))
		t.Run(name, func(t *testing.T) {
			d := wire.Demand{Action: "sts:AssumeRole", Resource: target.ARN}
			said(t, h.gate.CheckResource(t.Context(), by(c), d, trustAccounts, h.member), "")
		})
	}
}

// TestPlaceOfTheOrganizationsResources asks as a member about what belongs to
// the management account, and about what belongs to who knows whom.
func TestPlaceOfTheOrganizationsResources(t *testing.T) {
	h := open(t)
	control := h.control(t)
	ann := h.user(t, h.member, "ann", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:*","Resource":"*",
		"Condition":{"StringEquals":{"aws:ResourceOrgID":"`+control.org+`"},"Null":{"aws:ResourceOrgPaths":"true"}}}]}`)
	const action = "organizations:DescribeOrganization"
	ask := func(account string) (string, error) {
		resource := "arn:aws:organizations::" + account + ":organization/" + control.org
		return resource, h.gate.Check(t.Context(), by(ann), []wire.Demand{{Action: action, Resource: resource}})
	}
	_, err := ask(string(management))
	said(t, err, "")
	for _, account := range []string{"999999999999", string(h.member), ""} {
		resource, err := ask(account)
		said(t, err, sentence(ann, action, resource, "because no identity-based policy allows the "+action+" action"))
	}
}

func TestVariablesInPolicies(t *testing.T) {
	h := open(t)
	ann := h.user(t, h.member, "ann", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:user/people/${aws:username}"}]}`)
	get := func(name string) wire.Demand {
		return wire.Demand{Action: "iam:GetUser", Resource: "arn:aws:iam::" + string(h.member) + ":user/people/" + name}
	}
	said(t, h.gate.Check(t.Context(), by(ann), []wire.Demand{get("ann")}), "")
	said(t, h.gate.Check(t.Context(), by(ann), []wire.Demand{get("bob")}),
		sentence(ann, "iam:GetUser", get("bob").Resource, "because no identity-based policy allows the iam:GetUser action"))
}
