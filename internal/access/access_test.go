package access_test

import (
	"strings"
	"testing"

	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/organizations"
	"foyer/internal/wire"
)

// sentence is a denial in AWS's words.
func sentence(c caller.Caller, action, resource, reason string) string {
	return "User: " + c.ARN + " is not authorized to perform: " + action + " on resource: " + resource + " " + reason
}

func TestCheck(t *testing.T) {
	h := open(t)
	account := h.member
	allowIAM := statement("Allow", "iam:*")
	ann := h.user(t, account, "ann", allowIAM)
	none := h.user(t, account, "none")
	denied := h.user(t, account, "denied", allowIAM, statement("Deny", "iam:Delete*"))
	bounded := h.user(t, account, "bounded", allowIAM)
	boundary := h.managed(t, account, "boundary", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"iam:Get*","Resource":"*"},{"Effect":"Deny","Action":"iam:GetRole","Resource":"*"}]}`)
	must(t, h.iam.SetBoundary(t.Context(), iam.Ref{Account: account, Kind: iam.UserKind, Name: "bounded"}, boundary))

	grouped := h.user(t, account, "grouped")
	_, err := h.iam.CreateGroup(t.Context(), account, "readers", "")
	must(t, err)
	must(t, h.iam.AddToGroup(t.Context(), account, "readers", "grouped"))
	h.inline(t, iam.Ref{Account: account, Kind: iam.GroupKind, Name: "readers"}, statement("Allow", "iam:Get*"))

	deploy := h.role(t, account, "Deploy", allowIAM)
	readOnly := h.managed(t, account, "readonly", statement("Allow", "iam:Get*"))
	bare := session(deploy, nil)
	narrowed := session(deploy, func(s *caller.Session) { s.Policies = []string{statement("Allow", "iam:List*")} })
	byARN := session(deploy, func(s *caller.Session) { s.PolicyARNs = []string{readOnly} })
	both := session(deploy, func(s *caller.Session) {
		s.Policies, s.PolicyARNs = []string{statement("Deny", "iam:GetRole")}, []string{readOnly}
	})
	missing := session(deploy, func(s *caller.Session) { s.PolicyARNs = []string{readOnly, readOnly + "-gone"} })
	gone := session(deploy, func(s *caller.Session) { s.RoleID = "AROAOFTHEROLEBEFORE12" })
	never := session(iam.Role{Entity: iam.Entity{Account: account, ID: "AROAX", ARN: "arn:aws:iam::" + string(account) + ":role/never"}}, nil)

	h.scp(t, h.unit, "guard", statement("Deny", "organizations:LeaveOrganization"), false)
	h.scp(t, string(account), "services", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:*"],"Resource":"*"}]}`, true)
	manager := h.user(t, management, "manager", statement("Allow", "organizations:*"))

	const role = "arn:aws:iam::111122223333:role/x"
	for name, tt := range map[string]struct {
		by     caller.Caller
		action string
		reason string // "" when allowed
	}{
		"an identity policy allows":                         {by: ann, action: "iam:GetRole"},
		"nothing allows":                                    {none, "iam:GetRole", "because no identity-based policy allows the iam:GetRole action"},
		"an identity policy denies":                         {denied, "iam:DeleteRole", "with an explicit deny in an identity-based policy"},
		"what is not denied stays allowed":                  {by: denied, action: "iam:GetRole"},
		"a group's policy allows":                           {by: grouped, action: "iam:GetUser"},
		"a group's policy is all there is":                  {grouped, "iam:CreateUser", "because no identity-based policy allows the iam:CreateUser action"},
		"the boundary allows too":                           {by: bounded, action: "iam:GetUser"},
		"the boundary does not allow":                       {bounded, "iam:CreateUser", "because no permissions boundary allows the iam:CreateUser action"},
		"the boundary denies":                               {bounded, "iam:GetRole", "with an explicit deny in a permissions boundary"},
		"a session has its role's rights":                   {by: bare, action: "iam:CreateRole"},
		"a session policy allows too":                       {by: narrowed, action: "iam:ListRoles"},
		"no session policy allows":                          {narrowed, "iam:GetRole", "because no session policy allows the iam:GetRole action"},
		"a managed session policy allows":                   {by: byARN, action: "iam:GetRole"},
		"a managed session policy does not allow":           {byARN, "iam:CreateRole", "because no session policy allows the iam:CreateRole action"},
		"a session policy denies":                           {both, "iam:GetRole", "with an explicit deny in a session policy"},
		"a session policy that is gone allows nothing":      {missing, "iam:GetRole", "because no session policy allows the iam:GetRole action"},
		"a session of a role made again":                    {gone, "iam:GetRole", "because no identity-based policy allows the iam:GetRole action"},
		"a session of a role that is gone":                  {never, "iam:GetRole", "because no identity-based policy allows the iam:GetRole action"},
		"a service control policy denies above":             {ann, "organizations:LeaveOrganization", "with an explicit deny in a service control policy"},
		"no service control policy allows":                  {ann, "sso:ListInstances", "because no service control policy allows the sso:ListInstances action"},
		"a member's root is allowed":                        {by: root(account), action: "iam:GetRole"},
		"a member's root is denied by the organization":     {root(account), "organizations:LeaveOrganization", "with an explicit deny in a service control policy"},
		"a member's root is not allowed by it":              {root(account), "sso:ListInstances", "because no service control policy allows the sso:ListInstances action"},
		"the management account's root is allowed":          {by: root(management), action: "sso:ListInstances"},
		"the management account is exempt from SCPs":        {by: manager, action: "organizations:LeaveOrganization"},
		"an account of which nothing is known does not act": {root("999999999999"), "iam:GetRole", "because the account 999999999999 is suspended"},
	} {
		t.Run(name, func(t *testing.T) {
			want := ""
			if tt.reason != "" {
				want = sentence(tt.by, tt.action, role, tt.reason)
			}
			said(t, h.gate.Check(t.Context(), by(tt.by), []wire.Demand{{Action: tt.action, Resource: role}}), want)
		})
	}
}

