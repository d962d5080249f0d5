package mfa

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// What every authenticator app does: six digits of HMAC-SHA-1 over 30 seconds.
const (
	codeDigits  = 6
	stepSeconds = 30
	seedLength  = 32 // base32 characters: 160 bits, RFC 4226 section 4
	drift       = 1  // steps that a clock may be off, each way
)

const seedPurpose = "mfa seed"

// stepAt is the time step of a moment.
func stepAt(t time.Time) int64 { return t.Unix() / stepSeconds }

// Code reads a code as people type it: with blanks or a dash in it. It is ""
// when there are not six digits.
func Code(typed string) string {
	var code strings.Builder
	for _, r := range typed {
		switch {
		case r >= '0' && r <= '9':
			code.WriteRune(r)
		case r != ' ' && r != '-' && r != '\u00a0' && r != '\t':
			return ""
		}
		if code.Len() > codeDigits {
			return ""
		}
	}
	if code.Len() < codeDigits {
		return ""
	}
	return code.String()
}

// matchStep returns the newest time step around now, behind last, whose code of
// seed is code; 0 when there is none. Its time does not depend on which.
func matchStep(seed secret.Text, code string, now time.Time, last int64) (int64, error) {
	found := 0
	at := stepAt(now)
	for step := at - drift; step <= at+drift; step++ {
		want, err := hotp.GenerateCode(seed.Reveal(), uint64(step)) //nolint:gosec // steps of our time are positive
		if err != nil {
			return 0, fmt.Errorf("seed of an authenticator app: %w", err)
		}
		fits := subtle.ConstantTimeCompare([]byte(want), []byte(code)) & newer(step, last)
		found = subtle.ConstantTimeSelect(fits, int(step), found)
	}
	return int64(found), nil
}

func newer(step, last int64) int {
	if step > last {
		return 1
	}
	return 0
}

// App is what an authenticator app is set up with: by its URI, as a picture, or
// by its seed, typed in.
type App struct {
	URI  secret.Text // otpauth://totp/…
	Seed secret.Text // base32, in groups of four
}

// pendingApp is an app that is being registered.
type pendingApp struct {
	Seed string `json:"seed"`
}

// BeginApp begins to register an authenticator app, or goes on with what holder
// (a sign-in, a session) began. It fails with a Quota fault, and with a Denied
// one where apps don't count.
func (s *Service) BeginApp(ctx context.Context, holder string, by Actor) (App, error) {
	if err := s.checkKind(ctx, by, TOTP); err != nil {
		return App{}, err
	}
	var p pendingApp
	err := s.Unit(ctx, func(ctx context.Context) error {
		begun := false
		err := s.InTx(ctx, func(tx Tx) error {
			err := s.asked(ctx, tx, askApp+holder, by.User.ID, &p)
			if fault.Of(err) != fault.Unauthenticated {
				return err
			}
			p.Seed, begun = s.Mint.From("", mint.Upper, seedLength), true
			return s.ask(ctx, tx, askApp+holder, by.User.ID, p, pendingLifetime)
		})
		if err != nil || !begun {
			return err
		}
		return s.record(ctx, by, startVirtual, Device{Kind: TOTP})
	})
	if err != nil {
		return App{}, err
	}
	issuer, err := s.Organization(ctx)
	if err != nil {
		return App{}, err
	}
	return appOf(issuer, by.User.UserName, p.Seed), nil
}

