package sqlstore

import (
	"context"
	"time"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/paging"
)

// InsertOrgUnit adds a unit; false when a sibling has the name.
func (tx *Tx) InsertOrgUnit(ctx context.Context, u organizations.Unit) (bool, error) {
	return tx.insert(ctx, "INSERT INTO organization_unit (id, organization, parent, name, path) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		u.ID, u.Organization, u.ParentID, u.Name, u.Path)
}

// RenameOrgUnit renames a unit; false when a sibling has the name.
func (tx *Tx) RenameOrgUnit(ctx context.Context, u organizations.Unit, name string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE organization_unit SET name = ? WHERE id = ?
		AND NOT EXISTS (SELECT 1 FROM organization_unit s WHERE s.parent = ? AND s.name = ?)`, name, u.ID, u.ParentID, name)
	return n > 0, err
}

// DeleteOrgUnit removes a unit.
func (tx *Tx) DeleteOrgUnit(ctx context.Context, id string) error {
	_, err := tx.exec(ctx, "DELETE FROM organization_unit WHERE id = ?", id)
	return err
}

const unitQuery = "SELECT id, organization, parent, name, path FROM organization_unit WHERE "

func scanUnit(row scanner) (u organizations.Unit, err error) {
	err = row.Scan(&u.ID, &u.Organization, &u.ParentID, &u.Name, &u.Path)
	return u, err
}

// OrgUnit reads a unit.
func (tx *Tx) OrgUnit(ctx context.Context, id string) (organizations.Unit, bool, error) {
	return one(ctx, tx, scanUnit, unitQuery+"id = ?", id)
}

// OrgUnitsUnder lists units right under a root or unit by id.
func (tx *Tx) OrgUnitsUnder(ctx context.Context, parent string, page paging.Page) ([]organizations.Unit, error) {
	return rows(ctx, tx, scanUnit, unitQuery+"parent = ? AND id > ? ORDER BY id LIMIT ?", parent, page.After, page.Limit)
}

// CountOrgUnits counts the units of an organization.
func (tx *Tx) CountOrgUnits(ctx context.Context, organization string) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM organization_unit WHERE organization = ?", []any{organization}, &n)
	return n, err
}

// PutOrgTags adds tags, or gives them new values.
func (tx *Tx) PutOrgTags(ctx context.Context, tags []organizations.Tag) error {
	var all [][]any
	for _, t := range tags {
		all = append(all, []any{t.Resource, t.Key, t.Value})
	}
	return tx.inBatches(ctx, "INSERT INTO organization_tag (resource, name, value) VALUES ", "(?, ?, ?)",
		" ON CONFLICT (resource, name) DO UPDATE SET value = excluded.value", all)
}

// DeleteOrgTags removes some tags of a resource, or all.
func (tx *Tx) DeleteOrgTags(ctx context.Context, resource string, keys []string) error {
	if len(keys) == 0 {
		_, err := tx.exec(ctx, "DELETE FROM organization_tag WHERE resource = ?", resource)
		return err
	}
	for _, k := range keys {
		if _, err := tx.exec(ctx, "DELETE FROM organization_tag WHERE resource = ? AND name = ?", resource, k); err != nil {
			return err
		}
	}
	return nil
}

// OrgTags lists the tags of a resource by key.
func (tx *Tx) OrgTags(ctx context.Context, resource string, page paging.Page) ([]organizations.Tag, error) {
	return rows(ctx, tx, func(row scanner) (t organizations.Tag, err error) {
		return t, row.Scan(&t.Resource, &t.Key, &t.Value)
	}, "SELECT resource, name, value FROM organization_tag WHERE resource = ? AND name > ? ORDER BY name LIMIT ?",
		resource, page.After, page.Limit)
}

// PutOrgServiceAccess trusts a service; twice is once.
func (tx *Tx) PutOrgServiceAccess(ctx context.Context, organization, principal string, at time.Time) error {
	_, err := tx.insert(ctx, "INSERT INTO organization_service (organization, principal, enabled) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		organization, principal, micros(at))
	return err
}

// DeleteOrgServiceAccess ends the trust in a service.
func (tx *Tx) DeleteOrgServiceAccess(ctx context.Context, organization, principal string) error {
	_, err := tx.exec(ctx, "DELETE FROM organization_service WHERE organization = ? AND principal = ?", organization, principal)
	return err
}

// HasOrgServiceAccess reports whether a service is trusted.
func (tx *Tx) HasOrgServiceAccess(ctx context.Context, organization, principal string) (bool, error) {
	var n int
	return tx.queryRow(ctx, "SELECT 1 FROM organization_service WHERE organization = ? AND principal = ?", []any{organization, principal}, &n)
}

func scanService(row scanner) (organizations.TrustedService, error) {
	var (
		s     organizations.TrustedService
		since int64
	)
	err := row.Scan(&s.Principal, &since)
	s.Since = fromMicros(since)
	return s, err
}

// OrgServiceAccess lists trusted services by principal.
func (tx *Tx) OrgServiceAccess(ctx context.Context, organization string, page paging.Page) ([]organizations.TrustedService, error) {
	return rows(ctx, tx, scanService, `SELECT principal, enabled FROM organization_service
		WHERE organization = ? AND principal > ? ORDER BY principal LIMIT ?`, organization, page.After, page.Limit)
}

// PutOrgDelegate registers a delegated administrator; false when it is one.
func (tx *Tx) PutOrgDelegate(ctx context.Context, organization, principal string, account arn.AccountID, at time.Time) (bool, error) {
	return tx.insert(ctx, "INSERT INTO organization_delegate (organization, account, principal, enabled) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		organization, string(account), principal, micros(at))
}

// DeleteOrgDelegate removes a delegated administrator.
func (tx *Tx) DeleteOrgDelegate(ctx context.Context, organization, principal string, account arn.AccountID) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM organization_delegate WHERE organization = ? AND account = ? AND principal = ?",
		organization, string(account), principal)
	return n > 0, err
}

// IsOrgDelegate reports whether an account administers a service, or any.
func (tx *Tx) IsOrgDelegate(ctx context.Context, organization string, account arn.AccountID, principal string) (bool, error) {
	var n int
	return tx.queryRow(ctx, `SELECT 1 FROM organization_delegate WHERE organization = ? AND account = ?
		AND (principal = ? OR ? = '') LIMIT 1`, []any{organization, string(account), principal, principal}, &n)
}

// OrgDelegates lists delegated administrators by account id.
func (tx *Tx) OrgDelegates(ctx context.Context, organization, principal string, page paging.Page) ([]organizations.Delegate, error) {
	since, err := tx.delegatedSince(ctx, organization, principal, page)
	if err != nil {
		return nil, err
	}
	all := make([]organizations.Delegate, 0, len(since))
	for _, d := range since {
		account, found, err := tx.OrgAccount(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		if found {
			all = append(all, organizations.Delegate{Account: account, Since: d.Since})
		}
	}
	return all, nil
}

func (tx *Tx) delegatedSince(ctx context.Context, organization, principal string, page paging.Page) ([]organizations.Delegate, error) {
	scan := func(row scanner) (organizations.Delegate, error) {
		var (
			d     organizations.Delegate
			since int64
		)
		err := row.Scan(&d.ID, &since)
		d.Since = fromMicros(since)
		return d, err
	}
	if principal != "" {
		return rows(ctx, tx, scan, `SELECT account, enabled FROM organization_delegate
			WHERE organization = ? AND principal = ? AND account > ? ORDER BY account LIMIT ?`,
			organization, principal, page.After, page.Limit)
	}
	return rows(ctx, tx, scan, `SELECT account, MIN(enabled) FROM organization_delegate
		WHERE organization = ? AND account > ? GROUP BY account ORDER BY account LIMIT ?`,
		organization, page.After, page.Limit)
}

// OrgDelegatedServices lists by principal what an account administers.
func (tx *Tx) OrgDelegatedServices(ctx context.Context, organization string, account arn.AccountID, page paging.Page) ([]organizations.TrustedService, error) {
	return rows(ctx, tx, scanService, `SELECT principal, enabled FROM organization_delegate
		WHERE organization = ? AND account = ? AND principal > ? ORDER BY principal LIMIT ?`,
		organization, string(account), page.After, page.Limit)
}
