package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestHostile sends what no client should. Each attack has AWS's answer, and
// changes nothing in the store.
func TestHostile(t *testing.T) {
	c := openCastle(t)
	t.Run("Bodies", c.badBodies)
	t.Run("Signatures", c.badSignatures)
	t.Run("Credentials", c.badCredentials)
	t.Run("Presigned", c.presigned)
	t.Run("Operations", c.unknownOperations)
	t.Run("XML", c.badXML)
	t.Run("Injection", c.injection)
	t.Run("Late", c.late)
	t.Run("Pages", c.badPages)
	t.Run("Health", c.health)
}

// repelled is an attack and what answers it. In the message, TIME stands for
// any time.
type repelled struct {
	attack  attack
	status  int
	code    string
	message string
}

var someTime = regexp.MustCompile(`\d{8}T\d{6}Z`)

func (c *castle) repel(t *testing.T, attacks map[string]repelled) {
	t.Helper()
	before := c.state(t)
	for name, tt := range attacks {
		t.Run(name, func(t *testing.T) {
			got, text := c.send(t, tt.attack.request(t, c))
			got.message = someTime.ReplaceAllString(got.message, "TIME")
			if got != (answer{tt.status, tt.code, tt.message}) {
				t.Errorf("answered %d %s: %s\nwant %d %s: %s\n%.500s", got.status, got.code, got.message, tt.status, tt.code, tt.message, text)
			}
			for table, content := range c.state(t) {
				if content != before[table] {
					t.Errorf("%s changed:\n%s\nwas:\n%s", table, content, before[table])
				}
			}
		})
	}
}

// group would make a group, if it came in good order.
func (c *castle) group(body string) attack {
	return c.jsonCall("identitystore", "AWSIdentityStore.CreateGroup", body)
}

func (c *castle) goodGroup() attack {
	return c.group(fmt.Sprintf(`{"IdentityStoreId":%q,"DisplayName":"Intruders"}`, c.IdentityStoreID))
}

// user would make an IAM user.
func (c *castle) user(parameters ...string) attack {
	return c.query("iam", "CreateUser", append([]string{"UserName", "mallory"}, parameters...)...)
}

// query is a call of a Query service with parameters, name by name.
func (c *castle) query(service, action string, parameters ...string) attack {
	form := url.Values{"Action": {action}, "Version": {map[string]string{"iam": "2010-05-08", "sts": "2011-06-15"}[service]}}
	for i := 0; i < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	return c.formCall(service, form.Encode())
}

const tooLarge = "The request body is longer than 1048576 bytes."

