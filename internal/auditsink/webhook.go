package auditsink

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"foyer/internal/audit"
	"foyer/internal/secret"
)

// Webhook posts events to a URL as {"Records": […]}, the form of CloudTrail's
// log files, signed as the Standard Webhooks specification says: webhook-id,
// webhook-timestamp, and webhook-signature, which is v1, and the base64 of
// HMAC-SHA256 over id.timestamp.body. Any answer of 2xx acknowledges.
type Webhook struct {
	URL string
	Key []byte // of the signature
	Now func() time.Time
	// Client sends; nil means one that follows no redirects.
	Client *http.Client
}

// Bounds of a webhook's key, in bytes.
const (
	shortestKey = 16
	longestKey  = 1024
	keyPrefix   = "whsec_" // then the key is base64
)

// Key reads a webhook's key: whsec_ and base64, or any text, of 16 bytes at least.
func Key(text secret.Text) ([]byte, error) {
	key := []byte(text.Reveal())
	if encoded, ok := strings.CutPrefix(text.Reveal(), keyPrefix); ok {
		decoded, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, errors.New("what follows whsec_ is no base64")
		}
		key = decoded
	}
	if len(key) < shortestKey || len(key) > longestKey {
		return nil, fmt.Errorf("want %d to %d bytes", shortestKey, longestKey)
	}
	return key, nil
}

// CheckURL refuses a URL that events must not be sent to: they tell who did
// what, so only HTTPS will do, but for this machine itself.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return errors.New("want https://host/…, without credentials and fragment")
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) {
		return nil
	}
	return errors.New("want https://…")
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// Deliver implements audit.Sink.
func (w *Webhook) Deliver(ctx context.Context, events []audit.Event) error {
	body, err := json.Marshal(struct{ Records []audit.Event }{events})
	if err != nil {
		return fmt.Errorf("%d events: %w", len(events), err)
	}
	sum := sha256.Sum256(body)
	id := "msg_" + hex.EncodeToString(sum[:16]) // the same for a delivery that is repeated
	at := strconv.FormatInt(w.Now().Unix(), 10)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Foyer", "webhook-id": id, "webhook-timestamp": at,
		"webhook-signature": "v1," + Signature(w.Key, id, at, body),
	} {
		r.Header.Set(name, value)
	}
	answer, err := w.client().Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // the connection is used again
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return err
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("the webhook answered %s", answer.Status)
	}
	return nil
}

// Signature is the base64 of HMAC-SHA256 over id.timestamp.body.
func Signature(key []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (w *Webhook) client() *http.Client {
	if w.Client != nil {
		return w.Client
	}
	return &direct
}

// direct follows no redirects: events go where they were told to go, or nowhere.
var direct = http.Client{
	Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: time.Minute, MaxIdleConns: 2,
		DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext, ForceAttemptHTTP2: true,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
