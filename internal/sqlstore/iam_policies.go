package sqlstore

import (
	"context"
	"strconv"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/paging"
)

const iamPolicyColumns = "p.account, p.arn, p.id, p.name, p.path, p.description, p.tags, p.default_version, p.last_version, p.created, p.updated"

// InsertIAMPolicy adds a managed policy, unless its name is taken.
func (tx *Tx) InsertIAMPolicy(ctx context.Context, p iam.Policy) (bool, error) {
	tags, err := tagsText(p.Tags)
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, `INSERT INTO iam_policy (account, name_key, arn, id, name, path, description, tags, default_version, last_version, created, updated)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		string(p.Account), iam.Key(p.Name), p.ARN, p.ID, p.Name, p.Path, p.Description, tags,
		defaultNumber(p), p.LastVersion, micros(p.Created), micros(p.Updated))
}

// defaultNumber is the number in v1, v2, ….
func defaultNumber(p iam.Policy) int64 {
	if len(p.Default) < 2 {
		return 0
	}
	n, err := strconv.ParseInt(p.Default[1:], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// UpdateIAMPolicy writes what changes of a managed policy.
func (tx *Tx) UpdateIAMPolicy(ctx context.Context, p iam.Policy) error {
	tags, err := tagsText(p.Tags)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE iam_policy SET tags = ?, default_version = ?, last_version = ?, updated = ? WHERE arn = ?",
		tags, defaultNumber(p), p.LastVersion, micros(p.Updated), p.ARN)
	return err
}

// DeleteIAMPolicy removes a managed policy and its versions.
func (tx *Tx) DeleteIAMPolicy(ctx context.Context, p iam.Policy) error {
	if _, err := tx.exec(ctx, "DELETE FROM iam_policy_version WHERE policy_id = ?", p.ID); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "DELETE FROM iam_policy WHERE arn = ?", p.ARN)
	return err
}

// IAMPolicy finds by ARN.
func (tx *Tx) IAMPolicy(ctx context.Context, policyARN string) (iam.Policy, bool, error) {
	return one(ctx, tx, scanIAMPolicy, "SELECT "+iamPolicyColumns+" FROM iam_policy p WHERE p.arn = ?", policyARN)
}

// IAMPolicyCount counts an account's managed policies.
func (tx *Tx) IAMPolicyCount(ctx context.Context, account arn.AccountID) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM iam_policy WHERE account = ?", []any{string(account)}, &n)
	return n, err
}

// IAMPolicies lists an account's managed policies by name, with their counts.
func (tx *Tx) IAMPolicies(ctx context.Context, account arn.AccountID, q iam.PoliciesQuery, page paging.Page) ([]iam.Policy, error) {
	const attached = "(SELECT COUNT(*) FROM iam_attachment a WHERE a.account = p.account AND a.policy_arn = p.arn)"
	const bounding = "(SELECT COUNT(*) FROM iam_entity e WHERE e.account = p.account AND e.boundary = p.arn AND e.boundary <> '')"
	query := "SELECT " + iamPolicyColumns + ", " + attached + ", " + bounding + ` FROM iam_policy p
		WHERE p.account = ? AND p.name_key > ? AND substr(p.path, 1, ?) = ?`
	switch {
	case q.Usage == iam.AsPermissions:
		query += " AND " + attached + " > 0"
	case q.Usage == iam.AsBoundary:
		query += " AND " + bounding + " > 0"
	case q.OnlyAttached:
		query += " AND (" + attached + " > 0 OR " + bounding + " > 0)"
	}
	return rows(ctx, tx, func(row scanner) (iam.Policy, error) {
		var a, b int
		p, err := scanIAMPolicyColumns(row, &a, &b)
		p.Attached, p.Bounding = a, b
		return p, err
	}, query+" ORDER BY p.name_key LIMIT ?", string(account), page.After, len(q.PathPrefix), q.PathPrefix, page.Limit)
}

func scanIAMPolicy(row scanner) (iam.Policy, error) { return scanIAMPolicyColumns(row) }

// scanIAMPolicyColumns reads iamPolicyColumns and what comes after them.
func scanIAMPolicyColumns(row scanner, more ...any) (iam.Policy, error) {
	var p iam.Policy
	var account, tags string
	var number, created, updated int64
	err := row.Scan(append([]any{&account, &p.ARN, &p.ID, &p.Name, &p.Path, &p.Description, &tags, &number, &p.LastVersion, &created, &updated}, more...)...)
	if err != nil {
		return p, err
	}
	p.Account, p.Default = arn.AccountID(account), iam.Version{Number: number}.ID()
	p.Created, p.Updated = fromMicros(created), fromMicros(updated)
	err = fromJSON(tags, &p.Tags)
	return p, err
}

// PutIAMPolicyVersion adds a version of a managed policy.
func (tx *Tx) PutIAMPolicyVersion(ctx context.Context, policyID string, v iam.Version) error {
	hash, err := tx.putDocument(ctx, v.Document)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "INSERT INTO iam_policy_version (policy_id, number, document, created) VALUES (?, ?, ?, ?)",
		policyID, v.Number, hash, micros(v.Created))
	return err
}

// DeleteIAMPolicyVersion removes a version of a managed policy.
func (tx *Tx) DeleteIAMPolicyVersion(ctx context.Context, policyID string, number int64) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_policy_version WHERE policy_id = ? AND number = ?", policyID, number)
	return err
}

// IAMPolicyVersions lists a managed policy's versions, newest first.
func (tx *Tx) IAMPolicyVersions(ctx context.Context, policyID string) ([]iam.Version, error) {
	return rows(ctx, tx, scanIAMVersion, "SELECT number, created, '' FROM iam_policy_version WHERE policy_id = ? ORDER BY number DESC", policyID)
}

// IAMPolicyVersion reads one version with its document.
func (tx *Tx) IAMPolicyVersion(ctx context.Context, policyID string, number int64) (iam.Version, bool, error) {
	return one(ctx, tx, scanIAMVersion, `SELECT v.number, v.created, d.text FROM iam_policy_version v
		JOIN policy_document d ON d.hash = v.document WHERE v.policy_id = ? AND v.number = ?`, policyID, number)
}

func scanIAMVersion(row scanner) (v iam.Version, err error) {
	var created int64
	err = row.Scan(&v.Number, &created, &v.Document)
	v.Created = fromMicros(created)
	return v, err
}

// IAMPolicyNamed finds by name, without regard to case.
func (tx *Tx) IAMPolicyNamed(ctx context.Context, account arn.AccountID, name string) (iam.Policy, bool, error) {
	return one(ctx, tx, scanIAMPolicy, "SELECT "+iamPolicyColumns+" FROM iam_policy p WHERE p.account = ? AND p.name_key = ?", string(account), iam.Key(name))
}
