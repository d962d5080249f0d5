package iamapi_test

import "testing"

func TestAccountAuthorizationDetails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.tell(t, []step{
			{call: "GetAccountAuthorizationDetails", shows: `(?s)<UserDetailList/?>.*<GroupDetailList/?>.*<RoleDetailList/?>.*<Policies/?>.*<IsTruncated>false<|<IsTruncated>false<`},
			{call: "CreatePolicy PolicyName=Own PolicyDocument=_ANYONE_ Description=ours"},
			{call: "CreatePolicyVersion PolicyArn=arn:aws:iam::111122223333:policy/Own PolicyDocument=_ANYONE_ SetAsDefault=true"},
			{call: "CreatePolicy PolicyName=Unused PolicyDocument=_ANYONE_"},
			{call: "CreateUser UserName=ann Tags.member.1.Key=team Tags.member.1.Value=red PermissionsBoundary=arn:aws:iam::111122223333:policy/Own"},
			{call: "CreateUser UserName=bob"},
			{call: "CreateGroup GroupName=Ops Path=/x/"},
			{call: "AddUserToGroup GroupName=Ops UserName=ann"},
			{call: "PutUserPolicy UserName=ann PolicyName=in1 PolicyDocument=_ANYONE_"},
			{call: "PutGroupPolicy GroupName=Ops PolicyName=in2 PolicyDocument=_ANYONE_"},
			{call: "AttachGroupPolicy GroupName=Ops PolicyArn=" + admin},
			{call: "CreateRole RoleName=Web AssumeRolePolicyDocument=_BYEC2_"},
			{call: "AttachRolePolicy RoleName=Web PolicyArn=arn:aws:iam::111122223333:policy/Own"},
			{call: "CreateInstanceProfile InstanceProfileName=carrier"},
			{call: "AddRoleToInstanceProfile InstanceProfileName=carrier RoleName=Web"},

			{call: "GetAccountAuthorizationDetails Filter.member.1=User", lacks: "<GroupName>",
				shows: `(?s)<UserPolicyList>.*<PolicyName>in1<.*<PolicyDocument>%7B.*<GroupList><member>Ops<.*<PermissionsBoundaryArn>arn:aws:iam::111122223333:policy/Own<.*<Key>team<.*<UserName>bob<`},
			{call: "GetAccountAuthorizationDetails Filter.member.1=Group", lacks: "<UserName>",
				shows: `(?s)<PolicyName>in2<.*<PolicyArn>arn:aws:iam::aws:policy/AdministratorAccess<`},
			{call: "GetAccountAuthorizationDetails Filter.member.1=Role", lacks: "<UserName>",
				shows: `(?s)<InstanceProfileName>carrier<.*<PolicyName>Own<`},
			{call: "GetAccountAuthorizationDetails Filter.member.1=LocalManagedPolicy", lacks: "AdministratorAccess",
				shows: `(?s)<DefaultVersionId>v2<.*<AttachmentCount>1<.*<PermissionsBoundaryUsageCount>1<.*<Description>ours<.*<IsDefaultVersion>true<.*<IsDefaultVersion>false<.*<PolicyName>Unused<`},
			{call: "GetAccountAuthorizationDetails Filter.member.1=AWSManagedPolicy", lacks: "ReadOnlyAccess",
				shows: `(?s)<Arn>arn:aws:iam::aws:policy/AdministratorAccess<.*<AttachmentCount>1<.*<Document>%7B`},

			// seven things, two at a time
			{call: "GetAccountAuthorizationDetails MaxItems=2", shows: `<Marker>(.+)</Marker>`, keeps: "Next", lacks: "<GroupName>"},
			{call: "GetAccountAuthorizationDetails MaxItems=2 Marker=$Next", shows: `(?s)<GroupName>Ops<.*<Marker>(.+)</Marker>`, keeps: "Next", lacks: "<UserName>"},
			{call: "GetAccountAuthorizationDetails MaxItems=2 Marker=$Next", shows: `<Marker>(.+)</Marker>`, keeps: "Next", lacks: "<RoleName>"},
			{call: "GetAccountAuthorizationDetails MaxItems=2 Marker=$Next", shows: `<IsTruncated>false<`, lacks: "<PolicyName>Own<"},
			{call: "GetAccountAuthorizationDetails MaxItems=3 Marker=$Next", shows: `AdministratorAccess`},
			{call: "GetAccountAuthorizationDetails Filter.member.1=User Marker=$Next", fails: "ValidationError Invalid Marker."},
			{call: "GetAccountAuthorizationDetails Filter.member.1=Robot", fails: "ValidationError 1 validation error detected: Value 'Robot' at 'filter.1.member' failed to satisfy constraint: Member must satisfy enum value set: [User, Role, Group, LocalManagedPolicy, AWSManagedPolicy]"},
		})
	})
}
