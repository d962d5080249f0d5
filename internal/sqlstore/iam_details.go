package sqlstore

import (
	"context"
	"slices"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/paging"
)

// IAMHolders lists entities with what they hold, a few statements for a page.
func (tx *Tx) IAMHolders(ctx context.Context, account arn.AccountID, kind iam.Kind, page paging.Page) ([]iam.Holder, error) {
	keys, err := rows(ctx, tx, scanText, "SELECT name_key FROM iam_entity WHERE account = ? AND kind = ? AND name_key > ? ORDER BY name_key LIMIT ?",
		string(account), string(kind), page.After, page.Limit)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	const within = "e.account = ? AND e.kind = ? AND e.name_key > ? AND e.name_key <= ?"
	args := []any{string(account), string(kind), page.After, keys[len(keys)-1]}
	held, err := tx.iamHeldRoles(ctx, within, args)
	if err != nil {
		return nil, err
	}
	all, byID := make([]iam.Holder, len(held)), make(map[string]*iam.Holder, len(held))
	for i, h := range held {
		all[i].HeldRole = *h
		byID[h.ID] = &all[i]
	}
	switch kind {
	case iam.UserKind:
		err = tx.iamGroupNames(ctx, byID, within, args)
	case iam.RoleKind:
		err = tx.iamProfilesOf(ctx, byID, within, args)
	case iam.GroupKind:
	}
	return all, err
}

// iamGroupNames gives users the names of their groups.
func (tx *Tx) iamGroupNames(ctx context.Context, users map[string]*iam.Holder, within string, args []any) error {
	_, err := rows(ctx, tx, func(row scanner) (struct{}, error) {
		var id, name string
		err := row.Scan(&id, &name)
		if u := users[id]; u != nil {
			u.Groups = append(u.Groups, name)
		}
		return struct{}{}, err
	}, `SELECT e.id, g.name FROM iam_entity e JOIN iam_membership m ON m.user_id = e.id JOIN iam_entity g ON g.id = m.group_id
		WHERE `+within+" ORDER BY e.id, g.name_key", args...)
	return err
}

// iamProfilesOf gives roles the instance profiles that hold them.
func (tx *Tx) iamProfilesOf(ctx context.Context, roles map[string]*iam.Holder, within string, args []any) error {
	profiles, err := tx.instanceProfiles(ctx, "WHERE role_id <> '' AND role_id IN (SELECT e.id FROM iam_entity e WHERE "+within+") ORDER BY role_id, name_key", args...)
	for _, p := range profiles {
		if r := roles[p.RoleID()]; r != nil {
			r.Profiles = append(r.Profiles, p)
		}
	}
	return err
}

// IAMVersionsOf reads all versions of managed policies.
func (tx *Tx) IAMVersionsOf(ctx context.Context, policyIDs []string) (map[string][]iam.Version, error) {
	all := map[string][]iam.Version{}
	for some := range slices.Chunk(policyIDs, rowsAtOnce) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		if _, err := rows(ctx, tx, func(row scanner) (struct{}, error) {
			var id string
			var v iam.Version
			var created int64
			err := row.Scan(&id, &v.Number, &created, &v.Document)
			v.Created = fromMicros(created)
			all[id] = append(all[id], v)
			return struct{}{}, err
		}, `SELECT v.policy_id, v.number, v.created, d.text FROM iam_policy_version v JOIN policy_document d ON d.hash = v.document
			WHERE v.policy_id IN (`+tuples("?", len(some))+") ORDER BY v.policy_id, v.number DESC", args...); err != nil {
			return nil, err
		}
	}
	return all, nil
}
