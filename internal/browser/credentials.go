package browser

import (
	"fmt"
	"net/http"
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
	StartURL, Region           string
	Profile, SSOProfile        string
	Endpoint, Process          string // for credential_process
	Shells                     []snippet
	ProfileText                string
	Values                     []snippet
}

type snippet struct{ ID, Name, Text string }

// showCredentials gives a person credentials for a role of theirs.
func (f *Face) showCredentials(w http.ResponseWriter, r *http.Request, s session.Session) {
	id, role := arn.AccountID(r.PostFormValue("account_id")), r.PostFormValue("role_name")
	account, err := f.reached(r.Context(), s, id)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	got, err := f.Portal.Credentials(r.Context(), personOf(s), id, role)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	act := Act{Name: "Federate", Session: s, Details: map[string]string{"account_id": string(id), "role_name": role}}
	if err := f.Record(r.Context(), act); err != nil {
		f.failed(w, r, err)
		return
	}
	f.taken(r.Context(), s, id, role)
	f.show(w, r, http.StatusOK, "credentials.html", f.credentialsPage(s, id, account.Name, role, got))
}

func (f *Face) credentialsPage(s session.Session, account arn.AccountID, accountName, role string, c federation.Credentials) credentialsPage {
	id, key, token := c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal()
	return credentialsPage{
		frame: inFrame(s, portalPath), Back: accountLink(string(account)),
		Account: string(account), AccountName: accountName, Role: role,
		Expires:  c.Expires.UTC(),
		Profile:  role + "-" + string(account),
		StartURL: f.StartURL(), Region: f.Region,
		SSOProfile: f.ssoProfile(string(account), role),
		Endpoint:   f.Endpoint,
		Process:    fmt.Sprintf("[profile %s-%s]\ncredential_process = foyer credentials %s %s\n", role, account, account, role),
		Shells: []snippet{
			{"bash", "macOS and Linux", assignments(`export %s="%s"`, id, key, token)},
			{"fish", "fish", assignments(`set -gx %s "%s"`, id, key, token)},
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
