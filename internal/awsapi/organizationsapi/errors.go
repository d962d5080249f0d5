package organizationsapi

import (
	"errors"

	"foyer/internal/fault"
	"foyer/internal/organizations"
	"foyer/internal/wire"
)

// codes are the service's words for the house's failures.
var codes = [fault.NumKinds]string{
	fault.Internal:        "ServiceException",
	fault.Invalid:         "InvalidInputException",
	fault.NotFound:        "TargetNotFoundException",
	fault.Conflict:        "ConflictException",
	fault.Denied:          "AccessDeniedException",
	fault.Unauthenticated: "AccessDeniedException",
	fault.Quota:           "ConstraintViolationException",
	fault.Throttled:       "TooManyRequestsException",
}

// ruleCodes are the service's words for broken rules.
var ruleCodes = [organizations.NumRules]string{
	organizations.NotInUse:                  "AWSOrganizationsNotInUseException",
	organizations.AccessDenied:              "AccessDeniedException",
	organizations.AccountNotFound:           "AccountNotFoundException",
	organizations.AccountAlreadyClosed:      "AccountAlreadyClosedException",
	organizations.AccountAlreadyRegistered:  "AccountAlreadyRegisteredException",
	organizations.AccountNotRegistered:      "AccountNotRegisteredException",
	organizations.AlreadyInOrganization:     "AlreadyInOrganizationException",
	organizations.ChildNotFound:             "ChildNotFoundException",
	organizations.ConstraintViolation:       "ConstraintViolationException",
	organizations.CreateStatusNotFound:      "CreateAccountStatusNotFoundException",
	organizations.DestinationParentNotFound: "DestinationParentNotFoundException",
	organizations.EffectivePolicyNotFound:   "EffectivePolicyNotFoundException",
	organizations.DuplicateHandshake:        "DuplicateHandshakeException",
	organizations.HandshakeAlreadyInState:   "HandshakeAlreadyInStateException",
	organizations.HandshakeNotFound:         "HandshakeNotFoundException",
	organizations.HandshakeViolation:        "HandshakeConstraintViolationException",
	organizations.InvalidTransition:         "InvalidHandshakeTransitionException",
	organizations.ManagementCannotLeave:     "MasterCannotLeaveOrganizationException",
	organizations.OrganizationNotEmpty:      "OrganizationNotEmptyException",
	organizations.ResourcePolicyNotFound:    "ResourcePolicyNotFoundException",
	organizations.DuplicateAccount:          "DuplicateAccountException",
	organizations.DuplicateUnit:             "DuplicateOrganizationalUnitException",
	organizations.DuplicatePolicy:           "DuplicatePolicyException",
	organizations.DuplicateAttachment:       "DuplicatePolicyAttachmentException",
	organizations.InvalidInput:              "InvalidInputException",
	organizations.MalformedPolicy:           "MalformedPolicyDocumentException",
	organizations.UnitNotEmpty:              "OrganizationalUnitNotEmptyException",
	organizations.UnitNotFound:              "OrganizationalUnitNotFoundException",
	organizations.ParentNotFound:            "ParentNotFoundException",
	organizations.PolicyInUse:               "PolicyInUseException",
	organizations.PolicyNotAttached:         "PolicyNotAttachedException",
	organizations.PolicyNotFound:            "PolicyNotFoundException",
	organizations.PolicyTypeEnabled:         "PolicyTypeAlreadyEnabledException",
	organizations.PolicyTypeUnavailable:     "PolicyTypeNotAvailableForOrganizationException",
	organizations.PolicyTypeNotEnabled:      "PolicyTypeNotEnabledException",
	organizations.RootNotFound:              "RootNotFoundException",
	organizations.SourceParentNotFound:      "SourceParentNotFoundException",
	organizations.TargetNotFound:            "TargetNotFoundException",
}

func faultOf(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	e := &wire.Error{Code: codes[fault.Of(err)], Message: fault.Message(err), Err: err}
	if r, ok := errors.AsType[*organizations.Refusal](err); ok {
		e.Code = ruleCodes[r.Rule]
		if r.Reason != "" {
			e.Fields = map[string]any{"Reason": r.Reason}
		}
	}
	return e
}

// reasons are the service's words for inputs that break the contract.
var reasons = [...]string{
	wire.AnotherRule: InvalidInputExceptionReasonInputRequired, wire.Absent: InvalidInputExceptionReasonInputRequired,
	wire.TooShort: InvalidInputExceptionReasonMinLengthExceeded, wire.TooLong: InvalidInputExceptionReasonMaxLengthExceeded,
	wire.TooSmall: InvalidInputExceptionReasonMinValueExceeded, wire.TooLarge: InvalidInputExceptionReasonMaxValueExceeded,
	wire.NotInEnum: InvalidInputExceptionReasonInvalidEnum, wire.NotInPattern: InvalidInputExceptionReasonInvalidPattern,
}

func reasonOf(v wire.Violation) map[string]any { return map[string]any{"Reason": reasons[v]} }
