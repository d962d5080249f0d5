package sqlstore

import (
	"context"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/provisioning"
)

// ProvisioningWanted reports whether anybody is assigned, or about to be.
func (tx *Tx) ProvisioningWanted(ctx context.Context, p provisioning.Pair) (bool, error) {
	var present int64
	return tx.queryRow(ctx, "SELECT 1 FROM account_assignment WHERE account = ? AND permission_set = ? LIMIT 1",
		[]any{string(p.Account), p.Set}, &present)
}

const provisionedColumns = "account, permission_set, role_name, revision"

func scanProvisioned(row scanner) (provisioning.Provisioned, error) {
	var p provisioning.Provisioned
	err := row.Scan(&p.Account, &p.Set, &p.RoleName, &p.Revision)
	return p, err
}

// ProvisionedRole reads what was last written for a pair.
func (tx *Tx) ProvisionedRole(ctx context.Context, p provisioning.Pair) (provisioning.Provisioned, bool, error) {
	return one(ctx, tx, scanProvisioned, "SELECT "+provisionedColumns+" FROM provisioned_role WHERE account = ? AND permission_set = ?",
		string(p.Account), p.Set)
}

// PutProvisionedRole notes what was written.
func (tx *Tx) PutProvisionedRole(ctx context.Context, p provisioning.Provisioned) error {
	_, err := tx.exec(ctx, `INSERT INTO provisioned_role (`+provisionedColumns+`) VALUES (?, ?, ?, ?)
		ON CONFLICT (account, permission_set) DO UPDATE SET role_name = excluded.role_name, revision = excluded.revision`,
		string(p.Account), p.Set, p.RoleName, p.Revision)
	return err
}

// DeleteProvisionedRole notes that a role is gone.
func (tx *Tx) DeleteProvisionedRole(ctx context.Context, p provisioning.Pair) error {
	_, err := tx.exec(ctx, "DELETE FROM provisioned_role WHERE account = ? AND permission_set = ?", string(p.Account), p.Set)
	return err
}

// ProvisionedAccounts lists a permission set's roles by account.
func (tx *Tx) ProvisionedAccounts(ctx context.Context, set string, page paging.Page) ([]provisioning.Provisioned, error) {
	return rows(ctx, tx, scanProvisioned, "SELECT "+provisionedColumns+" FROM provisioned_role WHERE permission_set = ? AND account > ? ORDER BY account LIMIT ?",
		set, page.After, page.Limit)
}

// ProvisionedSets lists an account's roles by permission set.
func (tx *Tx) ProvisionedSets(ctx context.Context, account arn.AccountID, page paging.Page) ([]provisioning.Provisioned, error) {
	return rows(ctx, tx, scanProvisioned, "SELECT "+provisionedColumns+" FROM provisioned_role WHERE account = ? AND permission_set > ? ORDER BY permission_set LIMIT ?",
		string(account), page.After, page.Limit)
}

const operationColumns = "id, kind, status, reason, created, account, permission_set, principal_type, principal_id, total, failed, waits"

func scanOperation(row scanner) (provisioning.Operation, error) {
	var (
		o       provisioning.Operation
		created int64
		total   int
	)
	err := row.Scan(&o.ID, &o.Kind, &o.Status, &o.Reason, &created, &o.Account, &o.Set, &o.PrincipalType, &o.PrincipalID, &total, &o.Failed, &o.Left)
	o.Created, o.Done = fromMicros(created), total-o.Failed-o.Left
	return o, err
}

// PutProvisioningOperation stores an operation that waits for pairs.
func (tx *Tx) PutProvisioningOperation(ctx context.Context, o provisioning.Operation, waitsFor []provisioning.Pair) error {
	_, err := tx.execQuietly(ctx, "INSERT INTO provisioning_operation ("+operationColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
		o.ID, string(o.Kind), string(o.Status), o.Reason, micros(o.Created), string(o.Account), o.Set, o.PrincipalType, o.PrincipalID, len(waitsFor), len(waitsFor))
	if err != nil {
		return err
	}
	all := make([][]any, len(waitsFor))
	for i, p := range waitsFor {
		all[i] = []any{string(p.Account), p.Set, o.ID}
	}
	return tx.inBatchesQuietly(ctx, "INSERT INTO provisioning_wait (account, permission_set, operation) VALUES ", "(?, ?, ?)", "", all)
}

