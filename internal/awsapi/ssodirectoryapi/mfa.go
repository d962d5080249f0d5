package ssodirectoryapi

import (
	"context"

	"foyer/internal/mfa"
	"foyer/internal/wire"
)

// ListMfaDevicesForUser lists a user's devices, the oldest first.
func (s *Service) ListMfaDevicesForUser(ctx context.Context, _ *wire.Call, in *ListMfaDevicesForUserRequest) (*ListMfaDevicesForUserResponse, error) {
	if _, err := s.user(ctx, in.IdentityStoreId, in.UserId); err != nil {
		return nil, err
	}
	all, err := s.MFA.Devices(ctx, in.UserId)
	if err != nil {
		return nil, err
	}
	out := &ListMfaDevicesForUserResponse{MfaDevices: []MfaDevice{}}
	for _, d := range all {
		w := MfaDevice{DeviceId: d.ID, DeviceType: string(d.Kind), DisplayName: d.Name, Description: d.Label(), RegisteredDate: d.Added, Blocked: d.Blocked}
		if !d.Used.IsZero() {
			w.LastUsedDate = &d.Used
		}
		out.MfaDevices = append(out.MfaDevices, w)
	}
	return out, nil
}

// administering lets an administrator act on the devices of a store's user.
func (s *Service) administering(ctx context.Context, store, id string, do func(by mfa.Actor) error) error {
	user, err := s.user(ctx, store, id)
	if err != nil {
		return err
	}
	return do(mfa.Actor{User: user, Administrator: true})
}

// UpdateMfaDeviceForUser gives a user's device another name.
func (s *Service) UpdateMfaDeviceForUser(ctx context.Context, _ *wire.Call, in *UpdateMfaDeviceForUserRequest) (*UpdateMfaDeviceForUserResponse, error) {
	return &UpdateMfaDeviceForUserResponse{}, s.administering(ctx, in.IdentityStoreId, in.UserId, func(by mfa.Actor) error {
		return s.MFA.Rename(ctx, by, in.DeviceId, in.DisplayName)
	})
}

// DeleteMfaDeviceForUser takes a device from a user.
func (s *Service) DeleteMfaDeviceForUser(ctx context.Context, _ *wire.Call, in *DeleteMfaDeviceForUserRequest) (*DeleteMfaDeviceForUserResponse, error) {
	return &DeleteMfaDeviceForUserResponse{}, s.administering(ctx, in.IdentityStoreId, in.UserId, func(by mfa.Actor) error {
		return s.MFA.Remove(ctx, by, in.DeviceId)
	})
}

// ResetMfaDevicesForUser takes every device and every trusted browser from a user
// who has lost them, and lets them register a device at their next sign-in.
func (s *Service) ResetMfaDevicesForUser(ctx context.Context, _ *wire.Call, in *ResetMfaDevicesForUserRequest) (*ResetMfaDevicesForUserResponse, error) {
	return &ResetMfaDevicesForUserResponse{}, s.administering(ctx, in.IdentityStoreId, in.UserId, func(by mfa.Actor) error {
		return s.MFA.Reset(ctx, by)
	})
}

// GetMfaDeviceManagementForDirectory answers the settings of MFA.
func (s *Service) GetMfaDeviceManagementForDirectory(ctx context.Context, _ *wire.Call, in *GetMfaDeviceManagementForDirectoryRequest) (*GetMfaDeviceManagementForDirectoryResponse, error) {
	if err := s.Directory.CheckStore(ctx, in.IdentityStoreId); err != nil {
		return nil, err
	}
	settings, err := s.MFA.Settings(ctx)
	if err != nil {
		return nil, err
	}
	out := &GetMfaDeviceManagementForDirectoryResponse{
		MfaMode: string(settings.Mode), NoMfaSignInBehavior: string(settings.Unregistered), SelfManaged: settings.SelfManaged,
	}
	for _, k := range settings.Kinds {
		out.AllowedMfaTypes = append(out.AllowedMfaTypes, string(k))
	}
	return out, nil
}

// PutMfaDeviceManagementForDirectory changes the settings of MFA, from the next
// sign-in on.
func (s *Service) PutMfaDeviceManagementForDirectory(ctx context.Context, _ *wire.Call, in *PutMfaDeviceManagementForDirectoryRequest) (*PutMfaDeviceManagementForDirectoryResponse, error) {
	if err := s.Directory.CheckStore(ctx, in.IdentityStoreId); err != nil {
		return nil, err
	}
	settings := mfa.Settings{Mode: mfa.Mode(in.MfaMode), Unregistered: mfa.Unregistered(in.NoMfaSignInBehavior), SelfManaged: in.SelfManaged}
	for _, k := range in.AllowedMfaTypes {
		settings.Kinds = append(settings.Kinds, mfa.Kind(k))
	}
	return &PutMfaDeviceManagementForDirectoryResponse{}, s.MFA.PutSettings(ctx, settings)
}
