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
	Expires                    string
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
		Expires:    c.Expires.UTC().Format(time.RFC3339),
		Profile:    role + "-" + string(account),
		SSOProfile: SSOProfile(f.Start, f.Region, string(account), role),
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

// SSOProfile is the text for ~/.aws/config with which clients sign in at the
// portal startURL and take the role's credentials themselves.
func SSOProfile(startURL, region, account, role string) string {
	return fmt.Sprintf(`[sso-session foyer]
sso_start_url = %s
sso_region = %s
sso_registration_scopes = sso:account:access

[profile %s-%s]
sso_session = foyer
sso_account_id = %s
sso_role_name = %s
region = %s
`, startURL, region, role, account, account, role, region)
}
