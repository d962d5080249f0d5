package browser

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mfa"
	"foyer/internal/session"
	"foyer/internal/signin"
)

// Devices are what people prove themselves with.
type Devices interface {
	Devices(ctx context.Context, user string) ([]mfa.Device, error)
	Confirmed(ctx context.Context, user, proofs string, at time.Time) (bool, error)
	MayManage(ctx context.Context) error
	BeginApp(ctx context.Context, holder string, by mfa.Actor) (mfa.App, error)
	CompleteApp(ctx context.Context, holder string, by mfa.Actor, code, name string) (mfa.Device, error)
	BeginKey(ctx context.Context, holder string, by mfa.Actor) (json.RawMessage, error)
	CompleteKey(ctx context.Context, holder string, by mfa.Actor, answer []byte, name string) (mfa.Device, error)
	Rename(ctx context.Context, by mfa.Actor, id, name string) error
	Remove(ctx context.Context, by mfa.Actor, id string) error
}

const devicesPath = "/start/mfa"

// mfaDeviceLine is a device as its user sees it.
type mfaDeviceLine struct {
	ID, Name, Label string
	Added, Used     time.Time
	Blocked         bool
}

// mfaDevicePages adds the pages on which people manage their devices to mux.
func (f *Face) mfaDevicePages(mux *http.ServeMux) {
	mux.HandleFunc("GET "+devicesPath, f.visitor(f.showDevices))
	mux.HandleFunc("POST "+devicesPath+"/confirm", f.visitor(f.confirm))
	for _, way := range []string{wayApp, wayKey} {
		mux.HandleFunc("GET "+devicesPath+"/"+way, f.visitor(f.manager(func(w http.ResponseWriter, r *http.Request, s session.Session, by mfa.Actor) {
			f.showRegistration(w, r, s, by, way, http.StatusOK, "")
		})))
		mux.HandleFunc("POST "+devicesPath+"/"+way, f.visitor(f.manager(func(w http.ResponseWriter, r *http.Request, s session.Session, by mfa.Actor) {
			f.takeRegistration(w, r, s, by, way)
		})))
	}
	mux.HandleFunc("GET "+devicesPath+"/device/{id}", f.visitor(f.manager(f.showOneDevice)))
	mux.HandleFunc("POST "+devicesPath+"/device/{id}/name", f.visitor(f.manager(f.renameDevice)))
	mux.HandleFunc("POST "+devicesPath+"/device/{id}/remove", f.visitor(f.manager(f.removeDevice)))
}

func (f *Face) showDevices(w http.ResponseWriter, r *http.Request, s session.Session) {
	f.showDevicesAfter(w, r, s, "")
}

func (f *Face) showDevicesAfter(w http.ResponseWriter, r *http.Request, s session.Session, done string) {
	page, err := f.devicesPage(r, s)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	page.Done = done
	f.show(w, r, http.StatusOK, "mfa-devices.html", page)
}

func (f *Face) devicesPage(r *http.Request, s session.Session) (mfaPage, error) {
	ctx := r.Context()
	page := mfaPage{frame: inFrame(s, devicesPath), Managed: true}
	all, err := f.MFA.Devices(ctx, s.UserID)
	if err != nil {
		return mfaPage{}, err
	}
	for _, d := range all {
		page.Devices = append(page.Devices, mfaDeviceLine{d.ID, d.Name, d.Label(), d.Added, d.Used, d.Blocked})
	}
	settings, err := f.MFA.Settings(ctx)
	if err != nil {
		return mfaPage{}, err
	}
	page.Apps, page.Keys, page.Managed = settings.Allows(mfa.TOTP), settings.Allows(mfa.WebAuthn) && f.MFA.WebAuthnWorks(), settings.SelfManaged
	page.Confirmed, err = f.MFA.Confirmed(ctx, s.UserID, s.Proofs, s.Confirmed)
	return page, err
}

