package browser

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/console"
	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/session"
)

// Console signs people in to the console by temporary credentials.
type Console interface {
	SigninToken(ctx context.Context, c console.Credentials, duration time.Duration, from console.Visit) (secret.Text, error)
	Login(ctx context.Context, signin secret.Text, issuer string, to console.Destination, from console.Visit) (console.Session, secret.Text, error)
	Session(ctx context.Context, token secret.Text) (console.Session, error)
	Logout(ctx context.Context, token secret.Text, from console.Visit) error
}

// FederationPath is where programs exchange credentials for a link to the
// console, and where that link leads, as at signin.aws.amazon.com.
const FederationPath = "/federation"

// consolePath is our page of the console, and where links to a role in it lead.
const consolePath = "/console"

// consoleFederation adds the doors of the console to mux.
func (f *Face) consoleFederation(mux *http.ServeMux) {
	mux.HandleFunc("GET "+FederationPath, f.federate)
	mux.HandleFunc("POST "+FederationPath, f.federate)
	mux.HandleFunc("GET "+consolePath, f.openConsole)
	mux.HandleFunc("POST /console/signout", f.leaveConsole)
	mux.HandleFunc("GET "+shortcutPath, f.visitor(f.showShortcut))
}

func visitOf(r *http.Request) console.Visit {
	return console.Visit{SourceIP: sourceOf(r).String(), UserAgent: short(r.UserAgent())}
}

// federate answers AWS's federation endpoint. Its parameters are in the query,
// or in a form: session tokens are long.
func (f *Face) federate(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		badRequest(w, "The parameters could not be read.")
		return
	}
	switch r.Form.Get("Action") {
	case "getSigninToken":
		f.giveSigninToken(w, r)
	case "login":
		f.consoleLogin(w, r)
	case "logout":
		f.leaveConsole(w, r)
	default:
		badRequest(w, "Action must be getSigninToken, login or logout.")
	}
}

// badRequest answers a program.
func badRequest(w http.ResponseWriter, text string) {
	http.Error(w, text, http.StatusBadRequest)
}

