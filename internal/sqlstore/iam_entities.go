package sqlstore

import (
	"context"
	"time"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/paging"
)

const (
	iamEntityColumns = "e.account, e.kind, e.id, e.name, e.path, e.boundary, e.tags, e.created, e.protected, e.service_linked"
	iamRoleColumns   = iamEntityColumns + ", e.description, e.max_session, d.text"
	iamRoleTables    = "iam_entity e JOIN policy_document d ON d.hash = e.trust"
	iamInsertEntity  = `INSERT INTO iam_entity (account, kind, name_key, id, name, path, boundary, tags, created,
		protected, service_linked, trust, description, max_session, written) VALUES `
	iamEntityValues = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

// InsertIAMEntity adds a user or group, unless its name is taken.
func (tx *Tx) InsertIAMEntity(ctx context.Context, e iam.Entity) (bool, error) {
	return tx.insertIAMEntity(ctx, iam.Role{Entity: e}, "")
}

// InsertIAMRole adds a role, unless its name is taken.
func (tx *Tx) InsertIAMRole(ctx context.Context, r iam.Role) (bool, error) {
	trust, err := tx.putDocument(ctx, r.TrustPolicy)
	if err != nil {
		return false, err
	}
	return tx.insertIAMEntity(ctx, r, trust)
}

func (tx *Tx) insertIAMEntity(ctx context.Context, r iam.Role, trust string) (bool, error) {
	args, err := iamEntityArgs(r, trust, "")
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, iamInsertEntity+iamEntityValues+" ON CONFLICT DO NOTHING", args...)
}

// iamEntityArgs are the values of iamEntityValues.
func iamEntityArgs(r iam.Role, trust, written string) ([]any, error) {
	tags, err := tagsText(r.Tags)
	if err != nil {
		return nil, err
	}
	return []any{
		string(r.Account), string(r.Kind), iam.Key(r.Name), r.ID, r.Name, r.Path, r.BoundaryARN, tags, micros(r.Created),
		flag(r.Protected), flag(r.ServiceLinked), trust, r.Description, int64(r.MaxSession / time.Second), written,
	}, nil
}

// tagsText is how tags are stored: "" for none.
func tagsText(tags map[string]string) (string, error) {
	if len(tags) == 0 {
		return "", nil
	}
	return toJSON(tags)
}

// UpdateIAMEntity writes name, path, boundary and tags.
func (tx *Tx) UpdateIAMEntity(ctx context.Context, e iam.Entity) error {
	tags, err := tagsText(e.Tags)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE iam_entity SET name_key = ?, name = ?, path = ?, boundary = ?, tags = ? WHERE id = ?",
		iam.Key(e.Name), e.Name, e.Path, e.BoundaryARN, tags, e.ID)
	return err
}

// UpdateIAMRole writes description, trust policy and longest session.
func (tx *Tx) UpdateIAMRole(ctx context.Context, r iam.Role) error {
	trust, err := tx.putDocument(ctx, r.TrustPolicy)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE iam_entity SET trust = ?, description = ?, max_session = ? WHERE id = ?",
		trust, r.Description, int64(r.MaxSession/time.Second), r.ID)
	return err
}

// DeleteIAMEntity removes the entity alone.
func (tx *Tx) DeleteIAMEntity(ctx context.Context, id string) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_entity WHERE id = ?", id)
	return err
}

// IAMEntity finds by name.
func (tx *Tx) IAMEntity(ctx context.Context, ref iam.Ref) (iam.Entity, bool, error) {
	return one(ctx, tx, scanIAMEntity, "SELECT "+iamEntityColumns+" FROM iam_entity e WHERE e.account = ? AND e.kind = ? AND e.name_key = ?",
		string(ref.Account), string(ref.Kind), iam.Key(ref.Name))
}

// IAMEntities lists by name.
func (tx *Tx) IAMEntities(ctx context.Context, account arn.AccountID, kind iam.Kind, pathPrefix string, page paging.Page) ([]iam.Entity, error) {
	return rows(ctx, tx, scanIAMEntity, "SELECT "+iamEntityColumns+` FROM iam_entity e
		WHERE e.account = ? AND e.kind = ? AND e.name_key > ? AND substr(e.path, 1, ?) = ? ORDER BY e.name_key LIMIT ?`,
		string(account), string(kind), page.After, len(pathPrefix), pathPrefix, page.Limit)
}

// IAMEntityCount counts what an account's own people made.
func (tx *Tx) IAMEntityCount(ctx context.Context, account arn.AccountID, kind iam.Kind) (n int, err error) {
	_, err = tx.queryRow(ctx, "SELECT COUNT(*) FROM iam_entity WHERE account = ? AND kind = ? AND protected = 0 AND service_linked = 0",
		[]any{string(account), string(kind)}, &n)
	return n, err
}

// IAMRole finds by name.
func (tx *Tx) IAMRole(ctx context.Context, account arn.AccountID, name string) (iam.Role, bool, error) {
	return one(ctx, tx, scanIAMRole, "SELECT "+iamRoleColumns+" FROM "+iamRoleTables+" WHERE e.account = ? AND e.kind = 'role' AND e.name_key = ?",
		string(account), iam.Key(name))
}

// IAMRoles lists by name.
func (tx *Tx) IAMRoles(ctx context.Context, account arn.AccountID, pathPrefix string, page paging.Page) ([]iam.Role, error) {
	return rows(ctx, tx, scanIAMRole, "SELECT "+iamRoleColumns+" FROM "+iamRoleTables+`
		WHERE e.account = ? AND e.kind = 'role' AND e.name_key > ? AND substr(e.path, 1, ?) = ? ORDER BY e.name_key LIMIT ?`,
		string(account), page.After, len(pathPrefix), pathPrefix, page.Limit)
}

func scanIAMEntity(row scanner) (iam.Entity, error) {
	role, err := scanIAMColumns(row)
	return role.Entity, err
}

func scanIAMRole(row scanner) (iam.Role, error) {
	var description, trust string
	var maxSession int64
	role, err := scanIAMColumns(row, &description, &maxSession, &trust)
	role.Description, role.TrustPolicy, role.MaxSession = description, trust, time.Duration(maxSession)*time.Second
	return role, err
}

// scanIAMColumns reads iamEntityColumns and what comes after them.
func scanIAMColumns(row scanner, more ...any) (iam.Role, error) {
	var e iam.Entity
	var account, kind, tags string
	var created, protected, linked int64
	err := row.Scan(append([]any{&account, &kind, &e.ID, &e.Name, &e.Path, &e.BoundaryARN, &tags, &created, &protected, &linked}, more...)...)
	if err != nil {
		return iam.Role{}, err
	}
	e.Account, e.Kind, e.Created = arn.AccountID(account), iam.Kind(kind), fromMicros(created)
	e.Protected, e.ServiceLinked = protected != 0, linked != 0
	e.ARN = iam.EntityARN(e.Account, e.Kind, e.Path, e.Name)
	err = fromJSON(tags, &e.Tags)
	return iam.Role{Entity: e}, err
}