// confirm signs the person of a session in again, so that it may change what
// proves them.
func (f *Face) confirm(w http.ResponseWriter, r *http.Request, s session.Session) {
	in, token, err := f.SignIn.Begin(r.Context(), s.UserName, devicesPath, f.source(r))
	if err == nil {
		err = f.SignIn.Note(r.Context(), in, mfa.ConfirmNote, string(s.ID))
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	f.setCookie(w, workflowCookie, token, f.Now().Add(signin.WorkflowLifetime))
	http.Redirect(w, r, stepPath(""), http.StatusSeeOther)
}

// manager lets through to next whoever may change their devices now.
func (f *Face) manager(next func(http.ResponseWriter, *http.Request, session.Session, mfa.Actor)) func(http.ResponseWriter, *http.Request, session.Session) {
	return func(w http.ResponseWriter, r *http.Request, s session.Session) {
		if err := f.MFA.MayManage(r.Context()); err != nil {
			f.failed(w, r, err)
			return
		}
		confirmed, err := f.MFA.Confirmed(r.Context(), s.UserID, s.Proofs, s.Confirmed)
		if err != nil {
			f.failed(w, r, err)
			return
		}
		if !confirmed {
			http.Redirect(w, r, devicesPath, http.StatusSeeOther)
			return
		}
		user, err := f.User(r.Context(), s.UserID)
		if err != nil {
			f.failed(w, r, err)
			return
		}
		next(w, r, s, mfa.Actor{User: user, Session: string(s.ID), SourceIP: sourceOf(r), UserAgent: r.UserAgent()})
	}
}

func (f *Face) showRegistration(w http.ResponseWriter, r *http.Request, s session.Session, by mfa.Actor, way string, status int, alert string) {
	page := mfaPage{frame: inFrame(s, devicesPath), Action: devicesPath + "/" + way, Alert: alert, Back: devicesPath, Apps: way == wayApp, Keys: way == wayKey, Name: r.PostFormValue("name")}
	name, err := f.registerPage(r, string(s.ID), by, way, &page)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	f.show(w, r, status, name, page)
}

func (f *Face) takeRegistration(w http.ResponseWriter, r *http.Request, s session.Session, by mfa.Actor, way string) {
	var d mfa.Device
	var err error
	if name := strings.TrimSpace(r.PostFormValue("name")); way == wayKey {
		d, err = f.MFA.CompleteKey(r.Context(), string(s.ID), by, []byte(r.PostFormValue("credential")), name)
	} else {
		d, err = f.MFA.CompleteApp(r.Context(), string(s.ID), by, r.PostFormValue("code"), name)
	}
	if k := fault.Of(err); k == fault.Invalid || k == fault.Conflict || k == fault.Unauthenticated {
		f.showRegistration(w, r, s, by, way, http.StatusBadRequest, fault.Message(err))
		return
	}
	if err == nil {
		err = f.proved(w, r, s, signin.Credential(d.Kind))
	}
	f.toDevices(w, r, err)
}

// proved notes that the person of a session has just used a device: registering
// one is a proof with it.
func (f *Face) proved(w http.ResponseWriter, r *http.Request, s session.Session, c signin.Credential) error {
	now, token, err := f.Sessions.Confirm(r.Context(), s.ID, s.UserID, signin.AddProof(s.Proofs, c))
	if err != nil {
		return err
	}
	f.setCookie(w, sessionCookie, token, now.Expires)
	return nil
}

// toDevices leads back to the list of devices after a change.
func (f *Face) toDevices(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		f.failed(w, r, err)
		return
	}
	http.Redirect(w, r, devicesPath, http.StatusSeeOther)
}

type oneDevicePage struct {
	frame
	Alert string
	mfaDeviceLine
}

func (f *Face) showOneDevice(w http.ResponseWriter, r *http.Request, s session.Session, _ mfa.Actor) {
	f.showDeviceAgain(w, r, s, http.StatusOK, "")
}

func (f *Face) showDeviceAgain(w http.ResponseWriter, r *http.Request, s session.Session, status int, alert string) {
	page, err := f.devicesPage(r, s)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	for _, d := range page.Devices {
		if d.ID == r.PathValue("id") {
			f.show(w, r, status, "mfa-device.html", oneDevicePage{inFrame(s, devicesPath), alert, d})
			return
		}
	}
	f.notFound(w, r)
}

func (f *Face) renameDevice(w http.ResponseWriter, r *http.Request, s session.Session, by mfa.Actor) {
	err := f.MFA.Rename(r.Context(), by, r.PathValue("id"), r.PostFormValue("name"))
	if k := fault.Of(err); k == fault.Invalid || k == fault.Conflict {
		f.showDeviceAgain(w, r, s, http.StatusBadRequest, fault.Message(err))
		return
	}
	f.toDevices(w, r, err)
}

func (f *Face) removeDevice(w http.ResponseWriter, r *http.Request, _ session.Session, by mfa.Actor) {
	f.toDevices(w, r, f.MFA.Remove(r.Context(), by, r.PathValue("id")))
}
