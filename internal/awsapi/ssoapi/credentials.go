package ssoapi

import (
	"context"

	"foyer/internal/federation"
	"foyer/internal/wire"
)

// GetRoleCredentials returns credentials for the role that a permission set,
// named by role_name, has in an account. They last for the permission set's
// session duration, whatever becomes of the sign-in session.
func (s *Service) GetRoleCredentials(ctx context.Context, call *wire.Call, in *GetRoleCredentialsRequest) (*GetRoleCredentialsResponse, error) {
	person, err := s.person(ctx, call)
	if err != nil {
		return nil, err
	}
	account, err := accountID(in.AccountId)
	if err != nil {
		return nil, err
	}
	c, err := s.Portal.Credentials(ctx, federation.Person{UserID: person.UserID, UserName: person.UserName}, account, in.RoleName)
	if err != nil {
		return nil, err
	}
	return &GetRoleCredentialsResponse{RoleCredentials: &RoleCredentials{
		AccessKeyId: new(c.AccessKeyID), SecretAccessKey: new(c.SecretAccessKey.Reveal()), SessionToken: new(c.SessionToken.Reveal()),
		Expiration: new(c.Expires.UnixMilli()),
	}}, nil
}
