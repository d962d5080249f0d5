package mfa_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mfa"
	"foyer/internal/signin"
)

// The matrix of AWS, and what is ours about it.
func TestDecide(t *testing.T) {
	with := func(m mfa.Mode, u mfa.Unregistered) mfa.Settings {
		return mfa.Settings{Mode: m, Unregistered: u, Kinds: []mfa.Kind{mfa.TOTP}}
	}
	for name, tt := range map[string]struct {
		s    mfa.Settings
		c    mfa.Context
		want mfa.Demand
	}{
		"never asks nobody":                         {with(mfa.Never, mfa.Block), mfa.Context{Registered: true}, mfa.Nothing},
		"always asks who is trusted":                {with(mfa.AlwaysOn, mfa.Allow), mfa.Context{Registered: true, Trusted: true}, mfa.Proof},
		"context-aware asks in a new context":       {with(mfa.ContextAware, mfa.Allow), mfa.Context{Registered: true}, mfa.Proof},
		"context-aware trusts":                      {with(mfa.ContextAware, mfa.Register), mfa.Context{Registered: true, Trusted: true}, mfa.Nothing},
		"trust goes before blocking, as on AWS":     {with(mfa.ContextAware, mfa.Block), mfa.Context{Trusted: true}, mfa.Nothing},
		"no device: register":                       {with(mfa.AlwaysOn, mfa.Register), mfa.Context{}, mfa.Registration},
		"no device: mail":                           {with(mfa.ContextAware, mfa.EmailCode), mfa.Context{}, mfa.Mail},
		"no device: blocked":                        {with(mfa.AlwaysOn, mfa.Block), mfa.Context{}, mfa.Refusal},
		"no device: allowed":                        {with(mfa.AlwaysOn, mfa.Allow), mfa.Context{}, mfa.Nothing},
		"settings nobody knows keep people out":     {mfa.Settings{}, mfa.Context{}, mfa.Refusal},
		"a reset lets a blocked person register":    {with(mfa.AlwaysOn, mfa.Block), mfa.Context{Permitted: true}, mfa.Registration},
		"a reset is no way around a device":         {with(mfa.AlwaysOn, mfa.Block), mfa.Context{Permitted: true, Registered: true}, mfa.Proof},
		"confirming asks, even if nobody is asked":  {with(mfa.Never, mfa.Allow), mfa.Context{Registered: true, Confirming: true}, mfa.Proof},
		"confirming asks who is trusted":            {with(mfa.ContextAware, mfa.Allow), mfa.Context{Registered: true, Trusted: true, Confirming: true}, mfa.Proof},
		"confirming without a device is a password": {with(mfa.AlwaysOn, mfa.Register), mfa.Context{Confirming: true}, mfa.Nothing},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mfa.Decide(tt.s, tt.c); got != tt.want {
				t.Errorf("Decide(%+v, %+v) = %d, want %d", tt.s, tt.c, got, tt.want)
			}
		})
	}
}

func TestACodeFollowsThePassword(t *testing.T) {
	h := newHouse(t)
	seed := h.app(t, "ann")
	v := h.arrive(t, "ann", signin.Source{IP: home, UserAgent: firefox})
	if got := v.demand(t); got != mfa.Proof {
		t.Fatalf("the step wants %d", got)
	}
	shown := code(t, seed, h.now)
	p, err := h.EnterCode(t.Context(), v.at(t), " "+shown[:3]+"-"+shown[3:]+" ", false, v.open)
	if err != nil || p.Next != "" || !p.Trust.Empty() {
		t.Fatalf("after the code: %+v, %v", p, err)
	}
	if len(v.opened) != 1 || v.opened[0].User.ID != "u-1" {
		t.Errorf("opened %+v", v.opened)
	}
	last := h.proofs[len(h.proofs)-1]
	if last.Name != signin.UserAuthentication || last.CredentialType != "PASSWORD,TOTP" {
		t.Errorf("the last event is %+v", last)
	}
	devices, err := h.Devices(t.Context(), "u-1")
	if err != nil || len(devices) != 1 || !devices[0].Used.Equal(h.now) || devices[0].Name != "Authenticator app" {
		t.Errorf("devices %+v, %v", devices, err)
	}
}

