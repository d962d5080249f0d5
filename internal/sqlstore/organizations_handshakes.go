package sqlstore

import (
	"context"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/paging"
)

// PutOrgHandshakes adds handshakes.
func (tx *Tx) PutOrgHandshakes(ctx context.Context, handshakes []organizations.Handshake) error {
	var all [][]any
	for _, h := range handshakes {
		tags, err := toJSON(h.Tags)
		if err != nil {
			return err
		}
		all = append(all, []any{
			h.ID, h.Organization, string(h.Action), string(h.State), h.Parent, h.Party, string(h.PartyType), string(h.Account), h.EmailKey,
			h.Notes, tags, micros(h.Requested), micros(h.Expires), micros(h.Ended),
		})
	}
	return tx.inBatches(ctx, `INSERT INTO organization_handshake
		(id, organization, action, state, parent, party, party_type, account, email_key, notes, tags, requested, expires, ended) VALUES `,
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "", all)
}

const handshakeQuery = `SELECT h.id, h.organization, h.action, h.state, h.parent, h.party, h.party_type, h.account, h.email_key,
	h.notes, h.tags, h.requested, h.expires, h.ended, o.management, m.email, m.name, o.features
	FROM organization_handshake h JOIN organization o ON o.id = h.organization JOIN account m ON m.id = o.management WHERE `

func scanHandshake(row scanner) (organizations.Handshake, error) {
	var (
		h                         organizations.Handshake
		tags                      string
		requested, expires, ended int64
	)
	err := row.Scan(&h.ID, &h.Organization, &h.Action, &h.State, &h.Parent, &h.Party, &h.PartyType, &h.Account, &h.EmailKey,
		&h.Notes, &tags, &requested, &expires, &ended, &h.Management, &h.ManagementEmail, &h.ManagementName, &h.Features)
	if err != nil {
		return h, err
	}
	h.Requested, h.Expires, h.Ended = fromMicros(requested), fromMicros(expires), fromMicros(ended)
	h.ARN = organizations.Organization{ID: h.Organization, Management: h.Management}.HandshakeARN(h.Action, h.ID)
	return h, fromJSON(tags, &h.Tags)
}

// OrgHandshake reads a handshake.
func (tx *Tx) OrgHandshake(ctx context.Context, id string) (organizations.Handshake, bool, error) {
	return one(ctx, tx, scanHandshake, handshakeQuery+"h.id = ?", id)
}

// SetOrgHandshakeState writes a handshake's state.
func (tx *Tx) SetOrgHandshakeState(ctx context.Context, id string, state organizations.HandshakeState, ended time.Time) error {
	_, err := tx.exec(ctx, "UPDATE organization_handshake SET state = ?, ended = ? WHERE id = ?", string(state), micros(ended), id)
	return err
}

// handshakes lists those that also meet a filter, and were not over at since.
func (tx *Tx) handshakes(ctx context.Context, where string, args []any, f organizations.HandshakeFilter, since time.Time, page paging.Page) ([]organizations.Handshake, error) {
	var query strings.Builder
	query.WriteString(handshakeQuery + where + " AND h.id > ? AND (h.ended > ? OR h.ended = 0 AND h.expires > ?)")
	args = append(args, page.After, micros(since), micros(since))
	if f.Action != "" {
		query.WriteString(" AND h.action = ?")
		args = append(args, string(f.Action))
	}
	if f.Parent != "" {
		query.WriteString(" AND h.parent = ?")
		args = append(args, f.Parent)
	}
	query.WriteString(" ORDER BY h.id LIMIT ?")
	return rows(ctx, tx, scanHandshake, query.String(), append(args, page.Limit)...)
}

// OrgHandshakes lists an organization's handshakes by id.
func (tx *Tx) OrgHandshakes(ctx context.Context, organization string, f organizations.HandshakeFilter, since time.Time, page paging.Page) ([]organizations.Handshake, error) {
	return tx.handshakes(ctx, "h.organization = ?", []any{organization}, f, since, page)
}

