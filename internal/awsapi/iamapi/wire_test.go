package iamapi_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/awsapi/iamapi"
	"foyer/internal/caller"
	"foyer/internal/iam"
	"foyer/internal/lastaccess"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/wire"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.Stop()
	os.Exit(code)
}

const (
	account = arn.AccountID("111122223333")
	anyone  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}`
	byEC2   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	admin   = "arn:aws:iam::aws:policy/AdministratorAccess"
)

// small are quotas that tests reach.
var small = quota.IAM{
	Users: 3, Groups: 3, Roles: 3, Policies: 3, InstanceProfiles: 3, SAMLProviders: 2, OIDCProviders: 2,
	GroupsPerUser: 2, PoliciesPerUser: 2, PoliciesPerGroup: 2, PoliciesPerRole: 2,
}

// house is the API over a store, called as root of one account.
type house struct {
	*iamapi.Service
	db     *sqlstore.DB
	api    *wire.API
	clock  time.Time
	caller caller.Caller
	kept   map[string]string // what answers were asked to be kept
	met    map[string]bool   // operations and the codes of their failures, "" for a success
}

func (h *house) now() time.Time { return h.clock }

// each opens a house on every kind of store.
func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	h := &house{}
	storetest.Each(t, func() time.Time { return h.now() }, func(t *testing.T, db *sqlstore.DB) {
		*h = house{db: db}
		h.furnish(t)
		test(t, h)
	})
}

func (h *house) furnish(t testing.TB) {
	t.Helper()
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k", Master: bytes.Repeat([]byte{1}, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	h.clock = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	h.met = map[string]bool{}
	h.as(account)
	see := func(tx *sqlstore.Tx) iam.Tx { return tx }
	service := &iam.Service{
		InTx: sqlstore.Through(h.db, see), View: sqlstore.Viewed(h.db, see),
		Mint: mint.Mint{Source: rand.Reader}, Ring: ring, Quotas: small,
	}
	noted := func(tx *sqlstore.Tx) lastaccess.Tx { return tx }
	h.Service = &iamapi.Service{IAM: service, Tokens: paging.Tokens{Ring: ring}, LastAccess: &lastaccess.Reports{
		InTx: sqlstore.Through(h.db, noted), View: sqlstore.Viewed(h.db, noted), Mint: service.Mint, IAM: service,
		Recorder: &lastaccess.Recorder{InTx: sqlstore.Through(h.db, noted), Log: slog.New(slog.DiscardHandler)}, Served: []string{"iam", "sts"},
	}}
	credentials := func(tx *sqlstore.Tx) iam.CredentialTx { return tx }
	h.CredentialReports = &iam.CredentialReports{
		InTx: sqlstore.Through(h.db, credentials), View: sqlstore.Viewed(h.db, credentials),
		Founded: func(context.Context, arn.AccountID) (time.Time, error) { return h.clock.AddDate(-1, 0, 0), nil },
		Flush:   h.LastAccess.Recorder.Flush,
	}
	h.api = h.API()
}

// as lets the root user of an account call, whose id is kept as A.
func (h *house) as(id arn.AccountID) {
	h.kept = map[string]string{"A": string(id), "IAM": "arn:aws:iam::" + string(id)}
	h.caller = caller.Caller{Kind: caller.Root, Account: id, ARN: arn.IAM(id, "root"), ID: string(id)}
}

// call makes one call as the edge does: what it changes stays only when it
// succeeds. It answers the body, or the failure.
func (h *house) call(t testing.TB, operation, form string) (body string, failure *wire.Error) {
	t.Helper()
	op := h.api.Operations[operation]
	if op == nil {
		t.Fatalf("there is no operation %s", operation)
	}
	c := &wire.Call{Caller: h.caller, API: h.api, Operation: op, RequestID: "r", Region: "us-east-1", Time: h.clock}
	in, failure := wire.DecodeInput(h.api, op, &wire.Inbound{Body: []byte("Action=" + operation + "&Version=2010-05-08&" + form)})
	if failure != nil {
		return "", failure
	}
	authorize := h.api.Authorize[operation]
	if authorize == nil {
		return "", wire.NotBuilt(h.api, operation)
	}
	demands, err := authorize(t.Context(), c, in)
	if err != nil {
		return "", h.api.Fault(err)
	}
	if len(demands) == 0 || !strings.HasPrefix(demands[0].Action, "iam:") {
		t.Errorf("%s demands %v", operation, demands)
	}
	if failure := wire.Validate(h.api, op, in); failure != nil {
		return "", failure
	}
	err = h.db.Unit(t.Context(), func(ctx context.Context) error {
		out, err := op.Invoke(ctx, c, in)
		if err != nil {
			failure = h.api.Fault(err)
			return failure
		}
		answer, err := wire.EncodeOutput(h.api, op, "r", out)
		if err == nil {
			body = string(answer.Body)
		}
		return err
	})
	if failure == nil && err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	if failure != nil {
		return string(wire.EncodeError(h.api, "r", failure).Body), failure
	}
	return body, nil
}

// step is one call of a story, and what must come of it.
type step struct {
	call  string                       // Operation Member=value Member=value; a value may name what was kept: $Name
	fails string                       // the error's code, and a space, and its message; "" for success
	shows string                       // what the answer has to match; what its group matched is kept
	keeps string                       // under this name
	lacks string                       // what the answer must not hold
	first func(t *testing.T, h *house) // what happens before; may be all there is
}

// marked is what holds a random text.
var marked = regexp.MustCompile(`<Marker>.*</Marker>`)

// expand puts what was kept in the places of $Name.
func (h *house) expand(text string) string {
	return os.Expand(text, func(name string) string { return h.kept[name] })
}

// tell plays a story.
func (h *house) tell(t *testing.T, story []step) {
	t.Helper()
	for _, s := range story {
		if s.first != nil {
			s.first(t, h)
		}
		if s.call == "" {
			continue
		}
		operation, members, _ := strings.Cut(s.call, " ")
		form := url.Values{}
		for member := range strings.FieldsSeq(members) {
			name, value, _ := strings.Cut(member, "=")
			form.Set(name, h.expand(strings.NewReplacer("_ANYONE_", anyone, "_BYEC2_", byEC2, "~", " ").Replace(value)))
		}
		body, failure := h.call(t, operation, form.Encode())
		if failure == nil {
			h.met[operation+" "] = true
		} else {
			h.met[operation+" "+failure.Code] = true
		}
		switch {
		case failure == nil && s.fails != "":
			t.Errorf("%s succeeds, want %s", s.call, s.fails)
		case failure != nil && failure.Code+" "+failure.Message != h.expand(s.fails):
			t.Errorf("%s\n  fails:  %s %s\n  wanted: %s", s.call, failure.Code, failure.Message, s.fails)
		}
		found := regexp.MustCompile(h.expand(s.shows)).FindStringSubmatch(body)
		if found == nil || s.lacks != "" && strings.Contains(marked.ReplaceAllString(body, ""), s.lacks) {
			t.Errorf("%s answers %s\n  wanted: %s, not %q", s.call, body, s.shows, s.lacks)
		} else if s.keeps != "" {
			h.kept[s.keeps] = found[len(found)-1]
		}
	}
}
