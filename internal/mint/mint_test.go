package mint_test

import (
	"crypto/rand"
	"regexp"
	"testing"
	"time"

	"foyer/internal/mint"
)

func TestForms(t *testing.T) {
	m := mint.Mint{Source: rand.Reader}
	for name, tt := range map[string]struct{ got, form string }{
		"a UUID":       {m.UUID(), `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		"a unique id":  {m.UniqueID("AROA"), `^AROA[A-Z2-7]{17}$`},
		"a key id":     {m.KeyID("ASIA"), `^ASIA[A-Z2-7]{16}$`},
		"an account":   {m.From("", mint.Digits, 12), `^[0-9]{12}$`},
		"a token":      {m.Token("aoa").Reveal(), `^aoa[A-Za-z0-9_-]{43}$`},
		"a secret key": {m.SecretKey().Reveal(), `^[A-Za-z0-9+/]{40}$`},
	} {
		t.Run(name, func(t *testing.T) {
			if !regexp.MustCompile(tt.form).MatchString(tt.got) {
				t.Errorf("%q does not match %s", tt.got, tt.form)
			}
		})
	}
	if first, second := m.UUID(), m.UUID(); first == second {
		t.Error("two UUIDs are equal")
	}
}

func TestTimeUUIDsSortAsTheirTimes(t *testing.T) {
	m := mint.Mint{Source: rand.Reader}
	at := time.Date(2026, 11, 23, 12, 0, 0, 999_000_000, time.UTC)
	early, late, later := m.TimeUUID(at), m.TimeUUID(at.Add(time.Microsecond)), m.TimeUUID(at.Add(time.Minute))
	if early >= late || late >= later {
		t.Errorf("%s, %s, %s do not sort", early, late, later)
	}
	if first := mint.FirstTimeUUID(at); first > early || first > later || mint.FirstTimeUUID(at.Add(time.Second)) < early {
		t.Errorf("FirstTimeUUID %s bounds %s wrongly", first, early)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(early) {
		t.Errorf("%s is no version 7 UUID", early)
	}
}

func TestATokenIsNoOption(t *testing.T) {
	m := mint.Mint{Source: rand.Reader}
	for range 1000 {
		if token := m.Token("").Reveal(); token[0] == '-' || len(token) != 43 {
			t.Fatalf("token %q", token)
		}
	}
}
