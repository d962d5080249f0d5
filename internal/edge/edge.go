// Package edge is the one door of the house: every request goes
// receive → dispatch → identify → authorize → validate → operate → record → answer.
package edge

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"foyer/internal/audit"
	"foyer/internal/caller"
	"foyer/internal/mint"
	"foyer/internal/secret"
	"foyer/internal/sigv4"
	"foyer/internal/wire"
)

// Recorder writes audit events.
type Recorder interface {
	Record(ctx context.Context, e audit.Event)         // soon
	RecordIn(ctx context.Context, e audit.Event) error // in the unit of work of ctx
}

// Server answers every request. All fields are required but Throttle, Observe, PagePaths and Trusted.
type Server struct {
	APIs []*wire.API

	// Identify returns whose access key this is and its secret. An unknown key
	// is an Unauthenticated fault; one that ran out says so by Expired() bool.
	Identify func(ctx context.Context, accessKeyID string, token secret.Text, now time.Time) (caller.Caller, secret.Text, error)
	// Throttle refuses a call that is one too many with a Throttled fault; nil
	// refuses none.
	Throttle func(call *wire.Call) error
	// Authorize fails with a Denied fault unless every demand is allowed.
	Authorize func(ctx context.Context, call *wire.Call, demands []wire.Demand) error
	// Observe is told of every call whose caller is known, whether it is allowed
	// or not, with what it demands; nil observes nothing. It must not wait.
	Observe func(call *wire.Call, demands []wire.Demand)
	// Unit runs a changing operation as one unit of work.
	Unit func(ctx context.Context, fn func(context.Context) error) error
	// Ready reports whether the store answers.
	Ready    func(ctx context.Context) error
	Recorder Recorder
	Pages    http.Handler // answers whatever is no API call
	// PagePaths are pages that programs ask for as they ask for operations.
	PagePaths []string

	Mint    mint.Mint
	Now     func() time.Time
	Log     *slog.Logger
	Region  string         // home region, for events of unsigned calls
	Account string         // that events of nobody's account go to: the management account
	Trusted []netip.Prefix // networks whose X-Forwarded-For is believed
	Timeout time.Duration  // bound of one call
	Secure  bool           // people reach us over TLS
}

// Bounds of a request.
const (
	maxBody      = 1 << 20 // bytes; the largest input of all contracts is far below
	maxUserAgent = 1024
)

// Handler returns the server's one handler.
func (s *Server) Handler() http.Handler {
	h := &handler{Server: s, routes: newRoutes(s.APIs), metrics: newMetrics()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", h.readyz)
	mux.Handle("GET /metrics", h.metrics.handler())
	mux.HandleFunc("/", h.serve)
	return mux
}

type handler struct {
	*Server
	routes  *routes
	metrics *metrics
	signing sigv4.Keys
}

func (h *handler) readyz(w http.ResponseWriter, r *http.Request) {
	if err := h.Ready(r.Context()); err != nil {
		h.Log.ErrorContext(r.Context(), "not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "the store does not answer\n")
		return
	}
	plain(w, http.StatusOK, "ready\n")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}
