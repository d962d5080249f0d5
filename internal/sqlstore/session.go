package sqlstore

import (
	"context"
	"net/netip"
	"time"

	"foyer/internal/paging"
	"foyer/internal/session"
)

const sessionColumns = "id, user_id, user_name, store, created, expires, ended, user_agent, source_ip, proofs, confirmed"

func scanSession(row scanner) (session.Session, error) {
	var s session.Session
	var created, expires, ended, confirmed int64
	var ip string
	if err := row.Scan(&s.ID, &s.UserID, &s.UserName, &s.Store, &created, &expires, &ended, &s.UserAgent, &ip, &s.Proofs, &confirmed); err != nil {
		return session.Session{}, err
	}
	s.Created, s.Expires, s.Ended = fromMicros(created), fromMicros(expires), fromMicros(ended)
	s.SourceIP, s.Confirmed = addr(ip), fromMicros(max(confirmed, created))
	return s, nil
}

// addrText is how an IP address is stored; none is the empty text.
func addrText(ip netip.Addr) string {
	if !ip.IsValid() {
		return ""
	}
	return ip.String()
}

// addr is the inverse of addrText.
func addr(text string) netip.Addr {
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return ip
}

// PutPortalSession stores a new session. It is quiet: no read remembers that a
// token opens nothing.
func (tx *Tx) PutPortalSession(ctx context.Context, s session.Session, tokenHash string) error {
	_, err := tx.execQuietly(ctx, "INSERT INTO portal_session ("+sessionColumns+", token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		s.ID, s.UserID, s.UserName, s.Store, micros(s.Created), micros(s.Expires), micros(s.Ended), s.UserAgent, addrText(s.SourceIP), s.Proofs, micros(s.Confirmed), tokenHash)
	return err
}

// PortalSession reads a session by its id.
func (tx *Tx) PortalSession(ctx context.Context, id session.ID) (session.Session, bool, error) {
	return one(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM portal_session WHERE id = ?", id)
}

// ConfirmPortalSession stores proofs and another token of a session that has not ended.
func (tx *Tx) ConfirmPortalSession(ctx context.Context, s session.Session, tokenHash string) (bool, error) {
	n, err := tx.exec(ctx, "UPDATE portal_session SET proofs = ?, confirmed = ?, token = ? WHERE id = ? AND ended = 0", s.Proofs, micros(s.Confirmed), tokenHash, s.ID)
	return n > 0, err
}

// PortalSessionByToken reads a session by the hash of its token.
func (tx *Tx) PortalSessionByToken(ctx context.Context, tokenHash string) (session.Session, bool, error) {
	return one(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM portal_session WHERE token = ?", tokenHash)
}

// PortalSessionsOf lists a user's sessions by id.
func (tx *Tx) PortalSessionsOf(ctx context.Context, user string, page paging.Page) ([]session.Session, error) {
	return rows(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM portal_session WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?", user, page.After, page.Limit)
}

// EndPortalSession ends a session that has not ended yet.
func (tx *Tx) EndPortalSession(ctx context.Context, id session.ID, at time.Time) error {
	_, err := tx.exec(ctx, "UPDATE portal_session SET ended = ? WHERE id = ? AND ended = 0", micros(at), id)
	return err
}

// ActivePortalSessionsOf lists a user's sessions that live at a time, by id.
func (tx *Tx) ActivePortalSessionsOf(ctx context.Context, user string, at time.Time, page paging.Page) ([]session.Session, error) {
	return rows(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM portal_session WHERE user_id = ? AND id > ? AND ended = 0 AND expires > ? ORDER BY id LIMIT ?", user, page.After, micros(at), page.Limit)
}

// EndPortalSessionsOf ends every session of a user but one that has not ended yet.
func (tx *Tx) EndPortalSessionsOf(ctx context.Context, user string, but session.ID, at time.Time) error {
	_, err := tx.exec(ctx, "UPDATE portal_session SET ended = ? WHERE user_id = ? AND ended = 0 AND id <> ?", micros(at), user, but)
	return err
}

// PurgePortalSessions removes up to limit sessions that expired before a time.
// It is quiet: whoever remembers one asks the clock.
func (tx *Tx) PurgePortalSessions(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.execQuietly(ctx, "DELETE FROM portal_session WHERE id IN (SELECT id FROM portal_session WHERE expires < ? ORDER BY expires LIMIT ?)", micros(before), limit)
	return int(n), err
}