func TestClocksMayBeAStepOff(t *testing.T) {
	for off, ok := range map[time.Duration]bool{-60 * time.Second: false, -30 * time.Second: true, 0: true, 30 * time.Second: true, 60 * time.Second: false} {
		t.Run(off.String(), func(t *testing.T) {
			h := newHouse(t)
			seed := h.app(t, "ann")
			h.now = h.now.Add(time.Hour)
			v := h.arrive(t, "ann", signin.Source{})
			_, err := h.EnterCode(t.Context(), v.at(t), code(t, seed, h.now.Add(off)), false, v.open)
			if (err == nil) != ok {
				t.Errorf("a code %s off: %v", off, err)
			}
		})
	}
}

func TestAKeyFollowsThePassword(t *testing.T) {
	h := newHouse(t)
	a := newAuthenticator(t)
	d := h.device(t, "ann", a)
	if d.Label() != "Security key" || d.Key.Verified != true || !slices.Equal(d.Key.Transports, []string{"usb"}) {
		t.Errorf("registered %+v", d)
	}
	v := h.arrive(t, "ann", signin.Source{IP: home})
	options, err := h.BeginProof(t.Context(), v.at(t))
	if err != nil {
		t.Fatal(err)
	}
	q := read(t, options)
	if q.RPID != "foyer.example" || len(q.AllowCredentials) != 1 || q.AllowCredentials[0].ID != b64.EncodeToString(a.id) {
		t.Errorf("the question is %s", options)
	}
	a.counter = 1
	if p, err := h.EnterProof(t.Context(), v.at(t), a.get(t, options), false, v.open); err != nil || p.Next != "" {
		t.Fatalf("after the proof: %+v, %v", p, err)
	}
	last := h.proofs[len(h.proofs)-1]
	if last.CredentialType != "PASSWORD,WEBAUTHN" {
		t.Errorf("the last event is %+v", last)
	}
	devices, err := h.Devices(t.Context(), "u-1")
	if err != nil || devices[0].Key.Counter != 1 || devices[0].Used.IsZero() {
		t.Errorf("devices %+v, %v", devices, err)
	}
}

func TestAPasskeySignsInAlone(t *testing.T) {
	h := newHouse(t)
	a := newAuthenticator(t)
	a.flags |= backupEligible
	if d := h.device(t, "ann", a); d.Label() != "Passkey" {
		t.Errorf("registered a %s", d.Label())
	}
	options, token, err := h.BeginPasskey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if q := read(t, options); q.UserVerification != "required" || len(q.AllowCredentials) != 0 {
		t.Errorf("the question is %s", options)
	}
	v := &visit{house: h}
	turn, err := h.EnterPasskey(t.Context(), token, a.get(t, options), "/device", signin.Source{IP: home}, v.open)
	if err != nil || turn.Next != "" || len(v.opened) != 1 {
		t.Fatalf("after the passkey: %+v, %v", turn, err)
	}
	if w := v.opened[0]; w.User.ID != "u-1" || w.Target != "/device" || !w.Proved(signin.WebAuthnCredential) {
		t.Errorf("opened %+v", w)
	}
	if last := h.proofs[len(h.proofs)-1]; last.CredentialType != "WEBAUTHN" || last.UserName != "ann" {
		t.Errorf("the last event is %+v", last)
	}
}

