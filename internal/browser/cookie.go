package browser

import (
	"net/http"
	"net/url"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/session"
)

// The cookies: of a session, of a sign-in under way, of a browser in which
// somebody has signed in before, and of a session of the console.
const (
	sessionCookie  = "foyer-session"
	workflowCookie = "foyer-signin"
	browserCookie  = "foyer-browser"
	consoleCookie  = "foyer-console"
)

// cookieName is __Host- prefixed over HTTPS, which binds the cookie to this
// host; browsers refuse that prefix on plain HTTP.
func (f *Face) cookieName(of string) string {
	if f.Secure {
		return "__Host-" + of
	}
	return of
}

func (f *Face) cookie(name, value string) *http.Cookie {
	return &http.Cookie{Name: f.cookieName(name), Value: value, Path: "/", HttpOnly: true, Secure: f.Secure, SameSite: http.SameSiteLaxMode}
}

func (f *Face) setCookie(w http.ResponseWriter, name string, token secret.Text, expires time.Time) {
	c := f.cookie(name, token.Reveal())
	c.Expires = expires
	http.SetCookie(w, c)
}

func (f *Face) clearCookie(w http.ResponseWriter, name string) {
	c := f.cookie(name, "")
	c.MaxAge = -1
	http.SetCookie(w, c)
}

// sessionOf returns the session of the request's cookie, or an Unauthenticated fault.
func (f *Face) sessionOf(r *http.Request) (session.Session, error) {
	c, err := r.Cookie(f.cookieName(sessionCookie))
	if err != nil {
		return session.Session{}, fault.Newf(fault.Unauthenticated, "You are not signed in.")
	}
	return f.Sessions.Authenticate(r.Context(), secret.New(c.Value), f.Now())
}

// visitor lets signed-in people through to next, and sends others to sign in
// first; they come back to where they wanted to go.
func (f *Face) visitor(next func(http.ResponseWriter, *http.Request, session.Session)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, err := f.sessionOf(r)
		if err == nil {
			next(w, r, s)
			return
		}
		if fault.Of(err) != fault.Unauthenticated {
			f.failed(w, r, err)
			return
		}
		to := "/start"
		if r.Method == http.MethodGet {
			to = r.URL.RequestURI()
		}
		http.Redirect(w, r, "/signin?to="+url.QueryEscape(to), http.StatusSeeOther)
	}
}
