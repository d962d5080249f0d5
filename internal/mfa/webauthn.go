package mfa

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"foyer/internal/fault"
	"foyer/internal/signin"
)

// maxAnswer bounds what a browser answers in a WebAuthn ceremony, in bytes.
const maxAnswer = 32 << 10

// askTime is how long a browser waits for its user in a ceremony.
const askTime = 5 * time.Minute

// WebAuthnWorks reports whether the portal's address is one that WebAuthn
// credentials can be bound to: a name, not an IP address.
func (s *Service) WebAuthnWorks() bool {
	portal, err := url.Parse(s.Portal)
	return err == nil && protocol.ValidateRPID(portal.Hostname()) == nil
}

// party is the relying party: the portal.
func (s *Service) party(ctx context.Context) (*webauthn.WebAuthn, error) {
	portal, err := url.Parse(s.Portal)
	if err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	name, err := s.Organization(ctx)
	if err != nil {
		return nil, err
	}
	wait := webauthn.TimeoutConfig{Timeout: askTime, TimeoutUVD: askTime}
	return webauthn.New(&webauthn.Config{
		RPID: portal.Hostname(), RPDisplayName: name, RPOrigins: []string{portal.Scheme + "://" + portal.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		Timeouts:              webauthn.TimeoutsConfig{Login: wait, Registration: wait},
	})
}

// holder is a user as WebAuthn sees them. The handle that authenticators store
// is the user's id, which says nothing about the person.
type holder struct {
	user signin.User
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.user.ID) }
func (h holder) WebAuthnName() string                       { return h.user.UserName }
func (h holder) WebAuthnDisplayName() string                { return h.user.DisplayName }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// holderOf is a user with those of their devices that are WebAuthn's.
func holderOf(user signin.User, devices []Device) holder {
	h := holder{user: user}
	for _, d := range devices {
		if d.Kind == WebAuthn {
			h.keys = append(h.keys, credentialOf(d.Key))
		}
	}
	return h
}

func credentialOf(k Key) webauthn.Credential {
	c := webauthn.Credential{
		ID: k.ID, PublicKey: k.PublicKey, AttestationFormat: k.Format,
		Flags:         webauthn.CredentialFlags{UserVerified: k.Verified, BackupEligible: k.BackupEligible, BackupState: k.BackedUp},
		Authenticator: webauthn.Authenticator{AAGUID: k.AAGUID, SignCount: k.Counter, Attachment: protocol.AuthenticatorAttachment(k.Attachment)},
	}
	for _, t := range k.Transports {
		c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
	}
	return c
}

// maxTransports bounds what a browser says about how to reach a device.
const maxTransports = 8

func keyOf(c *webauthn.Credential) Key {
	k := Key{
		ID: c.ID, PublicKey: c.PublicKey, AAGUID: c.Authenticator.AAGUID, Counter: c.Authenticator.SignCount,
		Attachment: string(c.Authenticator.Attachment), Format: c.AttestationFormat,
		Verified: c.Flags.UserVerified, BackupEligible: c.Flags.BackupEligible, BackedUp: c.Flags.BackupState,
		Discoverable: c.Extensions.RK != nil && *c.Extensions.RK,
	}
	for _, t := range c.Transport {
		known := []protocol.AuthenticatorTransport{protocol.USB, protocol.NFC, protocol.BLE, protocol.SmartCard, protocol.Hybrid, protocol.Internal}
		if slices.Contains(known, t) && len(k.Transports) < maxTransports {
			k.Transports = append(k.Transports, string(t))
		}
	}
	return k
}