func TestRegistrationPassesTheStepThatDemandsIt(t *testing.T) {
	h := newHouse(t)
	v := h.arrive(t, "ann", signin.Source{IP: home})
	if got := v.demand(t); got != mfa.Registration {
		t.Fatalf("the step wants %d", got)
	}
	w := v.at(t)
	app, err := h.BeginApp(t.Context(), w.ID, mfa.InSignIn(w))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := h.BeginApp(t.Context(), w.ID, mfa.InSignIn(w)); err != nil || again.Seed.Reveal() != app.Seed.Reveal() {
		t.Errorf("shown again, the app has another seed: %v", err)
	}
	if want := "otpauth://totp/Corp%20%20One:ann?"; !strings.HasPrefix(app.URI.Reveal(), want) {
		t.Errorf("URI %s, want %s", app.URI.Reveal(), want)
	}
	if _, err := h.RegisterApp(t.Context(), w, "000000", "My phone", v.open); fault.Of(err) != fault.Invalid {
		t.Errorf("a wrong code is answered %v", err)
	}
	if _, err := h.RegisterApp(t.Context(), w, code(t, seedOf(app), h.now), "My phone", v.open); err != nil || len(v.opened) != 1 {
		t.Fatalf("after the right code: %v", err)
	}
	if last := h.proofs[len(h.proofs)-1]; last.CredentialType != "PASSWORD,TOTP" || !last.Enrolled {
		t.Errorf("the last event is %+v", last)
	}
	if got := h.names(); !slices.Equal(got, []string{"StartVirtualMfaDeviceRegistration", "CompleteVirtualMfaDeviceRegistration"}) {
		t.Errorf("events %q", got)
	}
	if len(h.mailed) != 1 || !strings.Contains(h.mailed[0].Lines[0], `"My phone"`) {
		t.Errorf("letters %+v", h.mailed)
	}
}

func (h *house) names() []string {
	names := make([]string, len(h.events))
	for i, e := range h.events {
		names[i] = e.Name
	}
	return names
}

func TestACodeFromTheMail(t *testing.T) {
	h := newHouse(t)
	h.set(t, func(s *mfa.Settings) { s.Unregistered = mfa.EmailCode })
	v := h.arrive(t, "ann", signin.Source{IP: home})
	if got := v.demand(t); got != mfa.Mail {
		t.Fatalf("the step wants %d", got)
	}
	send := func() string {
		if err := h.SendCode(t.Context(), v.at(t)); err != nil {
			t.Fatal(err)
		}
		return h.mailed[len(h.mailed)-1].Code
	}
	first, second := send(), send()
	if first != second {
		if _, err := h.EnterMailedCode(t.Context(), v.at(t), first, false, v.open); fault.Of(err) != fault.Unauthenticated {
			t.Errorf("a code in whose place another was sent: %v", err)
		}
	}
	if _, err := h.EnterMailedCode(t.Context(), v.at(t), second, false, v.open); err != nil || len(v.opened) != 1 {
		t.Fatalf("after the code: %v", err)
	}
	if last := h.proofs[len(h.proofs)-1]; last.CredentialType != "PASSWORD,EMAIL_OTP" {
		t.Errorf("the last event is %+v", last)
	}
	other := h.arrive(t, "ann", signin.Source{IP: home})
	if err := h.SendCode(t.Context(), other.at(t)); err != nil {
		t.Fatal(err)
	}
	late := h.mailed[len(h.mailed)-1].Code
	h.now = h.now.Add(11 * time.Minute)
	if _, err := h.EnterMailedCode(t.Context(), other.at(t), late, false, other.open); err == nil {
		t.Error("a code is good after eleven minutes")
	}
	nobody := h.arrive(t, "bob", signin.Source{IP: home})
	if err := h.SendCode(t.Context(), nobody.at(t)); fault.Of(err) != fault.Conflict {
		t.Errorf("a code for who has no address: %v", err)
	}
}

