package sqlstore

import (
	"context"

	"foyer/internal/organizations"
	"foyer/internal/paging"
)

// PutControlPolicy adds the first policy of an organization.
func (tx *Tx) PutControlPolicy(ctx context.Context, organization string, p organizations.ControlPolicy) error {
	_, err := tx.InsertControlPolicy(ctx, organization, p)
	return err
}

// InsertControlPolicy adds a policy; false when the name is taken.
func (tx *Tx) InsertControlPolicy(ctx context.Context, organization string, p organizations.ControlPolicy) (bool, error) {
	hash, err := tx.putDocument(ctx, p.Content)
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, `INSERT INTO control_policy (organization, id, name, description, content, aws_managed)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, organization, p.ID, p.Name, p.Description, hash, flag(p.AWSManaged))
}

// UpdateControlPolicy writes a policy; false when the name is taken by another.
func (tx *Tx) UpdateControlPolicy(ctx context.Context, organization string, p organizations.ControlPolicy) (bool, error) {
	hash, err := tx.putDocument(ctx, p.Content)
	if err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, `UPDATE control_policy SET name = ?, description = ?, content = ? WHERE organization = ? AND id = ?
		AND NOT EXISTS (SELECT 1 FROM control_policy o WHERE o.organization = ? AND o.name = ? AND o.id <> ?)`,
		p.Name, p.Description, hash, organization, p.ID, organization, p.Name, p.ID)
	return n > 0, err
}

// DeleteControlPolicy removes a policy.
func (tx *Tx) DeleteControlPolicy(ctx context.Context, organization, id string) error {
	_, err := tx.exec(ctx, "DELETE FROM control_policy WHERE organization = ? AND id = ?", organization, id)
	return err
}

// ControlPolicy reads a policy with its content.
func (tx *Tx) ControlPolicy(ctx context.Context, organization, id string) (organizations.ControlPolicy, bool, error) {
	return one(ctx, tx, func(row scanner) (organizations.ControlPolicy, error) {
		var (
			p       organizations.ControlPolicy
			managed int64
		)
		err := row.Scan(&p.ID, &p.Name, &p.Description, &managed, &p.Content)
		p.AWSManaged = managed != 0
		return p, err
	}, `SELECT p.id, p.name, p.description, p.aws_managed, d.text
		FROM control_policy p JOIN policy_document d ON d.hash = p.content WHERE p.organization = ? AND p.id = ?`, organization, id)
}

func scanPolicySummary(row scanner) (organizations.ControlPolicy, error) {
	var (
		p       organizations.ControlPolicy
		managed int64
	)
	err := row.Scan(&p.ID, &p.Name, &p.Description, &managed)
	p.AWSManaged = managed != 0
	return p, err
}

// ControlPolicies lists policies by id.
func (tx *Tx) ControlPolicies(ctx context.Context, organization string, page paging.Page) ([]organizations.ControlPolicy, error) {
	return rows(ctx, tx, scanPolicySummary, `SELECT id, name, description, aws_managed FROM control_policy
		WHERE organization = ? AND id > ? ORDER BY id LIMIT ?`, organization, page.After, page.Limit)
}

// CountControlPolicies counts the policies of an organization.
func (tx *Tx) CountControlPolicies(ctx context.Context, organization string) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM control_policy WHERE organization = ?", []any{organization}, &n)
	return n, err
}

// AttachControlPolicy attaches a policy to targets; twice is once.
func (tx *Tx) AttachControlPolicy(ctx context.Context, organization, id string, targets []string) error {
	var all [][]any
	for _, t := range targets {
		all = append(all, []any{organization, t, id})
	}
	return tx.inBatches(ctx, "INSERT INTO control_attachment (organization, target, policy) VALUES ", "(?, ?, ?)", " ON CONFLICT DO NOTHING", all)
}

// AttachControlPolicyToAll attaches a policy to the root and everything under it.
func (tx *Tx) AttachControlPolicyToAll(ctx context.Context, organization, root, id string) error {
	if err := tx.AttachControlPolicy(ctx, organization, id, []string{root}); err != nil {
		return err
	}
	for _, table := range []string{"account", "organization_unit"} {
		if _, err := tx.exec(ctx, `INSERT INTO control_attachment (organization, target, policy)
			SELECT organization, id, CAST(? AS TEXT) FROM `+table+" WHERE organization = ? ON CONFLICT DO NOTHING", id, organization); err != nil {
			return err
		}
	}
	return nil
}

// DetachControlPolicy detaches a policy from one target.
func (tx *Tx) DetachControlPolicy(ctx context.Context, organization, id, target string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM control_attachment WHERE organization = ? AND target = ? AND policy = ?", organization, target, id)
	return n > 0, err
}

// DetachControlPolicies detaches all policies from one target, or from everything.
func (tx *Tx) DetachControlPolicies(ctx context.Context, organization, target string) error {
	query, args := "DELETE FROM control_attachment WHERE organization = ?", []any{organization}
	if target != "" {
		query, args = query+" AND target = ?", append(args, target)
	}
	_, err := tx.exec(ctx, query, args...)
	return err
}

// AttachedControlPolicies lists the policies of one target by id.
func (tx *Tx) AttachedControlPolicies(ctx context.Context, organization, target string, page paging.Page) ([]organizations.ControlPolicy, error) {
	return rows(ctx, tx, scanPolicySummary, `SELECT p.id, p.name, p.description, p.aws_managed
		FROM control_attachment a JOIN control_policy p ON p.organization = a.organization AND p.id = a.policy
		WHERE a.organization = ? AND a.target = ? AND a.policy > ? ORDER BY a.policy LIMIT ?`,
		organization, target, page.After, page.Limit)
}

// ControlTargets lists by id what a policy is attached to.
func (tx *Tx) ControlTargets(ctx context.Context, organization, id string, page paging.Page) ([]organizations.PolicyTarget, error) {
	return rows(ctx, tx, func(row scanner) (t organizations.PolicyTarget, err error) {
		return t, row.Scan(&t.ID, &t.Name)
	}, `SELECT a.target, COALESCE(c.name, u.name, '') FROM control_attachment a
		LEFT JOIN account c ON c.id = a.target LEFT JOIN organization_unit u ON u.id = a.target
		WHERE a.organization = ? AND a.policy = ? AND a.target > ? ORDER BY a.target LIMIT ?`,
		organization, id, page.After, page.Limit)
}

// ControlDocuments reads the policies of several targets, by policy id.
func (tx *Tx) ControlDocuments(ctx context.Context, organization string, targets []string) ([]organizations.AttachedDocument, error) {
	args := []any{organization}
	for _, t := range targets {
		args = append(args, t)
	}
	return rows(ctx, tx, func(row scanner) (d organizations.AttachedDocument, err error) {
		return d, row.Scan(&d.Target, &d.PolicyID, &d.Name, &d.Document)
	}, `SELECT a.target, p.id, p.name, t.text FROM control_attachment a
		JOIN control_policy p ON p.organization = a.organization AND p.id = a.policy
		JOIN policy_document t ON t.hash = p.content
		WHERE a.organization = ? AND a.target IN (`+tuples("?", len(targets))+") ORDER BY a.policy", args...)
}
