package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"foyer/internal/assignment"
	"foyer/internal/directory"
	"foyer/internal/provisioning"
)

// LoadUsers adds users, a few statements for all, without looking whether
// they clash with others: a clash is an error of the database.
func (tx *Tx) LoadUsers(ctx context.Context, users []directory.User) error {
	all := make([][]any, len(users))
	for i, u := range users {
		attributes, err := toJSON(u.Attributes)
		if err != nil {
			return err
		}
		all[i] = []any{
			string(u.ID), u.Store, u.UserName, directory.Fold(u.UserName), directory.Fold(u.Email()), u.DisplayName, flag(!u.Disabled), attributes,
			micros(u.Stamp.Created), u.Stamp.CreatedBy, micros(u.Stamp.Updated), u.Stamp.UpdatedBy,
		}
	}
	return tx.inBatches(ctx, `INSERT INTO directory_user
		(id, store, user_name, user_name_key, email_key, display_name, enabled, attributes, created, created_by, updated, updated_by) VALUES `,
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "", all)
}

// LoadGroups is LoadUsers for groups.
func (tx *Tx) LoadGroups(ctx context.Context, groups []directory.Group) error {
	all := make([][]any, len(groups))
	for i, g := range groups {
		all[i] = []any{
			string(g.ID), g.Store, g.DisplayName, directory.Fold(g.DisplayName), g.Description,
			micros(g.Stamp.Created), g.Stamp.CreatedBy, micros(g.Stamp.Updated), g.Stamp.UpdatedBy,
		}
	}
	return tx.inBatches(ctx, `INSERT INTO directory_group
		(id, store, display_name, display_name_key, description, created, created_by, updated, updated_by) VALUES `,
		"(?, ?, ?, ?, ?, ?, ?, ?, ?)", "", all)
}

// LoadMemberships is LoadUsers for memberships.
func (tx *Tx) LoadMemberships(ctx context.Context, memberships []directory.Membership) error {
	all := make([][]any, len(memberships))
	for i, m := range memberships {
		all[i] = []any{string(m.ID), string(m.Group), string(m.User), micros(m.Stamp.Created), m.Stamp.CreatedBy}
	}
	return tx.inBatches(ctx, "INSERT INTO directory_membership ("+membershipColumns+") VALUES ", "(?, ?, ?, ?, ?)", "", all)
}

// LoadAssignments adds assignments that are active at once.
func (tx *Tx) LoadAssignments(ctx context.Context, assignments []assignment.Assignment) error {
	all := make([][]any, len(assignments))
	for i, a := range assignments {
		all[i] = []any{string(a.Account), a.Set, string(a.PrincipalType), a.PrincipalID, 1, micros(a.Created)}
	}
	return tx.inBatches(ctx, "INSERT INTO account_assignment (account, permission_set, principal_type, principal_id, active, created) VALUES ",
		"(?, ?, ?, ?, ?, ?)", "", all)
}

// PutProvisionedRoles notes what was written.
func (tx *Tx) PutProvisionedRoles(ctx context.Context, written []provisioning.Provisioned) error {
	all := make([][]any, len(written))
	for i, p := range written {
		all[i] = []any{string(p.Account), p.Set, p.RoleName, p.Revision}
	}
	return tx.inBatches(ctx, "INSERT INTO provisioned_role ("+provisionedColumns+") VALUES ", "(?, ?, ?, ?)",
		" ON CONFLICT (account, permission_set) DO UPDATE SET role_name = excluded.role_name, revision = excluded.revision", all)
}

// loaded are the tables of which a load writes the most.
var loaded = []string{"directory_user", "directory_membership", "account_assignment", "provisioned_role", "iam_attachment"}

// BeginLoad readies an empty store for more than it usually takes at a time. The
// store is of no use until the function it answers was called, which makes it
// usual again.
func (db *DB) BeginLoad(ctx context.Context) (end func(context.Context) error, err error) {
	if err := db.dialect.beginLoad(ctx, db.write); err != nil {
		return nil, fmt.Errorf("begin to load: %w", err)
	}
	var later []string // statements
	err = db.InTx(ctx, func(tx *Tx) error {
		later = nil
		for _, table := range loaded {
			found, err := rows(ctx, tx, func(row scanner) (pair [2]string, err error) {
				return pair, row.Scan(&pair[0], &pair[1])
			}, tx.dialect.aside(), table, table)
			if err != nil {
				return err
			}
			for _, pair := range found {
				if _, err := tx.exec(ctx, pair[0]); err != nil {
					return err
				}
				later = append(later, pair[1])
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("begin to load: %w", err)
	}
	return func(ctx context.Context) error {
		if err := errors.Join(execAll(ctx, db.write, later...), db.dialect.endLoad(ctx, db.write)); err != nil {
			return fmt.Errorf("end of loading: %w", err)
		}
		return nil
	}, nil
}

func execAll(ctx context.Context, db *sql.DB, statements ...string) error {
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
