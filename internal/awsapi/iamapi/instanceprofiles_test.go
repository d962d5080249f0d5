package iamapi_test

import (
	"slices"
	"testing"

	"foyer/internal/awsapi/iamapi"
	"foyer/internal/wire"
)

var instanceProfileStory = slices.Concat([]step{
	{call: "CreateRole RoleName=Web Path=/app/ AssumeRolePolicyDocument=_BYEC2_"},
	{call: "CreateRole RoleName=Batch AssumeRolePolicyDocument=_BYEC2_"},
	{call: "CreateInstanceProfile InstanceProfileName=web Path=/app/ Tags.member.1.Key=team Tags.member.1.Value=red", shows: `<InstanceProfileId>AIPA[A-Z0-9]{17}<`},
	{call: "CreateInstanceProfile InstanceProfileName=WEB", fails: "EntityAlreadyExists Instance Profile WEB already exists."},
	{call: "CreateInstanceProfile InstanceProfileName=a/b", fails: "ValidationError The specified value for instanceProfileName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
	{call: "CreateInstanceProfile InstanceProfileName=b Tags.member.1.Key=aws:x Tags.member.1.Value=1", fails: "InvalidInput aws: prefixed tag key names are not allowed for external use."},
	{call: "GetInstanceProfile InstanceProfileName=none", fails: "NoSuchEntity Instance Profile none cannot be found."},
	{call: "GetInstanceProfile InstanceProfileName=Web", shows: `<Arn>arn:aws:iam::$A:instance-profile/app/web</Arn>`},

	{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=none", fails: "NoSuchEntity The role with name none cannot be found."},
	{call: "AddRoleToInstanceProfile InstanceProfileName=none RoleName=Web", fails: "NoSuchEntity Instance Profile none cannot be found."},
	{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=Web"},
	{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=Web", fails: "LimitExceeded Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"},
	{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=Batch", fails: "LimitExceeded Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"},
	{call: "GetInstanceProfile InstanceProfileName=web", shows: `<Arn>arn:aws:iam::$A:role/app/Web</Arn>`},
	{call: "DeleteRole RoleName=Web", fails: "DeleteConflict Cannot delete entity, must remove roles from instance profile first."},
	{call: "DeleteInstanceProfile InstanceProfileName=web", fails: "DeleteConflict Cannot delete entity, must remove roles from instance profile first."},
	{call: "DeleteInstanceProfile InstanceProfileName=none", fails: "NoSuchEntity Instance Profile none cannot be found."},

	{call: "CreateInstanceProfile InstanceProfileName=web2"},
	{call: "CreateInstanceProfile InstanceProfileName=other"},
	{call: "CreateInstanceProfile InstanceProfileName=four", fails: "LimitExceeded Cannot exceed quota for InstanceProfilesPerAccount: 3"},
	{call: "AddRoleToInstanceProfile InstanceProfileName=web2 RoleName=Web"},
	{call: "ListInstanceProfiles PathPrefix=/app", shows: `<IsTruncated>false<`, lacks: "web2"},
	{call: "ListInstanceProfiles MaxItems=2", shows: `<Marker>(.+?)</Marker>`, keeps: "Next", lacks: "web2"},
	{call: "ListInstanceProfiles MaxItems=2 Marker=$Next", shows: `web2`, lacks: "other"},
	{call: "ListInstanceProfilesForRole RoleName=web", shows: `(?s)/web<.*/web2<`, lacks: "other"},
	{call: "ListInstanceProfilesForRole RoleName=Batch", shows: `<InstanceProfiles/>|<InstanceProfiles></InstanceProfiles>`},
	{call: "ListInstanceProfilesForRole RoleName=none", fails: "NoSuchEntity The role with name none cannot be found."},

	{call: "RemoveRoleFromInstanceProfile InstanceProfileName=web RoleName=Batch", fails: "NoSuchEntity The role with name Batch cannot be found."},
	{call: "RemoveRoleFromInstanceProfile InstanceProfileName=none RoleName=Web", fails: "NoSuchEntity Instance Profile none cannot be found."},
	{call: "RemoveRoleFromInstanceProfile InstanceProfileName=web RoleName=Web"},
	{call: "RemoveRoleFromInstanceProfile InstanceProfileName=web2 RoleName=web"},
	{call: "DeleteInstanceProfile InstanceProfileName=WEB"},
	{call: "DeleteRole RoleName=Web"},
},
	[]step{{call: "CreateInstanceProfile InstanceProfileName=tagged"}},
	tagging("InstanceProfile", "InstanceProfileName=tagged", "InstanceProfileName=none", "Instance Profile none cannot be found."),
)

func TestWhoAddsARoleMustMayPassIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.tell(t, []step{
			{call: "CreateRole RoleName=Web Path=/app/ AssumeRolePolicyDocument=_BYEC2_ Tags.member.1.Key=team Tags.member.1.Value=red"},
			{call: "CreateInstanceProfile InstanceProfileName=web Path=/app/"},
		})
		demands, err := h.api.Authorize["AddRoleToInstanceProfile"](t.Context(), &wire.Call{Caller: h.caller},
			&iamapi.AddRoleToInstanceProfileRequest{InstanceProfileName: "web", RoleName: "web"})
		if err != nil || len(demands) != 2 {
			t.Fatalf("%v, %v", demands, err)
		}
		if d := demands[0]; d.Action != "iam:AddRoleToInstanceProfile" || d.Resource != "arn:aws:iam::111122223333:instance-profile/app/web" {
			t.Errorf("first %+v", d)
		}
		if d := demands[1]; d.Action != "iam:PassRole" || d.Resource != "arn:aws:iam::111122223333:role/app/Web" ||
			!slices.Equal(d.Context["iam:PassedToService"], []string{"ec2.amazonaws.com"}) || !slices.Equal(d.Context["aws:ResourceTag/team"], []string{"red"}) {
			t.Errorf("then %+v", d)
		}
	})
}