func (c *castle) badBodies(t *testing.T) {
	const malformed = "The request body is not well-formed JSON"
	notNull := "1 validation error detected: Value null at 'identityStoreId' failed to satisfy constraint: Member must not be null"
	member := func(name, value string) attack {
		return c.group(fmt.Sprintf(`{"IdentityStoreId":%q,"DisplayName":"G",%q:%s}`, c.IdentityStoreID, name, value))
	}
	c.repel(t, map[string]repelled{
		"an instance that is none": {c.jsonCall("sso", "SWBExternalService.CreatePermissionSet", `{"InstanceArn":"arn:aws:sso:::instance/ssoins-0000000000000000","Name":"x"}`),
			400, "ResourceNotFoundException", "Could not find Instance with ARN arn:aws:sso:::instance/ssoins-0000000000000000."},
		"an identity store that is none": {c.group(`{"IdentityStoreId":"d-0000000000","DisplayName":"G"}`), 400, "ResourceNotFoundException", "IDENTITY_STORE not found."},
		"JSON that breaks off":           {c.group(`{"IdentityStoreId":`), 400, "SerializationException", malformed},
		"JSON with something behind it":  {c.goodGroup().but(func(a *attack) { a.body += "}" }), 400, "SerializationException", malformed},
		"a list":                         {c.group(`[]`), 400, "SerializationException", "The request body can not be read as a structure"},
		"null":                           {c.group(`null`), 400, "ValidationException", notNull},
		"nothing":                        {c.group(``), 400, "ValidationException", notNull},
		"a number for a text":            {member("Description", "7"), 400, "SerializationException", "Description can not be read as a string"},
		"an object for a text":           {member("Description", "{}"), 400, "SerializationException", "Description can not be read as a string"},
		"depth":                          {c.group(strings.Repeat("[", 500_000)), 400, "SerializationException", "The request body is nested too deep"},
		"depth of members nobody knows":  {member("X", strings.Repeat(`{"X":`, 150_000)+"1"+strings.Repeat("}", 150_000)), 400, "SerializationException", "The request body is nested too deep"},
		"ten megabytes of depth":         {c.group(strings.Repeat(`{"X":`, 2_000_000)), 413, "RequestEntityTooLargeException", tooLarge},
		"a large body":                   {c.group(strings.Repeat("x", 1<<20+1)), 413, "RequestEntityTooLargeException", tooLarge},
		"a large body in chunks": {c.group(strings.Repeat("x", 2<<20)).but(func(a *attack) {
			a.change = func(r *http.Request) { r.ContentLength = -1 }
		}), 413, "RequestEntityTooLargeException", tooLarge},
		"a large form":               {c.user("Path", strings.Repeat("x", 1<<20)), 413, "RequestEntityTooLarge", tooLarge},
		"a large body for sign-in":   {restCall("POST", "/token", strings.Repeat("x", 1<<20+1)), 413, "RequestEntityTooLargeException", tooLarge},
		"sign-in that breaks off":    {restCall("POST", "/client/register", `{"clientName":`), 400, "InvalidRequestException", malformed},
		"sign-in of another kind":    {restCall("POST", "/client/register", `{"clientName":{},"clientType":"public"}`), 400, "InvalidRequestException", "clientName can not be read as a string"},
		"a form with a wrong escape": {c.formCall("iam", "Action=CreateUser&Version=2010-05-08&UserName=%zz"), 400, "MalformedInput", "The request's parameters are not well-formed"},
		"a form of deep names":       {c.formCall("iam", "Action=CreateUser&Version=2010-05-08&UserName=x&"+strings.Repeat("a.", 100_000)+"=b"), 400, "MalformedInput", "The request has too many parameters"},
		"a text for a number":        {c.query("iam", "ListUsers", "MaxItems", "many"), 400, "MalformedInput", "MaxItems can not be read as an integer"},
		"JSON as a form": {c.goodGroup().but(func(a *attack) {
			delete(a.header, "X-Amz-Target")
			a.header["Content-Type"] = "application/x-www-form-urlencoded"
		}), 400, "UnknownOperationException", "There is no operation  in identitystore."},
		"a form as JSON": {c.user().but(func(a *attack) { a.header["Content-Type"] = "application/json" }), 400, "MissingAction", "The request must contain the parameter Action."},
		"a form as text": {c.user().but(func(a *attack) { a.header["Content-Type"] = "text/plain" }), 400, "MissingAction", "The request must contain the parameter Action."},
	})
}

const mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

