package sqlstore

import (
	"context"
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

const operationColumns = "id, kind, status, reason, created, account, permission_set, principal_type, principal_id"

func scanOperation(row scanner) (provisioning.Operation, error) {
	var (
		o       provisioning.Operation
		created int64
	)
	err := row.Scan(&o.ID, &o.Kind, &o.Status, &o.Reason, &created, &o.Account, &o.Set, &o.PrincipalType, &o.PrincipalID)
	o.Created = fromMicros(created)
	return o, err
}

// PutProvisioningOperation stores an operation that waits for pairs; one in
// progress that waits for none has succeeded.
func (tx *Tx) PutProvisioningOperation(ctx context.Context, o provisioning.Operation, waitsFor []provisioning.Pair) error {
	if len(waitsFor) == 0 && o.Status == provisioning.InProgress {
		o.Status = provisioning.Succeeded
	}
	_, err := tx.execQuietly(ctx, "INSERT INTO provisioning_operation ("+operationColumns+", waits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		o.ID, string(o.Kind), string(o.Status), o.Reason, micros(o.Created), string(o.Account), o.Set, o.PrincipalType, o.PrincipalID, len(waitsFor))
	if err != nil {
		return err
	}
	for _, p := range waitsFor {
		if _, err := tx.execQuietly(ctx, "INSERT INTO provisioning_wait (account, permission_set, operation) VALUES (?, ?, ?)",
			string(p.Account), p.Set, o.ID); err != nil {
			return err
		}
	}
	return nil
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
	for _, o := range waiting {
		update, args := "status = CASE WHEN status = 'IN_PROGRESS' AND waits = 1 THEN 'SUCCEEDED' ELSE status END", []any{}
		if reason != "" {
			update, args = "reason = CASE WHEN status = 'FAILED' THEN reason ELSE ? END, status = 'FAILED'", []any{reason}
		}
		if _, err := tx.execQuietly(ctx, "UPDATE provisioning_operation SET "+update+", waits = waits - 1 WHERE id = ?", append(args, o.ID)...); err != nil {
			return nil, err
		}
	}
	return waiting, nil
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
	n, err := tx.execQuietly(ctx, `DELETE FROM provisioning_operation WHERE id IN
		(SELECT id FROM provisioning_operation WHERE id < ? AND waits = 0 ORDER BY id LIMIT ?)`, mint.FirstTimeUUID(before), limit)
	return int(n), err
}
