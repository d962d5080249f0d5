package browser

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"

	"foyer/internal/fault"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages are the templates, read once; a mistake in one shows at the first test.
var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// show answers a page. It is rendered whole before the first byte goes out.
func (f *Face) show(w http.ResponseWriter, r *http.Request, status int, page string, data any) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, page, data); err != nil {
		f.Log.ErrorContext(r.Context(), "page not rendered", "page", page, "error", err)
		http.Error(w, "The page could not be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(body.Bytes()); err != nil {
		f.Log.DebugContext(r.Context(), "page not sent", "page", page, "error", err)
	}
}

func (f *Face) message(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	f.show(w, r, status, "message.html", struct{ Title, Text string }{title, text})
}

// failed answers a failure in the words a person can use; what is our own
// fault goes to the log.
func (f *Face) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch fault.Of(err) {
	case fault.Internal:
		f.Log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
		f.message(w, r, http.StatusInternalServerError, "Something went wrong", "The server could not answer. Try again in a moment.")
	case fault.Denied:
		f.message(w, r, http.StatusForbidden, "No access", fault.Message(err))
	case fault.Throttled:
		f.message(w, r, http.StatusTooManyRequests, "Too many attempts", fault.Message(err))
	default:
		f.message(w, r, http.StatusBadRequest, "That did not work", fault.Message(err))
	}
}
