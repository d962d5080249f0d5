package iamapi_test

import (
	"testing"
	"time"

	"foyer/internal/iam"
	"foyer/internal/lastaccess"
)

// used notes that a user or role used something now.
func (h *house) used(t *testing.T, kind iam.Kind, name, service, action string) {
	t.Helper()
	e, err := h.IAM.Entity(t.Context(), iam.Ref{Account: account, Kind: kind, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	h.LastAccess.Recorder.Note(lastaccess.Access{Principal: e.ID, Account: account, Service: service, Action: action, At: h.clock, Region: "eu-west-1"})
}

const arnOf = "arn:aws:iam::111122223333:"

func TestServiceLastAccessed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.tell(t, []step{
			{call: "CreateUser UserName=ann Path=/x/"},
			{call: "CreateUser UserName=bob"},
			{call: "CreateGroup GroupName=ops"},
			{call: "AddUserToGroup GroupName=ops UserName=ann"},
			{call: "AddUserToGroup GroupName=ops UserName=bob"},
			{call: "PutGroupPolicy GroupName=ops PolicyName=in PolicyDocument=_ANYONE_"},
			{call: "AttachGroupPolicy GroupName=ops PolicyArn=arn:aws:iam::aws:policy/IAMReadOnlyAccess"},
			{call: "CreateRole RoleName=web AssumeRolePolicyDocument=_BYEC2_"},
			{call: "AttachRolePolicy RoleName=web PolicyArn=arn:aws:iam::aws:policy/IAMReadOnlyAccess"},
			{call: "GetRole RoleName=web", shows: `<RoleLastUsed/>|<RoleLastUsed></RoleLastUsed>`},
		})
		h.used(t, iam.UserKind, "ann", "iam", "ListUsers")
		h.clock = h.clock.Add(time.Hour)
		h.used(t, iam.UserKind, "bob", "iam", "GetUser")
		h.used(t, iam.UserKind, "bob", "sts", "AssumeRole") // which nothing of his allows
		h.clock = h.clock.Add(time.Hour)
		h.used(t, iam.RoleKind, "web", "iam", "GetRole")
		h.tell(t, []step{
			// a group: its members
			{call: "GenerateServiceLastAccessedDetails Arn=" + arnOf + "group/ops", shows: `<JobId>([0-9a-f-]{36})<`, keeps: "Job"},
			{call: "GetServiceLastAccessedDetails JobId=$Job", lacks: "<ServiceNamespace>sts<",
				shows: `(?s)<JobStatus>COMPLETED<.*<JobType>SERVICE_LEVEL<.*<LastAuthenticated>2026-11-23T13:00:00Z<.*<ServiceNamespace>iam<.*<LastAuthenticatedEntity>arn:aws:iam::111122223333:user/bob<.*<LastAuthenticatedRegion>eu-west-1<.*<TotalAuthenticatedEntities>2<.*<ServiceNamespace>s3<`},
			{call: "GetServiceLastAccessedDetails JobId=$Job MaxItems=1", shows: `<Marker>(.+)</Marker>`, keeps: "Next", lacks: "<ServiceNamespace>s3<"},
			{call: "GetServiceLastAccessedDetails JobId=$Job Marker=$Next", shows: `<ServiceNamespace>s3<`, lacks: "<ServiceNamespace>iam<"},
			{call: "GetServiceLastAccessedDetailsWithEntities JobId=$Job ServiceNamespace=iam",
				shows: `(?s)user/bob<.*<Type>USER<.*<LastAuthenticated>2026-11-23T13:00:00Z<.*user/x/ann<.*<Path>/x/<.*<LastAuthenticated>2026-11-23T12:00:00Z<`},
			{call: "GetServiceLastAccessedDetailsWithEntities JobId=$Job ServiceNamespace=s3", shows: `user/bob`, lacks: "<LastAuthenticated>"},
			{call: "GetServiceLastAccessedDetailsWithEntities JobId=$Job ServiceNamespace=iam MaxItems=1", shows: `<Marker>(.+)</Marker>`, keeps: "Next", lacks: "ann"},
			{call: "GetServiceLastAccessedDetailsWithEntities JobId=$Job ServiceNamespace=iam MaxItems=1 Marker=$Next", shows: `ann`, lacks: "bob"},
			{call: "GetServiceLastAccessedDetailsWithEntities JobId=$Job ServiceNamespace=sts", fails: "InvalidInput Service namespace sts is not in the report " + "$Job."},

			// a policy: whoever holds it, also by a group
			{call: "GenerateServiceLastAccessedDetails Arn=arn:aws:iam::aws:policy/IAMReadOnlyAccess", shows: `<JobId>(.*)</JobId>`, keeps: "Job"},
			{call: "GetServiceLastAccessedDetails JobId=$Job", lacks: "<ServiceNamespace>s3<",
				shows: `(?s)<LastAuthenticatedEntity>arn:aws:iam::111122223333:role/web<.*<TotalAuthenticatedEntities>3<`},

			// actions
			{call: "GenerateServiceLastAccessedDetails Granularity=ACTION_LEVEL Arn=" + arnOf + "user/bob", shows: `<JobId>(.*)</JobId>`, keeps: "Job"},
			{call: "GetServiceLastAccessedDetails JobId=$Job", lacks: "<ActionName>CreateUser<",
				shows: `(?s)<JobType>ACTION_LEVEL<.*<ActionName>GetUser<.{0,40}<LastAccessedEntity>arn:aws:iam::111122223333:user/bob<.*<ActionName>ListUsers</ActionName></member>`},

			{call: "GetRole RoleName=web", shows: `(?s)<RoleLastUsed><LastUsedDate>2026-11-23T14:00:00Z<.*<Region>eu-west-1<`},
			{call: "GetAccountAuthorizationDetails Filter.member.1=Role", shows: `(?s)<RoleLastUsed><LastUsedDate>2026-11-23T14:00:00Z<`},

			{call: "GenerateServiceLastAccessedDetails Arn=" + arnOf + "user/none", fails: "NoSuchEntity arn:aws:iam::111122223333:user/none does not exist."},
			{call: "GenerateServiceLastAccessedDetails Arn=" + arnOf + "user/ann", fails: "NoSuchEntity arn:aws:iam::111122223333:user/ann does not exist."},
			{call: "GenerateServiceLastAccessedDetails Arn=" + arnOf + "policy/none", fails: "NoSuchEntity Policy arn:aws:iam::111122223333:policy/none was not found."},
			{call: "GenerateServiceLastAccessedDetails Arn=arn:aws:s3:::a-bucket-of-mine", fails: "InvalidInput ARN arn:aws:s3:::a-bucket-of-mine is not valid."},
			{call: "GetServiceLastAccessedDetails JobId=00000000-0000-4000-8000-000000000000", fails: "NoSuchEntity Job 00000000-0000-4000-8000-000000000000 cannot be found."},
			{call: "GetServiceLastAccessedDetailsWithEntities ServiceNamespace=iam JobId=00000000-0000-4000-8000-000000000000", fails: "NoSuchEntity Job 00000000-0000-4000-8000-000000000000 cannot be found."},
		})
		h.clock = h.clock.Add(lastaccess.Kept)
		h.tell(t, []step{{call: "GetRole RoleName=web", shows: `<RoleLastUsed/>|<RoleLastUsed></RoleLastUsed>`}})
	})
}

