package sqlstore

import (
	"context"

	"foyer/internal/organizations"
	"foyer/internal/paging"
)

// InsertOrgPolicy adds a policy; false when the name is taken.
func (tx *Tx) InsertOrgPolicy(ctx context.Context, organization string, p organizations.Policy) (bool, error) {
	hash, err := tx.putDocument(ctx, p.Content)
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, `INSERT INTO organization_policy (organization, id, type, name, description, content, aws_managed, updated)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		organization, p.ID, string(p.Type), p.Name, p.Description, hash, flag(p.AWSManaged), micros(tx.at))
}

// UpdateOrgPolicy writes a policy; false when the name is taken by another.
func (tx *Tx) UpdateOrgPolicy(ctx context.Context, organization string, p organizations.Policy) (bool, error) {
	hash, err := tx.putDocument(ctx, p.Content)
	if err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, `UPDATE organization_policy SET name = ?, description = ?, content = ?, updated = ? WHERE organization = ? AND id = ?
		AND NOT EXISTS (SELECT 1 FROM organization_policy o WHERE o.organization = ? AND o.type = ? AND o.name = ? AND o.id <> ?)`,
		p.Name, p.Description, hash, micros(tx.at), organization, p.ID, organization, string(p.Type), p.Name, p.ID)
	return n > 0, err
}

// DeleteOrgPolicy removes a policy.
func (tx *Tx) DeleteOrgPolicy(ctx context.Context, organization, id string) error {
	_, err := tx.exec(ctx, "DELETE FROM organization_policy WHERE organization = ? AND id = ?", organization, id)
	return err
}

// OrgPolicy reads a policy with its content.
func (tx *Tx) OrgPolicy(ctx context.Context, organization, id string) (organizations.Policy, bool, error) {
	return one(ctx, tx, func(row scanner) (organizations.Policy, error) {
		var (
			p       organizations.Policy
			managed int64
		)
		err := row.Scan(&p.ID, &p.Type, &p.Name, &p.Description, &managed, &p.Content)
		p.AWSManaged = managed != 0
		return p, err
	}, `SELECT p.id, p.type, p.name, p.description, p.aws_managed, d.text
		FROM organization_policy p JOIN policy_document d ON d.hash = p.content WHERE p.organization = ? AND p.id = ?`, organization, id)
}

func scanPolicySummary(row scanner) (organizations.Policy, error) {
	var (
		p       organizations.Policy
		managed int64
	)
	err := row.Scan(&p.ID, &p.Type, &p.Name, &p.Description, &managed)
	p.AWSManaged = managed != 0
	return p, err
}

// OrgPolicies lists policies of one type by id.
func (tx *Tx) OrgPolicies(ctx context.Context, organization string, kind organizations.PolicyType, page paging.Page) ([]organizations.Policy, error) {
	return rows(ctx, tx, scanPolicySummary, `SELECT id, type, name, description, aws_managed FROM organization_policy
		WHERE organization = ? AND type = ? AND id > ? ORDER BY id LIMIT ?`, organization, string(kind), page.After, page.Limit)
}

// CountOrgPolicies counts the policies of one type.
func (tx *Tx) CountOrgPolicies(ctx context.Context, organization string, kind organizations.PolicyType) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM organization_policy WHERE organization = ? AND type = ?",
		[]any{organization, string(kind)}, &n)
	return n, err
}

// AttachOrgPolicy attaches a policy to targets; twice is once.
func (tx *Tx) AttachOrgPolicy(ctx context.Context, organization, id string, targets []string) error {
	var all [][]any
	for _, t := range targets {
		all = append(all, []any{organization, t, id, micros(tx.at)})
	}
	return tx.inBatches(ctx, "INSERT INTO organization_attachment (organization, target, policy, attached) VALUES ", "(?, ?, ?, ?)", " ON CONFLICT DO NOTHING", all)
}

// AttachOrgPolicyToAll attaches a policy to the root and everything under it.
func (tx *Tx) AttachOrgPolicyToAll(ctx context.Context, organization, root, id string) error {
	if err := tx.AttachOrgPolicy(ctx, organization, id, []string{root}); err != nil {
		return err
	}
	for _, table := range []string{"account", "organization_unit"} {
		if _, err := tx.exec(ctx, `INSERT INTO organization_attachment (organization, target, policy, attached)
			SELECT organization, id, CAST(? AS TEXT), CAST(? AS BIGINT) FROM `+table+" WHERE organization = ? ON CONFLICT DO NOTHING",
			id, micros(tx.at), organization); err != nil {
			return err
		}
	}
	return nil
}

// DetachOrgPolicy detaches a policy from one target.
func (tx *Tx) DetachOrgPolicy(ctx context.Context, organization, id, target string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM organization_attachment WHERE organization = ? AND target = ? AND policy = ?", organization, target, id)
	return n > 0, err
}

// DetachOrgPolicyType detaches all policies of one type from everything.
func (tx *Tx) DetachOrgPolicyType(ctx context.Context, organization string, kind organizations.PolicyType) error {
	_, err := tx.exec(ctx, `DELETE FROM organization_attachment WHERE organization = ?
		AND policy IN (SELECT id FROM organization_policy WHERE organization = ? AND type = ?)`, organization, organization, string(kind))
	return err
}

// DetachOrgPolicies detaches all policies from one target.
func (tx *Tx) DetachOrgPolicies(ctx context.Context, organization, target string) error {
	_, err := tx.exec(ctx, "DELETE FROM organization_attachment WHERE organization = ? AND target = ?", organization, target)
	return err
}

// AttachedOrgPolicies lists the policies of one type on one target by id.
func (tx *Tx) AttachedOrgPolicies(ctx context.Context, organization, target string, kind organizations.PolicyType, page paging.Page) ([]organizations.Policy, error) {
	return rows(ctx, tx, scanPolicySummary, `SELECT p.id, p.type, p.name, p.description, p.aws_managed
		FROM organization_attachment a JOIN organization_policy p ON p.organization = a.organization AND p.id = a.policy
		WHERE a.organization = ? AND a.target = ? AND p.type = ? AND a.policy > ? ORDER BY a.policy LIMIT ?`,
		organization, target, string(kind), page.After, page.Limit)
}

// OrgPolicyTargets lists by id what a policy is attached to.
func (tx *Tx) OrgPolicyTargets(ctx context.Context, organization, id string, page paging.Page) ([]organizations.PolicyTarget, error) {
	return rows(ctx, tx, func(row scanner) (t organizations.PolicyTarget, err error) {
		return t, row.Scan(&t.ID, &t.Name)
	}, `SELECT a.target, COALESCE(c.name, u.name, '') FROM organization_attachment a
		LEFT JOIN account c ON c.id = a.target LEFT JOIN organization_unit u ON u.id = a.target
		WHERE a.organization = ? AND a.policy = ? AND a.target > ? ORDER BY a.target LIMIT ?`,
		organization, id, page.After, page.Limit)
}

// OrgPolicyDocuments reads the policies of one type on several targets, by policy id.
func (tx *Tx) OrgPolicyDocuments(ctx context.Context, organization string, kind organizations.PolicyType, targets []string) ([]organizations.AttachedDocument, error) {
	args := []any{organization, string(kind)}
	for _, t := range targets {
		args = append(args, t)
	}
	return rows(ctx, tx, func(row scanner) (organizations.AttachedDocument, error) {
		var (
			d                 organizations.AttachedDocument
			updated, attached int64
		)
		err := row.Scan(&d.Target, &d.PolicyID, &d.Name, &d.Document, &updated, &attached)
		d.Updated, d.Attached = fromMicros(updated), fromMicros(attached)
		return d, err
	}, `SELECT a.target, p.id, p.name, t.text, p.updated, a.attached FROM organization_attachment a
		JOIN organization_policy p ON p.organization = a.organization AND p.id = a.policy
		JOIN policy_document t ON t.hash = p.content
		WHERE a.organization = ? AND p.type = ? AND a.target IN (`+tuples("?", len(targets))+") ORDER BY a.policy", args...)
}
