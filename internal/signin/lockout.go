package signin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"time"

	"foyer/internal/secret"
)

// A lock stops guessing without letting a stranger keep others out. Attempts are
// counted three times: for a name from one network, for a network whatever the
// name, and for a name wherever they come from. The last lock, the only one that
// strangers can put on somebody else, is short. And a browser in which somebody
// signed in before is counted by itself: no stranger's guesses lock it. AWS does
// not publish its numbers.
var (
	nameFromNetworkLimit = limit{failures: 10, window: 15 * time.Minute, locked: 15 * time.Minute}
	networkLimit         = limit{failures: 100, window: 15 * time.Minute, locked: 15 * time.Minute}
	nameLimit            = limit{failures: 40, window: 15 * time.Minute, locked: 5 * time.Minute}
	browserLimit         = limit{failures: 10, window: 15 * time.Minute, locked: 15 * time.Minute}
	forgotLimit          = limit{failures: 20, window: 15 * time.Minute, locked: 15 * time.Minute}
	letterLimit          = limit{failures: 5, window: time.Hour, locked: time.Hour}
)

// limit is how many failures within a window lock for a while.
type limit struct {
	failures       int
	window, locked time.Duration
}

// Attempts counts what was tried in vain.
type Attempts struct {
	Failures    int
	Since       time.Time // of the first that is counted
	LockedUntil time.Time // zero when not locked
}

// count adds an attempt at now, and reports whether it may be looked at: not
// while there is a lock. The attempt counts as failed; one that succeeds is
// taken back.
func (a Attempts) count(now time.Time, by limit) (Attempts, bool) {
	if now.Before(a.LockedUntil) {
		return a, false
	}
	if !a.LockedUntil.IsZero() || now.Sub(a.Since) >= by.window {
		a = Attempts{Since: now}
	}
	a.Failures++
	if a.Failures >= by.failures {
		a.LockedUntil = now.Add(by.locked)
	}
	return a, true
}

// takeBack removes one attempt from the count, because it succeeded.
func (a Attempts) takeBack(by limit) Attempts {
	a.Failures = max(a.Failures-1, 0)
	if a.Failures < by.failures {
		a.LockedUntil = time.Time{}
	}
	return a
}

// tally counts an attempt under a name, and reports whether it may be looked at.
func (s *Service) tally(ctx context.Context, tx Tx, name, user string, by limit) (admitted bool, err error) {
	key := tallyKey(name)
	before, err := tx.SigninAttempts(ctx, key)
	if err != nil {
		return false, err
	}
	counted, admitted := before.count(s.Now().UTC(), by)
	return admitted, tx.PutSigninAttempts(ctx, key, user, counted)
}

// count adds an attempt to every count that it belongs to, and reports whether
// it may be looked at.
func (s *Service) count(ctx context.Context, tx Tx, w Workflow) (admitted bool, err error) {
	if browser := s.knownBrowser(w); browser != "" {
		return s.tally(ctx, tx, browser, w.User.ID, browserLimit)
	}
	admitted = true
	for _, c := range w.counts() {
		ok, err := s.tally(ctx, tx, c.name, c.user, c.by)
		if err != nil {
			return false, err
		}
		admitted = admitted && ok
	}
	return admitted, nil
}

// succeeded takes back what a sign-in that ended well has counted. Whoever has
// a password of their own can't wash away what they guess at others: from the
// count of their network only their own attempt goes.
func (s *Service) succeeded(ctx context.Context, tx Tx, w Workflow) error {
	if browser := s.knownBrowser(w); browser != "" {
		return tx.DeleteSigninAttempts(ctx, tallyKey(browser))
	}
	for _, c := range w.counts() {
		key := tallyKey(c.name)
		if c.user != "" {
			if err := tx.DeleteSigninAttempts(ctx, key); err != nil {
				return err
			}
			continue
		}
		before, err := tx.SigninAttempts(ctx, key)
		if err != nil {
			return err
		}
		if err := tx.PutSigninAttempts(ctx, key, "", before.takeBack(c.by)); err != nil {
			return err
		}
	}
	return nil
}

type counted struct {
	name, user string
	by         limit
}

// counts are what an attempt from an unknown browser is counted under.
func (w Workflow) counts() []counted {
	name, network := strings.ToLower(w.UserName), w.network()
	return []counted{
		{"name " + network + " " + name, w.User.ID, nameFromNetworkLimit},
		{"name * " + name, w.User.ID, nameLimit},
		{"network " + network, "", networkLimit},
	}
}

// network is where a request comes from as it is counted: an IPv4 address, or
// the /64 that an IPv6 host can choose its addresses from.
func (s Source) network() string {
	if s.IP.Is6() && !s.IP.Is4In6() {
		if prefix, err := s.IP.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	if !s.IP.IsValid() {
		return netip.IPv4Unspecified().String()
	}
	return s.IP.Unmap().String()
}

func tallyKey(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

// KnownBrowserLifetime is how long a browser is known after a sign-in in it.
const KnownBrowserLifetime = 90 * 24 * time.Hour

const browserPurpose = "known browser"

// KnowBrowser returns what a browser keeps to be known as one in which the
// user of a workflow signed in: it is counted by itself, nothing more.
func (s *Service) KnowBrowser(w Workflow) (secret.Text, error) {
	sealed, err := s.Ring.Seal(browserPurpose, []byte(w.User.ID+" "+s.Now().UTC().Format(time.RFC3339)+" "+s.Mint.UUID()))
	return secret.New(sealed), err
}

// knownBrowser is what attempts from a known browser are counted under; "" when
// the user of w has not signed in there, or too long ago.
func (s *Service) knownBrowser(w Workflow) string {
	plain, err := s.Ring.Open(browserPurpose, w.Browser.Reveal())
	if err != nil {
		return ""
	}
	user, rest, _ := strings.Cut(string(plain), " ")
	at, _, _ := strings.Cut(rest, " ")
	signedIn, err := time.Parse(time.RFC3339, at)
	if err != nil || user == "" || user != w.User.ID || s.Now().Sub(signedIn) >= KnownBrowserLifetime {
		return ""
	}
	return browserPurpose + " " + string(plain)
}
