package iamapi

import (
	"context"

	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/wire"
)

// notUsed stands for the service and Region of a key that was never used.
const notUsed = "N/A"

// GetAccessKeyLastUsed tells when, with which service and for which Region a key
// was last used.
func (s *Service) GetAccessKeyLastUsed(ctx context.Context, call *wire.Call, in *GetAccessKeyLastUsedRequest) (*GetAccessKeyLastUsedResponse, error) {
	k, err := s.IAM.AccessKey(ctx, call.Caller.Account, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	if err := s.LastAccess.Recorder.Flush(ctx); err != nil {
		return nil, err
	}
	last, err := s.LastAccess.KeysLastUsed(ctx, []string{k.ID})
	if err != nil {
		return nil, err
	}
	out := &GetAccessKeyLastUsedResponse{UserName: wire.Optional(k.UserName), AccessKeyLastUsed: &AccessKeyLastUsed{ServiceName: notUsed, Region: notUsed}}
	if a, used := last[k.ID]; used {
		out.AccessKeyLastUsed = &AccessKeyLastUsed{LastUsedDate: new(a.At), ServiceName: a.Service, Region: a.Region}
	}
	return out, nil
}

// keyUseAuthorizations asks about the user whose key it is. One that is nobody's
// is asked about as any user's: whether it is there shows only to whom that is
// allowed.
func (s *Service) keyUseAuthorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"GetAccessKeyLastUsed": func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
			anybody := iam.EntityARN(call.Caller.Account, iam.UserKind, "/", "*")
			return onResource("GetAccessKeyLastUsed", anybody, nil, func() (string, map[string]string, error) {
				k, err := s.IAM.AccessKey(ctx, call.Caller.Account, in.(*GetAccessKeyLastUsedRequest).AccessKeyId)
				if err != nil {
					return "", nil, err
				}
				if k.UserName == "" {
					return "", nil, fault.Newf(fault.NotFound, "root is no user")
				}
				e, err := s.IAM.User(ctx, call.Caller.Account, k.UserName)
				return e.ARN, e.Tags, err
			})
		},
	}
}
