package foyer

import (
	"context"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/iam"
	"foyer/internal/lastaccess"
	"foyer/internal/sqlstore"
	"foyer/internal/wire"
)

// servedServices are the prefixes of the actions that our services demand.
var servedServices = []string{
	"access-analyzer", "account", "cloudtrail", "iam", "identitystore", "organizations", "sso", "sso-directory", "sts",
}

func (r *rooms) furnishLastAccess() {
	see := func(tx *sqlstore.Tx) lastaccess.Tx { return tx }
	through := sqlstore.Through(r.db, see)
	r.lastAccess = &lastaccess.Reports{
		InTx: through, View: sqlstore.Viewed(r.db, see), Mint: r.mint, IAM: r.iam,
		Recorder: &lastaccess.Recorder{InTx: through, Log: r.log}, Served: servedServices,
		Organization: r.reach,
	}
}

func (r *rooms) furnishCredentialReports() {
	see := func(tx *sqlstore.Tx) iam.CredentialTx { return tx }
	r.credentials = &iam.CredentialReports{
		InTx: sqlstore.Through(r.db, see), View: sqlstore.Viewed(r.db, see),
		Founded: func(ctx context.Context, account arn.AccountID) (time.Time, error) {
			a, err := r.organizations.DescribeAccount(ctx, account)
			return a.Created, err
		},
		Flush: r.lastAccess.Recorder.Flush,
	}
}

// reach is what is allowed at a place of account's organization.
func (r *rooms) reach(ctx context.Context, account arn.AccountID, path, policyID string) (lastaccess.Reach, error) {
	found, err := r.organizations.As(account).Reach(ctx, path, policyID)
	var reach lastaccess.Reach
	for _, level := range found.Levels {
		documents := make([]string, len(level))
		for i, d := range level {
			documents[i] = d.Document
		}
		reach.Levels = append(reach.Levels, documents)
	}
	for _, a := range found.Accounts {
		reach.Accounts = append(reach.Accounts, lastaccess.Placed{ID: a.ID, Path: a.Path})
	}
	return reach, err
}

// noteAccess notes what a call is about to use: the first thing that it demands
// or, where it demands nothing, the operation itself.
func (r *rooms) noteAccess(call *wire.Call, demands []wire.Demand) {
	a := lastaccess.Access{
		Principal: principalID(&call.Caller), Account: call.Caller.Account,
		Service: call.API.SigningName, Action: call.Operation.Name, At: call.Time, Region: call.Region,
	}
	if len(demands) > 0 {
		a.Service, a.Action, _ = strings.Cut(demands[0].Action, ":")
	}
	if a.Principal == "" {
		return
	}
	r.lastAccess.Recorder.Note(a)
	if call.Caller.Session == nil { // a long-term key
		a.Principal, a.Action = call.Caller.AccessKeyID, ""
		r.lastAccess.Recorder.Note(a)
	}
}

// principalID is the id of the user or role that acts, or has somebody act for
// it; the account's for root.
func principalID(c *caller.Caller) string {
	switch {
	case c.Session != nil && c.Session.OfRole():
		return c.Session.RoleID
	case c.Session != nil:
		return c.Session.UserID
	case c.Kind == caller.User, c.Kind == caller.Root:
		return c.ID
	}
	return ""
}
