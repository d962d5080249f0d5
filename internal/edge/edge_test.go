package edge_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"foyer/internal/arn"
	"foyer/internal/audit"
	"foyer/internal/awsapi/identitystoreapi"
	"foyer/internal/caller"
	"foyer/internal/directory"
	"foyer/internal/edge"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/seal"
	"foyer/internal/secret"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/wire"
)

const owner = arn.AccountID("111122223333")

const (
	store   = "d-90671a2b3c"
	keyID   = "any/key:id" // there is no rule on how a key id must look
	secret1 = "the secret"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// whoAPI is a Query service with one operation that answers nothing.
func whoAPI() *wire.API {
	return &wire.API{
		Name: "sts", ServiceID: "STS", SigningName: "sts", EndpointPrefix: "sts", EventSource: "sts.amazonaws.com", Protocol: wire.Query,
		Version: "2011-06-15", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		Operations: map[string]*wire.Operation{
			"WhoAmI": {
				Name: "WhoAmI", Method: "POST", Path: "/", ResponseCode: 200, ReadOnly: true, Input: &wire.EmptyShape, Output: &wire.EmptyShape,
				New: func() any { return new(wire.Empty) }, Invoke: func(context.Context, *wire.Call, any) (any, error) { return &wire.Empty{}, nil },
			},
			"Panic": {
				Name: "Panic", Method: "POST", Path: "/", ResponseCode: 200, ReadOnly: true, Input: &wire.EmptyShape, Output: &wire.EmptyShape,
				New: func() any { return new(wire.Empty) }, Invoke: func(context.Context, *wire.Call, any) (any, error) { panic("oh") },
			},
			"Later": {Name: "Later", Method: "POST", Path: "/", Input: &wire.EmptyShape, Output: &wire.EmptyShape, New: func() any { return new(wire.Empty) }},
		},
		Authorize: map[string]wire.Authorization{"WhoAmI": wire.Free, "Panic": wire.Free},
		Fault:     func(err error) *wire.Error { return &wire.Error{Code: "InternalFailure", Status: 500, Err: err} },
	}
}

// portalAPI is a REST service with one operation for bearers.
func portalAPI() *wire.API {
	return &wire.API{
		Name: "sso", ServiceID: "SSO", SigningName: "awsssoportal", EndpointPrefix: "portal.sso", EventSource: "sso.amazonaws.com", Protocol: wire.RESTJSON,
		Operations: map[string]*wire.Operation{"ListAccounts": {
			Name: "ListAccounts", Method: "GET", Path: "/assignment/accounts", ResponseCode: 200, ReadOnly: true, Anonymous: true,
			Input: &wire.EmptyShape, Output: &wire.EmptyShape, New: func() any { return new(wire.Empty) },
			Invoke: func(_ context.Context, call *wire.Call, _ any) (any, error) {
				if call.Bearer.Reveal() != "aoa1" {
					return nil, &wire.Error{Code: "UnauthorizedException", Message: "Session token not found or invalid", Status: 401}
				}
				return &wire.Empty{}, nil
			},
		}},
		Authorize: map[string]wire.Authorization{"ListAccounts": wire.Free},
		Fault: func(err error) *wire.Error {
			e, _ := errors.AsType[*wire.Error](err)
			return e
		},
	}
}

// reason is why the house denies.
type reason struct{}

func (reason) Error() string                { return "because" }
func (reason) AuthorizationMessage() string { return "k=sealed" }

type house struct {
	*httptest.Server
	log     *audit.Log
	clock   time.Time
	allowed bool
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{clock: now, allowed: true}
	clock := func() time.Time { return h.clock }
	db := storetest.Memory(t, clock)
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k", Master: bytes.Repeat([]byte{1}, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	m := mint.Mint{Source: rand.Reader}
	recorder := &audit.Recorder{InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) audit.Tx { return tx }), Mint: m, Log: slog.New(slog.DiscardHandler)}
	h.log = &audit.Log{View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) audit.Reader { return tx }), Now: clock, Flush: recorder.Flush}
	people := &identitystoreapi.Service{
		Directory: &directory.Directory{
			InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) directory.Tx { return tx }), View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) directory.Reader { return tx }),
			Mint: m, Now: clock, StoreID: func(context.Context) (string, error) { return store, nil },
			Gone: func(context.Context, directory.Resource, string) error { return nil },
		},
		Tokens: paging.Tokens{Ring: ring}, Stores: func(_ context.Context, id string) (instance.Instance, bool, error) {
			return instance.Instance{IdentityStore: store, Owner: owner, Region: "us-east-1"}, id == store, nil
		},
	}
	server := &edge.Server{
		APIs: []*wire.API{whoAPI(), portalAPI(), people.API()},
		Identify: func(_ context.Context, id string, _ secret.Text, _ time.Time) (caller.Caller, secret.Text, error) {
			if id != keyID {
				return caller.Caller{}, secret.Text{}, fault.Newf(fault.Unauthenticated, "unknown key")
			}
			return caller.Caller{Kind: caller.Root, Account: owner, ARN: "arn:aws:iam::111122223333:root", ID: string(owner), AccessKeyID: id}, secret.New(secret1), nil
		},
		Authorize: func(_ context.Context, call *wire.Call, demands []wire.Demand) error {
			if !h.allowed {
				return &fault.Error{Kind: fault.Denied, Message: "User: " + call.Caller.ARN + " is not authorized to perform: " + demands[0].Action, Err: reason{}}
			}
			return nil
		},
		Unit: db.Unit, Ready: func(context.Context) error { return nil }, Recorder: recorder,
		Pages: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "a page"+r.PostFormValue("addition"))
		}),
		Mint: m, Now: clock, Log: slog.New(slog.DiscardHandler), Region: "us-east-1", Account: string(owner), Timeout: time.Minute,
	}
	h.Server = httptest.NewServer(server.Handler())
	t.Cleanup(h.Close)
	return h
}

