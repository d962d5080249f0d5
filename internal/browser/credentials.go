package browser

import (
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/federation"
	"foyer/internal/session"
)

// credentialsPage shows role credentials in every form people paste them.
type credentialsPage struct {
	UserName, Back             string
	Account, AccountName, Role string
	Expires                    time.Time
	Profile, SSOProfile        string
	Shells                     []snippet
	ProfileText                string
	Values                     []snippet
}

type snippet struct{ ID, Name, Text string }

func (f *Face) credentialsPage(s session.Session, account arn.AccountID, accountName, role string, c federation.Credentials) credentialsPage {
	id, key, token := c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal()
	return credentialsPage{
		UserName: s.UserName, Back: accountLink(string(account)),
		Account: string(account), AccountName: accountName, Role: role,
		Expires:    c.Expires.UTC(),
		Profile:    role + "-" + string(account),
		SSOProfile: SSOProfile{f.StartURL(), f.Endpoint, f.Region, string(account), role}.Text(),
		Shells: []snippet{
			{"bash", "macOS and Linux", assignments(`export %s="%s"`, id, key, token)},
			{"powershell", "PowerShell", assignments(`$Env:%s="%s"`, id, key, token)},
			{"cmd", "Windows cmd", assignments(`SET %s=%s`, id, key, token)},
		},
		ProfileText: fmt.Sprintf("[%s_%s]\naws_access_key_id=%s\naws_secret_access_key=%s\naws_session_token=%s\n", account, role, id, key, token),
		Values: []snippet{
			{"access-key-id", "AWS access key ID", id},
			{"secret-access-key", "AWS secret access key", key},
			{"session-token", "AWS session token", token},
		},
	}
}

func assignments(form, id, key, token string) string {
	return strings.Join([]string{
		fmt.Sprintf(form, "AWS_ACCESS_KEY_ID", id),
		fmt.Sprintf(form, "AWS_SECRET_ACCESS_KEY", key),
		fmt.Sprintf(form, "AWS_SESSION_TOKEN", token),
	}, "\n") + "\n"
}

// SSOProfile is how clients sign in at a portal and take a role's credentials
// themselves.
type SSOProfile struct {
	StartURL string // of AWS's shape: newer versions of the AWS CLI take no other
	Endpoint string // where the services are
	Region   string
	Account  string
	Role     string // name of the permission set
}

// Text is the profile for ~/.aws/config. It says where the services are, those
// of the sign-in by their names: SDKs look for these before they read a
// profile's endpoint_url.
func (p SSOProfile) Text() string {
	return fmt.Sprintf(`[sso-session foyer]
sso_start_url = %s
sso_region = %s
sso_registration_scopes = sso:account:access

[services foyer]
sso =
  endpoint_url = %s
sso_oidc =
  endpoint_url = %s

[profile %s-%s]
sso_session = foyer
sso_account_id = %s
sso_role_name = %s
region = %s
endpoint_url = %s
services = foyer
`, p.StartURL, p.Region, p.Endpoint, p.Endpoint, p.Role, p.Account, p.Account, p.Role, p.Region, p.Endpoint)
}
