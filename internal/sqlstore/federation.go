package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/federation"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
)

// held are columns of the active assignments of a user, own and through groups, for which
// a condition on the column account holds. The condition is in both halves, so
// that each group costs a look into an index and no more: CROSS JOIN has SQLite
// begin with the user's groups, not with all who have something in the account,
// whose memberships lie far apart. Its parameters are, twice, the user's id and
// what the condition takes.
func held(columns, condition string) string {
	return `(
	SELECT ` + columns + ` FROM account_assignment a
	WHERE principal_id = ? AND principal_type = 'USER' AND active = 1 AND account ` + condition + `
	UNION
	SELECT ` + columns + ` FROM directory_membership m CROSS JOIN account_assignment a
	WHERE a.principal_id = m.group_id AND a.principal_type = 'GROUP' AND m.user_id = ? AND a.active = 1 AND a.account ` + condition + `
) AS held`
}

var (
	heldAfter    = held("a.account", "> ?")
	heldIn       = held("a.account, a.permission_set", "= ?")
	heldAnywhere = held("a.account, a.permission_set", "> ?")
)

// AssignedAccounts lists the accounts in which a user has a role.
func (tx *Tx) AssignedAccounts(ctx context.Context, userID string, page paging.Page) ([]arn.AccountID, error) {
	return rows(ctx, tx, scanAccountID, "SELECT account FROM "+heldAfter+" ORDER BY account LIMIT ?",
		userID, page.After, userID, page.After, page.Limit)
}

func scanAccountID(row scanner) (arn.AccountID, error) {
	var id arn.AccountID
	err := row.Scan(&id)
	return id, err
}

// AssignedRoles lists the permission sets a user has in an account.
func (tx *Tx) AssignedRoles(ctx context.Context, userID string, account arn.AccountID, page paging.Page) ([]federation.Role, error) {
	scan := func(row scanner) (federation.Role, error) {
		var r federation.Role
		err := row.Scan(&r.Name, &r.Set, &r.Description)
		return r, err
	}
	return rows(ctx, tx, scan, "SELECT s.name, s.arn, s.description FROM "+heldIn+` JOIN permission_set s ON s.arn = held.permission_set
		WHERE s.name > ? ORDER BY s.name LIMIT ?`, userID, string(account), userID, string(account), page.After, page.Limit)
}

// AssignedEverywhere lists the permission sets a user has, in all accounts.
func (tx *Tx) AssignedEverywhere(ctx context.Context, userID string, most int) ([]federation.Held, error) {
	scan := func(row scanner) (federation.Held, error) {
		var h federation.Held
		return h, row.Scan(&h.Account, &h.Role)
	}
	return rows(ctx, tx, scan, "SELECT held.account, s.name FROM "+heldAnywhere+` JOIN permission_set s ON s.arn = held.permission_set
		ORDER BY held.account, s.name LIMIT ?`, userID, "", userID, "", most)
}

// AssignedGrant finds the permission set of a name that a user has in an account.
func (tx *Tx) AssignedGrant(ctx context.Context, a federation.Asked) (federation.Grant, bool, error) {
	scan := func(row scanner) (federation.Grant, error) {
		var duration string
		g := federation.Grant{Account: a.Account}
		err := row.Scan(&g.Set, &g.RoleName, &duration, &g.RelayState)
		g.Duration = permissionset.Set{SessionDuration: duration}.Session()
		return g, err
	}
	return one(ctx, tx, scan, "SELECT s.arn, p.role_name, s.session_duration, s.relay_state FROM "+heldIn+` JOIN permission_set s ON s.arn = held.permission_set
		JOIN provisioned_role p ON p.account = held.account AND p.permission_set = held.permission_set
		WHERE s.name = ?`, a.UserID, string(a.Account), a.UserID, string(a.Account), a.SetName)
}
