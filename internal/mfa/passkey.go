package mfa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// PasskeyLifetime is how long a browser may wait for a passkey on the first page.
const PasskeyLifetime = 30 * time.Minute

// nobody is whom the question for a passkey is asked of.
const nobody = "-"

// BeginPasskey asks whoever it may be to sign in with a passkey alone: the answer
// is the JSON form of PublicKeyCredentialRequestOptions, and the token that the
// browser answers with. It fails with a Denied fault where WebAuthn doesn't count.
func (s *Service) BeginPasskey(ctx context.Context) (json.RawMessage, secret.Text, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, secret.Text{}, err
	}
	if !settings.Allows(WebAuthn) || !s.WebAuthnWorks() {
		return nil, secret.Text{}, fault.Newf(fault.Denied, "Sign in with your password.")
	}
	party, err := s.party(ctx)
	if err != nil {
		return nil, secret.Text{}, err
	}
	options, session, err := party.BeginDiscoverableLogin(webauthn.WithChallenge(s.challenge()), webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, secret.Text{}, fmt.Errorf("passkey: %w", err)
	}
	token := s.Mint.Token("")
	err = s.InTx(ctx, func(tx Tx) error {
		return s.ask(ctx, tx, askPasskey+token.Hash(), nobody, session, PasskeyLifetime)
	})
	if err != nil {
		return nil, secret.Text{}, err
	}
	answer, err := json.Marshal(options.Response)
	return answer, token, err
}

// EnterPasskey signs in whoever has the passkey of a browser's answer: the device
// verified that its holder is there, so it stands for the password and for the
// second proof. It fails with an Unauthenticated fault.
func (s *Service) EnterPasskey(ctx context.Context, token secret.Text, answer []byte, target string, from signin.Source, open signin.Open) (signin.Turn, error) {
	var session webauthn.SessionData
	if err := s.take(ctx, askPasskey+token.Hash(), nobody, &session); err != nil {
		return signin.Turn{}, err
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return signin.Turn{}, err
	}
	found, err := s.findPasskey(ctx, settings, session, answer)
	if err != nil {
		return signin.Turn{}, err
	}
	var turn signin.Turn
	err = s.Unit(ctx, func(ctx context.Context) error {
		w, _, err := s.SignIns.Begin(ctx, found.user.UserName, target, from)
		if err != nil {
			return err
		}
		w.User = found.user
		if !found.sound {
			return fault.Keep(s.SignIns.Refuse(ctx, w, signin.WebAuthnCredential)) // what was recorded stays
		}
		if err := s.InTx(ctx, func(tx Tx) error { return s.use(ctx, tx, found.was, found.is) }); err != nil {
			return err
		}
		turn, err = s.SignIns.Prove(ctx, w, found.user, signin.WebAuthnCredential, open)
		return err
	})
	if err != nil {
		return signin.Turn{}, err
	}
	return turn, nil
}

// foundPasskey is whose passkey answered.
type foundPasskey struct {
	user    signin.User
	was, is Device
	sound   bool
}

func errPasskey() error {
	return fault.Newf(fault.Unauthenticated, "We couldn't sign you in with this passkey. Please try again, or sign in with your password.")
}

func (s *Service) findPasskey(ctx context.Context, settings Settings, session webauthn.SessionData, answer []byte) (foundPasskey, error) {
	parsed, err := parseProof(answer)
	if err != nil || !settings.Allows(WebAuthn) {
		return foundPasskey{}, errPasskey()
	}
	party, err := s.party(ctx)
	if err != nil {
		return foundPasskey{}, err
	}
	var found foundPasskey
	var devices []Device
	var trouble error // of ours: the library hides what kind of failure it is
	_, credential, err := party.ValidatePasskeyLogin(func(id, handle []byte) (webauthn.User, error) {
		found.user, devices, trouble = s.holderOfKey(ctx, id)
		if trouble != nil || found.user.ID == "" || found.user.ID != string(handle) {
			return nil, errors.New("nobody has this passkey")
		}
		return holderOf(found.user, devices), nil
	}, session, parsed)
	if trouble != nil {
		return foundPasskey{}, trouble
	}
	if err != nil {
		return foundPasskey{}, errPasskey()
	}
	found.was, found.is, found.sound, err = s.used(ctx, found.user, devices, credential)
	return found, err
}

// holderOfKey finds the enabled user who has a credential, and their devices.
func (s *Service) holderOfKey(ctx context.Context, id []byte) (user signin.User, devices []Device, err error) {
	var d Device
	var found bool
	err = s.View(ctx, func(tx Tx) error {
		if d, found, err = tx.MFADeviceByKey(ctx, id); err != nil || !found {
			return err
		}
		devices, err = tx.MFADevices(ctx, d.User)
		return err
	})
	if err != nil || !found {
		return signin.User{}, nil, err
	}
	user, known, err := s.UserByID(ctx, d.User)
	if err != nil || !known || !user.Enabled {
		return signin.User{}, nil, err
	}
	return user, devices, nil
}
