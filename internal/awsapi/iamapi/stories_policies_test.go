package iamapi_test

import (
	"fmt"
	"slices"
	"strings"
)

// grant is a policy document of about so many characters.
func grant(characters int) string {
	return strings.Replace(anyone, "s3:Get*", "s3:Get"+strings.Repeat("x", characters-len(anyone))+"*", 1)
}

var policyStory = slices.Concat([]step{
	{call: "CreatePolicy PolicyName=p Path=/x/ PolicyDocument=_ANYONE_ Description=ours",
		shows: `<PolicyId>ANPA[A-Z0-9]{17}</PolicyId><Arn>$IAM:policy/x/p</Arn><Path>/x/</Path><DefaultVersionId>v1</DefaultVersionId><AttachmentCount>0</AttachmentCount><PermissionsBoundaryUsageCount>0</PermissionsBoundaryUsageCount><IsAttachable>true<`},
	{call: "CreatePolicy PolicyName=P PolicyDocument=_ANYONE_", fails: "EntityAlreadyExists A policy called P already exists. Duplicate names are not allowed."},
	{call: "CreatePolicy PolicyName=a~b PolicyDocument=_ANYONE_", fails: "ValidationError The specified value for policyName" + badName},
	{call: "CreatePolicy PolicyName=q Path=/x$A PolicyDocument=_ANYONE_", fails: badPath},
	{call: "CreatePolicy PolicyName=q PolicyDocument=_BYEC2_", fails: "MalformedPolicyDocument Policy document should not specify a principal."},
	{call: "CreatePolicy PolicyName=q PolicyDocument=" + grant(6145), fails: "LimitExceeded Cannot exceed quota for PolicySize: 6144"},
	{call: "CreatePolicy PolicyName=q PolicyDocument=_ANYONE_ Tags.member.1.Key=aws:a Tags.member.1.Value=b", fails: foreign},
	{call: "CreatePolicy PolicyName=q PolicyDocument=" + grant(6144)},
	{call: "CreatePolicy PolicyName=r PolicyDocument=_ANYONE_"},
	{call: "CreatePolicy PolicyName=s PolicyDocument=_ANYONE_", fails: "LimitExceeded Cannot exceed quota for PoliciesPerAccount: 3"},
	{call: "GetPolicy PolicyArn=$IAM:policy/x/p", shows: `<Description>ours<`},

	{call: "CreatePolicyVersion PolicyArn=$IAM:policy/x/p PolicyDocument=_ANYONE_", shows: `<VersionId>v2</VersionId><IsDefaultVersion>false<`},
	{call: "CreatePolicyVersion PolicyArn=$IAM:policy/x/p PolicyDocument=_ANYONE_ SetAsDefault=true", shows: `<VersionId>v3</VersionId><IsDefaultVersion>true<`},
	{call: "CreatePolicyVersion PolicyArn=$IAM:policy/x/p PolicyDocument={}", fails: "MalformedPolicyDocument Syntax errors in policy."},
	{call: "CreatePolicyVersion PolicyArn=$IAM:policy/x/p PolicyDocument=" + grant(6145), fails: "LimitExceeded Cannot exceed quota for PolicySize: 6144"},
	{call: "CreatePolicyVersion PolicyArn=$IAM:policy/x/p PolicyDocument=_ANYONE_"},
	{call: "CreatePolicyVersion PolicyArn=$IAM:policy/x/p PolicyDocument=_ANYONE_"},
	{call: "CreatePolicyVersion PolicyArn=$IAM:policy/x/p PolicyDocument=_ANYONE_", fails: "LimitExceeded A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."},
	{call: "GetPolicyVersion PolicyArn=$IAM:policy/x/p VersionId=v3", shows: `<Document>%7B.*<VersionId>v3</VersionId><IsDefaultVersion>true<`},
	{call: "ListPolicyVersions PolicyArn=$IAM:policy/x/p MaxItems=2", shows: `v5.*v4.*<Marker>(.+)</Marker>`, keeps: "Next", lacks: "v3"},
	{call: "ListPolicyVersions PolicyArn=$IAM:policy/x/p Marker=$Next", shows: `v3.*v2.*v1`, lacks: "v4"},
	{call: "SetDefaultPolicyVersion PolicyArn=$IAM:policy/x/p VersionId=v2"},
	{call: "DeletePolicyVersion PolicyArn=$IAM:policy/x/p VersionId=v2", fails: "DeleteConflict Cannot delete the default version of a policy."},
	{call: "DeletePolicyVersion PolicyArn=$IAM:policy/x/p VersionId=v5"},
	{call: "CreatePolicyVersion PolicyArn=$IAM:policy/x/p PolicyDocument=_ANYONE_", shows: `<VersionId>v6<`},
	{call: "DeletePolicy PolicyArn=$IAM:policy/x/p", fails: "DeleteConflict This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy."},
	{call: "CreateRole RoleName=web AssumeRolePolicyDocument=_BYEC2_"},
	{call: "AttachRolePolicy RoleName=web PolicyArn=$IAM:policy/q"},
	{call: "DeletePolicy PolicyArn=$IAM:policy/q", fails: "DeleteConflict Cannot delete a policy attached to entities."},
	{call: "DetachRolePolicy RoleName=web PolicyArn=$IAM:policy/q"},
	{call: "PutRolePermissionsBoundary RoleName=web PermissionsBoundary=$IAM:policy/q"},
	{call: "DeletePolicy PolicyArn=$IAM:policy/q", fails: "DeleteConflict Cannot delete a policy attached to entities."},
	{call: "DeleteRolePermissionsBoundary RoleName=web"},
	{call: "DeletePolicy PolicyArn=$IAM:policy/q"},
}, none("Policy $IAM:policy/none was not found.", "GetPolicy PolicyArn=$IAM:policy/none", "DeletePolicy PolicyArn=$IAM:policy/none",
	"CreatePolicyVersion PolicyArn=$IAM:policy/none PolicyDocument=_ANYONE_", "ListPolicyVersions PolicyArn=$IAM:policy/none",
	"GetPolicyVersion PolicyArn=$IAM:policy/none VersionId=v1", "SetDefaultPolicyVersion PolicyArn=$IAM:policy/none VersionId=v1",
	"DeletePolicyVersion PolicyArn=$IAM:policy/none VersionId=v1", "ListEntitiesForPolicy PolicyArn=$IAM:policy/none"),
	none("Policy $IAM:policy/r version v9 does not exist or is not attachable.", "GetPolicyVersion PolicyArn=$IAM:policy/r VersionId=v9",
		"SetDefaultPolicyVersion PolicyArn=$IAM:policy/r VersionId=v9", "DeletePolicyVersion PolicyArn=$IAM:policy/r VersionId=v9"),
	refused("InvalidInput ARN $IAM:role/some/role is not valid.", "GetPolicy PolicyArn=$IAM:role/some/role", "DeletePolicy PolicyArn=$IAM:role/some/role",
		"CreatePolicyVersion PolicyArn=$IAM:role/some/role PolicyDocument=_ANYONE_", "ListPolicyVersions PolicyArn=$IAM:role/some/role",
		"GetPolicyVersion PolicyArn=$IAM:role/some/role VersionId=v1", "SetDefaultPolicyVersion PolicyArn=$IAM:role/some/role VersionId=v1",
		"DeletePolicyVersion PolicyArn=$IAM:role/some/role VersionId=v1", "ListEntitiesForPolicy PolicyArn=$IAM:role/some/role",
		"TagPolicy PolicyArn=$IAM:role/some/role Tags.member.1.Key=a Tags.member.1.Value=b", "UntagPolicy PolicyArn=$IAM:role/some/role TagKeys.member.1=a",
		"ListPolicyTags PolicyArn=$IAM:role/some/role"),
	tagging("Policy", "PolicyArn=$IAM:policy/r", "PolicyArn=$IAM:policy/none", "Policy $IAM:policy/none was not found."),
)

