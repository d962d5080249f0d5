package browser

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/signin"
)

// OwnAccount is what people see and change of how they sign in.
type OwnAccount interface {
	Reachable(user signin.User) bool
	EmailVerified(ctx context.Context, user signin.User) (bool, error)
	AskVerification(ctx context.Context, user signin.User) error
	ChangeOwnPassword(ctx context.Context, user signin.User, current, password secret.Text, from signin.Source, also func(context.Context) error) error
}

// Where people see who they are, and change their password.
const (
	profilePath  = "/start/profile"
	passwordPath = "/start/password"
)

// directorySource is the event source of what people do about their own account.
const directorySource = "sso-directory.amazonaws.com"

// profilePages adds the pages about a person's own account to mux.
func (f *Face) profilePages(mux *http.ServeMux) {
	mux.HandleFunc("GET "+profilePath, f.visitor(f.showProfile))
	mux.HandleFunc("POST "+profilePath+"/verify", f.visitor(f.askVerification))
	mux.HandleFunc("GET "+passwordPath, f.visitor(f.askOwnPassword))
	mux.HandleFunc("POST "+passwordPath, f.visitor(f.takeOwnPassword))
}

// profilePage is what the directory knows of a person.
type profilePage struct {
	frame
	Alert, Done string
	Email       string
	Verified    bool
	MayVerify   bool // a letter can be sent
	Facts       []fact
}

type fact struct{ Name, Value string }

func (f *Face) showProfile(w http.ResponseWriter, r *http.Request, s session.Session) {
	f.showProfileAgain(w, r, s, http.StatusOK, "", "")
}

func (f *Face) showProfileAgain(w http.ResponseWriter, r *http.Request, s session.Session, status int, alert, done string) {
	known, err := f.Profile(r.Context(), s.UserID)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	user, err := f.User(r.Context(), s.UserID)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	page := profilePage{frame: inFrame(s, profilePath), Alert: alert, Done: done, Email: user.Email, Facts: facts(known)}
	if page.Verified, err = f.Account.EmailVerified(r.Context(), user); err != nil {
		f.failed(w, r, err)
		return
	}
	page.MayVerify = !page.Verified && f.Account.Reachable(user)
	f.show(w, r, status, "profile.html", page)
}

// facts are what is known of a person, for them to read: what every user has,
// and of the rest what is there.
func facts(u directory.User) []fact {
	all := []fact{
		{"Username", u.UserName}, {"Display name", u.DisplayName}, {"First name", u.Name.GivenName}, {"Last name", u.Name.FamilyName},
	}
	for _, more := range []fact{
		{"Nickname", u.NickName}, {"Title", u.Title}, {"User type", u.UserType}, {"Phone number", primary(u.PhoneNumbers)},
		{"Preferred language", u.PreferredLanguage}, {"Locale", u.Locale}, {"Time zone", u.Timezone},
	} {
		if more.Value != "" {
			all = append(all, more)
		}
	}
	return append(all, fact{"User ID", string(u.ID)})
}

// primary is the value that is marked so, or the first.
func primary(values []directory.Value) string {
	for _, v := range values {
		if v.Primary {
			return v.Value
		}
	}
	if len(values) == 0 {
		return ""
	}
	return values[0].Value
}

func (f *Face) askVerification(w http.ResponseWriter, r *http.Request, s session.Session) {
	user, err := f.User(r.Context(), s.UserID)
	if err == nil {
		err = f.Account.AskVerification(r.Context(), user)
	}
	if k := fault.Of(err); err != nil && (k == fault.Conflict || k == fault.Throttled) {
		f.showProfileAgain(w, r, s, http.StatusBadRequest, fault.Message(err), "")
		return
	}
	if err == nil {
		err = f.Record(r.Context(), Act{Name: "VerifyEmail", Source: directorySource, Session: s})
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	f.showProfileAgain(w, r, s, http.StatusOK, "", "A letter with a link is on its way to "+user.Email+".")
}

// ownPasswordPage changes the password of who is signed in.
type ownPasswordPage struct {
	frame
	Alert, Rules string
}

func (f *Face) askOwnPassword(w http.ResponseWriter, r *http.Request, s session.Session) {
	f.show(w, r, http.StatusOK, "own-password.html", ownPasswordPage{inFrame(s, devicesPath), "", signin.PasswordRules})
}

// takeOwnPassword changes a password and ends the other sessions: whoever may
// have known the old one is out.
func (f *Face) takeOwnPassword(w http.ResponseWriter, r *http.Request, s session.Session) {
	password, err := twice(r)
	var user signin.User
	if err == nil {
		user, err = f.User(r.Context(), s.UserID)
	}
	if err == nil {
		err = f.Account.ChangeOwnPassword(r.Context(), user, secret.New(r.PostFormValue("current")), password, f.source(r), func(ctx context.Context) error {
			return errors.Join(f.Sessions.EndOthersOf(ctx, s.UserID, s.ID), f.Record(ctx, Act{Name: "UpdatePassword", Source: directorySource, Session: s}))
		})
	}
	if err != nil {
		f.refuseOwnPassword(w, r, s, err)
		return
	}
	f.showDevicesAfter(w, r, s, "Your password is changed. Your other sessions have ended.")
}

// refuseOwnPassword says what is wrong with a change. Nothing that was typed
// comes back.
func (f *Face) refuseOwnPassword(w http.ResponseWriter, r *http.Request, s session.Session, err error) {
	status, known := map[fault.Kind]int{
		fault.Invalid: http.StatusBadRequest, fault.Conflict: http.StatusBadRequest,
		fault.Denied: http.StatusForbidden, fault.Unauthenticated: http.StatusForbidden, fault.Throttled: http.StatusTooManyRequests,
	}[fault.Of(err)]
	if !known {
		f.failed(w, r, err)
		return
	}
	f.show(w, r, status, "own-password.html", ownPasswordPage{inFrame(s, devicesPath), strings.TrimSpace(fault.Message(err)), signin.PasswordRules})
}
