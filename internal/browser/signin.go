package browser

import (
	"net/http"
	"net/url"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/signin"
)

// signInPage is what the two sign-in pages show.
type signInPage struct {
	To       string // where to go after the sign-in
	UserName string
	Alert    string
}

func (f *Face) askUserName(w http.ResponseWriter, r *http.Request) {
	f.show(w, r, http.StatusOK, "username.html", signInPage{To: localPath(r.URL.Query().Get("to"))})
}

// askPassword goes on with any name: whether it exists shows nowhere.
func (f *Face) askPassword(w http.ResponseWriter, r *http.Request) {
	page := signInPage{To: localPath(r.PostFormValue("to")), UserName: strings.TrimSpace(r.PostFormValue("username"))}
	if page.UserName == "" {
		f.show(w, r, http.StatusOK, "username.html", page)
		return
	}
	f.show(w, r, http.StatusOK, "password.html", page)
}

func (f *Face) signIn(w http.ResponseWriter, r *http.Request) {
	page := signInPage{To: localPath(r.PostFormValue("to")), UserName: strings.TrimSpace(r.PostFormValue("username"))}
	from := signin.Source{IP: sourceOf(r), UserAgent: r.UserAgent(), Target: page.To}
	user, err := f.SignIn.Authenticate(r.Context(), page.UserName, secret.New(r.PostFormValue("password")), from)
	if err != nil {
		if fault.Of(err) != fault.Unauthenticated {
			f.failed(w, r, err)
			return
		}
		page.Alert = fault.Message(err)
		f.show(w, r, http.StatusUnauthorized, "password.html", page)
		return
	}
	begun, token, err := f.Sessions.Start(r.Context(), session.Person{
		UserID: user.ID, UserName: user.UserName, Store: f.Store(), UserAgent: r.UserAgent(), SourceIP: from.IP,
	})
	if err != nil {
		f.failed(w, r, err)
		return
	}
	if err := f.Record(r.Context(), Act{Name: "Authenticate", Session: begun}); err != nil {
		f.failed(w, r, err)
		return
	}
	f.setCookie(w, token, begun.Expires)
	http.Redirect(w, r, page.To, http.StatusSeeOther)
}

func (f *Face) signOut(w http.ResponseWriter, r *http.Request) {
	if s, err := f.sessionOf(r); err == nil {
		if err := f.Sessions.End(r.Context(), s.ID); err != nil {
			f.failed(w, r, err)
			return
		}
		if err := f.Record(r.Context(), Act{Name: "Logout", Session: s}); err != nil {
			f.failed(w, r, err)
			return
		}
	}
	f.clearCookie(w)
	f.message(w, r, http.StatusOK, note{"You are signed out", "Role credentials that you copied work until they expire.", "Sign in again"})
}

// localPath returns to when it is a path on this server, else the portal: a
// link must not lead people elsewhere after they signed in.
func localPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/start"
	}
	return to
}
