package browser

import (
	"net/http"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// emailCodePage asks for the code that was sent to an address.
type emailCodePage struct{ Email, Action, Alert string }

func (f *Face) askEmailCode(w http.ResponseWriter, r *http.Request, in signin.Workflow) {
	f.showEmailCode(w, r, in, false, http.StatusOK, "")
}

// showEmailCode sends a code where there is none that is good, and asks for it.
func (f *Face) showEmailCode(w http.ResponseWriter, r *http.Request, in signin.Workflow, again bool, status int, alert string) {
	if err := f.SignIn.SendCode(r.Context(), in, again); err != nil {
		f.failed(w, r, err)
		return
	}
	f.show(w, r, status, "email-code.html", emailCodePage{in.User.Email, stepPath(signin.VerifyEmailStep), alert})
}

func (f *Face) takeEmailCode(w http.ResponseWriter, r *http.Request, in signin.Workflow) {
	if r.PostFormValue("again") != "" {
		f.showEmailCode(w, r, in, true, http.StatusOK, "")
		return
	}
	turn, err := f.turn(w, r, func(open signin.Open) (signin.Turn, error) {
		return f.SignIn.EnterCode(r.Context(), in, secret.New(r.PostFormValue("code")), open)
	})
	if fault.Of(err) == fault.Unauthenticated {
		if _, gone := f.workflowOf(r); gone != nil {
			f.startOver(w, r, gone)
			return
		}
		f.showEmailCode(w, r, in, false, http.StatusUnauthorized, "That code is not right, or too old.")
		return
	}
	f.turned(w, r, in, turn, err)
}