// ProvisioningOperation reads an operation of a kind.
func (tx *Tx) ProvisioningOperation(ctx context.Context, kind provisioning.Kind, id string) (provisioning.Operation, bool, error) {
	return one(ctx, tx, scanOperation, "SELECT "+operationColumns+" FROM provisioning_operation WHERE id = ? AND kind = ?", id, string(kind))
}

// ProvisioningOperations lists operations, newest first.
func (tx *Tx) ProvisioningOperations(ctx context.Context, kind provisioning.Kind, status provisioning.Status, page paging.Page) ([]provisioning.Operation, error) {
	query, args := "SELECT "+operationColumns+" FROM provisioning_operation WHERE kind = ?", []any{string(kind)}
	if page.After != "" {
		query, args = query+" AND id < ?", append(args, page.After)
	}
	if status != "" {
		query, args = query+" AND status = ?", append(args, string(status))
	}
	return rows(ctx, tx, scanOperation, query+" ORDER BY id DESC LIMIT ?", append(args, page.Limit)...)
}

// EndProvisioningWait takes a pair from the operations that wait for it.
func (tx *Tx) EndProvisioningWait(ctx context.Context, p provisioning.Pair, reason string) ([]provisioning.Operation, error) {
	waiting, err := rows(ctx, tx, scanOperation, "SELECT "+operationColumns+` FROM provisioning_operation
		WHERE id IN (SELECT operation FROM provisioning_wait WHERE account = ? AND permission_set = ?) ORDER BY id`, string(p.Account), p.Set)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	if _, err := tx.execQuietly(ctx, "DELETE FROM provisioning_wait WHERE account = ? AND permission_set = ?", string(p.Account), p.Set); err != nil {
		return nil, err
	}
	failed := flag(reason != "")
	for i, o := range waiting {
		if o.Left > 1 || o.Done+o.Failed > 0 { // of a request about one pair the operation's reason says it all
			if err := tx.putProvisioningFailure(ctx, o.ID, p, reason); err != nil {
				return nil, err
			}
		}
		if _, err := tx.execQuietly(ctx, `UPDATE provisioning_operation SET waits = waits - 1, failed = failed + ?,
			reason = CASE WHEN reason = '' THEN ? ELSE reason END,
			status = CASE WHEN waits > 1 THEN status WHEN failed + ? > 0 THEN 'FAILED' ELSE 'SUCCEEDED' END WHERE id = ?`,
			failed, reason, failed, o.ID); err != nil {
			return nil, err
		}
		waiting[i].Left--
	}
	return waiting, nil
}

