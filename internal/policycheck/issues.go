package policycheck

import (
	"fmt"
	"strings"
)

// Type is how grave a finding is.
type Type string

// The types, as the API names them.
const (
	Error           Type = "ERROR"            // part of the policy does not work
	SecurityWarning Type = "SECURITY_WARNING" // it allows more than it should
	Warning         Type = "WARNING"          // it is not how one does it
	Suggestion      Type = "SUGGESTION"       // it could be simpler
)

// issue is a kind of finding. Its text may have places for arguments.
type issue struct {
	kind Type
	code string
	text string
}

// manual is the page of AWS's manual that explains every check.
const manual = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-"

// chapters begin the anchors in it.
var chapters = map[Type]string{Error: "error-", SecurityWarning: "security-warning-", Warning: "general-warning-", Suggestion: "suggestion-"}

func (i issue) finding(at []Location, args ...any) Finding {
	return Finding{
		Type: i.kind, Code: i.code, Details: fmt.Sprintf(i.text, args...), Locations: at,
		Link: manual + chapters[i.kind] + strings.ToLower(strings.ReplaceAll(i.code, "_", "-")),
	}
}

// Errors of form.
var (
	jsonSyntax           = issue{Error, "JSON_SYNTAX_ERROR", "Fix the JSON syntax error at index %d line %d column %d."}
	dataType             = issue{Error, "DATA_TYPE_MISMATCH", "The text does not match the expected JSON data type."}
	missingStatement     = issue{Error, "MISSING_STATEMENT", "Add a statement to the policy"}
	invalidVersion       = issue{Error, "INVALID_VERSION", "The version %s is not valid. Use one of the following versions: 2012-10-17, 2008-10-17"}
	invalidElement       = issue{Error, "INVALID_POLICY_ELEMENT", "The policy element %s is not valid."}
	elementCombination   = issue{Error, "UNSUPPORTED_ELEMENT_COMBINATION", "The policy elements %s and %s can not be used in the same statement. Remove one of these elements."}
	missingEffect        = issue{Error, "MISSING_EFFECT", "Add an Effect element to the policy statement with a value of Allow or Deny."}
	invalidEffect        = issue{Error, "INVALID_EFFECT", "The effect %s is not valid. Use Allow or Deny."}
	missingAction        = issue{Error, "MISSING_ACTION", "Add an Action or NotAction element to the policy statement."}
	missingResource      = issue{Error, "MISSING_RESOURCE", "Add a Resource or NotResource element to the policy statement."}
	missingPrincipal     = issue{Error, "MISSING_PRINCIPAL", "Add a Principal element to the policy statement."}
	unsupportedPrincipal = issue{Error, "UNSUPPORTED_PRINCIPAL", "The policy type %s does not support the Principal element. Remove the Principal element."}
	scpPrincipal         = issue{Error, "SCP_SYNTAX_ERROR_PRINCIPAL", "SCPs do not support specifying principals. Remove the Principal or NotPrincipal element."}
	rcpAllow             = issue{Error, "RCP_SYNTAX_ERROR_ALLOW", "RCPs only support specifying all principals (\"*\") in the Principal element, all resources (\"*\") in the Resource element, and no Condition element with an effect of Allow."}
	rcpPrincipal         = issue{Error, "RCP_SYNTAX_ERROR_PRINCIPAL", "The Principal element contents are not valid. RCPs only support specifying all principals (\"*\") in the Principal element. The NotPrincipal element is not supported for RCPs."}
	rcpNotAction         = issue{Error, "RCP_SYNTAX_ERROR_NOTACTION", "RCPs do not support the NotAction element. Update to use the Action element."}
	rcpAction            = issue{Error, "RCP_SYNTAX_ERROR_ACTION", "RCPs only support specifying select service prefixes in the Action element. Learn more here."}
	resourceControlSize  = issue{Error, "POLICY_SIZE_EXCEEDS_RCP_QUOTA", "The %d characters in the resource control policy (RCP) exceed the %d character maximum for RCPs. We recommend that you use multiple granular policies."}
	uniqueSids           = issue{Error, "UNIQUE_SIDS_REQUIRED", "Duplicate statement IDs are not supported for this policy type. Update the Sid value."}
	unsupportedSid       = issue{Error, "UNSUPPORTED_SID", "Update the characters in the Sid element to use one of the following character types: [a-z, A-Z, 0-9]"}
	serviceControlSize   = issue{Error, "POLICY_SIZE_EXCEEDS_SCP_QUOTA", "The characters in the service control policy (SCP) exceed the character maximum for SCPs. We recommend that you use multiple granular policies."}
)

