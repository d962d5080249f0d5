package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestConsole goes to the console as tools do that have credentials, and as
// links of the portal do.
func TestConsole(t *testing.T) {
	h, _ := start(t, "--demo")
	t.Run("aws-vault", h.vaultLogin)
	t.Run("Granted", h.grantedConsole)
	t.Run("GetFederationToken", h.federatedConsole)
	t.Run("role chaining", h.chainedConsole)
	t.Run("shortcut link", h.shortcut)
}

// sessionJSON is what tools send as the parameter Session.
func sessionJSON(t *testing.T, c awssdk.Credentials) string {
	t.Helper()
	text, err := json.Marshal(map[string]string{"sessionId": c.AccessKeyID, "sessionKey": c.SecretAccessKey, "sessionToken": c.SessionToken})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// signinToken asks the federation endpoint for a token, in the query or in a
// form. The status tells how it went.
func (h *house) signinToken(t *testing.T, method string, parameters url.Values) (token string, status int) {
	t.Helper()
	parameters = with(parameters, "Action", "getSigninToken")
	address, body := h.Endpoint+"/federation", parameters.Encode()
	header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if method == http.MethodGet {
		address, body, header = address+"?"+body, "", nil
	}
	status, text := fetch(t, http.DefaultClient, method, address, body, header)
	if status != http.StatusOK {
		return "", status
	}
	var answer struct{ SigninToken string }
	if err := json.Unmarshal([]byte(text), &answer); err != nil || answer.SigninToken == "" {
		t.Fatalf("the token is answered %s", text)
	}
	return answer.SigninToken, status
}

// console opens the link that a tool makes of a token.
func (h *house) console(t *testing.T, token, issuer, destination string) *person {
	t.Helper()
	p := newPerson("", "")
	link := h.Endpoint + "/federation?" + url.Values{"Action": {"login"}, "Issuer": {issuer}, "Destination": {destination}, "SigninToken": {token}}.Encode()
	if err := p.visitAs(t, link); err != nil {
		t.Fatal(err)
	}
	return p
}

func (h *house) role(t *testing.T, userName, account, role string) awssdk.Credentials {
	t.Helper()
	_, token := h.signedIn(t, userName)
	got, err := h.credentials(t, token.AccessToken, account, role).Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (p *person) shows(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.text(), text) {
			t.Errorf("%s does not say %q:\n%s", p.at, text, p.text())
		}
	}
}

// vaultLogin is what aws-vault login does, and many scripts like it.
func (h *house) vaultLogin(t *testing.T) {
	c := h.role(t, "ada", h.ManagementAccountID, "AdministratorAccess")
	token, _ := h.signinToken(t, http.MethodGet, url.Values{"Session": {sessionJSON(t, c)}})
	p := h.console(t, token, "aws-vault", "https://us-east-1.console.aws.amazon.com/console/home?region=us-east-1")
	p.shows(t, "Signed in to account "+h.ManagementAccountID, "AWSReservedSSO_AdministratorAccess_", ":assumed-role/", "aws-vault", "console/home?region=us-east-1")
	if p.at.Path != "/console" || p.at.RawQuery != "" {
		t.Errorf("the browser is at %s", p.at)
	}
	if err := p.press(t.Context(), "Sign out"); err != nil {
		t.Fatal(err)
	}
	p.shows(t, "You are signed out of the console")
	if err := p.visitAs(t, h.Endpoint+"/console"); err != nil || strings.Contains(p.text(), h.ManagementAccountID) {
		t.Errorf("signed out, the console says\n%s", p.text())
	}
	for _, name := range []string{"GetSigninToken", "ConsoleLogin"} {
		var found struct {
			Events []struct{ CloudTrailEvent string }
		}
		err := h.administrator().call(t.Context(), "cloudtrail", "CloudTrail_20131101.LookupEvents", map[string]any{
			"LookupAttributes": []map[string]string{{"AttributeKey": "EventName", "AttributeValue": name}},
		}, &found)
		if err != nil || len(found.Events) == 0 {
			t.Fatalf("%s left no trace: %v", name, err)
		}
		event := found.Events[0].CloudTrailEvent
		for _, want := range []string{`"eventSource":"signin.amazonaws.com"`, c.AccessKeyID, `"type":"AssumedRole"`, `"` + name + `":"Success"`} {
			if !strings.Contains(event, want) {
				t.Errorf("%s does not say %s: %s", name, want, event)
			}
		}
		if strings.Contains(event, c.SessionToken) || strings.Contains(event, token) {
			t.Errorf("%s tells secrets: %s", name, event)
		}
	}
}

