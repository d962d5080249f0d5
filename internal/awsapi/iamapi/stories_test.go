package iamapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"foyer/internal/arn"
	"foyer/internal/iam"
)

// stories tell of every kind of resource what happens when all is well, when it
// is not there, when it is in the way, and when there are too many.
var stories = map[string][]step{
	"access keys":                 accessKeyStory,
	"groups":                      groupStory,
	"inline policies":             inlineStory,
	"instance profiles":           instanceProfileStory,
	"managed policies":            policyStory,
	"attached policies":           attachmentStory,
	"OpenID Connect providers":    oidcStory,
	"permissions boundaries":      boundaryStory,
	"policies that grant":         grantingStory,
	"protected roles":             protectedStory,
	"roles":                       roleStory,
	"SAML providers":              samlStory,
	"service-linked roles":        serviceLinkedStory,
	"users":                       userStory,
	"who uses a policy, and what": usageStory,
}

// TestStories tells the stories, each in an account of its own, on every kind
// of store, and then looks for failures that the contract knows and none told.
func TestStories(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for i, name := range slices.Sorted(maps.Keys(stories)) {
			t.Run(name, func(t *testing.T) {
				h.as(arn.AccountID(fmt.Sprintf("1111222200%02d", i)))
				h.tell(t, stories[name])
			})
		}
		h.untold(t)
	})
}

// nowhere are failures of the contract that an operation here never has, or
// every operation with *, and why.
var nowhere = map[string]string{
	"* ServiceFailure":                                        "nothing to provoke it with",
	"* ConcurrentModification":                                "changes come one after the other, and one that meets another is tried again",
	"* LimitExceeded":                                         "AWS bounds how often is deleted, detached and removed; Foyer does not",
	"UpdateUser EntityTemporarilyUnmodifiable":                "a user can be changed as soon as it is made",
	"CreateGroup NoSuchEntity":                                "it names nothing that has to be there",
	"AddRoleToInstanceProfile EntityAlreadyExists":            "AWS answers LimitExceeded, also for the same role",
	"CreateServiceLinkedRole NoSuchEntity":                    "it names nothing that has to be there",
	"CreateServiceLinkedRole LimitExceeded":                   "there are as many as services",
	"CreateOpenIDConnectProvider OpenIdIdpCommunicationError": "thumbprints that are not given stay out: nobody is asked for them",
	"UpdateAccessKey InvalidInput":                            "the contract's own rules are broken first",
	"UntagInstanceProfile InvalidInput":                       "every name of the contract's form can be a profile's",
	"DeleteOpenIDConnectProvider NoSuchEntity":                "deleting what is not there is no error, as AWS has it",
	"ListAttachedUserPolicies InvalidInput":                   "the contract's own rules are broken first",
	"ListAttachedGroupPolicies InvalidInput":                  "the contract's own rules are broken first",
	"ListAttachedRolePolicies InvalidInput":                   "the contract's own rules are broken first",
}

// limited are the operations that have a limit to reach.
var limited = []string{
	"AddClientIDToOpenIDConnectProvider", "AddRoleToInstanceProfile", "AddUserToGroup", "AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy",
	"CreateAccessKey", "CreateGroup", "CreateInstanceProfile", "CreateOpenIDConnectProvider", "CreatePolicy", "CreatePolicyVersion", "CreateRole",
	"CreateSAMLProvider", "CreateUser", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy", "TagInstanceProfile", "TagOpenIDConnectProvider",
	"TagPolicy", "TagRole", "TagSAMLProvider", "TagUser", "UpdateAssumeRolePolicy",
}

// untold reports the failures that the contract declares for an operation of
// the stories and that no story meets.
func (h *house) untold(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("../../../api/models/iam.json")
	if err != nil {
		t.Fatal(err)
	}
	var model struct {
		Operations map[string]struct{ Errors []string }
		Shapes     map[string]struct{ Error struct{ Code string } }
	}
	if err := json.Unmarshal(text, &model); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for met := range h.met {
		operation, _, _ := strings.Cut(met, " ")
		told[operation] = true
	}
	for _, operation := range slices.Sorted(maps.Keys(told)) {
		for _, shape := range append([]string{""}, model.Operations[operation].Errors...) {
			code := model.Shapes[shape].Error.Code
			_, excused := nowhere["* "+code]
			if code == "LimitExceeded" && slices.Contains(limited, operation) {
				excused = false
			}
			if _, here := nowhere[operation+" "+code]; !here && !excused && !h.met[operation+" "+code] {
				t.Errorf("no story of %s tells of %q", operation, code)
			}
		}
	}
}