func (c *castle) badSignatures(t *testing.T) {
	guessed := func(a *attack) { a.by.SecretAccessKey = "guessed" }
	stranger := func(a *attack) { a.by.AccessKeyID = "AKIAIOSFODNN7EXAMPLE" }
	unsigned := func(a *attack) { a.service = "" }
	signed := func(change func(*http.Request)) func(*attack) { return func(a *attack) { a.change = change } }
	authorization := func(from, to string) func(*attack) {
		return signed(func(r *http.Request) {
			r.Header.Set("Authorization", regexp.MustCompile(from).ReplaceAllString(r.Header.Get("Authorization"), to))
		})
	}
	ago := func(d time.Duration) func(*attack) { return func(a *attack) { a.late = d } }
	const (
		late  = "Signature expired: TIME is now earlier than TIME (TIME - 5 min.)"
		early = "Signature not yet current: TIME is still later than TIME (TIME + 5 min.)"
	)
	c.repel(t, map[string]repelled{
		"a guessed secret":                   {c.goodGroup().but(guessed), 400, "InvalidSignatureException", mismatch},
		"a guessed secret, in a form":        {c.user().but(guessed), 403, "SignatureDoesNotMatch", mismatch},
		"a key that is none":                 {c.goodGroup().but(stranger), 400, "UnrecognizedClientException", "The security token included in the request is invalid."},
		"a key that is none, in a form":      {c.user().but(stranger), 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		"no signature":                       {c.goodGroup().but(unsigned), 400, "MissingAuthenticationTokenException", "Request is missing Authentication Token"},
		"no signature, in a form":            {c.user().but(unsigned), 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		"no signature at the token exchange": {restCall("POST", "/token?aws_iam=t", `{}`), 403, "MissingAuthenticationTokenException", "Request is missing Authentication Token"},
		"six minutes late":                   {c.goodGroup().but(ago(6 * time.Minute)), 400, "InvalidSignatureException", late},
		"six minutes late, in a form":        {c.user().but(ago(6 * time.Minute)), 403, "SignatureDoesNotMatch", late},
		"six minutes early":                  {c.goodGroup().but(ago(-6 * time.Minute)), 400, "InvalidSignatureException", early},
		"six minutes early, in a form":       {c.user().but(ago(-6 * time.Minute)), 403, "SignatureDoesNotMatch", early},
		"for another service":                {c.formCall("sts", c.user().body), 400, "InvalidAction", "Could not find operation CreateUser for version 2010-05-08"},
		"for a service that is not here":     {c.formCall("s3", c.user().body), 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'iam'."},
		"half an authorization":              {c.goodGroup().but(authorization(`, SignedHeaders.*`, "")), 400, "IncompleteSignatureException", "Authorization header requires 'SignedHeaders' parameter."},
		"half an authorization, in a form":   {c.user().but(authorization(`, Signature=.*`, "")), 400, "IncompleteSignature", "Authorization header requires 'Signature' parameter."},
		"a signature cut short":              {c.goodGroup().but(authorization(`..$`, "")), 400, "InvalidSignatureException", mismatch},
		"another version of the algorithm":   {c.goodGroup().but(authorization(`^AWS4-HMAC-SHA256`, "AWS4-HMAC-SHA1")), 400, "IncompleteSignatureException", "Authorization header requires the algorithm AWS4-HMAC-SHA256."},
		"another region than was signed for": {c.goodGroup().but(authorization(`/us-east-1/`, "/eu-west-1/")), 400, "InvalidSignatureException", mismatch},
		"another operation than was signed":  {c.goodGroup().but(signed(func(r *http.Request) { r.Header.Set("X-Amz-Target", "AWSIdentityStore.CreateUser") })), 400, "InvalidSignatureException", mismatch},
		"another path than was signed":       {c.goodGroup().but(signed(func(r *http.Request) { r.URL.Path = "/x" })), 400, "InvalidSignatureException", mismatch},
		"a query that was not signed":        {c.goodGroup().but(signed(func(r *http.Request) { r.URL.RawQuery = "x=y" })), 400, "InvalidSignatureException", mismatch},
		"another host than was signed for":   {c.goodGroup().but(signed(func(r *http.Request) { r.Host = "identitystore.us-east-1.amazonaws.com" })), 400, "InvalidSignatureException", mismatch},
		"another body than was signed": {c.user().but(signed(func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(strings.Replace(c.user().body, "mallory", "mollary", 1)))
		})), 403, "SignatureDoesNotMatch", mismatch},
		"an operation that was not signed": {c.goodGroup().but(func(a *attack) {
			target := a.header["X-Amz-Target"]
			delete(a.header, "X-Amz-Target")
			a.change = func(r *http.Request) { r.Header.Set("X-Amz-Target", target) }
		}), 400, "IncompleteSignatureException", "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."},
		"a bearer that was never given": {restCall("GET", "/assignment/accounts", "").but(func(a *attack) { a.header["x-amz-sso_bearer_token"] = "guessed" }),
			401, "UnauthorizedException", "Session token not found or invalid"},
		"no bearer": {restCall("GET", "/assignment/accounts", ""), 401, "UnauthorizedException", "Session token not found or invalid"},
	})
}

// session is what a user has of a role, from a sign-in to its credentials.
func (c *castle) session(t *testing.T, userName, account, role string) awssdk.Credentials {
	t.Helper()
	_, token := c.signedIn(t, userName)
	got, err := c.credentials(t, token.AccessToken, account, role).Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// badCredentials: a session token stands for one key and one secret, and only
// as it was made, until it expires.
func (c *castle) badCredentials(t *testing.T) {
	mine := c.session(t, "ada", c.ManagementAccountID, "AdministratorAccess")
	other := c.session(t, "ada", c.account(t, "Audit"), "AdministratorAccess")
	with := func(change func(*awssdk.Credentials)) (asJSON, asForm attack) {
		by := mine
		change(&by)
		use := func(a *attack) { a.by = by }
		return c.goodGroup().but(use), c.user().but(use)
	}
	flip := func(token string, at int) string {
		to := "A"
		if token[at] == 'A' {
			to = "B"
		}
		return token[:at] + to + token[at+1:]
	}
	attacks := map[string]repelled{}
	const invalid = "The security token included in the request is invalid."
	for name, change := range map[string]func(*awssdk.Credentials){
		"changed at its begin":     func(by *awssdk.Credentials) { by.SessionToken = flip(by.SessionToken, 4) },
		"changed in the middle":    func(by *awssdk.Credentials) { by.SessionToken = flip(by.SessionToken, len(by.SessionToken)/2) },
		"cut short":                func(by *awssdk.Credentials) { by.SessionToken = by.SessionToken[:len(by.SessionToken)-4] },
		"sealed with another key":  func(by *awssdk.Credentials) { by.SessionToken = strings.Replace(by.SessionToken, "k", "j", 1) },
		"left out":                 func(by *awssdk.Credentials) { by.SessionToken = "" },
		"of another session":       func(by *awssdk.Credentials) { by.SessionToken = other.SessionToken },
		"with another session key": func(by *awssdk.Credentials) { by.AccessKeyID = other.AccessKeyID },
		"with a root key": func(by *awssdk.Credentials) {
			by.AccessKeyID, by.SecretAccessKey = c.RootAccessKeyID, c.RootSecretAccessKey
		},
	} {
		asJSON, asForm := with(change)
		attacks[name] = repelled{asJSON, 400, "UnrecognizedClientException", invalid}
		attacks[name+", in a form"] = repelled{asForm, 403, "InvalidClientTokenId", invalid}
	}
	asJSON, asForm := with(func(by *awssdk.Credentials) { by.SecretAccessKey = other.SecretAccessKey })
	attacks["with another session's secret"] = repelled{asJSON, 400, "InvalidSignatureException", mismatch}
	attacks["with another session's secret, in a form"] = repelled{asForm, 403, "SignatureDoesNotMatch", mismatch}
	c.repel(t, attacks)

	asJSON, asForm = with(func(*awssdk.Credentials) {})
	const expired = "The security token included in the request is expired"
	c.at(4*time.Hour+time.Minute, func() { // the permission set's session lasts four
		c.repel(t, map[string]repelled{
			"expired":            {asJSON, 400, "ExpiredTokenException", expired},
			"expired, in a form": {asForm, 403, "ExpiredToken", expired},
		})
	})
	if got, _ := c.send(t, c.query("sts", "GetCallerIdentity").but(func(a *attack) { a.by = mine }).request(t, c)); got.status != 200 {
		t.Errorf("the token as it was made is answered %v", got)
	}
}

func (c *castle) presigned(t *testing.T) {
	signed, err := sts.NewPresignClient(sts.NewFromConfig(c.root())).PresignGetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(address string) attack {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return attack{method: signed.Method, path: u.RequestURI()}
	}
	change := func(from, to string) attack { return at(strings.Replace(signed.URL, from, to, 1)) }
	if got, text := c.send(t, at(signed.URL).request(t, c)); got.status != 200 || !strings.Contains(text, "arn:aws:iam::"+c.ManagementAccountID+":root") {
		t.Errorf("a presigned request is answered %v\n%s", got, text)
	}
	c.repel(t, map[string]repelled{
		"another operation":   {change("GetCallerIdentity", "GetSessionToken"), 403, "SignatureDoesNotMatch", mismatch},
		"a longer life":       {at(signed.URL + "&X-Amz-Expires=9000"), 403, "SignatureDoesNotMatch", mismatch},
		"a life without end":  {at(signed.URL + "&X-Amz-Expires=604801"), 400, "IncompleteSignature", "X-Amz-Expires must be from 1 to 604800 seconds."},
		"a life of no length": {at(signed.URL + "&X-Amz-Expires=-1"), 400, "IncompleteSignature", "X-Amz-Expires must be from 1 to 604800 seconds."},
		"two signatures":      {at(signed.URL + "&X-Amz-Signature=00"), 400, "IncompleteSignature", "AWS query-string parameters must include 'X-Amz-Signature' once."},
		"no algorithm":        {change("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=none"), 400, "IncompleteSignature", "X-Amz-Algorithm must be AWS4-HMAC-SHA256."},
		"by another method":   {at(signed.URL).but(func(a *attack) { a.method = "POST" }), 400, "MissingAction", "The request must contain the parameter Action."},
		"with a body of its own": {at(signed.URL).but(func(a *attack) {
			form := c.query("sts", "GetCallerIdentity")
			a.method, a.header, a.body = form.method, form.header, form.body
		}), 403, "SignatureDoesNotMatch", mismatch},
	})
	c.at(14*time.Minute, func() {
		if got, _ := c.send(t, at(signed.URL).request(t, c)); got.status != 200 {
			t.Errorf("after 14 minutes of 15 it is answered %v", got)
		}
	})
	c.at(16*time.Minute, func() {
		c.repel(t, map[string]repelled{"run out": {at(signed.URL), 403, "SignatureDoesNotMatch", "Signature expired: TIME is now earlier than TIME"}})
	})
}

func (c *castle) unknownOperations(t *testing.T) {
	c.repel(t, map[string]repelled{
		"JSON":            {c.jsonCall("identitystore", "AWSIdentityStore.Dance", "{}"), 400, "UnknownOperationException", "There is no operation Dance in identitystore."},
		"another service": {c.jsonCall("dynamodb", "DynamoDB_20120810.ListTables", "{}"), 404, "UnknownOperationException", "Foyer serves no operation DynamoDB_20120810.ListTables."},
		"form":            {c.query("iam", "Dance"), 400, "InvalidAction", "Could not find operation Dance for version 2010-05-08"},
		"no action":       {c.formCall("iam", "Version=2010-05-08"), 400, "MissingAction", "The request must contain the parameter Action."},
		"method":          {restCall("PUT", "/token", "{}"), 405, "MethodNotAllowedException", "There is no operation PUT /token."},
		"trace":           {restCall("TRACE", "/assignment/accounts", ""), 405, "MethodNotAllowedException", "There is no operation TRACE /assignment/accounts."},
	})
}

// badXML: documents that would have a parser read files, fetch addresses or
// fill the memory are refused before any of that.
func (c *castle) badXML(t *testing.T) {
	client := iam.NewFromConfig(c.root())
	providers, err := client.ListSAMLProviders(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	roles, err := client.ListRoles(t.Context(), &iam.ListRolesInput{PathPrefix: new("/aws-reserved/sso.amazonaws.com/")})
	if err != nil {
		t.Fatal(err)
	}
	role, provider := *roles.Roles[0].Arn, *providers.SAMLProviderList[0].Arn
	assertion := func(text string) attack {
		return c.query("sts", "AssumeRoleWithSAML", "RoleArn", role, "PrincipalArn", provider, "SAMLAssertion", text).but(func(a *attack) { a.service = "" })
	}
	encoded := func(text string) attack { return assertion(base64.StdEncoding.EncodeToString([]byte(text))) }
	metadata := func(text string) attack {
		return c.query("iam", "CreateSAMLProvider", "Name", "mallory", "SAMLMetadataDocument", text+strings.Repeat(" ", 1000))
	}
	const (
		response    = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"`
		descriptor  = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="&b;"/>`
		bomb        = `<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>`
		file        = `<!DOCTYPE l [<!ENTITY b SYSTEM "file:///etc/passwd">]>`
		notXML      = "The document is not well-formed XML."
		declaration = "The document must not have a document type declaration."
		unparsed    = "Could not parse metadata"
	)
	c.repel(t, map[string]repelled{
		"an assertion not in base64":         {assertion("%%%%"), 400, "InvalidIdentityToken", "Your request included an invalid SAML response"},
		"an assertion that is no XML":        {encoded("garbage"), 400, "InvalidIdentityToken", notXML},
		"an assertion that breaks off":       {encoded(response), 400, "InvalidIdentityToken", notXML},
		"an assertion that says nothing":     {encoded(response + `/>`), 400, "InvalidIdentityToken", "Response must hold exactly one Status; it holds 0."},
		"an assertion that blows up":         {encoded(bomb + response + `>&b;</samlp:Response>`), 400, "InvalidIdentityToken", declaration},
		"an assertion that reads a file":     {encoded(file + response + `>&b;</samlp:Response>`), 400, "InvalidIdentityToken", declaration},
		"an assertion of a provider unknown": {c.query("sts", "AssumeRoleWithSAML", "RoleArn", role, "PrincipalArn", provider+"x", "SAMLAssertion", "PHg+").but(func(a *attack) { a.service = "" }), 400, "InvalidIdentityToken", "Specified provider doesn't exist"},
		"an assertion without end":           {assertion(strings.Repeat("a", 100_001)), 400, "ValidationError", "1 validation error detected: Value at 'sAMLAssertion' failed to satisfy constraint: Member must have length less than or equal to 100000"},
		"metadata that is no XML":            {metadata("garbage"), 400, "InvalidInput", unparsed},
		"metadata that breaks off":           {metadata("<EntityDescriptor"), 400, "InvalidInput", unparsed},
		"metadata of something else":         {metadata("<html/>"), 400, "InvalidInput", unparsed},
		"metadata that blows up":             {metadata(bomb + descriptor), 400, "InvalidInput", unparsed},
		"metadata that reads a file":         {metadata(file + descriptor), 400, "InvalidInput", unparsed},
		"metadata without a key":             {metadata(strings.Replace(descriptor, "&b;", "x", 1)), 400, "InvalidInput", unparsed},
		"metadata with a nul in it":          {metadata("<a>\x00</a>"), 400, "InvalidInput", unparsed},
		"metadata deeper than any stack":     {metadata(strings.Repeat("<a>", 100_000)), 400, "InvalidInput", unparsed},
	})
}

// injection: line breaks, paths and markup in names end up in no header, file
// or page, but in a refusal or, where AWS allows them, in the name.
func (c *castle) injection(t *testing.T) {
	const lines = "a\r\nX-Injected: b"
	const userName = "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
	c.repel(t, map[string]repelled{
		"lines in a user name":  {c.user("UserName", lines), 400, "ValidationError", userName},
		"a path in a user name": {c.user("UserName", "../../x"), 400, "ValidationError", userName},
		"lines in a session name": {c.query("sts", "AssumeRole", "RoleArn", "arn:aws:iam::111122223333:role/x", "RoleSessionName", lines), 400, "ValidationError",
			"1 validation error detected: Value '" + lines + "' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"},
		"lines in a client name": {restCall("POST", "/client/register", `{"clientName":"a\r\nX-Injected: b","clientType":"public"}`), 400, "InvalidClientMetadataException", "Invalid client name provided"},
		"lines in a redirect URI": {restCall("POST", "/client/register", fmt.Sprintf(`{"clientName":"a","clientType":"public","grantTypes":["authorization_code"],"issuerUrl":%q,"redirectUris":["http://127.0.0.1/\r\nX-Injected: b"]}`, c.StartURL)),
			400, "InvalidRedirectUriException", "Invalid redirect URI provided"},
		"lines in a target": {c.jsonCall("identitystore", "AWSIdentityStore.X%0d%0aX-Injected: b", "{}"), 400, "UnknownOperationException", "There is no operation X%0d%0aX-Injected: b in identitystore."},
		"a nul in a name": {c.group(fmt.Sprintf(`{"IdentityStoreId":%q,"DisplayName":"a\u0000"}`, c.IdentityStoreID)), 400, "ValidationException",
			"1 validation error detected: Value at 'displayName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r \u00a0]+"},
	})

	// AWS lets line breaks and markup be part of a group's name.
	name := `a\r\nX-Injected: b<script>`
	made, _ := c.send(t, c.group(fmt.Sprintf(`{"IdentityStoreId":%q,"DisplayName":"%s"}`, c.IdentityStoreID, name)).request(t, c))
	if made.status != 200 {
		t.Errorf("a group's name with line breaks is answered %v", made)
	}
	listed, text := c.send(t, c.jsonCall("identitystore", "AWSIdentityStore.ListGroups", fmt.Sprintf(`{"IdentityStoreId":%q}`, c.IdentityStoreID)).request(t, c))
	if listed.status != 200 || !strings.Contains(text, `\nX-Injected: b`) {
		t.Errorf("the group is listed as %s", text)
	}

	n := c.native(t)
	decide(t, c.person(t, "ada"), n.address(map[string]string{"state": "x\nX-Injected: y"}), "Deny")
	if got := <-n.answers; got.Get("state") != "x\nX-Injected: y" || got.Get("error") != "access_denied" {
		t.Errorf("the state comes back as %q", got)
	}
	scripted := ssooidc.RegisterClientInput{ClientName: new(`<script>alert(1)</script>`), ClientType: new("public")}
	client := ssooidc.NewFromConfig(c.config(nil))
	registration, err := client.RegisterClient(t.Context(), &scripted)
	if err != nil {
		return // it may be refused
	}
	begun, _ := registered{client, registration.ClientId, registration.ClientSecret}.begin(t, c.house)
	ada := c.person(t, "ada")
	if err := ada.visit(t.Context(), *begun.VerificationUriComplete); err != nil {
		t.Fatal(err)
	}
	for script := range elements(ada.page, "script") {
		if attribute(script, "src") == "" {
			t.Errorf("a client's name is a script on the consent page")
		}
	}
}
