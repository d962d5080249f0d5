package browser

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/oidc"
	"foyer/internal/secret"
	"foyer/internal/session"
)

// consentPage asks a person whether a client may act for them. What a client
// says of itself, nobody has checked: the page says so.
type consentPage struct {
	Client   string
	UserName string
	Device   *devicePage // device flow
	Receiver string      // code flow: who receives the answer
	Asks     []string
	Until    time.Time // the session's end, which is the latest end of what is allowed
	Action   string
	Hidden   []field
}

// devicePage is what a person compares in the device flow.
type devicePage struct {
	UserCode string
	// Type has the person type the code in, where the request came from elsewhere
	// and a link brought it: whoever follows a stranger's link has no device at
	// hand that shows it.
	Type      bool
	Elsewhere bool // not from the person's address
	From      string
	UserAgent string
	Asked     time.Time
	Age       string
}

type field struct{ Name, Value string }

// formField carries the token of a consent form.
const formField = "form"

// consentPages adds the pages on which people let clients act for them to mux.
func (f *Face) consentPages(mux *http.ServeMux) {
	mux.HandleFunc("GET /device", f.visitor(f.showDevice))
	mux.HandleFunc("POST /device", f.visitor(f.decideDevice))
	mux.HandleFunc("POST /device/code", f.visitor(f.typedDevice))
	mux.HandleFunc("GET /authorize", f.authorize)
	mux.HandleFunc("POST /authorize", f.visitor(f.decideAuthorize))
}

// at is a person at a request: their session, and where the browser is.
func at(r *http.Request, s session.Session) oidc.Visitor {
	return oidc.Visitor{Session: s, From: sourceOf(r)}
}

func (f *Face) showDevice(w http.ResponseWriter, r *http.Request, s session.Session) {
	code := r.URL.Query().Get("user_code")
	if code == "" {
		f.askCode(w, r, http.StatusOK, "")
		return
	}
	f.askDevice(w, r, s, code, false)
}

// typedDevice goes on with a code that the person typed in here.
func (f *Face) typedDevice(w http.ResponseWriter, r *http.Request, s session.Session) {
	f.askDevice(w, r, s, r.PostFormValue("user_code"), true)
}

// askCode asks for a device's code.
func (f *Face) askCode(w http.ResponseWriter, r *http.Request, status int, alert string) {
	f.show(w, r, status, "device.html", struct{ Alert string }{alert})
}