// none are steps that fail because what they name is not there.
func none(message string, calls ...string) []step {
	steps := make([]step, len(calls))
	for i, call := range calls {
		steps[i] = step{call: call, fails: "NoSuchEntity " + message}
	}
	return steps
}

// refused are steps that fail alike.
func refused(failure string, calls ...string) []step {
	steps := make([]step, len(calls))
	for i, call := range calls {
		steps[i] = step{call: call, fails: failure}
	}
	return steps
}

// tags is a parameter of so many tags.
func tags(n int, prefix string) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, " Tags.member.%d.Key=%s%d Tags.member.%d.Value=v", i+1, prefix, i, i+1)
	}
	return all.String()
}

const (
	foreign   = "InvalidInput aws: prefixed tag key names are not allowed for external use."
	doubled   = "InvalidInput Duplicate tag keys found. Please note that Tag keys are case insensitive."
	tooTagged = "LimitExceeded The number of tags has reached the maximum limit."
	badName   = " is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
	badPath   = "ValidationError The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."
)

// tagging is what tags are to every kind: name is how an operation's resource
// is named, gone how one is that is not there.
func tagging(kind, name, gone, message string) []step {
	steps := []step{
		{call: "Tag" + kind + " " + name + " Tags.member.1.Key=Team Tags.member.1.Value=red Tags.member.2.Key=cost~center Tags.member.2.Value="},
		{call: "Tag" + kind + " " + name + " Tags.member.1.Key=team Tags.member.1.Value=blue"},
		{call: "Tag" + kind + " " + name + " Tags.member.1.Key=AWS:x Tags.member.1.Value=v", fails: foreign},
		{call: "Tag" + kind + " " + name + " Tags.member.1.Key=a Tags.member.1.Value=v Tags.member.2.Key=A Tags.member.2.Value=v", fails: doubled},
		{call: "Tag" + kind + " " + name + tags(49, "k"), fails: tooTagged},
		{call: "List" + kind + "Tags " + name, shows: `<Key>cost center</Key><Value></Value></member><member><Key>team</Key><Value>blue</Value></member></Tags><IsTruncated>false<`, lacks: "red"},
		{call: "List" + kind + "Tags " + name + " MaxItems=1", shows: `<IsTruncated>true</IsTruncated><Marker>(.+)</Marker>`, keeps: "Next", lacks: "blue"},
		{call: "List" + kind + "Tags " + name + " MaxItems=1 Marker=$Next", shows: `blue`, lacks: "center"},
		{call: "Untag" + kind + " " + name + " TagKeys.member.1=TEAM TagKeys.member.2=never~there"},
		{call: "List" + kind + "Tags " + name, shows: `cost center`, lacks: "blue"},
		{call: "List" + kind + "Tags " + name + " Marker=mine", fails: "ValidationError Invalid Marker."},
	}
	return append(steps, none(message, "Tag"+kind+" "+gone+" Tags.member.1.Key=a Tags.member.1.Value=b", "Untag"+kind+" "+gone+" TagKeys.member.1=a", "List"+kind+"Tags "+gone)...)
}

