// Package quota is the tables of Identity Center's and IAM's quotas: how many of
// each thing there may be, as AWS sets it and as an operator may set it otherwise.
//
// Sources: IAM Identity Center User Guide, "Quotas and limits", and the bounds
// of lists in the API's own contract.
package quota

// Unlimited is a quota that nothing reaches.
const Unlimited = -1

// Quotas are the quotas of one instance. In each, 0 means AWS's own number and
// less than 0 [Unlimited]; so the zero Quotas are AWS's. Rooms ask what
// [Quotas.InForce] returns.
type Quotas struct {
	Users                    int // in the identity store
	Groups                   int // in the identity store
	GroupsPerUser            int // a user is a member of
	PermissionSets           int // of an instance
	PermissionSetsPerAccount int // provisioned in one account
	PoliciesPerPermissionSet int // managed and customer managed together
	InlinePolicyBytes        int // of a permission set's inline policy
	InlinePolicyCharacters   int // of it, white space apart
	Applications             int // of an instance
	ScopesPerApplication     int
	TrustedTokenIssuers      int // of an instance
	AccessControlAttributes  int // of an instance
	Regions                  int // of an instance, the primary one included
	TagsPerResource          int
}

// A Quota is one line of the table.
type Quota struct {
	Name  string // as it is written in configuration: permission-sets
	About string // what is counted
	AWS   int    // AWS's number
	Value *int   // where it stands in the Quotas that were asked
}

// Table lists the quotas, each with the place of its value in q.
func (q *Quotas) Table() []Quota {
	return []Quota{
		{"users", "users in the identity store", 100_000, &q.Users},
		{"groups", "groups in the identity store", 100_000, &q.Groups},
		{"groups-per-user", "groups one user is a member of", 1_000, &q.GroupsPerUser},
		{"permission-sets", "permission sets", 2_000, &q.PermissionSets},
		{"permission-sets-per-account", "permission sets provisioned in one account", 500, &q.PermissionSetsPerAccount},
		{"policies-per-permission-set", "managed and customer managed policies of a permission set", 20, &q.PoliciesPerPermissionSet},
		{"inline-policy-bytes", "bytes of a permission set's inline policy", 32_768, &q.InlinePolicyBytes},
		{"inline-policy-characters", "characters of a permission set's inline policy, white space apart", 10_240, &q.InlinePolicyCharacters},
		{"applications", "applications of an instance", 500, &q.Applications},
		{"scopes-per-application", "access scopes of an application", 25, &q.ScopesPerApplication},
		{"trusted-token-issuers", "trusted token issuers of an instance", 10, &q.TrustedTokenIssuers},
		{"access-control-attributes", "attributes for access control of an instance", 50, &q.AccessControlAttributes},
		{"regions", "regions of an instance", 10, &q.Regions},
		{"tags-per-resource", "tags of a resource", 50, &q.TagsPerResource},
	}
}

// InForce returns q with AWS's number wherever q has none of its own.
func (q Quotas) InForce() Quotas {
	fill(q.Table())
	return q
}

// Set gives the quota of a name a value. It reports a name that there is not.
func (q *Quotas) Set(name string, value int) error { return set(q.Table(), name, value) }

// Exceeded reports whether n of a thing are more than a quota in force allows.
func Exceeded(limit, n int) bool { return limit >= 0 && n > limit }
