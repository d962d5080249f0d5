package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"foyer/internal/arn"
	"foyer/internal/lastaccess"
)

// PutAccesses writes accesses, but for those that are older than what is there.
// Rows go in one order, so that two nodes do not wait for one another.
func (tx *Tx) PutAccesses(ctx context.Context, all []lastaccess.Access) error {
	slices.SortFunc(all, func(a, b lastaccess.Access) int {
		return cmp.Or(cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Action, b.Action))
	})
	values := make([][]any, len(all))
	for i, a := range all {
		values[i] = []any{a.Principal, a.Service, a.Action, string(a.Account), micros(a.At), a.Region}
	}
	return tx.inBatchesQuietly(ctx, "INSERT INTO last_access (principal, service, action, account, at, region) VALUES ", "(?, ?, ?, ?, ?, ?)",
		" ON CONFLICT (principal, service, action) DO UPDATE SET at = excluded.at, region = excluded.region WHERE last_access.at < excluded.at", values)
}

// Accesses reads those of principals after a moment.
func (tx *Tx) Accesses(ctx context.Context, principals []string, after time.Time) ([]lastaccess.Access, error) {
	return tx.accesses(ctx, "SELECT principal, service, action, account, at, region FROM last_access", " ORDER BY principal, service, action", principals, after)
}

// LastAccesses reads the last ones of principals in each Region after a moment.
func (tx *Tx) LastAccesses(ctx context.Context, principals []string, after time.Time) ([]lastaccess.Access, error) {
	return tx.accesses(ctx, "SELECT principal, '', '', account, MAX(at), region FROM last_access", " GROUP BY principal, account, region", principals, after)
}

// AccountAccesses reads the last ones of accounts for each service and Region
// after a moment.
func (tx *Tx) AccountAccesses(ctx context.Context, accounts []arn.AccountID, after time.Time) ([]lastaccess.Access, error) {
	var all []lastaccess.Access
	for some := range slices.Chunk(accounts, rowsAtOnce) {
		args := make([]any, 0, len(some)+1)
		for _, id := range some {
			args = append(args, string(id))
		}
		found, err := rows(ctx, tx, scanAccess, "SELECT '', service, '', account, MAX(at), region FROM last_access WHERE account IN ("+tuples("?", len(some))+
			") AND at > ? GROUP BY account, service, region", append(args, micros(after))...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func (tx *Tx) accesses(ctx context.Context, query, tail string, principals []string, after time.Time) ([]lastaccess.Access, error) {
	var all []lastaccess.Access
	for some := range slices.Chunk(principals, rowsAtOnce) {
		args := make([]any, 0, len(some)+1)
		for _, id := range some {
			args = append(args, id)
		}
		found, err := rows(ctx, tx, scanAccess, query+" WHERE principal IN ("+tuples("?", len(some))+") AND at > ?"+tail, append(args, micros(after))...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func scanAccess(row scanner) (a lastaccess.Access, err error) {
	var account string
	var at int64
	err = row.Scan(&a.Principal, &a.Service, &a.Action, &account, &at, &a.Region)
	a.Account, a.At = arn.AccountID(account), fromMicros(at)
	return a, err
}

// DeleteAccesses removes some of those before a moment.
func (tx *Tx) DeleteAccesses(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.execQuietly(ctx, `DELETE FROM last_access WHERE (principal, service, action) IN
		(SELECT principal, service, action FROM last_access WHERE at < ? AND
			(action <> '' OR principal NOT IN (SELECT id FROM iam_access_key)) ORDER BY at LIMIT ?)`, micros(before), limit)
	return int(n), err
}

// PutAccessReport keeps a report.
func (tx *Tx) PutAccessReport(ctx context.Context, r lastaccess.Report) error {
	content, err := toJSON(r.Content)
	if err != nil {
		return err
	}
	_, err = tx.execQuietly(ctx, "INSERT INTO last_access_report (account, id, subject, actions, created, content) VALUES (?, ?, ?, ?, ?, ?)",
		string(r.Account), r.ID, r.Subject, flag(r.Actions), micros(r.Created), content)
	return err
}

// AccessReport finds a report.
func (tx *Tx) AccessReport(ctx context.Context, account arn.AccountID, id string) (lastaccess.Report, bool, error) {
	return one(ctx, tx, func(row scanner) (r lastaccess.Report, err error) {
		var content string
		var actions, created int64
		if err := row.Scan(&r.Subject, &actions, &created, &content); err != nil {
			return r, err
		}
		r.ID, r.Account, r.Actions, r.Created = id, account, actions != 0, fromMicros(created)
		return r, fromJSON(content, &r.Content)
	}, "SELECT subject, actions, created, content FROM last_access_report WHERE account = ? AND id = ?", string(account), id)
}

// DeleteAccessReports removes some of those made before a moment.
func (tx *Tx) DeleteAccessReports(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.execQuietly(ctx, `DELETE FROM last_access_report WHERE (account, id) IN
		(SELECT account, id FROM last_access_report WHERE created < ? ORDER BY created LIMIT ?)`, micros(before), limit)
	return int(n), err
}
