package ssooidcapi_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"foyer/internal/awsapi/ssooidcapi"
	"foyer/internal/mint"
	"foyer/internal/oidc"
	"foyer/internal/session"
	"foyer/internal/sqlstore"
	"foyer/internal/wire"
)

// house is the face over the room over an empty store.
type house struct {
	api  *wire.API
	room *oidc.Service
	ann  session.Session
	now  time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{now: time.Unix(1764000000, 0).UTC()}
	clock := func() time.Time { return h.now }
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	minting := mint.Mint{Source: rand.Reader}
	seeSession := func(tx *sqlstore.Tx) session.Tx { return tx }
	sessions := &session.Sessions{
		InTx: sqlstore.Through(db, seeSession), View: sqlstore.Viewed(db, seeSession), Mint: minting, Now: clock,
		MaySignIn: func(context.Context, string) (bool, error) { return true, nil },
	}
	see := func(tx *sqlstore.Tx) oidc.Tx { return tx }
	h.room = &oidc.Service{
		InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Unit: db.Unit, Mint: minting, Now: clock, Sessions: sessions,
		InstanceFor: func(_ context.Context, url string) (string, bool, error) {
			return "ssoins-1", url == "https://sso.example.net/start", nil
		},
	}
	if h.ann, _, err = sessions.Start(t.Context(), session.Person{UserID: "u-1", UserName: "ann", Store: "arn:aws:identitystore::111122223333:identitystore/d-1"}); err != nil {
		t.Fatal(err)
	}
	h.api = (&ssooidcapi.Service{Clients: h.room, Grants: h.room}).API()
	return h
}

// ask sends one request through the codec and answers status, error type and body.
func (h *house) ask(t *testing.T, call *wire.Call, operation, body string) (int, string, map[string]any) {
	t.Helper()
	op := h.api.Operations[operation]
	in, bad := wire.DecodeInput(h.api, op, &wire.Inbound{Body: []byte(body)})
	if bad == nil {
		bad = wire.Validate(h.api, op, in)
	}
	var out any
	if bad == nil {
		answer, err := op.Invoke(t.Context(), call, in)
		if out = answer; err != nil {
			bad = h.api.Fault(err)
		}
	}
	var sent *wire.Outbound
	var err error
	if bad != nil {
		sent = wire.EncodeError(h.api, "id", bad)
	} else if sent, err = wire.EncodeOutput(h.api, op, "id", out); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(sent.Body, &got); err != nil {
		t.Fatalf("%s: %v", sent.Body, err)
	}
	return sent.Status, sent.Header["x-amzn-ErrorType"], got
}

func newCall(api *wire.API) *wire.Call {
	return &wire.Call{API: api, Endpoint: "http://localhost:8420", SourceIP: netip.MustParseAddr("192.0.2.7"), UserAgent: "aws-cli"}
}

// form writes a JSON object of pairs.
func form(t *testing.T, pairs ...any) string {
	t.Helper()
	object := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		object[pairs[i].(string)] = pairs[i+1]
	}
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// allow approves a device authorization as ann.
func (h *house) allow(t *testing.T, userCode string) error {
	t.Helper()
	at := oidc.Visitor{Session: h.ann}
	asked, err := h.room.DeviceRequest(t.Context(), userCode, at)
	if err != nil {
		return err
	}
	_, err = h.room.DecideDevice(t.Context(), oidc.Decision{UserCode: userCode, Form: asked.Form, Allow: true}, at)
	return err
}

func TestDeviceFlowIsOff(t *testing.T) {
	h := newHouse(t)
	call := newCall(h.api)
	_, _, client := h.ask(t, call, "RegisterClient", `{"clientName":"n","clientType":"public"}`)
	h.room.DeviceFlow = oidc.DeviceFlowOff
	start := form(t, "clientId", client["clientId"], "clientSecret", client["clientSecret"], "startUrl", "https://sso.example.net/start")
	status, kind, answer := h.ask(t, call, "StartDeviceAuthorization", start)
	if status != 400 || kind != "UnauthorizedClientException" || answer["error"] != "unauthorized_client" || !strings.Contains(answer["error_description"].(string), "turned off") {
		t.Errorf("answered %d %s %v", status, kind, answer)
	}
	start = form(t, "clientId", client["clientId"], "clientSecret", "x", "startUrl", "https://sso.example.net/start")
	if _, kind, _ := h.ask(t, call, "StartDeviceAuthorization", start); kind != "InvalidClientException" {
		t.Errorf("a stranger is told %s", kind)
	}
}

