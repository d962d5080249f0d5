package browser

import (
	"errors"
	"net/http"
	"net/url"

	"foyer/internal/fault"
	"foyer/internal/oidc"
	"foyer/internal/session"
)

// consentPage asks a person whether a client may act for them.
type consentPage struct {
	Client      string
	UserName    string
	UserCode    string // device flow: compared with the device's
	RedirectURI string // code flow: who receives the answer
	Asks        []string
	Action      string
	Hidden      []field
}

type field struct{ Name, Value string }

// asks says in a person's words what a client's scopes mean.
func asks(scopes []string) []string {
	var all []string
	for _, scope := range scopes {
		if scope == "sso:account:access" {
			all = append(all, "See your AWS accounts and roles, and get credentials for them")
			continue
		}
		all = append(all, scope)
	}
	if len(all) == 0 {
		all = []string{"See your AWS accounts and roles, and get credentials for them"}
	}
	return all
}

func (f *Face) showDevice(w http.ResponseWriter, r *http.Request, s session.Session) {
	code := r.URL.Query().Get("user_code")
	if code == "" {
		f.show(w, r, http.StatusOK, "device.html", struct{ UserCode, Alert string }{})
		return
	}
	request, err := f.Clients.DeviceRequest(r.Context(), code, s)
	if err != nil {
		if fault.Of(err) == fault.Internal {
			f.failed(w, r, err)
			return
		}
		f.show(w, r, http.StatusBadRequest, "device.html", struct{ UserCode, Alert string }{"", fault.Message(err)})
		return
	}
	f.show(w, r, http.StatusOK, "consent.html", consentPage{
		Client: request.ClientName, UserName: s.UserName, UserCode: request.UserCode, Asks: asks(request.Scopes),
		Action: "/device", Hidden: []field{{"user_code", request.UserCode}},
	})
}

func (f *Face) decideDevice(w http.ResponseWriter, r *http.Request, s session.Session) {
	allow := r.PostFormValue("decision") == "allow"
	if err := f.Clients.DecideDevice(r.Context(), r.PostFormValue("user_code"), s, allow); err != nil {
		f.failed(w, r, err)
		return
	}
	if !allow {
		f.message(w, r, http.StatusOK, note{"Request denied", "The application got no access. You can close this window.", ""})
		return
	}
	f.message(w, r, http.StatusOK, note{"Request approved", "The application can now act for you. You can close this window and go back to it.", ""})
}

// authorize checks the request before anything else: an answer to a redirect
// URI that is not the client's would hand it to a stranger.
func (f *Face) authorize(w http.ResponseWriter, r *http.Request) {
	request := authorizeRequest(r.URL.Query())
	client, err := f.Clients.CheckAuthorize(r.Context(), request)
	if err != nil {
		f.refused(w, r, err)
		return
	}
	f.visitor(func(w http.ResponseWriter, r *http.Request, s session.Session) {
		w.Header().Set("Content-Security-Policy", contentPolicy("'self' "+origin(request.RedirectURI)))
		f.show(w, r, http.StatusOK, "consent.html", consentPage{
			Client: client.Name, UserName: s.UserName, RedirectURI: request.RedirectURI, Asks: asks(client.Scopes),
			Action: "/authorize", Hidden: hiddenFields(r.URL.Query()),
		})
	})(w, r)
}

func (f *Face) decideAuthorize(w http.ResponseWriter, r *http.Request, s session.Session) {
	if err := r.ParseForm(); err != nil {
		f.failed(w, r, fault.Newf(fault.Invalid, "The form could not be read."))
		return
	}
	request := authorizeRequest(r.PostForm)
	if _, err := f.Clients.CheckAuthorize(r.Context(), request); err != nil {
		f.refused(w, r, err)
		return
	}
	w.Header().Set("Content-Security-Policy", contentPolicy("'self' "+origin(request.RedirectURI)))
	if r.PostFormValue("decision") != "allow" {
		http.Redirect(w, r, request.Denied(), http.StatusSeeOther)
		return
	}
	code, err := f.Clients.IssueCode(r.Context(), request, s)
	if err != nil {
		f.refused(w, r, err)
		return
	}
	http.Redirect(w, r, request.Answer(url.Values{"code": {code.Reveal()}}), http.StatusSeeOther)
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