func TestEveryDemandMustBeAllowed(t *testing.T) {
	h := open(t)
	ann := h.user(t, h.member, "ann", statement("Allow", "iam:Get*"))
	err := h.gate.Check(t.Context(), by(ann), []wire.Demand{{Action: "iam:GetRole", Resource: "*"}, {Action: "iam:PassRole", Resource: "*"}})
	said(t, err, sentence(ann, "iam:PassRole", "*", "because no identity-based policy allows the iam:PassRole action"))
	if err := h.gate.Check(t.Context(), by(ann), nil); err != nil {
		t.Errorf("what demands nothing is refused: %v", err)
	}
}

func TestNobodyMayNothing(t *testing.T) {
	h := open(t)
	err := h.gate.Check(t.Context(), by(caller.Caller{}), []wire.Demand{{Action: "iam:GetRole", Resource: "*"}})
	if fault.Of(err) != fault.Unauthenticated {
		t.Errorf("an unsigned call: %v", err)
	}
	if err := h.gate.Check(t.Context(), by(caller.Caller{}), nil); err != nil {
		t.Errorf("an unsigned call that demands nothing: %v", err)
	}
	service := caller.Caller{Kind: caller.Service, Name: "sso.amazonaws.com", ARN: "sso.amazonaws.com"}
	said(t, h.gate.Check(t.Context(), by(service), []wire.Demand{{Action: "iam:GetRole", Resource: "*"}}),
		sentence(service, "iam:GetRole", "*", "because no resource-based policy allows the iam:GetRole action"))
}

func TestServiceLinkedRolesAreExemptFromSCPs(t *testing.T) {
	h := open(t)
	linked, err := h.iam.EnsureServiceLinkedRole(t.Context(), h.member, "organizations.amazonaws.com", "")
	must(t, err)
	h.scp(t, h.unit, "none", statement("Deny", "iam:*"), false)
	said(t, h.gate.Check(t.Context(), by(session(linked, nil)), []wire.Demand{{Action: "iam:CreateServiceLinkedRole", Resource: "*"}}), "")
}

func TestClosedAccountsDoNotAct(t *testing.T) {
	h := open(t)
	ann := h.user(t, h.member, "ann", statement("Allow", "*"))
	target := h.role(t, h.member, "Target")
	manager := h.user(t, management, "manager", statement("Allow", "*"))
	assume := wire.Demand{Action: "sts:AssumeRole", Resource: target.ARN}
	said(t, h.gate.CheckResource(t.Context(), by(manager), assume, trustAccounts, h.member), "")
	must(t, h.org.CloseAccount(t.Context(), h.member))
	suspended := "because the account " + string(h.member) + " is suspended"
	said(t, h.gate.Check(t.Context(), by(ann), []wire.Demand{{Action: "iam:GetRole", Resource: "*"}}), sentence(ann, "iam:GetRole", "*", suspended))
	said(t, h.gate.CheckResource(t.Context(), by(manager), assume, trustAccounts, h.member), sentence(manager, "sts:AssumeRole", target.ARN, suspended))
}

func TestChangesShowAtOnce(t *testing.T) {
	h := open(t)
	ann := h.user(t, h.member, "ann", statement("Allow", "iam:*"))
	demands := []wire.Demand{{Action: "iam:GetRole", Resource: "*"}}
	for range 3 {
		must(t, h.gate.Check(t.Context(), by(ann), demands))
	}
	if h.reads != 1 {
		t.Errorf("rights were read %d times, want once", h.reads)
	}
	h.scp(t, h.root, "none", statement("Deny", "iam:*"), false)
	said(t, h.gate.Check(t.Context(), by(ann), demands), sentence(ann, "iam:GetRole", "*", "with an explicit deny in a service control policy"))
	must(t, h.org.MoveAccount(t.Context(), h.member, h.unit, h.root))
	_, err := h.org.DisablePolicyType(t.Context(), h.root, organizations.ServiceControl)
	must(t, err)
	must(t, h.gate.Check(t.Context(), by(ann), demands))
	ref := iam.Ref{Account: h.member, Kind: iam.UserKind, Name: "ann"}
	must(t, h.iam.DeleteInlinePolicy(t.Context(), ref, "p0"))
	must(t, h.iam.DeleteUser(t.Context(), h.member, "ann"))
	said(t, h.gate.Check(t.Context(), by(ann), demands), sentence(ann, "iam:GetRole", "*", "because no identity-based policy allows the iam:GetRole action"))
}