// Errors of actions, resources and principals.
var (
	invalidAction     = issue{Error, "INVALID_ACTION", "The action %s does not exist.%s"}
	invalidService    = issue{Error, "INVALID_SERVICE_IN_ACTION", "The service %s specified in the action does not exist.%s"}
	unsupportedAction = issue{Error, "UNSUPPORTED_ACTION_IN_POLICY", "The action %s is not supported for the resource-based policy attached to the resource type AWS::IAM::AssumeRolePolicyDocument."}
	arnPrefix         = issue{Error, "INVALID_ARN_PREFIX", "Add the required prefix (arn) to the resource ARN."}
	arnFields         = issue{Error, "MISSING_ARN_FIELD", "Resource ARNs must include at least 6 fields in the following structure: arn:partition:service:region:account:resource"}
	arnPartition      = issue{Error, "INVALID_PARTITION", "The resource ARN for the service %s does not support the partition %s. Use the supported values: aws, aws-cn, aws-us-gov"}
	arnServiceCase    = issue{Error, "INVALID_ARN_SERVICE_CASE", "Update the service name %s in the resource ARN to use all lowercase letters."}
	arnService        = issue{Error, "INVALID_SERVICE", "The service %s does not exist. Use a valid service name."}
	arnAccount        = issue{Error, "INVALID_ARN_ACCOUNT", "The resource ARN account ID %s is not valid. Provide a 12-digit account ID."}
	arnAccountGiven   = issue{Error, "ARN_ACCOUNT_NOT_ALLOWED", "The service %s does not support specifying an account ID in the resource ARN."}
	arnRegionGiven    = issue{Error, "ARN_REGION_NOT_ALLOWED", "The service %s does not support specifying a Region in the resource ARN."}
	arnRegionMissing  = issue{Error, "MISSING_ARN_REGION", "Add a Region to the %s resource ARN."}
	arnResource       = issue{Error, "INVALID_ARN_RESOURCE", "Resource ARN does not match the expected ARN format. Update the resource portion of the ARN."}
	principalFormat   = issue{Error, "INVALID_PRINCIPAL_FORMAT", "The Principal element contents are not valid. Specify a key-value pair in the Principal element."}
	principalKey      = issue{Error, "INVALID_PRINCIPAL_KEY", "The principal key %s is not valid."}
	principalWildcard = issue{Error, "UNSUPPORTED_WILDCARD_IN_PRINCIPAL", "Wildcards (*, ?) are not supported with the principal key %s. Replace the wildcard with a valid principal value."}
)

// Errors of trust policies.
var (
	trustNotPrincipal = issue{Error, "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", "Role trust policies do not support NotPrincipal. Update the policy to use a Principal element instead."}
	trustWildcard     = issue{Error, "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", "\"Principal:\" \"*\" is not supported in the principal element of a role trust policy. Replace the wildcard with a valid principal value."}
	trustResource     = issue{Error, "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", "Role trust policies apply to the role that they are attached to. You cannot specify a resource. Remove the Resource or NotResource element."}
	trustFederated    = issue{Error, "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", "The principal value specifies a federated principal that does not match the expected format. Update the federated principal to a domain name or a SAML metadata ARN."}
	mismatchedAction  = issue{Error, "MISMATCHED_ACTION_FOR_PRINCIPAL", "The %s action is invalid with the following principal(s): %s. Use a SAML provider principal with the sts:AssumeRoleWithSAML action or use an OIDC provider principal with the sts:AssumeRoleWithWebIdentity action. Ensure the provider is Federated if you use either of the two options."}
	rolesAnywhere     = issue{Error, "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", "The rolesanywhere.amazonaws.com service principal requires the sts:AssumeRole, sts:SetSourceIdentity, and sts:TagSession permissions to assume a role. Add the missing permissions to the policy."}
	federatedResource = issue{Error, "FEDERATED_PRINCIPAL_NOT_SUPPORTED", "The policy type does not support a federated identity provider in the principal element. Use a supported principal."}
)

