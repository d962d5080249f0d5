package main

import (
	"slices"
	"strings"
	"testing"
)

// noOrganization are names of what is in no organization.
var noOrganization = map[string]string{
	"ROOT": "r-none", "OU": "ou-none-00000000", "OTHER": "ou-none-00000000", "W": "000000000000", "X": "000000000000", "Y": "000000000000",
	"SCP": "p-00000000", "TAGS": "p-00000000", "CAR": "car-00000000000000000000000000000000", "H": "h-00000000000000000000000000000000",
}

const (
	denyS3         = `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}`
	teamTag        = `{\"tags\":{\"Team\":{\"tag_key\":{\"@@assign\":\"Team\"}}}}`
	reading        = `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::<X>:root\"},\"Resource\":\"*\",\"Action\":[\"organizations:Describe*\",\"organizations:List*\"]}]}`
	notAllFeatures = "ConstraintViolationException ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
	twice          = `"Tags":[{"Key":"team","Value":"red"},{"Key":"team","Value":"blue"}]`
)

// organizationStory is how an organization comes to be, grows and ends: every
// operation, each with what it refuses.
var organizationStory = []deed{
	{op: "CreateOrganization", in: `{"FeatureSet":"ALL"}`, shows: `"FeatureSet":"ALL"`, again: "AlreadyInOrganizationException"},
	{op: "DescribeOrganization", in: `{}`, shows: `"MasterAccountId":"<M>"`},
	{op: "ListRoots", in: `{}`, keep: `ROOT="Id":"(r-\w+)"`},
	{op: "ListRoots", in: `{"MaxResults":0}`, refused: "InvalidInputException MIN_VALUE_EXCEEDED"},

	// Units: five deep, and here seven in all.
	{op: "CreateOrganizationalUnit", in: `{"ParentId":"<ROOT>","Name":"One"}`, keep: `OU="Id":"(ou-[\w-]+)"`, first: []string{"ROOT=ParentNotFoundException"}, again: "DuplicateOrganizationalUnitException"},
	{op: "CreateOrganizationalUnit", in: `{"ParentId":"<ROOT>","Name":"Tagged",` + twice + `}`, refused: "InvalidInputException DUPLICATE_TAG_KEY"},
	{op: "CreateOrganizationalUnit", in: `{"ParentId":"<OU>","Name":"Two"}`, keep: `OU2="Id":"(ou-[\w-]+)"`},
	{op: "CreateOrganizationalUnit", in: `{"ParentId":"<OU2>","Name":"Three"}`, keep: `OU3="Id":"(ou-[\w-]+)"`},
	{op: "CreateOrganizationalUnit", in: `{"ParentId":"<OU3>","Name":"Four"}`, keep: `OU4="Id":"(ou-[\w-]+)"`},
	{op: "CreateOrganizationalUnit", in: `{"ParentId":"<OU4>","Name":"Five"}`, keep: `OU5="Id":"(ou-[\w-]+)"`},
	{op: "CreateOrganizationalUnit", in: `{"ParentId":"<OU5>","Name":"Six"}`, refused: "ConstraintViolationException OU_DEPTH_LIMIT_EXCEEDED"},
	{op: "CreateOrganizationalUnit", in: `{"ParentId":"<ROOT>","Name":"Other"}`, keep: `OTHER="Id":"(ou-[\w-]+)"`},
	{op: "CreateOrganizationalUnit", in: `{"ParentId":"<ROOT>","Name":"Seventh"}`, refused: "ConstraintViolationException OU_NUMBER_LIMIT_EXCEEDED"},
	{op: "DescribeOrganizationalUnit", in: `{"OrganizationalUnitId":"<OU>"}`, shows: `"Name":"One"`, first: []string{"OU=OrganizationalUnitNotFoundException"}},
	{op: "UpdateOrganizationalUnit", in: `{"OrganizationalUnitId":"<OTHER>","Name":"Another"}`, shows: `"Name":"Another"`, first: []string{"OTHER=OrganizationalUnitNotFoundException"}},
	{op: "UpdateOrganizationalUnit", in: `{"OrganizationalUnitId":"<OTHER>","Name":"One"}`, refused: "DuplicateOrganizationalUnitException"},
	{op: "ListOrganizationalUnitsForParent", in: `{"ParentId":"<ROOT>"}`, shows: `"Name":"Another"`, first: []string{"ROOT=ParentNotFoundException"}},

	// Accounts: the management account, and here at most three others.
	{op: "CreateAccount", in: `{"AccountName":"Workshop","Email":"workshop@example.net","Tags":[{"Key":"team","Value":"red"}]}`, keep: `CAR="Id":"(car-\w+)"`, shows: `"State":"IN_PROGRESS"`},
	{op: "CreateAccount", in: `{"AccountName":"W","Email":"w@example.net",` + twice + `}`, refused: "InvalidInputException DUPLICATE_TAG_KEY"},
	{op: "CreateAccount", in: `{"AccountName":"W","Email":"w@example.net","Tags":[` + manyTags(51) + `]}`, refused: "ConstraintViolationException MAX_TAG_LIMIT_EXCEEDED"},
	{op: "DescribeCreateAccountStatus", in: `{"CreateAccountRequestId":"<CAR>"}`, keep: `W="AccountId":"(\d+)"`, shows: `"State":"SUCCEEDED"`, first: []string{"CAR=CreateAccountStatusNotFoundException"}},
	{op: "CreateAccount", in: `{"AccountName":"Again","Email":"workshop@example.net"}`},
	{op: "ListCreateAccountStatus", in: `{"States":["FAILED"]}`, shows: `"FailureReason":"EMAIL_ALREADY_EXISTS"`},
	{op: "CreateAccount", in: `{"AccountName":"Shop","Email":"shop@example.net"}`, keep: `CAR="Id":"(car-\w+)"`},
	{op: "DescribeCreateAccountStatus", in: `{"CreateAccountRequestId":"<CAR>"}`, keep: `X="AccountId":"(\d+)"`},
	{op: "CreateAccount", in: `{"AccountName":"Young","Email":"young@example.net"}`, keep: `CAR="Id":"(car-\w+)"`},
	{op: "DescribeCreateAccountStatus", in: `{"CreateAccountRequestId":"<CAR>"}`, keep: `Y="AccountId":"(\d+)"`},
	{op: "CreateAccount", in: `{"AccountName":"TooMany","Email":"toomany@example.net"}`, keep: `CAR="Id":"(car-\w+)"`},
	{op: "DescribeCreateAccountStatus", in: `{"CreateAccountRequestId":"<CAR>"}`, shows: `"FailureReason":"ACCOUNT_LIMIT_EXCEEDED"`},
	{op: "CreateGovCloudAccount", in: `{"AccountName":"Gov","Email":"gov@example.net"}`, refused: "ConstraintViolationException MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED"},
	{op: "DescribeAccount", in: `{"AccountId":"<W>"}`, shows: `"Name":"Workshop"`, first: []string{"W=AccountNotFoundException"}},
	{op: "ListAccounts", in: `{"MaxResults":2}`, shows: `"NextToken":`},
	{op: "MoveAccount", in: `{"AccountId":"<W>","SourceParentId":"<ROOT>","DestinationParentId":"<OU5>"}`, first: []string{"W=AccountNotFoundException"}, again: "DuplicateAccountException"},
	{op: "MoveAccount", in: `{"AccountId":"<W>","SourceParentId":"<ROOT>","DestinationParentId":"<OU>"}`, refused: "SourceParentNotFoundException"},
	{op: "MoveAccount", in: `{"AccountId":"<W>","SourceParentId":"<OU5>","DestinationParentId":"ou-none-00000000"}`, refused: "DestinationParentNotFoundException"},
	{op: "ListAccountsForParent", in: `{"ParentId":"<OU5>"}`, shows: `"Id":"<W>"`},
	{op: "ListAccountsForParent", in: `{"ParentId":"ou-none-00000000"}`, refused: "ParentNotFoundException"},
	{op: "ListParents", in: `{"ChildId":"<W>"}`, shows: `"Id":"<OU5>"`, first: []string{"W=ChildNotFoundException"}},
	{op: "ListChildren", in: `{"ParentId":"<OU5>","ChildType":"ACCOUNT"}`, shows: `"Id":"<W>"`},
	{op: "ListChildren", in: `{"ParentId":"ou-none-00000000","ChildType":"ACCOUNT"}`, refused: "ParentNotFoundException"},
	{op: "DeleteOrganizationalUnit", in: `{"OrganizationalUnitId":"<OU5>"}`, refused: "OrganizationalUnitNotEmptyException"},
	{enter: "W"}, {enter: "X"},

	// Tags.
	{op: "TagResource", in: `{"ResourceId":"<W>","Tags":[{"Key":"cost","Value":"1"}]}`, first: []string{"W=TargetNotFoundException"}},
	{op: "TagResource", in: `{"ResourceId":"<W>","Tags":[` + manyTags(50) + `]}`, refused: "ConstraintViolationException MAX_TAG_LIMIT_EXCEEDED"},
	{op: "ListTagsForResource", in: `{"ResourceId":"<W>"}`, shows: `"Key":"cost"`, first: []string{"W=TargetNotFoundException"}},
	{op: "UntagResource", in: `{"ResourceId":"<W>","TagKeys":["cost"]}`, first: []string{"W=TargetNotFoundException"}},

	// Policies: here at most two of a type.
	{op: "EnablePolicyType", in: `{"RootId":"<ROOT>","PolicyType":"SERVICE_CONTROL_POLICY"}`, first: []string{"ROOT=RootNotFoundException"}, again: "PolicyTypeAlreadyEnabledException"},
	{op: "CreatePolicy", in: `{"Type":"SERVICE_CONTROL_POLICY","Name":"guard","Description":"","Content":"` + denyS3 + `"}`, keep: `SCP="Id":"(p-\w+)"`, again: "DuplicatePolicyException"},
	{op: "CreatePolicy", in: `{"Type":"SERVICE_CONTROL_POLICY","Name":"bad","Description":"","Content":"{}"}`, refused: "MalformedPolicyDocumentException"},
	{op: "CreatePolicy", in: `{"Type":"SERVICE_CONTROL_POLICY","Name":"second","Description":"","Content":"` + denyS3 + `"}`, keep: `SCP2="Id":"(p-\w+)"`},
	{op: "CreatePolicy", in: `{"Type":"SERVICE_CONTROL_POLICY","Name":"third","Description":"","Content":"` + denyS3 + `"}`, keep: `SCP3="Id":"(p-\w+)"`},
	{op: "CreatePolicy", in: `{"Type":"SERVICE_CONTROL_POLICY","Name":"fourth","Description":"","Content":"` + denyS3 + `"}`, keep: `SCP4="Id":"(p-\w+)"`},
	{op: "CreatePolicy", in: `{"Type":"SERVICE_CONTROL_POLICY","Name":"fifth","Description":"","Content":"` + denyS3 + `"}`, keep: `SCP5="Id":"(p-\w+)"`},
	{op: "CreatePolicy", in: `{"Type":"SERVICE_CONTROL_POLICY","Name":"sixth","Description":"","Content":"` + denyS3 + `"}`, refused: "ConstraintViolationException POLICY_NUMBER_LIMIT_EXCEEDED"},
	{op: "DescribePolicy", in: `{"PolicyId":"<SCP>"}`, shows: `"Name":"guard"`, first: []string{"SCP=PolicyNotFoundException"}},
	{op: "UpdatePolicy", in: `{"PolicyId":"<SCP>","Description":"Keeps S3 shut"}`, shows: "Keeps S3 shut", first: []string{"SCP=PolicyNotFoundException"}},
	{op: "UpdatePolicy", in: `{"PolicyId":"<SCP>","Name":"second"}`, refused: "DuplicatePolicyException"},
	{op: "UpdatePolicy", in: `{"PolicyId":"<SCP>","Content":"{}"}`, refused: "MalformedPolicyDocumentException"},
	{op: "UpdatePolicy", in: `{"PolicyId":"<SCP>","Content":"` + strings.Replace(denyS3, "s3:*", "s3:"+strings.Repeat("a", 11_000), 1) + `"}`, refused: "ConstraintViolationException POLICY_CONTENT_LIMIT_EXCEEDED"},
	{op: "UpdatePolicy", in: `{"PolicyId":"p-FullAWSAccess","Name":"mine"}`, refused: "InvalidInputException IMMUTABLE_POLICY"},
	{op: "AttachPolicy", in: `{"PolicyId":"<SCP>","TargetId":"<OU>"}`, first: []string{"SCP=PolicyNotFoundException", "OU=TargetNotFoundException"}, again: "DuplicatePolicyAttachmentException"},
	{op: "AttachPolicy", in: `{"PolicyId":"<SCP2>","TargetId":"<OU>"}`},
	{op: "AttachPolicy", in: `{"PolicyId":"<SCP3>","TargetId":"<OU>"}`},
	{op: "AttachPolicy", in: `{"PolicyId":"<SCP4>","TargetId":"<OU>"}`},
	{op: "AttachPolicy", in: `{"PolicyId":"<SCP5>","TargetId":"<OU>"}`, refused: "ConstraintViolationException MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"},
	{op: "DeletePolicy", in: `{"PolicyId":"<SCP>"}`, refused: "PolicyInUseException"},
	{op: "ListPolicies", in: `{"Filter":"SERVICE_CONTROL_POLICY"}`, shows: `"Name":"guard"`},
	{op: "ListPoliciesForTarget", in: `{"TargetId":"<OU>","Filter":"SERVICE_CONTROL_POLICY"}`, shows: `"Name":"guard"`, first: []string{"OU=TargetNotFoundException"}},
	{op: "ListTargetsForPolicy", in: `{"PolicyId":"<SCP>"}`, shows: `"TargetId":"<OU>"`, first: []string{"SCP=PolicyNotFoundException"}},
	{op: "DetachPolicy", in: `{"PolicyId":"p-FullAWSAccess","TargetId":"<OU2>"}`, refused: "ConstraintViolationException MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"},
	{op: "DetachPolicy", in: `{"PolicyId":"<SCP>","TargetId":"<OU>"}`, first: []string{"SCP=PolicyNotFoundException", "OU=TargetNotFoundException"}, again: "PolicyNotAttachedException"},
	{op: "DeletePolicy", in: `{"PolicyId":"<SCP>"}`, again: "PolicyNotFoundException"},

	// Policies that are inherited.
	{op: "CreatePolicy", in: `{"Type":"TAG_POLICY","Name":"tags","Description":"","Content":"` + teamTag + `"}`, keep: `TAGS="Id":"(p-\w+)"`},
	{op: "AttachPolicy", in: `{"PolicyId":"<TAGS>","TargetId":"<OU>"}`, refused: "PolicyTypeNotEnabledException"},
	{op: "DisablePolicyType", in: `{"RootId":"<ROOT>","PolicyType":"TAG_POLICY"}`, refused: "PolicyTypeNotEnabledException"},
	{op: "EnablePolicyType", in: `{"RootId":"<ROOT>","PolicyType":"TAG_POLICY"}`},
	{op: "DescribeEffectivePolicy", in: `{"PolicyType":"TAG_POLICY","TargetId":"<W>"}`, refused: "EffectivePolicyNotFoundException"},
	{op: "ListEffectivePolicyValidationErrors", in: `{"PolicyType":"TAG_POLICY","AccountId":"<W>"}`, refused: "EffectivePolicyNotFoundException"},
	{op: "ListAccountsWithInvalidEffectivePolicy", in: `{"PolicyType":"BACKUP_POLICY"}`, refused: "EffectivePolicyNotFoundException"},
	{op: "AttachPolicy", in: `{"PolicyId":"<TAGS>","TargetId":"<OU>"}`},
	{op: "DescribeEffectivePolicy", in: `{"PolicyType":"TAG_POLICY","TargetId":"<W>"}`, shows: "team", first: []string{"W=TargetNotFoundException"}},
	{op: "DescribeEffectivePolicy", by: "W", in: `{"PolicyType":"TAG_POLICY"}`, shows: "team"},
	{op: "ListEffectivePolicyValidationErrors", in: `{"PolicyType":"TAG_POLICY","AccountId":"<W>"}`, first: []string{"W=AccountNotFoundException"}},
	{op: "ListAccountsWithInvalidEffectivePolicy", in: `{"PolicyType":"TAG_POLICY"}`},
	{op: "DisablePolicyType", in: `{"RootId":"<ROOT>","PolicyType":"TAG_POLICY"}`, first: []string{"ROOT=RootNotFoundException"}},
	{op: "CreatePolicy", in: `{"Type":"TAG_POLICY","Name":"tags2","Description":"","Content":"` + teamTag + `"}`},
	{op: "DeletePolicy", in: `{"PolicyId":"<TAGS>"}`},

	// Who else may act.
	{op: "EnableAWSServiceAccess", in: `{"ServicePrincipal":"sso.amazonaws.com"}`},
	{op: "EnableAWSServiceAccess", in: `{"ServicePrincipal":"nobody"}`, refused: "InvalidInputException UNRECOGNIZED_SERVICE_PRINCIPAL"},
	{op: "ListAWSServiceAccessForOrganization", in: `{}`, shows: `"sso.amazonaws.com"`},
	{op: "RegisterDelegatedAdministrator", in: `{"AccountId":"<X>","ServicePrincipal":"sso.amazonaws.com"}`, first: []string{"X=AccountNotFoundException"}, again: "AccountAlreadyRegisteredException"},
	{op: "RegisterDelegatedAdministrator", in: `{"AccountId":"<M>","ServicePrincipal":"sso.amazonaws.com"}`, refused: "ConstraintViolationException CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"},
	{op: "RegisterDelegatedAdministrator", in: `{"AccountId":"<W>","ServicePrincipal":"sso.amazonaws.com"}`, refused: "ConstraintViolationException MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED"},
	{op: "ListDelegatedAdministrators", in: `{}`, shows: `"Id":"<X>"`},
	{op: "ListDelegatedServicesForAccount", in: `{"AccountId":"<X>"}`, shows: `"sso.amazonaws.com"`, first: []string{"X=AccountNotFoundException"}},
	{op: "ListDelegatedServicesForAccount", in: `{"AccountId":"<W>"}`, refused: "AccountNotRegisteredException"},
	{op: "DisableAWSServiceAccess", in: `{"ServicePrincipal":"sso.amazonaws.com"}`, refused: "ConstraintViolationException DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE"},
	{op: "RemoveAccountFromOrganization", in: `{"AccountId":"<X>"}`, refused: "ConstraintViolationException CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"},
	{op: "LeaveOrganization", by: "X", in: `{}`, refused: "ConstraintViolationException CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"},
	{op: "DeregisterDelegatedAdministrator", in: `{"AccountId":"<X>","ServicePrincipal":"sso.amazonaws.com"}`, first: []string{"X=AccountNotFoundException"}, again: "AccountNotRegisteredException"},
	{op: "DisableAWSServiceAccess", in: `{"ServicePrincipal":"sso.amazonaws.com"}`},
	{op: "DescribeResourcePolicy", in: `{}`, refused: "ResourcePolicyNotFoundException"},
	{op: "PutResourcePolicy", in: `{"Content":"` + reading + `"}`},
	{op: "PutResourcePolicy", in: `{"Content":"` + reading + `","Tags":[` + manyTags(51) + `]}`, refused: "ConstraintViolationException MAX_TAG_LIMIT_EXCEEDED"},
	{op: "ListAccounts", by: "X", in: `{}`, shows: `"Id":"<W>"`},
	{op: "DescribeResourcePolicy", in: `{}`, shows: `organizations:List`},
	{op: "DeleteResourcePolicy", in: `{}`, again: "ResourcePolicyNotFoundException"},

	// Accounts go, and come back by invitation.
	{op: "LeaveOrganization", in: `{}`, refused: "MasterCannotLeaveOrganizationException"},
	{op: "RemoveAccountFromOrganization", in: `{"AccountId":"<M>"}`, refused: "MasterCannotLeaveOrganizationException"},
	{op: "RemoveAccountFromOrganization", in: `{"AccountId":"<W>"}`, again: "AccountNotFoundException"},
	{op: "InviteAccountToOrganization", in: `{"Target":{"Id":"<W>","Type":"ACCOUNT"}}`, keep: `H="Id":"(h-\w+)"`, again: "DuplicateHandshakeException"},
	{op: "InviteAccountToOrganization", in: `{"Target":{"Id":"<X>","Type":"ACCOUNT"}}`, refused: "HandshakeConstraintViolationException ALREADY_IN_AN_ORGANIZATION"},
	{op: "InviteAccountToOrganization", in: `{"Target":{"Id":"guest@example.net","Type":"EMAIL"},` + twice + `}`, refused: "InvalidInputException DUPLICATE_TAG_KEY"},
	{op: "DescribeHandshake", by: "W", in: `{"HandshakeId":"<H>"}`, shows: `"State":"OPEN"`, first: []string{"H=HandshakeNotFoundException"}},
	{op: "ListHandshakesForOrganization", in: `{}`, shows: `"Id":"<H>"`},
	{op: "ListHandshakesForAccount", by: "W", in: `{}`, shows: `"Id":"<H>"`},
	{op: "AcceptHandshake", in: `{"HandshakeId":"<H>"}`, refused: "AccessDeniedException"},
	{op: "DeclineHandshake", by: "W", in: `{"HandshakeId":"<H>"}`, shows: `"DECLINED"`, first: []string{"H=HandshakeNotFoundException"}, again: "HandshakeAlreadyInStateException"},
	{op: "AcceptHandshake", by: "W", in: `{"HandshakeId":"<H>"}`, refused: "InvalidHandshakeTransitionException"},
	{op: "CancelHandshake", in: `{"HandshakeId":"<H>"}`, refused: "InvalidHandshakeTransitionException"},
	{op: "InviteAccountToOrganization", in: `{"Target":{"Id":"workshop@example.net","Type":"EMAIL"}}`, keep: `H="Id":"(h-\w+)"`},
	{op: "InviteAccountToOrganization", in: `{"Target":{"Id":"guest@example.net","Type":"EMAIL"},"Tags":[` + manyTags(51) + `]}`, refused: "ConstraintViolationException MAX_TAG_LIMIT_EXCEEDED"},
	{op: "CreateAccount", in: `{"AccountName":"Last","Email":"last@example.net"}`},
	{op: "AcceptHandshake", by: "W", in: `{"HandshakeId":"<H>"}`, refused: "HandshakeConstraintViolationException ACCOUNT_NUMBER_LIMIT_EXCEEDED"},
	{op: "CancelHandshake", in: `{"HandshakeId":"<H>"}`, shows: `"CANCELED"`, first: []string{"H=HandshakeNotFoundException"}, again: "HandshakeAlreadyInStateException"},
	{op: "DeclineHandshake", by: "W", in: `{"HandshakeId":"<H>"}`, refused: "InvalidHandshakeTransitionException"},

	// An organization for billing alone gets all features when its guests agree.
	{op: "CreateOrganization", by: "W", in: `{"FeatureSet":"CONSOLIDATED_BILLING"}`},
	{op: "ListRoots", by: "W", in: `{}`, keep: `ROOT2="Id":"(r-\w+)"`},
	{op: "EnablePolicyType", by: "W", in: `{"RootId":"<ROOT2>","PolicyType":"TAG_POLICY"}`, refused: notAllFeatures},
	{op: "DisablePolicyType", by: "W", in: `{"RootId":"<ROOT2>","PolicyType":"TAG_POLICY"}`, refused: notAllFeatures},
	{op: "CreatePolicy", by: "W", in: `{"Type":"TAG_POLICY","Name":"tags","Description":"","Content":"` + teamTag + `"}`, refused: notAllFeatures},
	{op: "DescribeEffectivePolicy", by: "W", in: `{"PolicyType":"TAG_POLICY"}`, refused: notAllFeatures},
	{op: "ListEffectivePolicyValidationErrors", by: "W", in: `{"PolicyType":"TAG_POLICY","AccountId":"<W>"}`, refused: notAllFeatures},
	{op: "ListAccountsWithInvalidEffectivePolicy", by: "W", in: `{"PolicyType":"TAG_POLICY"}`, refused: notAllFeatures},
	{op: "EnableAWSServiceAccess", by: "W", in: `{"ServicePrincipal":"sso.amazonaws.com"}`, refused: notAllFeatures},
	{op: "ListAWSServiceAccessForOrganization", by: "W", in: `{}`, refused: notAllFeatures},
	{op: "ListDelegatedAdministrators", by: "W", in: `{}`, refused: notAllFeatures},
	{op: "ListDelegatedServicesForAccount", by: "W", in: `{"AccountId":"<W>"}`, refused: notAllFeatures},
	{op: "DeregisterDelegatedAdministrator", by: "W", in: `{"AccountId":"<W>","ServicePrincipal":"sso.amazonaws.com"}`, refused: notAllFeatures},
	{op: "PutResourcePolicy", by: "W", in: `{"Content":"` + reading + `"}`, refused: notAllFeatures},
	{op: "DescribeResourcePolicy", by: "W", in: `{}`, refused: notAllFeatures},
	{op: "DeleteResourcePolicy", by: "W", in: `{}`, refused: notAllFeatures},

	// It takes an account from the other one: not a delegated administrator, and
	// none that manages.
	{op: "InviteAccountToOrganization", by: "W", in: `{"Target":{"Id":"<X>","Type":"ACCOUNT"}}`, keep: `H="Id":"(h-\w+)"`},
	{op: "EnableAWSServiceAccess", in: `{"ServicePrincipal":"sso.amazonaws.com"}`},
	{op: "RegisterDelegatedAdministrator", in: `{"AccountId":"<X>","ServicePrincipal":"sso.amazonaws.com"}`},
	{op: "AcceptHandshake", by: "X", in: `{"HandshakeId":"<H>"}`, refused: "ConstraintViolationException CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"},
	{op: "DeregisterDelegatedAdministrator", in: `{"AccountId":"<X>","ServicePrincipal":"sso.amazonaws.com"}`},
	{op: "AcceptHandshake", by: "X", in: `{"HandshakeId":"<H>"}`, first: []string{"H=HandshakeNotFoundException"}, again: "HandshakeAlreadyInStateException"},
	{op: "InviteAccountToOrganization", in: `{"Target":{"Id":"<W>","Type":"ACCOUNT"}}`, keep: `H="Id":"(h-\w+)"`},
	{op: "AcceptHandshake", by: "W", in: `{"HandshakeId":"<H>"}`, refused: "MasterCannotLeaveOrganizationException"},
	{op: "EnableAllFeatures", by: "W", in: `{}`, keep: `ALL="Id":"(h-\w+)"`, again: "HandshakeConstraintViolationException ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION"},
	{op: "ListHandshakesForAccount", by: "X", in: `{"Filter":{"ParentHandshakeId":"<ALL>"}}`, keep: `H="Id":"(h-\w+)"`},
	{op: "AcceptHandshake", by: "X", in: `{"HandshakeId":"<H>"}`},
	{op: "AcceptHandshake", by: "W", in: `{"HandshakeId":"<ALL>"}`},
	{op: "DescribeOrganization", by: "W", in: `{}`, shows: `"FeatureSet":"ALL"`},

	// What is empty can be deleted, and an account closed.
	{op: "DeleteOrganization", by: "W", in: `{}`, refused: "OrganizationNotEmptyException"},
	{op: "DeleteOrganizationalUnit", in: `{"OrganizationalUnitId":"<OTHER>"}`, first: []string{"OTHER=OrganizationalUnitNotFoundException"}},
	{op: "CloseAccount", in: `{"AccountId":"<M>"}`, refused: "ConstraintViolationException CANNOT_CLOSE_MANAGEMENT_ACCOUNT"},
	{op: "CloseAccount", in: `{"AccountId":"<Y>"}`, first: []string{"Y=AccountNotFoundException"}, again: "AccountAlreadyClosedException"},
	{op: "LeaveOrganization", by: "X", in: `{}`},
	{op: "DeleteOrganization", by: "W", in: `{}`, again: "AWSOrganizationsNotInUseException"},
}

