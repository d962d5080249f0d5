package ssodirectoryapi

import (
	"context"
	"reflect"

	"foyer/internal/fault"
	"foyer/internal/wire"
)

// authorizations tells what each operation demands: its action in the Service
// Authorization Reference (AWS SSO Directory, AWS Identity Store Auth), on every
// resource, because those services know none.
func (s *Service) authorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"UpdatePassword":     s.on("sso-directory:UpdatePassword"),
		"VerifyEmail":        s.on("sso-directory:VerifyEmail"),
		"EnableUser":         s.on("sso-directory:EnableUser"),
		"DisableUser":        s.on("sso-directory:DisableUser"),
		"ListSessions":       s.on("identitystore-auth:ListSessions"),
		"BatchDeleteSession": s.on("identitystore-auth:BatchDeleteSession"),

		"ListMfaDevicesForUser":  s.on("sso-directory:ListMfaDevicesForUser"),
		"UpdateMfaDeviceForUser": s.on("sso-directory:UpdateMfaDeviceForUser"),
		"DeleteMfaDeviceForUser": s.on("sso-directory:DeleteMfaDeviceForUser"),
		"ResetMfaDevicesForUser": s.on("sso-directory:DeleteMfaDeviceForUser"), // ours: deletes all of them

		"GetMfaDeviceManagementForDirectory": s.on("sso:GetMfaDeviceManagementForDirectory"),
		"PutMfaDeviceManagementForDirectory": s.on("sso:PutMfaDeviceManagementForDirectory"),
	}
}

// on demands an action. Callers of other accounts than the owner's are refused
// here: no policy of theirs reaches into this account.
func (s *Service) on(action string) wire.Authorization {
	return func(_ context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		store := reflect.ValueOf(in).Elem().FieldByName("IdentityStoreId").String()
		if call.Caller.Account != s.Owner() {
			return nil, fault.Newf(fault.Denied, "User: %s is not authorized to perform: %s on resource: arn:aws:identitystore::%s:identitystore/%s", call.Caller.ARN, action, s.Owner(), store)
		}
		return []wire.Demand{{Action: action, Resource: "*"}}, nil
	}
}