// Errors of conditions and variables.
var (
	invalidOperator      = issue{Error, "INVALID_CONDITION_OPERATOR", "The condition operator %s is not valid. Use a valid condition operator."}
	nullIfExists         = issue{Error, "NULL_WITH_IF_EXISTS", "The Null condition operator cannot be used with the IfExists suffix. Update the operator or the suffix."}
	keyFormat            = issue{Error, "INVALID_CONDITION_KEY_FORMAT", "The condition key format is not valid. Use the format service:keyname."}
	keyGlobal            = issue{Error, "INVALID_GLOBAL_CONDITION_KEY", "The condition key %s does not exist. Use a valid condition key."}
	keyService           = issue{Error, "INVALID_SERVICE_CONDITION_KEY", "The condition key %s does not exist in the service %s. Use a valid condition key."}
	keyNoService         = issue{Error, "INVALID_SERVICE", "The service %s does not exist. Use a valid service name."}
	keyTag               = issue{Error, "MISSING_TAG_KEY_IN_CONDITION", "The condition key %s must include a tag key to control access based on tags. Use the format %s/tag-key and specify a key name for tag-key."}
	keyCase              = issue{Error, "DUPLICATE_KEYS_WITH_DIFFERENT_CASE", "The condition key %s appears more than once with different capitalization in the same condition block. Remove the duplicate condition keys."}
	valueKinds           = issue{Error, "INVALID_CONDITION_DATA_TYPE", "The condition value data types do not match. Use condition values of the same JSON data type."}
	manyBooleans         = issue{Error, "INVALID_CONDITION_MULTIPLE_BOOLEAN", "The condition key does not support multiple Boolean values. Use a single Boolean value."}
	missingQualifier     = issue{Error, "MISSING_QUALIFIER", "The request context key %s has multiple values. Use the ForAllValues or ForAnyValue condition key qualifiers in your policy."}
	privateAddress       = issue{Error, "PRIVATE_IP_ADDRESS", "aws:SourceIp works only for public IP address ranges. The values for condition key aws:SourceIp include only private IP addresses and will not have the desired effect. Update the value to include only public IP addresses."}
	privateNotAddress    = issue{Error, "PRIVATE_NOT_IP_ADDRESS", "The values for condition key aws:SourceIp include only private IP addresses and has no effect. aws:SourceIp works only for public IP address ranges. Update the value to include only public IP addresses."}
	vpcFormat            = issue{Error, "INVALID_VPC_FORMAT", "The VPC identifier in the condition key value is not valid. Use the prefix 'vpc-' followed by 8 or 17 alphanumeric characters."}
	vpceFormat           = issue{Error, "INVALID_VPCE_FORMAT", "The VPCE identifier in the condition key value is not valid.  Use the prefix 'vpce-' followed by 8 or 17 alphanumeric characters."}
	variableOperator     = issue{Error, "INVALID_VARIABLE_FOR_OPERATOR", "Policy variables can only be used with String and ARN operators."}
	variableBrace        = issue{Error, "MISSING_BRACE_IN_VARIABLE", "The policy variable is missing a closing curly brace. Add } after the variable text."}
	variableQuote        = issue{Error, "MISSING_QUOTE_IN_VARIABLE", "The policy variable default value must begin and end with a single quote. Add the missing quote."}
	variableSpace        = issue{Error, "UNSUPPORTED_SPACE_IN_VARIABLE", "A space is not supported within the policy variable text. Remove the space."}
	variableEmpty        = issue{Error, "EMPTY_VARIABLE", "Empty policy variable. Remove the variable structure or provide a variable within the structure."}
	variableElement      = issue{Error, "VARIABLE_UNSUPPORTED_IN_ELEMENT", "Policy variables are supported in the Resource and Condition elements. Remove the policy variable from this element."}
	variableVersion      = issue{Error, "VARIABLE_UNSUPPORTED_IN_VERSION", "To include variables in your policy, use the policy version 2012-10-17 or later."}
	forAllSingle         = issue{SecurityWarning, "FOR_ALL_VALUES_WITH_SINGLE_VALUED_KEY", "Using ForAllValues qualifier with the single-valued condition key %s can be overly permissive. We recommend that you remove ForAllValues:."}
	pairedKeys           = issue{SecurityWarning, "MISSING_PAIRED_CONDITION_KEYS", "Using the condition key %s can be overly permissive without also using the following condition keys: %s. Condition keys like this one are more secure when paired with a related key. We recommend that you add the related condition keys to the same condition block."}
	deprecatedKey        = issue{Warning, "DEPRECATED_GLOBAL_CONDITION_KEY", "We recommend that you update %s to use the newer condition key %s."}
	typeMismatch         = issue{Warning, "TYPE_MISMATCH", "Use the operator type %s instead of operator %s for the condition key %s."}
	mismatchBool         = issue{Warning, "TYPE_MISMATCH_BOOLEAN", "Add a valid Boolean value (true or false) for the condition operator %s."}
	mismatchDate         = issue{Warning, "TYPE_MISMATCH_DATE", "The date condition operator is used with an invalid value. Specify a valid date using YYYY-MM-DD or other ISO 8601 date/time format."}
	mismatchIP           = issue{Error, "TYPE_MISMATCH_IP_RANGE", "The condition operator %s is used with an invalid IP range value. Specify the IP range in standard CIDR format."}
	mismatchNumber       = issue{Warning, "TYPE_MISMATCH_NUMBER", "Add a valid numeric value for the condition operator %s."}
	mismatchString       = issue{Warning, "TYPE_MISMATCH_STRING", "Add a valid base64-encoded string value for the condition operator %s."}
	epochDate            = issue{Warning, "INVALID_DATE_VALUE", "The date %s might not resolve as expected. We recommend that you use the YYYY-MM-DD format."}
	wildcardWithoutLike  = issue{Warning, "WILDCARD_WITHOUT_LIKE_OPERATOR", "Your condition value includes a * or ? character. If you meant to use a wildcard (*, ?), update the condition operator to include Like."}
	nullQualifier        = issue{Suggestion, "NULL_WITH_QUALIFIER", "Avoid using the Null condition operator with the ForAllValues or ForAnyValue qualifiers because they always return a true or false respectively."}
	improveRange         = issue{Suggestion, "IMPROVE_IP_RANGE", "The non-zero bits in the IP address after the masked bits are ignored. Replace address with %s."}
	privateSubset        = issue{Suggestion, "PRIVATE_IP_ADDRESS_SUBSET", "The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses will not have the desired effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp."}
	privateNotSubset     = issue{Suggestion, "PRIVATE_NOT_IP_ADDRESS_SUBSET", "The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses have no effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp."}
	redundantNumber      = issue{Suggestion, "REDUNDANT_CONDITION_VALUE_NUM", "Multiple values in %s are redundant. Replace with the %s single value for %s."}
	emptyCondition       = issue{Suggestion, "EMPTY_ARRAY_CONDITION", "There are no values for the condition key %s and it does not affect the policy. Specify conditions."}
	emptyForAll          = issue{Suggestion, "EMPTY_ARRAY_CONDITION_FORALLVALUES", "The ForAllValues prefix with an empty condition key matches only if the key %s is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead."}
	emptyForAny          = issue{Suggestion, "EMPTY_ARRAY_CONDITION_FORANYVALUE", "The ForAnyValue prefix with an empty condition key %s never matches the request context and it does not affect the policy. Specify conditions."}
	emptyIfExists        = issue{Suggestion, "EMPTY_ARRAY_CONDITION_IFEXISTS", "The IfExists suffix with an empty condition key matches only if the key %s is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead."}
	emptyConditionObject = issue{Suggestion, "EMPTY_OBJECT_CONDITION", "This condition block is empty and it does not affect the policy. Specify conditions."}
)

