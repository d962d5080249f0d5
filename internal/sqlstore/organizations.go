package sqlstore

import (
	"context"
	"slices"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/paging"
)

// PutOrganization adds an organization.
func (tx *Tx) PutOrganization(ctx context.Context, o organizations.Organization) error {
	_, err := tx.exec(ctx, "INSERT INTO organization (id, root, management, features, policy_types, created) VALUES (?, ?, ?, ?, ?, ?)",
		o.ID, o.Root, string(o.Management), string(o.Features), joinTypes(o.Enabled), micros(o.Created))
	return err
}

// OrganizationOf finds the organization that an account is in.
func (tx *Tx) OrganizationOf(ctx context.Context, account arn.AccountID) (organizations.Organization, bool, error) {
	return one(ctx, tx, func(row scanner) (organizations.Organization, error) {
		var (
			o       organizations.Organization
			types   string
			created int64
		)
		err := row.Scan(&o.ID, &o.Root, &o.Management, &o.Email, &o.Name, &o.Features, &types, &created)
		o.Enabled, o.Created = splitTypes(types), fromMicros(created)
		return o, err
	}, `SELECT o.id, o.root, o.management, m.email, m.name, o.features, o.policy_types, o.created
		FROM account a JOIN organization o ON o.id = a.organization JOIN account m ON m.id = o.management
		WHERE a.id = ?`, string(account))
}

// SetOrgPolicyTypes writes which types of policies are enabled.
func (tx *Tx) SetOrgPolicyTypes(ctx context.Context, organization string, types []organizations.PolicyType) error {
	_, err := tx.exec(ctx, "UPDATE organization SET policy_types = ? WHERE id = ?", joinTypes(types), organization)
	return err
}

// joinTypes is how a list of types is stored.
func joinTypes(types []organizations.PolicyType) string {
	texts := make([]string, len(types))
	for i, t := range types {
		texts[i] = string(t)
	}
	return strings.Join(texts, " ")
}

// splitTypes is the inverse of joinTypes.
func splitTypes(text string) (types []organizations.PolicyType) {
	for t := range strings.FieldsSeq(text) {
		types = append(types, organizations.PolicyType(t))
	}
	return types
}

// PutOrgAccounts adds accounts.
func (tx *Tx) PutOrgAccounts(ctx context.Context, accounts []organizations.Account) error {
	var all [][]any
	for _, a := range accounts {
		all = append(all, []any{
			string(a.ID), a.Name, a.Email, organizations.EmailKey(a.Email), string(a.State),
			a.Organization, a.ParentID, string(a.JoinedMethod), micros(a.Joined), micros(a.Closed), micros(a.Created),
		})
	}
	return tx.inBatches(ctx, `INSERT INTO account
		(id, name, email, email_key, state, organization, parent, joined_method, joined, closed, created) VALUES `,
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "", all)
}

// An account's path is its unit's, or the root's, and its own id.
const accountQuery = `SELECT a.id, a.name, a.email, a.state, a.organization, a.parent, a.joined_method, a.joined, a.closed, a.created,
	COALESCE(o.management, ''), COALESCE(u.path, CASE WHEN o.id IS NULL THEN '' ELSE o.id || '/' || o.root || '/' END)
	FROM account a LEFT JOIN organization o ON o.id = a.organization LEFT JOIN organization_unit u ON u.id = a.parent `

func scanAccount(row scanner) (organizations.Account, error) {
	var (
		a              organizations.Account
		management     arn.AccountID
		joined, closed int64
		created        int64
	)
	err := row.Scan(&a.ID, &a.Name, &a.Email, &a.State, &a.Organization, &a.ParentID, &a.JoinedMethod, &joined, &closed, &created, &management, &a.Path)
	a.Joined, a.Closed, a.Created = fromMicros(joined), fromMicros(closed), fromMicros(created)
	if a.Path != "" {
		a.Path += string(a.ID) + "/"
		a.ARN = organizations.Organization{ID: a.Organization, Management: management}.AccountARN(a.ID)
	}
	return a, err
}

