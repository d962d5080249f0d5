package foyer

import (
	"context"
	"fmt"
	"io"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/assignment"
	"foyer/internal/awsconfig"
	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/organizations"
	"foyer/internal/permissionset"
	"foyer/internal/secret"
)

// demo is what the demo organisation's readers need to know.
type demo struct {
	users    []ReadyUser
	startURL string        // as AWS shapes it
	account  arn.AccountID // an account the first user has a role in
	role     string
}

// The demo company: who is in which group, which accounts there are, what the
// permission sets allow, and which group has which of them where.
var (
	demoUnits = []struct {
		name     string
		accounts []string
	}{
		{"Workloads", []string{"Shop Development", "Shop Production", "Data Platform"}},
		{"Security", []string{"Log Archive", "Audit"}},
	}
	demoUsers = []struct{ userName, given, family, group string }{
		{"ada", "Ada", "Okafor", "Administrators"},
		{"ben", "Ben", "Lindqvist", "Developers"},
		{"chitra", "Chitra", "Rao", "Developers"},
		{"dario", "Dario", "Conti", "Auditors"},
	}
	demoSets = []struct {
		name, description, duration, managed, inline string
	}{
		{"AdministratorAccess", "Everything in an account", "PT4H", "arn:aws:iam::aws:policy/AdministratorAccess", ""},
		{"DeveloperAccess", "Build and run, but not change who may", "PT8H", "arn:aws:iam::aws:policy/PowerUserAccess",
			`{"Version":"2012-10-17","Statement":[{"Sid":"SeeRoles","Effect":"Allow","Action":["iam:GetRole","iam:ListRoles","iam:ListRolePolicies","iam:ListAttachedRolePolicies"],"Resource":"*"}]}`},
		{"ReadOnlyAccess", "See everything, change nothing", "PT4H", "arn:aws:iam::aws:policy/ReadOnlyAccess", ""},
		{"SecurityAudit", "See how accounts are configured", "PT1H", "arn:aws:iam::aws:policy/SecurityAudit", ""},
	}
	demoAssignments = []struct {
		group, set string
		accounts   []string // by name; "" is the management account
	}{
		{"Administrators", "AdministratorAccess", []string{"", "Shop Development", "Shop Production", "Data Platform", "Log Archive", "Audit"}},
		{"Administrators", "ReadOnlyAccess", []string{"Shop Production"}},
		{"Developers", "DeveloperAccess", []string{"Shop Development", "Data Platform"}},
		{"Developers", "ReadOnlyAccess", []string{"Shop Production"}},
		{"Auditors", "SecurityAudit", []string{"Shop Production", "Log Archive", "Audit"}},
	}
)

// seededBy is who made the demo's users and groups.
const seededBy = "foyer demo"

// foundDemo makes the demo company in the transaction of ctx.
func (r *rooms) foundDemo(ctx context.Context, i instance.Instance) (*demo, error) {
	accounts, err := r.demoAccounts(ctx, i.Owner)
	if err != nil {
		return nil, err
	}
	users, groups, err := r.demoPeople(ctx)
	if err != nil {
		return nil, err
	}
	sets, err := r.demoPermissionSets(ctx, i)
	if err != nil {
		return nil, err
	}
	for _, a := range demoAssignments {
		for _, account := range a.accounts {
			if _, err := r.assignments.Create(ctx, assignment.Assignment{
				Account: accounts[account], Set: sets[a.set], PrincipalType: assignment.Group, PrincipalID: string(groups[a.group]),
			}); err != nil {
				return nil, err
			}
		}
	}
	return &demo{users: users, startURL: i.StartURL(), account: accounts["Shop Development"], role: "AdministratorAccess"}, nil
}

func (r *rooms) demoAccounts(ctx context.Context, management arn.AccountID) (map[string]arn.AccountID, error) {
	as := r.organizations.As(management)
	org, err := as.Root(ctx)
	if err != nil {
		return nil, err
	}
	byName := map[string]arn.AccountID{"": management}
	var wanted []organizations.NewAccount
	for _, u := range demoUnits {
		unit, err := as.CreateUnit(ctx, org.Root, u.name, nil)
		if err != nil {
			return nil, err
		}
		for _, name := range u.accounts {
			mailbox := strings.ReplaceAll(strings.ToLower(name), " ", "-")
			wanted = append(wanted, organizations.NewAccount{Name: name, Email: mailbox + "@foyer.example", Parent: unit.ID})
		}
	}
	made, err := r.organizations.CreateAccounts(ctx, management, wanted)
	for _, status := range made {
		if status.State != organizations.Succeeded {
			return nil, fault.Newf(fault.Internal, "account %s: %s", status.Name, status.Failure)
		}
		byName[status.Name] = status.Account
	}
	return byName, err
}

