package browser

import (
	"context"
	"net/http"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// Recovery lets people choose a password by a letter.
type Recovery interface {
	Forgot(ctx context.Context, userName string, from signin.Source) error
	Link(ctx context.Context, token secret.Text) (signin.Link, signin.User, error)
	ChooseByLink(ctx context.Context, token, password secret.Text, from signin.Source, open signin.Open) (signin.Turn, error)
	VerifyByLink(ctx context.Context, token secret.Text) error
}

// recoveryPages adds the pages behind "Forgot password?" and the links of
// letters to mux.
func (f *Face) recoveryPages(mux *http.ServeMux) {
	mux.HandleFunc("GET /signin/forgot", f.askForgotten)
	mux.HandleFunc("POST /signin/forgot", f.takeForgotten)
	mux.HandleFunc("GET /link/{token}", f.showLink)
	mux.HandleFunc("POST /link/{token}", f.followLink)
}

func (f *Face) askForgotten(w http.ResponseWriter, r *http.Request) {
	page := signInPage{}
	if in, err := f.workflowOf(r); err == nil {
		page.UserName = in.UserName
	}
	f.show(w, r, http.StatusOK, "forgot.html", page)
}

// takeForgotten answers every name alike.
func (f *Face) takeForgotten(w http.ResponseWriter, r *http.Request) {
	userName := strings.TrimSpace(r.PostFormValue("username"))
	if userName == "" {
		f.show(w, r, http.StatusOK, "forgot.html", signInPage{})
		return
	}
	if err := f.Recovery.Forgot(r.Context(), userName, f.source(r)); err != nil {
		f.failed(w, r, err)
		return
	}
	f.message(w, r, http.StatusOK, note{"Check your mail", "If there is a user of this name with a verified e-mail address, a letter with a link is on its way. The link works for an hour.", "Sign in"})
}

// linkPage asks for what a link was sent for; a form answers it, so that
// programs that look at letters use up no link.
func (f *Face) showLink(w http.ResponseWriter, r *http.Request) {
	token := secret.New(r.PathValue("token"))
	l, user, err := f.Recovery.Link(r.Context(), token)
	if err != nil {
		f.linkFailed(w, r, err)
		return
	}
	if l.Purpose == signin.Verification {
		f.show(w, r, http.StatusOK, "verify.html", struct{ UserName, Email, Action string }{user.UserName, user.Email, linkPath(token)})
		return
	}
	f.show(w, r, http.StatusOK, "new-password.html", byLink(token, l, user))
}

func linkPath(token secret.Text) string { return "/link/" + token.Reveal() }

func byLink(token secret.Text, l signin.Link, user signin.User) newPasswordPage {
	why := "Choose a new password. Wherever you are signed in now, you will be signed out."
	if l.Purpose == signin.Invitation {
		why = "Welcome. Choose the password with which you will sign in from now on."
	}
	return newPasswordPage{UserName: user.UserName, Why: why, Action: linkPath(token), Rules: signin.PasswordRules}
}

// linkFailed answers a link that does not work, and what is our own fault.
func (f *Face) linkFailed(w http.ResponseWriter, r *http.Request, err error) {
	if fault.Of(err) != fault.NotFound {
		f.failed(w, r, err)
		return
	}
	f.message(w, r, http.StatusNotFound, note{"This link does not work", fault.Message(err), "Sign in"})
}

func (f *Face) followLink(w http.ResponseWriter, r *http.Request) {
	token := secret.New(r.PathValue("token"))
	l, user, err := f.Recovery.Link(r.Context(), token)
	if err != nil {
		f.linkFailed(w, r, err)
		return
	}
	if l.Purpose == signin.Verification {
		if err := f.Recovery.VerifyByLink(r.Context(), token); err != nil {
			f.linkFailed(w, r, err)
			return
		}
		f.message(w, r, http.StatusOK, note{"Address verified", "From now on letters about your sign-in go to " + user.Email + ".", "Go on"})
		return
	}
	password, err := twice(r)
	var turn signin.Turn
	if err == nil {
		turn, err = f.turn(w, r, func(open signin.Open) (signin.Turn, error) {
			return f.Recovery.ChooseByLink(r.Context(), token, password, f.source(r), open)
		})
	}
	switch fault.Of(err) {
	case fault.Invalid, fault.Conflict:
		page := byLink(token, l, user)
		page.Alert = fault.Message(err)
		f.show(w, r, http.StatusBadRequest, "new-password.html", page)
	case fault.NotFound:
		f.linkFailed(w, r, err)
	default:
		f.turned(w, r, signin.Workflow{}, turn, err)
	}
}