// askDevice asks whether a device may act for the person.
func (f *Face) askDevice(w http.ResponseWriter, r *http.Request, s session.Session, code string, typed bool) {
	request, err := f.Clients.DeviceRequest(r.Context(), code, at(r, s))
	if fault.Of(err) == fault.NotFound {
		f.askCode(w, r, http.StatusBadRequest, fault.Message(err))
		return
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	page := consentPage{
		Client: request.ClientName, UserName: s.UserName, Asks: asks(request.Scopes), Until: s.Expires.UTC(), Action: "/device",
		Hidden: []field{{formField, request.Form.Reveal()}},
		Device: &devicePage{
			UserCode: request.UserCode, Type: !request.SameAddress && !typed, Elsewhere: !request.SameAddress, From: request.SourceIP.String(),
			UserAgent: short(request.UserAgent), Asked: request.Created.UTC(), Age: age(f.Now().Sub(request.Created)),
		},
	}
	if !page.Device.Type {
		page.Hidden = append(page.Hidden, field{"user_code", request.UserCode})
	}
	f.show(w, r, http.StatusOK, "consent.html", page)
}

func (f *Face) decideDevice(w http.ResponseWriter, r *http.Request, s session.Session) {
	allow, form := r.PostFormValue("decision") == "allow", secret.New(r.PostFormValue(formField))
	request, err := f.Clients.DecideDevice(r.Context(), oidc.Decision{UserCode: r.PostFormValue("user_code"), Form: form, Allow: allow}, at(r, s))
	if fault.Of(err) == fault.NotFound {
		f.askCode(w, r, http.StatusBadRequest, fault.Message(err))
		return
	}
	if err == nil {
		err = f.recordDecision(r, s, "device_code", request.ClientID, request.ClientName, allow)
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	if !allow {
		f.message(w, r, http.StatusOK, note{"Request denied", "The application got no access. You can close this window.", ""})
		return
	}
	f.message(w, r, http.StatusOK, note{"Request approved", "The application can now act for you. You can close this window and go back to it.", ""})
}

// receiver says who gets the answer to an authorization request.
func receiver(redirectURI string) string {
	if strings.HasPrefix(redirectURI, "http://") { // CheckAuthorize lets that pass for the loopback interface alone
		return "a program on this computer: " + redirectURI
	}
	return "an application on this device: " + redirectURI
}

// recordDecision leaves a trace of what a person answered a client.
func (f *Face) recordDecision(r *http.Request, s session.Session, grant, clientID, clientName string, allow bool) error {
	decision := "deny"
	if allow {
		decision = "allow"
	}
	return f.Record(r.Context(), Act{Name: "AuthorizeClient", Session: s, Details: map[string]string{
		"clientId": clientID, "clientName": clientName, "grant": grant, "decision": decision,
	}})
}

// authorize checks the request before anything else: an answer to a redirect
// URI that is not the client's would hand it to a stranger.
func (f *Face) authorize(w http.ResponseWriter, r *http.Request) {
	request := authorizeRequest(r.URL.Query())
	if _, err := f.Clients.CheckAuthorize(r.Context(), request); err != nil {
		f.refused(w, r, err)
		return
	}
	f.visitor(func(w http.ResponseWriter, r *http.Request, s session.Session) {
		question, err := f.Clients.Ask(r.Context(), request, at(r, s))
		if err != nil {
			f.refused(w, r, err)
			return
		}
		w.Header().Set("Content-Security-Policy", contentPolicy("'self' "+origin(request.RedirectURI)))
		f.show(w, r, http.StatusOK, "consent.html", consentPage{
			Client: question.Client.Name, UserName: s.UserName, Receiver: receiver(request.RedirectURI), Asks: asks(question.Client.Scopes), Until: s.Expires.UTC(),
			Action: "/authorize", Hidden: append(hiddenFields(r.URL.Query()), field{formField, question.Form.Reveal()}),
		})
	})(w, r)
}

func (f *Face) decideAuthorize(w http.ResponseWriter, r *http.Request, s session.Session) {
	if err := r.ParseForm(); err != nil {
		f.failed(w, r, fault.Newf(fault.Invalid, "The form could not be read."))
		return
	}
	request, allow := authorizeRequest(r.PostForm), r.PostFormValue("decision") == "allow"
	answer, err := f.Clients.Decide(r.Context(), request, secret.New(r.PostFormValue(formField)), allow, at(r, s))
	if err == nil {
		err = f.recordDecision(r, s, "authorization_code", answer.Client.ID, answer.Client.Name, allow)
	}
	if err != nil {
		f.refused(w, r, err)
		return
	}
	w.Header().Set("Content-Security-Policy", contentPolicy("'self' "+origin(request.RedirectURI)))
	http.Redirect(w, r, answer.Redirect, http.StatusSeeOther)
}

// refused answers a failed authorization request: to the client, where it is
// known who that is, else with a page.
func (f *Face) refused(w http.ResponseWriter, r *http.Request, err error) {
	if failure, ok := errors.AsType[*oidc.Failure](err); ok && failure.Redirect != "" {
		http.Redirect(w, r, failure.Redirect, http.StatusSeeOther)
		return
	}
	f.failed(w, r, err)
}

// authorizeParameters are the query parameters of /authorize that go through
// the consent form.
var authorizeParameters = []string{"response_type", "client_id", "redirect_uri", "state", "code_challenge_method", "code_challenge", "scopes", "scope"}

func authorizeRequest(values url.Values) oidc.AuthorizeRequest {
	scopes := values.Get("scopes")
	if scopes == "" {
		scopes = values.Get("scope")
	}
	return oidc.AuthorizeRequest{
		ResponseType: values.Get("response_type"), ClientID: values.Get("client_id"), RedirectURI: values.Get("redirect_uri"),
		State: values.Get("state"), Challenge: values.Get("code_challenge"), ChallengeMethod: values.Get("code_challenge_method"), Scopes: scopes,
	}
}

func hiddenFields(values url.Values) []field {
	var fields []field
	for _, name := range authorizeParameters {
		if values.Has(name) {
			fields = append(fields, field{name, values.Get(name)})
		}
	}
	return fields
}

// origin is the scheme and host of a redirect URI that was checked before.
func origin(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	if u.Host == "" {
		return u.Scheme + ":" // a private-use scheme has no host
	}
	return u.Scheme + "://" + u.Host
}
