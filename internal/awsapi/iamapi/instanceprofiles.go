package iamapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// listedProfile is an instance profile as listings show it.
func listedProfile(p iam.InstanceProfile) InstanceProfile {
	out := InstanceProfile{
		Path: p.Path, InstanceProfileName: p.Name, InstanceProfileId: p.ID, Arn: p.ARN, CreateDate: p.Created, Roles: []Role{},
	}
	if p.Role != nil {
		out.Roles = append(out.Roles, listed(*p.Role))
	}
	return out
}

// wireProfile is an instance profile with what listings leave out.
func wireProfile(p iam.InstanceProfile) *InstanceProfile {
	out := listedProfile(p)
	out.Tags = wireTags(p.Tags)
	return &out
}

// CreateInstanceProfile makes an instance profile.
func (s *Service) CreateInstanceProfile(ctx context.Context, call *wire.Call, in *CreateInstanceProfileRequest) (*CreateInstanceProfileResponse, error) {
	p, err := s.IAM.CreateInstanceProfile(ctx, iam.NewInstanceProfile{
		Account: call.Caller.Account, Name: in.InstanceProfileName, Path: wire.Given(in.Path), Tags: tagsOf(in.Tags),
	})
	return &CreateInstanceProfileResponse{InstanceProfile: wireProfile(p)}, err
}

// GetInstanceProfile reads an instance profile with its role.
func (s *Service) GetInstanceProfile(ctx context.Context, call *wire.Call, in *GetInstanceProfileRequest) (*GetInstanceProfileResponse, error) {
	p, err := s.IAM.InstanceProfile(ctx, call.Caller.Account, in.InstanceProfileName)
	return &GetInstanceProfileResponse{InstanceProfile: wireProfile(p)}, err
}

// DeleteInstanceProfile deletes an instance profile that holds no role.
func (s *Service) DeleteInstanceProfile(ctx context.Context, call *wire.Call, in *DeleteInstanceProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteInstanceProfile(ctx, call.Caller.Account, in.InstanceProfileName)
}

// profiles is one page of instance profiles as list finds them.
func (s *Service) profiles(query string, marker *string, limit *int64, list func(paging.Page) ([]iam.InstanceProfile, string, error)) (all []InstanceProfile, truncated *bool, next *string, err error) {
	page, err := s.page(query, marker, limit)
	if err != nil {
		return nil, nil, nil, err
	}
	found, after, err := list(page)
	if err != nil {
		return nil, nil, nil, err
	}
	truncated, next, err = s.more(query, after)
	return wire.Each(found, listedProfile), truncated, next, err
}

// ListInstanceProfiles lists instance profiles by name.
func (s *Service) ListInstanceProfiles(ctx context.Context, call *wire.Call, in *ListInstanceProfilesRequest) (*ListInstanceProfilesResponse, error) {
	account, prefix := call.Caller.Account, wire.Given(in.PathPrefix)
	all, truncated, next, err := s.profiles("profiles "+string(account)+prefix, in.Marker, in.MaxItems, func(page paging.Page) ([]iam.InstanceProfile, string, error) {
		return s.IAM.InstanceProfiles(ctx, account, prefix, page)
	})
	return &ListInstanceProfilesResponse{InstanceProfiles: all, IsTruncated: truncated, Marker: next}, err
}

// ListInstanceProfilesForRole lists the instance profiles that hold a role.
func (s *Service) ListInstanceProfilesForRole(ctx context.Context, call *wire.Call, in *ListInstanceProfilesForRoleRequest) (*ListInstanceProfilesForRoleResponse, error) {
	account := call.Caller.Account
	all, truncated, next, err := s.profiles("profiles of "+string(account)+in.RoleName, in.Marker, in.MaxItems, func(page paging.Page) ([]iam.InstanceProfile, string, error) {
		return s.IAM.InstanceProfilesOf(ctx, account, in.RoleName, page)
	})
	return &ListInstanceProfilesForRoleResponse{InstanceProfiles: all, IsTruncated: truncated, Marker: next}, err
}

// AddRoleToInstanceProfile puts a role into an instance profile.
func (s *Service) AddRoleToInstanceProfile(ctx context.Context, call *wire.Call, in *AddRoleToInstanceProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.AddRoleToProfile(ctx, call.Caller.Account, in.InstanceProfileName, in.RoleName)
}

// RemoveRoleFromInstanceProfile takes a role out of an instance profile.
func (s *Service) RemoveRoleFromInstanceProfile(ctx context.Context, call *wire.Call, in *RemoveRoleFromInstanceProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.RemoveRoleFromProfile(ctx, call.Caller.Account, in.InstanceProfileName, in.RoleName)
}