// call describes a request; zero members have the usual value.
type call struct {
	method, path, host, body string
	header                   map[string]string
	unsigned                 bool
	service, key, secret     string
	region                   string
	at                       time.Time
	change                   func(*http.Request)
}

func (h *house) do(t testing.TB, c call) (status int, header http.Header, body string) {
	t.Helper()
	method := c.method
	if method == "" {
		method = "POST"
	}
	r, err := http.NewRequestWithContext(t.Context(), method, h.URL+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	if c.host != "" {
		r.Host = c.host
	}
	for name, value := range c.header {
		r.Header[name] = []string{value}
	}
	if !c.unsigned {
		sum := sha256.Sum256([]byte(c.body))
		at := c.at
		if at.IsZero() {
			at = now
		}
		credentials := aws.Credentials{AccessKeyID: orElse(c.key, keyID), SecretAccessKey: orElse(c.secret, secret1)}
		if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), orElse(c.service, "sts"), orElse(c.region, "eu-west-1"), at); err != nil {
			t.Fatal(err)
		}
	}
	if c.change != nil {
		c.change(r)
	}
	answer, err := h.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

func orElse(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

var (
	form     = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	json     = map[string]string{"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSIdentityStore.CreateUser"}
	listing  = map[string]string{"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSIdentityStore.ListUsers"}
	newUser  = `{"IdentityStoreId":"d-90671a2b3c","UserName":"ann","DisplayName":"Ann","Name":{"GivenName":"Ann","FamilyName":"Lee"}}`
	whoAmI   = "Action=WhoAmI&Version=2011-06-15"
	identity = "identitystore"
)

func TestAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		c      call
		denied bool
		status int
		want   string // in the body
		header string // x-amzn-ErrorType
	}{
		"a signed Query call":                  {c: call{body: whoAmI, header: form}, status: 200, want: "<WhoAmIResponse xmlns="},
		"a signed JSON call":                   {c: call{body: newUser, header: json, service: identity}, status: 200, want: `"UserId":"90671a2b3c-`},
		"a Query call by host name":            {c: call{body: whoAmI, header: form, host: "sts.eu-west-1.amazonaws.com"}, status: 200, want: "WhoAmIResponse"},
		"a Query call by a global host name":   {c: call{body: whoAmI, header: form, host: "sts.amazonaws.com", region: "us-east-1"}, status: 200, want: "WhoAmIResponse"},
		"a host of another partition":          {c: call{body: whoAmI, header: form, host: "sts.us-gov.amazonaws.com", region: "us-gov-west-1"}, status: 200, want: "WhoAmIResponse"},
		"another Region than the host's":       {c: call{body: whoAmI, header: form, host: "sts-fips.us-east-1.amazonaws.com:443"}, status: 403, want: "<Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region.</Message>"},
		"another Region than a global host's":  {c: call{body: whoAmI, header: form, host: "sts.global.api.aws"}, status: 403, want: "<Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region.</Message>"},
		"JSON: another Region than the host's": {c: call{body: newUser, header: json, service: identity, host: "identitystore.us-east-1.amazonaws.com"}, status: 400, want: "Credential should be scoped to a valid region.", header: "InvalidSignatureException"},
		"a GET with its parameters in the URL": {c: call{method: "GET", path: "/?" + whoAmI}, status: 200, want: "WhoAmIResponse"},
		"a page":                               {c: call{method: "GET", path: "/start", unsigned: true}, status: 200, want: "a page"},
		"a browser's form":                     {c: call{path: "/signin", body: "a=b", header: map[string]string{"Content-Type": form["Content-Type"], "Accept": "text/html,*/*"}, unsigned: true}, status: 200, want: "a page"},
		"the authorize page on an AWS host":    {c: call{method: "GET", path: "/authorize?client_id=x", host: "portal.sso.us-east-1.amazonaws.com", unsigned: true}, status: 200, want: "a page"},
		"alive":                                {c: call{method: "GET", path: "/healthz", unsigned: true}, status: 200, want: "ok"},
		"ready":                                {c: call{method: "GET", path: "/readyz", unsigned: true}, status: 200, want: "ready"},
		"a bearer, as SDKs send it":            {c: call{method: "GET", path: "/assignment/accounts", header: map[string]string{"x-amz-sso_bearer_token": "aoa1"}, unsigned: true}, status: 200},
		"a bearer, as proxies let it through":  {c: call{method: "GET", path: "/assignment/accounts", header: map[string]string{"X-Amz-Sso-Bearer-Token": "aoa1"}, unsigned: true}, status: 200},
		"a bearer, as browsers send it":        {c: call{method: "GET", path: "/assignment/accounts", header: map[string]string{"Authorization": "Bearer aoa1"}, unsigned: true}, status: 200},
		"no bearer":                            {c: call{method: "GET", path: "/assignment/accounts", unsigned: true}, status: 401, want: "switchboard.portal#UnauthorizedException", header: "UnauthorizedException"},
		"the wrong method":                     {c: call{method: "POST", path: "/assignment/accounts", unsigned: true}, status: 405, header: "MethodNotAllowedException"},
		"Query: no signature":                  {c: call{body: whoAmI, header: form, unsigned: true}, status: 403, want: "<Code>MissingAuthenticationToken</Code>"},
		"JSON: no signature":                   {c: call{body: newUser, header: json, unsigned: true}, status: 400, header: "MissingAuthenticationTokenException"},
		"Query: an unknown key":                {c: call{body: whoAmI, header: form, key: "AKIANOBODY"}, status: 403, want: "<Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message>"},
		"JSON: an unknown key":                 {c: call{body: newUser, header: json, service: identity, key: "AKIANOBODY"}, status: 400, header: "UnrecognizedClientException"},
		"Query: a wrong secret":                {c: call{body: whoAmI, header: form, secret: "guess"}, status: 403, want: "<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided."},
		"JSON: a wrong secret":                 {c: call{body: newUser, header: json, service: identity, secret: "guess"}, status: 400, header: "InvalidSignatureException"},
		"a clock six minutes late":             {c: call{body: whoAmI, header: form, at: now.Add(-6 * time.Minute)}, status: 403, want: "Signature expired: 20261123T115400Z is now earlier than 20261123T115500Z (20261123T120000Z - 5 min.)"},
		"a clock six minutes early":            {c: call{body: whoAmI, header: form, at: now.Add(6 * time.Minute)}, status: 403, want: "Signature not yet current"},
		"a body changed after signing":         {c: call{body: whoAmI, header: form, change: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(whoAmI + "x")); r.ContentLength++ }}, status: 403, want: "SignatureDoesNotMatch"},
		"a signature for another service":      {c: call{body: newUser, header: json, service: "iam"}, status: 400, want: "Credential should be scoped to correct service: 'identitystore'.", header: "InvalidSignatureException"},
		"a body too large":                     {c: call{body: strings.Repeat("a", 1<<20+1), header: json, service: identity}, status: 413, header: "RequestEntityTooLargeException"},
		"malformed JSON":                       {c: call{body: `{"IdentityStoreId":`, header: json, service: identity}, status: 400, header: "SerializationException"},
		"a malformed form":                     {c: call{body: whoAmI + "&x=%zz", header: form}, status: 400, want: "<Code>MalformedInput</Code>"},
		"a rule of the contract broken":        {c: call{body: `{"IdentityStoreId":"nonsense"}`, header: json, service: identity}, status: 400, want: "1 validation error detected: Value 'nonsense' at 'identityStoreId' failed", header: "ValidationException"},
		"a rule of the room broken":            {c: call{body: `{"IdentityStoreId":"d-90671a2b3c"}`, header: json, service: identity}, status: 400, want: "The attribute userName is required.", header: "ValidationException"},
		"a store that is not ours":             {c: call{body: `{"IdentityStoreId":"d-0000000000"}`, header: listing, service: identity}, status: 400, want: `"ResourceType":"IDENTITY_STORE"`, header: "ResourceNotFoundException"},
		"Query: an unknown action":             {c: call{body: "Action=Dance&Version=2011-06-15", header: form}, status: 400, want: "<Code>InvalidAction</Code><Message>Could not find operation Dance for version 2011-06-15"},
		"JSON: an unknown target":              {c: call{body: "{}", header: map[string]string{"X-Amz-Target": "AWSIdentityStore.Dance"}, service: identity}, status: 400, header: "UnknownOperationException"},
		"a service that nobody serves":         {c: call{body: "{}", header: map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables"}, service: "dynamodb"}, status: 404, header: "UnknownOperationException"},
		"an operation that is not built":       {c: call{body: "Action=Later&Version=2011-06-15", header: form}, status: 501, want: "<Code>NotImplemented</Code><Message>Foyer does not implement the operation Later of STS."},
		"a panic":                              {c: call{body: "Action=Panic&Version=2011-06-15", header: form}, status: 500, want: "<Code>InternalFailure</Code>"},
		"no permission":                        {c: call{body: newUser, header: json, service: identity}, denied: true, status: 400, want: "is not authorized to perform: identitystore:CreateUser", header: "AccessDeniedException"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.allowed = !tt.denied
			status, header, body := h.do(t, tt.c)
			if status != tt.status || !strings.Contains(body, tt.want) || header.Get("x-amzn-ErrorType") != tt.header {
				t.Errorf("%d %q %s\nwant %d %q …%s…", status, header.Get("x-amzn-ErrorType"), body, tt.status, tt.header, tt.want)
			}
			if strings.Contains(body, secret1) {
				t.Error("the answer shows the secret")
			}
		})
	}
}

