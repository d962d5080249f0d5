// Package browser serves people: the sign-in, consent and access portal pages.
//
// Every page is rendered here and works without script; the script saves
// steps. Who somebody is, is proved by an HttpOnly cookie alone, and a form
// that changes anything is accepted from our own origin only.
package browser

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"foyer/internal/arn"
	"foyer/internal/directory"
	"foyer/internal/federation"
	"foyer/internal/oidc"
	"foyer/internal/paging"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/signin"
)

// Sessions are the portal sessions that a sign-in begins.
type Sessions interface {
	Start(ctx context.Context, who session.Person) (session.Session, secret.Text, error)
	Authenticate(ctx context.Context, token secret.Text, now time.Time) (session.Session, error)
	Confirm(ctx context.Context, id session.ID, user, proofs string) (session.Session, secret.Text, error)
	End(ctx context.Context, id session.ID) error
	Active(ctx context.Context, user string, page paging.Page) ([]session.Session, string, error)
	EndOf(ctx context.Context, user string, ids []session.ID) error
	EndOthersOf(ctx context.Context, user string, keep session.ID) error
	EndAllOf(ctx context.Context, user string) error
}

// Clients are the OAuth clients that ask a person for access.
type Clients interface {
	DeviceRequest(ctx context.Context, userCode string, by oidc.Visitor) (oidc.DeviceRequest, error)
	DecideDevice(ctx context.Context, decision oidc.Decision, by oidc.Visitor) (oidc.DeviceRequest, error)
	CheckAuthorize(ctx context.Context, request oidc.AuthorizeRequest) (oidc.Client, error)
	Ask(ctx context.Context, request oidc.AuthorizeRequest, by oidc.Visitor) (oidc.Question, error)
	Decide(ctx context.Context, request oidc.AuthorizeRequest, form secret.Text, allow bool, by oidc.Visitor) (oidc.Answered, error)
}

// Portal answers what a person may reach.
type Portal interface {
	Reach(ctx context.Context, userID string) ([]federation.Reached, error)
	Roles(ctx context.Context, userID string, account arn.AccountID, page paging.Page) ([]federation.Role, string, error)
	Credentials(ctx context.Context, person federation.Person, account arn.AccountID, set string) (federation.Credentials, error)
	RelayState(ctx context.Context, person federation.Person, account arn.AccountID, set string) (string, error)
}

// Face serves the pages. All fields are required but
// OutboxKey.
type Face struct {
	SignIn   SignIn
	Recovery Recovery
	MFA      SecondProofs
	// User finds a user as signing in knows them, or fails with a fault.
	User func(ctx context.Context, id string) (signin.User, error)
	// Profile finds what the directory knows of a user, or fails with a fault.
	Profile      func(ctx context.Context, id string) (directory.User, error)
	Account      OwnAccount
	Setup        Setup
	Sessions     Sessions
	Clients      Clients
	Portal       Portal
	Favourites   Favourites
	Applications Applications
	Console      Console
	// Record writes what a person did on a page into the audit log.
	Record func(ctx context.Context, act Act) error
	// Store is the ARN of the identity store whose people sign in.
	Store  func() string
	Assets fs.FS // script and styles
	Region string
	// StartURL is the portal's as AWS shapes it: what clients are configured with.
	StartURL func() string
	Endpoint string // scheme://host[:port] at which people and clients reach us
	Secure   bool   // people reach us over HTTPS
	Outbox   Outbox
	// OutboxKey opens the outbox; empty where letters are posted.
	OutboxKey secret.Text
	Now       func() time.Time
	Log       *slog.Logger
}

// Act is something that a person did on a page.
type Act struct {
	Name    string // of the audit event: Authenticate, Federate, Logout, AuthorizeClient, UpdatePassword …
	Source  string // of the event; "" is the portal
	Session session.Session
	Details map[string]string // its request parameters
}

// maxForm bounds a posted form, in bytes.
const maxForm = 64 << 10

// Handler returns the pages. Whatever is no page is answered 404.
func (f *Face) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/start", http.StatusSeeOther) })
	f.signInPages(mux)
	f.consentPages(mux)
	for _, typed := range []string{"/{$}", "/start", "/start/{$}"} {
		mux.HandleFunc("HEAD "+typed, f.resolve)
	}
	mux.HandleFunc("GET /start", f.visitor(f.showPortal))
	mux.HandleFunc("GET /start/{$}", f.visitor(f.showPortal))
	f.mfaDevicePages(mux)
	f.profilePages(mux)
	f.sessionPages(mux)
	f.consoleFederation(mux)
	mux.HandleFunc("POST /start/credentials", f.visitor(f.showCredentials))
	mux.HandleFunc("GET "+applicationsPath, f.visitor(f.showApplications))
	mux.HandleFunc("POST "+favouritePath, f.visitor(f.takeFavourite))
	mux.HandleFunc("GET /icon.svg", showIcon)
	mux.HandleFunc("GET /assets/{file}", f.showAsset)
	mux.HandleFunc("/", f.notFound)
	return f.guard(http.NewCrossOriginProtection().Handler(mux))
}

// guard sets what every page answers with, and bounds what it reads.
func (f *Face) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy("'self'"))
		h.Set("Referrer-Policy", "same-origin") // codes stand in URLs; forms need their origin
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		if f.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// contentPolicy is the pages' Content-Security-Policy; forms may lead to formTargets.
func contentPolicy(formTargets string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action " + formTargets
}

// resolve leads from the portal's own address to its start URL. The AWS CLI asks
// so (from 2.35 on) before it signs in at an address that is not of AWS's shape.
func (f *Face) resolve(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, f.StartURL(), http.StatusFound)
}

func (f *Face) notFound(w http.ResponseWriter, r *http.Request) {
	f.message(w, r, http.StatusNotFound, note{"Page not found", "There is nothing at this address.", toAccounts})
}

// sourceOf is the address a request comes from.
func sourceOf(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}
