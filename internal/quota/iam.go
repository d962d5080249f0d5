package quota

import "fmt"

// IAM are the quotas of IAM in one account, as [Quotas] are those of Identity
// Center: 0 means AWS's own number, less than 0 [Unlimited].
//
// Source: IAM User Guide, "IAM and AWS STS quotas".
type IAM struct {
	Users                 int // of an account
	Groups                int
	Roles                 int
	Policies              int // customer managed
	InstanceProfiles      int
	SAMLProviders         int
	OIDCProviders         int
	GroupsPerUser         int // a user is a member of
	PoliciesPerUser       int // managed policies attached
	PoliciesPerGroup      int
	PoliciesPerRole       int
	AccessKeysPerUser     int // also of root
	MFADevicesPerUser     int
	CertificatesPerUser   int // signing certificates, also of root
	SSHKeysPerUser        int
	ServiceCredentials    int // of a user, for one service
	ServerCertificates    int // of an account
	VersionsPerPolicy     int
	PolicyCharacters      int // of a managed policy, white space apart
	TrustCharacters       int // of a role's trust policy, white space apart
	UserInlineCharacters  int // of all inline policies together, white space apart
	GroupInlineCharacters int
	RoleInlineCharacters  int
}

// Table lists the quotas, each with the place of its value in q.
func (q *IAM) Table() []Quota {
	return []Quota{
		{"iam-users", "IAM users of an account", 5_000, &q.Users},
		{"iam-groups", "IAM groups of an account", 300, &q.Groups},
		{"iam-roles", "roles of an account that its own people make", 1_000, &q.Roles},
		{"iam-policies", "customer managed policies of an account", 1_500, &q.Policies},
		{"iam-instance-profiles", "instance profiles of an account", 1_000, &q.InstanceProfiles},
		{"iam-saml-providers", "SAML providers of an account", 100, &q.SAMLProviders},
		{"iam-oidc-providers", "OpenID Connect providers of an account", 100, &q.OIDCProviders},
		{"iam-groups-per-user", "groups one IAM user is a member of", 10, &q.GroupsPerUser},
		{"iam-policies-per-user", "managed policies attached to a user", 10, &q.PoliciesPerUser},
		{"iam-policies-per-group", "managed policies attached to a group", 10, &q.PoliciesPerGroup},
		{"iam-policies-per-role", "managed policies attached to a role", 10, &q.PoliciesPerRole},
		{"iam-access-keys-per-user", "access keys of a user, or of root", 2, &q.AccessKeysPerUser},
		{"iam-mfa-devices-per-user", "MFA devices of a user", 8, &q.MFADevicesPerUser},
		{"iam-certificates-per-user", "signing certificates of a user, or of root", 2, &q.CertificatesPerUser},
		{"iam-ssh-keys-per-user", "SSH public keys of a user", 5, &q.SSHKeysPerUser},
		{"iam-service-credentials", "service-specific credentials of a user for one service", 2, &q.ServiceCredentials},
		{"iam-server-certificates", "server certificates of an account", 20, &q.ServerCertificates},
		{"iam-versions-per-policy", "versions of a customer managed policy", 5, &q.VersionsPerPolicy},
		{"iam-policy-characters", "characters of a managed policy, white space apart", 6_144, &q.PolicyCharacters},
		{"iam-trust-characters", "characters of a role's trust policy, white space apart", 2_048, &q.TrustCharacters},
		{"iam-user-inline-characters", "characters of a user's inline policies together, white space apart", 2_048, &q.UserInlineCharacters},
		{"iam-group-inline-characters", "characters of a group's inline policies together, white space apart", 5_120, &q.GroupInlineCharacters},
		{"iam-role-inline-characters", "characters of a role's inline policies together, white space apart", 10_240, &q.RoleInlineCharacters},
	}
}

// InForce returns q with AWS's number wherever q has none of its own.
func (q IAM) InForce() IAM {
	fill(q.Table())
	return q
}

// Set gives the quota of a name a value. It reports a name that there is not.
func (q *IAM) Set(name string, value int) error { return set(q.Table(), name, value) }

// fill puts AWS's number wherever there is none.
func fill(table []Quota) {
	for _, line := range table {
		if *line.Value == 0 {
			*line.Value = line.AWS
		}
	}
}

func set(table []Quota, name string, value int) error {
	for _, line := range table {
		if line.Name == name {
			*line.Value = value
			return nil
		}
	}
	return fmt.Errorf("there is no quota %q", name)
}