// OrgAccount reads an account.
func (tx *Tx) OrgAccount(ctx context.Context, id arn.AccountID) (organizations.Account, bool, error) {
	return one(ctx, tx, scanAccount, accountQuery+"WHERE a.id = ?", string(id))
}

// OrgAccountsOf finds accounts by their ids.
func (tx *Tx) OrgAccountsOf(ctx context.Context, ids []arn.AccountID) (map[arn.AccountID]organizations.Account, error) {
	found := make(map[arn.AccountID]organizations.Account, len(ids))
	for some := range slices.Chunk(ids, 500) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = string(id)
		}
		all, err := rows(ctx, tx, scanAccount, accountQuery+"WHERE a.id IN ("+tuples("?", len(some))+")", args...)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			found[a.ID] = a
		}
	}
	return found, nil
}

// OrgAccounts lists accounts by id, of one organization or of all.
func (tx *Tx) OrgAccounts(ctx context.Context, organization string, page paging.Page) ([]organizations.Account, error) {
	if organization == "" {
		return rows(ctx, tx, scanAccount, accountQuery+"WHERE a.id > ? ORDER BY a.id LIMIT ?", page.After, page.Limit)
	}
	return rows(ctx, tx, scanAccount, accountQuery+"WHERE a.organization = ? AND a.id > ? ORDER BY a.id LIMIT ?",
		organization, page.After, page.Limit)
}

// OrgAccountsUnder lists accounts right under a root or unit by id.
func (tx *Tx) OrgAccountsUnder(ctx context.Context, parent string, page paging.Page) ([]organizations.Account, error) {
	return rows(ctx, tx, scanAccount, accountQuery+"WHERE a.parent = ? AND a.id > ? ORDER BY a.id LIMIT ?",
		parent, page.After, page.Limit)
}

// CountOrgAccounts counts the accounts of an organization.
func (tx *Tx) CountOrgAccounts(ctx context.Context, organization string) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM account WHERE organization = ?", []any{organization}, &n)
	return n, err
}

// CountAccountsAfter counts the accounts of all organizations whose ids come after one.
func (tx *Tx) CountAccountsAfter(ctx context.Context, id arn.AccountID) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM account WHERE id > ?", []any{string(id)}, &n)
	return n, err
}

// CountOrgClosed counts the accounts of an organization closed since.
func (tx *Tx) CountOrgClosed(ctx context.Context, organization string, since time.Time) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM account WHERE organization = ? AND closed > 0 AND closed >= ?",
		[]any{organization, micros(since)}, &n)
	return n, err
}

// taken answers which of values a column of account holds.
func taken[T ~string](ctx context.Context, tx *Tx, column string, values []T) ([]T, error) {
	var found []T
	for some := range slices.Chunk(values, rowsAtOnce) {
		args := make([]any, len(some))
		for i, v := range some {
			args[i] = string(v)
		}
		here, err := rows(ctx, tx, func(row scanner) (v T, err error) { return v, row.Scan(&v) },
			"SELECT "+column+" FROM account WHERE "+column+" IN ("+tuples("?", len(some))+")", args...)
		if err != nil {
			return nil, err
		}
		found = append(found, here...)
	}
	return found, nil
}

// TakenAccountIDs answers which account ids exist.
func (tx *Tx) TakenAccountIDs(ctx context.Context, ids []arn.AccountID) ([]arn.AccountID, error) {
	return taken(ctx, tx, "id", ids)
}

// TakenAccountEmails answers which e-mail addresses, in lower case, exist.
func (tx *Tx) TakenAccountEmails(ctx context.Context, emails []string) ([]string, error) {
	return taken(ctx, tx, "email_key", emails)
}

// JoinOrganization puts an account into an organization.
func (tx *Tx) JoinOrganization(ctx context.Context, id arn.AccountID, organization, parent string, method organizations.JoinedMethod, at time.Time) error {
	_, err := tx.exec(ctx, "UPDATE account SET organization = ?, parent = ?, joined_method = ?, joined = ? WHERE id = ?",
		organization, parent, string(method), micros(at), string(id))
	return err
}

