package iamapi

import (
	"context"
	"strconv"
	"time"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

func wireSSHKey(c iam.Credential) *SSHPublicKey {
	return &SSHPublicKey{
		UserName: c.UserName, SSHPublicKeyId: c.ID, Fingerprint: c.Mark, SSHPublicKeyBody: c.Content, Status: status(c.Active), UploadDate: new(c.Created),
	}
}

// UploadSSHPublicKey gives a user a public key.
func (s *Service) UploadSSHPublicKey(ctx context.Context, call *wire.Call, in *UploadSSHPublicKeyRequest) (*UploadSSHPublicKeyResponse, error) {
	c, err := s.IAM.UploadSSHKey(ctx, call.Caller.Account, in.UserName, in.SSHPublicKeyBody)
	return &UploadSSHPublicKeyResponse{SSHPublicKey: wireSSHKey(c)}, err
}

// GetSSHPublicKey reads a key in the encoding that is asked for.
func (s *Service) GetSSHPublicKey(ctx context.Context, call *wire.Call, in *GetSSHPublicKeyRequest) (*GetSSHPublicKeyResponse, error) {
	c, err := s.IAM.Credential(ctx, call.Caller.Account, iam.SSHPublicKey, in.UserName, in.SSHPublicKeyId)
	if err != nil {
		return nil, err
	}
	out := wireSSHKey(c)
	if in.Encoding == "PEM" {
		out.SSHPublicKeyBody, err = c.PEM()
	}
	return &GetSSHPublicKeyResponse{SSHPublicKey: out}, err
}

// ListSSHPublicKeys lists a user's keys.
func (s *Service) ListSSHPublicKeys(ctx context.Context, call *wire.Call, in *ListSSHPublicKeysRequest) (*ListSSHPublicKeysResponse, error) {
	all, truncated, marker, err := s.credentials(ctx, call, iam.SSHPublicKey, in.UserName, in.Marker, in.MaxItems)
	return &ListSSHPublicKeysResponse{IsTruncated: truncated, Marker: marker, SSHPublicKeys: wire.Each(all, func(c iam.Credential) SSHPublicKeyMetadata {
		return SSHPublicKeyMetadata{UserName: c.UserName, SSHPublicKeyId: c.ID, Status: status(c.Active), UploadDate: c.Created}
	})}, err
}

// UpdateSSHPublicKey turns a key on or off.
func (s *Service) UpdateSSHPublicKey(ctx context.Context, call *wire.Call, in *UpdateSSHPublicKeyRequest) (*wire.Empty, error) {
	return s.setActive(ctx, call, iam.SSHPublicKey, &in.UserName, in.SSHPublicKeyId, in.Status)
}

// DeleteSSHPublicKey deletes a key.
func (s *Service) DeleteSSHPublicKey(ctx context.Context, call *wire.Call, in *DeleteSSHPublicKeyRequest) (*wire.Empty, error) {
	return s.deleteCredential(ctx, call, iam.SSHPublicKey, &in.UserName, in.SSHPublicKeyId)
}

// statusAt is the status of service credentials, which may have run out.
func statusAt(c iam.Credential, now time.Time) string {
	if !c.Expires.IsZero() && !now.Before(c.Expires) {
		return "Expired"
	}
	return status(c.Active)
}

// wireService shows service credentials with their secret.
func wireService(c iam.Credential, now time.Time) *ServiceSpecificCredential {
	out := &ServiceSpecificCredential{
		CreateDate: c.Created, ExpirationDate: wire.Moment(c.Expires), ServiceName: c.Service, ServiceSpecificCredentialId: c.ID,
		UserName: c.UserName, Status: statusAt(c, now),
	}
	if c.APIKey() {
		out.ServiceCredentialAlias, out.ServiceCredentialSecret = &c.Name, new(c.Secret.Reveal())
	} else {
		out.ServiceUserName, out.ServicePassword = &c.Name, new(c.Secret.Reveal())
	}
	return out
}

// CreateServiceSpecificCredential gives a user credentials for one service, and
// shows their secret this once.
func (s *Service) CreateServiceSpecificCredential(ctx context.Context, call *wire.Call, in *CreateServiceSpecificCredentialRequest) (*CreateServiceSpecificCredentialResponse, error) {
	c, err := s.IAM.CreateServiceCredential(ctx, call.Caller.Account, in.UserName, in.ServiceName, number(in.CredentialAgeDays))
	return &CreateServiceSpecificCredentialResponse{ServiceSpecificCredential: wireService(c, call.Time)}, err
}

// ResetServiceSpecificCredential makes another secret, and shows it this once.
func (s *Service) ResetServiceSpecificCredential(ctx context.Context, call *wire.Call, in *ResetServiceSpecificCredentialRequest) (*ResetServiceSpecificCredentialResponse, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	c, err := s.IAM.ResetServiceCredential(ctx, call.Caller.Account, name, in.ServiceSpecificCredentialId)
	return &ResetServiceSpecificCredentialResponse{ServiceSpecificCredential: wireService(c, call.Time)}, err
}

// ListServiceSpecificCredentials lists a user's, or those of all users.
func (s *Service) ListServiceSpecificCredentials(ctx context.Context, call *wire.Call, in *ListServiceSpecificCredentialsRequest) (*ListServiceSpecificCredentialsResponse, error) {
	everybody, name := set(in.AllUsers), ""
	if everybody && in.UserName != nil {
		return nil, invalid("UserName and AllUsers cannot be specified together.")
	}
	if !everybody {
		var err error
		if name, err = self(call, in.UserName); err != nil {
			return nil, err
		}
	}
	query := "service credentials " + string(call.Caller.Account) + " " + name + " " + strconv.FormatBool(everybody) + wire.Given(in.ServiceName)
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, after, err := s.IAM.ServiceCredentials(ctx, call.Caller.Account, name, everybody, wire.Given(in.ServiceName), page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListServiceSpecificCredentialsResponse{IsTruncated: truncated, Marker: marker, ServiceSpecificCredentials: wire.Each(all, func(c iam.Credential) ServiceSpecificCredentialMetadata {
		out := ServiceSpecificCredentialMetadata{
			UserName: c.UserName, Status: statusAt(c, call.Time), CreateDate: c.Created, ExpirationDate: wire.Moment(c.Expires),
			ServiceSpecificCredentialId: c.ID, ServiceName: c.Service,
		}
		if c.APIKey() {
			out.ServiceCredentialAlias = &c.Name
		} else {
			out.ServiceUserName = &c.Name
		}
		return out
	})}, err
}

// UpdateServiceSpecificCredential turns credentials on or off.
func (s *Service) UpdateServiceSpecificCredential(ctx context.Context, call *wire.Call, in *UpdateServiceSpecificCredentialRequest) (*wire.Empty, error) {
	return s.setActive(ctx, call, iam.ServiceCredential, in.UserName, in.ServiceSpecificCredentialId, in.Status)
}

// DeleteServiceSpecificCredential deletes credentials.
func (s *Service) DeleteServiceSpecificCredential(ctx context.Context, call *wire.Call, in *DeleteServiceSpecificCredentialRequest) (*wire.Empty, error) {
	return s.deleteCredential(ctx, call, iam.ServiceCredential, in.UserName, in.ServiceSpecificCredentialId)
}

func (s *Service) credentialAuthorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"UploadSSHPublicKey": on(s, "UploadSSHPublicKey", func(call *wire.Call, in *UploadSSHPublicKeyRequest) ask { return ask{user(call, in.UserName), nil} }),
		"GetSSHPublicKey":    on(s, "GetSSHPublicKey", func(call *wire.Call, in *GetSSHPublicKeyRequest) ask { return ask{user(call, in.UserName), nil} }),
		"UpdateSSHPublicKey": on(s, "UpdateSSHPublicKey", func(call *wire.Call, in *UpdateSSHPublicKeyRequest) ask { return ask{user(call, in.UserName), nil} }),
		"DeleteSSHPublicKey": on(s, "DeleteSSHPublicKey", func(call *wire.Call, in *DeleteSSHPublicKeyRequest) ask { return ask{user(call, in.UserName), nil} }),
		"ListSSHPublicKeys": on(s, "ListSSHPublicKeys", func(call *wire.Call, in *ListSSHPublicKeysRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"CreateServiceSpecificCredential": on(s, "CreateServiceSpecificCredential", func(call *wire.Call, in *CreateServiceSpecificCredentialRequest) ask {
			keys := map[string][]string{"iam:ServiceSpecificCredentialServiceName": {in.ServiceName}}
			if in.CredentialAgeDays != nil {
				keys["iam:ServiceSpecificCredentialAgeDays"] = []string{strconv.FormatInt(*in.CredentialAgeDays, 10)}
			}
			return ask{user(call, in.UserName), keys}
		}),
		"ResetServiceSpecificCredential": on(s, "ResetServiceSpecificCredential", func(call *wire.Call, in *ResetServiceSpecificCredentialRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"UpdateServiceSpecificCredential": on(s, "UpdateServiceSpecificCredential", func(call *wire.Call, in *UpdateServiceSpecificCredentialRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"DeleteServiceSpecificCredential": on(s, "DeleteServiceSpecificCredential", func(call *wire.Call, in *DeleteServiceSpecificCredentialRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"ListServiceSpecificCredentials": on(s, "ListServiceSpecificCredentials", func(call *wire.Call, in *ListServiceSpecificCredentialsRequest) ask {
			if set(in.AllUsers) {
				return ask{user(call, "*"), nil}
			}
			return ask{user(call, own(call, in.UserName)), nil}
		}),
	}
}
