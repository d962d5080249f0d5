package organizations

import "foyer/internal/fault"

// Rule is the rule that a request broke, where callers tell it from others.
type Rule uint8

// The rules.
const (
	NotInUse Rule = iota // the caller's account is in no organization
	AccessDenied
	AccountNotFound
	AccountAlreadyClosed
	AccountAlreadyRegistered
	AccountNotRegistered
	AlreadyInOrganization
	ChildNotFound
	ConstraintViolation // with a Reason
	CreateStatusNotFound
	DestinationParentNotFound
	EffectivePolicyNotFound
	DuplicateAccount
	DuplicateHandshake
	DuplicateUnit
	DuplicatePolicy
	DuplicateAttachment
	HandshakeAlreadyInState
	HandshakeNotFound
	HandshakeViolation // with a Reason
	InvalidInput       // with a Reason
	InvalidTransition
	ManagementCannotLeave
	MalformedPolicy
	OrganizationNotEmpty
	UnitNotEmpty
	UnitNotFound
	ParentNotFound
	PolicyInUse
	PolicyNotAttached
	PolicyNotFound
	PolicyTypeEnabled
	PolicyTypeUnavailable
	PolicyTypeNotEnabled
	ResourcePolicyNotFound
	RootNotFound
	SourceParentNotFound
	TargetNotFound
	NumRules = iota
)

// Reasons of ConstraintViolation, HandshakeViolation and InvalidInput.
const (
	TooManyAccounts      = "ACCOUNT_NUMBER_LIMIT_EXCEEDED"
	TooManyUnits         = "OU_NUMBER_LIMIT_EXCEEDED"
	TooDeep              = "OU_DEPTH_LIMIT_EXCEEDED"
	TooManyPolicies      = "POLICY_NUMBER_LIMIT_EXCEEDED"
	PolicyTooLarge       = "POLICY_CONTENT_LIMIT_EXCEEDED"
	TooManyAttached      = "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
	LastAttached         = "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
	TooManyTags          = "MAX_TAG_LIMIT_EXCEEDED"
	NotAllFeatures       = "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
	ManagementStays      = "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"
	TooManyClosed        = "CLOSE_ACCOUNT_QUOTA_EXCEEDED"
	DelegateStays        = "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"
	ManagementDelegates  = "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"
	SuspendedDelegates   = "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR"
	TooManyDelegates     = "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED"
	DelegateExists       = "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE"
	ServiceAccessMissing = "SERVICE_ACCESS_NOT_ENABLED"
	ImmutablePolicy      = "IMMUTABLE_POLICY"
	NonDetachable        = "NON_DETACHABLE_POLICY"
	TargetNotSupported   = "TARGET_NOT_SUPPORTED"
	UnknownService       = "UNRECOGNIZED_SERVICE_PRINCIPAL"
	DuplicateTag         = "DUPLICATE_TAG_KEY"
	SystemTag            = "INVALID_SYSTEM_TAGS_PARAMETER"
	CannotLeave          = "ACCOUNT_CANNOT_LEAVE_ORGANIZATION"
	WaitPeriod           = "WAIT_PERIOD_ACTIVE"
	NoGovCloud           = "MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED"
	InAnOrganization     = "ALREADY_IN_AN_ORGANIZATION"
	HasAllFeatures       = "ORGANIZATION_ALREADY_HAS_ALL_FEATURES"
	MigrationPending     = "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION"
	InvitesDisabled      = "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES"
	TooManyHandshakes    = "HANDSHAKE_RATE_LIMIT_EXCEEDED"
	TooManyToMigrate     = "ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED"
	TooManyFilters       = "MAX_LIMIT_EXCEEDED_FILTER"
	InvalidEmail         = "INVALID_EMAIL_ADDRESS_TARGET"
	WrongParty           = "INVALID_PARTY_TYPE_TARGET"
	InvalidResourceJSON  = "INVALID_RESOURCE_POLICY_JSON"
	InvalidPrincipal     = "INVALID_PRINCIPAL"
	UnsupportedAction    = "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"
	UnsupportedResource  = "UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY"
)

// Refusal is the failure of a request that broke one of the rules.
type Refusal struct {
	Rule   Rule
	Reason string // of ConstraintViolation, HandshakeViolation and InvalidInput; else ""
	Err    error  // the fault
}

// Error returns the fault's text.
func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap returns the fault.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(rule Rule, kind fault.Kind, message string) error {
	return &Refusal{Rule: rule, Err: fault.Newf(kind, "%s", message)}
}

func violates(reason, message string) error {
	return &Refusal{Rule: ConstraintViolation, Reason: reason, Err: fault.Newf(fault.Quota, "%s", message)}
}

func invalidInput(reason, message string) error {
	return &Refusal{Rule: InvalidInput, Reason: reason, Err: fault.Newf(fault.Invalid, "%s", message)}
}

func violatesHandshake(reason, message string) error {
	return &Refusal{Rule: HandshakeViolation, Reason: reason, Err: fault.Newf(fault.Conflict, "%s", message)}
}
