package browser

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"

	"foyer/internal/fault"
	"foyer/internal/mfa"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// SecondProofs ask people for more than a password: package mfa tells how.
type SecondProofs interface {
	Standing(ctx context.Context, w signin.Workflow) (mfa.Standing, error)
	EnterCode(ctx context.Context, w signin.Workflow, code string, trust bool, open signin.Open) (mfa.Passed, error)
	BeginProof(ctx context.Context, w signin.Workflow) (json.RawMessage, error)
	EnterProof(ctx context.Context, w signin.Workflow, answer []byte, trust bool, open signin.Open) (mfa.Passed, error)
	SendCode(ctx context.Context, w signin.Workflow) error
	CodeSent(ctx context.Context, w signin.Workflow) (bool, error)
	EnterMailedCode(ctx context.Context, w signin.Workflow, code string, trust bool, open signin.Open) (mfa.Passed, error)
	RegisterApp(ctx context.Context, w signin.Workflow, code, name string, open signin.Open) (signin.Turn, error)
	RegisterKey(ctx context.Context, w signin.Workflow, answer []byte, name string, open signin.Open) (signin.Turn, error)
	Devices
	Passkeys
}

// trustCookie holds what a browser keeps because its user trusts it.
const trustCookie = "foyer-trusted"

// The ways through the step, as addresses and forms name them.
const (
	wayApp  = "app"
	wayKey  = "key"
	wayMail = "mail"
	waySend = "send"
)

// mfaPage is a page that asks for a proof, or registers what makes one.
type mfaPage struct {
	frame
	Action   string // where the form goes
	Alert    string
	Way      string // what the form is about
	Other    string // another way: its address; "" when there is none
	MayTrust bool
	Back     string // out of a registration; "" when there is no way out

	Apps, Keys bool            // what may be registered
	Options    string          // of a WebAuthn ceremony, JSON
	Picture    template.HTML   // an app's URI as a QR code
	Seed       string          // an app's seed
	Email      string          // where a code goes, half hidden
	Sent       bool            // a code is under way
	Name       string          // of a device, as typed
	Devices    []mfaDeviceLine // of the user's page
	Confirmed  bool
	Managed    bool   // by the user
	Done       string // what has just been done
}

// askMFA shows what the step wants, the first time.
func (f *Face) askMFA(w http.ResponseWriter, r *http.Request, in signin.Workflow) {
	f.showMFA(w, r, in, r.URL.Query().Get("way"), http.StatusOK, "")
}