func (tx *Tx) putProvisioningFailure(ctx context.Context, operation string, p provisioning.Pair, reason string) error {
	if reason == "" {
		return nil
	}
	_, err := tx.execQuietly(ctx, "INSERT INTO provisioning_failure (operation, account, permission_set, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		operation, string(p.Account), p.Set, reason)
	return err
}

// ProvisioningFailures lists an operation's failures by account and set.
func (tx *Tx) ProvisioningFailures(ctx context.Context, operation string, page paging.Page) ([]provisioning.Failure, error) {
	account, set, _ := strings.Cut(page.After, " ")
	return rows(ctx, tx, func(row scanner) (f provisioning.Failure, err error) {
		return f, row.Scan(&f.Account, &f.Set, &f.Reason)
	}, `SELECT account, permission_set, reason FROM provisioning_failure
		WHERE operation = ? AND (account, permission_set) > (?, ?) ORDER BY account, permission_set LIMIT ?`, operation, account, set, page.Limit)
}

// ProvisioningInProgress adds up the operations of a kind that are in progress.
func (tx *Tx) ProvisioningInProgress(ctx context.Context, kind provisioning.Kind) (operations int, p provisioning.Progress, err error) {
	total := 0
	_, err = tx.queryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(total), 0), COALESCE(SUM(failed), 0), COALESCE(SUM(waits), 0)
		FROM provisioning_operation WHERE kind = ? AND status = 'IN_PROGRESS'`, []any{string(kind)}, &operations, &total, &p.Failed, &p.Left)
	p.Done = total - p.Failed - p.Left
	return operations, p, err
}

// ProvisioningWaits are the pairs of an account that operations wait for.
func (tx *Tx) ProvisioningWaits(ctx context.Context, account arn.AccountID) ([]provisioning.Pair, error) {
	return rows(ctx, tx, func(row scanner) (provisioning.Pair, error) {
		p := provisioning.Pair{Account: account}
		return p, row.Scan(&p.Set)
	}, "SELECT DISTINCT permission_set FROM provisioning_wait WHERE account = ? ORDER BY permission_set", string(account))
}

// AssignedSets are the sets that are assigned in an account.
func (tx *Tx) AssignedSets(ctx context.Context, account arn.AccountID) ([]string, error) {
	return rows(ctx, tx, scanText, "SELECT DISTINCT permission_set FROM account_assignment WHERE account = ? ORDER BY permission_set", string(account))
}

// DeleteAssignmentsIn removes all assignments in an account.
func (tx *Tx) DeleteAssignmentsIn(ctx context.Context, account arn.AccountID) (int, error) {
	n, err := tx.exec(ctx, "DELETE FROM account_assignment WHERE account = ?", string(account))
	return int(n), err
}

// AssignedToNoOther lists what a principal is assigned, and nobody else is.
func (tx *Tx) AssignedToNoOther(ctx context.Context, principalType, principalID string) ([]provisioning.Pair, error) {
	return rows(ctx, tx, func(row scanner) (p provisioning.Pair, err error) {
		return p, row.Scan(&p.Account, &p.Set)
	}, `SELECT account, permission_set FROM account_assignment a WHERE principal_id = ? AND principal_type = ?
		AND NOT EXISTS (SELECT 1 FROM account_assignment x WHERE x.account = a.account AND x.permission_set = a.permission_set
			AND (x.principal_type, x.principal_id) <> (?, ?))
		ORDER BY account, permission_set`, principalID, principalType, principalType, principalID)
}

// DeleteAssignmentsOf removes all assignments of a principal.
func (tx *Tx) DeleteAssignmentsOf(ctx context.Context, principalType, principalID string) error {
	_, err := tx.exec(ctx, "DELETE FROM account_assignment WHERE principal_id = ? AND principal_type = ?", principalID, principalType)
	return err
}

// FailCreationsFor ends what is being created for a principal as failed.
func (tx *Tx) FailCreationsFor(ctx context.Context, principalType, principalID, reason string) error {
	const theirs = "kind = 'CREATE' AND status = 'IN_PROGRESS' AND principal_type = ? AND principal_id = ?"
	_, err := tx.execQuietly(ctx, `DELETE FROM provisioning_wait WHERE (account, permission_set, operation) IN
		(SELECT account, permission_set, id FROM provisioning_operation WHERE `+theirs+")", principalType, principalID)
	if err != nil {
		return err
	}
	_, err = tx.execQuietly(ctx, "UPDATE provisioning_operation SET status = 'FAILED', reason = ?, failed = failed + waits, waits = 0 WHERE "+theirs,
		reason, principalType, principalID)
	return err
}

// ActivateAssignment lets a principal use an assignment that was pending.
func (tx *Tx) ActivateAssignment(ctx context.Context, r provisioning.Request) error {
	_, err := tx.exec(ctx, `UPDATE account_assignment SET active = 1
		WHERE account = ? AND permission_set = ? AND principal_type = ? AND principal_id = ? AND active = 0`,
		string(r.Account), r.Set, r.PrincipalType, r.PrincipalID)
	return err
}

// DropPendingAssignment removes an assignment that never became active.
func (tx *Tx) DropPendingAssignment(ctx context.Context, r provisioning.Request) error {
	_, err := tx.exec(ctx, `DELETE FROM account_assignment
		WHERE account = ? AND permission_set = ? AND principal_type = ? AND principal_id = ? AND active = 0`,
		string(r.Account), r.Set, r.PrincipalType, r.PrincipalID)
	return err
}

// PurgeProvisioning removes settled operations from before a time.
func (tx *Tx) PurgeProvisioning(ctx context.Context, before time.Time, limit int) (int, error) {
	old, err := rows(ctx, tx, scanText, "SELECT id FROM provisioning_operation WHERE id < ? AND waits = 0 ORDER BY id LIMIT ?", mint.FirstTimeUUID(before), limit)
	if err != nil {
		return 0, err
	}
	for _, from := range []string{"provisioning_failure WHERE operation", "provisioning_operation WHERE id"} {
		if err := tx.inBatchesQuietly(ctx, "DELETE FROM "+from+" IN (", "?", ")", idRows(old)); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
