package sqlstore

import (
	"context"

	"foyer/internal/paging"
	"foyer/internal/permissionset"
)

// Kinds of rows of permission_set_policy.
const (
	managedPolicy  = "MANAGED"
	customerPolicy = "CUSTOMER"
)

// PermissionSetContent reads all that a set holds.
func (tx *Tx) PermissionSetContent(ctx context.Context, setARN string) (permissionset.Content, bool, error) {
	var (
		c                 permissionset.Content
		managed, customer string
	)
	found, err := tx.queryRow(ctx, `SELECT s.name, s.description, s.session_duration, s.relay_state, s.boundary_managed, s.boundary_customer, COALESCE(d.text, '')
		FROM permission_set s LEFT JOIN policy_document d ON d.hash = s.inline_policy WHERE s.arn = ?`, []any{setARN},
		&c.Name, &c.Description, &c.SessionDuration, &c.RelayState, &managed, &customer, &c.Inline)
	if err != nil || !found {
		return c, found, err
	}
	if customer != "" {
		c.Boundary = &permissionset.Boundary{Customer: new(permissionset.ParseRef(customer))}
	} else if managed != "" {
		c.Boundary = &permissionset.Boundary{ManagedPolicyARN: managed}
	}
	attached, err := rows(ctx, tx, func(row scanner) (a [2]string, err error) {
		err = row.Scan(&a[0], &a[1])
		return a, err
	}, "SELECT kind, policy FROM permission_set_policy WHERE permission_set = ? ORDER BY kind, policy", setARN)
	for _, a := range attached {
		if a[0] == managedPolicy {
			c.ManagedPolicies = append(c.ManagedPolicies, a[1])
		} else {
			c.CustomerManaged = append(c.CustomerManaged, permissionset.ParseRef(a[1]))
		}
	}
	return c, true, err
}

const listPermissionSetPolicies = "SELECT policy FROM permission_set_policy WHERE permission_set = ? AND kind = ? AND policy > ? ORDER BY policy LIMIT ?"

// PermissionSetPolicies lists the AWS managed policies attached, by ARN.
func (tx *Tx) PermissionSetPolicies(ctx context.Context, setARN string, page paging.Page) ([]string, error) {
	return rows(ctx, tx, scanText, listPermissionSetPolicies, setARN, managedPolicy, page.After, page.Limit)
}

// PermissionSetReferences lists the customer managed policies, by path and name.
func (tx *Tx) PermissionSetReferences(ctx context.Context, setARN string, page paging.Page) ([]permissionset.PolicyRef, error) {
	return rows(ctx, tx, func(row scanner) (permissionset.PolicyRef, error) {
		key, err := scanText(row)
		return permissionset.ParseRef(key), err
	}, listPermissionSetPolicies, setARN, customerPolicy, page.After, page.Limit)
}

// CountPermissionSetPolicies counts the managed and customer managed policies of a set.
func (tx *Tx) CountPermissionSetPolicies(ctx context.Context, setARN string) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM permission_set_policy WHERE permission_set = ?", []any{setARN}, &n)
	return n, err
}

// AttachToPermissionSet attaches an AWS managed policy; false when it is attached.
func (tx *Tx) AttachToPermissionSet(ctx context.Context, setARN, policyARN string) (bool, error) {
	return tx.putSetPolicy(ctx, setARN, managedPolicy, policyARN)
}

// DetachFromPermissionSet detaches an AWS managed policy; false when it is not attached.
func (tx *Tx) DetachFromPermissionSet(ctx context.Context, setARN, policyARN string) (bool, error) {
	return tx.deleteSetPolicy(ctx, setARN, managedPolicy, policyARN)
}

// ReferenceFromPermissionSet attaches a customer managed policy; false when it is attached.
func (tx *Tx) ReferenceFromPermissionSet(ctx context.Context, setARN string, ref permissionset.PolicyRef) (bool, error) {
	return tx.putSetPolicy(ctx, setARN, customerPolicy, ref.Key())
}

// UnreferenceFromPermissionSet detaches a customer managed policy; false when it is not attached.
func (tx *Tx) UnreferenceFromPermissionSet(ctx context.Context, setARN string, ref permissionset.PolicyRef) (bool, error) {
	return tx.deleteSetPolicy(ctx, setARN, customerPolicy, ref.Key())
}

func (tx *Tx) putSetPolicy(ctx context.Context, setARN, kind, policy string) (bool, error) {
	return tx.insert(ctx, "INSERT INTO permission_set_policy (permission_set, kind, policy) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", setARN, kind, policy)
}

func (tx *Tx) deleteSetPolicy(ctx context.Context, setARN, kind, policy string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM permission_set_policy WHERE permission_set = ? AND kind = ? AND policy = ?", setARN, kind, policy)
	return n > 0, err
}

// SetPermissionSetInline puts the inline policy of a set; "" removes it.
func (tx *Tx) SetPermissionSetInline(ctx context.Context, setARN, document string) error {
	hash := ""
	if document != "" {
		var err error
		if hash, err = tx.putDocument(ctx, document); err != nil {
			return err
		}
	}
	_, err := tx.exec(ctx, "UPDATE permission_set SET inline_policy = ? WHERE arn = ?", hash, setARN)
	return err
}

// SetPermissionSetBoundary puts the boundary of a set; nil removes it.
func (tx *Tx) SetPermissionSetBoundary(ctx context.Context, setARN string, b *permissionset.Boundary) error {
	managed, customer := "", ""
	if b != nil {
		managed = b.ManagedPolicyARN
		if b.Customer != nil {
			customer = b.Customer.Key()
		}
	}
	_, err := tx.exec(ctx, "UPDATE permission_set SET boundary_managed = ?, boundary_customer = ? WHERE arn = ?", managed, customer, setARN)
	return err
}