func appOf(issuer, account, seed string) App {
	label := url.PathEscape(strings.ReplaceAll(issuer, ":", " ")) + ":" + url.PathEscape(account)
	query := url.Values{"secret": {seed}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	var groups []string
	for rest := seed; rest != ""; rest = rest[min(4, len(rest)):] {
		groups = append(groups, rest[:min(4, len(rest))])
	}
	return App{
		URI:  secret.New("otpauth://totp/" + label + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")),
		Seed: secret.New(strings.Join(groups, " ")),
	}
}

// CompleteApp registers the app that shows a right code. It fails with an Invalid
// fault for a wrong code, which may be followed by another, with an
// Unauthenticated one when nothing was begun, and as [Service.BeginApp] does.
func (s *Service) CompleteApp(ctx context.Context, holder string, by Actor, code, name string) (Device, error) {
	if err := s.checkKind(ctx, by, TOTP); err != nil {
		return Device{}, err
	}
	var d Device
	err := s.Unit(ctx, func(ctx context.Context) error {
		var p pendingApp
		if err := s.InTx(ctx, func(tx Tx) error { return s.asked(ctx, tx, askApp+holder, by.User.ID, &p) }); err != nil {
			return err
		}
		step, err := matchStep(secret.New(p.Seed), Code(code), s.Now(), 0)
		if err != nil {
			return err
		}
		if step == 0 {
			return fault.Newf(fault.Invalid, "The code is not right. Enter the one that the app shows now, and check that your device's clock is right.")
		}
		if err := s.take(ctx, askApp+holder, by.User.ID, &p); err != nil {
			return err
		}
		d = Device{Kind: TOTP, Name: name, Step: step}
		if d.Seed, err = s.Ring.Seal(seedPurpose+" "+by.User.ID, []byte(p.Seed)); err != nil {
			return fmt.Errorf("seal seed: %w", err)
		}
		d, err = s.add(ctx, by, d, completeVirtual)
		return err
	})
	return d, err
}

// checkKind refuses what does not count, or is not a user's to register.
func (s *Service) checkKind(ctx context.Context, by Actor, k Kind) error {
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	switch {
	case !settings.Allows(k):
		return fault.Newf(fault.Denied, "Your administrator does not allow MFA devices of this type.")
	case !by.Required && !settings.SelfManaged:
		return fault.Newf(fault.Denied, "Your administrator manages your MFA devices.")
	case k == WebAuthn && !s.WebAuthnWorks():
		return fault.Newf(fault.Denied, "Security keys need a portal whose address is a name.")
	}
	all, err := s.Devices(ctx, by.User.ID)
	if err != nil {
		return err
	}
	return room(all, k)
}

// EnterCode passes the step with the code of an authenticator app. trust asks
// that the browser be trusted from now on: the token is for it to keep. It fails
// with an Unauthenticated fault for a wrong code and one that was used already,
// and with a Throttled one after too many of them.
func (s *Service) EnterCode(ctx context.Context, w signin.Workflow, code string, trust bool, open signin.Open) (Passed, error) {
	at, last, err := s.beforeCode(ctx, w, Proof)
	if err != nil {
		return Passed{}, err
	}
	was, is, err := s.matchApp(at.Devices, Code(code))
	if err != nil {
		return Passed{}, err
	}
	if is.ID == "" {
		return Passed{}, s.wrong(ctx, w, signin.TOTPCredential, last)
	}
	return s.passWith(ctx, w, at, was, is, trust, open)
}

// beforeCode counts a code, and says where its person stands.
func (s *Service) beforeCode(ctx context.Context, w signin.Workflow, demand Demand) (at Standing, last bool, err error) {
	if at, err = s.Standing(ctx, w); err != nil {
		return Standing{}, false, err
	}
	if at.Demand != demand {
		return Standing{}, false, errOver()
	}
	if err := s.SignIns.Admit(ctx, w); err != nil {
		return Standing{}, false, err
	}
	last, err = s.guess(ctx, w.User.ID)
	return at, last, err
}

// matchApp finds the app that shows a code now, and what its use makes of it.
func (s *Service) matchApp(devices []Device, code string) (was, is Device, err error) {
	now := s.Now().UTC()
	for _, d := range devices {
		if d.Kind != TOTP {
			continue
		}
		seed, err := s.Ring.Open(seedPurpose+" "+d.User, d.Seed)
		if err != nil {
			return Device{}, Device{}, fmt.Errorf("seed of device %s: %w", d.ID, err)
		}
		step, err := matchStep(secret.New(string(seed)), code, now, d.Step)
		if err != nil {
			return Device{}, Device{}, err
		}
		if step != 0 {
			was, is = d, d
			is.Step, is.Used = step, now
		}
	}
	return was, is, nil
}

// Passed is a step that was passed.
type Passed struct {
	signin.Turn
	Trust   secret.Text // for a browser that is trusted from now on; may be empty
	Expires time.Time   // when it is not trusted any more
}

// passWith passes the step by a device, whose use is stored in the same unit.
func (s *Service) passWith(ctx context.Context, w signin.Workflow, at Standing, was, is Device, trust bool, open signin.Open) (p Passed, err error) {
	err = s.Unit(ctx, func(ctx context.Context) error {
		p = Passed{}
		err := s.InTx(ctx, func(tx Tx) error {
			if err := s.use(ctx, tx, was, is); err != nil {
				return err
			}
			if !trust || !at.MayTrust {
				return nil
			}
			p.Trust, p.Expires, err = s.trust(ctx, tx, w)
			return err
		})
		if err != nil {
			return err
		}
		p.Turn, err = s.SignIns.Pass(ctx, w, Step, signin.Credential(is.Kind), open)
		return err
	})
	return p, err
}

// use stores the use of a device, and forgets the wrong codes before it. Of two
// who used it at the same time, one gets an Unauthenticated fault.
func (s *Service) use(ctx context.Context, tx Tx, was, is Device) error {
	used, err := tx.UseMFADevice(ctx, was, is)
	if err != nil {
		return err
	}
	if !used {
		return errOver()
	}
	return tx.DeleteMFAGuesses(ctx, guessKey(is.User))
}

// RegisterApp passes the step by registering an app: see [Service.CompleteApp].
func (s *Service) RegisterApp(ctx context.Context, w signin.Workflow, code, name string, open signin.Open) (turn signin.Turn, err error) {
	return s.registerInStep(ctx, w, open, func(ctx context.Context, by Actor) (Device, error) {
		return s.CompleteApp(ctx, w.ID, by, code, name)
	})
}

// registerInStep passes the step by what registers a device.
func (s *Service) registerInStep(ctx context.Context, w signin.Workflow, open signin.Open, register func(context.Context, Actor) (Device, error)) (turn signin.Turn, err error) {
	at, err := s.Standing(ctx, w)
	if err != nil {
		return signin.Turn{}, err
	}
	if at.Demand != Registration {
		return signin.Turn{}, errOver()
	}
	err = s.Unit(ctx, func(ctx context.Context) error {
		turn = signin.Turn{}
		d, err := register(ctx, InSignIn(w))
		if err != nil {
			return err
		}
		notes := map[string]string{signin.EnrolledNote: d.ID}
		for name, note := range w.Notes {
			notes[name] = note
		}
		enrolled := w
		enrolled.Notes = notes
		turn, err = s.SignIns.Pass(ctx, enrolled, Step, signin.Credential(d.Kind), open)
		return err
	})
	return turn, err
}

// InSignIn is who registers a device because a sign-in demands one.
func InSignIn(w signin.Workflow) Actor {
	return Actor{User: w.User, SourceIP: w.IP, UserAgent: w.UserAgent, Required: true}
}