// holders are the kinds of entities that hold policies.
var holders = []struct{ kind, word string }{{"User", "user"}, {"Group", "group"}, {"Role", "role"}}

// make1 are steps that make one of each kind.
var make1 = []step{
	{call: "CreateUser UserName=one"},
	{call: "CreateGroup GroupName=one"},
	{call: "CreateRole RoleName=one AssumeRolePolicyDocument=_BYEC2_"},
}

var attachmentStory = func() []step {
	const second, third, service = "arn:aws:iam::aws:policy/IAMReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/aws-service-role/AWSSSOServiceRolePolicy"
	story := slices.Clone(make1)
	for _, k := range holders {
		on := func(verb, name, policy string) string {
			return verb + k.kind + "Policy " + k.kind + "Name=" + name + " PolicyArn=" + policy
		}
		list := "ListAttached" + k.kind + "Policies " + k.kind + "Name="
		story = append(story, []step{
			{call: on("Attach", "one", admin)},
			{call: on("Attach", "one", admin)},
			{call: on("Attach", "one", second)},
			{call: on("Attach", "one", second)},
			{call: on("Attach", "one", third), fails: "LimitExceeded Cannot exceed quota for PoliciesPer" + k.kind + ": 2"},
			{call: on("Attach", "one", service), fails: "PolicyNotAttachable Cannot attach a Service Role Policy to a Customer Role."},
			{call: on("Attach", "one", "$IAM:policy/none"), fails: "NoSuchEntity Policy $IAM:policy/none does not exist or is not attachable."},
			{call: on("Attach", "one", "arn:aws:iam::999999999999:policy/none"), fails: "NoSuchEntity Policy arn:aws:iam::999999999999:policy/none does not exist or is not attachable."},
			{call: on("Attach", "one", "$IAM:role/some/role"), fails: "InvalidInput ARN $IAM:role/some/role is not valid."},
			{call: on("Attach", "none", admin), fails: "NoSuchEntity The " + k.word + " with name none cannot be found."},
			{call: list + "one MaxItems=1", shows: `AdministratorAccess.*<Marker>(.+)</Marker>`, keeps: "Next", lacks: "IAMReadOnlyAccess"},
			{call: list + "one Marker=$Next", shows: `IAMReadOnlyAccess`, lacks: "Administrator"},
			{call: list + "one PathPrefix=/job-function/", shows: `<AttachedPolicies></AttachedPolicies>`},
			{call: list + "none", fails: "NoSuchEntity The " + k.word + " with name none cannot be found."},
			{call: on("Detach", "one", admin)},
			{call: on("Detach", "one", admin), fails: "NoSuchEntity Policy " + admin + " was not found."},
			{call: on("Detach", "one", "$IAM:role/some/role"), fails: "InvalidInput ARN $IAM:role/some/role is not valid."},
			{call: on("Detach", "none", admin), fails: "NoSuchEntity The " + k.word + " with name none cannot be found."},
			{call: on("Detach", "one", second)},
		}...)
	}
	return story
}()

