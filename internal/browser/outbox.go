package browser

import (
	"context"
	"net/http"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mail"
	"foyer/internal/paging"
	"foyer/internal/secret"
)

// Outbox is where the demo's letters stay, because it has no mail server.
type Outbox interface {
	Letters(ctx context.Context, page paging.Page) ([]mail.Entry, string, error)
	Letter(ctx context.Context, id string) (mail.Letter, error)
}

// outboxPages adds the demo's outbox to mux: letters sign people in, so whoever
// reads them has to know the key that the welcome shows.
func (f *Face) outboxPages(mux *http.ServeMux) {
	if f.OutboxKey.Empty() {
		return
	}
	mux.HandleFunc("GET /outbox/{key}", f.outbox(f.showOutbox))
	mux.HandleFunc("GET /outbox/{key}/{id}", f.outbox(f.showLetter))
}

func (f *Face) outbox(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !secret.New(r.PathValue("key")).Equal(f.OutboxKey) {
			f.notFound(w, r)
			return
		}
		next(w, r)
	}
}

type outboxPage struct{ Letters []outboxLetter }

type outboxLetter struct {
	Link, To, Subject string
	Created           time.Time
}

// shownLetters is how many letters the outbox shows, the newest first.
const shownLetters = 50

func (f *Face) showOutbox(w http.ResponseWriter, r *http.Request) {
	entries, _, err := f.Outbox.Letters(r.Context(), paging.Page{Limit: shownLetters})
	if err != nil {
		f.failed(w, r, err)
		return
	}
	var page outboxPage
	for _, e := range entries {
		page.Letters = append(page.Letters, outboxLetter{"/outbox/" + r.PathValue("key") + "/" + e.ID, e.To, e.Subject, e.Created})
	}
	f.show(w, r, http.StatusOK, "outbox.html", page)
}

func (f *Face) showLetter(w http.ResponseWriter, r *http.Request) {
	l, err := f.Outbox.Letter(r.Context(), r.PathValue("id"))
	if fault.Of(err) == fault.NotFound {
		f.notFound(w, r)
		return
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	f.show(w, r, http.StatusOK, "letter.html", struct {
		mail.Letter
		Back string
	}{l, "/outbox/" + r.PathValue("key")})
}
