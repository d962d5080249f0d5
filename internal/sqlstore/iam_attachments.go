package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/paging"
)

// PutIAMAttachment attaches a managed policy to an entity.
func (tx *Tx) PutIAMAttachment(ctx context.Context, account arn.AccountID, entityID, policyARN string) error {
	_, err := tx.insert(ctx, "INSERT INTO iam_attachment (entity_id, policy_arn, account) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		entityID, policyARN, string(account))
	return err
}

// DeleteIAMAttachment detaches a managed policy from an entity.
func (tx *Tx) DeleteIAMAttachment(ctx context.Context, entityID, policyARN string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM iam_attachment WHERE entity_id = ? AND policy_arn = ?", entityID, policyARN)
	return n > 0, err
}

// IAMAttachments lists the managed policies of an entity.
func (tx *Tx) IAMAttachments(ctx context.Context, entityID string) ([]string, error) {
	return rows(ctx, tx, scanText, "SELECT policy_arn FROM iam_attachment WHERE entity_id = ? ORDER BY policy_arn", entityID)
}

func scanText(row scanner) (text string, err error) {
	err = row.Scan(&text)
	return text, err
}

// IAMAttachmentCounts counts an account's attachments by policy.
func (tx *Tx) IAMAttachmentCounts(ctx context.Context, account arn.AccountID) (map[string]int, error) {
	return tx.iamCountsByText(ctx, "SELECT policy_arn, COUNT(*) FROM iam_attachment WHERE account = ? GROUP BY policy_arn", account)
}

// IAMBoundaryCounts counts an account's bounded entities by policy.
func (tx *Tx) IAMBoundaryCounts(ctx context.Context, account arn.AccountID) (map[string]int, error) {
	return tx.iamCountsByText(ctx, "SELECT boundary, COUNT(*) FROM iam_entity WHERE account = ? AND boundary <> '' GROUP BY boundary", account)
}

func (tx *Tx) iamCountsByText(ctx context.Context, query string, account arn.AccountID) (map[string]int, error) {
	counts := map[string]int{}
	_, err := rows(ctx, tx, func(row scanner) (struct{}, error) {
		var text string
		var n int
		err := row.Scan(&text, &n)
		counts[text] = n
		return struct{}{}, err
	}, query, string(account))
	return counts, err
}

// IAMEntitiesForPolicy lists the entities that use a policy, by id.
func (tx *Tx) IAMEntitiesForPolicy(ctx context.Context, account arn.AccountID, q iam.EntitiesQuery, page paging.Page) ([]iam.Entity, error) {
	query := "SELECT " + iamEntityColumns + ` FROM iam_entity e
		WHERE e.account = ? AND e.id > ? AND substr(e.path, 1, ?) = ? AND (? = '' OR e.kind = ?) AND e.id IN (`
	args := []any{string(account), page.After, len(q.PathPrefix), q.PathPrefix, string(q.Kind), string(q.Kind)}
	if q.Usage != iam.AsBoundary {
		query += "SELECT a.entity_id FROM iam_attachment a WHERE a.account = ? AND a.policy_arn = ?"
		args = append(args, string(account), q.PolicyARN)
	}
	if q.Usage == iam.AnyUsage {
		query += " UNION "
	}
	if q.Usage != iam.AsPermissions {
		query += "SELECT b.id FROM iam_entity b WHERE b.account = ? AND b.boundary = ? AND b.boundary <> ''"
		args = append(args, string(account), q.PolicyARN)
	}
	return rows(ctx, tx, scanIAMEntity, query+") ORDER BY e.id LIMIT ?", append(args, page.Limit)...)
}

// PutIAMInlinePolicy writes an inline policy.
func (tx *Tx) PutIAMInlinePolicy(ctx context.Context, entityID, name, document string, size int) error {
	hash, err := tx.putDocument(ctx, document)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO iam_inline_policy (entity_id, name, document, size) VALUES (?, ?, ?, ?)
		ON CONFLICT (entity_id, name) DO UPDATE SET document = excluded.document, size = excluded.size`, entityID, name, hash, size)
	return err
}

// DeleteIAMInlinePolicy removes an inline policy.
func (tx *Tx) DeleteIAMInlinePolicy(ctx context.Context, entityID, name string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM iam_inline_policy WHERE entity_id = ? AND name = ?", entityID, name)
	return n > 0, err
}

// IAMInlinePolicy reads an inline policy.
func (tx *Tx) IAMInlinePolicy(ctx context.Context, entityID, name string) (document string, found bool, err error) {
	return one(ctx, tx, scanText, "SELECT d.text FROM iam_inline_policy p JOIN policy_document d ON d.hash = p.document WHERE p.entity_id = ? AND p.name = ?",
		entityID, name)
}

// IAMInlinePolicyNames lists inline policies by name.
func (tx *Tx) IAMInlinePolicyNames(ctx context.Context, entityID string, page paging.Page) ([]string, error) {
	return rows(ctx, tx, scanText, "SELECT name FROM iam_inline_policy WHERE entity_id = ? AND name > ? ORDER BY name LIMIT ?",
		entityID, page.After, page.Limit)
}

// IAMInlinePolicySize adds up the inline policies but one.
func (tx *Tx) IAMInlinePolicySize(ctx context.Context, entityID, except string) (total int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COALESCE(SUM(size), 0) FROM iam_inline_policy WHERE entity_id = ? AND name <> ?",
		[]any{entityID, except}, &total)
	return total, err
}

// PutIAMMembership makes a user a member of a group.
func (tx *Tx) PutIAMMembership(ctx context.Context, groupID, userID string) error {
	_, err := tx.insert(ctx, "INSERT INTO iam_membership (group_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING", groupID, userID)
	return err
}

// DeleteIAMMembership ends a membership.
func (tx *Tx) DeleteIAMMembership(ctx context.Context, groupID, userID string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM iam_membership WHERE group_id = ? AND user_id = ?", groupID, userID)
	return n > 0, err
}

// IAMMembers lists a group's users by name.
func (tx *Tx) IAMMembers(ctx context.Context, groupID string, page paging.Page) ([]iam.Entity, error) {
	return rows(ctx, tx, scanIAMEntity, "SELECT "+iamEntityColumns+` FROM iam_membership m JOIN iam_entity e ON e.id = m.user_id
		WHERE m.group_id = ? AND e.name_key > ? ORDER BY e.name_key LIMIT ?`, groupID, page.After, page.Limit)
}

// IAMGroupsOf lists a user's groups by name.
func (tx *Tx) IAMGroupsOf(ctx context.Context, userID string, page paging.Page) ([]iam.Entity, error) {
	return rows(ctx, tx, scanIAMEntity, "SELECT "+iamEntityColumns+` FROM iam_membership m JOIN iam_entity e ON e.id = m.group_id
		WHERE m.user_id = ? AND e.name_key > ? ORDER BY e.name_key LIMIT ?`, userID, page.After, page.Limit)
}
