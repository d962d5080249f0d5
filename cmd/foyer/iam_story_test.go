package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/pquerna/otp/hotp"
	"golang.org/x/crypto/ssh"
)

const (
	adminPolicy   = "arn:aws:iam::aws:policy/AdministratorAccess"
	servicePolicy = "arn:aws:iam::aws:policy/aws-service-role/AWSSSOServiceRolePolicy"
	someRole      = "arn:aws:iam::<M>:role/some/role" // where an ARN of something else belongs
	noJob         = "JobId=00000000-0000-4000-8000-000000000000"
	noCertificate = "CertificateId=ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	noPublicKey   = "SSHPublicKeyId=APKAAAAAAAAAAAAAAAAAA"
	noCredential  = "ServiceSpecificCredentialId=ACCAAAAAAAAAAAAAAAAAA"
)

var (
	anyPolicy = url.QueryEscape(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}`)
	byEC2     = url.QueryEscape(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	longest   = strings.Replace(anyPolicy, "Get", strings.Repeat("G", 11_000), 1)
	longTrust = strings.Replace(byEC2, "ec2", strings.Repeat("e", 2_048), 1)
)

// manyOf is a list parameter of n values.
func manyOf(list string, n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "&%s.member.%d=v%d", list, i+1, i)
	}
	return all.String()
}

// someTags is a parameter of n tags.
func someTags(n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "&Tags.member.%d.Key=k%d&Tags.member.%d.Value=v", i+1, i, i+1)
	}
	return all.String()
}

const foreignTag = "&Tags.member.1.Key=aws:a&Tags.member.1.Value=b"

// taggedStory is what tags are to a kind of things, one of which is named by
// what was kept as name.
func taggedStory(kind, parameter, name string) []deed {
	of, gone := parameter+"=<"+name+">", []string{name + "=NoSuchEntity"}
	return []deed{
		{op: "Tag" + kind, in: of + "&Tags.member.1.Key=team&Tags.member.1.Value=red", first: gone},
		{op: "Tag" + kind, in: of + foreignTag, refused: "InvalidInput"},
		{op: "Tag" + kind, in: of + someTags(50), refused: "LimitExceeded"},
		{op: "List" + kind + "Tags", in: of, shows: `<Key>team<`, first: gone},
		{op: "Untag" + kind, in: of + "&TagKeys.member.1=team", first: gone},
	}
}

// wrongly are calls that name a thing of another kind.
func wrongly(parameter string, calls ...string) []deed {
	all := make([]deed, len(calls))
	for i, call := range calls {
		op, rest, _ := strings.Cut(call, " ")
		all[i] = deed{op: op, in: parameter + "=" + someRole + rest, refused: "InvalidInput"}
	}
	return all
}

// holding is what a user, group or role is to policies: one is kept as name,
// and one managed policy each may be attached here.
func holding(kind, name string) []deed {
	of, gone := kind+"Name=<"+name+">", []string{name + "=NoSuchEntity"}
	all := []deed{
		{op: "Attach" + kind + "Policy", in: of + "&PolicyArn=" + adminPolicy, first: gone},
		{op: "Attach" + kind + "Policy", in: of + "&PolicyArn=<POLICY>", refused: "LimitExceeded", first: []string{"POLICY=NoSuchEntity"}},
		{op: "Attach" + kind + "Policy", in: of + "&PolicyArn=" + servicePolicy, refused: "PolicyNotAttachable"},
		{op: "Attach" + kind + "Policy", in: of + "&PolicyArn=" + someRole, refused: "InvalidInput"},
		{op: "ListAttached" + kind + "Policies", in: of, shows: adminPolicy, first: gone},
		{op: "Put" + kind + "Policy", in: of + "&PolicyName=inline&PolicyDocument=" + anyPolicy, first: gone},
		{op: "Put" + kind + "Policy", in: of + "&PolicyName=more&PolicyDocument=" + longest, refused: "LimitExceeded"},
		{op: "Put" + kind + "Policy", in: of + "&PolicyName=more&PolicyDocument=" + byEC2, refused: "MalformedPolicyDocument"},
		{op: "Get" + kind + "Policy", in: of + "&PolicyName=inline", shows: `s3%3AGet%2A`, first: gone},
		{op: "Get" + kind + "Policy", in: of + "&PolicyName=none", refused: "NoSuchEntity"},
		{op: "List" + kind + "Policies", in: of, shows: `<member>inline</member>`, first: gone},
		{op: "Delete" + kind, in: of, refused: "DeleteConflict"},
		{op: "Delete" + kind + "Policy", in: of + "&PolicyName=inline", first: gone, again: "NoSuchEntity"},
		{op: "Detach" + kind + "Policy", in: of + "&PolicyArn=" + someRole, refused: "InvalidInput"},
		{op: "Detach" + kind + "Policy", in: of + "&PolicyArn=" + adminPolicy, first: gone, again: "NoSuchEntity"},
	}
	if kind == "Group" {
		return all
	}
	bound := "Put" + kind + "PermissionsBoundary"
	return append(all, []deed{
		{op: bound, in: of + "&PermissionsBoundary=" + adminPolicy, first: gone},
		{op: bound, in: of + "&PermissionsBoundary=" + servicePolicy, refused: "PolicyNotAttachable"},
		{op: bound, in: of + "&PermissionsBoundary=" + someRole, refused: "InvalidInput"},
		{op: "Delete" + kind + "PermissionsBoundary", in: of, first: gone, again: "NoSuchEntity"},
	}...)
}

// identityStory is how users, groups, roles and policies come, are changed and go.
var identityStory = slices.Concat([]deed{
	{op: "CreatePolicy", in: "PolicyName=reading&PolicyDocument=" + anyPolicy, keep: `POLICY=<Arn>([^<]+)<`, again: "EntityAlreadyExists"},
	{op: "CreatePolicy", in: "PolicyName=bad&PolicyDocument=" + byEC2, refused: "MalformedPolicyDocument"},
	{op: "CreatePolicy", in: "PolicyName=bad&PolicyDocument=" + anyPolicy + foreignTag, refused: "InvalidInput"},
	{op: "CreatePolicy", in: "PolicyName=bad&PolicyDocument=" + longest, refused: "LimitExceeded"},

	{op: "CreateUser", in: "UserName=ann", again: "EntityAlreadyExists"},
	{op: "CreateUser", in: "UserName=ann2" + foreignTag, refused: "InvalidInput"},
	{op: "CreateUser", in: "UserName=ann2&PermissionsBoundary=arn:aws:iam::<M>:policy/none", refused: "NoSuchEntity"},
	{op: "CreateUser", in: "UserName=bob"},
	{op: "CreateUser", in: "UserName=cid", refused: "LimitExceeded"},
	{op: "GetUser", in: "UserName=<ANN>", shows: `<UserName>ann<`, first: []string{"ANN=NoSuchEntity"}},
	{op: "ListUsers", shows: `<UserName>ann<`},
	{op: "UpdateUser", in: "UserName=bob&NewUserName=<ANN>", refused: "EntityAlreadyExists"},
	{op: "UpdateUser", in: "UserName=<BOB>&NewUserName=bob&NewPath=/x/", first: []string{"BOB=NoSuchEntity"}},

	{op: "CreateGroup", in: "GroupName=ops", again: "EntityAlreadyExists"},
	{op: "CreateGroup", in: "GroupName=dev"},
	{op: "CreateGroup", in: "GroupName=third", refused: "LimitExceeded"},
	{op: "ListGroups", shows: `<GroupName>ops<`},
	{op: "UpdateGroup", in: "GroupName=dev&NewGroupName=<OPS>", refused: "EntityAlreadyExists"},
	{op: "UpdateGroup", in: "GroupName=<DEV>&NewPath=/x/", first: []string{"DEV=NoSuchEntity"}},
	{op: "AddUserToGroup", in: "GroupName=<OPS>&UserName=<ANN>", first: []string{"OPS=NoSuchEntity", "ANN=NoSuchEntity"}},
	{op: "AddUserToGroup", in: "GroupName=<DEV>&UserName=<ANN>", refused: "LimitExceeded"},
	{op: "GetGroup", in: "GroupName=<OPS>", shows: `<UserName>ann<`, first: []string{"OPS=NoSuchEntity"}},
	{op: "ListGroupsForUser", in: "UserName=<ANN>", shows: `<GroupName>ops<`, first: []string{"ANN=NoSuchEntity"}},
	{op: "DeleteUser", in: "UserName=<ANN>", refused: "DeleteConflict"},
	{op: "DeleteGroup", in: "GroupName=<OPS>", refused: "DeleteConflict"},
	{op: "RemoveUserFromGroup", in: "GroupName=<OPS>&UserName=<ANN>", first: []string{"OPS=NoSuchEntity", "ANN=NoSuchEntity"}, again: "NoSuchEntity"},

	{op: "CreateRole", in: "RoleName=web&AssumeRolePolicyDocument=" + byEC2, again: "EntityAlreadyExists"},
	{op: "CreateRole", in: "RoleName=bad&AssumeRolePolicyDocument=" + anyPolicy, refused: "MalformedPolicyDocument"},
	{op: "CreateRole", in: "RoleName=bad&AssumeRolePolicyDocument=" + byEC2 + foreignTag, refused: "InvalidInput"},
	{op: "CreateRole", in: "RoleName=bad&AssumeRolePolicyDocument=" + longTrust, refused: "LimitExceeded"},
	{op: "CreateRole", in: "RoleName=idle&AssumeRolePolicyDocument=" + byEC2},
	{op: "CreateRole", in: "RoleName=third&AssumeRolePolicyDocument=" + byEC2, refused: "LimitExceeded"},
	{op: "GetRole", in: "RoleName=<WEB>", shows: `<RoleName>web<`, first: []string{"WEB=NoSuchEntity"}},
	{op: "ListRoles", shows: `<RoleName>web<`},
	{op: "UpdateRole", in: "RoleName=<WEB>&Description=x", first: []string{"WEB=NoSuchEntity"}},
	{op: "UpdateRoleDescription", in: "RoleName=<WEB>&Description=x", first: []string{"WEB=NoSuchEntity"}},
	{op: "UpdateAssumeRolePolicy", in: "RoleName=<WEB>&PolicyDocument=" + byEC2, first: []string{"WEB=NoSuchEntity"}},
	{op: "UpdateAssumeRolePolicy", in: "RoleName=<WEB>&PolicyDocument=" + anyPolicy, refused: "MalformedPolicyDocument"},
	{op: "UpdateAssumeRolePolicy", in: "RoleName=<WEB>&PolicyDocument=" + longTrust, refused: "LimitExceeded"},

	{op: "CreateServiceLinkedRole", in: "AWSServiceName=access-analyzer.amazonaws.com", again: "InvalidInput"},
	{op: "DeleteRole", in: "RoleName=<LINKED>", refused: "UnmodifiableEntity"},
	{op: "UpdateRole", in: "RoleName=<LINKED>&MaxSessionDuration=7200", refused: "UnmodifiableEntity"},
	{op: "UpdateAssumeRolePolicy", in: "RoleName=<LINKED>&PolicyDocument=" + byEC2, refused: "UnmodifiableEntity"},
	{op: "AttachRolePolicy", in: "RoleName=<LINKED>&PolicyArn=" + adminPolicy, refused: "UnmodifiableEntity"},
	{op: "DetachRolePolicy", in: "RoleName=<LINKED>&PolicyArn=" + adminPolicy, refused: "UnmodifiableEntity"},
	{op: "PutRolePolicy", in: "RoleName=<LINKED>&PolicyName=p&PolicyDocument=" + anyPolicy, refused: "UnmodifiableEntity"},
	{op: "DeleteRolePolicy", in: "RoleName=<LINKED>&PolicyName=p", refused: "UnmodifiableEntity"},
	{op: "PutRolePermissionsBoundary", in: "RoleName=<LINKED>&PermissionsBoundary=" + adminPolicy, refused: "UnmodifiableEntity"},
	{op: "DeleteRolePermissionsBoundary", in: "RoleName=<LINKED>", refused: "UnmodifiableEntity"},
	{op: "CreateServiceLinkedRole", in: "AWSServiceName=config.amazonaws.com"},
	{op: "DeleteServiceLinkedRole", in: "RoleName=<LINKED>", keep: `TASK=<DeletionTaskId>([^<]+)<`, again: "NoSuchEntity"},
	{op: "GetServiceLinkedRoleDeletionStatus", in: "DeletionTaskId=<TASK>", shows: `<Status>SUCCEEDED<`},
	{op: "GetServiceLinkedRoleDeletionStatus", in: "DeletionTaskId=task/none", refused: "NoSuchEntity"},
	{op: "GetServiceLinkedRoleDeletionStatus", in: "DeletionTaskId=none", refused: "InvalidInput"},

	{op: "CreateInstanceProfile", in: "InstanceProfileName=machine", again: "EntityAlreadyExists"},
	{op: "CreateInstanceProfile", in: "InstanceProfileName=machine2" + foreignTag, refused: "InvalidInput"},
	{op: "CreateInstanceProfile", in: "InstanceProfileName=machine2", refused: "LimitExceeded"},
	{op: "AddRoleToInstanceProfile", in: "InstanceProfileName=<MACHINE>&RoleName=<LINKED2>", refused: "UnmodifiableEntity"},
	{op: "AddRoleToInstanceProfile", in: "InstanceProfileName=<MACHINE>&RoleName=<WEB>", first: []string{"MACHINE=NoSuchEntity", "WEB=NoSuchEntity"}, again: "LimitExceeded"},
	{op: "GetInstanceProfile", in: "InstanceProfileName=<MACHINE>", shows: `<RoleName>web<`, first: []string{"MACHINE=NoSuchEntity"}},
	{op: "ListInstanceProfiles", shows: `machine`},
	{op: "ListInstanceProfilesForRole", in: "RoleName=<WEB>", shows: `machine`, first: []string{"WEB=NoSuchEntity"}},
	{op: "DeleteRole", in: "RoleName=<WEB>", refused: "DeleteConflict"},
	{op: "DeleteInstanceProfile", in: "InstanceProfileName=<MACHINE>", refused: "DeleteConflict"},
	{op: "RemoveRoleFromInstanceProfile", in: "InstanceProfileName=<MACHINE>&RoleName=<LINKED2>", refused: "UnmodifiableEntity"},
	{op: "RemoveRoleFromInstanceProfile", in: "InstanceProfileName=<MACHINE>&RoleName=<WEB>", first: []string{"MACHINE=NoSuchEntity"}, again: "NoSuchEntity"},
}, taggedStory("InstanceProfile", "InstanceProfileName", "MACHINE"), []deed{
	{op: "DeleteInstanceProfile", in: "InstanceProfileName=<MACHINE>", again: "NoSuchEntity"},

	{op: "CreatePolicyVersion", in: "PolicyArn=<POLICY>&PolicyDocument=" + anyPolicy, first: []string{"POLICY=NoSuchEntity"}, again: "LimitExceeded"},
	{op: "CreatePolicyVersion", in: "PolicyArn=<POLICY>&PolicyDocument=" + byEC2, refused: "MalformedPolicyDocument"},
	{op: "GetPolicy", in: "PolicyArn=<POLICY>", shows: `<DefaultVersionId>v1<`, first: []string{"POLICY=NoSuchEntity"}},
	{op: "GetPolicyVersion", in: "PolicyArn=<POLICY>&VersionId=v2", first: []string{"POLICY=NoSuchEntity"}},
	{op: "ListPolicies", in: "Scope=Local", shows: `<POLICY>`},
	{op: "ListPolicyVersions", in: "PolicyArn=<POLICY>", shows: `<VersionId>v2<`, first: []string{"POLICY=NoSuchEntity"}},
	{op: "SetDefaultPolicyVersion", in: "PolicyArn=<POLICY>&VersionId=v2", first: []string{"POLICY=NoSuchEntity"}},
	{op: "ListEntitiesForPolicy", in: "PolicyArn=" + adminPolicy, shows: `operator`},
	{op: "ListEntitiesForPolicy", in: "PolicyArn=<POLICY>", first: []string{"POLICY=NoSuchEntity"}},
	{op: "DeletePolicy", in: "PolicyArn=<POLICY>", refused: "DeleteConflict"},
	{op: "DeletePolicyVersion", in: "PolicyArn=<POLICY>&VersionId=v2", refused: "DeleteConflict"},
	{op: "DeletePolicyVersion", in: "PolicyArn=<POLICY>&VersionId=v1", first: []string{"POLICY=NoSuchEntity"}, again: "NoSuchEntity"},
}, wrongly("PolicyArn", "GetPolicy", "GetPolicyVersion &VersionId=v1", "ListPolicyVersions", "SetDefaultPolicyVersion &VersionId=v1", "ListEntitiesForPolicy",
	"DeletePolicy", "DeletePolicyVersion &VersionId=v1", "CreatePolicyVersion &PolicyDocument="+anyPolicy, "ListPolicyTags", "UntagPolicy &TagKeys.member.1=a"),
	taggedStory("User", "UserName", "ANN"), taggedStory("Role", "RoleName", "WEB"), taggedStory("Policy", "PolicyArn", "POLICY"),
	holding("User", "ANN"), holding("Group", "OPS"), holding("Role", "WEB"), []deed{
		{op: "DeletePolicy", in: "PolicyArn=<POLICY>", again: "NoSuchEntity"},
		{op: "DeleteGroup", in: "GroupName=<OPS>", again: "NoSuchEntity"},
		{op: "DeleteRole", in: "RoleName=<WEB>", again: "NoSuchEntity"},
		{op: "DeleteUser", in: "UserName=bob", again: "NoSuchEntity"},
		{op: "GetAccountSummary", shows: `<key>Roles</key>`},
		{op: "GetAccountAuthorizationDetails", shows: `<UserName>ann<`},
	})

// providerStory is of those outside who say who somebody is.
var providerStory = slices.Concat([]deed{
	{op: "CreateOpenIDConnectProvider", in: "Url=https://idp.example.net/a", keep: `OIDC=<OpenIDConnectProviderArn>([^<]+)<`, again: "EntityAlreadyExists"},
	{op: "CreateOpenIDConnectProvider", in: "Url=https://idp.example.net/b" + foreignTag, refused: "InvalidInput"},
	{op: "CreateOpenIDConnectProvider", in: "Url=https://idp.example.net/many" + manyOf("ClientIDList", 100), keep: `MANY=<OpenIDConnectProviderArn>([^<]+)<`},
	{op: "CreateOpenIDConnectProvider", in: "Url=https://idp.example.net/c", refused: "LimitExceeded"},
	{op: "AddClientIDToOpenIDConnectProvider", in: "OpenIDConnectProviderArn=<MANY>&ClientID=more", refused: "LimitExceeded"},
	{op: "GetOpenIDConnectProvider", in: "OpenIDConnectProviderArn=<OIDC>", shows: "idp.example.net", first: []string{"OIDC=NoSuchEntity"}},
	{op: "ListOpenIDConnectProviders", shows: "<OIDC>"},
	{op: "AddClientIDToOpenIDConnectProvider", in: "OpenIDConnectProviderArn=<OIDC>&ClientID=app", first: []string{"OIDC=NoSuchEntity"}},
	{op: "RemoveClientIDFromOpenIDConnectProvider", in: "OpenIDConnectProviderArn=<OIDC>&ClientID=app", first: []string{"OIDC=NoSuchEntity"}},
	{op: "UpdateOpenIDConnectProviderThumbprint", in: "OpenIDConnectProviderArn=<OIDC>&ThumbprintList.member.1=" + strings.Repeat("0", 40), first: []string{"OIDC=NoSuchEntity"}},
}, taggedStory("OpenIDConnectProvider", "OpenIDConnectProviderArn", "OIDC"),
	wrongly("OpenIDConnectProviderArn", "GetOpenIDConnectProvider", "AddClientIDToOpenIDConnectProvider &ClientID=app", "RemoveClientIDFromOpenIDConnectProvider &ClientID=app",
		"UpdateOpenIDConnectProviderThumbprint &ThumbprintList.member.1="+strings.Repeat("0", 40), "DeleteOpenIDConnectProvider", "ListOpenIDConnectProviderTags", "UntagOpenIDConnectProvider &TagKeys.member.1=a"),
	[]deed{
		{op: "DeleteOpenIDConnectProvider", in: "OpenIDConnectProviderArn=<OIDC>"},

		{op: "CreateSAMLProvider", in: "Name=corp&SAMLMetadataDocument=<METADATA>", keep: `SAML=<SAMLProviderArn>([^<]+)<`, again: "EntityAlreadyExists"},
		{op: "CreateSAMLProvider", in: "Name=corp2&SAMLMetadataDocument=" + strings.Repeat("x", 1_000), refused: "InvalidInput"},
		{op: "CreateSAMLProvider", in: "Name=corp2&SAMLMetadataDocument=<METADATA>"},
		{op: "CreateSAMLProvider", in: "Name=corp3&SAMLMetadataDocument=<METADATA>", refused: "LimitExceeded"},
		{op: "GetSAMLProvider", in: "SAMLProviderArn=<SAML>", first: []string{"SAML=NoSuchEntity"}},
		{op: "ListSAMLProviders", shows: "<SAML>"},
		{op: "UpdateSAMLProvider", in: "SAMLProviderArn=<SAML>&SAMLMetadataDocument=<METADATA>", first: []string{"SAML=NoSuchEntity"}},
	}, taggedStory("SAMLProvider", "SAMLProviderArn", "SAML"),
	wrongly("SAMLProviderArn", "GetSAMLProvider", "UpdateSAMLProvider &SAMLMetadataDocument=<METADATA>", "DeleteSAMLProvider", "ListSAMLProviderTags", "UntagSAMLProvider &TagKeys.member.1=a"),
	[]deed{{op: "DeleteSAMLProvider", in: "SAMLProviderArn=<SAML>", again: "NoSuchEntity"}})

// proofStory is of what users prove themselves with.
var proofStory = slices.Concat([]deed{
	{op: "CreateAccessKey", in: "UserName=<ANN>", keep: `KEY=<AccessKeyId>(\w+)<`, first: []string{"ANN=NoSuchEntity"}, again: "LimitExceeded"},
	{op: "ListAccessKeys", in: "UserName=<ANN>", shows: "<KEY>", first: []string{"ANN=NoSuchEntity"}},
	{op: "GetAccessKeyLastUsed", in: "AccessKeyId=<KEY>", shows: `<UserName>ann<`},
	{op: "UpdateAccessKey", in: "UserName=<ANN>&AccessKeyId=<KEY>&Status=Inactive", first: []string{"ANN=NoSuchEntity", "KEY=NoSuchEntity"}},
	{op: "UpdateAccessKey", in: "UserName=<ANN>&AccessKeyId=<KEY>&Status=Expired", refused: "InvalidInput"},
	{op: "DeleteAccessKey", in: "UserName=<ANN>&AccessKeyId=<KEY>", again: "NoSuchEntity"},

	{op: "GetAccountPasswordPolicy", refused: "NoSuchEntity"},
	{op: "UpdateAccountPasswordPolicy", in: "MinimumPasswordLength=10"},
	{op: "GetAccountPasswordPolicy", shows: `<MinimumPasswordLength>10<`},
	{op: "CreateLoginProfile", in: "UserName=<ANN>&Password=Sesame-1", refused: "PasswordPolicyViolation"},
	{op: "CreateLoginProfile", in: "UserName=<ANN>&Password=Sesame-0001", first: []string{"ANN=NoSuchEntity"}, again: "EntityAlreadyExists"},
	{op: "GetLoginProfile", in: "UserName=<ANN>", first: []string{"ANN=NoSuchEntity"}},
	{op: "UpdateLoginProfile", in: "UserName=<ANN>&Password=short", refused: "PasswordPolicyViolation"},
	{op: "UpdateLoginProfile", in: "UserName=<ANN>&Password=Sesame-0002", first: []string{"ANN=NoSuchEntity"}},
	{op: "ChangePassword", by: "root", in: "OldPassword=Sesame-0001&NewPassword=Sesame-0002", refused: "InvalidUserType"},
	{op: "ChangePassword", in: "OldPassword=Sesame-0001&NewPassword=Sesame-0002", refused: "NoSuchEntity"},
	{op: "CreateLoginProfile", in: "UserName=operator&Password=Sesame-0001"},
	{op: "ChangePassword", in: "OldPassword=Sesame-0001&NewPassword=short", refused: "PasswordPolicyViolation"},
	{op: "ChangePassword", in: "OldPassword=Sesame-0001&NewPassword=Sesame-0002", again: "AccessDenied"},
	{op: "DeleteLoginProfile", in: "UserName=<ANN>", again: "NoSuchEntity"},
	{op: "DeleteAccountPasswordPolicy", again: "NoSuchEntity"},

	{op: "CreateAccountAlias", in: "AccountAlias=ledger", again: "EntityAlreadyExists"},
	{op: "ListAccountAliases", shows: `ledger`},
	{op: "DeleteAccountAlias", in: "AccountAlias=ledger", again: "NoSuchEntity"},
	{op: "SetSecurityTokenServicePreferences", in: "GlobalEndpointTokenVersion=v2Token"},

	{op: "UploadSigningCertificate", in: "UserName=<ANN>&CertificateBody=<CERTIFICATE>", keep: `ID=<CertificateId>(\w+)<`, first: []string{"ANN=NoSuchEntity"}, again: "DuplicateCertificate"},
	{op: "UploadSigningCertificate", in: "UserName=<ANN>&CertificateBody=<OTHER>", refused: "LimitExceeded"},
	{op: "UploadSigningCertificate", in: "UserName=<ANN>&CertificateBody=nothing", refused: "MalformedCertificate"},
	{op: "UploadSigningCertificate", in: "UserName=<ANN>&CertificateBody=<OLD>", refused: "InvalidCertificate"},
	{op: "ListSigningCertificates", in: "UserName=<ANN>", shows: `<ID>`, first: []string{"ANN=NoSuchEntity"}},
	{op: "UpdateSigningCertificate", in: "UserName=<ANN>&CertificateId=<ID>&Status=Inactive", first: []string{"ANN=NoSuchEntity"}},
	{op: "UpdateSigningCertificate", in: "UserName=<ANN>&" + noCertificate + "&Status=Inactive", refused: "NoSuchEntity"},
	{op: "UpdateSigningCertificate", in: "UserName=<ANN>&CertificateId=<ID>&Status=Expired", refused: "InvalidInput"},
	{op: "DeleteSigningCertificate", in: "UserName=<ANN>&CertificateId=<ID>", again: "NoSuchEntity"},

	{op: "UploadServerCertificate", in: "ServerCertificateName=site&CertificateBody=<CERTIFICATE>&PrivateKey=<PRIVATE>", again: "EntityAlreadyExists"},
	{op: "UploadServerCertificate", in: "ServerCertificateName=mail&CertificateBody=<CERTIFICATE>&PrivateKey=<PRIVATE>"},
	{op: "UploadServerCertificate", in: "ServerCertificateName=third&CertificateBody=<CERTIFICATE>&PrivateKey=<PRIVATE>", refused: "LimitExceeded"},
	{op: "UploadServerCertificate", in: "ServerCertificateName=bad&CertificateBody=<OTHER>&PrivateKey=<PRIVATE>", refused: "KeyPairMismatch"},
	{op: "UploadServerCertificate", in: "ServerCertificateName=bad&CertificateBody=nothing&PrivateKey=<PRIVATE>", refused: "MalformedCertificate"},
	{op: "UploadServerCertificate", in: "ServerCertificateName=bad&CertificateBody=<CERTIFICATE>&PrivateKey=<PRIVATE>" + foreignTag, refused: "InvalidInput"},
	{op: "GetServerCertificate", in: "ServerCertificateName=<SITE>", first: []string{"SITE=NoSuchEntity"}},
	{op: "ListServerCertificates", shows: `site`},
	{op: "UpdateServerCertificate", in: "ServerCertificateName=<SITE>&NewServerCertificateName=mail", refused: "EntityAlreadyExists"},
	{op: "UpdateServerCertificate", in: "ServerCertificateName=<SITE>&NewPath=/x/", first: []string{"SITE=NoSuchEntity"}},
}, taggedStory("ServerCertificate", "ServerCertificateName", "SITE"), []deed{
	{op: "DeleteServerCertificate", in: "ServerCertificateName=<SITE>", again: "NoSuchEntity"},

	{op: "UploadSSHPublicKey", in: "UserName=<ANN>&SSHPublicKeyBody=<LINE>", keep: `ID=<SSHPublicKeyId>(\w+)<`, first: []string{"ANN=NoSuchEntity"}, again: "DuplicateSSHPublicKey"},
	{op: "UploadSSHPublicKey", in: "UserName=<ANN>&SSHPublicKeyBody=<LINE2>", refused: "LimitExceeded"},
	{op: "UploadSSHPublicKey", in: "UserName=<ANN>&SSHPublicKeyBody=ssh-rsa+AAAA", refused: "InvalidPublicKey"},
	{op: "UploadSSHPublicKey", in: "UserName=<ANN>&SSHPublicKeyBody=nothing", refused: "UnrecognizedPublicKeyEncoding"},
	{op: "GetSSHPublicKey", in: "UserName=<ANN>&SSHPublicKeyId=<ID>&Encoding=SSH", shows: "ssh-rsa", first: []string{"ANN=NoSuchEntity"}},
	{op: "ListSSHPublicKeys", in: "UserName=<ANN>", shows: "<ID>", first: []string{"ANN=NoSuchEntity"}},
	{op: "UpdateSSHPublicKey", in: "UserName=<ANN>&SSHPublicKeyId=<ID>&Status=Inactive", first: []string{"ANN=NoSuchEntity"}},
	{op: "UpdateSSHPublicKey", in: "UserName=<ANN>&" + noPublicKey + "&Status=Inactive", refused: "NoSuchEntity"},
	{op: "UpdateSSHPublicKey", in: "UserName=<ANN>&SSHPublicKeyId=<ID>&Status=Expired", refused: "InvalidInput"},
	{op: "DeleteSSHPublicKey", in: "UserName=<ANN>&SSHPublicKeyId=<ID>", again: "NoSuchEntity"},

	{op: "CreateServiceSpecificCredential", in: "UserName=<ANN>&ServiceName=codecommit.amazonaws.com", keep: `ID=<ServiceSpecificCredentialId>(\w+)<`, first: []string{"ANN=NoSuchEntity"}, again: "LimitExceeded"},
	{op: "CreateServiceSpecificCredential", in: "UserName=<ANN>&ServiceName=s3.amazonaws.com", refused: "NotSupportedService"},
	{op: "ListServiceSpecificCredentials", in: "UserName=<ANN>", shows: "<ID>", first: []string{"ANN=NoSuchEntity"}},
	{op: "ListServiceSpecificCredentials", in: "UserName=<ANN>&ServiceName=s3.amazonaws.com", refused: "NotSupportedService"},
	{op: "ResetServiceSpecificCredential", in: "UserName=<ANN>&ServiceSpecificCredentialId=<ID>"},
	{op: "ResetServiceSpecificCredential", in: "UserName=<ANN>&" + noCredential, refused: "NoSuchEntity"},
	{op: "UpdateServiceSpecificCredential", in: "UserName=<ANN>&ServiceSpecificCredentialId=<ID>&Status=Inactive"},
	{op: "UpdateServiceSpecificCredential", in: "UserName=<ANN>&" + noCredential + "&Status=Inactive", refused: "NoSuchEntity"},
	{op: "DeleteServiceSpecificCredential", in: "UserName=<ANN>&ServiceSpecificCredentialId=<ID>", again: "NoSuchEntity"},

	{op: "CreateVirtualMFADevice", in: "VirtualMFADeviceName=app", keep: `SEED=<Base32StringSeed>([^<]+)<`, again: "EntityAlreadyExists"},
	{op: "CreateVirtualMFADevice", in: "VirtualMFADeviceName=app2" + foreignTag, refused: "InvalidInput"},
	{op: "CreateVirtualMFADevice", in: "VirtualMFADeviceName=app2"},
	{op: "CreateVirtualMFADevice", in: "VirtualMFADeviceName=app3"},
	{op: "CreateVirtualMFADevice", in: "VirtualMFADeviceName=app4"},
	{op: "CreateVirtualMFADevice", in: "VirtualMFADeviceName=app5", refused: "LimitExceeded"},
}, taggedStory("MFADevice", "SerialNumber", "APP"))

// deviceStory is of an authenticator app and its codes.
var deviceStory = []deed{
	{op: "EnableMFADevice", in: "UserName=<ANN>&SerialNumber=<APP>&AuthenticationCode1=<C2>&AuthenticationCode2=<C1>", refused: "InvalidAuthenticationCode"},
	{op: "EnableMFADevice", in: "UserName=<ANN>&SerialNumber=<APP>&AuthenticationCode1=<C1>&AuthenticationCode2=<C2>", first: []string{"ANN=NoSuchEntity", "APP=NoSuchEntity"}, again: "EntityAlreadyExists"},
	{op: "EnableMFADevice", in: "UserName=<ANN>&SerialNumber=<APP>2&AuthenticationCode1=<C1>&AuthenticationCode2=<C2>", refused: "LimitExceeded"},
	{op: "ResyncMFADevice", in: "UserName=<ANN>&SerialNumber=<APP>&AuthenticationCode1=<C2>&AuthenticationCode2=<C1>", refused: "InvalidAuthenticationCode"},
	{op: "ResyncMFADevice", in: "UserName=<ANN>&SerialNumber=<APP>&AuthenticationCode1=<C3>&AuthenticationCode2=<C4>", first: []string{"ANN=NoSuchEntity", "APP=NoSuchEntity"}},
	{op: "GetMFADevice", in: "SerialNumber=<APP>", shows: `<UserName>ann<`, first: []string{"APP=NoSuchEntity"}},
	{op: "ListMFADevices", in: "UserName=<ANN>", shows: "<APP>", first: []string{"ANN=NoSuchEntity"}},
	{op: "ListVirtualMFADevices", shows: "<APP>"},
	{op: "DeleteVirtualMFADevice", in: "SerialNumber=<APP>", refused: "DeleteConflict"},
	{op: "DeactivateMFADevice", in: "UserName=<ANN>&SerialNumber=<APP>", first: []string{"ANN=NoSuchEntity", "APP=NoSuchEntity"}, again: "NoSuchEntity"},
	{op: "DeleteVirtualMFADevice", in: "SerialNumber=<APP>", again: "NoSuchEntity"},
}

// reportStory is of what IAM finds out.
var reportStory = []deed{
	{op: "GetCredentialReport", refused: "ReportNotPresent"},
	{op: "GenerateCredentialReport", shows: `<State>STARTED<`},
	{op: "GetCredentialReport", shows: `<ReportFormat>text/csv<`},
	{op: "GenerateServiceLastAccessedDetails", in: "Arn=arn:aws:iam::<M>:user/none", refused: "NoSuchEntity"},
	{op: "GenerateServiceLastAccessedDetails", in: "Arn=arn:aws:s3:::a-bucket-of-mine", refused: "InvalidInput"},
	{op: "GenerateServiceLastAccessedDetails", in: "Arn=arn:aws:iam::<M>:user/operator", keep: `JOB=<JobId>([^<]+)<`},
	{op: "GetServiceLastAccessedDetails", in: "JobId=<JOB>", shows: `<JobStatus>COMPLETED<`},
	{op: "GetServiceLastAccessedDetails", in: noJob, refused: "NoSuchEntity"},
	{op: "GetServiceLastAccessedDetailsWithEntities", in: "JobId=<JOB>&ServiceNamespace=iam", shows: `<JobStatus>COMPLETED<`},
	{op: "GetServiceLastAccessedDetailsWithEntities", in: noJob + "&ServiceNamespace=iam", refused: "NoSuchEntity"},
	{op: "GetServiceLastAccessedDetailsWithEntities", in: "JobId=<JOB>&ServiceNamespace=nothing", refused: "InvalidInput"},
	{op: "ListPoliciesGrantingServiceAccess", in: "Arn=arn:aws:iam::<M>:user/operator&ServiceNamespaces.member.1=iam", shows: adminPolicy},
	{op: "ListPoliciesGrantingServiceAccess", in: "Arn=arn:aws:iam::<M>:user/none&ServiceNamespaces.member.1=iam", refused: "NoSuchEntity"},
	{op: "ListPoliciesGrantingServiceAccess", in: "Arn=arn:aws:iam::<M>:user/operator&ServiceNamespaces.member.1=nothing", refused: "InvalidInput"},

	{op: "GetOutboundWebIdentityFederationInfo", refused: "FeatureDisabled"},
	{op: "DisableOutboundWebIdentityFederation", refused: "FeatureDisabled"},
	{op: "EnableOutboundWebIdentityFederation", again: "FeatureEnabled"},
	{op: "GetOutboundWebIdentityFederationInfo", shows: `<JwtVendingEnabled>true<`},
	{op: "DisableOutboundWebIdentityFederation"},
}

// TestTheIdentityPlane tells the whole story of IAM through the wire, but for
// simulations, which have a story of their own: every operation succeeds, and
// is refused with every error that its contract declares and a caller can cause.
func TestTheIdentityPlane(t *testing.T) {
	p := openAccountPlane(t, "iam", "--bootstrap", "account",
		"--quota", "iam-users=4", "--quota", "iam-groups=2", "--quota", "iam-roles=2", "--quota", "iam-groups-per-user=1", "--quota", "iam-instance-profiles=1",
		"--quota", "iam-policies-per-user=1", "--quota", "iam-policies-per-group=1", "--quota", "iam-policies-per-role=1", "--quota", "iam-versions-per-policy=2",
		"--quota", "iam-oidc-providers=2", "--quota", "iam-saml-providers=2", "--quota", "iam-access-keys-per-user=1", "--quota", "iam-certificates-per-user=1",
		"--quota", "iam-server-certificates=2", "--quota", "iam-ssh-keys-per-user=1", "--quota", "iam-service-credentials=1", "--quota", "iam-mfa-devices-per-user=1")
	for _, op := range []string{"SimulateCustomPolicy", "SimulatePrincipalPolicy", "GetContextKeysForCustomPolicy", "GetContextKeysForPrincipalPolicy"} {
		delete(p.contract.Operations, op)
	}
	p.callers["root"] = p.root()
	p.prove(t)
	nowhere := map[string]string{
		"ANN": "none", "BOB": "none", "OPS": "none", "DEV": "none", "WEB": "none", "MACHINE": "none", "SITE": "none", "KEY": "AKIAAAAAAAAAAAAAAAAA",
		"POLICY": "arn:aws:iam::" + p.ManagementAccountID + ":policy/none", "APP": "arn:aws:iam::" + p.ManagementAccountID + ":mfa/none",
		"OIDC": "arn:aws:iam::" + p.ManagementAccountID + ":oidc-provider/none", "SAML": "arn:aws:iam::" + p.ManagementAccountID + ":saml-provider/none",
	}
	for _, story := range [][]deed{identityStory, providerStory, proofStory, deviceStory, reportStory} {
		p.deny(t, story, "AccessDenied")
	}
	for _, story := range [][]deed{identityStory, providerStory, proofStory} {
		p.tell(t, story, nowhere)
	}
	seed, err := base64.StdEncoding.DecodeString(p.kept["SEED"])
	fatal(t, err)
	now := time.Now().Unix() / 30
	for i := range uint64(4) {
		code, err := hotp.GenerateCode(string(seed), uint64(now)-2+i)
		fatal(t, err)
		p.kept[fmt.Sprintf("C%d", i+1)] = code
	}
	p.tell(t, deviceStory, nowhere)
	p.tell(t, reportStory, nowhere)
	p.rootFeatures(t)
	p.advance(t, 5*60*60)
	p.tell(t, []deed{{op: "GetCredentialReport", refused: "ReportExpired"}}, nil)
	p.untold(t, untoldOfIAM())
}

// prove keeps what users prove themselves with: certificates and keys.
func (p *accountPlane) prove(t *testing.T) {
	t.Helper()
	now := time.Now()
	for name, until := range map[string]time.Time{"CERTIFICATE": now.Add(time.Hour), "OTHER": now.Add(time.Hour), "OLD": now.Add(-time.Minute)} {
		key, certificate, err := certified(name, now.Add(-time.Hour), until)
		fatal(t, err)
		p.kept[name] = url.QueryEscape(certificate)
		if name == "CERTIFICATE" {
			p.kept["PRIVATE"] = url.QueryEscape(key)
		}
	}
	for _, name := range []string{"LINE", "LINE2"} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		fatal(t, err)
		public, err := ssh.NewPublicKey(key.Public())
		fatal(t, err)
		p.kept[name] = url.QueryEscape(strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))))
	}
	idp, err := newSAMLProvider()
	fatal(t, err)
	metadata, err := idp.Metadata("https://idp.example.net/sso")
	fatal(t, err)
	p.kept["METADATA"] = url.QueryEscape(metadata)
	for name, value := range map[string]string{
		"ANN": "ann", "BOB": "bob", "OPS": "ops", "DEV": "dev", "WEB": "web", "MACHINE": "machine", "SITE": "site",
		"LINKED": "AWSServiceRoleForAccessAnalyzer", "LINKED2": "AWSServiceRoleForConfig", "APP": "arn:aws:iam::" + p.ManagementAccountID + ":mfa/app",
	} {
		p.kept[name] = value
	}
}

// rootFeatures tells who may manage the root users of an organization's members.
func (p *accountPlane) rootFeatures(t *testing.T) {
	t.Helper()
	const (
		enable, disable = "EnableOrganizationsRoot", "DisableOrganizationsRoot"
		list            = "ListOrganizationsFeatures"
	)
	changes := []string{enable + "Sessions", enable + "CredentialsManagement", disable + "Sessions", disable + "CredentialsManagement"}
	refuse := func(by, code string, ops ...string) {
		t.Helper()
		for _, op := range ops {
			p.refuses(t, "clerk", op, "", "AccessDenied")
			p.refuses(t, by, op, "", code)
		}
	}
	all := append(slices.Clone(changes), list)
	org, ctx := organizations.NewFromConfig(p.callers[""]), t.Context()
	refuse("", "OrganizationNotFoundException", all...)
	_, err := org.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSetConsolidatedBilling})
	fatal(t, err)
	refuse("", "OrganizationNotInAllFeaturesModeException", all...)
	_, err = org.DeleteOrganization(ctx, &organizations.DeleteOrganizationInput{})
	fatal(t, err)
	_, err = org.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSetAll})
	fatal(t, err)
	refuse("", "ServiceAccessNotEnabledException", all...)
	trusted := awssdk.String("iam.amazonaws.com")
	_, err = org.EnableAWSServiceAccess(ctx, &organizations.EnableAWSServiceAccessInput{ServicePrincipal: trusted})
	fatal(t, err)
	p.kept["W"] = p.found(t)
	p.enter(t, "W")
	refuse("W", "AccountNotManagementOrDelegatedAdministratorException", all...)
	_, err = org.RegisterDelegatedAdministrator(ctx, &organizations.RegisterDelegatedAdministratorInput{AccountId: awssdk.String(p.kept["W"]), ServicePrincipal: trusted})
	fatal(t, err)
	refuse("W", "CallerIsNotManagementAccountException", changes[:2]...)
	described, err := org.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	fatal(t, err)
	roots, err := org.ListRoots(ctx, &organizations.ListRootsInput{})
	fatal(t, err)
	root := roots.Roots[0].Id
	_, err = org.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: root, PolicyType: types.PolicyTypeServiceControlPolicy})
	fatal(t, err)
	p.kept["PLACE"] = *described.Organization.Id + "/" + *root
	p.deny(t, []deed{{op: "GenerateOrganizationsAccessReport", in: "EntityPath=<PLACE>"}, {op: "GetOrganizationsAccessReport", in: noJob}}, "AccessDenied")
	p.tell(t, []deed{
		{op: enable + "Sessions", shows: "RootSessions"}, {op: enable + "CredentialsManagement", shows: "RootCredentialsManagement"},
		{op: list, by: "W", shows: "RootSessions"},
		{op: disable + "Sessions", by: "W", shows: "RootCredentialsManagement"}, {op: disable + "CredentialsManagement", by: "W"},

		// An organization's report on what its accounts use.
		{op: "GenerateOrganizationsAccessReport", in: "EntityPath=<PLACE>", keep: `JOB=<JobId>([^<]+)<`},
		{op: "GetOrganizationsAccessReport", in: "JobId=<JOB>", shows: `<JobStatus>COMPLETED<`},
		{op: "GetOrganizationsAccessReport", in: noJob, refused: "NoSuchEntity"},
	}, nil)
}

const (
	noForm       = "every name of the contract's form can be one's"
	noFormBroken = "the contract's own rules are broken first"
)

// untoldOfIAM are failures that the contract knows and no call can cause, and why.
func untoldOfIAM() map[string]string {
	all := map[string]string{
		"* ServiceFailure":                "only a failure of ours causes it",
		"* ConcurrentModification":        waits,
		"* EntityTemporarilyUnmodifiable": "whatever was just made or changed can be changed again",

		"ListAttachedUserPolicies InvalidInput": noFormBroken, "ListAttachedGroupPolicies InvalidInput": noFormBroken, "ListAttachedRolePolicies InvalidInput": noFormBroken,
		"GetServiceLastAccessedDetails InvalidInput": noFormBroken, "GetSSHPublicKey UnrecognizedPublicKeyEncoding": noFormBroken,
		"ListMFADeviceTags InvalidInput": noForm, "UntagMFADevice InvalidInput": noForm, "UntagInstanceProfile InvalidInput": noForm, "UntagServerCertificate InvalidInput": noForm,

		"AddRoleToInstanceProfile EntityAlreadyExists":                    "AWS answers LimitExceeded, also for the same role",
		"CreateAccountAlias LimitExceeded":                                "an alias takes the place of the one before",
		"CreateGroup NoSuchEntity":                                        "it names nothing that has to be there",
		"CreateLoginProfile LimitExceeded":                                "a user has one, and a second is one that exists already",
		"CreateOpenIDConnectProvider OpenIdIdpCommunicationError":         "thumbprints that are not given stay out: nobody is asked for them",
		"CreateServiceLinkedRole LimitExceeded":                           "there are as many as services",
		"CreateServiceLinkedRole NoSuchEntity":                            "it names nothing that has to be there",
		"DeleteOpenIDConnectProvider NoSuchEntity":                        "deleting what is not there is no error, as AWS has it",
		"DeleteServerCertificate DeleteConflict":                          "there are no load balancers to use one",
		"GenerateOrganizationsAccessReport ReportGenerationLimitExceeded": "a report is ready at once, and none in the way of another",
		"GetCredentialReport ReportInProgress":                            "a report is ready at once",
		"UpdateAccountPasswordPolicy MalformedPolicyDocument":             "it takes no document",
		"UpdateAccountPasswordPolicy NoSuchEntity":                        "it makes what is not there",
		"UpdateRoleDescription UnmodifiableEntity":                        "it is of Identity Center's roles: the script protection",
		"UploadSigningCertificate EntityAlreadyExists":                    "a certificate that is there already is a DuplicateCertificate",

		"GetHumanReadableSummary *": noRequests,
	}
	for _, op := range []string{"Accept%s", "Associate%s", "Create%s", "Get%s", "List%ss", "Reject%s", "Update%s"} {
		all[fmt.Sprintf(op, "DelegationRequest")+" *"] = noRequests
	}
	all["SendDelegationToken *"] = noRequests
	for _, op := range []string{
		"ChangePassword", "DeactivateMFADevice", "DeleteAccessKey", "DeleteAccountAlias", "DeleteAccountPasswordPolicy", "DeleteGroup", "DeleteGroupPolicy",
		"DeleteInstanceProfile", "DeleteLoginProfile", "DeletePolicy", "DeletePolicyVersion", "DeleteRole", "DeleteRolePolicy", "DeleteSAMLProvider",
		"DeleteServerCertificate", "DeleteServiceLinkedRole", "DeleteSigningCertificate", "DeleteUser", "DeleteUserPolicy", "DeleteVirtualMFADevice",
		"DetachGroupPolicy", "DetachRolePolicy", "DetachUserPolicy", "GenerateCredentialReport", "RemoveRoleFromInstanceProfile", "RemoveUserFromGroup",
		"ResyncMFADevice", "SetDefaultPolicyVersion", "UpdateAccessKey", "UpdateAccountPasswordPolicy", "UpdateGroup", "UpdateLoginProfile", "UpdateSAMLProvider",
		"UpdateServerCertificate", "UpdateSigningCertificate", "UpdateUser",
	} {
		all[op+" LimitExceeded"] = "it adds nothing, and AWS bounds how often it is called; Foyer does not"
	}
	return all
}

const noRequests = "requests to delegate are not built: docs/iam.md"
