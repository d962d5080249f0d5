package provisioning

import (
	"context"
	"encoding/json"
	"time"

	"foyer/internal/arn"
	"foyer/internal/instance"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/saml"
	"foyer/internal/secret"
)

// Accounts is the seam between the identity plane and the accounts, be they
// Foyer's own or real ones: all that Identity Center ever does to an account.
type Accounts interface {
	// Apply makes every change, and answers for each nil or why it was not
	// made. A fault of kind Internal or Throttled may pass; others stay until
	// somebody changes something. A change that is so already is no error.
	Apply(ctx context.Context, changes []Change) []error
	// Held reads back what Identity Center has in accounts: the roles below a
	// path, by name, and its SAML providers. The answer has one slot for each
	// account, empty where there is nothing.
	Held(ctx context.Context, ids []arn.AccountID, path string) ([]Holding, error)
	// AssumeRoleWithSAML exchanges an assertion for credentials of a role.
	AssumeRoleWithSAML(ctx context.Context, a Assertion) (Credentials, error)
	// List lists accounts by id.
	List(ctx context.Context, page paging.Page) ([]Account, string, error)
	// Count counts the accounts whose ids come after one.
	Count(ctx context.Context, after arn.AccountID) (int, error)
	// Describe answers those of the accounts that exist, in the order asked.
	Describe(ctx context.Context, ids []arn.AccountID) ([]Account, error)
}

// Account is an account as people see it.
type Account struct {
	ID     arn.AccountID
	Name   string
	Email  string
	Active bool
}

// Change is what one role in one account is to become.
type Change struct {
	Account  arn.AccountID
	Provider Provider // is to be there before the role is
	Role     Role
	Delete   bool // the role is to go; of Role only Name matters
	// Anew writes the role also where it was last written the same: somebody
	// has changed it since.
	Anew bool
}

// Holding is what Identity Center has in an account.
type Holding struct {
	Account   arn.AccountID
	Err       error // why it could not be read
	Roles     []HeldRole
	Providers map[string]string // metadata by name
}

// HeldRole is a role as it stands in an account.
type HeldRole struct {
	Name        string
	Path        string
	Description string
	TrustPolicy string
	MaxSession  time.Duration
	Attached    []string          // ARNs, in order
	Inline      map[string]string // documents by name
	Boundary    string            // ARN; "" for none
}

// Provider is the SAML provider that stands for the instance in an account.
type Provider struct {
	Name     string
	Metadata string // XML
}

// Role is a permission set as a role.
type Role struct {
	Name            string
	Path            string
	Description     string
	TrustPolicy     string
	MaxSession      time.Duration
	ManagedPolicies []string                  // ARNs of AWS's
	CustomerManaged []permissionset.PolicyRef // to be found in the account
	InlineName      string
	Inline          string // "" for none
	Boundary        *permissionset.Boundary
}

// Assertion is presented to get credentials.
type Assertion struct {
	RoleARN     string
	ProviderARN string
	Response    string        // SAML response, XML
	Duration    time.Duration // of the credentials
	Account     arn.AccountID
}

// Credentials are a role session's.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey secret.Text
	SessionToken    secret.Text
	Expires         time.Time
}

const (
	// roleSession is what roles allow at most; a permission set's own session
	// duration is asked for when a session begins.
	roleSession = 12 * time.Hour
	// inlineName is the inline policy's name in the role.
	inlineName = "AwsSSOInlinePolicy"
)

func roleOf(i instance.Instance, p Pair, roleName string, c permissionset.Content) Role {
	r := Role{
		Name: roleName, Path: i.RolePath(), Description: c.Description, TrustPolicy: trustPolicy(i.ProviderARN(p.Account)),
		MaxSession: roleSession, ManagedPolicies: c.ManagedPolicies, CustomerManaged: c.CustomerManaged, Boundary: c.Boundary,
	}
	if c.Inline != "" {
		r.InlineName, r.Inline = inlineName, c.Inline
	}
	return r
}

// trustPolicy lets the subjects of one SAML provider take a role, and nobody else.
func trustPolicy(providerARN string) string {
	type statement struct {
		Effect    string
		Principal map[string]string
		Action    []string
		Condition map[string]map[string]string
	}
	text, err := json.Marshal(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{{
		Effect: "Allow", Principal: map[string]string{"Federated": providerARN},
		Action:    []string{"sts:AssumeRoleWithSAML", "sts:TagSession"},
		Condition: map[string]map[string]string{"StringEquals": {"SAML:aud": saml.AWSAudience}},
	}}})
	if err != nil {
		panic("strings do not marshal: " + err.Error()) // they always do
	}
	return string(text)
}
