package iamapi

import (
	"context"

	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/secret"
	"foyer/internal/wire"
)

func wireLogin(p iam.LoginProfile) *LoginProfile {
	return &LoginProfile{UserName: p.UserName, CreateDate: p.Created, PasswordResetRequired: new(p.ResetRequired)}
}

// CreateLoginProfile gives a user a password. Root gets one only in a session
// that was begun for it, and chooses it itself.
func (s *Service) CreateLoginProfile(ctx context.Context, call *wire.Call, in *CreateLoginProfileRequest) (*CreateLoginProfileResponse, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	switch {
	case name == "" && call.Caller.Session == nil:
		return nil, validation("Must specify userName when calling with root credentials", nil)
	case name == "" && in.Password != nil:
		return nil, validation("The password of the root user cannot be set.", nil)
	case name != "" && in.Password == nil:
		return nil, validation("1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null", nil)
	}
	p, err := s.IAM.CreateLoginProfile(ctx, call.Caller.Account, name, secret.New(wire.Given(in.Password)), in.PasswordResetRequired != nil && *in.PasswordResetRequired)
	return &CreateLoginProfileResponse{LoginProfile: wireLogin(p)}, err
}

// GetLoginProfile tells whether a user has a password.
func (s *Service) GetLoginProfile(ctx context.Context, call *wire.Call, in *GetLoginProfileRequest) (*GetLoginProfileResponse, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	p, err := s.IAM.LoginProfile(ctx, call.Caller.Account, name)
	return &GetLoginProfileResponse{LoginProfile: wireLogin(p)}, err
}

// UpdateLoginProfile gives a user another password.
func (s *Service) UpdateLoginProfile(ctx context.Context, call *wire.Call, in *UpdateLoginProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UpdateLoginProfile(ctx, call.Caller.Account, in.UserName, secret.New(wire.Given(in.Password)), in.PasswordResetRequired)
}

// DeleteLoginProfile takes a user's password.
func (s *Service) DeleteLoginProfile(ctx context.Context, call *wire.Call, in *DeleteLoginProfileRequest) (*wire.Empty, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.IAM.DeleteLoginProfile(ctx, call.Caller.Account, name)
}

// ChangePassword changes the password of the user who calls.
func (s *Service) ChangePassword(ctx context.Context, call *wire.Call, in *ChangePasswordRequest) (*wire.Empty, error) {
	if call.Caller.Kind != caller.User {
		return nil, &iam.Refusal{Reason: iam.NoUser, Err: fault.Newf(fault.Invalid, "Only IAM Users can change their own password")}
	}
	if err := s.permitOwn(ctx, call, "ChangePassword"); err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.IAM.ChangePassword(ctx, call.Caller.Account, call.Caller.Name, secret.New(in.OldPassword), secret.New(in.NewPassword))
}

// forUsers is the policy that an account gives all its users about their own
// passwords.
const forUsers = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["iam:ChangePassword","iam:GetAccountPasswordPolicy"],"Resource":"*"}]}`

// ownChange reports whether the account lets its users, of whom the caller is
// one, change their own passwords.
func (s *Service) ownChange(ctx context.Context, call *wire.Call) (bool, error) {
	if call.Caller.Kind != caller.User {
		return false, nil
	}
	p, err := s.IAM.PasswordPolicy(ctx, call.Caller.Account)
	if fault.Of(err) == fault.NotFound {
		return false, nil
	}
	return p.OwnChange, err
}

// permitOwn asks about what the account lets all its users do, when it does: a
// denial still holds.
func (s *Service) permitOwn(ctx context.Context, call *wire.Call, operation string) error {
	may, err := s.ownChange(ctx, call)
	if err != nil || !may {
		return err // asked about before the call was let in
	}
	d := wire.Demand{Action: "iam:" + operation, Resource: call.Caller.ARN}
	return s.Gate.CheckResource(ctx, call, d, forUsers, call.Caller.Account)
}

// unlessOwn is the Authorization of what permitOwn asks about.
func (s *Service) unlessOwn(demand wire.Authorization) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		if may, err := s.ownChange(ctx, call); err != nil || may {
			return nil, err
		}
		return demand(ctx, call, in)
	}
}

func (s *Service) loginAuthorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"CreateLoginProfile": on(s, "CreateLoginProfile", func(call *wire.Call, in *CreateLoginProfileRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"GetLoginProfile": on(s, "GetLoginProfile", func(call *wire.Call, in *GetLoginProfileRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"UpdateLoginProfile": on(s, "UpdateLoginProfile", func(call *wire.Call, in *UpdateLoginProfileRequest) ask {
			return ask{user(call, in.UserName), nil}
		}),
		"DeleteLoginProfile": on(s, "DeleteLoginProfile", func(call *wire.Call, in *DeleteLoginProfileRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"ChangePassword": s.unlessOwn(on(s, "ChangePassword", func(call *wire.Call, _ *ChangePasswordRequest) ask {
			return ask{user(call, own(call, nil)), nil}
		})),
	}
}