// Warnings and suggestions about statements.
var (
	missingVersion     = issue{Warning, "MISSING_VERSION", "We recommend that you specify the Version element to help you with debugging permission issues."}
	sidsRecommended    = issue{Warning, "UNIQUE_SIDS_RECOMMENDED", "We recommend that you use statement IDs that are unique to your policy. Update the Sid value."}
	identitySize       = issue{Warning, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", "The characters in the identity policy, excluding whitespace, exceed the character maximum for inline and managed policies. We recommend that you use multiple granular policies."}
	roleID             = issue{Warning, "INVALID_ROLE_REFERENCE", "The Principal element includes the IAM role ID %s. We recommend that you use a role ARN instead."}
	userID             = issue{Warning, "INVALID_USER_REFERENCE", "The Principal element includes the IAM user ID %s. We recommend that you use a user ARN instead."}
	allowNotPrincipal  = issue{SecurityWarning, "ALLOW_WITH_NOT_PRINCIPAL", "Using Allow with NotPrincipal can be overly permissive. We recommend that you use Principal instead."}
	emptySid           = issue{Suggestion, "EMPTY_SID_VALUE", "Add a value to the empty string in the Sid element."}
	emptyActions       = issue{Suggestion, "EMPTY_ARRAY_ACTION", "This statement includes no actions and does not affect the policy. Specify actions."}
	emptyResources     = issue{Suggestion, "EMPTY_ARRAY_RESOURCE", "This statement includes no resources and does not affect the policy. Specify resources."}
	emptyPrincipals    = issue{Suggestion, "EMPTY_ARRAY_PRINCIPAL", "This statement includes no principals and does not affect the policy. Specify principals."}
	emptyPrincipal     = issue{Suggestion, "EMPTY_OBJECT_PRINCIPAL", "This statement includes no principals and does not affect the policy. Specify principals."}
	wildcardService    = issue{Suggestion, "WILDCARD_IN_SERVICE_NAME", "Avoid using wildcards (*, ?) in the service name because it might grant unintended access to other AWS services with similar names."}
	redundantAction    = issue{Suggestion, "REDUNDANT_ACTION", "The %d action(s) are redundant because they provide similar permissions. Update the policy to remove the redundant action such as: %s."}
	redundantResource  = issue{Suggestion, "REDUNDANT_RESOURCE", "The %d resource ARN(s) are redundant because they reference the same resource. Review the use of wildcards (*) in %s"}
	redundantStatement = issue{Suggestion, "REDUNDANT_STATEMENT", "The statements are redundant because they provide identical permissions. Update the policy to remove the redundant statement."}
)