// grantedConsole is what Granted's assume -c does, and brokers that post.
func (h *house) grantedConsole(t *testing.T) {
	c := h.role(t, "ada", h.ManagementAccountID, "AdministratorAccess")
	token, _ := h.signinToken(t, http.MethodPost, url.Values{"Session": {sessionJSON(t, c)}, "SessionType": {"json"}, "SessionDuration": {"43200"}})
	h.console(t, token, "https://granted.dev", "https://console.aws.amazon.com/s3/home").shows(t,
		"https://granted.dev", "console.aws.amazon.com/s3/home", time.Now().UTC().Add(12*time.Hour).Format("2 January 2006"))
}

func (h *house) federatedConsole(t *testing.T) {
	users := iam.NewFromConfig(h.root())
	if _, err := users.CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("broker")}); err != nil {
		t.Fatal(err)
	}
	if _, err := users.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: new("broker"), PolicyArn: new("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		t.Fatal(err)
	}
	key, err := users.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: new("broker")})
	if err != nil {
		t.Fatal(err)
	}
	broker := sts.NewFromConfig(h.config(credentials.NewStaticCredentialsProvider(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, "")))
	guest, err := broker.GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: new("guest"), DurationSeconds: new(int32(3600))})
	if err != nil {
		t.Fatal(err)
	}
	session := sessionJSON(t, awssdk.Credentials{AccessKeyID: *guest.Credentials.AccessKeyId, SecretAccessKey: *guest.Credentials.SecretAccessKey, SessionToken: *guest.Credentials.SessionToken})
	if _, status := h.signinToken(t, http.MethodGet, url.Values{"Session": {session}, "SessionDuration": {"3600"}}); status != http.StatusBadRequest {
		t.Errorf("with a duration a federated user is answered %d", status)
	}
	token, _ := h.signinToken(t, http.MethodGet, url.Values{"Session": {session}, "DurationSeconds": {"3600"}})
	h.console(t, token, "", "").shows(t, "Federated user", "guest", ":federated-user/guest")

	own, err := broker.GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]awssdk.Credentials{
		"of GetSessionToken": {AccessKeyID: *own.Credentials.AccessKeyId, SecretAccessKey: *own.Credentials.SecretAccessKey, SessionToken: *own.Credentials.SessionToken},
		"of a user":          {AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey},
		"of root":            {AccessKeyID: h.RootAccessKeyID, SecretAccessKey: h.RootSecretAccessKey},
	} {
		if _, status := h.signinToken(t, http.MethodGet, url.Values{"Session": {sessionJSON(t, c)}}); status != http.StatusBadRequest {
			t.Errorf("credentials %s are answered %d", name, status)
		}
	}
}

