package browser

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/mfa"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/signin"
)

// SignIn proves who somebody is, step by step: package signin tells how.
type SignIn interface {
	Begin(ctx context.Context, userName, target string, from signin.Source) (signin.Workflow, secret.Text, error)
	Workflow(ctx context.Context, token secret.Text, from signin.Source) (signin.Workflow, error)
	Next(ctx context.Context, w signin.Workflow) (string, error)
	EnterPassword(ctx context.Context, w signin.Workflow, password secret.Text, open signin.Open) (signin.Turn, error)
	KnowBrowser(w signin.Workflow) (secret.Text, error)
	Note(ctx context.Context, w signin.Workflow, step, note string) error
	SendCode(ctx context.Context, w signin.Workflow, again bool) error
	EnterCode(ctx context.Context, w signin.Workflow, code secret.Text, open signin.Open) (signin.Turn, error)
	ChangePassword(ctx context.Context, w signin.Workflow, password secret.Text, open signin.Open) (signin.Turn, error)
}

// stepPage is the page of one step of a sign-in: it shows what it asks for, and
// takes the answer, through [Face.turn] and [Face.turned].
type stepPage struct {
	show, answer func(w http.ResponseWriter, r *http.Request, in signin.Workflow)
}

// stepPages are the pages of the steps that may follow the password, by the
// names of the steps.
func (f *Face) stepPages() map[string]stepPage {
	return map[string]stepPage{
		mfa.Step:               {f.askMFA, f.takeMFA},
		signin.NewPasswordStep: {f.askNewPassword, f.takeNewPassword},
		signin.VerifyEmailStep: {f.askEmailCode, f.takeEmailCode},
	}
}

// signInPages adds the pages of signing in and out to mux.
func (f *Face) signInPages(mux *http.ServeMux) {
	mux.HandleFunc("GET /signin", f.askUserName)
	mux.HandleFunc("POST /signin", f.beginSignIn)
	mux.HandleFunc("GET /signin/password", f.atStep("", f.askPassword))
	mux.HandleFunc("POST /signin/password", f.atStep("", f.takePassword))
	for name, page := range f.stepPages() {
		mux.HandleFunc("GET /signin/"+name, f.atStep(name, page.show))
		mux.HandleFunc("POST /signin/"+name, f.atStep(name, page.answer))
	}
	mux.HandleFunc("POST /signout", f.signOut)
	f.passkeyPages(mux)
	f.recoveryPages(mux)
	f.setupPages(mux)
	f.outboxPages(mux)
}

// signInPage is what the first two sign-in pages show.
type signInPage struct {
	To       string // where to go after the sign-in
	UserName string
	Alert    string
	Passkey  bool // a passkey may do
}

// showUserName shows the first page.
func (f *Face) showUserName(w http.ResponseWriter, r *http.Request, status int, page signInPage) {
	page.Passkey = f.offersPasskey(r.Context())
	f.show(w, r, status, "username.html", page)
}

func (f *Face) askUserName(w http.ResponseWriter, r *http.Request) {
	f.showUserName(w, r, http.StatusOK, signInPage{To: localPath(r.URL.Query().Get("to"))})
}

// beginSignIn goes on with any name: whether it exists shows nowhere.
func (f *Face) beginSignIn(w http.ResponseWriter, r *http.Request) {
	page := signInPage{To: localPath(r.PostFormValue("to")), UserName: strings.TrimSpace(r.PostFormValue("username"))}
	if page.UserName == "" {
		f.showUserName(w, r, http.StatusOK, page)
		return
	}
	_, token, err := f.SignIn.Begin(r.Context(), page.UserName, page.To, f.source(r))
	if err != nil {
		f.failed(w, r, err)
		return
	}
	f.setCookie(w, workflowCookie, token, f.Now().Add(signin.WorkflowLifetime))
	http.Redirect(w, r, stepPath(""), http.StatusSeeOther)
}

// source is where a request comes from, as signing in sees it.
func (f *Face) source(r *http.Request) signin.Source {
	from := signin.Source{IP: sourceOf(r), UserAgent: r.UserAgent(), Trust: f.trustOf(r)}
	if c, err := r.Cookie(f.cookieName(browserCookie)); err == nil {
		from.Browser = secret.New(c.Value)
	}
	return from
}

// stepPath is where a step is taken; "" is the password.
func stepPath(step string) string {
	if step == "" {
		return "/signin/password"
	}
	return "/signin/" + step
}

