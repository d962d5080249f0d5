package sqlstore

import (
	"context"
	"slices"

	"foyer/internal/arn"
	"foyer/internal/iam"
)

// IAMHoldings reads the roles below a path and the protected SAML providers of
// accounts, a few statements for all.
func (tx *Tx) IAMHoldings(ctx context.Context, accounts []arn.AccountID, pathPrefix string) (map[arn.AccountID]iam.Holding, error) {
	all := map[arn.AccountID]iam.Holding{}
	for some := range slices.Chunk(accounts, rowsAtOnce) {
		in, args := "("+tuples("?", len(some))+")", make([]any, 0, len(some)+2)
		for _, id := range some {
			args = append(args, string(id))
		}
		args = append(args, len(pathPrefix), pathPrefix)
		held, err := tx.iamHeldRoles(ctx, "e.account IN "+in+" AND e.kind = 'role' AND substr(e.path, 1, ?) = ?", args)
		if err != nil {
			return nil, err
		}
		for _, role := range held {
			h := all[role.Account]
			h.Roles = append(h.Roles, *role)
			all[role.Account] = h
		}
		if err := tx.iamHeldProviders(ctx, all, in, args[:len(some)]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// iamHeldRoles reads roles, or other entities, with what they hold, by account
// and name.
func (tx *Tx) iamHeldRoles(ctx context.Context, where string, args []any) ([]*iam.HeldRole, error) {
	byID := map[string]*iam.HeldRole{}
	roles, err := rows(ctx, tx, func(row scanner) (*iam.HeldRole, error) {
		role, err := scanIAMRole(row)
		held := &iam.HeldRole{Role: role, Inline: map[string]string{}}
		byID[role.ID] = held
		return held, err
	}, "SELECT "+iamEntityColumns+", e.description, e.max_session, COALESCE(d.text, '') FROM iam_entity e LEFT JOIN policy_document d ON d.hash = e.trust WHERE "+where+" ORDER BY e.account, e.name_key", args...)
	if err != nil {
		return nil, err
	}
	if _, err := rows(ctx, tx, func(row scanner) (struct{}, error) {
		var id, policyARN string
		err := row.Scan(&id, &policyARN)
		if role := byID[id]; role != nil {
			role.Attached = append(role.Attached, policyARN)
		}
		return struct{}{}, err
	}, "SELECT a.entity_id, a.policy_arn FROM iam_entity e JOIN iam_attachment a ON a.entity_id = e.id WHERE "+where+" ORDER BY a.entity_id, a.policy_arn", args...); err != nil {
		return nil, err
	}
	_, err = rows(ctx, tx, func(row scanner) (struct{}, error) {
		var id, name, document string
		err := row.Scan(&id, &name, &document)
		if role := byID[id]; role != nil {
			role.Inline[name] = document
		}
		return struct{}{}, err
	}, `SELECT i.entity_id, i.name, d.text FROM iam_entity e JOIN iam_inline_policy i ON i.entity_id = e.id
		JOIN policy_document d ON d.hash = i.document WHERE `+where, args...)
	return roles, err
}

func (tx *Tx) iamHeldProviders(ctx context.Context, all map[arn.AccountID]iam.Holding, in string, accounts []any) error {
	_, err := rows(ctx, tx, func(row scanner) (struct{}, error) {
		var account arn.AccountID
		var name, metadata string
		err := row.Scan(&account, &name, &metadata)
		h := all[account]
		if h.Providers == nil {
			h.Providers = map[string]string{}
		}
		h.Providers[name] = metadata
		all[account] = h
		return struct{}{}, err
	}, `SELECT p.account, p.name, d.text FROM iam_saml_provider p JOIN policy_document d ON d.hash = p.metadata
		WHERE p.account IN `+in+" AND p.protected = 1", accounts...)
	return err
}
