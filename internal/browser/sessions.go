package browser

import (
	"context"
	"net/http"
	"slices"
	"time"

	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/session"
)

// sessionsPath is where people see where they are signed in.
const sessionsPath = "/start/sessions"

// shownSessions is how many sessions the page shows, the newest first.
const shownSessions = 100

// sessionPages adds the page of a person's sessions to mux.
func (f *Face) sessionPages(mux *http.ServeMux) {
	mux.HandleFunc("GET "+sessionsPath, f.visitor(f.showSessions))
	mux.HandleFunc("POST "+sessionsPath+"/end", f.visitor(f.endSession))
	mux.HandleFunc("POST "+sessionsPath+"/end-others", f.visitor(f.endOtherSessions))
	mux.HandleFunc("POST "+sessionsPath+"/end-all", f.visitor(f.endAllSessions))
}

// sessionsPage is where a person is signed in: here, and elsewhere.
type sessionsPage struct {
	frame
	Current sessionLine
	Others  []sessionLine
	More    int // sessions that are not shown
}

type sessionLine struct {
	ID, Browser, SourceIP string
	Started, Expires      time.Time
}

func (f *Face) showSessions(w http.ResponseWriter, r *http.Request, s session.Session) {
	all, err := f.activeSessions(r.Context(), s.UserID)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	slices.SortFunc(all, func(a, b session.Session) int { return b.Created.Compare(a.Created) })
	page := sessionsPage{frame: inFrame(s, sessionsPath), Current: shownSession(s)}
	for _, one := range all {
		if one.ID != s.ID {
			page.Others = append(page.Others, shownSession(one))
		}
	}
	if page.More = len(page.Others) - shownSessions; page.More > 0 {
		page.Others = page.Others[:shownSessions]
	}
	f.show(w, r, http.StatusOK, "sessions.html", page)
}

// Sessions are read in pages of sessionPage, and maxSessions at most: more than
// anybody has who is not a program.
const (
	sessionPage = 100
	maxSessions = 10_000
)

func (f *Face) activeSessions(ctx context.Context, user string) ([]session.Session, error) {
	var all []session.Session
	for after := ""; len(all) < maxSessions; {
		some, next, err := f.Sessions.Active(ctx, user, paging.Page{After: after, Limit: sessionPage})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if after = next; next == "" {
			break
		}
	}
	return all, nil
}

func shownSession(s session.Session) sessionLine {
	line := sessionLine{ID: string(s.ID), Browser: browserOf(s.UserAgent), SourceIP: "an unknown address", Started: s.Created.UTC(), Expires: s.Expires.UTC()}
	if s.SourceIP.IsValid() {
		line.SourceIP = s.SourceIP.String()
	}
	return line
}

// endSession ends one of a person's sessions, be it the one they are in.
func (f *Face) endSession(w http.ResponseWriter, r *http.Request, s session.Session) {
	id := session.ID(r.PostFormValue("session"))
	if id == "" {
		f.failed(w, r, fault.Newf(fault.Invalid, "The form does not say which session to end."))
		return
	}
	err := f.Sessions.EndOf(r.Context(), s.UserID, []session.ID{id})
	f.ended(w, r, s, string(id), id == s.ID, err)
}

func (f *Face) endOtherSessions(w http.ResponseWriter, r *http.Request, s session.Session) {
	f.ended(w, r, s, "others", false, f.Sessions.EndOthersOf(r.Context(), s.UserID, s.ID))
}

func (f *Face) endAllSessions(w http.ResponseWriter, r *http.Request, s session.Session) {
	f.ended(w, r, s, "all", true, f.Sessions.EndAllOf(r.Context(), s.UserID))
}

// ended notes which sessions a person has ended, and leads back to the rest of
// them, or out when the one they were in is among the ended.
func (f *Face) ended(w http.ResponseWriter, r *http.Request, s session.Session, which string, out bool, err error) {
	if err == nil {
		err = f.Record(r.Context(), Act{Name: "BatchDeleteSession", Source: directorySource, Session: s, Details: map[string]string{"sessionId": short(which)}})
	}
	switch {
	case err != nil:
		f.failed(w, r, err)
	case out:
		f.clearCookie(w, sessionCookie)
		f.saySignedOut(w, r)
	default:
		http.Redirect(w, r, sessionsPath, http.StatusSeeOther)
	}
}
