package ssoapi_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/awsapi/ssoapi"
	"foyer/internal/fault"
	"foyer/internal/federation"
	"foyer/internal/mint"
	"foyer/internal/oidc"
	"foyer/internal/paging"
	"foyer/internal/seal"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/sqlstore"
	"foyer/internal/wire"
)

// reach is a portal in which everybody has the role Reader in three accounts.
type reach struct{ accounts []federation.Account }

func (r reach) Accounts(_ context.Context, _ string, page paging.Page) ([]federation.Account, string, error) {
	var left []federation.Account
	for _, a := range r.accounts {
		if a.Name > page.After {
			left = append(left, a)
		}
	}
	cut, next := paging.Cut(left, page.Limit, func(a federation.Account) string { return a.Name })
	return cut, next, nil
}

func (r reach) Roles(_ context.Context, _ string, account arn.AccountID, _ paging.Page) ([]federation.Role, string, error) {
	if account != r.accounts[0].ID {
		return nil, "", fault.Newf(fault.NotFound, "no account %s", account)
	}
	return []federation.Role{{Name: "Reader"}}, "", nil
}

func (r reach) Credentials(_ context.Context, p federation.Person, account arn.AccountID, role string) (federation.Credentials, error) {
	if account != r.accounts[0].ID || role != "Reader" || p.UserName != "ann" {
		return federation.Credentials{}, fault.Newf(fault.Denied, "%s has no %s in %s", p.UserName, role, account)
	}
	return federation.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: secret.New("s"), SessionToken: secret.New("t"), Expires: time.UnixMilli(1764003600123)}, nil
}

// house is the face over real tokens and the portal above.
type house struct {
	api   *wire.API
	token secret.Text
	now   time.Time
}

func newHouse(t *testing.T, scopes ...string) *house {
	t.Helper()
	h := &house{now: time.Unix(1764000000, 0).UTC()}
	clock := func() time.Time { return h.now }
	db, err := sqlstore.OpenMemory(t.Context(), fmt.Sprint(t.Name(), scopes), clock)
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
	room := &oidc.Service{
		InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Unit: db.Unit, Mint: minting, Now: clock, Sessions: sessions,
		InstanceFor: func(context.Context, string) (string, bool, error) { return "ssoins-1", true, nil },
	}
	h.token = grant(t, room, sessions, scopes)
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k", Master: bytes.Repeat([]byte{7}, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	h.api = (&ssoapi.Service{Tokens: room, Pages: paging.Tokens{Ring: ring}, Portal: reach{[]federation.Account{
		{ID: "111122223333", Name: "alpha", Email: "alpha@example.net"}, {ID: "222233334444", Name: "beta"}, {ID: "333344445555", Name: "gamma"},
	}}}).API()
	return h
}

