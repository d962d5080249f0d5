package foyer

import (
	"context"
	"errors"
	"fmt"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/instance"
	"foyer/internal/mint"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/secret"
	"foyer/internal/sqlstore"
)

// Names of the settings that the first start fixes.
const (
	settingAccount = "management account"
	settingRootKey = "root access key"
)

// founding is what a server holds from its first start on.
type founding struct {
	account    arn.AccountID
	rootKey    string
	rootSecret secret.Text // empty on later starts
	first      bool        // this is the first start
	instance   *instance.Instance
	demo       *demo // the demo's people, at the first start
}

// found makes what c wants of a fresh server, all in one transaction, or finds
// what an earlier start made.
func (r *rooms) found(ctx context.Context, c Config) (founding, error) {
	var f founding
	err := r.db.Unit(ctx, func(ctx context.Context) (err error) {
		if f, err = r.foundEarlier(ctx); err != nil || f.account != "" {
			return err
		}
		f, err = r.foundNow(ctx, c)
		return err
	})
	if err != nil {
		return founding{}, fmt.Errorf("first start: %w", err)
	}
	if f.instance != nil {
		r.instance.Keep(*f.instance)
	}
	return f, nil
}

func (r *rooms) foundEarlier(ctx context.Context) (founding, error) {
	var f founding
	err := r.db.View(ctx, func(tx *sqlstore.Tx) error {
		account, err := tx.ServerSetting(ctx, settingAccount)
		f.account = arn.AccountID(account)
		if err == nil {
			f.rootKey, err = tx.ServerSetting(ctx, settingRootKey)
		}
		return err
	})
	if err != nil || f.account == "" {
		return founding{}, err
	}
	i, err := r.instance.Instance(ctx)
	if err == nil {
		f.instance = &i
	} else if fault.Of(err) != fault.NotFound {
		return founding{}, err
	}
	return f, nil
}

func (r *rooms) foundNow(ctx context.Context, c Config) (founding, error) {
	f := founding{
		account: arn.AccountID(or(c.ManagementAccountID, r.mint.From("", mint.Digits, 12))),
		rootKey: or(c.RootAccessKeyID, r.mint.KeyID("AKIA")), rootSecret: c.RootSecretAccessKey, first: true,
	}
	if f.rootSecret.Empty() {
		f.rootSecret = r.mint.SecretKey()
	}
	if err := r.foundAccount(ctx, c, f); err != nil {
		return founding{}, err
	}
	if c.Bootstrap == BootstrapAccount {
		return f, nil
	}
	if _, err := r.organizations.CreateOrganization(ctx, organizations.NewOrganization{
		Management: f.account, ControlEnabled: true, TrustedServices: []string{iam.SSOPrincipal},
	}); err != nil {
		return founding{}, err
	}
	i, err := r.instance.Enable(ctx, instance.Instance{
		ID: c.InstanceID, IdentityStore: c.IdentityStoreID, Owner: f.account, Region: c.Region,
	})
	if err != nil {
		return founding{}, err
	}
	f.instance = &i
	if c.Demo {
		f.demo, err = r.foundDemo(ctx, i)
	}
	return f, err
}

func (r *rooms) foundAccount(ctx context.Context, c Config, f founding) error {
	if err := r.organizations.CreateStandalone(ctx, f.account, "Management", "root@foyer.example"); err != nil {
		return err
	}
	if c.ContactInformation != "" {
		contact, err := organizations.ParseContact(c.ContactInformation)
		if err != nil {
			return err // Normalize has checked it
		}
		if err := r.organizations.SetContact(ctx, f.account, contact); err != nil {
			return err
		}
	}
	if err := r.iam.CreateRootKey(ctx, f.account, f.rootKey, f.rootSecret); err != nil {
		return err
	}
	return r.db.InTx(ctx, func(tx *sqlstore.Tx) error {
		return errors.Join(tx.PutServerSetting(ctx, settingAccount, string(f.account)), tx.PutServerSetting(ctx, settingRootKey, f.rootKey))
	})
}

// ready says how to reach the server and who may.
func (r *rooms) ready(ctx context.Context, c Config, f founding, endpoint string) (Ready, error) {
	out := Ready{
		Endpoint: endpoint, Region: c.Region, ManagementAccountID: string(f.account),
		RootAccessKeyID: f.rootKey, RootSecretAccessKey: f.rootSecret.Reveal(),
	}
	if !f.first && c.RootAccessKeyID == f.rootKey {
		out.RootSecretAccessKey = c.RootSecretAccessKey.Reveal()
	}
	if f.instance != nil {
		out.StartURL, out.InstanceARN, out.IdentityStoreID = endpoint+"/start", f.instance.ARN(), f.instance.IdentityStore
	}
	if f.demo != nil {
		out.Users = f.demo.users
	}
	page := paging.Page{Limit: 1000}
	for {
		accounts, next, err := r.organizations.Accounts(ctx, page)
		if err != nil {
			return Ready{}, err
		}
		for _, a := range accounts {
			out.Accounts = append(out.Accounts, string(a.ID))
		}
		if page.After = next; next == "" {
			return out, nil
		}
	}
}