// showMFA shows what the step wants.
func (f *Face) showMFA(w http.ResponseWriter, r *http.Request, in signin.Workflow, way string, status int, alert string) {
	at, err := f.MFA.Standing(r.Context(), in)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	page := mfaPage{frame: frame{UserName: in.User.UserName}, Action: stepPath(mfa.Step), Alert: alert, MayTrust: at.MayTrust, Name: r.PostFormValue("name")}
	var name string
	switch at.Demand {
	case mfa.Proof:
		name, err = f.proofPage(r, in, at, way, &page)
	case mfa.Registration:
		page.Apps, page.Keys = at.Settings.Allows(mfa.TOTP), at.Settings.Allows(mfa.WebAuthn) && f.MFA.WebAuthnWorks()
		name, err = f.registerPage(r, in.ID, mfa.InSignIn(in), way, &page)
		if way != "" && page.Apps && page.Keys {
			page.Back = stepPath(mfa.Step)
		}
	case mfa.Mail:
		name, page.Way, page.Email = "mfa-mail.html", wayMail, mfa.HiddenAddress(in.User.Email)
		page.Sent, err = f.MFA.CodeSent(r.Context(), in)
	default:
		f.message(w, r, http.StatusForbidden, note{"You need an MFA device", "Your organization lets nobody sign in without one, and you have none. Ask your administrator for help.", ""})
		return
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	f.show(w, r, status, name, page)
}

// proofPage asks for a proof with a device: a key rather than a code, where the
// person has both.
func (f *Face) proofPage(r *http.Request, in signin.Workflow, at mfa.Standing, way string, page *mfaPage) (name string, err error) {
	if at.Has(mfa.WebAuthn) && (way != wayApp || !at.Has(mfa.TOTP)) {
		page.Way = wayKey
		if at.Has(mfa.TOTP) {
			page.Other = stepPath(mfa.Step) + "?way=" + wayApp
		}
		options, err := f.MFA.BeginProof(r.Context(), in)
		page.Options = string(options)
		return "mfa-key.html", err
	}
	page.Way = wayApp
	if at.Has(mfa.WebAuthn) {
		page.Other = stepPath(mfa.Step) + "?way=" + wayKey
	}
	return "mfa-code.html", nil
}

// registerPage registers an app or a key; without a way it lets people choose.
// holder is the sign-in or the session in which it is begun.
func (f *Face) registerPage(r *http.Request, holder string, by mfa.Actor, way string, page *mfaPage) (name string, err error) {
	switch {
	case page.Keys && (way == wayKey || !page.Apps):
		page.Way = wayKey
		options, err := f.MFA.BeginKey(r.Context(), holder, by)
		page.Options = string(options)
		return "mfa-register-key.html", err
	case page.Apps && (way == wayApp || !page.Keys):
		page.Way = wayApp
		app, err := f.MFA.BeginApp(r.Context(), holder, by)
		if err != nil {
			return "", err
		}
		page.Seed = app.Seed.Reveal()
		page.Picture, err = picture(app.URI)
		return "mfa-register-app.html", err
	default:
		return "mfa-register.html", nil
	}
}

// takeMFA takes an answer.
func (f *Face) takeMFA(w http.ResponseWriter, r *http.Request, in signin.Workflow) {
	way, name, code := r.PostFormValue("way"), r.PostFormValue("name"), r.PostFormValue("code")
	answer, trust := []byte(r.PostFormValue("credential")), r.PostFormValue("trust") != ""
	at, err := f.MFA.Standing(r.Context(), in)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	if way == waySend {
		if err := f.MFA.SendCode(r.Context(), in); err != nil {
			f.failed(w, r, err)
			return
		}
		http.Redirect(w, r, stepPath(mfa.Step), http.StatusSeeOther)
		return
	}
	var passed mfa.Passed
	turn, err := f.turn(w, r, func(open signin.Open) (_ signin.Turn, err error) {
		passed, err = f.pass(r.Context(), in, at.Demand, way, code, name, answer, trust, open)
		return passed.Turn, err
	})
	switch fault.Of(err) {
	case fault.Unauthenticated:
		if _, gone := f.workflowOf(r); gone != nil {
			f.startOver(w, r, err)
			return
		}
		f.showMFA(w, r, in, way, http.StatusUnauthorized, fault.Message(err))
	case fault.Invalid, fault.Conflict, fault.Quota:
		f.showMFA(w, r, in, way, http.StatusBadRequest, fault.Message(err))
	default:
		if err == nil && !passed.Trust.Empty() {
			f.setCookie(w, trustCookie, passed.Trust, passed.Expires)
		}
		f.turned(w, r, in, turn, err)
	}
}

// pass gives an answer to whoever looks at its kind.
func (f *Face) pass(ctx context.Context, in signin.Workflow, demand mfa.Demand, way, code, name string, answer []byte, trust bool, open signin.Open) (passed mfa.Passed, err error) {
	switch {
	case demand == mfa.Registration && way == wayKey:
		passed.Turn, err = f.MFA.RegisterKey(ctx, in, answer, name, open)
		return passed, err
	case demand == mfa.Registration:
		passed.Turn, err = f.MFA.RegisterApp(ctx, in, code, name, open)
		return passed, err
	case way == wayKey:
		return f.MFA.EnterProof(ctx, in, answer, trust, open)
	case way == wayMail:
		return f.MFA.EnterMailedCode(ctx, in, code, trust, open)
	default:
		return f.MFA.EnterCode(ctx, in, code, trust, open)
	}
}

// trustOf is what the browser keeps because its user trusts it.
func (f *Face) trustOf(r *http.Request) secret.Text {
	c, err := r.Cookie(f.cookieName(trustCookie))
	if err != nil {
		return secret.Text{}
	}
	return secret.New(c.Value)
}
