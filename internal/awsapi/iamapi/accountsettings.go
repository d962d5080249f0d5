package iamapi

import (
	"context"
	"fmt"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

func checkAlias(alias string) error {
	if iam.ValidAlias(alias) {
		return nil
	}
	return validation(fmt.Sprintf("1 validation error detected: Value '%s' at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", alias), nil)
}

// CreateAccountAlias names the account.
func (s *Service) CreateAccountAlias(ctx context.Context, call *wire.Call, in *CreateAccountAliasRequest) (*wire.Empty, error) {
	if err := checkAlias(in.AccountAlias); err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.IAM.CreateAlias(ctx, call.Caller.Account, in.AccountAlias)
}

// DeleteAccountAlias takes the account's name away.
func (s *Service) DeleteAccountAlias(ctx context.Context, call *wire.Call, in *DeleteAccountAliasRequest) (*wire.Empty, error) {
	if err := checkAlias(in.AccountAlias); err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.IAM.DeleteAlias(ctx, call.Caller.Account, in.AccountAlias)
}

// ListAccountAliases lists the account's names, of which there is one at most.
func (s *Service) ListAccountAliases(ctx context.Context, call *wire.Call, in *ListAccountAliasesRequest) (*ListAccountAliasesResponse, error) {
	page, err := s.page("aliases "+string(call.Caller.Account), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	alias, err := s.IAM.Alias(ctx, call.Caller.Account)
	if err != nil {
		return nil, err
	}
	out := &ListAccountAliasesResponse{AccountAliases: []string{}, IsTruncated: new(false)}
	if alias != "" && page.After == "" {
		out.AccountAliases = []string{alias}
	}
	return out, nil
}

// SetSecurityTokenServicePreferences decides which tokens the global endpoint of
// STS gives.
func (s *Service) SetSecurityTokenServicePreferences(ctx context.Context, call *wire.Call, in *SetSecurityTokenServicePreferencesRequest) (*wire.Empty, error) {
	version := 1
	if in.GlobalEndpointTokenVersion == "v2Token" {
		version = 2
	}
	return &wire.Empty{}, s.IAM.SetTokenVersion(ctx, call.Caller.Account, version)
}

// UpdateAccountPasswordPolicy decides about passwords; what is not given is as
// AWS has it by default.
func (s *Service) UpdateAccountPasswordPolicy(ctx context.Context, call *wire.Call, in *UpdateAccountPasswordPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.SetPasswordPolicy(ctx, call.Caller.Account, iam.PasswordPolicy{
		MinLength: number(in.MinimumPasswordLength), Symbols: set(in.RequireSymbols), Numbers: set(in.RequireNumbers),
		Upper: set(in.RequireUppercaseCharacters), Lower: set(in.RequireLowercaseCharacters), OwnChange: set(in.AllowUsersToChangePassword),
		MaxAge: number(in.MaxPasswordAge), Remembered: number(in.PasswordReusePrevention), HardExpiry: set(in.HardExpiry),
	})
}

func set(flag *bool) bool { return flag != nil && *flag }

func number(n *int64) int {
	if n == nil {
		return 0
	}
	return int(*n)
}

// positive is a number as it is shown: not at all when it is none.
func positive(n int) *int64 {
	if n == 0 {
		return nil
	}
	return new(int64(n))
}

// GetAccountPasswordPolicy reads what the account decided about passwords.
func (s *Service) GetAccountPasswordPolicy(ctx context.Context, call *wire.Call, _ *wire.Empty) (*GetAccountPasswordPolicyResponse, error) {
	if err := s.permitOwn(ctx, call, "GetAccountPasswordPolicy"); err != nil {
		return nil, err
	}
	p, err := s.IAM.PasswordPolicy(ctx, call.Caller.Account)
	return &GetAccountPasswordPolicyResponse{PasswordPolicy: &PasswordPolicy{
		MinimumPasswordLength: new(int64(max(p.MinLength, iam.MinPassword))),
		RequireSymbols:        &p.Symbols, RequireNumbers: &p.Numbers, RequireUppercaseCharacters: &p.Upper, RequireLowercaseCharacters: &p.Lower,
		AllowUsersToChangePassword: &p.OwnChange, ExpirePasswords: new(p.MaxAge > 0), HardExpiry: &p.HardExpiry,
		MaxPasswordAge: positive(p.MaxAge), PasswordReusePrevention: positive(p.Remembered),
	}}, err
}

// DeleteAccountPasswordPolicy goes back to AWS's default.
func (s *Service) DeleteAccountPasswordPolicy(ctx context.Context, call *wire.Call, _ *wire.Empty) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeletePasswordPolicy(ctx, call.Caller.Account)
}

// settingAuthorizations are the demands of the operations of this file, which
// are about nothing but the account.
func (s *Service) settingAuthorizations() map[string]wire.Authorization {
	all := map[string]wire.Authorization{}
	for _, operation := range []string{
		"CreateAccountAlias", "DeleteAccountAlias", "ListAccountAliases", "SetSecurityTokenServicePreferences",
		"UpdateAccountPasswordPolicy", "GetAccountPasswordPolicy", "DeleteAccountPasswordPolicy",
	} {
		all[operation] = func(context.Context, *wire.Call, any) ([]wire.Demand, error) {
			return []wire.Demand{{Action: "iam:" + operation, Resource: "*"}}, nil
		}
	}
	all["GetAccountPasswordPolicy"] = s.unlessOwn(all["GetAccountPasswordPolicy"])
	return all
}