// Whatever is refused leaves the directory as it was, and leaves its event.
func TestARefusalChangesNothingAndIsRecorded(t *testing.T) {
	h := open(t)
	h.do(t, call{body: newUser, header: json, service: identity, secret: "guess"})
	h.allowed = false
	if _, answered, _ := h.do(t, call{body: newUser, header: json, service: identity}); answered.Get("X-Foyer-Authorization-Message") != "k=sealed" {
		t.Errorf("the denial's header is %v", answered)
	}
	h.allowed = true
	if _, _, body := h.do(t, call{body: `{"IdentityStoreId":"d-90671a2b3c"}`, header: listing, service: identity}); body != `{"Users":[]}` {
		t.Errorf("after two refusals the store holds %s", body)
	}
	if status, _, body := h.do(t, call{body: newUser, header: json, service: identity}); status != 200 {
		t.Fatal(body)
	}
	events, _, err := h.log.Lookup(t.Context(), audit.Query{Account: owner, Attribute: audit.ByEventName, Value: "CreateUser", Page: paging.Page{Limit: 10}})
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	for _, e := range events {
		codes[e.ErrorCode]++
	}
	if len(events) != 3 || codes["InvalidSignatureException"] != 1 || codes["AccessDeniedException"] != 1 || codes[""] != 1 {
		t.Errorf("%d events with the codes %v; want one each of two refusals and a success", len(events), codes)
	}
	for _, e := range events {
		if e.ErrorCode != "" {
			continue
		}
		if !strings.Contains(string(e.ResponseElements), "userId") || strings.Contains(string(e.RequestParameters), "ann") || !strings.Contains(string(e.RequestParameters), "HIDDEN_DUE_TO_SECURITY_REASONS") {
			t.Errorf("request %s, response %s; want the answer, and what the contract calls sensitive hidden", e.RequestParameters, e.ResponseElements)
		}
	}
}