// LeaveOrganization makes an account standalone.
func (tx *Tx) LeaveOrganization(ctx context.Context, id arn.AccountID) error {
	_, err := tx.exec(ctx, "UPDATE account SET organization = '', parent = '' WHERE id = ?", string(id))
	return err
}

// OrgAccountByEmail finds an account by its e-mail address in lower case.
func (tx *Tx) OrgAccountByEmail(ctx context.Context, email string) (organizations.Account, bool, error) {
	return one(ctx, tx, scanAccount, accountQuery+"WHERE a.email_key = ?", email)
}

// OrgClosedBefore finds accounts that were closed before a time and are still
// in their organizations.
func (tx *Tx) OrgClosedBefore(ctx context.Context, before time.Time, limit int) ([]organizations.Account, error) {
	return rows(ctx, tx, scanAccount, accountQuery+"WHERE a.closed > 0 AND a.closed < ? AND a.organization <> '' ORDER BY a.closed LIMIT ?",
		micros(before), limit)
}

// SetOrgFeatures writes what an organization is for.
func (tx *Tx) SetOrgFeatures(ctx context.Context, organization string, features organizations.FeatureSet) error {
	_, err := tx.exec(ctx, "UPDATE organization SET features = ? WHERE id = ?", string(features), organization)
	return err
}

// MoveOrgAccount puts an account under another parent.
func (tx *Tx) MoveOrgAccount(ctx context.Context, id arn.AccountID, parent string) error {
	_, err := tx.exec(ctx, "UPDATE account SET parent = ? WHERE id = ?", parent, string(id))
	return err
}

// CloseOrgAccount suspends an account.
func (tx *Tx) CloseOrgAccount(ctx context.Context, id arn.AccountID, at time.Time) error {
	_, err := tx.exec(ctx, "UPDATE account SET state = ?, closed = ? WHERE id = ?", string(organizations.Closed), micros(at), string(id))
	return err
}

// PutOrgCreateStatuses records creations of accounts.
func (tx *Tx) PutOrgCreateStatuses(ctx context.Context, organization string, statuses []organizations.CreateStatus) error {
	var all [][]any
	for _, c := range statuses {
		all = append(all, []any{
			organization, c.ID, c.Name, string(c.State), string(c.Account), c.Failure, micros(c.Requested), micros(c.Completed),
		})
	}
	return tx.inBatches(ctx, "INSERT INTO account_creation (organization, id, name, state, account, failure, requested, completed) VALUES ",
		"(?, ?, ?, ?, ?, ?, ?, ?)", "", all)
}

const creationQuery = "SELECT id, name, state, account, failure, requested, completed FROM account_creation WHERE organization = ? AND "

func scanCreation(row scanner) (organizations.CreateStatus, error) {
	var (
		c                    organizations.CreateStatus
		requested, completed int64
	)
	err := row.Scan(&c.ID, &c.Name, &c.State, &c.Account, &c.Failure, &requested, &completed)
	c.Requested, c.Completed = fromMicros(requested), fromMicros(completed)
	return c, err
}

// OrgCreateStatus reads the creation of an account.
func (tx *Tx) OrgCreateStatus(ctx context.Context, organization, id string) (organizations.CreateStatus, bool, error) {
	return one(ctx, tx, scanCreation, creationQuery+"id = ?", organization, id)
}

// OrgCreateStatuses lists creations by id.
func (tx *Tx) OrgCreateStatuses(ctx context.Context, organization string, states []organizations.CreateState, page paging.Page) ([]organizations.CreateStatus, error) {
	var query strings.Builder
	query.WriteString(creationQuery + "id > ?")
	args := []any{organization, page.After}
	if len(states) > 0 {
		query.WriteString(" AND state IN (" + tuples("?", len(states)) + ")")
		for _, s := range states {
			args = append(args, string(s))
		}
	}
	query.WriteString(" ORDER BY id LIMIT ?")
	return rows(ctx, tx, scanCreation, query.String(), append(args, page.Limit)...)
}