// manyTags are so many tags, as JSON.
func manyTags(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = `{"Key":"k` + string(rune('a'+i/26)) + string(rune('a'+i%26)) + `","Value":"v"}`
	}
	return strings.Join(all, ",")
}

// TestTheOrganizationsPlane tells the whole story of Organizations through the
// wire: every operation succeeds, and is refused with every error that its
// contract declares and a caller can cause.
func TestTheOrganizationsPlane(t *testing.T) {
	p := openAccountPlane(t, "organizations", "--bootstrap", "account", "--account-leave-after", "1ms",
		"--quota", "organizational-units=6", "--quota", "accounts=4", "--quota", "organization-policies=6")
	inputs := map[string]string{}
	for _, d := range slices.Backward(organizationStory) {
		if d.enter == "" && (d.refused == "" || inputs[d.op] == "") {
			inputs[d.op] = p.fill(d.in, noOrganization)
		}
	}
	for op, in := range inputs {
		p.refuses(t, "clerk", op, in, "AccessDeniedException")
		if slices.Contains(p.contract.Operations[op].Errors, "AWSOrganizationsNotInUseException") && op != "AcceptHandshake" {
			p.refuses(t, "", op, in, "AWSOrganizationsNotInUseException")
		}
	}
	p.tell(t, organizationStory, noOrganization)
	for op := range inputs {
		if invalid := p.invalid(op); invalid != "" {
			p.refuses(t, "", op, invalid, "InvalidInputException")
		}
	}
	p.untold(t, untoldOfOrganizations)
}