// OrgHandshakesFor lists the handshakes that ask an account by id.
func (tx *Tx) OrgHandshakesFor(ctx context.Context, account arn.AccountID, email string, f organizations.HandshakeFilter, since time.Time, page paging.Page) ([]organizations.Handshake, error) {
	switch {
	case account == "":
		return tx.handshakes(ctx, "h.email_key = ?", []any{email}, f, since, page)
	case email == "":
		return tx.handshakes(ctx, "h.account = ?", []any{string(account)}, f, since, page)
	default:
		return tx.handshakes(ctx, "(h.account = ? OR h.email_key = ?)", []any{string(account), email}, f, since, page)
	}
}

const inviteCount = "SELECT COUNT(*) FROM organization_handshake WHERE organization = ? AND action = '" + string(organizations.InviteAction) + "' AND "

// CountOrgInvites counts invitations begun since and not accepted.
func (tx *Tx) CountOrgInvites(ctx context.Context, organization string, since time.Time) (n int, err error) {
	_, err = tx.queryRow(ctx, inviteCount+"requested >= ? AND state <> ?",
		[]any{organization, micros(since), string(organizations.HandshakeAccepted)}, &n)
	return n, err
}

// CountOpenOrgInvites counts invitations that can be accepted.
func (tx *Tx) CountOpenOrgInvites(ctx context.Context, organization string, at time.Time) (n int, err error) {
	_, err = tx.queryRow(ctx, inviteCount+"ended = 0 AND expires > ?", []any{organization, micros(at)}, &n)
	return n, err
}

// PurgeOrgHandshakes removes handshakes that were over before a time. An
// approval stays as long as what it approves may be open.
func (tx *Tx) PurgeOrgHandshakes(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.execQuietly(ctx, `DELETE FROM organization_handshake WHERE id IN (SELECT id FROM organization_handshake
		WHERE expires <= ? OR ended > 0 AND ended <= ? AND parent = '' LIMIT ?)`, micros(before), micros(before), limit)
	return int(n), err
}

// PutOrgResourcePolicy writes an organization's resource policy.
func (tx *Tx) PutOrgResourcePolicy(ctx context.Context, organization string, p organizations.ResourcePolicy) error {
	hash, err := tx.putDocument(ctx, p.Content)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO organization_resource_policy (organization, id, content) VALUES (?, ?, ?)
		ON CONFLICT (organization) DO UPDATE SET content = excluded.content`, organization, p.ID, hash)
	return err
}

// OrgResourcePolicy reads an organization's resource policy.
func (tx *Tx) OrgResourcePolicy(ctx context.Context, organization string) (organizations.ResourcePolicy, bool, error) {
	return one(ctx, tx, func(row scanner) (p organizations.ResourcePolicy, err error) {
		return p, row.Scan(&p.ID, &p.Content)
	}, `SELECT r.id, d.text FROM organization_resource_policy r JOIN policy_document d ON d.hash = r.content
		WHERE r.organization = ?`, organization)
}

// DeleteOrgResourcePolicy removes an organization's resource policy.
func (tx *Tx) DeleteOrgResourcePolicy(ctx context.Context, organization string) error {
	_, err := tx.exec(ctx, "DELETE FROM organization_resource_policy WHERE organization = ?", organization)
	return err
}

// DeleteOrganization removes an organization and all that is its own; its
// management account becomes standalone.
func (tx *Tx) DeleteOrganization(ctx context.Context, o organizations.Organization) error {
	if _, err := tx.exec(ctx, `DELETE FROM organization_tag WHERE resource IN (?, ?)
		OR resource IN (SELECT id FROM organization_unit WHERE organization = ?)
		OR resource IN (SELECT id FROM organization_policy WHERE organization = ?)
		OR resource IN (SELECT id FROM organization_resource_policy WHERE organization = ?)`,
		o.Root, string(o.Management), o.ID, o.ID, o.ID); err != nil {
		return err
	}
	for _, table := range []string{
		"organization_attachment", "organization_policy", "organization_unit", "account_creation", "organization_service",
		"organization_delegate", "organization_handshake", "organization_resource_policy",
	} {
		if _, err := tx.exec(ctx, "DELETE FROM "+table+" WHERE organization = ?", o.ID); err != nil {
			return err
		}
	}
	if _, err := tx.exec(ctx, "DELETE FROM organization WHERE id = ?", o.ID); err != nil {
		return err
	}
	return tx.LeaveOrganization(ctx, o.Management)
}
