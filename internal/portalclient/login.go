package portalclient

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	oidctypes "github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
)

const (
	patience     = 10 * time.Minute // the AWS CLI's
	callbackPath = "/oauth/callback"
	scope        = "sso:account:access"
	deviceGrant  = "urn:ietf:params:oauth:grant-type:device_code"
	slower       = 5 * time.Second // what RFC 8628 adds when it goes too fast
	leastPause   = time.Second
)

// ErrRefused is the failure of a sign-in that the person did not allow.
var ErrRefused = errors.New("the sign-in was refused in the browser")

// Device is what a person needs to sign in a device.
type Device struct {
	Code     string // to be compared with the page's
	URL      string // where it can be typed in
	Complete string // the same page, with the code
}

// LoginByCode signs a person in through a browser of this computer: RFC 8252
// with PKCE, as aws sso login does. Show gets the address that the person has to
// open. It waits for ten minutes.
func (c *Client) LoginByCode(ctx context.Context, show func(url string)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	base, err := origin(c.Session.Endpoint)
	if err != nil {
		return err
	}
	registered, err := c.register(ctx, "authorization_code")
	if err != nil {
		return err
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	verifier, redirect := rand.Text()+rand.Text(), "http://"+listener.Addr().String()+callbackPath // 260 bits
	challenge, call := sha256.Sum256([]byte(verifier)), callback{state: rand.Text(), answers: make(chan answer, 1)}
	server := &http.Server{Handler: &call, ReadHeaderTimeout: shortWait, MaxHeaderBytes: 16 << 10}
	go func() { _ = server.Serve(listener) }() // Close ends it
	defer func() { _ = server.Close() }()
	show(base + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {aws.ToString(registered.ClientId)}, "redirect_uri": {redirect}, "state": {call.state},
		"code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "scopes": {scope},
	}.Encode())
	var got answer
	select {
	case got = <-call.answers:
	case <-ctx.Done():
		return waited(ctx)
	}
	stopping, stop := context.WithTimeout(ctx, shortWait)
	defer stop()
	_ = server.Shutdown(stopping) // lets the browser have its page
	if got.failure != "" {
		return fmt.Errorf("%w (%s)", ErrRefused, got.failure)
	}
	return c.redeem(ctx, registered, &ssooidc.CreateTokenInput{GrantType: new("authorization_code"), Code: &got.code, RedirectUri: &redirect, CodeVerifier: &verifier})
}

// waited is why the wait for a person ended.
func waited(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("nobody signed in within %s", patience)
	}
	return ctx.Err()
}

// LoginByDevice signs a person in by RFC 8628: through a browser anywhere.
func (c *Client) LoginByDevice(ctx context.Context, show func(Device)) error {
	registered, err := c.register(ctx, deviceGrant)
	if err != nil {
		return err
	}
	begun, err := c.oidc().StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: registered.ClientId, ClientSecret: registered.ClientSecret, StartUrl: &c.Session.StartURL,
	})
	if refused, ok := errors.AsType[*oidctypes.UnauthorizedClientException](err); ok { // by an operator's setting
		return fmt.Errorf("%s: %s", refused.ErrorCode(), aws.ToString(refused.Error_description))
	}
	if err != nil {
		return err
	}
	show(Device{aws.ToString(begun.UserCode), aws.ToString(begun.VerificationUri), aws.ToString(begun.VerificationUriComplete)})
	pause := max(time.Duration(begun.Interval)*time.Second, leastPause)
	for {
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		err := c.redeem(ctx, registered, &ssooidc.CreateTokenInput{GrantType: new(deviceGrant), DeviceCode: begun.DeviceCode})
		_, pending := errors.AsType[*oidctypes.AuthorizationPendingException](err)
		_, slow := errors.AsType[*oidctypes.SlowDownException](err)
		_, denied := errors.AsType[*oidctypes.AccessDeniedException](err)
		_, expired := errors.AsType[*oidctypes.ExpiredTokenException](err)
		switch {
		case slow:
			pause += slower
		case denied:
			return ErrRefused
		case expired:
			return errors.New("nobody allowed it before the code expired")
		case !pending:
			return err
		}
	}
}

// register has the server know this client, for one grant and refreshes.
func (c *Client) register(ctx context.Context, grant string) (*ssooidc.RegisterClientOutput, error) {
	in := &ssooidc.RegisterClientInput{
		ClientName: aws.String("foyer-client-" + c.Session.Name), ClientType: aws.String("public"),
		GrantTypes: []string{grant, "refresh_token"}, Scopes: []string{scope},
	}
	if grant == "authorization_code" {
		in.IssuerUrl, in.RedirectUris = &c.Session.StartURL, []string{"http://127.0.0.1" + callbackPath}
	}
	return c.oidc().RegisterClient(ctx, in)
}

// redeem asks for a token, and keeps it.
func (c *Client) redeem(ctx context.Context, registered *ssooidc.RegisterClientOutput, in *ssooidc.CreateTokenInput) error {
	in.ClientId, in.ClientSecret = registered.ClientId, registered.ClientSecret
	out, err := c.oidc().CreateToken(ctx, in)
	if err != nil {
		return err
	}
	kept := cachedToken{
		StartURL: c.Session.StartURL, Region: c.Session.Region, ClientID: aws.ToString(in.ClientId), ClientSecret: aws.ToString(in.ClientSecret),
		RegistrationExpiresAt: &instant{time.Unix(registered.ClientSecretExpiresAt, 0)},
	}
	kept.received(out, c.Now())
	return c.Cache.putToken(c.Session.Name, kept)
}

// callback is the page to which the browser returns. Whoever else on this
// computer finds it does not know the state.
type callback struct {
	state   string
	answers chan answer
}

type answer struct{ code, failure string }

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if r.Method != http.MethodGet || r.URL.Path != callbackPath || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(c.state)) != 1 {
		http.NotFound(w, r)
		return
	}
	got, text := answer{query.Get("code"), plain(query.Get("error"))}, "You are signed in. You can close this window and go back to the command line."
	if got.failure != "" {
		text = "The sign-in was refused. You can close this window."
	} else if got.code == "" {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	fmt.Fprintf(w, "<!doctype html><html lang=en><title>Foyer</title><meta name=color-scheme content='light dark'><p>%s</p></html>\n", text)
	select {
	case c.answers <- got:
	default: // the first answer counts
	}
}

// plain is what of a word of a URL may be shown on a terminal.
func plain(word string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r == '_' {
			return r
		}
		return -1
	}, word[:min(len(word), 64)])
}
