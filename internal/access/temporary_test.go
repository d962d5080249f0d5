package access_test

import (
	"errors"
	"testing"
	"time"

	"foyer/internal/access"
	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

// ofUser is a session that c has, or vouches for, changed by change.
func ofUser(c caller.Caller, kind caller.Kind, change func(*caller.Session)) caller.Caller {
	s := &caller.Session{
		Kind: kind, AccessKeyID: "ASIAEXAMPLEEXAMPLE12", Account: c.Account, UserARN: c.ARN, UserID: c.ID, Name: c.Name, Issued: now.Add(-time.Minute),
	}
	if kind == caller.FederatedUser {
		s.Name = "guest"
	}
	if change != nil {
		change(s)
	}
	return sts.Caller(s)
}

func withMFA(s *caller.Session) { s.MFA = true }

func policies(documents ...string) func(*caller.Session) {
	return func(s *caller.Session) { s.Policies = documents }
}

func TestWhatTemporaryCredentialsOfUsersAreGoodFor(t *testing.T) {
	h := open(t)
	all := statement("Allow", "*")
	ann := h.user(t, h.member, "ann", all)
	bob := h.user(t, h.member, "bob", statement("Allow", "organizations:Describe*"))
	for name, tt := range map[string]struct {
		by     caller.Caller
		action string
		denied string // "" when allowed; "key" when it is as if nobody had the key
	}{
		"a user's session does what the user may":     {ofUser(ann, caller.User, nil), "organizations:DescribeOrganization", ""},
		"and nothing else":                            {ofUser(bob, caller.User, nil), "organizations:ListRoots", "because no identity-based policy allows the organizations:ListRoots action"},
		"it does not call IAM":                        {ofUser(ann, caller.User, nil), "iam:ListUsers", "key"},
		"but with a device's code it does":            {ofUser(ann, caller.User, withMFA), "iam:ListUsers", ""},
		"of STS it calls nothing that is asked about": {ofUser(ann, caller.User, withMFA), "sts:GetAccessKeyInfo", "on resource: *"},
		"root's session does everything":              {ofUser(root(h.member), caller.Root, nil), "organizations:ListRoots", ""},
		"but IAM":                                     {ofUser(root(h.member), caller.Root, nil), "iam:ListUsers", "key"},
		"a federated user without policies":           {ofUser(ann, caller.FederatedUser, nil), "organizations:ListRoots", "because no session policy allows the organizations:ListRoots action"},
		"a federated user":                            {ofUser(ann, caller.FederatedUser, policies(all)), "organizations:ListRoots", ""},
		"a federated user of whom may less":           {ofUser(bob, caller.FederatedUser, policies(all)), "organizations:ListRoots", "because no identity-based policy allows the organizations:ListRoots action"},
		"a federated user never calls IAM":            {ofUser(ann, caller.FederatedUser, policies(all)), "iam:ListUsers", "key"},
		"whom root vouches for":                       {ofUser(root(h.member), caller.FederatedUser, policies(statement("Allow", "organizations:ListRoots"))), "organizations:ListRoots", ""},
		"whom root vouches for, with less": {
			ofUser(root(h.member), caller.FederatedUser, policies(statement("Allow", "s3:*"))), "organizations:ListRoots",
			"because no session policy allows the organizations:ListRoots action",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := h.gate.Check(t.Context(), by(tt.by), []wire.Demand{{Action: tt.action, Resource: "*"}})
			if tt.denied == "key" {
				if !errors.Is(err, access.ErrUnknownKey) {
					t.Errorf("err = %v, want that nobody has the key", err)
				}
				return
			}
			want := tt.denied
			if want != "" {
				want = "User: " + tt.by.ARN + " is not authorized to perform: " + tt.action + " on resource: * " + tt.denied
			}
			if tt.denied == "on resource: *" {
				want = "User: " + tt.by.ARN + " is not authorized to perform: " + tt.action + " on resource: *"
			}
			said(t, err, want)
		})
	}
}

func TestAUserWhoIsGoneLeavesNobodyToVouch(t *testing.T) {
	h := open(t)
	ann := h.user(t, h.member, "ann", statement("Allow", "*"))
	ann.ID = "AIDAOTHER" // another by the same name
	for _, c := range []caller.Caller{ofUser(ann, caller.User, nil), ofUser(ann, caller.FederatedUser, policies(statement("Allow", "*")))} {
		if err := h.gate.Check(t.Context(), by(c), []wire.Demand{{Action: "organizations:ListRoots", Resource: "*"}}); err == nil {
			t.Errorf("%s is allowed by rights that are another's", c.ARN)
		}
	}
}

func TestATaskBoundsRoot(t *testing.T) {
	h := open(t)
	task := ofUser(root(h.member), caller.Root, func(s *caller.Session) {
		s.PolicyARNs = []string{"arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
	})
	own := arn.IAM(h.member, "root")
	said(t, h.gate.Check(t.Context(), by(task), []wire.Demand{{Action: "iam:ListAccessKeys", Resource: own}}), "")
	said(t, h.gate.Check(t.Context(), by(task), []wire.Demand{{Action: "organizations:ListRoots", Resource: own}}),
		"User: "+own+" is not authorized to perform: organizations:ListRoots on resource: "+own+" with an explicit deny in a session policy")
	said(t, h.gate.Check(t.Context(), by(task), []wire.Demand{{Action: "iam:ListAccessKeys", Resource: arn.IAM(h.member, "user/ann")}}),
		"User: "+own+" is not authorized to perform: iam:ListAccessKeys on resource: "+arn.IAM(h.member, "user/ann")+" with an explicit deny in a session policy")
}

func TestKeysOfASessionWithADevicesCode(t *testing.T) {
	h := open(t)
	ann := h.user(t, h.member, "ann", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{
		"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericEquals":{"aws:MultiFactorAuthAge":"60"},"StringEquals":{"aws:username":"ann"},
		"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::`+string(h.member)+`:user/people/ann"}}}]}`)
	demand := []wire.Demand{{Action: "organizations:ListRoots", Resource: "*"}}
	said(t, h.gate.Check(t.Context(), by(ofUser(ann, caller.User, withMFA)), demand), "")
	if err := h.gate.Check(t.Context(), by(ofUser(ann, caller.User, nil)), demand); err == nil {
		t.Error("a session without a code passes for one with")
	}
}