var userStory = slices.Concat([]step{
	{call: "CreateUser UserName=ann Path=/x/ Tags.member.1.Key=a Tags.member.1.Value=b", shows: `<Path>/x/</Path><UserName>ann</UserName><UserId>AIDA[A-Z0-9]{17}</UserId><Arn>$IAM:user/x/ann</Arn>`},
	{call: "CreateUser UserName=Ann", fails: "EntityAlreadyExists User with name Ann already exists."},
	{call: "CreateUser UserName=a/b", fails: "ValidationError The specified value for userName" + badName},
	{call: "CreateUser UserName=" + strings.Repeat("n", 65), fails: "ValidationError 1 validation error detected: Value '" + strings.Repeat("n", 65) + "' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64"},
	{call: "CreateUser UserName=bob Path=x", fails: badPath},
	{call: "CreateUser UserName=bob Path=/x", fails: badPath},
	{call: "CreateUser UserName=bob Tags.member.1.Key=aws:a Tags.member.1.Value=b", fails: foreign},
	{call: "CreateUser UserName=bob PermissionsBoundary=arn:aws:iam::aws:policy/None", fails: "NoSuchEntity Policy arn:aws:iam::aws:policy/None does not exist or is not attachable."},
	{call: "CreateUser UserName=bob"},
	{call: "CreateUser UserName=cid"},
	{call: "CreateUser UserName=dan", fails: "LimitExceeded Cannot exceed quota for UsersPerAccount: 3"},
	{call: "GetUser UserName=ANN", shows: `<Arn>$IAM:user/x/ann</Arn>.*<Key>a</Key>`},
	{call: "ListUsers PathPrefix=/x", shows: `<UserName>ann<.*<IsTruncated>false<`, lacks: "bob"},
	{call: "ListUsers PathPrefix=x", fails: "ValidationError The specified value for pathPrefix is invalid. It must begin with / and contain only alphanumeric characters and/or / characters."},
	{call: "ListUsers MaxItems=2", shows: `<Marker>(.+)</Marker>`, keeps: "Next", lacks: "cid"},
	{call: "ListUsers MaxItems=2 Marker=$Next", shows: `cid`, lacks: "bob"},
	{call: "ListUsers PathPrefix=/x Marker=$Next", fails: "ValidationError Invalid Marker."},
	{call: "ListUsers MaxItems=1001", fails: "ValidationError 1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"},
	{call: "UpdateUser UserName=bob NewUserName=ANN", fails: "EntityAlreadyExists User with name ANN already exists."},
	{call: "UpdateUser UserName=bob NewUserName=Bob NewPath=/y/"},
	{call: "UpdateUser UserName=bob NewUserName=rob"},
	{call: "UpdateUser UserName=rob NewPath=y/", fails: "ValidationError The specified value for newPath is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."},
	{call: "GetUser UserName=rob", shows: `<Arn>$IAM:user/y/rob</Arn>`},

	{call: "CreateGroup GroupName=g"},
	{call: "AddUserToGroup GroupName=g UserName=rob"},
	{call: "DeleteUser UserName=rob", fails: "DeleteConflict Cannot delete entity, must remove users from group first."},
	{call: "RemoveUserFromGroup GroupName=g UserName=rob"},
	{call: "CreateAccessKey UserName=rob", shows: `<AccessKeyId>(AKIA[A-Z0-9]{16})<`, keeps: "Key"},
	{call: "DeleteUser UserName=rob", fails: "DeleteConflict Cannot delete entity, must delete access keys first."},
	{call: "DeleteAccessKey UserName=rob AccessKeyId=$Key"},
	{call: "AttachUserPolicy UserName=rob PolicyArn=" + admin},
	{call: "DeleteUser UserName=rob", fails: "DeleteConflict Cannot delete entity, must detach all policies first."},
	{call: "DetachUserPolicy UserName=rob PolicyArn=" + admin},
	{call: "PutUserPolicy UserName=rob PolicyName=p PolicyDocument=_ANYONE_"},
	{call: "DeleteUser UserName=rob", fails: "DeleteConflict Cannot delete entity, must delete policies first."},
	{call: "DeleteUserPolicy UserName=rob PolicyName=p"},
	{call: "DeleteUser UserName=rob"},
}, none("The user with name none cannot be found.", "GetUser UserName=none", "UpdateUser UserName=none NewUserName=x", "DeleteUser UserName=none"),
	[]step{{call: "UntagUser UserName=ann TagKeys.member.1=a"}},
	tagging("User", "UserName=ann", "UserName=none", "The user with name none cannot be found."),
)

