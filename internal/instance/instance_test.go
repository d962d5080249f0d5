package instance_test

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/mint"
	"foyer/internal/saml"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
)

const account = "111122223333"

func open(t *testing.T) *instance.Service {
	t.Helper()
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return serviceOn(t, db)
}

func serviceOn(t *testing.T, db *sqlstore.DB) *instance.Service {
	t.Helper()
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: bytes.Repeat([]byte{7}, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	see := func(tx *sqlstore.Tx) instance.Tx { return tx }
	return &instance.Service{
		InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Mint: mint.Mint{Source: rand.Reader}, Ring: ring, Random: rand.Reader,
	}
}

func TestThereIsOneInstance(t *testing.T) {
	s := open(t)
	if _, err := s.Instance(t.Context()); fault.Of(err) != fault.NotFound {
		t.Errorf("before: %v, want NotFound", err)
	}
	first, err := s.Enable(t.Context(), instance.Instance{ID: "ssoins-1234567890abcdef", Owner: account, Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	if ok := regexp.MustCompile(`^d-[0-9a-f]{10}$`).MatchString(first.IdentityStore); !ok {
		t.Errorf("identity store %q", first.IdentityStore)
	}
	again, err := s.Enable(t.Context(), instance.Instance{Owner: account, Region: "eu-west-1"})
	if err != nil || again != first {
		t.Errorf("Enable again = %+v, %v; want %+v", again, err, first)
	}
	if got := first.ARN(); got != "arn:aws:sso:::instance/ssoins-1234567890abcdef" {
		t.Errorf("ARN = %s", got)
	}
}

func TestNamesInAccountsNeverChange(t *testing.T) {
	i := instance.Instance{ID: "ssoins-1234567890abcdef", Owner: account, Region: "us-east-1"}
	set := "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef"
	// These very names stand in accounts: a change here loses every role.
	if got, want := i.RoleName("ReadOnly", account, set), "AWSReservedSSO_ReadOnly_60a092f3fa2d0e8b"; got != want {
		t.Errorf("RoleName = %s, want %s", got, want)
	}
	if got, want := i.ProviderName(account), "AWSSSO_f6d84bd71f79c59e_DO_NOT_DELETE"; got != want {
		t.Errorf("ProviderName = %s, want %s", got, want)
	}
	if i.RoleName("ReadOnly", "444455556666", set) == i.RoleName("ReadOnly", account, set) {
		t.Error("two accounts share a suffix")
	}
	if got := (instance.Instance{Region: "eu-west-1"}).RolePath(); got != "/aws-reserved/sso.amazonaws.com/eu-west-1/" {
		t.Errorf("RolePath = %s", got)
	}
}

func TestTheSigningKeyStays(t *testing.T) {
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	one, other := serviceOn(t, db), serviceOn(t, db)
	if _, err := one.Enable(t.Context(), instance.Instance{Owner: account, Region: "us-east-1"}); err != nil {
		t.Fatal(err)
	}
	one.Ahead = instance.MakeKey(rand.Reader)
	first, err := one.Signer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := other.Signer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !second.Certificate.Equal(first.Certificate) || second.EntityID != first.EntityID {
		t.Error("another node signs with another key")
	}
	metadata, err := second.Metadata(second.EntityID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := saml.ParseMetadata([]byte(metadata)); err != nil {
		t.Errorf("metadata: %v", err)
	}
}

func TestIsNamedBy(t *testing.T) {
	i := instance.Instance{ID: "ssoins-1234567890abcdef", IdentityStore: "d-90671a2b3c", Region: "us-east-1"}
	for url, want := range map[string]bool{
		"https://d-90671a2b3c.awsapps.com/start":                            true,
		"https://D-90671a2b3c.awsapps.com/start/":                           true,
		"https://d-90671a2b3c.awsapps.com/start#/":                          true,
		"https://d-90671a2b3c.awsapps.com/start/#/?tab=accounts":            true,
		"http://localhost:8420/start":                                       true,
		"http://localhost:8420":                                             true,
		"https://identitycenter.amazonaws.com/ssoins-1234567890abcdef":      true,
		"https://ssoins-1234567890abcdef.portal.us-east-1.app.aws":          true,
		"https://ssoins-1234567890abcdef.portal.eu-west-1.app.aws/start/":   true,
		"https://ssoins-1234567890abcdef.us-east-1.portal.amazonaws.com":    true,
		"https://ssoins-1234567890abcdef.us-east-1.portal.amazonaws.com/#/": true,
		"http://localhost:8420/start/?tab=accounts#/":                       true,
		"https://ssoins-1234567890abcdef.portal.evil.example.app.aws":       false,
		"https://ssoins-1234567890abcdef.portal..app.aws":                   false,
		"https://ssoins-1234567890abcdef.portal.app.aws":                    false,
		"https://ssoins-1234567890abcdef.portal.amazonaws.com":              false,
		"https://ssoins-1234567890abcdef.evil/x.portal.amazonaws.com":       false,
		"http://ssoins-1234567890abcdef.portal.us-east-1.app.aws":           false,
		"https://d-0000000000.awsapps.com/start":                            false,
		"https://d-90671a2b3c.awsapps.com.example.net/start":                false,
		"http://localhost:8421/start":                                       false,
		"":                                                                  false,
		"https://identitycenter.amazonaws.com/ssoins-0000000000000000":      false,
		"https://identitycenter.amazonaws.com/ssoins-1234567890abcdef/x/..": false,
	} {
		if got := i.IsNamedBy(url, "http://localhost:8420"); got != want {
			t.Errorf("IsNamedBy(%q) = %v", url, got)
		}
	}
}