// TagInstanceProfile tags an instance profile.
func (s *Service) TagInstanceProfile(ctx context.Context, call *wire.Call, in *TagInstanceProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.TagInstanceProfile(ctx, call.Caller.Account, in.InstanceProfileName, tagsOf(in.Tags))
}

// UntagInstanceProfile removes tags of an instance profile.
func (s *Service) UntagInstanceProfile(ctx context.Context, call *wire.Call, in *UntagInstanceProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UntagInstanceProfile(ctx, call.Caller.Account, in.InstanceProfileName, in.TagKeys)
}

// ListInstanceProfileTags lists the tags of an instance profile by key.
func (s *Service) ListInstanceProfileTags(ctx context.Context, call *wire.Call, in *ListInstanceProfileTagsRequest) (*ListInstanceProfileTagsResponse, error) {
	p, err := s.IAM.InstanceProfile(ctx, call.Caller.Account, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := s.tagPage("tags "+p.ARN, p.Tags, in.Marker, in.MaxItems)
	return &ListInstanceProfileTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, err
}

// onProfile is the Authorization of an operation on an instance profile that is
// named without its path. One that is not there is asked about at the root path.
func onProfile[In any](s *Service, operation string, of func(in *In) (name string, keys map[string][]string)) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		name, keys := of(in.(*In))
		account := call.Caller.Account
		d := wire.Demand{Action: "iam:" + operation, Resource: iam.InstanceProfileARN(account, "/", name), Context: keys}
		p, err := s.IAM.InstanceProfile(ctx, account, name)
		if err != nil && fault.Of(err) != fault.NotFound {
			return nil, err
		}
		if err == nil {
			d.Resource, d.Context = p.ARN, withResourceTags(keys, p.Tags)
		}
		return []wire.Demand{d}, nil
	}
}

// passing adds to an operation that the caller may pass the role in its input
// to a service.
func passing[In any](s *Service, authorize wire.Authorization, service string, roleOf func(in *In) string) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		demands, err := authorize(ctx, call, in)
		if err != nil {
			return nil, err
		}
		pass, err := on(s, "PassRole", func(call *wire.Call, in *In) ask {
			return ask{role(call, roleOf(in)), map[string][]string{"iam:PassedToService": {service}}}
		})(ctx, call, in)
		return append(demands, pass...), err
	}
}

func (s *Service) profileAuthorizations() map[string]wire.Authorization {
	add := onProfile(s, "AddRoleToInstanceProfile", func(in *AddRoleToInstanceProfileRequest) (string, map[string][]string) {
		return in.InstanceProfileName, nil
	})
	return map[string]wire.Authorization{
		"CreateInstanceProfile": at("CreateInstanceProfile", func(call *wire.Call, in *CreateInstanceProfileRequest) (string, map[string][]string) {
			return iam.InstanceProfileARN(call.Caller.Account, path(in.Path), in.InstanceProfileName), tagging(in.Tags)
		}),
		"GetInstanceProfile": onProfile(s, "GetInstanceProfile", func(in *GetInstanceProfileRequest) (string, map[string][]string) {
			return in.InstanceProfileName, nil
		}),
		"DeleteInstanceProfile": onProfile(s, "DeleteInstanceProfile", func(in *DeleteInstanceProfileRequest) (string, map[string][]string) {
			return in.InstanceProfileName, nil
		}),
		"ListInstanceProfiles": at("ListInstanceProfiles", func(call *wire.Call, in *ListInstanceProfilesRequest) (string, map[string][]string) {
			return arn.IAM(call.Caller.Account, "instance-profile"+path(in.PathPrefix)), nil
		}),
		"ListInstanceProfilesForRole": on(s, "ListInstanceProfilesForRole", func(call *wire.Call, in *ListInstanceProfilesForRoleRequest) ask {
			return ask{role(call, in.RoleName), nil}
		}),
		"AddRoleToInstanceProfile": passing(s, add, "ec2.amazonaws.com", func(in *AddRoleToInstanceProfileRequest) string { return in.RoleName }),
		"RemoveRoleFromInstanceProfile": onProfile(s, "RemoveRoleFromInstanceProfile", func(in *RemoveRoleFromInstanceProfileRequest) (string, map[string][]string) {
			return in.InstanceProfileName, nil
		}),
		"ListInstanceProfileTags": onProfile(s, "ListInstanceProfileTags", func(in *ListInstanceProfileTagsRequest) (string, map[string][]string) {
			return in.InstanceProfileName, nil
		}),
		"TagInstanceProfile": onProfile(s, "TagInstanceProfile", func(in *TagInstanceProfileRequest) (string, map[string][]string) {
			return in.InstanceProfileName, tagging(in.Tags)
		}),
		"UntagInstanceProfile": onProfile(s, "UntagInstanceProfile", func(in *UntagInstanceProfileRequest) (string, map[string][]string) {
			return in.InstanceProfileName, untagging(in.TagKeys)
		}),
	}
}