var groupStory = slices.Concat([]step{
	{call: "CreateUser UserName=ann"},
	{call: "CreateUser UserName=bob"},
	{call: "CreateGroup GroupName=ops Path=/x/", shows: `<GroupId>AGPA[A-Z0-9]{17}</GroupId><Arn>$IAM:group/x/ops</Arn>`},
	{call: "CreateGroup GroupName=OPS", fails: "EntityAlreadyExists Group with name OPS already exists."},
	{call: "CreateGroup GroupName=a~b", fails: "ValidationError The specified value for groupName" + badName},
	{call: "CreateGroup GroupName=dev Path=//x", fails: badPath},
	{call: "CreateGroup GroupName=dev"},
	{call: "CreateGroup GroupName=qa"},
	{call: "CreateGroup GroupName=hr", fails: "LimitExceeded Cannot exceed quota for GroupsPerAccount: 3"},
	{call: "ListGroups PathPrefix=/x/", shows: `ops`, lacks: "dev"},
	{call: "ListGroups MaxItems=2", shows: `<Marker>(.+)</Marker>`, keeps: "Next", lacks: "qa"},
	{call: "ListGroups Marker=$Next", shows: `qa`, lacks: "dev"},
	{call: "UpdateGroup GroupName=qa NewGroupName=Dev", fails: "EntityAlreadyExists Group with name Dev already exists."},
	{call: "UpdateGroup GroupName=qa NewGroupName=test NewPath=/t/"},
	{call: "GetGroup GroupName=test", shows: `<Arn>$IAM:group/t/test</Arn>.*<Users></Users>`},

	{call: "AddUserToGroup GroupName=ops UserName=ann"},
	{call: "AddUserToGroup GroupName=ops UserName=ann"},
	{call: "AddUserToGroup GroupName=ops UserName=bob"},
	{call: "AddUserToGroup GroupName=dev UserName=ann"},
	{call: "AddUserToGroup GroupName=test UserName=ann", fails: "LimitExceeded Cannot exceed quota for GroupsPerUser: 2"},
	{call: "GetGroup GroupName=ops MaxItems=1", shows: `ann.*<IsTruncated>true</IsTruncated><Marker>(.+)</Marker>`, keeps: "Next", lacks: "bob"},
	{call: "GetGroup GroupName=ops Marker=$Next", shows: `bob`, lacks: "ann"},
	{call: "ListGroupsForUser UserName=ann MaxItems=1", shows: `<GroupName>dev<.*<Marker>(.+)</Marker>`, keeps: "Next", lacks: "ops"},
	{call: "ListGroupsForUser UserName=ann Marker=$Next", shows: `ops`, lacks: "dev"},
	{call: "DeleteGroup GroupName=ops", fails: "DeleteConflict Cannot delete entity, must remove users from group first."},
	{call: "RemoveUserFromGroup GroupName=ops UserName=ann"},
	{call: "RemoveUserFromGroup GroupName=ops UserName=ann", fails: "NoSuchEntity The user with name ann cannot be found."},
	{call: "RemoveUserFromGroup GroupName=ops UserName=bob"},
	{call: "AttachGroupPolicy GroupName=ops PolicyArn=" + admin},
	{call: "DeleteGroup GroupName=ops", fails: "DeleteConflict Cannot delete entity, must detach all policies first."},
	{call: "DetachGroupPolicy GroupName=ops PolicyArn=" + admin},
	{call: "PutGroupPolicy GroupName=ops PolicyName=p PolicyDocument=_ANYONE_"},
	{call: "DeleteGroup GroupName=ops", fails: "DeleteConflict Cannot delete entity, must delete policies first."},
	{call: "DeleteGroupPolicy GroupName=ops PolicyName=p"},
	{call: "DeleteGroup GroupName=ops"},
}, none("The group with name none cannot be found.", "GetGroup GroupName=none", "UpdateGroup GroupName=none NewGroupName=x", "DeleteGroup GroupName=none",
	"AddUserToGroup GroupName=none UserName=ann", "RemoveUserFromGroup GroupName=none UserName=ann"),
	none("The user with name none cannot be found.", "AddUserToGroup GroupName=dev UserName=none", "RemoveUserFromGroup GroupName=dev UserName=none", "ListGroupsForUser UserName=none"),
)

