package browser

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"

	"foyer/internal/fault"
)

//go:embed pages/*.html pages/icon.svg
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
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	if _, err := w.Write(body.Bytes()); err != nil {
		f.Log.DebugContext(r.Context(), "page not sent", "page", page, "error", err)
	}
}

func (f *Face) showAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if info, err := fs.Stat(f.Assets, name); err != nil || info.IsDir() {
		f.notFound(w, r)
		return
	}
	http.ServeFileFS(w, r, f.Assets, name)
}

func showIcon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=86400")
	http.ServeFileFS(w, r, pageFiles, "pages/icon.svg")
}

// note is a page that says something. Next is what its link to the portal says;
// "" means there is nothing to go on to.
type note struct{ Title, Text, Next string }

const toAccounts = "Go to your accounts"

func (f *Face) message(w http.ResponseWriter, r *http.Request, status int, n note) {
	f.show(w, r, status, "message.html", n)
}

// failed answers a failure in the words a person can use; what is our own
// fault goes to the log.
func (f *Face) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch fault.Of(err) {
	case fault.Internal:
		f.Log.ErrorContext(r.Context(), "page failed", "page", r.Pattern, "error", err)
		f.message(w, r, http.StatusInternalServerError, note{"Something went wrong", "The server could not answer. Try again in a moment.", toAccounts})
	case fault.Denied:
		f.message(w, r, http.StatusForbidden, note{"No access", fault.Message(err), toAccounts})
	case fault.Throttled:
		f.message(w, r, http.StatusTooManyRequests, note{"Too many attempts", fault.Message(err), toAccounts})
	default:
		f.message(w, r, http.StatusBadRequest, note{"That did not work", fault.Message(err), toAccounts})
	}
}
