package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/paging"
)

const assignmentColumns = "account, permission_set, principal_type, principal_id, created"

func scanAssignment(row scanner) (assignment.Assignment, error) {
	var (
		a       assignment.Assignment
		created int64
	)
	err := row.Scan(&a.Account, &a.Set, &a.PrincipalType, &a.PrincipalID, &created)
	a.Created = fromMicros(created)
	return a, err
}

// AssignmentsIn lists the active assignments of a set in an account.
func (tx *Tx) AssignmentsIn(ctx context.Context, account arn.AccountID, setARN string, page paging.Page) ([]assignment.Assignment, error) {
	after := assignment.ParseKey(page.After)
	return rows(ctx, tx, scanAssignment, "SELECT "+assignmentColumns+` FROM account_assignment
		WHERE account = ? AND permission_set = ? AND active = 1 AND (principal_type, principal_id) > (?, ?)
		ORDER BY principal_type, principal_id LIMIT ?`,
		string(account), setARN, string(after.PrincipalType), after.PrincipalID, page.Limit)
}

// assignedTo are the active assignments of one principal; each part is read
// in the order of account_assignment_held and no further than the page.
const assignedTo = "SELECT " + assignmentColumns + ` FROM account_assignment
	WHERE principal_id = ? AND principal_type = ? AND active = 1
	AND (account, permission_set, principal_type, principal_id) > (?, ?, ?, ?)`

// assignedThrough are those of the groups that a user is in.
const assignedThrough = `SELECT a.account, a.permission_set, a.principal_type, a.principal_id, a.created
	FROM directory_membership m JOIN account_assignment a ON a.principal_id = m.group_id
	WHERE m.user_id = ? AND a.principal_type = 'GROUP' AND a.active = 1
	AND (a.account, a.permission_set, a.principal_type, a.principal_id) > (?, ?, ?, ?)`

// AssignmentsFor lists the active assignments of a group, or of a user and the
// user's groups, by account, set and principal; account "" means all.
func (tx *Tx) AssignmentsFor(ctx context.Context, kind assignment.PrincipalType, id string, account arn.AccountID, page paging.Page) ([]assignment.Assignment, error) {
	key := assignment.ParseKey(page.After)
	after := []any{string(key.Account), key.Set, string(key.PrincipalType), key.PrincipalID}
	only, onlyThrough := "", ""
	if account != "" {
		only, onlyThrough = " AND account = ?", " AND a.account = ?"
		after = append(after, string(account))
	}
	query, args := assignedTo+only, append([]any{id, string(kind)}, after...)
	if kind == assignment.User {
		query += " UNION ALL " + assignedThrough + onlyThrough
		args = append(append(args, id), after...)
	}
	return rows(ctx, tx, scanAssignment, query+" ORDER BY 1, 2, 3, 4 LIMIT ?", append(args, page.Limit)...)
}

// CountProvisionedSets counts the permission sets that have a role in an
// account, or will have one as soon as what is asked for is done.
func (tx *Tx) CountProvisionedSets(ctx context.Context, account arn.AccountID) (n int, err error) {
	_, err = tx.queryRow(ctx, `SELECT COUNT(*) FROM (SELECT permission_set FROM provisioned_role WHERE account = ?
		UNION SELECT permission_set FROM account_assignment WHERE account = ?) AS held`, []any{string(account), string(account)}, &n)
	return n, err
}

// PutAssignment adds an assignment that is not active yet; one that is there
// stays as it is.
func (tx *Tx) PutAssignment(ctx context.Context, a assignment.Assignment) error {
	_, err := tx.insert(ctx, `INSERT INTO account_assignment (account, permission_set, principal_type, principal_id, active, created)
		VALUES (?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING`,
		string(a.Account), a.Set, string(a.PrincipalType), a.PrincipalID, micros(a.Created))
	return err
}

// DeleteAssignment removes an assignment, active or not; false when there is none.
func (tx *Tx) DeleteAssignment(ctx context.Context, a assignment.Assignment) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM account_assignment WHERE account = ? AND permission_set = ? AND principal_type = ? AND principal_id = ?",
		string(a.Account), a.Set, string(a.PrincipalType), a.PrincipalID)
	return n > 0, err
}