func (h *house) chainedConsole(t *testing.T) {
	first := h.role(t, "ada", h.ManagementAccountID, "AdministratorAccess")
	config := h.config(credentials.StaticCredentialsProvider{Value: first})
	roles := iam.NewFromConfig(config)
	role, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: new("Second"), AssumeRolePolicyDocument: new(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + h.ManagementAccountID + `"},"Action":"sts:AssumeRole"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := sts.NewFromConfig(config).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: role.Role.Arn, RoleSessionName: new("chained")})
	if err != nil {
		t.Fatal(err)
	}
	session := sessionJSON(t, awssdk.Credentials{AccessKeyID: *got.Credentials.AccessKeyId, SecretAccessKey: *got.Credentials.SecretAccessKey, SessionToken: *got.Credentials.SessionToken})
	for duration, want := range map[string]int{"3600": 200, "3601": 400, "43200": 400} {
		if _, status := h.signinToken(t, http.MethodGet, url.Values{"Session": {session}, "SessionDuration": {duration}}); status != want {
			t.Errorf("chained for %s seconds is answered %d", duration, status)
		}
	}
	token, _ := h.signinToken(t, http.MethodGet, url.Values{"Session": {session}})
	h.console(t, token, "", "").shows(t, "Second", "chained")
}

// shortcut: a link of the portal takes the role and goes through the same door,
// also when the person has to sign in first.
func (h *house) shortcut(t *testing.T) {
	link := func(parameters url.Values) string { return h.Endpoint + "/console?" + parameters.Encode() }
	whole := url.Values{"account_id": {h.ManagementAccountID}, "role_name": {"AdministratorAccess"}, "destination": {"https://us-east-2.console.aws.amazon.com/ec2/"}}
	ada := h.person(t, "ada")
	if err := ada.visit(t.Context(), link(whole)); err != nil {
		t.Fatal(err)
	}
	ada.shows(t, "Signed in to account "+h.ManagementAccountID, "AWSReservedSSO_AdministratorAccess_", "Session name", "ada", "us-east-2.console.aws.amazon.com/ec2/")
	for name, tt := range map[string]struct {
		parameters url.Values
		says       string
	}{
		"a role that is not assigned":       {with(whole, "role_name", "Nothing"), "You have no access to this account, or not in this role."},
		"an account that is not assigned":   {with(whole, "account_id", "999999999999"), "You have no access to this account, or not in this role."},
		"no account":                        {with(whole, "account_id", "x"), "You have no access to this account, or not in this role."},
		"a destination that is no console":  {with(whole, "destination", "https://evil.example/"), "The destination is no page of the AWS console."},
		"a destination that looks like one": {with(whole, "destination", "https://console.aws.amazon.com.evil.example/"), "The destination is no page of the AWS console."},
		"no role":                           {with(whole, "role_name", ""), "AdministratorAccess"},
	} {
		if err := ada.visitAs(t, link(tt.parameters)); err != nil || !strings.HasPrefix(ada.at.String(), h.Endpoint) {
			t.Errorf("%s: at %s, %v", name, ada.at, err)
		}
		if !strings.Contains(ada.text(), tt.says) {
			t.Errorf("%s is answered\n%s", name, ada.text())
		}
	}
}

// TestAttackFederation attacks the door of the console.
func TestAttackFederation(t *testing.T) {
	c := openCastle(t)
	for name, attack := range map[string]func(*castle, *testing.T){
		"credentials that are none":         (*castle).forgeSession,
		"sign-in token replay":              (*castle).replaySigninToken,
		"open redirect":                     (*castle).federateOut,
		"script and headers through Issuer": (*castle).injectIssuer,
		"clickjacking and forged requests":  (*castle).frameConsole,
	} {
		t.Run(name, func(t *testing.T) { attack(c, t) })
	}
}

func (c *castle) forgeSession(t *testing.T) {
	good, other := c.role(t, "ada", c.ManagementAccountID, "AdministratorAccess"), c.role(t, "ada", c.ManagementAccountID, "AdministratorAccess")
	change := func(f func(*awssdk.Credentials)) string {
		changed := good
		f(&changed)
		return sessionJSON(t, changed)
	}
	before := c.state(t)
	for name, session := range map[string]string{
		"none": "", "no JSON": "x", "a list": "[]", "null": "null", "numbers": `{"sessionId":1}`, "empty": "{}", "deep": strings.Repeat("[", 10000),
		"another's key id":      change(func(c *awssdk.Credentials) { c.AccessKeyID = other.AccessKeyID }),
		"another's secret":      change(func(c *awssdk.Credentials) { c.SecretAccessKey = other.SecretAccessKey }),
		"another's token":       change(func(c *awssdk.Credentials) { c.SessionToken = other.SessionToken }),
		"no secret":             change(func(c *awssdk.Credentials) { c.SecretAccessKey = "" }),
		"no token":              change(func(c *awssdk.Credentials) { c.SessionToken = "" }),
		"a token with one more": change(func(c *awssdk.Credentials) { c.SessionToken += "A" }),
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if _, status := c.signinToken(t, method, url.Values{"Session": {session}}); status != http.StatusBadRequest {
				t.Errorf("%s %s is answered %d", method, name, status)
			}
		}
	}
	for _, duration := range []string{"0", "-900", "899", "43201", "1e4", "900s", "99999999999999999999", " 900"} {
		if _, status := c.signinToken(t, http.MethodGet, url.Values{"Session": {sessionJSON(t, good)}, "SessionDuration": {duration}}); status != http.StatusBadRequest {
			t.Errorf("a duration of %q is answered %d", duration, status)
		}
	}
	for _, action := range []string{"", "Login", "getsigninToken", "x"} {
		if status, _ := fetch(t, http.DefaultClient, "GET", c.Endpoint+"/federation?Action="+action, "", nil); status != http.StatusBadRequest {
			t.Errorf("the action %q is answered %d", action, status)
		}
	}
	if status, _ := fetch(t, http.DefaultClient, "POST", c.Endpoint+"/federation", strings.Repeat("x", 1<<20), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}); status != http.StatusBadRequest {
		t.Errorf("a megabyte is answered %d", status)
	}
	c.at(13*time.Hour, func() {
		if _, status := c.signinToken(t, http.MethodGet, url.Values{"Session": {sessionJSON(t, good)}}); status != http.StatusBadRequest {
			t.Errorf("expired credentials are answered %d", status)
		}
	})
	if c.state(t)["console_signin_token"] != before["console_signin_token"] {
		t.Error("an attack left a token")
	}
}

func (c *castle) replaySigninToken(t *testing.T) {
	session := sessionJSON(t, c.role(t, "ada", c.ManagementAccountID, "AdministratorAccess"))
	token, _ := c.signinToken(t, http.MethodGet, url.Values{"Session": {session}})
	late, _ := c.signinToken(t, http.MethodGet, url.Values{"Session": {session}})
	for table, text := range c.state(t) {
		if strings.Contains(text, token) {
			t.Errorf("the table %s holds the token in clear", table)
		}
	}
	p := c.console(t, token, "x", "")
	p.shows(t, "Signed in to account")
	for _, again := range []string{token, "", strings.Repeat("a", 43)} {
		thief := c.console(t, again, "x", "")
		thief.shows(t, "was used before, or is too old")
		if err := thief.visitAs(t, c.Endpoint+"/console"); err != nil || strings.Contains(thief.text(), "Signed in to account") {
			t.Errorf("the thief is in: %v", err)
		}
	}
	c.at(16*time.Minute, func() { c.console(t, late, "x", "").shows(t, "was used before, or is too old") })
	var held string
	for _, cookie := range p.client.Jar.Cookies(p.at) {
		if cookie.Name == "foyer-console" {
			held = cookie.Value
		}
	}
	if held == "" || held == token || strings.Contains(c.state(t)["console_session"], held) {
		t.Errorf("the browser holds %q", held)
	}
	c.at(13*time.Hour, func() {
		if err := p.visitAs(t, c.Endpoint+"/console"); err != nil || strings.Contains(p.text(), "Signed in to account") {
			t.Errorf("after its end the session is still there: %v", err)
		}
	})
}

// federateOut: no link leads elsewhere, and one that wants to uses nothing up.
func (c *castle) federateOut(t *testing.T) {
	session := sessionJSON(t, c.role(t, "ada", c.ManagementAccountID, "AdministratorAccess"))
	token, _ := c.signinToken(t, http.MethodGet, url.Values{"Session": {session}})
	for _, to := range []string{
		"https://evil.example/", "//evil.example", "https://console.aws.amazon.com@evil.example/", "https://console.aws.amazon.com.evil.example/", "javascript:alert(1)", "http://console.aws.amazon.com/",
		c.Endpoint + "//evil.example", c.Endpoint + "@evil.example", c.Endpoint + ".evil.example", "https://evil.example\\@console.aws.amazon.com/", "/start\r\nSet-Cookie: a=b",
	} {
		p := c.console(t, token, "x", to)
		p.shows(t, "The destination is no page of the AWS console.")
		if !strings.HasPrefix(p.at.String(), c.Endpoint+"/") {
			t.Errorf("%q leads to %s", to, p.at)
		}
	}
	p := c.console(t, token, "x", c.Endpoint+"/console?a=b")
	p.shows(t, "Signed in to account")
	if p.at.RequestURI() != "/console?a=b" {
		t.Errorf("a page of ours leads to %s", p.at)
	}
}

func (c *castle) injectIssuer(t *testing.T) {
	session := sessionJSON(t, c.role(t, "ada", c.ManagementAccountID, "AdministratorAccess"))
	for _, evil := range []string{`"><script>alert(1)</script>`, "javascript:alert(1)", "https://evil.example\r\nSet-Cookie: foyer-session=x", strings.Repeat("x", 20_000), "\x00\xff\u202e"} {
		token, _ := c.signinToken(t, http.MethodGet, url.Values{"Session": {session}})
		p := c.console(t, token, evil, "https://console.aws.amazon.com/?"+url.QueryEscape(evil[:min(len(evil), 1000)]))
		p.shows(t, "Signed in to account")
		for link := range elements(p.page, "a") {
			if to := attribute(link, "href"); !strings.HasPrefix(to, "/") {
				t.Errorf("the page links to %s", to)
			}
		}
		for script := range elements(p.page, "script") {
			if script.FirstChild != nil {
				t.Errorf("the page has a script: %s", script.FirstChild.Data)
			}
		}
		for _, cookie := range p.client.Jar.Cookies(p.at) {
			if cookie.Name != "foyer-console" {
				t.Errorf("the cookie %s was set", cookie)
			}
		}
	}
}

func (c *castle) frameConsole(t *testing.T) {
	session := sessionJSON(t, c.role(t, "ada", c.ManagementAccountID, "AdministratorAccess"))
	token, _ := c.signinToken(t, http.MethodGet, url.Values{"Session": {session}})
	p := c.console(t, token, "x", "")
	for path, form := range map[string]string{"/console/signout": "", "/federation": "Action=logout"} {
		for _, header := range []map[string]string{{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}} {
			header["Content-Type"] = "application/x-www-form-urlencoded"
			header["Accept"] = "text/html"
			if status, _ := fetch(t, p.client, "POST", c.Endpoint+path, form, header); status != http.StatusForbidden {
				t.Errorf("a form of another site to %s is answered %d", path, status)
			}
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Endpoint+"/console", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	if got.StatusCode != http.StatusOK || got.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the console is answered %d %v", got.StatusCode, got.Header)
	}
}
