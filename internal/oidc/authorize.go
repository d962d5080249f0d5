package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"time"

	"foyer/internal/secret"
	"foyer/internal/session"
)

// AuthorizeRequest is what a client sends a browser to /authorize with. Scopes
// are not narrowed here: tokens always have every registered scope.
type AuthorizeRequest struct {
	ResponseType    string // only "code"
	ClientID        string
	RedirectURI     string
	State           string
	Challenge       string // PKCE code challenge, RFC 7636
	ChallengeMethod string // only "S256"
	Scopes          string // separated by spaces
}

// Code is an authorization code.
type Code struct {
	Hash        string
	Client      string
	RedirectURI string // with its port
	Challenge   string
	Session     session.ID
	Family      string // of the tokens that are issued for it
	Expires     time.Time
	Used        time.Time // zero until it is redeemed
}

var challengeGrammar = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// unknownClient tells a person whose command line goes on using a registration of
// before the server began anew: it waits for an answer that does not come.
const unknownClient = "This application is not registered here, or no more. Command lines keep their registration: delete the files in ~/.aws/sso/cache, then sign in again."

// CheckAuthorize returns the client of an authorization request that may be put
// to a person. A Failure with an empty Redirect must be shown, never redirected:
// the redirect URI is not known to be the client's.
func (s *Service) CheckAuthorize(ctx context.Context, r AuthorizeRequest) (Client, error) {
	var client Client
	err := s.View(ctx, func(tx Tx) (err error) {
		client, err = s.checkAuthorize(ctx, tx, r)
		return err
	})
	return client, err
}

func (s *Service) checkAuthorize(ctx context.Context, tx Tx, r AuthorizeRequest) (Client, error) {
	client, found, err := tx.OIDCClient(ctx, r.ClientID)
	if err != nil {
		return Client{}, err
	}
	if !found || !s.Now().Before(client.Expires) {
		return Client{}, refuse(InvalidClient, unknownClient)
	}
	if !redirectMatches(client.Redirects, r.RedirectURI) {
		return Client{}, refuse(InvalidRedirectURI, "The redirect URI is not one that the client registered")
	}
	switch {
	case r.ResponseType != "code":
		return Client{}, r.carry(refuse(UnsupportedResponseType, "Only the response type code is supported"))
	case !client.may(AuthorizationCode):
		return Client{}, r.carry(refuse(UnauthorizedClient, "The client may not use the authorization_code grant"))
	case r.ChallengeMethod != "S256" || !challengeGrammar.MatchString(r.Challenge):
		return Client{}, r.carry(refuse(InvalidRequest, "A code challenge of method S256 is required"))
	}
	return client, nil
}

// carry says where the browser takes a failure.
func (r AuthorizeRequest) carry(f *Failure) *Failure {
	f.Redirect = r.answer(url.Values{"error": {string(f.Code)}, "error_description": {f.Error()}})
	return f
}

// answer is the redirect URI with an answer to the request and its state in the
// query, for a request that checkAuthorize let pass.
func (r AuthorizeRequest) answer(answer url.Values) string {
	if r.State != "" {
		answer.Set("state", r.State)
	}
	before := "?"
	if strings.Contains(r.RedirectURI, "?") {
		before = "&"
	}
	return r.RedirectURI + before + answer.Encode()
}

// denied is where the browser goes when the person denied the request.
func (r AuthorizeRequest) denied() string {
	return r.carry(refuse(AccessDenied, "The request was denied")).Redirect
}

// Question is an authorization request that is put to a person.
type Question struct {
	Client Client      // who asks, as it says itself
	Form   secret.Text // the token of the form that answers; see [Consent]
}

// Ask puts an authorization request to a person. It fails as CheckAuthorize does.
func (s *Service) Ask(ctx context.Context, r AuthorizeRequest, by Visitor) (q Question, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		if q.Client, err = s.checkAuthorize(ctx, tx, r); err != nil {
			return err
		}
		q.Form, err = s.ask(ctx, tx, r.question(), by)
		return err
	})
	return q, err
}

// Answered is how a person answered an authorization request.
type Answered struct {
	Client   Client
	Redirect string // where the browser takes the answer
}

// Decide answers an authorization request in a person's name, once: with an
// authorization code if they allow it. form is the token of the [Question]. It
// fails as CheckAuthorize does, and with an Invalid fault for a form that is not
// this question's, not this session's, used or too old.
func (s *Service) Decide(ctx context.Context, r AuthorizeRequest, form secret.Text, allow bool, by Visitor) (answer Answered, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		if answer.Client, err = s.checkAuthorize(ctx, tx, r); err != nil {
			return err
		}
		if err := s.answered(ctx, tx, form, r.question(), by); err != nil {
			return err
		}
		if !allow {
			answer.Redirect = r.denied()
			return nil
		}
		code := s.Mint.Token("")
		answer.Redirect = r.answer(url.Values{"code": {code.Reveal()}})
		return tx.PutOIDCCode(ctx, Code{
			Hash: code.Hash(), Client: answer.Client.ID, RedirectURI: r.RedirectURI, Challenge: r.Challenge, Session: by.ID,
			Family: s.Mint.UUID(), Expires: s.Now().UTC().Add(CodeLifetime),
		})
	})
	if err != nil {
		return Answered{}, err
	}
	return answer, nil
}

var verifierGrammar = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// answers reports whether verifier is the one challenge was made of, RFC 7636
// section 4.6.
func answers(verifier secret.Text, challenge string) bool {
	if !verifierGrammar.MatchString(verifier.Reveal()) {
		return false
	}
	sum := sha256.Sum256([]byte(verifier.Reveal()))
	return secret.New(base64.RawURLEncoding.EncodeToString(sum[:])).Equal(secret.New(challenge))
}