var inlineStory = func() []step {
	story := slices.Clone(make1)
	for i, k := range holders {
		on := func(verb, name, rest string) string {
			return verb + k.kind + "Policy " + k.kind + "Name=" + name + " PolicyName=" + rest
		}
		most := []int{2048, 5120, 10240}[i]
		list := "List" + k.kind + "Policies " + k.kind + "Name="
		noPolicy := "NoSuchEntity The " + k.word + " policy with name none cannot be found."
		noEntity := "NoSuchEntity The " + k.word + " with name none cannot be found."
		story = append(story, []step{
			{call: on("Put", "one", "a PolicyDocument=_ANYONE_")},
			{call: on("Put", "one", "a PolicyDocument="+grant(most-200))},
			{call: on("Put", "one", "b PolicyDocument="+grant(200))},
			{call: on("Put", "one", "c PolicyDocument=_ANYONE_"), fails: fmt.Sprintf("LimitExceeded Maximum policy size of %d bytes exceeded for %s one", most, k.word)},
			{call: on("Put", "one", "a PolicyDocument="+grant(most-199)), fails: fmt.Sprintf("LimitExceeded Maximum policy size of %d bytes exceeded for %s one", most, k.word)},
			{call: on("Put", "one", "a PolicyDocument=_ANYONE_")},
			{call: on("Put", "one", "c PolicyDocument=_BYEC2_"), fails: "MalformedPolicyDocument Policy document should not specify a principal."},
			{call: on("Put", "one", "c/d PolicyDocument=_ANYONE_"), fails: "ValidationError The specified value for policyName" + badName},
			{call: on("Put", "none", "a PolicyDocument=_ANYONE_"), fails: noEntity},
			{call: on("Get", "one", "a"), shows: `<PolicyName>a</PolicyName><PolicyDocument>%7B%22Version%22%3A%222012-10-17%22`},
			{call: on("Get", "one", "none"), fails: noPolicy},
			{call: on("Get", "none", "a"), fails: noEntity},
			{call: list + "one MaxItems=1", shows: `<PolicyNames><member>a</member></PolicyNames><IsTruncated>true</IsTruncated><Marker>(.+)</Marker>`, keeps: "Next"},
			{call: list + "one Marker=$Next", shows: `<PolicyNames><member>b</member></PolicyNames><IsTruncated>false<`},
			{call: list + "none", fails: noEntity},
			{call: on("Delete", "one", "a")},
			{call: on("Delete", "one", "none"), fails: noPolicy},
			{call: on("Delete", "none", "a"), fails: noEntity},
		}...)
	}
	return story
}()

