package accessanalyzerapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/policygrant"
	"foyer/internal/wire"
)

// The results of checks.
const (
	passed = "PASS"
	failed = "FAIL"
)

// grammars are the grammars of the kinds of policies that are checked.
var grammars = map[string]policy.Kind{
	AccessCheckPolicyTypeIdentityPolicy: policy.Identity,
	AccessCheckPolicyTypeResourcePolicy: policy.Resource,
}

// checked reads a policy that is to be checked. A resource policy may be a
// role's trust policy, which names no resource.
func checked(document, kind string) (*policygrant.Policy, error) {
	_, err := policy.Compile(document, grammars[kind])
	if err != nil && grammars[kind] == policy.Resource {
		if _, trust := policy.Compile(document, policy.Trust); trust == nil {
			err = nil
		}
	}
	if m, ok := errors.AsType[*policy.Malformed](err); ok {
		return nil, &wire.Error{Code: "InvalidParameterException", Message: "The policy document is not valid: " + m.Message, Status: http.StatusBadRequest, Err: err}
	}
	return policygrant.Compile(document), err
}

// CheckAccessNotGranted tells whether a policy grants what it should not.
func (s *Service) CheckAccessNotGranted(_ context.Context, _ *wire.Call, in *CheckAccessNotGrantedRequest) (*CheckAccessNotGrantedResponse, error) {
	if len(in.Access) == 0 || len(in.Access[0].Actions)+len(in.Access[0].Resources) == 0 {
		return nil, fault.Newf(fault.Invalid, "The access must name an action or a resource.")
	}
	p, err := checked(in.PolicyDocument, in.PolicyType)
	if err != nil {
		return nil, err
	}
	a := in.Access[0]
	things := "listed actions"
	if len(a.Resources) > 0 {
		things = "listed actions or resources"
	}
	found, err := policygrant.Granting(p, policygrant.Access{Actions: a.Actions, Resources: a.Resources})
	if err != nil {
		return nil, tooComplex(err)
	}
	if len(found) == 0 {
		return &CheckAccessNotGrantedResponse{Result: new(passed), Message: new("The policy document does not grant access to perform the " + things + ".")}, nil
	}
	return &CheckAccessNotGrantedResponse{
		Result: new(failed), Message: new("The policy document grants access to perform one or more of the " + things + "."),
		Reasons: reasons(found, "One or more of the "+things),
	}, nil
}

// CheckNoNewAccess tells whether a policy grants what the one before it does not.
func (s *Service) CheckNoNewAccess(_ context.Context, _ *wire.Call, in *CheckNoNewAccessRequest) (*CheckNoNewAccessResponse, error) {
	now, err := checked(in.NewPolicyDocument, in.PolicyType)
	if err != nil {
		return nil, err
	}
	before, err := checked(in.ExistingPolicyDocument, in.PolicyType)
	if err != nil {
		return nil, err
	}
	found, err := policygrant.New(now, before)
	if err != nil {
		return nil, tooComplex(err)
	}
	if len(found) == 0 {
		return &CheckNoNewAccessResponse{Result: new(passed), Message: new("The modified permissions do not grant new access compared to your existing policy.")}, nil
	}
	return &CheckNoNewAccessResponse{
		Result: new(failed), Message: new("The modified permissions grant new access compared to your existing policy."),
		Reasons: reasons(found, "New access"),
	}, nil
}

func tooComplex(err error) error {
	return &wire.Error{Code: "UnprocessableEntityException", Message: fault.Message(err), Status: http.StatusUnprocessableEntity, Err: err}
}

// reasons names statements by their ids, or else by their places.
func reasons(found []policygrant.Found, what string) (all []ReasonSummary) {
	for _, f := range found {
		r := ReasonSummary{StatementIndex: new(int64(f.Index))}
		if f.Sid != "" {
			r.StatementId = new(f.Sid)
			r.Description = new(fmt.Sprintf("%s in the statement with sid: %s.", what, f.Sid))
		} else {
			r.Description = new(fmt.Sprintf("%s in the statement with index: %d.", what, f.Index))
		}
		all = append(all, r)
	}
	return all
}
