package foyer

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/browser"
	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/secret"
	"foyer/internal/signin"
	"foyer/internal/sqlstore"
)

// settingOrganization is the name of whoever runs the server.
const settingOrganization = "organization"

// madeBySetup is who made the first administrator.
const madeBySetup = "foyer setup"

// The permission set of the first administrator.
const (
	administratorSet    = "AdministratorAccess"
	administratorPolicy = "arn:aws:iam::aws:policy/AdministratorAccess"
)

// organizationName is the name of whoever runs the server; Foyer when nobody
// gave one.
func (r *rooms) organizationName(ctx context.Context) (name string, err error) {
	err = r.db.View(ctx, func(tx *sqlstore.Tx) error {
		name, err = tx.ServerSetting(ctx, settingOrganization)
		return err
	})
	return or(name, "Foyer"), err
}

// needsSetup reports whether nobody administers the server by signing in: no
// permission set is deployed in the management account.
func (r *rooms) needsSetup(ctx context.Context, f founding) (bool, error) {
	if f.instance == nil || f.demo != nil {
		return false, nil
	}
	sets, _, err := r.provisioning.SetsIn(ctx, f.account, "", paging.Page{Limit: 1})
	return len(sets) == 0, err
}

// setup makes the first administrator.
type setup struct {
	*rooms
	founding founding
}

// Begin takes the token of the printed link.
func (s setup) Begin(ctx context.Context, token secret.Text) (secret.Text, error) {
	if err := s.open(ctx); err != nil {
		return secret.Text{}, err
	}
	return s.signin.BeginSetup(ctx, token)
}

// Check returns a NotFound fault unless a token is one to set up with.
func (s setup) Check(ctx context.Context, token secret.Text, begun bool) error {
	return s.signin.CheckSetup(ctx, token, begun)
}

// open returns a Conflict fault where there is an administrator already.
func (s setup) open(ctx context.Context) error {
	needed, err := s.needsSetup(ctx, s.founding)
	if err != nil {
		return err
	}
	if !needed {
		return fault.Newf(fault.Conflict, "This server has an administrator already. Sign in instead.")
	}
	return nil
}

// Finish makes the administrator in one transaction, and goes on signing them in.
func (s setup) Finish(ctx context.Context, token secret.Text, first browser.Founder, from signin.Source, open signin.Open) (turn signin.Turn, err error) {
	if err := signin.CheckPassword(first.Password); err != nil {
		return signin.Turn{}, err
	}
	err = s.db.Unit(ctx, func(ctx context.Context) error {
		turn = signin.Turn{}
		if err := s.open(ctx); err != nil {
			return err
		}
		if err := s.signin.FinishSetup(ctx, token); err != nil {
			return err
		}
		user, err := s.administrator(ctx, first)
		if err != nil {
			return err
		}
		w, _, err := s.signin.Begin(ctx, user.UserName, "/start", from)
		if err != nil {
			return err
		}
		turn, err = s.signin.Prove(ctx, w, user, signin.PasswordCredential, open)
		return err
	})
	return turn, err
}

func (s setup) administrator(ctx context.Context, first browser.Founder) (signin.User, error) {
	if err := s.db.InTx(ctx, func(tx *sqlstore.Tx) error {
		return tx.PutServerSetting(ctx, settingOrganization, first.Organization)
	}); err != nil {
		return signin.User{}, err
	}
	made, err := s.directory.CreateUser(ctx, madeBySetup, directory.Attributes{
		UserName: first.UserName, DisplayName: first.GivenName + " " + first.FamilyName,
		Name:   directory.Name{GivenName: first.GivenName, FamilyName: first.FamilyName},
		Emails: []directory.Value{{Value: first.Email, Type: "work", Primary: true}},
	})
	if err != nil {
		return signin.User{}, err
	}
	user := signInUser(made)
	if err := s.signin.SetFirstPassword(ctx, []string{user.ID}, first.Password); err != nil {
		return signin.User{}, err
	}
	if err := s.signin.TrustEmail(ctx, user); err != nil {
		return signin.User{}, err
	}
	return user, s.empower(ctx, s.founding.account, user.ID)
}

// empower gives a user AdministratorAccess in an account.
func (s setup) empower(ctx context.Context, account arn.AccountID, user string) error {
	i := s.founding.instance
	set, err := s.sets.Named(ctx, administratorSet)
	if fault.Of(err) == fault.NotFound {
		if set, err = s.sets.Create(ctx, permissionset.Set{InstanceARN: i.ARN(), Name: administratorSet, Description: "Everything in an account", SessionDuration: "PT4H"}, nil); err == nil {
			err = s.sets.Attach(ctx, set.ARN, administratorPolicy)
		}
	}
	if err != nil {
		return err
	}
	_, err = s.assignments.Create(ctx, assignment.Assignment{Account: account, Set: set.ARN, PrincipalType: assignment.User, PrincipalID: user})
	return err
}