// giveSigninToken exchanges credentials for a token. What is wrong is answered
// 400, as AWS does.
func (f *Face) giveSigninToken(w http.ResponseWriter, r *http.Request) {
	var given struct{ SessionID, SessionKey, SessionToken string }
	if err := json.Unmarshal([]byte(r.Form.Get("Session")), &given); err != nil {
		badRequest(w, "Session must be JSON with sessionId, sessionKey and sessionToken.")
		return
	}
	var duration time.Duration
	if text := r.Form.Get("SessionDuration"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 20)
		if err != nil || seconds == 0 {
			badRequest(w, "SessionDuration must be between 900 and 43200 seconds")
			return
		}
		duration = time.Duration(seconds) * time.Second
	}
	credentials := console.Credentials{
		AccessKeyID: given.SessionID, SecretAccessKey: secret.New(given.SessionKey), SessionToken: secret.New(given.SessionToken),
	}
	token, err := f.Console.SigninToken(r.Context(), credentials, duration, visitOf(r))
	if fault.Of(err) == fault.Internal && err != nil {
		f.Log.ErrorContext(r.Context(), "no sign-in token", "error", err)
		http.Error(w, "The server could not answer.", http.StatusInternalServerError)
		return
	}
	if err != nil {
		badRequest(w, fault.Message(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(map[string]string{"SigninToken": token.Reveal()}); err != nil {
		f.Log.DebugContext(r.Context(), "token not sent", "error", err)
	}
}

// consoleLogin signs in by a token, and leads to where the link wants to go.
func (f *Face) consoleLogin(w http.ResponseWriter, r *http.Request) {
	to, err := console.ParseDestination(r.Form.Get("Destination"), f.Endpoint)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	begun, token, err := f.Console.Login(r.Context(), secret.New(r.Form.Get("SigninToken")), r.Form.Get("Issuer"), to, visitOf(r))
	if err != nil {
		f.failed(w, r, err)
		return
	}
	f.setCookie(w, consoleCookie, token, begun.Expires)
	local := consolePath
	if to.Local != "" {
		local = to.Local
	}
	http.Redirect(w, r, local, http.StatusFound)
}

// openConsole shows who is signed in to the console, or, when it is asked for a
// role, signs the person of the portal in to that.
func (f *Face) openConsole(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("account_id") {
		f.visitor(f.takeRole)(w, r)
		return
	}
	f.showConsole(w, r)
}

// consolePage says who is signed in to the console.
type consolePage struct {
	console.Session
	Role        string // or the federated user
	AccountLink string
	AskedFor    string // the page of AWS's console; "" for its first
}

func (f *Face) showConsole(w http.ResponseWriter, r *http.Request) {
	c, err := r.Cookie(f.cookieName(consoleCookie))
	if err != nil {
		http.Redirect(w, r, "/start", http.StatusSeeOther)
		return
	}
	in, err := f.Console.Session(r.Context(), secret.New(c.Value))
	if fault.Of(err) == fault.Unauthenticated {
		f.clearCookie(w, consoleCookie)
		f.message(w, r, http.StatusUnauthorized, note{"Signed out of the console", "Your session has ended, or there was none.", toAccounts})
		return
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	in.Created, in.Expires, in.Issuer = in.Created.UTC(), in.Expires.UTC(), short(in.Issuer)
	page := consolePage{Session: in, Role: in.Principal.Name, AccountLink: accountLink(string(in.Principal.Account)), AskedFor: in.Destination}
	if role := in.Principal.RoleARN; role != "" {
		page.Role = role[strings.LastIndexByte(role, '/')+1:]
	}
	if page.AskedFor == console.Home {
		page.AskedFor = ""
	}
	f.show(w, r, http.StatusOK, "console.html", page)
}

// takeRole goes through the federation endpoint with credentials of a role of
// the person's. Without the role's name they choose, unless there is one.
func (f *Face) takeRole(w http.ResponseWriter, r *http.Request, s session.Session) {
	query := r.URL.Query()
	account, role := arn.AccountID(query.Get("account_id")), query.Get("role_name")
	if role == "" {
		in, err := f.reached(r.Context(), s, account)
		if err != nil {
			f.failed(w, r, err)
			return
		}
		if len(in.Roles) > 1 {
			choose := listView{open: string(account), destination: query.Get("destination")}
			http.Redirect(w, r, choose.link()+"#account-"+string(account), http.StatusSeeOther)
			return
		}
		role = in.Roles[0]
	}
	to, err := f.destination(r.Context(), s, account, role, query.Get("destination"))
	if err != nil {
		f.failed(w, r, err)
		return
	}
	got, err := f.Portal.Credentials(r.Context(), personOf(s), account, role)
	if err == nil {
		err = f.Record(r.Context(), Act{Name: "Federate", Session: s, Details: map[string]string{"account_id": string(account), "role_name": role}})
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	token, err := f.Console.SigninToken(r.Context(), console.Credentials{
		AccessKeyID: got.AccessKeyID, SecretAccessKey: got.SecretAccessKey, SessionToken: got.SessionToken,
	}, 0, visitOf(r))
	if err != nil {
		f.failed(w, r, err)
		return
	}
	f.taken(r.Context(), s, account, role)
	http.Redirect(w, r, FederationPath+"?"+url.Values{
		"Action": {"login"}, "Issuer": {f.Endpoint + "/start"}, "Destination": {to}, "SigninToken": {token.Reveal()},
	}.Encode(), http.StatusSeeOther)
}

// destination is the page of the console that is opened: the one asked for, the
// permission set's, or the first.
func (f *Face) destination(ctx context.Context, s session.Session, account arn.AccountID, role, asked string) (string, error) {
	if asked != "" {
		_, err := console.ParseDestination(asked, f.Endpoint)
		return asked, err
	}
	relay, err := f.Portal.RelayState(ctx, personOf(s), account, role)
	if err != nil {
		return "", err
	}
	to, mistake := console.ParseDestination(relay, f.Endpoint)
	if mistake != nil { // of an administrator: it keeps nobody out
		to.Page = console.Home
	}
	return to.Page, nil
}

func (f *Face) leaveConsole(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(f.cookieName(consoleCookie)); err == nil {
		if err := f.Console.Logout(r.Context(), secret.New(c.Value), visitOf(r)); err != nil {
			f.failed(w, r, err)
			return
		}
	}
	f.clearCookie(w, consoleCookie)
	f.message(w, r, http.StatusOK, note{"You are signed out of the console", "Role credentials work until they expire. You may still be signed in to the access portal.", toAccounts})
}
