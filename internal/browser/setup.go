package browser

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"foyer/internal/fault"
	"foyer/internal/mail"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// Setup makes the first administrator of a fresh server.
type Setup interface {
	// Begin takes the token of the printed link, once, and returns the one that
	// the browser goes on with.
	Begin(ctx context.Context, token secret.Text) (secret.Text, error)
	// Check returns a NotFound fault unless a token is that of the printed link,
	// or where begun is set the one that Begin returned.
	Check(ctx context.Context, token secret.Text, begun bool) error
	Finish(ctx context.Context, token secret.Text, first Founder, from signin.Source, open signin.Open) (signin.Turn, error)
}

// Founder is the first administrator, and the organization's name.
type Founder struct {
	Organization          string
	UserName              string
	GivenName, FamilyName string
	Email                 string
	Password              secret.Text
}

// maxOrganization bounds the organization's name, in characters.
const maxOrganization = 64

// setupCookie holds the token of a setup under way.
const setupCookie = "foyer-setup"

// setupPage is a page of the wizard. Until its end nothing is stored: what was
// said before goes along in the form.
type setupPage struct {
	Action, Alert, Rules string
	Founder
}

// setupPages adds the pages of the first start to mux.
func (f *Face) setupPages(mux *http.ServeMux) {
	mux.HandleFunc("GET /setup/{token}", f.showSetup)
	mux.HandleFunc("POST /setup/{token}", f.beginSetup)
	mux.HandleFunc("GET /setup", f.inSetup(f.askOrganization))
	mux.HandleFunc("POST /setup", f.inSetup(f.goOnWithSetup))
}

func (f *Face) showSetup(w http.ResponseWriter, r *http.Request) {
	token := secret.New(r.PathValue("token"))
	if err := f.Setup.Check(r.Context(), token, false); err != nil {
		f.setupFailed(w, r, err)
		return
	}
	f.show(w, r, http.StatusOK, "setup-begin.html", setupPage{Action: "/setup/" + token.Reveal()})
}

func (f *Face) beginSetup(w http.ResponseWriter, r *http.Request) {
	begun, err := f.Setup.Begin(r.Context(), secret.New(r.PathValue("token")))
	if err != nil {
		f.setupFailed(w, r, err)
		return
	}
	f.setCookie(w, setupCookie, begun, f.Now().Add(signin.SetupLifetime))
	http.Redirect(w, r, "/setup", http.StatusSeeOther)
}

func (f *Face) setupFailed(w http.ResponseWriter, r *http.Request, err error) {
	if kind := fault.Of(err); kind != fault.NotFound && kind != fault.Conflict {
		f.failed(w, r, err)
		return
	}
	f.message(w, r, http.StatusNotFound, note{"This link does not work", fault.Message(err), "Sign in"})
}

// inSetup lets through to next whoever opened the setup link.
func (f *Face) inSetup(next func(http.ResponseWriter, *http.Request, secret.Text)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie(f.cookieName(setupCookie))
		if err != nil {
			f.notFound(w, r)
			return
		}
		token := secret.New(c.Value)
		if err := f.Setup.Check(r.Context(), token, true); err != nil {
			f.setupFailed(w, r, err)
			return
		}
		next(w, r, token)
	}
}

func (f *Face) askOrganization(w http.ResponseWriter, r *http.Request, _ secret.Text) {
	f.show(w, r, http.StatusOK, "setup-organization.html", setupPage{})
}

// goOnWithSetup takes a page of the wizard and shows the next.
func (f *Face) goOnWithSetup(w http.ResponseWriter, r *http.Request, token secret.Text) {
	page := setupPage{Rules: signin.PasswordRules, Founder: Founder{
		Organization: strings.Join(strings.Fields(r.PostFormValue("organization")), " "),
		UserName:     strings.TrimSpace(r.PostFormValue("username")), Email: strings.TrimSpace(r.PostFormValue("email")),
		GivenName: strings.TrimSpace(r.PostFormValue("given")), FamilyName: strings.TrimSpace(r.PostFormValue("family")),
	}}
	if n := utf8.RuneCountInString(page.Organization); n == 0 || n > maxOrganization {
		page.Alert = "The name must have between 1 and 64 characters."
		f.show(w, r, http.StatusBadRequest, "setup-organization.html", page)
		return
	}
	switch r.PostFormValue("page") {
	case "organization":
		f.show(w, r, http.StatusOK, "setup-source.html", page)
	case "source":
		f.show(w, r, http.StatusOK, "setup-administrator.html", page)
	default:
		f.finishSetup(w, r, token, page)
	}
}

func (f *Face) finishSetup(w http.ResponseWriter, r *http.Request, token secret.Text, page setupPage) {
	password, err := twice(r)
	if err == nil {
		err = mail.CheckAddress(page.Email)
	}
	var turn signin.Turn
	if err == nil {
		page.Password = password
		turn, err = f.turn(w, r, func(open signin.Open) (signin.Turn, error) {
			return f.Setup.Finish(r.Context(), token, page.Founder, f.source(r), open)
		})
	}
	switch fault.Of(err) {
	case fault.Invalid:
		page.Alert = fault.Message(err)
		f.show(w, r, http.StatusBadRequest, "setup-administrator.html", page)
	case fault.NotFound, fault.Conflict:
		f.setupFailed(w, r, err)
	default:
		if err == nil {
			f.clearCookie(w, setupCookie)
		}
		f.turned(w, r, signin.Workflow{}, turn, err)
	}
}