var grantingStory = []step{
	{call: "CreateUser UserName=ann"},
	{call: "CreateGroup GroupName=ops"},
	{call: "AddUserToGroup GroupName=ops UserName=ann"},
	{call: "PutGroupPolicy GroupName=ops PolicyName=reading PolicyDocument=_ANYONE_"},
	{call: "AttachUserPolicy UserName=ann PolicyArn=arn:aws:iam::aws:policy/IAMReadOnlyAccess"},
	{call: "ListPoliciesGrantingServiceAccess Arn=$IAM:user/ann ServiceNamespaces.member.1=s3 ServiceNamespaces.member.2=iam ServiceNamespaces.member.3=ec2",
		shows: `(?s)<ServiceNamespace>s3<.*<PolicyName>reading<.*<PolicyType>INLINE<.*<EntityType>GROUP<.*<EntityName>ops<.*<ServiceNamespace>iam<.*<PolicyType>MANAGED<.*<PolicyArn>arn:aws:iam::aws:policy/IAMReadOnlyAccess<.*<ServiceNamespace>ec2</ServiceNamespace><Policies(/>|></Policies>)`},
	{call: "ListPoliciesGrantingServiceAccess Arn=$IAM:user/none ServiceNamespaces.member.1=s3", fails: "NoSuchEntity arn:aws:iam::$A:user/none does not exist."},
	{call: "ListPoliciesGrantingServiceAccess Arn=$IAM:user/ann ServiceNamespaces.member.1=s4", fails: "InvalidInput Service namespace s4 is not valid."},
	{call: "ListPoliciesGrantingServiceAccess Arn=$IAM:policy/p ServiceNamespaces.member.1=s3", fails: "InvalidInput ARN arn:aws:iam::$A:policy/p is not valid."},
}
