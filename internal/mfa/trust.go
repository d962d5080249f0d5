package mfa

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"foyer/internal/secret"
	"foyer/internal/signin"
)

// TrustLifetime is how long a browser is trusted after its user said so.
const TrustLifetime = 30 * 24 * time.Hour

// Trust is a user's word that a browser is theirs, in one network. Another user
// in it, another network and another browser that has its token are not trusted.
type Trust struct {
	Hash    string // of the token that the browser keeps
	User    string
	Network string
	Browser string // its kind
	Expires time.Time
}

// trusted reports whether a sign-in comes from a context that its user trusts.
func (s *Service) trusted(ctx context.Context, tx Tx, w signin.Workflow) (bool, error) {
	if w.Trust.Empty() || w.User.ID == "" {
		return false, nil
	}
	t, found, err := tx.MFATrust(ctx, w.Trust.Hash(), w.User.ID, Network(w.IP))
	return found && s.Now().Before(t.Expires) && t.Browser == Browser(w.UserAgent), err
}

// trust trusts the context of a sign-in. A browser that is trusted elsewhere, or
// by others, keeps its token.
func (s *Service) trust(ctx context.Context, tx Tx, w signin.Workflow) (secret.Text, time.Time, error) {
	token := w.Trust
	known, err := tx.KnownMFATrust(ctx, token.Hash())
	if err != nil {
		return secret.Text{}, time.Time{}, err
	}
	if !known { // nobody gets a token into a browser that they know
		token = s.Mint.Token("")
	}
	t := Trust{Hash: token.Hash(), User: w.User.ID, Network: Network(w.IP), Browser: Browser(w.UserAgent), Expires: s.Now().UTC().Add(TrustLifetime)}
	return token, t.Expires, tx.PutMFATrust(ctx, t)
}

// Network is the network that an address is in, as far as trust goes: the /24
// of an IPv4 address, the /56 of an IPv6 one, and "" for none.
func Network(ip netip.Addr) string {
	if !ip.IsValid() {
		return ""
	}
	ip = ip.Unmap().WithZone("")
	bits := 24
	if ip.Is6() {
		bits = 56
	}
	return netip.PrefixFrom(ip, bits).Masked().String()
}

// Browser is the kind of browser that a User-Agent header is of, and what it
// runs on, whatever their versions: "Firefox on Linux".
func Browser(userAgent string) string {
	name, system := "Other", "other"
	for _, known := range []struct{ mark, name string }{ // most of them name the ones behind them too
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"HeadlessChrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	} {
		if strings.Contains(userAgent, known.mark) {
			name = known.name
			break
		}
	}
	for _, known := range []struct{ mark, name string }{
		{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iOS"}, {"iPad", "iOS"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	} {
		if strings.Contains(userAgent, known.mark) {
			system = known.name
			break
		}
	}
	return name + " on " + system
}