func TestLettersWithCodesAreFew(t *testing.T) {
	h := newHouse(t)
	h.set(t, func(s *mfa.Settings) { s.Unregistered = mfa.EmailCode })
	v := h.arrive(t, "ann", signin.Source{IP: home})
	for range 5 {
		if err := h.SendCode(t.Context(), v.at(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.SendCode(t.Context(), v.at(t)); fault.Of(err) != fault.Throttled {
		t.Errorf("the sixth letter within the hour: %v", err)
	}
}

func TestATrustedContextIsNotAskedAgain(t *testing.T) {
	h := newHouse(t)
	from := signin.Source{IP: home, UserAgent: firefox}
	seed := h.app(t, "ann")
	v := h.arrive(t, "ann", from)
	p, err := h.EnterCode(t.Context(), v.at(t), code(t, seed, h.now), true, v.open)
	if err != nil || p.Trust.Empty() || !p.Expires.Equal(h.now.Add(mfa.TrustLifetime)) {
		t.Fatalf("trusting: %+v, %v", p, err)
	}
	from.Trust = p.Trust
	elsewhere, neighbour, other := from, from, from
	elsewhere.IP, neighbour.IP, other.UserAgent = netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("198.51.100.200"), safari
	forgot := from
	forgot.Trust = mfaToken()
	for name, tt := range map[string]struct {
		who  string
		from signin.Source
		want mfa.Demand
	}{
		"the same context":      {"ann", from, mfa.Nothing},
		"the same network":      {"ann", neighbour, mfa.Nothing},
		"another network":       {"ann", elsewhere, mfa.Proof},
		"another browser":       {"ann", other, mfa.Proof},
		"another token":         {"ann", forgot, mfa.Proof},
		"another user there":    {"bob", from, mfa.Registration},
		"the context, too late": {"ann", from, mfa.Proof},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasSuffix(name, "too late") {
				before := h.now
				h.now = h.now.Add(mfa.TrustLifetime)
				defer func() { h.now = before }()
			}
			if got := h.arrive(t, tt.who, tt.from).demand(t); got != tt.want {
				t.Errorf("the step wants %d, want %d", got, tt.want)
			}
		})
	}
	h.set(t, func(s *mfa.Settings) { s.Mode = mfa.AlwaysOn })
	always := h.arrive(t, "ann", from)
	h.now = h.now.Add(time.Minute)
	if p, err := h.EnterCode(t.Context(), always.at(t), code(t, seed, h.now), true, always.open); err != nil || !p.Trust.Empty() {
		t.Errorf("where everybody is always asked, trust is given: %+v, %v", p, err)
	}
}

func TestAUserHasTwoAppsAndSixKeys(t *testing.T) {
	h := newHouse(t)
	for range 2 {
		h.app(t, "ann")
	}
	if _, err := h.BeginApp(t.Context(), "s", h.actor("ann")); fault.Of(err) != fault.Quota {
		t.Errorf("a third app: %v", err)
	}
	for range 6 {
		h.device(t, "ann", newAuthenticator(t))
	}
	if _, err := h.BeginKey(t.Context(), "s", h.actor("ann")); fault.Of(err) != fault.Quota {
		t.Errorf("a seventh key: %v", err)
	}
	all, err := h.Devices(t.Context(), "u-1")
	if err != nil || len(all) != mfa.MaxDevices {
		t.Fatalf("%d devices, %v", len(all), err)
	}
	if all[1].Name != "Authenticator app 2" || all[7].Name != "Security key 6" {
		t.Errorf("names %q, %q", all[1].Name, all[7].Name)
	}
}

func TestNamesOfDevices(t *testing.T) {
	h := newHouse(t)
	h.app(t, "ann")
	h.app(t, "ann")
	h.app(t, "bob")
	all, err := h.Devices(t.Context(), "u-1")
	if err != nil {
		t.Fatal(err)
	}
	ann := h.actor("ann")
	for name, want := range map[string]fault.Kind{"": fault.Invalid, strings.Repeat("x", 65): fault.Invalid, "a\nb": fault.Invalid, "AUTHENTICATOR APP": fault.Conflict} {
		if err := h.Rename(t.Context(), ann, all[1].ID, name); fault.Of(err) != want {
			t.Errorf("Rename to %q: %v", name, err)
		}
	}
	if err := h.Rename(t.Context(), ann, all[1].ID, " Büro-Handy "); err != nil {
		t.Fatal(err)
	}
	if all, err = h.Devices(t.Context(), "u-1"); err != nil || all[1].Name != "Büro-Handy" {
		t.Errorf("devices %+v, %v", all, err)
	}
	if err := h.Remove(t.Context(), ann, all[0].ID); err != nil {
		t.Fatal(err)
	}
	if all, err = h.Devices(t.Context(), "u-1"); err != nil || len(all) != 1 {
		t.Errorf("devices %+v, %v", all, err)
	}
	if got := h.names()[6:]; !slices.Equal(got, []string{"UpdateMfaDeviceForUser", "DeleteMfaDeviceForUser"}) {
		t.Errorf("events %q", got)
	}
}

func TestAResetLetsAPersonRegisterOnce(t *testing.T) {
	h := newHouse(t)
	h.app(t, "ann")
	h.set(t, func(s *mfa.Settings) { s.Mode, s.Unregistered, s.SelfManaged = mfa.AlwaysOn, mfa.Block, false })
	if err := h.Reset(t.Context(), mfa.Actor{User: h.users["ann"]}); err != nil {
		t.Fatal(err)
	}
	v := h.arrive(t, "ann", signin.Source{IP: home})
	w := v.at(t)
	app, err := h.BeginApp(t.Context(), w.ID, mfa.InSignIn(w))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.RegisterApp(t.Context(), w, code(t, seedOf(app), h.now), "", v.open); err != nil {
		t.Fatal(err)
	}
	all, err := h.Devices(t.Context(), "u-1")
	if err != nil || len(all) != 1 {
		t.Fatalf("devices %+v, %v", all, err)
	}
	if err := h.Remove(t.Context(), h.actor("ann"), all[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := h.arrive(t, "ann", signin.Source{IP: home}).demand(t); got != mfa.Refusal {
		t.Errorf("after the permit was used up the step wants %d", got)
	}
	if err := h.Reset(t.Context(), mfa.Actor{User: h.users["ann"]}); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(mfa.PermitLifetime)
	if got := h.arrive(t, "ann", signin.Source{IP: home}).demand(t); got != mfa.Refusal {
		t.Errorf("after the permit ran out the step wants %d", got)
	}
}

func TestSettings(t *testing.T) {
	h := newHouse(t)
	for name, s := range map[string]mfa.Settings{
		"no mode":   {Unregistered: mfa.Allow, Kinds: []mfa.Kind{mfa.TOTP}},
		"no way on": {Mode: mfa.Never, Kinds: []mfa.Kind{mfa.TOTP}},
		"no kind":   {Mode: mfa.Never, Unregistered: mfa.Allow},
		"odd kind":  {Mode: mfa.Never, Unregistered: mfa.Allow, Kinds: []mfa.Kind{"SMS"}},
	} {
		if err := h.PutSettings(t.Context(), s); fault.Of(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.app(t, "ann")
	h.set(t, func(s *mfa.Settings) { s.Kinds = []mfa.Kind{mfa.WebAuthn, mfa.WebAuthn} })
	if got, err := h.Settings(t.Context()); err != nil || len(got.Kinds) != 1 {
		t.Errorf("settings %+v, %v", got, err)
	}
	if got := h.arrive(t, "ann", signin.Source{}).demand(t); got != mfa.Registration {
		t.Errorf("where apps don't count, who has one is asked for %d", got)
	}
	if _, err := h.BeginApp(t.Context(), "s", h.actor("ann")); fault.Of(err) != fault.Denied {
		t.Errorf("where apps don't count, another: %v", err)
	}
	h.set(t, func(s *mfa.Settings) { s.SelfManaged = false })
	if _, err := h.BeginApp(t.Context(), "s", h.actor("ann")); fault.Of(err) != fault.Denied {
		t.Errorf("where administrators manage devices, another: %v", err)
	}
	h.Post = nil
	if err := h.PutSettings(t.Context(), mfa.Settings{Mode: mfa.AlwaysOn, Unregistered: mfa.EmailCode, Kinds: []mfa.Kind{mfa.TOTP}}); fault.Of(err) != fault.Conflict {
		t.Errorf("codes by mail without mail: %v", err)
	}
}

func TestForgetAndPurge(t *testing.T) {
	h := newHouse(t)
	seed := h.app(t, "ann")
	h.device(t, "ann", newAuthenticator(t))
	v := h.arrive(t, "ann", signin.Source{IP: home})
	if _, err := h.EnterCode(t.Context(), v.at(t), code(t, seed, h.now), true, v.open); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.BeginPasskey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := h.Purge(t.Context(), h.now.Add(-time.Hour), 10); err != nil || n != 0 {
		t.Errorf("Purge before its time removed %d, %v", n, err)
	}
	if n, err := h.Purge(t.Context(), h.now.Add(mfa.TrustLifetime+time.Hour), 10); err != nil || n == 0 {
		t.Errorf("Purge removed %d, %v", n, err)
	}
	if err := h.Forget(t.Context(), "u-1"); err != nil {
		t.Fatal(err)
	}
	if all, err := h.Devices(t.Context(), "u-1"); err != nil || len(all) != 0 {
		t.Errorf("after Forget: %+v, %v", all, err)
	}
}

func TestNetworksAndBrowsers(t *testing.T) {
	for ip, want := range map[string]string{
		"198.51.100.7": "198.51.100.0/24", "::ffff:198.51.100.7": "198.51.100.0/24", "2001:db8:1:2ff::1": "2001:db8:1:200::/56", "fe80::1%eth0": "fe80::/56",
	} {
		if got := mfa.Network(netip.MustParseAddr(ip)); got != want {
			t.Errorf("Network(%s) = %s, want %s", ip, got, want)
		}
	}
	if got := mfa.Network(netip.Addr{}); got != "" {
		t.Errorf("Network of no address = %q", got)
	}
	for agent, want := range map[string]string{
		firefox: "Firefox on Linux", safari: "Safari on macOS", "": "Other on other",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge on Windows",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                  "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140 Mobile Safari/604.1": "Chrome on iOS",
	} {
		if got := mfa.Browser(agent); got != want {
			t.Errorf("Browser(%q) = %s, want %s", agent, got, want)
		}
	}
	for address, want := range map[string]string{"ann@corp.example": "a***@corp.example", "": "", "ann": "", "@corp": ""} {
		if got := mfa.HiddenAddress(address); got != want {
			t.Errorf("HiddenAddress(%q) = %q, want %q", address, got, want)
		}
	}
}

func FuzzCode(f *testing.F) {
	for _, seed := range []string{"123456", "123 456", "12-34-56", "1234567", "", "١٢٣٤٥٦"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got := mfa.Code(typed)
		if got == "" {
			return
		}
		if len(got) != 6 || strings.Trim(got, "0123456789") != "" || mfa.Code(got) != got {
			t.Errorf("Code(%q) = %q", typed, got)
		}
	})
}

func FuzzBrowser(f *testing.F) {
	f.Add(firefox)
	f.Add(safari)
	f.Fuzz(func(t *testing.T, agent string) {
		if got := mfa.Browser(agent); len(got) > 40 || !strings.Contains(got, " on ") {
			t.Errorf("Browser(%q) = %q", agent, got)
		}
	})
}

func FuzzHiddenAddress(f *testing.F) {
	f.Add("ann@corp.example")
	f.Fuzz(func(t *testing.T, address string) {
		got := mfa.HiddenAddress(address)
		if _, host, found := strings.Cut(address, "@"); got != "" && (!found || !strings.HasSuffix(got, "***@"+host)) {
			t.Errorf("HiddenAddress(%q) = %q", address, got)
		}
	})
}

// Who may change devices: whoever proved themselves just now, by a device where
// they have one.
func TestConfirmed(t *testing.T) {
	h := newHouse(t)
	at := h.now
	for _, tt := range []struct {
		what, proofs string
		after        time.Duration
		app          bool
		want         bool
	}{
		{"a password, without a device", "PASSWORD", 0, false, true},
		{"a password, a while ago", "PASSWORD", mfa.ConfirmedFor, false, false},
		{"a password, with a device", "PASSWORD", time.Minute, true, false},
		{"a mailed code, with a device", "PASSWORD,EMAIL_OTP", time.Minute, true, false},
		{"a code, with a device", "PASSWORD,TOTP", time.Minute, true, true},
		{"a passkey, with a device", "WEBAUTHN", time.Minute, true, true},
		{"a code, a while ago", "PASSWORD,TOTP", mfa.ConfirmedFor, true, false},
	} {
		h.now = at
		if all, err := h.Devices(t.Context(), "u-1"); err != nil {
			t.Fatal(err)
		} else if tt.app && len(all) == 0 {
			h.app(t, "ann")
		}
		h.now = at.Add(tt.after)
		if got, err := h.Confirmed(t.Context(), "u-1", tt.proofs, at); err != nil || got != tt.want {
			t.Errorf("%s: %v, %v, want %v", tt.what, got, err, tt.want)
		}
	}
	if err := h.MayManage(t.Context()); err != nil {
		t.Error(err)
	}
	h.set(t, func(s *mfa.Settings) { s.SelfManaged = false })
	if err := h.MayManage(t.Context()); fault.Of(err) != fault.Denied {
		t.Errorf("where administrators manage devices: %v", err)
	}
}
