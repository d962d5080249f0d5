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
	if err == nil && len(devices) > 0 {
		err = inUse("Cannot delete entity, must delete MFA device first.")
	}
	return err
}