// invalid is an input that the contract of an operation forbids; "" when all
// are allowed.
func (p *accountPlane) invalid(op string) string {
	shape := p.contract.Shapes[p.contract.Operations[op].Input.Shape]
	_, pages := shape.Members["NextToken"]
	switch {
	case len(shape.Required) > 0:
		return `{}`
	case pages:
		return `{"NextToken":"x"}`
	case op == "CreateOrganization":
		return `{"FeatureSet":"SOME"}`
	}
	return ""
}

const (
	noInput   = "it has no input"
	noBilling = "handshakes that transfer billing are not built"
)

// untoldOfOrganizations are failures that the contract knows and no call can
// cause, and why.
var untoldOfOrganizations = map[string]string{
	"* ServiceException":                                           "only a failure of ours causes it",
	"* TooManyRequestsException":                                   "nobody bounds how often Organizations is called",
	"* ConcurrentModificationException":                            waits,
	"* UnsupportedAPIEndpointException":                            "every endpoint has every operation",
	"* PolicyChangesInProgressException":                           "a change of policies is whole at once",
	"* FinalizingOrganizationException":                            "an organization is whole at once",
	"* AccessDeniedForDependencyException":                         "there is no service to ask for its role",
	"InviteAccountToOrganization AccountOwnerNotVerifiedException": "addresses of accounts are believed",
	"CloseAccount ConflictException":                               waits,
	"CreateOrganization ConstraintViolationException":              "every account may found one",
	"DeleteOrganization ConstraintViolationException":              "only its accounts stand in the way",
	"DeleteOrganization InvalidInputException":                     noInput, "EnableAllFeatures InvalidInputException": noInput, "LeaveOrganization InvalidInputException": noInput,
	"EnableAllFeatures ConstraintViolationException":    "it takes five thousand accounts",
	"AcceptHandshake AWSOrganizationsNotInUseException": "who accepts need not be in one",
	"LeaveOrganization AccountNotFoundException":        "who calls is there",
	"UntagResource ConstraintViolationException":        "it adds nothing",
	"* PolicyTypeNotAvailableForOrganizationException":  "all types are available",
	"DescribeResponsibilityTransfer *":                  noBilling, "InviteOrganizationToTransferResponsibility *": noBilling, "ListInboundResponsibilityTransfers *": noBilling,
	"ListOutboundResponsibilityTransfers *": noBilling, "TerminateResponsibilityTransfer *": noBilling, "UpdateResponsibilityTransfer *": noBilling,
	"CreateGovCloudAccount ": "it takes an account in GovCloud, and there is none: docs/organizations.md",
}
