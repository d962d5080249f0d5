package edge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/sigv4"
	"foyer/internal/wire"
)

// exchange is one call on its way through the house.
type exchange struct {
	request      *http.Request
	body         []byte
	query        url.Values
	form         url.Values // Query protocol: the parameters, wherever they came
	message      *sigv4.Message
	signature    *sigv4.Signature // nil when the request has none, or none that can be read
	signatureErr error
	call         *wire.Call
	in           any
	demands      []wire.Demand
}

// serve takes a request that is no health question: an API call, or a page.
func (h *handler) serve(w http.ResponseWriter, r *http.Request) {
	if !h.apiCall(r) {
		h.page(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.Timeout)
	defer cancel()
	x := &exchange{request: r.WithContext(ctx), call: &wire.Call{
		RequestID: h.Mint.UUID(), Time: h.now(), SourceIP: h.source(r), Secure: h.Secure,
		UserAgent: cut(r.UserAgent(), maxUserAgent), Region: h.Region, Endpoint: h.endpoint(r),
	}}
	failure := h.receive(w, x)
	if x.call.API == nil && failure == nil {
		r.Body = io.NopCloser(bytes.NewReader(x.body)) // it has been read, and the page may want it
		h.page(w, r)
		return
	}
	var answer *wire.Outbound
	if failure == nil {
		answer, failure = h.perform(ctx, x)
	}
	if failure != nil {
		answer = wire.EncodeError(x.api(h.routes), x.call.RequestID, failure)
	}
	h.answer(ctx, w, x, answer, failure)
}

// page answers a request for a page, whose RemoteAddr is the person's address
// also where a proxy stands between.
func (h *handler) page(w http.ResponseWriter, r *http.Request) {
	shown := r.WithContext(r.Context())
	shown.RemoteAddr = h.source(r).String()
	h.Pages.ServeHTTP(w, shown)
}

// api is the service whose words an answer is in, also when none was found.
func (x *exchange) api(r *routes) *wire.API {
	if x.call.API != nil {
		return x.call.API
	}
	return &wire.API{Name: "unknown", Protocol: wire.AWSJSON, JSONVersion: "1.1"}
}

// apiCall tells, without reading the body, an API call from a page: browsers
// post forms and say that they accept pages; clients sign, or ask for a path or
// an action of a contract.
func (h *handler) apiCall(r *http.Request) bool {
	if slices.Contains(h.PagePaths, r.URL.Path) {
		return false
	}
	if r.Method == http.MethodPost {
		return !isForm(r) || !strings.Contains(r.Header.Get("Accept"), "text/html")
	}
	if sigv4.Present(&sigv4.Message{Header: r.Header, RawQuery: r.URL.RawQuery}) {
		return true
	}
	return h.routes.path(r) != nil || r.Method == http.MethodGet && strings.Contains(r.URL.RawQuery, "Action=") && r.URL.Path == "/"
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// receive reads the bounded body and finds service and operation.
func (h *handler) receive(w http.ResponseWriter, x *exchange) *wire.Error {
	r := x.request
	var tooLarge *http.MaxBytesError
	var err error
	x.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	h.readSignature(x)
	x.query = r.URL.Query()
	if isForm(r) && err == nil {
		x.form, _ = url.ParseQuery(string(x.body))
	} else if r.Method == http.MethodGet {
		x.form = x.query
		x.body = []byte(r.URL.RawQuery)
	}
	x.call.API = h.routes.find(r, x.signature, x.form)
	if errors.As(err, &tooLarge) {
		code := "RequestEntityTooLargeException"
		if x.call.API != nil && x.call.API.Protocol == wire.Query {
			code = "RequestEntityTooLarge"
		}
		return &wire.Error{Code: code, Message: fmt.Sprintf("The request body is longer than %d bytes.", maxBody), Status: http.StatusRequestEntityTooLarge}
	}
	if err != nil {
		return &wire.Error{Code: "RequestTimeout", Message: "The request body did not arrive.", Status: http.StatusRequestTimeout, Err: err}
	}
	if x.call.API == nil {
		if target := r.Header.Get("X-Amz-Target"); target != "" || x.signature != nil || x.form.Has("Action") {
			return &wire.Error{Code: "UnknownOperationException", Message: "Foyer serves no operation " + target + x.form.Get("Action") + ".", Status: http.StatusNotFound}
		}
		return nil
	}
	if x.call.API.Protocol == wire.RESTJSON && r.Method == http.MethodGet {
		x.body = nil
	}
	op, name := operation(x.call.API, r, x.query, x.form)
	if op == nil {
		return unknownOperation(x.call.API, name, x.form)
	}
	x.call.Operation = op
	return nil
}

// readSignature parses the signature, and hashes the body that it covers.
func (h *handler) readSignature(x *exchange) {
	r := x.request
	x.message = &sigv4.Message{Method: r.Method, Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Host: r.Host, Header: r.Header}
	if !sigv4.Present(x.message) {
		return
	}
	sum := sha256.Sum256(x.body)
	x.message.BodyHash = hex.EncodeToString(sum[:])
	x.signature, x.signatureErr = sigv4.Parse(x.message)
	if x.signature != nil {
		x.call.Region = x.signature.Region
	}
}

// perform takes a call from identification to its answer, and records it.
func (h *handler) perform(ctx context.Context, x *exchange) (answer *wire.Outbound, failure *wire.Error) {
	defer func() {
		if p := recover(); p != nil { // our bug: whatever it was in the middle of is rolled back
			h.Log.ErrorContext(ctx, "operation panicked", "operation", x.call.Operation.Name, "request_id", x.call.RequestID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			answer, failure = nil, internal(fmt.Errorf("panic: %v", p))
			h.record(ctx, x, nil, failure)
		}
	}()
	if failure := h.admit(ctx, x); failure != nil {
		h.record(ctx, x, nil, failure)
		return nil, failure
	}
	if x.call.Operation.ReadOnly {
		out, failure := h.operate(ctx, x)
		h.record(ctx, x, out, failure)
		if failure != nil {
			return nil, failure
		}
		return h.encode(x, out)
	}
	return h.change(ctx, x)
}

// admit identifies the caller, reads the input, and asks whether the caller may.
func (h *handler) admit(ctx context.Context, x *exchange) *wire.Error {
	api, op := x.call.API, x.call.Operation
	if failure := h.identify(ctx, x); failure != nil {
		return failure
	}
	if h.Throttle != nil {
		if err := h.Throttle(x.call); err != nil {
			return api.Fault(err)
		}
	}
	authorize, served := api.Authorize[op.Name]
	if !served {
		return wire.NotBuilt(api, op.Name)
	}
	in, failure := wire.DecodeInput(api, op, &wire.Inbound{Query: x.query, Header: x.request.Header, Body: x.body})
	if failure != nil {
		return failure
	}
	x.in = in
	var err error
	x.demands, err = authorize(ctx, x.call, in)
	if h.Observe != nil && x.call.Caller.Kind != caller.Anonymous {
		h.Observe(x.call, x.demands)
	}
	if err == nil && len(x.demands) > 0 {
		err = h.Authorize(ctx, x.call, x.demands)
	}
	if err != nil {
		if failure := denied(api, op, err); failure != nil {
			return failure
		}
		return api.Fault(err)
	}
	return wire.Validate(api, op, in)
}

// operate runs the operation and words its failure.
func (h *handler) operate(ctx context.Context, x *exchange) (any, *wire.Error) {
	out, err := x.call.Operation.Invoke(ctx, x.call, x.in)
	if err != nil {
		return nil, x.call.API.Fault(err)
	}
	return out, nil
}

// change runs a changing operation with its event in one unit of work. The
// answer is encoded before the commit, so that nothing acknowledged is lost and
// nothing is committed that cannot be answered.
func (h *handler) change(ctx context.Context, x *exchange) (answer *wire.Outbound, failure *wire.Error) {
	err := h.Unit(ctx, func(ctx context.Context) error {
		answer, failure = nil, nil // the unit may run again
		out, failed := h.operate(ctx, x)
		if failed != nil {
			failure = failed
			return failed
		}
		if answer, failed = h.encode(x, out); failed != nil {
			failure = failed
			return failed
		}
		return h.Recorder.RecordIn(ctx, h.event(x, out, nil))
	})
	switch {
	case failure != nil:
		h.record(ctx, x, nil, failure)
		return nil, failure
	case err != nil:
		failure = x.call.API.Fault(err)
		h.record(ctx, x, nil, failure)
		return nil, failure
	}
	return answer, nil
}

func (h *handler) encode(x *exchange, out any) (*wire.Outbound, *wire.Error) {
	answer, err := wire.EncodeOutput(x.call.API, x.call.Operation, x.call.RequestID, out)
	if err != nil {
		return nil, internal(err)
	}
	return answer, nil
}

// answer sends what came out, and tells the log and the metrics.
func (h *handler) answer(ctx context.Context, w http.ResponseWriter, x *exchange, answer *wire.Outbound, failure *wire.Error) {
	header := w.Header()
	for name, value := range answer.Header {
		header[name] = []string{value} // as AWS spells it
	}
	if message := authorizationMessage(failure); message != "" {
		header[authorizationHeader] = []string{message}
	}
	header["Cache-Control"] = []string{"no-store"}
	header["X-Content-Type-Options"] = []string{"nosniff"}
	header["Content-Length"] = []string{strconv.Itoa(len(answer.Body))}
	w.WriteHeader(answer.Status)
	if _, err := w.Write(answer.Body); err != nil {
		h.Log.DebugContext(ctx, "answer not sent", "request_id", x.call.RequestID, "error", err)
	}
	h.metrics.observe(x.call, failure, h.now().Sub(x.call.Time))
	h.log(ctx, x, answer.Status, failure)
}

// authorizationHeader carries what sts:DecodeAuthorizationMessage takes. AWS's
// services that have such messages put them into their sentences; those that we
// serve do not, so it does not stand there.
const authorizationHeader = "X-Foyer-Authorization-Message"

// explained is a denial that can be asked for its reasons.
type explained interface {
	error
	AuthorizationMessage() string
}

// authorizationMessage is the encoded reason of a denial, if there is one.
func authorizationMessage(failure *wire.Error) string {
	if failure == nil {
		return ""
	}
	if d, ok := errors.AsType[explained](failure); ok {
		return d.AuthorizationMessage()
	}
	return ""
}

func (h *handler) endpoint(r *http.Request) string {
	if h.Secure || r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// source is the client's address. Behind a trusted proxy it is the last
// address of X-Forwarded-For that no trusted proxy wrote.
func (h *handler) source(r *http.Request) netip.Addr {
	addr := hostAddr(r.RemoteAddr)
	if len(r.Header["X-Forwarded-For"]) == 0 {
		return addr
	}
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && h.trusts(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(forwarded[i]))
		if err != nil {
			break
		}
		addr = next.Unmap()
	}
	return addr
}

func (h *handler) trusts(addr netip.Addr) bool {
	for _, p := range h.Trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func hostAddr(remote string) netip.Addr {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}

func cut(text string, n int) string {
	if len(text) > n {
		return text[:n]
	}
	return text
}

// kindOf keeps metrics' labels few.
func kindOf(failure *wire.Error) string {
	switch {
	case failure == nil:
		return "success"
	case failure.Status >= 500 || failure.Err != nil && fault.Of(failure.Err) == fault.Internal:
		return "fault"
	default:
		return "error"
	}
}
