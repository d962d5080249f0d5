package iam

import (
	"context"

	"foyer/internal/paging"
)

// ProofTx stores what proves who a user is, and what an account decides about it.
type ProofTx interface {
	AccountTx
	ProfileTx
	MFATx
	UserCredentialTx
	CertificateTx
}

// unproven refuses to delete a user who still has something to prove itself with.
func unproven(ctx context.Context, tx Tx, user Entity) error {
	_, found, err := tx.LoginProfile(ctx, user.Account, user.ID)
	if err != nil {
		return err
	}
	if found {
		return inUse("Cannot delete entity, must delete login profile first.")
	}
	devices, err := tx.IAMDevices(ctx, DevicesQuery{UserID: user.ID}, paging.Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(devices) > 0 {
		return inUse("Cannot delete entity, must delete MFA device first.")
	}
	for _, held := range []struct {
		kind    CredentialKind
		message string
	}{
		{SigningCertificate, "Cannot delete entity, must delete certificates first."},
		{SSHPublicKey, "Cannot delete entity, must remove referenced objects first."},
		{ServiceCredential, "Cannot delete entity, must remove referenced objects first."},
	} {
		n, err := tx.IAMCredentialCount(ctx, CredentialsQuery{Account: user.Account, Kind: held.kind, UserID: user.ID})
		if err != nil {
			return err
		}
		if n > 0 {
			return inUse(held.message)
		}
	}
	return nil
}
