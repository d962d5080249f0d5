package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/iam"
)

// IAMHeldDocuments returns the inline and managed policies of entities.
func (tx *Tx) IAMHeldDocuments(ctx context.Context, entityIDs []string) ([]iam.HeldDocument, error) {
	if len(entityIDs) == 0 {
		return nil, nil
	}
	in := "(" + tuples("?", len(entityIDs)) + ")"
	var args []any
	for range 2 {
		for _, id := range entityIDs {
			args = append(args, id)
		}
	}
	return rows(ctx, tx, func(row scanner) (d iam.HeldDocument, err error) {
		err = row.Scan(&d.EntityID, &d.Name, &d.ARN, &d.Document)
		return d, err
	}, `SELECT i.entity_id, i.name, '', d.text FROM iam_inline_policy i JOIN policy_document d ON d.hash = i.document WHERE i.entity_id IN `+in+`
		UNION ALL
		SELECT a.entity_id, COALESCE(p.name, ''), a.policy_arn, COALESCE(d.text, '') FROM iam_attachment a
		LEFT JOIN iam_policy p ON p.arn = a.policy_arn
		LEFT JOIN iam_policy_version v ON v.policy_id = p.id AND v.number = p.default_version
		LEFT JOIN policy_document d ON d.hash = v.document
		WHERE a.entity_id IN `+in, args...)
}

// IAMPolicyDocument returns the version in force of a customer managed policy.
func (tx *Tx) IAMPolicyDocument(ctx context.Context, policyARN string) (document string, found bool, err error) {
	return one(ctx, tx, scanText, `SELECT d.text FROM iam_policy p
		JOIN iam_policy_version v ON v.policy_id = p.id AND v.number = p.default_version
		JOIN policy_document d ON d.hash = v.document WHERE p.arn = ?`, policyARN)
}

// IAMCounts counts what an account holds.
func (tx *Tx) IAMCounts(ctx context.Context, account arn.AccountID) (c iam.Counts, err error) {
	a := string(account)
	const entities = "(SELECT COUNT(*) FROM iam_entity WHERE account = ? AND kind = "
	_, err = tx.queryRow(ctx, "SELECT "+entities+"'user'), "+entities+"'group'), "+entities+`'role'),
		(SELECT COUNT(*) FROM iam_policy WHERE account = ?),
		(SELECT COUNT(*) FROM iam_policy_version v JOIN iam_policy p ON p.id = v.policy_id WHERE p.account = ?),
		(SELECT COUNT(*) FROM iam_saml_provider WHERE account = ?) + (SELECT COUNT(*) FROM iam_oidc_provider WHERE account = ?),
		(SELECT COUNT(*) FROM iam_access_key WHERE account = ? AND user_id = ''),
		(SELECT COUNT(*) FROM iam_instance_profile WHERE account = ?),
		(SELECT COUNT(*) FROM iam_login_profile WHERE account = ? AND user_id = ''),
		(SELECT COUNT(*) FROM iam_mfa_device WHERE account = ?),
		(SELECT COUNT(*) FROM iam_mfa_device WHERE account = ? AND user_id <> ''),
		(SELECT COUNT(*) FROM iam_credential WHERE account = ? AND kind = 'signing' AND user_id = ''),
		(SELECT COUNT(*) FROM iam_server_certificate WHERE account = ?)`,
		[]any{a, a, a, a, a, a, a, a, a, a, a, a, a, a}, &c.Users, &c.Groups, &c.Roles, &c.Policies, &c.PolicyVersions, &c.Providers, &c.RootKeys, &c.InstanceProfiles,
		&c.RootPasswords, &c.MFADevices, &c.MFADevicesInUse, &c.RootCertificates, &c.ServerCertificates)
	return c, err
}
