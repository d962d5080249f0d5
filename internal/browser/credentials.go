package browser

import (
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/awsconfig"
	"foyer/internal/federation"
	"foyer/internal/session"
)

// credentialsPage shows role credentials in every form people paste them.
type credentialsPage struct {
	frame
	Back                       string
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
		frame: inFrame(s, portalPath), Back: accountLink(string(account)),
		Account: string(account), AccountName: accountName, Role: role,
		Expires:    c.Expires.UTC(),
		Profile:    role + "-" + string(account),
		SSOProfile: f.ssoProfile(string(account), role),
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

// ssoProfile is all that a client needs in ~/.aws/config to sign in here and take
// a role's credentials.
func (f *Face) ssoProfile(account, role string) string {
	session := awsconfig.Session{Name: "foyer", StartURL: f.StartURL(), Endpoint: f.Endpoint, Region: f.Region}
	return awsconfig.Profile{Session: session, Account: account, Role: role}.Text()
}
