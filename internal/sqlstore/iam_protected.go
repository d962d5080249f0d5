package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/iam"
)

// rowsAtOnce bounds the rows that one statement of a batch writes or names, so
// that its parameters stay below what either database takes.
const rowsAtOnce = 250

// tuples is n times one, as a list.
func tuples(one string, n int) string {
	return strings.TrimSuffix(strings.Repeat(one+", ", n), ", ")
}

// inBatches runs "head VALUES-tuples tail" for all rows, some at a time.
func (tx *Tx) inBatches(ctx context.Context, head, tuple, tail string, all [][]any) error {
	tx.changed = tx.changed || len(all) > 0
	return tx.inBatchesQuietly(ctx, head, tuple, tail, all)
}

// inBatchesQuietly is inBatches for what no remembered read depends on.
func (tx *Tx) inBatchesQuietly(ctx context.Context, head, tuple, tail string, all [][]any) error {
	for some := range slices.Chunk(all, rowsAtOnce) {
		if _, err := tx.execQuietly(ctx, head+tuples(tuple, len(some))+tail, slices.Concat(some...)...); err != nil {
			return err
		}
	}
	return nil
}

// putDocuments is putDocument for many; it answers the hash of each text.
func (tx *Tx) putDocuments(ctx context.Context, texts []string) (map[string]string, error) {
	hashes := make(map[string]string, len(texts))
	var all [][]any
	for _, text := range texts {
		if _, done := hashes[text]; done {
			continue
		}
		sum := sha256.Sum256([]byte(text))
		hashes[text] = hex.EncodeToString(sum[:])
		all = append(all, []any{hashes[text], text})
	}
	err := tx.inBatches(ctx, "INSERT INTO policy_document (hash, text) VALUES ", "(?, ?)", " ON CONFLICT DO NOTHING", all)
	return hashes, err
}

// WrittenRoles finds what is there under names.
func (tx *Tx) WrittenRoles(ctx context.Context, refs []iam.RoleRef) (map[iam.RoleRef]iam.WrittenRole, error) {
	there := make(map[iam.RoleRef]iam.WrittenRole, len(refs))
	scan := func(row scanner) (struct{}, error) {
		var account, key string
		var w iam.WrittenRole
		var created, protected int64
		err := row.Scan(&account, &key, &w.ID, &created, &protected, &w.Digest)
		w.Created, w.Protected = fromMicros(created), protected != 0
		there[iam.RoleRef{Account: arn.AccountID(account), Name: key}] = w
		return struct{}{}, err
	}
	for some := range slices.Chunk(refs, rowsAtOnce) {
		var args []any
		for _, r := range some {
			args = append(args, string(r.Account), iam.Key(r.Name))
		}
		if _, err := rows(ctx, tx, scan, `SELECT account, name_key, id, created, protected, written FROM iam_entity
			WHERE kind = 'role' AND (account, name_key) IN (VALUES `+tuples("(?, ?)", len(some))+")", args...); err != nil {
			return nil, err
		}
	}
	return there, nil
}

// CustomerPolicyARNs finds managed policies by name.
func (tx *Tx) CustomerPolicyARNs(ctx context.Context, names []iam.CustomerPolicy) (map[iam.CustomerPolicy]string, error) {
	found := make(map[iam.CustomerPolicy]string, len(names))
	scan := func(row scanner) (struct{}, error) {
		var account, key, policyARN string
		err := row.Scan(&account, &key, &policyARN)
		found[iam.CustomerPolicy{Account: arn.AccountID(account), Name: key}] = policyARN
		return struct{}{}, err
	}
	for some := range slices.Chunk(names, rowsAtOnce) {
		var args []any
		for _, n := range some {
			args = append(args, string(n.Account), n.Name)
		}
		if _, err := rows(ctx, tx, scan, `SELECT account, name_key, arn FROM iam_policy
			WHERE (account, name_key) IN (VALUES `+tuples("(?, ?)", len(some))+")", args...); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// WriteProtectedRoles writes roles with all they hold, a few statements for all.
func (tx *Tx) WriteProtectedRoles(ctx context.Context, writes []iam.RoleWrite) error {
	var texts []string
	for _, w := range writes {
		texts = append(texts, w.TrustPolicy)
		if w.Inline != "" {
			texts = append(texts, w.Inline)
		}
	}
	hashes, err := tx.putDocuments(ctx, texts)
	if err != nil {
		return err
	}
	var old []string
	var entities, attached, inline [][]any
	for _, w := range writes {
		if w.Exists {
			old = append(old, w.ID)
		}
		args, err := iamEntityArgs(w.Role, hashes[w.TrustPolicy], w.Digest)
		if err != nil {
			return err
		}
		entities = append(entities, args)
		for _, a := range w.Attached {
			attached = append(attached, []any{w.ID, a, string(w.Account)})
		}
		if w.Inline != "" {
			inline = append(inline, []any{w.ID, w.InlineName, hashes[w.Inline], w.InlineSize})
		}
	}
	if err := tx.deleteHeld(ctx, old); err != nil {
		return err
	}
	if err := tx.inBatches(ctx, iamInsertEntity, iamEntityValues, ` ON CONFLICT (account, kind, name_key) DO UPDATE SET name = excluded.name,
		path = excluded.path, boundary = excluded.boundary, trust = excluded.trust, description = excluded.description,
		max_session = excluded.max_session, written = excluded.written`, entities); err != nil {
		return err
	}
	if err := tx.inBatches(ctx, "INSERT INTO iam_attachment (entity_id, policy_arn, account) VALUES ", "(?, ?, ?)", "", attached); err != nil {
		return err
	}
	return tx.inBatches(ctx, "INSERT INTO iam_inline_policy (entity_id, name, document, size) VALUES ", "(?, ?, ?, ?)", "", inline)
}

// deleteHeld removes what entities hold.
func (tx *Tx) deleteHeld(ctx context.Context, ids []string) error {
	for _, table := range []string{"iam_attachment", "iam_inline_policy"} {
		if err := tx.inBatches(ctx, "DELETE FROM "+table+" WHERE entity_id IN (", "?", ")", idRows(ids)); err != nil {
			return err
		}
	}
	return nil
}

func idRows(ids []string) [][]any {
	all := make([][]any, len(ids))
	for i, id := range ids {
		all[i] = []any{id}
	}
	return all
}

// DeleteIAMEntities removes entities with all they hold.
func (tx *Tx) DeleteIAMEntities(ctx context.Context, ids []string) error {
	if err := tx.deleteHeld(ctx, ids); err != nil {
		return err
	}
	return tx.inBatches(ctx, "DELETE FROM iam_entity WHERE id IN (", "?", ")", idRows(ids))
}

// WriteProtectedProviders writes providers, new or not.
func (tx *Tx) WriteProtectedProviders(ctx context.Context, providers []iam.SAMLProvider) error {
	var texts []string
	for _, p := range providers {
		texts = append(texts, p.Metadata)
	}
	hashes, err := tx.putDocuments(ctx, texts)
	if err != nil {
		return err
	}
	var all [][]any
	for _, p := range providers {
		args, err := samlProviderArgs(p, hashes[p.Metadata])
		if err != nil {
			return err
		}
		all = append(all, args)
	}
	return tx.inBatches(ctx, insertSAMLProvider, samlProviderValues, ` ON CONFLICT (account, name_key) DO UPDATE SET metadata = excluded.metadata,
		entity_id = excluded.entity_id, valid_until = excluded.valid_until, protected = excluded.protected`, all)
}