// grant goes through the device flow.
func grant(t *testing.T, room *oidc.Service, sessions *session.Sessions, scopes []string) secret.Text {
	t.Helper()
	ctx := t.Context()
	ann, _, err := sessions.Start(ctx, session.Person{UserID: "u-1", UserName: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	client, key, err := room.RegisterClient(ctx, oidc.Registration{Name: "n", Type: "public", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	codes, err := room.StartDeviceAuthorization(ctx, oidc.DeviceStart{ClientID: client.ID, ClientSecret: key})
	if err != nil {
		t.Fatal(err)
	}
	at := oidc.Visitor{Session: ann}
	asked, err := room.DeviceRequest(ctx, codes.User, at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := room.DecideDevice(ctx, oidc.Decision{UserCode: codes.User, Form: asked.Form, Allow: true}, at); err != nil {
		t.Fatal(err)
	}
	tokens, err := room.CreateToken(ctx, oidc.TokenRequest{ClientID: client.ID, ClientSecret: key, GrantType: string(oidc.DeviceCode), DeviceCode: codes.Device})
	if err != nil {
		t.Fatal(err)
	}
	return tokens.Access
}

// ask sends one request through the codec, in the order of the edge.
func (h *house) ask(t *testing.T, operation string, bearer secret.Text, query url.Values) (*wire.Call, int, map[string]any) {
	t.Helper()
	call := &wire.Call{API: h.api, Bearer: bearer, Time: h.now}
	op := h.api.Operations[operation]
	header := map[string][]string{}
	if !bearer.Empty() {
		header["X-Amz-Sso_bearer_token"] = []string{bearer.Reveal()}
	}
	in, bad := wire.DecodeInput(h.api, op, &wire.Inbound{Query: query, Header: header})
	if bad == nil {
		if _, err := h.api.Authorize[operation](t.Context(), call, in); err != nil {
			bad = h.api.Fault(err)
		}
	}
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
	if bad != nil {
		sent = wire.EncodeError(h.api, "id", bad)
		if sent.Header["x-amzn-ErrorType"] == "" {
			t.Errorf("%s failed without x-amzn-ErrorType", operation)
		}
	} else {
		var err error
		if sent, err = wire.EncodeOutput(h.api, op, "id", out); err != nil {
			t.Fatal(err)
		}
	}
	var got map[string]any
	if len(sent.Body) > 0 {
		if err := json.Unmarshal(sent.Body, &got); err != nil {
			t.Fatalf("%s: %v", sent.Body, err)
		}
	}
	return call, sent.Status, got
}

func TestListAccountsInPages(t *testing.T) {
	h := newHouse(t, oidc.AccountAccess)
	var names []any
	query := url.Values{"max_result": {"1"}}
	for {
		call, status, got := h.ask(t, "ListAccounts", h.token, query)
		if status != 200 || call.Person == nil || call.Person.UserName != "ann" {
			t.Fatalf("%d %v, person %+v", status, got, call.Person)
		}
		for _, a := range got["accountList"].([]any) {
			names = append(names, a.(map[string]any)["accountName"])
		}
		next, more := got["nextToken"].(string)
		if !more {
			break
		}
		query.Set("next_token", next)
	}
	if fmt.Sprint(names) != "[alpha beta gamma]" {
		t.Errorf("accounts = %v", names)
	}
}

func TestRolesAndCredentials(t *testing.T) {
	for name, scopes := range map[string][]string{"scoped": {oidc.AccountAccess}, "legacy": nil} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, scopes...)
			_, status, got := h.ask(t, "ListAccountRoles", h.token, url.Values{"account_id": {"111122223333"}})
			if want := "map[roleList:[map[accountId:111122223333 roleName:Reader]]]"; status != 200 || fmt.Sprint(got) != want {
				t.Errorf("ListAccountRoles: %d %v, want %s", status, got, want)
			}
			_, status, got = h.ask(t, "GetRoleCredentials", h.token, url.Values{"account_id": {"111122223333"}, "role_name": {"Reader"}})
			c, _ := got["roleCredentials"].(map[string]any)
			if status != 200 || c["accessKeyId"] != "ASIAEXAMPLE" || c["secretAccessKey"] != "s" || c["sessionToken"] != "t" || c["expiration"] != 1764003600123.0 {
				t.Errorf("GetRoleCredentials: %d %v", status, got)
			}
		})
	}
}

func TestPortalRefusals(t *testing.T) {
	h := newHouse(t, oidc.AccountAccess)
	other := newHouse(t, "codewhisperer:completions")
	reader := url.Values{"account_id": {"111122223333"}, "role_name": {"Reader"}}
	for name, tt := range map[string]struct {
		house     *house
		operation string
		bearer    secret.Text
		query     url.Values
		status    int
		kind      string
		message   string
	}{
		"no token":                  {h, "ListAccounts", secret.Text{}, nil, 401, "UnauthorizedException", "Session token not found or invalid"},
		"an unknown token":          {h, "ListAccounts", secret.New("aoaX"), nil, 401, "UnauthorizedException", "Session token not found or invalid"},
		"a token without the scope": {other, "GetRoleCredentials", other.token, reader, 403, "ForbiddenException", "No access"},
		"a role not assigned":       {h, "GetRoleCredentials", h.token, url.Values{"account_id": {"111122223333"}, "role_name": {"Admin"}}, 403, "ForbiddenException", "No access"},
		"an unknown account":        {h, "ListAccountRoles", h.token, url.Values{"account_id": {"999999999999"}}, 403, "ForbiddenException", "No access"},
		"a malformed account id":    {h, "ListAccountRoles", h.token, url.Values{"account_id": {"12"}}, 400, "InvalidRequestException", "Invalid account id provided"},
		"no account id":             {h, "ListAccountRoles", h.token, nil, 400, "InvalidRequestException", ""},
		"too many results":          {h, "ListAccounts", h.token, url.Values{"max_result": {"101"}}, 400, "InvalidRequestException", ""},
		"no results":                {h, "ListAccounts", h.token, url.Values{"max_result": {"0"}}, 400, "InvalidRequestException", ""},
		"a forged page token":       {h, "ListAccounts", h.token, url.Values{"next_token": {"x"}}, 400, "InvalidRequestException", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, status, got := tt.house.ask(t, tt.operation, tt.bearer, tt.query)
			if status != tt.status || got["__type"] != "com.amazonaws.switchboard.portal#"+tt.kind || tt.message != "" && got["message"] != tt.message {
				t.Errorf("%d %v, want %d %s %s", status, got, tt.status, tt.kind, tt.message)
			}
		})
	}
}

func TestLogoutTwiceIsUnauthorized(t *testing.T) {
	h := newHouse(t, oidc.AccountAccess)
	if call, status, got := h.ask(t, "Logout", h.token, nil); status != 200 || got != nil || call.Person == nil {
		t.Fatalf("Logout: %d %v", status, got)
	}
	for _, operation := range []string{"Logout", "ListAccounts"} {
		if _, status, _ := h.ask(t, operation, h.token, nil); status != 401 {
			t.Errorf("%s after Logout: %d", operation, status)
		}
	}
}

func TestAnExpiredTokenIsUnauthorized(t *testing.T) {
	h := newHouse(t, oidc.AccountAccess)
	h.now = h.now.Add(time.Hour)
	if _, status, _ := h.ask(t, "ListAccounts", h.token, nil); status != 401 {
		t.Errorf("status = %d", status)
	}
}

func TestOurOwnFailuresGiveNothingAway(t *testing.T) {
	h := newHouse(t)
	if e := h.api.Fault(errors.New("disk full at /var")); e.Status != 500 || e.Message != "Internal error" {
		t.Errorf("fault = %+v", e)
	}
}