func TestDeviceFlowOnTheWire(t *testing.T) {
	h := newHouse(t)
	call := newCall(h.api)
	_, _, client := h.ask(t, call, "RegisterClient", `{"clientName":"botocore-client-corp","clientType":"public","scopes":["sso:account:access"]}`)
	if client["clientIdIssuedAt"] != 1764000000.0 || client["clientSecretExpiresAt"] != 1771776000.0 || client["authorizationEndpoint"] != nil {
		t.Errorf("RegisterClient = %v", client)
	}
	_, _, device := h.ask(t, call, "StartDeviceAuthorization", form(t, "clientId", client["clientId"], "clientSecret", client["clientSecret"], "startUrl", "https://sso.example.net/start"))
	user, _ := device["userCode"].(string)
	if device["verificationUri"] != "http://localhost:8420/device" || device["verificationUriComplete"] != "http://localhost:8420/device?user_code="+user ||
		device["expiresIn"] != 600.0 || device["interval"] != 1.0 {
		t.Errorf("StartDeviceAuthorization = %v", device)
	}
	poll := form(t, "clientId", client["clientId"], "clientSecret", client["clientSecret"], "deviceCode", device["deviceCode"], "grantType", "urn:ietf:params:oauth:grant-type:device_code")
	status, kind, answer := h.ask(t, call, "CreateToken", poll)
	if status != 400 || kind != "AuthorizationPendingException" || answer["error"] != "authorization_pending" || answer["error_description"] != "Authorization is still pending" || len(answer) != 2 {
		t.Errorf("pending: %d %s %v", status, kind, answer)
	}
	if err := h.allow(t, user); err != nil {
		t.Fatal(err)
	}
	status, _, answer = h.ask(t, call, "CreateToken", poll)
	if status != 200 || answer["tokenType"] != "Bearer" || answer["expiresIn"] != 3600.0 || answer["refreshToken"] == nil || answer["idToken"] != nil {
		t.Errorf("CreateToken: %d %v", status, answer)
	}
	if p := call.Person; p == nil || p.UserID != "u-1" || p.CredentialID != string(h.ann.ID) || p.IdentityStoreARN != h.ann.Store {
		t.Errorf("person = %+v", p)
	}
}

func TestLegacyTokensHaveNoRefreshToken(t *testing.T) {
	h := newHouse(t)
	call := newCall(h.api)
	_, _, client := h.ask(t, call, "RegisterClient", `{"clientName":"old","clientType":"public"}`)
	_, _, device := h.ask(t, call, "StartDeviceAuthorization", form(t, "clientId", client["clientId"], "clientSecret", client["clientSecret"], "startUrl", "https://sso.example.net/start"))
	if err := h.allow(t, device["userCode"].(string)); err != nil {
		t.Fatal(err)
	}
	_, _, answer := h.ask(t, call, "CreateToken", form(t, "clientId", client["clientId"], "clientSecret", client["clientSecret"],
		"deviceCode", device["deviceCode"], "grantType", "urn:ietf:params:oauth:grant-type:device_code"))
	if _, has := answer["refreshToken"]; has || answer["expiresIn"] != 28800.0 {
		t.Errorf("CreateToken = %v", answer)
	}
}

func TestFailuresOnTheWire(t *testing.T) {
	h := newHouse(t)
	_, _, client := h.ask(t, newCall(h.api), "RegisterClient", `{"clientName":"n","clientType":"public"}`)
	for name, tt := range map[string]struct {
		operation, body string
		status          int
		kind, code      string
	}{
		"malformed JSON":         {"RegisterClient", `{`, 400, "InvalidRequestException", "invalid_request"},
		"a missing member":       {"RegisterClient", `{"clientType":"public"}`, 400, "InvalidRequestException", "invalid_request"},
		"a confidential client":  {"RegisterClient", `{"clientName":"n","clientType":"confidential"}`, 400, "InvalidClientMetadataException", "invalid_client_metadata"},
		"a malformed scope":      {"RegisterClient", `{"clientName":"n","clientType":"public","scopes":["a b"]}`, 400, "InvalidScopeException", "invalid_scope"},
		"an unknown grant":       {"RegisterClient", `{"clientName":"n","clientType":"public","grantTypes":["password"]}`, 400, "UnsupportedGrantTypeException", "unsupported_grant_type"},
		"a foreign redirect URI": {"RegisterClient", `{"clientName":"n","clientType":"public","redirectUris":["https://x.example/"]}`, 400, "InvalidRedirectUriException", "invalid_redirect_uri"},
		"an unknown client":      {"StartDeviceAuthorization", `{"clientId":"x","clientSecret":"x","startUrl":"https://sso.example.net/start"}`, 401, "InvalidClientException", "invalid_client"},
		"an unknown start URL": {"StartDeviceAuthorization", form(t, "clientId", client["clientId"], "clientSecret", client["clientSecret"], "startUrl", "https://x.example"),
			400, "InvalidRequestException", "invalid_request"},
		"an unknown device code": {"CreateToken", form(t, "clientId", client["clientId"], "clientSecret", client["clientSecret"], "deviceCode", "x", "grantType", "urn:ietf:params:oauth:grant-type:device_code"),
			400, "InvalidGrantException", "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			status, kind, answer := h.ask(t, newCall(h.api), tt.operation, tt.body)
			if status != tt.status || kind != tt.kind || answer["error"] != tt.code || answer["error_description"] == "" || answer["message"] != nil {
				t.Errorf("%d %s %v, want %d %s %s", status, kind, answer, tt.status, tt.kind, tt.code)
			}
		})
	}
}

func TestOurOwnFailuresGiveNothingAway(t *testing.T) {
	h := newHouse(t)
	sent := wire.EncodeError(h.api, "id", h.api.Fault(errors.New("disk full at /var")))
	var answer map[string]string
	if err := json.Unmarshal(sent.Body, &answer); err != nil || sent.Status != 500 || answer["error"] != "server_error" || sent.Header["x-amzn-ErrorType"] != "InternalServerException" {
		t.Errorf("%d %v %v", sent.Status, answer, err)
	}
}