// BeginKey begins to register a WebAuthn device: the answer is the JSON form of
// PublicKeyCredentialCreationOptions. It fails as [Service.BeginApp] does.
func (s *Service) BeginKey(ctx context.Context, of string, by Actor) (json.RawMessage, error) {
	if err := s.checkKind(ctx, by, WebAuthn); err != nil {
		return nil, err
	}
	devices, err := s.Devices(ctx, by.User.ID)
	if err != nil {
		return nil, err
	}
	party, err := s.party(ctx)
	if err != nil {
		return nil, err
	}
	h := holderOf(by.User, devices)
	options, session, err := party.BeginRegistration(h,
		func(o *protocol.PublicKeyCredentialCreationOptions) error {
			o.Challenge = s.challenge()
			return nil
		},
		webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, RequireResidentKey: new(false), UserVerification: protocol.VerificationPreferred,
		}),
		webauthn.WithExtensions(webauthn.WithExtensionCredProps()),
	)
	if err != nil {
		return nil, fmt.Errorf("registration: %w", err)
	}
	err = s.Unit(ctx, func(ctx context.Context) error {
		if err := s.InTx(ctx, func(tx Tx) error {
			return s.ask(ctx, tx, askKey+of, by.User.ID, session, pendingLifetime)
		}); err != nil {
			return err
		}
		return s.record(ctx, by, startWebAuthn, Device{Kind: WebAuthn})
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(options.Response)
}

// challenge is what an authenticator signs: 256 bits that nobody guesses.
func (s *Service) challenge() protocol.URLEncodedBase64 {
	return protocol.URLEncodedBase64(s.Mint.Token("").Reveal())
}

// CompleteKey registers the device that a browser's answer is from. It fails with
// an Invalid fault when it does not answer what was asked last, with a Conflict
// one when the device is registered already, and as [Service.BeginApp] does.
func (s *Service) CompleteKey(ctx context.Context, of string, by Actor, answer []byte, name string) (d Device, err error) {
	if err := s.checkKind(ctx, by, WebAuthn); err != nil {
		return Device{}, err
	}
	var session webauthn.SessionData
	if err := s.take(ctx, askKey+of, by.User.ID, &session); err != nil {
		return Device{}, err
	}
	credential, err := s.created(ctx, by, session, answer)
	if err != nil {
		return Device{}, &fault.Error{Kind: fault.Invalid, Message: "The device could not be registered. Please try again.", Err: why(err)}
	}
	err = s.Unit(ctx, func(ctx context.Context) error {
		d, err = s.add(ctx, by, Device{Kind: WebAuthn, Name: name, Key: keyOf(credential)}, completeWebAuthn)
		return err
	})
	return d, err
}

func (s *Service) created(ctx context.Context, by Actor, session webauthn.SessionData, answer []byte) (*webauthn.Credential, error) {
	if len(answer) > maxAnswer {
		return nil, errors.New("answer is too long")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, err
	}
	party, err := s.party(ctx)
	if err != nil {
		return nil, err
	}
	return party.CreateCredential(holder{user: by.User}, session, parsed)
}

// why is what the library found wrong, with its details.
func why(err error) error {
	if e, ok := errors.AsType[*protocol.Error](err); ok {
		return fmt.Errorf("%s: %s: %s", e.Type, e.Details, e.DevInfo)
	}
	return err
}

// RegisterKey passes the step by registering a WebAuthn device: see
// [Service.CompleteKey].
func (s *Service) RegisterKey(ctx context.Context, w signin.Workflow, answer []byte, name string, open signin.Open) (signin.Turn, error) {
	return s.registerInStep(ctx, w, open, func(ctx context.Context, by Actor) (Device, error) {
		return s.CompleteKey(ctx, w.ID, by, answer, name)
	})
}

// BeginProof asks a person to prove themselves with one of their WebAuthn
// devices: the answer is the JSON form of PublicKeyCredentialRequestOptions.
func (s *Service) BeginProof(ctx context.Context, w signin.Workflow) (json.RawMessage, error) {
	at, err := s.Standing(ctx, w)
	if err != nil {
		return nil, err
	}
	if at.Demand != Proof || !at.Has(WebAuthn) {
		return nil, errOver()
	}
	party, err := s.party(ctx)
	if err != nil {
		return nil, err
	}
	options, session, err := party.BeginLogin(holderOf(w.User, at.Devices), webauthn.WithChallenge(s.challenge()), webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	if err := s.InTx(ctx, func(tx Tx) error { return s.ask(ctx, tx, askProof+w.ID, w.User.ID, session, pendingLifetime) }); err != nil {
		return nil, err
	}
	return json.Marshal(options.Response)
}

// EnterProof passes the step with a browser's answer to [Service.BeginProof]. It
// fails with an Unauthenticated fault when the answer is not right, and when the
// device has been copied: its counter is behind. Such a device proves nothing
// from then on.
func (s *Service) EnterProof(ctx context.Context, w signin.Workflow, answer []byte, trust bool, open signin.Open) (Passed, error) {
	at, err := s.Standing(ctx, w)
	if err != nil {
		return Passed{}, err
	}
	if at.Demand != Proof {
		return Passed{}, errOver()
	}
	if err := s.SignIns.Admit(ctx, w); err != nil {
		return Passed{}, err
	}
	var session webauthn.SessionData
	if err := s.take(ctx, askProof+w.ID, w.User.ID, &session); err != nil {
		return Passed{}, err
	}
	parsed, err := parseProof(answer)
	if err != nil {
		return Passed{}, s.SignIns.Refuse(ctx, w, signin.WebAuthnCredential)
	}
	party, err := s.party(ctx)
	if err != nil {
		return Passed{}, err
	}
	credential, err := party.ValidateLogin(holderOf(w.User, at.Devices), session, parsed)
	if err != nil {
		return Passed{}, s.SignIns.Refuse(ctx, w, signin.WebAuthnCredential)
	}
	was, is, sound, err := s.used(ctx, w.User, at.Devices, credential)
	if err != nil {
		return Passed{}, err
	}
	if !sound {
		return Passed{}, s.SignIns.Refuse(ctx, w, signin.WebAuthnCredential)
	}
	return s.passWith(ctx, w, at, was, is, trust, open)
}

func parseProof(answer []byte) (*protocol.ParsedCredentialAssertionData, error) {
	if len(answer) > maxAnswer {
		return nil, errors.New("answer is too long")
	}
	return protocol.ParseCredentialRequestResponseBytes(answer)
}

// used finds the device of a credential that was validated, and says what its
// use makes of it. It is not sound when the device is seen to be copied, now or
// before.
func (s *Service) used(ctx context.Context, user signin.User, devices []Device, c *webauthn.Credential) (was, is Device, sound bool, err error) {
	i := slices.IndexFunc(devices, func(d Device) bool { return d.Kind == WebAuthn && bytes.Equal(d.Key.ID, c.ID) })
	if i < 0 {
		return Device{}, Device{}, false, nil
	}
	was, is = devices[i], devices[i]
	if was.Blocked {
		return was, is, false, nil
	}
	if c.Authenticator.CloneWarning {
		is.Blocked = true
		return was, is, false, s.block(ctx, user, was, is)
	}
	is.Key.Counter, is.Key.BackedUp, is.Key.Verified = c.Authenticator.SignCount, c.Flags.BackupState, c.Flags.UserVerified
	is.Used = s.Now().UTC()
	return was, is, true, nil
}

// block lets a copied device prove nothing any more, and tells its owner.
func (s *Service) block(ctx context.Context, user signin.User, was, is Device) error {
	return s.Unit(ctx, func(ctx context.Context) error {
		by := Actor{User: user}
		if err := s.InTx(ctx, func(tx Tx) error {
			_, err := tx.UseMFADevice(ctx, was, is)
			return err
		}); err != nil {
			return err
		}
		if err := s.record(ctx, by, updateDevice, is); err != nil {
			return err
		}
		return s.tell(ctx, by, "An MFA device was blocked", fmt.Sprintf("The MFA device %q of the username %s seems to have been copied, and was blocked", is.Name, user.UserName))
	})
}