var roleStory = slices.Concat([]step{
	{call: "CreateRole RoleName=web Path=/x/ AssumeRolePolicyDocument=_BYEC2_ Description=for~the~web MaxSessionDuration=7200",
		shows: `<RoleId>AROA[A-Z0-9]{17}</RoleId><Arn>$IAM:role/x/web</Arn>.*<AssumeRolePolicyDocument>%7B.*<Description>for the web<.*<MaxSessionDuration>7200<`},
	{call: "CreateRole RoleName=WEB AssumeRolePolicyDocument=_BYEC2_", fails: "EntityAlreadyExists Role with name WEB already exists."},
	{call: "CreateRole RoleName=a:b AssumeRolePolicyDocument=_BYEC2_", fails: "ValidationError The specified value for roleName" + badName},
	{call: "CreateRole RoleName=b Path=x AssumeRolePolicyDocument=_BYEC2_", fails: badPath},
	{call: "CreateRole RoleName=b AssumeRolePolicyDocument={", fails: "MalformedPolicyDocument This policy contains invalid Json"},
	{call: "CreateRole RoleName=b AssumeRolePolicyDocument=_ANYONE_", fails: "MalformedPolicyDocument Has prohibited field Resource"},
	{call: "CreateRole RoleName=b AssumeRolePolicyDocument=_BYEC2_ MaxSessionDuration=3599", fails: "ValidationError 1 validation error detected: Value '3599' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600"},
	{call: "CreateRole RoleName=b AssumeRolePolicyDocument=_BYEC2_ PermissionsBoundary=$IAM:policy/none", fails: "NoSuchEntity Policy $IAM:policy/none does not exist or is not attachable."},
	{call: "CreateRole RoleName=b AssumeRolePolicyDocument=" + longTrust, fails: "LimitExceeded Cannot exceed quota for ACLSizePerRole: 2048"},
	{call: "CreateRole RoleName=b AssumeRolePolicyDocument=_BYEC2_ Tags.member.1.Key=aws:b Tags.member.1.Value=b", fails: foreign},
	{call: "CreateRole RoleName=b AssumeRolePolicyDocument=" + by("$IAM:user/none"), fails: `MalformedPolicyDocument Invalid principal in policy: "AWS":"$IAM:user/none"`},
	{call: "CreateRole RoleName=b AssumeRolePolicyDocument=" + by("$IAM:role/web"), fails: `MalformedPolicyDocument Invalid principal in policy: "AWS":"$IAM:role/web"`},
	{call: "CreateRole RoleName=b AssumeRolePolicyDocument=" + by("$IAM:role/x/web")},
	{call: "UpdateAssumeRolePolicy RoleName=b PolicyDocument=" + by("$IAM:role/none"), fails: `MalformedPolicyDocument Invalid principal in policy: "AWS":"$IAM:role/none"`},
	{call: "UpdateAssumeRolePolicy RoleName=b PolicyDocument=" + by("arn:aws:iam::999999999999:role/anybody")}, // of whom nothing is known here
	{call: "UpdateAssumeRolePolicy RoleName=b PolicyDocument=" + by("999999999999")},
	{call: "CreateRole RoleName=c AssumeRolePolicyDocument=_BYEC2_"},
	{call: "CreateRole RoleName=d AssumeRolePolicyDocument=_BYEC2_", fails: "LimitExceeded Cannot exceed quota for RolesPerAccount: 3"},
	{call: "GetRole RoleName=Web", shows: `<Arn>$IAM:role/x/web</Arn>`},
	{call: "ListRoles PathPrefix=/x/", shows: `web`, lacks: "<RoleName>b<"},
	{call: "ListRoles MaxItems=2", shows: `<Marker>(.+)</Marker>`, keeps: "Next", lacks: "web"},
	{call: "ListRoles Marker=$Next", shows: `web.*<IsTruncated>false<`, lacks: "<RoleName>c<"},
	{call: "UpdateRole RoleName=web Description=new MaxSessionDuration=43200"},
	{call: "UpdateRole RoleName=web MaxSessionDuration=43201", fails: "ValidationError 1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200"},
	{call: "UpdateRoleDescription RoleName=web Description=newer", shows: `<Description>newer<.*<MaxSessionDuration>43200<`},
	{call: "UpdateAssumeRolePolicy RoleName=web PolicyDocument=_BYEC2_"},
	{call: "UpdateAssumeRolePolicy RoleName=web PolicyDocument=_ANYONE_", fails: "MalformedPolicyDocument Has prohibited field Resource"},
	{call: "UpdateAssumeRolePolicy RoleName=web PolicyDocument=" + longTrust, fails: "LimitExceeded Cannot exceed quota for ACLSizePerRole: 2048"},
	{call: "AttachRolePolicy RoleName=b PolicyArn=" + admin},
	{call: "DeleteRole RoleName=b", fails: "DeleteConflict Cannot delete entity, must detach all policies first."},
	{call: "DetachRolePolicy RoleName=b PolicyArn=" + admin},
	{call: "PutRolePolicy RoleName=b PolicyName=p PolicyDocument=_ANYONE_"},
	{call: "DeleteRole RoleName=b", fails: "DeleteConflict Cannot delete entity, must delete policies first."},
	{call: "DeleteRolePolicy RoleName=b PolicyName=p"},
	{call: "DeleteRole RoleName=b"},
	{call: "GetAccountSummary", shows: `<key>Roles</key><value>2</value>`},
}, refused("InvalidInput The role name AWSReservedSSO_x is not valid: names that begin with AWSReservedSSO_ are reserved for AWS IAM Identity Center.", "CreateRole RoleName=AWSReservedSSO_x AssumeRolePolicyDocument=_BYEC2_"),
	none("The role with name none cannot be found.", "GetRole RoleName=none", "UpdateRole RoleName=none", "UpdateRoleDescription RoleName=none Description=x",
		"UpdateAssumeRolePolicy RoleName=none PolicyDocument=_BYEC2_", "DeleteRole RoleName=none"),
	tagging("Role", "RoleName=web", "RoleName=none", "The role with name none cannot be found."),
)

