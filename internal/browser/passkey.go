package browser

import (
	"context"
	"encoding/json"
	"net/http"

	"foyer/internal/fault"
	"foyer/internal/mfa"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// Passkeys sign people in without a name and a password.
type Passkeys interface {
	Settings(ctx context.Context) (mfa.Settings, error)
	WebAuthnWorks() bool
	BeginPasskey(ctx context.Context) (json.RawMessage, secret.Text, error)
	EnterPasskey(ctx context.Context, token secret.Text, answer []byte, target string, from signin.Source, open signin.Open) (signin.Turn, error)
}

// passkeyCookie holds the token of a question for a passkey: another than that of
// a sign-in under way, which may go on in another tab.
const passkeyCookie = "foyer-passkey"

// passkeyPages adds what the button for a passkey asks and answers to mux.
func (f *Face) passkeyPages(mux *http.ServeMux) {
	mux.HandleFunc("POST /signin/passkey/begin", f.beginPasskey)
	mux.HandleFunc("POST /signin/passkey", f.takePasskey)
}

// offersPasskey reports whether the first page has the button.
func (f *Face) offersPasskey(ctx context.Context) bool {
	settings, err := f.MFA.Settings(ctx)
	return err == nil && settings.Allows(mfa.WebAuthn) && f.MFA.WebAuthnWorks()
}

// beginPasskey answers the script with a question, as JSON.
func (f *Face) beginPasskey(w http.ResponseWriter, r *http.Request) {
	options, token, err := f.MFA.BeginPasskey(r.Context())
	if err != nil {
		if fault.Of(err) == fault.Internal {
			f.Log.ErrorContext(r.Context(), "passkey not asked for", "error", err)
		}
		http.Error(w, fault.Message(err), http.StatusForbidden)
		return
	}
	f.setCookie(w, passkeyCookie, token, f.Now().Add(mfa.PasskeyLifetime))
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write(options); err != nil {
		f.Log.DebugContext(r.Context(), "question not sent", "error", err)
	}
}

func (f *Face) takePasskey(w http.ResponseWriter, r *http.Request) {
	token := secret.Text{}
	if c, err := r.Cookie(f.cookieName(passkeyCookie)); err == nil {
		token = secret.New(c.Value)
	}
	f.clearCookie(w, passkeyCookie)
	to := localPath(r.PostFormValue("to"))
	turn, err := f.turn(w, r, func(open signin.Open) (signin.Turn, error) {
		return f.MFA.EnterPasskey(r.Context(), token, []byte(r.PostFormValue("credential")), to, f.source(r), open)
	})
	if fault.Of(err) == fault.Unauthenticated {
		f.showUserName(w, r, http.StatusUnauthorized, signInPage{To: to, Alert: fault.Message(err)})
		return
	}
	f.turned(w, r, signin.Workflow{Target: to}, turn, err)
}
