package oidc_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/oidc"
	"foyer/internal/secret"
)

// TestAttackConsentBypass: a device authorization is decided by the form of its
// own question, in the session that it was put to, once and in time.
func TestAttackConsentBypass(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	codes, other := h.start(t, c), h.start(t, c)
	ask := func(userCode string, by oidc.Visitor) secret.Text {
		asked, err := h.DeviceRequest(t.Context(), userCode, by)
		if err != nil {
			t.Fatal(err)
		}
		return asked.Form
	}
	eve := h.at()
	eve.Session = h.signIn(t)
	for name, form := range map[string]secret.Text{
		"none":                {},
		"guessed":             secret.New(strings.Repeat("A", 43)),
		"of another question": ask(other.User, h.at()),
		"of another session":  ask(codes.User, eve),
	} {
		if _, err := h.DecideDevice(t.Context(), oidc.Decision{UserCode: codes.User, Form: form, Allow: true}, h.at()); fault.Of(err) != fault.Invalid {
			t.Errorf("a form that is %s decides: %v", name, err)
		}
		if name == "of another question" {
			continue // which it denies
		}
		if _, err := h.DecideDevice(t.Context(), oidc.Decision{UserCode: codes.User, Form: form}, h.at()); fault.Of(err) != fault.Invalid {
			t.Errorf("a form that is %s denies: %v", name, err)
		}
	}
	_, err := h.poll(t, c, codes)
	want(t, err, oidc.AuthorizationPending)
	form := ask(codes.User, h.at())
	if _, err := h.DecideDevice(t.Context(), oidc.Decision{UserCode: codes.User, Form: form, Allow: true}, h.at()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.poll(t, c, codes); err != nil {
		t.Error(err)
	}
}

// TestAttackAuthorizeFormReplay: a form answers the authorization request that
// was shown, and no other, once.
func TestAttackAuthorizeFormReplay(t *testing.T) {
	h := newHouse(t)
	c := codeClient(t, h)
	r := authorization(c)
	asked, err := h.Ask(t.Context(), r, h.at())
	if err != nil || asked.Client.ID != c.ID {
		t.Fatal(asked, err)
	}
	for name, change := range map[string]func(*oidc.AuthorizeRequest){
		"another port":      func(r *oidc.AuthorizeRequest) { r.RedirectURI = "http://127.0.0.1:1/oauth/callback" },
		"another state":     func(r *oidc.AuthorizeRequest) { r.State = "x" },
		"another challenge": func(r *oidc.AuthorizeRequest) { r.Challenge = strings.Repeat("x", 43) },
		"another client":    func(r *oidc.AuthorizeRequest) { r.ClientID = codeClient(t, h).ID },
		"other scopes":      func(r *oidc.AuthorizeRequest) { r.Scopes = "more" },
	} {
		changed := r
		change(&changed)
		if got, err := h.Decide(t.Context(), changed, asked.Form, true, h.at()); fault.Of(err) != fault.Invalid || got.Redirect != "" {
			t.Errorf("%s: answered %+v, %v", name, got, err)
		}
	}
	eve := h.at()
	eve.Session = h.signIn(t)
	if _, err := h.Decide(t.Context(), r, asked.Form, true, eve); fault.Of(err) != fault.Invalid {
		t.Errorf("another session answers: %v", err)
	}
	late, err := h.Ask(t.Context(), r, h.at())
	if err != nil {
		t.Fatal(err)
	}
	denied, err := h.Decide(t.Context(), r, asked.Form, false, h.at())
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(denied.Redirect)
	if err != nil || to.Query().Get("error") != "access_denied" || to.Query().Get("state") != "s t&" || to.Query().Has("code") {
		t.Errorf("denied, the browser goes to %s, %v", denied.Redirect, err)
	}
	if _, err := h.Decide(t.Context(), r, asked.Form, true, h.at()); fault.Of(err) != fault.Invalid {
		t.Errorf("denied, the same form allows: %v", err)
	}
	h.now = h.now.Add(oidc.ConsentLifetime)
	if _, err := h.Decide(t.Context(), r, late.Form, true, h.at()); fault.Of(err) != fault.Invalid {
		t.Errorf("a form that is too old allows: %v", err)
	}
}

// TestDenyingNeedsNoCode: whoever has no device that shows the code can say so.
func TestDenyingNeedsNoCode(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	codes := h.start(t, c)
	asked, err := h.DeviceRequest(t.Context(), codes.User, h.at())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.DecideDevice(t.Context(), oidc.Decision{Form: asked.Form, Allow: true}, h.at()); fault.Of(err) != fault.NotFound {
		t.Errorf("allowed without the code: %v", err)
	}
	if _, err := h.DecideDevice(t.Context(), oidc.Decision{Form: asked.Form}, h.at()); err != nil {
		t.Error(err)
	}
	_, err = h.poll(t, c, codes)
	want(t, err, oidc.AccessDenied)
	if _, err := h.DecideDevice(t.Context(), oidc.Decision{Form: asked.Form}, h.at()); fault.Of(err) != fault.Invalid {
		t.Errorf("denied twice: %v", err)
	}
}

func TestDeviceFlowOff(t *testing.T) {
	h := newHouse(t)
	c := deviceClient(t, h)
	codes := h.start(t, c)
	if err := h.decide(t, codes.User, true); err != nil {
		t.Fatal(err)
	}
	waiting := h.start(t, c)
	h.DeviceFlow = oidc.DeviceFlowOff
	_, err := h.StartDeviceAuthorization(t.Context(), oidc.DeviceStart{ClientID: c.ID, ClientSecret: c.secret, StartURL: startURL})
	want(t, err, oidc.UnauthorizedClient)
	_, err = h.poll(t, c, codes)
	want(t, err, oidc.UnauthorizedClient)
	if err := h.decide(t, waiting.User, true); fault.Of(err) != fault.Denied {
		t.Errorf("turned off, and decided: %v", err)
	}
	if _, err := h.allowed(t, authorization(codeClient(t, h))); err != nil {
		t.Errorf("the authorization code flow: %v", err)
	}
}

func TestDeviceFlowFromTheSameAddress(t *testing.T) {
	h := newHouse(t)
	h.DeviceFlow = oidc.DeviceFlowSameAddress
	c := deviceClient(t, h)
	for _, tt := range []struct {
		device, browser string
		same            bool
	}{
		{"192.0.2.7", "192.0.2.7", true},
		{"192.0.2.7", "::ffff:192.0.2.7", true},
		{"192.0.2.7", "192.0.2.8", false},
		{"2001:db8::1", "2001:db8::2", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
		{"2001:db8::1", "192.0.2.7", false},
		{"", "192.0.2.7", false},
		{"", "", false},
	} {
		device, _ := netip.ParseAddr(tt.device)
		browser, _ := netip.ParseAddr(tt.browser)
		codes, err := h.StartDeviceAuthorization(t.Context(), oidc.DeviceStart{ClientID: c.ID, ClientSecret: c.secret, StartURL: startURL, SourceIP: device})
		if err != nil {
			t.Fatal(err)
		}
		by := oidc.Visitor{Session: h.ann, From: browser}
		asked, err := h.DeviceRequest(t.Context(), codes.User, by)
		if (err == nil) != tt.same || err != nil && fault.Of(err) != fault.Denied || asked.SameAddress != tt.same {
			t.Errorf("from %s, asked at %s: %+v, %v", tt.device, tt.browser, asked, err)
		}
		if !tt.same {
			continue
		}
		by.From = netip.MustParseAddr("203.0.113.9")
		if _, err := h.DecideDevice(t.Context(), oidc.Decision{UserCode: codes.User, Form: asked.Form, Allow: true}, by); fault.Of(err) != fault.Denied {
			t.Errorf("decided from elsewhere: %v", err)
		}
	}
	h.DeviceFlow = oidc.DeviceFlowOn
	codes := h.start(t, c)
	asked, err := h.DeviceRequest(t.Context(), codes.User, h.at())
	if err != nil || asked.SameAddress {
		t.Errorf("from elsewhere, the person is told %+v, %v", asked, err)
	}
	h.now = h.now.Add(time.Minute)
	if err := h.decide(t, codes.User, true); err != nil {
		t.Error(err)
	}
}
