package oidc

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/session"
)

// DeviceState is where a device authorization stands.
type DeviceState string

// The states: pending leads to approved or denied by a person, approved to
// redeemed by the client; time ends each but the last.
const (
	Pending  DeviceState = "pending"
	Approved DeviceState = "approved"
	Denied   DeviceState = "denied"
	Redeemed DeviceState = "redeemed"
)

// Device is one device authorization.
type Device struct {
	CodeHash     string
	UserCodeHash string
	Client       string
	State        DeviceState
	Session      session.ID // of who approved or denied
	Created      time.Time
	Expires      time.Time
	Due          time.Time // when the next poll would come from a client that kept the interval
	SourceIP     netip.Addr
	UserAgent    string
}

// ahead is how far ahead of the interval a client may poll. Three calls back to
// back pass: AWS's CLI tries once before it shows the code and once after.
const ahead = 2 * PollInterval

// poll returns the device after a poll at now, and how the poll is refused; nil
// means that the device is redeemed now.
func (d Device) poll(now time.Time) (Device, *Failure) {
	switch {
	case d.State == Redeemed:
		return d, refuse(InvalidGrant, "Invalid device code provided")
	case !now.Before(d.Expires):
		return d, refuse(ExpiredToken, "Device code expired")
	case d.State == Denied:
		return d, refuse(AccessDenied, "The request was denied")
	case d.State == Approved:
		d.State = Redeemed
		return d, nil
	case d.Due.Sub(now) > ahead:
		return d, refuse(SlowDown, "Polling too fast: wait for the interval between polls")
	}
	if d.Due.Before(now) {
		d.Due = now
	}
	d.Due = d.Due.Add(PollInterval)
	return d, refuse(AuthorizationPending, "Authorization is still pending")
}

// DeviceStart asks for a device authorization.
type DeviceStart struct {
	ClientID     string
	ClientSecret secret.Text
	StartURL     string
	SourceIP     netip.Addr // shown to the person who is asked
	UserAgent    string
}

// DeviceCodes are what a device authorization begins with. They last for
// DeviceLifetime; the client polls every PollInterval.
type DeviceCodes struct {
	Device secret.Text
	User   string // XXXX-XXXX
}

// userCodeTries bounds the search for a user code that is not taken: one in
// billions is.
const userCodeTries = 4

// StartDeviceAuthorization begins a device authorization. It fails with
// InvalidClient, UnauthorizedClient (also where device authorization is off) or,
// for an unknown start URL, InvalidRequest.
func (s *Service) StartDeviceAuthorization(ctx context.Context, start DeviceStart) (DeviceCodes, error) {
	instance, found, err := s.InstanceFor(ctx, start.StartURL)
	if err != nil {
		return DeviceCodes{}, err
	}
	var codes DeviceCodes
	err = s.InTx(ctx, func(tx Tx) error {
		client, err := s.prove(ctx, tx, start.ClientID, start.ClientSecret)
		if err != nil {
			return err
		}
		if s.DeviceFlow == DeviceFlowOff {
			return deviceFlowOff()
		}
		if !found {
			return refuse(InvalidRequest, "Invalid start url provided")
		}
		if !client.may(DeviceCode) || client.Instance != "" && client.Instance != instance {
			return refuse(UnauthorizedClient, "The client may not start a device authorization here")
		}
		now := s.Now().UTC()
		for range userCodeTries {
			codes = DeviceCodes{Device: s.Mint.Token(""), User: newUserCode(s.Mint)}
			created, err := tx.PutOIDCDevice(ctx, Device{
				CodeHash: codes.Device.Hash(), UserCodeHash: userCodeHash(codes.User), Client: client.ID, State: Pending, Created: now,
				Expires: now.Add(DeviceLifetime), SourceIP: start.SourceIP, UserAgent: start.UserAgent,
			})
			if err != nil || created {
				return err
			}
		}
		return errors.New("no user code is free")
	})
	return codes, err
}

// DeviceRequest is what a person is asked about a device authorization. All of
// it but the code comes from the client, which proves nothing about itself.
type DeviceRequest struct {
	UserCode   string // XXXX-XXXX, to be compared with the device's
	ClientID   string
	ClientName string
	Scopes     []string
	SourceIP   netip.Addr
	UserAgent  string
	Created    time.Time
	// SameAddress reports that the device asks from where the person's browser is.
	SameAddress bool
	// Form is the token of the form that answers; see [Consent].
	Form secret.Text
}

// DeviceRequest finds the pending device authorization of a user code, and puts
// it to a person. An unknown, decided or expired code is a NotFound fault; after
// too many of those the person has to wait (Throttled). Where device
// authorization is off, or this one comes from elsewhere and may not, the fault
// is Denied.
func (s *Service) DeviceRequest(ctx context.Context, userCode string, by Visitor) (DeviceRequest, error) {
	var request DeviceRequest
	err := s.InTx(ctx, func(tx Tx) error {
		d, shown, err := s.pending(ctx, tx, userCode, by)
		if err != nil {
			return err
		}
		if request, err = s.describe(ctx, tx, d, by); err != nil {
			return err
		}
		request.UserCode = shown
		request.Form, err = s.ask(ctx, tx, deviceQuestion(d), by)
		return err
	})
	return request, err
}

