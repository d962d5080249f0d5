package accountapi

import (
	"context"
	"errors"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/wire"
)

// authorizations tells what each operation demands: its own action on the
// account (Service Authorization Reference, AWS Account Management).
func (s *Service) authorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"GetAccountInformation": on(s, "GetAccountInformation", func(in *GetAccountInformationRequest) *string { return in.AccountId }),
		"GetContactInformation": on(s, "GetContactInformation", func(in *GetContactInformationRequest) *string { return in.AccountId }),
		"ListRegions":           on(s, "ListRegions", func(in *ListRegionsRequest) *string { return in.AccountId }),
		"PutAccountName":        on(s, "PutAccountName", func(in *PutAccountNameRequest) *string { return in.AccountId }),
	}
}

// on demands account:<operation> on the caller's own account, or on the one
// that is named, as a member of the caller's organization.
func on[In any](s *Service, operation string, of func(*In) *string) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		demand := wire.Demand{Action: "account:" + operation, Resource: name(call.Caller.Account, "account")}
		id := idOf(of(in.(*In)))
		if id == "" {
			return []wire.Demand{demand}, nil
		}
		org, err := s.of(call).Organization(ctx)
		if r, ok := errors.AsType[*organizations.Refusal](err); ok && r.Rule == organizations.NotInUse {
			org, err = organizations.Organization{ID: "*", Management: call.Caller.Account}, nil // the operation refuses
		}
		demand.Resource = name(org.Management, "account/"+org.ID+"/"+string(id))
		return []wire.Demand{demand}, err
	}
}

func name(owner arn.AccountID, resource string) string {
	return "arn:" + arn.Partition + ":account::" + string(owner) + ":" + resource
}