// atStep lets through to next whoever has a sign-in under way that waits for a
// step, and leads others to where they are.
func (f *Face) atStep(step string, next func(http.ResponseWriter, *http.Request, signin.Workflow)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in, err := f.workflowOf(r)
		if fault.Of(err) == fault.Unauthenticated {
			f.startOver(w, r, err)
			return
		}
		if err != nil {
			f.failed(w, r, err)
			return
		}
		at, err := f.SignIn.Next(r.Context(), in)
		if err != nil {
			f.failed(w, r, err)
			return
		}
		if at != step {
			http.Redirect(w, r, stepPath(at), http.StatusSeeOther)
			return
		}
		next(w, r, in)
	}
}

// workflowOf is the sign-in under way of the request's cookie.
func (f *Face) workflowOf(r *http.Request) (signin.Workflow, error) {
	c, err := r.Cookie(f.cookieName(workflowCookie))
	if err != nil {
		return signin.Workflow{}, fault.Newf(fault.Unauthenticated, "Please sign in.")
	}
	return f.SignIn.Workflow(r.Context(), secret.New(c.Value), f.source(r))
}

// startOver shows the first page, and why.
func (f *Face) startOver(w http.ResponseWriter, r *http.Request, why error) {
	f.clearCookie(w, workflowCookie)
	f.showUserName(w, r, http.StatusUnauthorized, signInPage{To: localPath(""), Alert: fault.Message(why)})
}

func (f *Face) askPassword(w http.ResponseWriter, r *http.Request, in signin.Workflow) {
	f.show(w, r, http.StatusOK, "password.html", signInPage{To: in.Target, UserName: in.UserName})
}

func (f *Face) takePassword(w http.ResponseWriter, r *http.Request, in signin.Workflow) {
	turn, err := f.turn(w, r, func(open signin.Open) (signin.Turn, error) {
		return f.SignIn.EnterPassword(r.Context(), in, secret.New(r.PostFormValue("password")), open)
	})
	if fault.Of(err) == fault.Unauthenticated {
		f.show(w, r, http.StatusUnauthorized, "password.html", signInPage{To: in.Target, UserName: in.UserName, Alert: fault.Message(err)})
		return
	}
	f.turned(w, r, in, turn, err)
}

// turn takes a step, and keeps what the browser holds in line: the token of the
// next one, or of the session that begins.
func (f *Face) turn(w http.ResponseWriter, r *http.Request, take func(signin.Open) (signin.Turn, error)) (signin.Turn, error) {
	var begun session.Session
	var token, known secret.Text
	turn, err := take(func(ctx context.Context, in signin.Workflow) (err error) {
		if known, err = f.SignIn.KnowBrowser(in); err != nil {
			return err
		}
		begun, token, err = f.begin(ctx, r, in)
		return err
	})
	if err != nil {
		return turn, err
	}
	if turn.Next != "" {
		f.setCookie(w, workflowCookie, turn.Token, f.Now().Add(signin.WorkflowLifetime))
		return turn, nil
	}
	f.clearCookie(w, workflowCookie)
	f.setCookie(w, sessionCookie, token, begun.Expires)
	f.setCookie(w, browserCookie, known, f.Now().Add(signin.KnownBrowserLifetime))
	return turn, nil
}

// begin begins the session of a sign-in that ended well, or confirms the one that
// it was about.
func (f *Face) begin(ctx context.Context, r *http.Request, in signin.Workflow) (session.Session, secret.Text, error) {
	if id := in.Notes[mfa.ConfirmNote]; id != "" {
		if s, err := f.sessionOf(r); err == nil && string(s.ID) == id {
			return f.Sessions.Confirm(ctx, s.ID, in.User.ID, in.ProofText())
		}
	}
	begun, token, err := f.Sessions.Start(ctx, session.Person{
		UserID: in.User.ID, UserName: in.User.UserName, Store: f.Store(), UserAgent: r.UserAgent(), SourceIP: in.IP, Proofs: in.ProofText(),
	})
	if err != nil {
		return session.Session{}, secret.Text{}, err
	}
	return begun, token, f.Record(ctx, Act{Name: "Authenticate", Session: begun})
}

// turned leads to where a turn went.
func (f *Face) turned(w http.ResponseWriter, r *http.Request, in signin.Workflow, turn signin.Turn, err error) {
	switch {
	case fault.Of(err) == fault.Unauthenticated:
		f.startOver(w, r, err)
	case err != nil:
		f.failed(w, r, err)
	case turn.Next != "":
		http.Redirect(w, r, stepPath(turn.Next), http.StatusSeeOther)
	default:
		http.Redirect(w, r, localPath(in.Target), http.StatusSeeOther)
	}
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
	f.clearCookie(w, sessionCookie)
	f.saySignedOut(w, r)
}

func (f *Face) saySignedOut(w http.ResponseWriter, r *http.Request) {
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