// Programs that fill in pages do not all say that they accept them.
func TestAFormThatIsNoCallReachesItsPageWhole(t *testing.T) {
	h := open(t)
	form := url.Values{"addition": {" about it"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/signin", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := h.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || string(text) != "a page about it" {
		t.Errorf("answer = %q, %v", text, err)
	}
}

func TestAPresignedRequestRunsOut(t *testing.T) {
	h := open(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/?"+whoAmI+"&X-Amz-Expires=900", nil)
	if err != nil {
		t.Fatal(err)
	}
	target, _, err := v4.NewSigner().PresignHTTP(t.Context(), aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret1}, r,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "sts", "us-east-1", now)
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]int{14 * time.Minute: 200, 16 * time.Minute: 403} {
		h.clock = now.Add(after)
		answer, err := h.Client().Get(target)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("after %s: %d, want %d", after, answer.StatusCode, want)
		}
	}
}

func TestMetricsCountCalls(t *testing.T) {
	h := open(t)
	h.do(t, call{body: whoAmI, header: form})
	_, _, body := h.do(t, call{method: "GET", path: "/metrics", unsigned: true})
	if want := `foyer_call_duration_seconds_count{operation="WhoAmI",outcome="success",service="sts"} 1`; !strings.Contains(body, want) {
		t.Errorf("metrics lack %s", want)
	}
}
