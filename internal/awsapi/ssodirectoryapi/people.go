package ssodirectoryapi

import (
	"context"

	"foyer/internal/directory"
	"foyer/internal/paging"
	"foyer/internal/session"
	"foyer/internal/wire"
)

// UpdatePassword sends a user a link to choose a password (EMAIL), or answers a
// one-time password (OTP), which is shown here only.
func (s *Service) UpdatePassword(ctx context.Context, _ *wire.Call, in *UpdatePasswordRequest) (*UpdatePasswordResponse, error) {
	user, err := s.user(ctx, in.IdentityStoreId, in.UserId)
	if err != nil {
		return nil, err
	}
	out := &UpdatePasswordResponse{UserName: user.UserName, PortalUrl: s.PortalURL()}
	if in.PasswordMode == PasswordModeEmail {
		return out, s.Passwords.SendPassword(ctx, user)
	}
	password, err := s.Passwords.OneTimePassword(ctx, user)
	out.Password = new(password.Reveal())
	return out, err
}

// VerifyEmail sends a user a link that shows that their address is theirs.
func (s *Service) VerifyEmail(ctx context.Context, _ *wire.Call, in *VerifyEmailRequest) (*VerifyEmailResponse, error) {
	user, err := s.user(ctx, in.IdentityStoreId, in.UserId)
	if err != nil {
		return nil, err
	}
	return &VerifyEmailResponse{}, s.Passwords.SendVerification(ctx, user)
}

// EnableUser lets a user sign in again.
func (s *Service) EnableUser(ctx context.Context, call *wire.Call, in *EnableUserRequest) (*EnableUserResponse, error) {
	if _, err := s.user(ctx, in.IdentityStoreId, in.UserId); err != nil {
		return nil, err
	}
	return &EnableUserResponse{}, s.Directory.SetDisabled(ctx, call.Caller.ARN, directory.UserID(in.UserId), false)
}

// DisableUser keeps a user from signing in, and refuses at once what hangs from
// their sessions.
func (s *Service) DisableUser(ctx context.Context, call *wire.Call, in *DisableUserRequest) (*DisableUserResponse, error) {
	if _, err := s.user(ctx, in.IdentityStoreId, in.UserId); err != nil {
		return nil, err
	}
	return &DisableUserResponse{}, s.Directory.SetDisabled(ctx, call.Caller.ARN, directory.UserID(in.UserId), true)
}

// maxPage is the size of a page when none is asked for.
const maxPage = 100

// ListSessions lists the sessions in which a user is signed in now.
func (s *Service) ListSessions(ctx context.Context, _ *wire.Call, in *ListSessionsRequest) (*ListSessionsResponse, error) {
	if _, err := s.user(ctx, in.IdentityStoreId, in.UserId); err != nil {
		return nil, err
	}
	query, page := "sessions "+in.UserId, paging.Page{Limit: maxPage}
	if in.MaxResults != nil {
		page.Limit = int(*in.MaxResults)
	}
	var err error
	if in.NextToken != nil {
		if page.After, err = s.Tokens.After(query, *in.NextToken); err != nil {
			return nil, err
		}
	}
	list, after, err := s.Sessions.Active(ctx, in.UserId, page)
	if err != nil {
		return nil, err
	}
	out := &ListSessionsResponse{Sessions: []Session{}}
	for _, one := range list {
		out.Sessions = append(out.Sessions, wireSession(one))
	}
	if after != "" {
		next, err := s.Tokens.Next(query, after)
		if err != nil {
			return nil, err
		}
		out.NextToken = &next
	}
	return out, nil
}

func wireSession(one session.Session) Session {
	w := Session{SessionId: string(one.ID), CreatedAt: one.Created, ExpiresAt: one.Expires}
	if one.UserAgent != "" {
		w.UserAgent = &one.UserAgent
	}
	if one.SourceIP.IsValid() {
		w.SourceIp = new(one.SourceIP.String())
	}
	return w
}

// BatchDeleteSession ends sessions of a user, and the tokens that hang from
// them. Those that have ended, or are not the user's, are left alone.
func (s *Service) BatchDeleteSession(ctx context.Context, _ *wire.Call, in *BatchDeleteSessionRequest) (*BatchDeleteSessionResponse, error) {
	if _, err := s.user(ctx, in.IdentityStoreId, in.UserId); err != nil {
		return nil, err
	}
	ids := make([]session.ID, len(in.SessionIds))
	for i, id := range in.SessionIds {
		ids[i] = session.ID(id)
	}
	return &BatchDeleteSessionResponse{}, s.Sessions.EndOf(ctx, in.UserId, ids)
}