func (r *rooms) demoPeople(ctx context.Context) ([]ReadyUser, map[string]directory.GroupID, error) {
	groups := map[string]directory.GroupID{}
	var (
		users []ReadyUser
		ids   []string
	)
	password := r.demoPassword()
	for _, u := range demoUsers {
		if _, made := groups[u.group]; !made {
			g, err := r.directory.CreateGroup(ctx, seededBy, u.group, "")
			if err != nil {
				return nil, nil, err
			}
			groups[u.group] = g.ID
		}
		user, err := r.directory.CreateUser(ctx, seededBy, directory.Attributes{
			UserName: u.userName, DisplayName: u.given + " " + u.family, Name: directory.Name{GivenName: u.given, FamilyName: u.family},
			Emails: []directory.Value{{Value: u.userName + "@foyer.example", Type: "work", Primary: true}},
		})
		if err != nil {
			return nil, nil, err
		}
		if _, err := r.directory.AddMember(ctx, seededBy, groups[u.group], user.ID); err != nil {
			return nil, nil, err
		}
		if err := r.signin.TrustEmail(ctx, signInUser(user)); err != nil {
			return nil, nil, err
		}
		ids = append(ids, string(user.ID))
		users = append(users, ReadyUser{UserName: u.userName, Password: password.Reveal()})
	}
	return users, groups, r.signin.SetFirstPassword(ctx, ids, password)
}

// demoPassword is a random password, 80 bits, that can be read aloud. The whole
// demo company has it.
func (r *rooms) demoPassword() secret.Text {
	const readable = "abcdefghjkmnpqrstuvwxyz23456789"
	text := "Foyer1"
	for range 4 {
		text += r.mint.From("-", readable, 4)
	}
	return secret.New(text)
}

func (r *rooms) demoPermissionSets(ctx context.Context, i instance.Instance) (map[string]string, error) {
	byName := map[string]string{}
	for _, s := range demoSets {
		set, err := r.sets.Create(ctx, permissionset.Set{
			InstanceARN: i.ARN(), Name: s.name, Description: s.description, SessionDuration: s.duration,
		}, nil)
		if err != nil {
			return nil, err
		}
		if err := r.sets.Attach(ctx, set.ARN, s.managed); err != nil {
			return nil, err
		}
		if s.inline != "" {
			if err := r.sets.PutInline(ctx, set.ARN, s.inline); err != nil {
				return nil, err
			}
		}
		byName[s.name] = set.ARN
	}
	return byName, nil
}

// welcome tells whoever started the server how to use it.
func welcome(w io.Writer, ready Ready, d *demo) {
	fmt.Fprintf(w, "Foyer answers at %s\n", ready.Endpoint)
	if ready.StartURL != "" {
		fmt.Fprintf(w, "\nAccess portal     %s\n", ready.StartURL)
	}
	if d != nil {
		names := make([]string, len(d.users))
		for i, u := range d.users {
			names[i] = u.UserName
		}
		fmt.Fprintf(w, "Sign in as        %s\nPassword          %s\n", strings.Join(names, ", "), d.users[0].Password)
		fmt.Fprintf(w, "\nFor ~/.aws/config, then `aws sso login --profile %s-%s`:\n\n%s", d.role, d.account,
			awsconfig.Profile{Session: awsconfig.Session{Name: "foyer", StartURL: d.startURL, Endpoint: ready.Endpoint, Region: ready.Region}, Account: string(d.account), Role: d.role}.Text())
	}
	if ready.RootSecretAccessKey != "" {
		fmt.Fprintf(w, `
The administrator (root of account %s), shown once:

export AWS_ENDPOINT_URL=%s
export AWS_DEFAULT_REGION=%s
export AWS_ACCESS_KEY_ID=%s
export AWS_SECRET_ACCESS_KEY=%s
`, ready.ManagementAccountID, ready.Endpoint, ready.Region, ready.RootAccessKeyID, ready.RootSecretAccessKey)
	}
}
