package iamapi

import (
	"context"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

func wireDevice(d iam.MFADevice) *VirtualMFADevice {
	out := &VirtualMFADevice{SerialNumber: d.Serial, EnableDate: wire.Moment(d.Enabled), Tags: wireTags(d.Tags)}
	if d.Owner.ID != "" {
		out.User = new(wireUser(d.Owner))
	}
	return out
}

// CreateVirtualMFADevice makes a device, and shows its seed this once.
func (s *Service) CreateVirtualMFADevice(ctx context.Context, call *wire.Call, in *CreateVirtualMFADeviceRequest) (*CreateVirtualMFADeviceResponse, error) {
	d, err := s.IAM.CreateMFADevice(ctx, iam.NewMFADevice{
		Account: call.Caller.Account, Name: in.VirtualMFADeviceName, Path: wire.Given(in.Path), Tags: tagsOf(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	label, err := s.IAM.DeviceLabel(ctx, d)
	if err != nil {
		return nil, err
	}
	out := wireDevice(d)
	out.Base32StringSeed = []byte(d.Seed.Reveal())
	out.QRCodePNG, err = pictureOf(label, d.Seed)
	return &CreateVirtualMFADeviceResponse{VirtualMFADevice: out}, err
}

// DeleteVirtualMFADevice deletes a device that nobody uses.
func (s *Service) DeleteVirtualMFADevice(ctx context.Context, call *wire.Call, in *DeleteVirtualMFADeviceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteMFADevice(ctx, call.Caller.Account, in.SerialNumber)
}

// EnableMFADevice makes a device a user's.
func (s *Service) EnableMFADevice(ctx context.Context, call *wire.Call, in *EnableMFADeviceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.EnableMFADevice(ctx, call.Caller.Account, in.UserName, in.SerialNumber, [2]string{in.AuthenticationCode1, in.AuthenticationCode2})
}

// ResyncMFADevice learns how far a device's clock is off.
func (s *Service) ResyncMFADevice(ctx context.Context, call *wire.Call, in *ResyncMFADeviceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.ResyncMFADevice(ctx, call.Caller.Account, in.UserName, in.SerialNumber, [2]string{in.AuthenticationCode1, in.AuthenticationCode2})
}

// DeactivateMFADevice takes a device from a user.
func (s *Service) DeactivateMFADevice(ctx context.Context, call *wire.Call, in *DeactivateMFADeviceRequest) (*wire.Empty, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.IAM.DeactivateMFADevice(ctx, call.Caller.Account, name, in.SerialNumber)
}

// GetMFADevice reads a device; with a user's name only when it is that user's.
func (s *Service) GetMFADevice(ctx context.Context, call *wire.Call, in *GetMFADeviceRequest) (*GetMFADeviceResponse, error) {
	d, err := s.IAM.MFADevice(ctx, call.Caller.Account, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	if in.UserName != nil && iam.Key(*in.UserName) != iam.Key(d.Owner.Name) {
		return nil, iam.NoDeviceOf()
	}
	return &GetMFADeviceResponse{UserName: wire.Optional(d.Owner.Name), SerialNumber: d.Serial, EnableDate: wire.Moment(d.Enabled)}, nil
}

// ListMFADevices lists a user's devices.
func (s *Service) ListMFADevices(ctx context.Context, call *wire.Call, in *ListMFADevicesRequest) (*ListMFADevicesResponse, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	query := "mfa of " + string(call.Caller.Account) + name
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, after, err := s.IAM.MFADevicesOf(ctx, call.Caller.Account, name, page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListMFADevicesResponse{IsTruncated: truncated, Marker: marker, MFADevices: wire.Each(all, func(d iam.MFADevice) MFADevice {
		return MFADevice{UserName: d.Owner.Name, SerialNumber: d.Serial, EnableDate: d.Enabled}
	})}, err
}

// ListVirtualMFADevices lists the account's devices, without tags and seeds.
func (s *Service) ListVirtualMFADevices(ctx context.Context, call *wire.Call, in *ListVirtualMFADevicesRequest) (*ListVirtualMFADevicesResponse, error) {
	which := iam.Assignment(wire.Given(in.AssignmentStatus))
	if which == "Any" {
		which = iam.AnyAssignment
	}
	query := "virtual mfa " + string(call.Caller.Account) + string(which)
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, after, err := s.IAM.MFADevices(ctx, call.Caller.Account, which, page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListVirtualMFADevicesResponse{IsTruncated: truncated, Marker: marker, VirtualMFADevices: wire.Each(all, func(d iam.MFADevice) VirtualMFADevice {
		d.Tags = nil
		return *wireDevice(d)
	})}, err
}

// TagMFADevice tags a device.
func (s *Service) TagMFADevice(ctx context.Context, call *wire.Call, in *TagMFADeviceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.TagMFADevice(ctx, call.Caller.Account, in.SerialNumber, tagsOf(in.Tags))
}

// UntagMFADevice removes tags of a device.
func (s *Service) UntagMFADevice(ctx context.Context, call *wire.Call, in *UntagMFADeviceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UntagMFADevice(ctx, call.Caller.Account, in.SerialNumber, in.TagKeys)
}

// ListMFADeviceTags lists the tags of a device by key.
func (s *Service) ListMFADeviceTags(ctx context.Context, call *wire.Call, in *ListMFADeviceTagsRequest) (*ListMFADeviceTagsResponse, error) {
	d, err := s.IAM.MFADevice(ctx, call.Caller.Account, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := s.tagPage("tags "+d.Serial, d.Tags, in.Marker, in.MaxItems)
	return &ListMFADeviceTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, err
}

// onDevice is the Authorization of an operation on a device.
func onDevice[In any](s *Service, operation string, of func(*In) (serial string, keys map[string][]string)) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		serial, keys := of(in.(*In))
		return onResource(operation, serial, keys, func() (string, map[string]string, error) {
			d, err := s.IAM.MFADevice(ctx, call.Caller.Account, serial)
			return d.Serial, d.Tags, err
		})
	}
}

func (s *Service) deviceAuthorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"CreateVirtualMFADevice": at("CreateVirtualMFADevice", func(call *wire.Call, in *CreateVirtualMFADeviceRequest) (string, map[string][]string) {
			return iam.MFADeviceARN(call.Caller.Account, path(in.Path), in.VirtualMFADeviceName), tagging(in.Tags)
		}),
		"ListVirtualMFADevices": at("ListVirtualMFADevices", func(*wire.Call, *ListVirtualMFADevicesRequest) (string, map[string][]string) {
			return "*", nil
		}),
		"DeleteVirtualMFADevice": onDevice(s, "DeleteVirtualMFADevice", func(in *DeleteVirtualMFADeviceRequest) (string, map[string][]string) {
			return in.SerialNumber, nil
		}),
		"TagMFADevice": onDevice(s, "TagMFADevice", func(in *TagMFADeviceRequest) (string, map[string][]string) {
			return in.SerialNumber, tagging(in.Tags)
		}),
		"UntagMFADevice": onDevice(s, "UntagMFADevice", func(in *UntagMFADeviceRequest) (string, map[string][]string) {
			return in.SerialNumber, untagging(in.TagKeys)
		}),
		"ListMFADeviceTags": onDevice(s, "ListMFADeviceTags", func(in *ListMFADeviceTagsRequest) (string, map[string][]string) {
			return in.SerialNumber, nil
		}),
		"EnableMFADevice": on(s, "EnableMFADevice", func(call *wire.Call, in *EnableMFADeviceRequest) ask {
			return ask{user(call, in.UserName), nil}
		}),
		"ResyncMFADevice": on(s, "ResyncMFADevice", func(call *wire.Call, in *ResyncMFADeviceRequest) ask {
			return ask{user(call, in.UserName), nil}
		}),
		"DeactivateMFADevice": on(s, "DeactivateMFADevice", func(call *wire.Call, in *DeactivateMFADeviceRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"GetMFADevice": on(s, "GetMFADevice", func(call *wire.Call, in *GetMFADeviceRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"ListMFADevices": on(s, "ListMFADevices", func(call *wire.Call, in *ListMFADevicesRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
	}
}
