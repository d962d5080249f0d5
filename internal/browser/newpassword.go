package browser

import (
	"net/http"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/signin"
)

// newPasswordPage asks for a new password, twice.
type newPasswordPage struct {
	UserName string
	Why      string // why a new one is needed
	Action   string // where the form goes
	Rules    string // what a password needs
	Alert    string
}

func (f *Face) askNewPassword(w http.ResponseWriter, r *http.Request, in signin.Workflow) {
	f.show(w, r, http.StatusOK, "new-password.html", afterOneTime(in))
}

func afterOneTime(in signin.Workflow) newPasswordPage {
	return newPasswordPage{
		UserName: in.User.UserName, Why: "You signed in with a one-time password. Choose one of your own to go on.",
		Action: stepPath(signin.NewPasswordStep), Rules: signin.PasswordRules,
	}
}

func (f *Face) takeNewPassword(w http.ResponseWriter, r *http.Request, in signin.Workflow) {
	password, err := twice(r)
	var turn signin.Turn
	if err == nil {
		turn, err = f.turn(w, r, func(open signin.Open) (signin.Turn, error) {
			return f.SignIn.ChangePassword(r.Context(), in, password, open)
		})
	}
	if kind := fault.Of(err); kind == fault.Invalid || kind == fault.Conflict {
		page := afterOneTime(in)
		page.Alert = fault.Message(err)
		f.show(w, r, http.StatusBadRequest, "new-password.html", page)
		return
	}
	f.turned(w, r, in, turn, err)
}

// twice reads a new password that was typed twice.
func twice(r *http.Request) (secret.Text, error) {
	password := secret.New(r.PostFormValue("password"))
	if !password.Equal(secret.New(r.PostFormValue("again"))) {
		return secret.Text{}, fault.Newf(fault.Invalid, "The two passwords are not the same.")
	}
	return password, nil
}
