package foyer

import (
	"context"
	"strings"
	"time"

	"foyer/internal/accesscontrol"
	"foyer/internal/application"
	"foyer/internal/arn"
	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/federation"
	"foyer/internal/instance"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/sqlstore"
	"foyer/internal/tagging"
	"foyer/internal/trustedissuer"
)

// applicationPlane is what Identity Center holds beside people and their roles.
type applicationPlane struct {
	applications  *application.Service
	issuers       *trustedissuer.Service
	accessControl *accesscontrol.Service
	tagging       *tagging.Service
}

// furnishApplications wires applications, trusted token issuers, attributes for
// access control, and the tags of all of them.
func (r *rooms) furnishApplications(q quota.Quotas) {
	r.applications = &application.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) application.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) application.Reader { return tx }),
		Mint: r.mint, Instance: r.instance.ByARN, PrincipalExists: r.principalExists, Quotas: q,
	}
	r.issuers = &trustedissuer.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) trustedissuer.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) trustedissuer.Reader { return tx }),
		Mint: r.mint, Instance: r.instance.ByARN, Quotas: q,
	}
	r.accessControl = &accesscontrol.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) accesscontrol.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) accesscontrol.Reader { return tx }),
		User: r.directory.User, Quotas: q,
	}
	r.tagging = &tagging.Service{
		InTx:   sqlstore.Through(r.db, func(tx *sqlstore.Tx) tagging.Tx { return tx }),
		View:   sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) tagging.Tx { return tx }),
		Exists: r.resourceExists, Quotas: q,
	}
}

// resourceExists finds what can be tagged, by the kind that its ARN names.
func (r *rooms) resourceExists(ctx context.Context, resourceARN string) error {
	var err error
	switch {
	case strings.Contains(resourceARN, ":permissionSet/"):
		_, err = r.sets.Set(ctx, resourceARN)
	case strings.Contains(resourceARN, ":application/"):
		_, err = r.applications.Get(ctx, resourceARN)
	case strings.Contains(resourceARN, ":trustedTokenIssuer/"):
		_, err = r.issuers.Get(ctx, resourceARN)
	default:
		_, err = r.instance.ByARN(ctx, resourceARN)
	}
	return err
}

// shownApplications are those that the portal shows a person, by ARN.
func (r *rooms) shownApplications(ctx context.Context, userID string, page paging.Page) ([]application.Application, string, error) {
	i, err := r.instance.Instance(ctx)
	if err != nil {
		return nil, "", err
	}
	return r.applications.Shown(ctx, i.ARN(), userID, page)
}

// principalExists looks into the identity store of an instance.
func (r *rooms) principalExists(ctx context.Context, i instance.Instance, p application.Principal) (bool, error) {
	d, err := r.directory.In(ctx, i.IdentityStore)
	if err != nil {
		return false, err
	}
	return d.Has(ctx, directory.Resource(p.Type), p.ID)
}

// sessionTags are the attributes for access control of a person.
func (r *rooms) sessionTags(ctx context.Context, i instance.Instance, userID string) ([]federation.Tag, error) {
	found, err := r.accessControl.TagsFor(ctx, i.ARN(), userID)
	tags := make([]federation.Tag, len(found))
	for n, t := range found {
		tags[n] = federation.Tag(t)
	}
	return tags, err
}

// management is the management account of the organization that an account is
// in; "" when it is in none.
func (r *rooms) management(ctx context.Context, account arn.AccountID) (arn.AccountID, error) {
	org, err := r.organizations.As(account).Organization(ctx)
	if fault.Of(err) == fault.NotFound {
		return "", nil
	}
	return org.Management, err
}

func (r *rooms) manages(ctx context.Context, account arn.AccountID) (bool, error) {
	management, err := r.management(ctx, account)
	return management == account, err
}

// instanceGone ends what is in a deleted instance.
func (r *rooms) instanceGone(ctx context.Context, i instance.Instance) error {
	if err := r.applications.InstanceGone(ctx, i.ARN()); err != nil {
		return err
	}
	if err := r.issuers.InstanceGone(ctx, i.ARN()); err != nil {
		return err
	}
	d, err := r.directory.In(ctx, i.IdentityStore)
	if err != nil {
		return err
	}
	return d.Empty(ctx)
}

// forgetTokens forgets the client tokens of before a time.
func (r *rooms) forgetTokens(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = r.db.InTx(ctx, func(tx *sqlstore.Tx) error {
		n, err = tx.PurgeClientTokens(ctx, before, limit)
		return err
	})
	return n, err
}