// trusting is a trust policy that lets principals assume a role.
func trusting(effect string, principals ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Principal":{"AWS":["` + strings.Join(principals, `","`) + `"]},"Action":"sts:AssumeRole"}]}`
}

func TestAssumingRoles(t *testing.T) {
	h := open(t)
	other := string(h.member)
	mayAssume := statement("Allow", "sts:AssumeRole")
	ann := h.user(t, management, "ann", mayAssume)
	none := h.user(t, management, "none")
	own := h.role(t, management, "Own")
	theirs := h.role(t, h.member, "Theirs")
	ops := h.role(t, management, "Ops")
	guarded := h.user(t, h.member, "guarded", mayAssume)
	h.scp(t, other, "noassume", statement("Deny", "sts:AssumeRole"), false)
	annARN := "arn:aws:iam::111122223333:user/people/ann"

	for name, tt := range map[string]struct {
		by     caller.Caller
		role   iam.Role
		trust  string
		reason string
	}{
		"own account, trust and identity allow":          {by: ann, role: own, trust: trustAccounts},
		"own account, the account is trusted only":       {none, own, trustAccounts, "because no identity-based policy allows the sts:AssumeRole action"},
		"own account, the user is named":                 {by: none, role: own, trust: trusting("Allow", none.ARN)},
		"own account, another is named":                  {ann, own, trusting("Allow", none.ARN), "because no role trust policy allows the sts:AssumeRole action"},
		"own account, the trust denies":                  {ann, own, strings.Replace(trustAccounts, `"Statement":[`, `"Statement":[{"Effect":"Deny","Principal":{"AWS":"`+annARN+`"},"Action":"sts:AssumeRole"},`, 1), "with an explicit deny in the role trust policy"},
		"own account, the role of a session is named":    {by: session(ops, nil), role: own, trust: trusting("Allow", ops.ARN)},
		"... but its session policy does not allow":      {session(ops, func(s *caller.Session) { s.Policies = []string{statement("Allow", "iam:*")} }), own, trusting("Allow", ops.ARN), "because no session policy allows the sts:AssumeRole action"},
		"own account, a role that is gone is named":      {session(ops, func(s *caller.Session) { s.RoleID = "AROABEFORE" }), own, trusting("Allow", ops.ARN), "because no identity-based policy allows the sts:AssumeRole action"},
		"across accounts, trust and identity allow":      {by: ann, role: theirs, trust: trustAccounts},
		"across accounts, the user is named and may":     {by: ann, role: theirs, trust: trusting("Allow", annARN)},
		"across accounts, the user is named and may not": {none, theirs, trusting("Allow", none.ARN), "because no identity-based policy allows the sts:AssumeRole action"},
		"across accounts, the account is not trusted":    {ann, theirs, trusting("Allow", other), "because no role trust policy allows the sts:AssumeRole action"},
		"the organization of the caller denies":          {guarded, own, trusting("Allow", other), "with an explicit deny in a service control policy"},
		"nobody is trusted by nobody":                    {caller.Caller{}, own, trustAccounts, "because no role trust policy allows the sts:AssumeRole action"},
	} {
		t.Run(name, func(t *testing.T) {
			want := ""
			if tt.reason != "" {
				who := tt.by
				if who.ARN == "" {
					who.ARN = "anonymous"
				}
				want = sentence(who, "sts:AssumeRole", tt.role.ARN, tt.reason)
			}
			d := wire.Demand{Action: "sts:AssumeRole", Resource: tt.role.ARN}
			said(t, h.gate.CheckResource(t.Context(), by(tt.by), d, tt.trust, tt.role.Account), want)
		})
	}
}

func TestPoliciesOfOtherResources(t *testing.T) {
	h := open(t)
	none := h.user(t, management, "none")
	const bucket = "arn:aws:s3:::ledger"
	document := strings.Replace(trusting("Allow", none.ARN), "sts:AssumeRole", "s3:Get*", 1)
	get, put := wire.Demand{Action: "s3:GetObject", Resource: bucket}, wire.Demand{Action: "s3:PutObject", Resource: bucket}
	said(t, h.gate.CheckResource(t.Context(), by(none), get, document, management), "")
	said(t, h.gate.CheckResource(t.Context(), by(none), put, document, management),
		sentence(none, "s3:PutObject", bucket, "because no identity-based policy allows the s3:PutObject action"))
	said(t, h.gate.CheckResource(t.Context(), by(none), put, document, h.member),
		sentence(none, "s3:PutObject", bucket, "because no resource-based policy allows the s3:PutObject action"))
	err := h.gate.CheckResource(t.Context(), by(none), get, "{", management)
	if err == nil || fault.Of(err) != fault.Internal {
		t.Errorf("a policy that cannot be read: %v", err)
	}
}