// describe is what a person is told about a device authorization.
func (s *Service) describe(ctx context.Context, tx Tx, d Device, by Visitor) (DeviceRequest, error) {
	client, found, err := tx.OIDCClient(ctx, d.Client)
	if err == nil && !found {
		err = unknownUserCode()
	}
	return DeviceRequest{
		ClientID: d.Client, ClientName: client.Name, Scopes: client.Scopes, SourceIP: d.SourceIP, UserAgent: d.UserAgent, Created: d.Created,
		SameAddress: together(d.SourceIP, by.From),
	}, err
}

// Decision is a person's answer to a device authorization.
type Decision struct {
	UserCode string      // needed to allow; who denies need not know it
	Form     secret.Text // of the DeviceRequest that is answered
	Allow    bool
}

// DecideDevice approves or denies the pending device authorization of a user
// code in a person's name, and returns what it was. It fails as
// [Service.DeviceRequest] does, and with an Invalid fault for a form that is not
// this question's, not this session's, used or too old.
func (s *Service) DecideDevice(ctx context.Context, decision Decision, by Visitor) (request DeviceRequest, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		d, err := s.decided(ctx, tx, decision, by)
		if err != nil {
			return err
		}
		if err := s.answered(ctx, tx, decision.Form, deviceQuestion(d), by); err != nil {
			return err
		}
		if request, err = s.describe(ctx, tx, d, by); err != nil {
			return err
		}
		d.State, d.Session = Denied, by.ID
		if decision.Allow {
			d.State = Approved
		}
		return tx.UpdateOIDCDevice(ctx, d)
	})
	return request, err
}

// decided finds the device authorization that a decision is about.
func (s *Service) decided(ctx context.Context, tx Tx, decision Decision, by Visitor) (Device, error) {
	if decision.Allow {
		d, _, err := s.pending(ctx, tx, decision.UserCode, by)
		return d, err
	}
	asked, found, err := tx.OIDCConsent(ctx, decision.Form.Hash())
	if err != nil || !found {
		return Device{}, err
	}
	codeHash, _ := strings.CutPrefix(asked.Asked, devicePrefix)
	d, found, err := tx.OIDCDevice(ctx, codeHash)
	if err == nil && (!found || d.State != Pending) {
		return Device{}, unknownUserCode()
	}
	return d, err
}

func unknownUserCode() error {
	return fault.Newf(fault.NotFound, "That code is not valid or has expired. Check the code on your device and try again.")
}

// pending finds a pending device by its user code, counting wrong guesses.
func (s *Service) pending(ctx context.Context, tx Tx, userCode string, by Visitor) (Device, string, error) {
	if s.DeviceFlow == DeviceFlowOff {
		return Device{}, "", fault.Newf(fault.Denied, "Signing in with a code is turned off here. Use an application that signs in through your browser, such as AWS CLI 2.22 or later.")
	}
	now := s.Now().UTC()
	guesses, err := tx.OIDCGuesses(ctx, by.UserID)
	if err != nil {
		return Device{}, "", err
	}
	if guesses.exhausted(now) {
		return Device{}, "", fault.Newf(fault.Throttled, "Too many codes that are not valid. Wait %d minutes and try again.", int(guessWindow.Minutes()))
	}
	if shown, ok := parseUserCode(userCode); ok {
		d, found, err := tx.OIDCDeviceByUserCode(ctx, userCodeHash(shown))
		if err != nil {
			return Device{}, "", err
		}
		if found && d.State == Pending && now.Before(d.Expires) {
			if s.DeviceFlow == DeviceFlowSameAddress && !together(d.SourceIP, by.From) {
				return Device{}, "", fault.Newf(fault.Denied, "This request comes from another network than your browser, and cannot be answered here. If you did not start it yourself, somebody may want to use your access: tell your administrator.")
			}
			return d, shown, nil
		}
	}
	if err := tx.PutOIDCGuesses(ctx, by.UserID, guesses.add(now)); err != nil {
		return Device{}, "", err
	}
	return Device{}, "", fault.Keep(unknownUserCode())
}

// The bound on wrong user codes of one person, RFC 8628 section 5.1.
const (
	maxGuesses  = 10
	guessWindow = 15 * time.Minute
)

// Guesses counts the wrong user codes of one person.
type Guesses struct {
	Wrong int
	Since time.Time // of the first that is counted
}

func (g Guesses) exhausted(now time.Time) bool {
	return g.Wrong >= maxGuesses && now.Sub(g.Since) < guessWindow
}

func (g Guesses) add(now time.Time) Guesses {
	if now.Sub(g.Since) >= guessWindow {
		g = Guesses{Since: now}
	}
	g.Wrong++
	return g
}