var boundaryStory = func() []step {
	story := slices.Clone(make1)
	for _, k := range holders[:3:3] {
		if k.kind == "Group" {
			continue // groups have none
		}
		put := "Put" + k.kind + "PermissionsBoundary " + k.kind + "Name="
		remove := "Delete" + k.kind + "PermissionsBoundary " + k.kind + "Name="
		story = append(story, []step{
			{call: put + "one PermissionsBoundary=" + admin},
			{call: "Get" + k.kind + " " + k.kind + "Name=one", shows: `<PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>` + admin},
			{call: put + "one PermissionsBoundary=$IAM:policy/none", fails: "NoSuchEntity Policy $IAM:policy/none does not exist or is not attachable."},
			{call: put + "one PermissionsBoundary=$IAM:role/some/role", fails: "InvalidInput ARN $IAM:role/some/role is not valid."},
			{call: put + "one PermissionsBoundary=arn:aws:iam::aws:policy/aws-service-role/AWSSSOServiceRolePolicy", fails: "PolicyNotAttachable Cannot attach a Service Role Policy to a Customer Role."},
			{call: put + "none PermissionsBoundary=" + admin, fails: "NoSuchEntity The " + k.word + " with name none cannot be found."},
			{call: remove + "one"},
			{call: remove + "one", fails: "NoSuchEntity " + k.kind + " one does not have a permissions boundary."},
			{call: remove + "none", fails: "NoSuchEntity The " + k.word + " with name none cannot be found."},
		}...)
	}
	return story
}()

var usageStory = slices.Concat(make1, []step{
	{call: "CreatePolicy PolicyName=own Path=/x/ PolicyDocument=_ANYONE_"},
	{call: "CreatePolicy PolicyName=idle PolicyDocument=_ANYONE_"},
	{call: "AttachGroupPolicy GroupName=one PolicyArn=$IAM:policy/x/own"},
	{call: "AttachRolePolicy RoleName=one PolicyArn=$IAM:policy/x/own"},
	{call: "PutUserPermissionsBoundary UserName=one PermissionsBoundary=$IAM:policy/x/own"},
	{call: "AttachUserPolicy UserName=one PolicyArn=" + admin},
	{call: "ListPolicies Scope=Local", shows: `idle.*<AttachmentCount>0<.*own.*<AttachmentCount>2</AttachmentCount><PermissionsBoundaryUsageCount>1<`, lacks: "Administrator"},
	{call: "ListPolicies Scope=Local OnlyAttached=true", shows: `own`, lacks: "idle"},
	{call: "ListPolicies OnlyAttached=true", shows: `own.*AdministratorAccess.*<AttachmentCount>1<.*<IsTruncated>false<`, lacks: "idle"},
	{call: "ListPolicies PolicyUsageFilter=PermissionsBoundary", shows: `own`, lacks: "Administrator"},
	{call: "ListPolicies PolicyUsageFilter=PermissionsPolicy OnlyAttached=true", shows: `own.*Administrator`, lacks: "idle"},
	{call: "ListPolicies Scope=AWS MaxItems=1", shows: `<Marker>(.+)</Marker>`, keeps: "Next", lacks: "own"},
	{call: "ListPolicies Scope=AWS MaxItems=1 Marker=$Next", shows: `<IsTruncated>true<`},
	{call: "ListPolicies Scope=All PathPrefix=/x/", shows: `own`, lacks: "idle"},
	{call: "ListPolicies Scope=All PathPrefix=/job-function/", shows: `job-function/Billing`, lacks: "own"},
	{call: "ListPolicies MaxItems=2", shows: `idle.*own.*<Marker>(.+)</Marker>`, keeps: "Next"},
	{call: "ListPolicies MaxItems=2 Marker=$Next", shows: `arn:aws:iam::aws:policy/`, lacks: "own"},
	{call: "ListPolicies Scope=Some", fails: "ValidationError 1 validation error detected: Value 'Some' at 'scope' failed to satisfy constraint: Member must satisfy enum value set: [All, AWS, Local]"},

	{call: "ListEntitiesForPolicy PolicyArn=$IAM:policy/x/own", shows: `<PolicyGroups><member><GroupName>one<.*<PolicyUsers><member><UserName>one<.*<PolicyRoles><member><RoleName>one<`},
	{call: "ListEntitiesForPolicy PolicyArn=$IAM:policy/x/own EntityFilter=Role", shows: `<RoleName>one<`, lacks: "UserName"},
	{call: "ListEntitiesForPolicy PolicyArn=$IAM:policy/x/own PolicyUsageFilter=PermissionsBoundary", shows: `<UserName>one<`, lacks: "RoleName"},
	{call: "ListEntitiesForPolicy PolicyArn=$IAM:policy/x/own PathPrefix=/none/", shows: `<IsTruncated>false<`, lacks: "RoleName"},
	{call: "ListEntitiesForPolicy PolicyArn=$IAM:policy/x/own MaxItems=2", shows: `<Marker>(.+)</Marker>`, keeps: "Next"},
	{call: "ListEntitiesForPolicy PolicyArn=$IAM:policy/x/own Marker=$Next", shows: `<IsTruncated>false<`},
	{call: "ListEntitiesForPolicy PolicyArn=$IAM:policy/none", fails: "NoSuchEntity Policy $IAM:policy/none was not found."},
	{call: "ListEntitiesForPolicy PolicyArn=$IAM:role/some/role", fails: "InvalidInput ARN $IAM:role/some/role is not valid."},
})