// by is a trust policy for one principal.
func by(principal string) string {
	return strings.Replace(byEC2, `"Service":"ec2.amazonaws.com"`, `"AWS":"`+principal+`"`, 1)
}

// longTrust is a trust policy of more than 2,048 characters.
var longTrust = strings.Replace(byEC2, "ec2", strings.Repeat("e", 2048), 1)

var protected = "AWSReservedSSO_Admin_0123456789abcdef"

var protectedStory = slices.Concat([]step{{first: func(t *testing.T, h *house) {
	t.Helper()
	outcomes, err := h.IAM.PutProtectedRoles(t.Context(), []iam.ProtectedRole{{
		Account: h.caller.Account, Name: protected, Path: "/aws-reserved/sso.amazonaws.com/", TrustPolicy: byEC2, ManagedPolicyARNs: []string{admin},
	}})
	if err != nil || outcomes[0] != nil {
		t.Fatal(err, outcomes)
	}
}, call: "CreateInstanceProfile InstanceProfileName=p"}},
	refused("UnmodifiableEntity Cannot perform the operation on the protected role '"+protected+"' - this role is only modifiable by AWS",
		"AddRoleToInstanceProfile InstanceProfileName=p RoleName="+protected,
		"RemoveRoleFromInstanceProfile InstanceProfileName=p RoleName="+protected,
		"AttachRolePolicy PolicyArn="+admin+" RoleName="+protected,
		"DetachRolePolicy PolicyArn="+admin+" RoleName="+protected,
		"PutRolePolicy PolicyName=p PolicyDocument=_ANYONE_ RoleName="+protected,
		"DeleteRolePolicy PolicyName=p RoleName="+protected,
		"PutRolePermissionsBoundary PermissionsBoundary="+admin+" RoleName="+protected,
		"DeleteRolePermissionsBoundary RoleName="+protected,
		"UpdateRole Description=x RoleName="+protected,
		"UpdateRoleDescription Description=x RoleName="+protected,
		"UpdateAssumeRolePolicy PolicyDocument=_BYEC2_ RoleName="+protected,
		"TagRole Tags.member.1.Key=a Tags.member.1.Value=b RoleName="+protected,
		"UntagRole TagKeys.member.1=a RoleName="+protected,
		"DeleteRole RoleName="+protected),
)
