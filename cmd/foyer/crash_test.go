package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	ssotypes "github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts' commands about many accounts at once. They use the AWS SDK for
// Go: the CLI would take minutes.
//
//	accounts N                make N accounts
//	assign SET USER [kill]    give the user the set in each of them, eight at a time;
//	                          kill: kill foyer when it has answered half of the calls
//	provision SET [kill]      provision the set to all its accounts; kill: kill foyer
//	                          as soon as it has answered
//	settled                   wait until every request that was answered has succeeded
//	assignments USER          count the user's assignments, and in how many accounts they are
//	roles                     look into each account, as its administrator: there must be
//	                          one role and one provider of Identity Center; prints how
//	                          many accounts hold which inline policy

// sdk is how the script's credentials reach foyer. Nothing is tried twice.
func sdk(ts *testscript.TestScript) awssdk.Config {
	return awssdk.Config{
		Region: "us-east-1", BaseEndpoint: new(ts.Getenv("ENDPOINT")), RetryMaxAttempts: 1, HTTPClient: oneAttempt,
		Credentials: credentials.NewStaticCredentialsProvider(ts.Getenv("AWS_ACCESS_KEY_ID"), ts.Getenv("AWS_SECRET_ACCESS_KEY"), ts.Getenv("AWS_SESSION_TOKEN")),
	}
}

// each calls do for every index below n, eight at a time. It stops at a
// failure, and joins those of all eight.
func each(n int, do func(i int) error) error {
	failures := make([]error, n)
	var (
		next    atomic.Int64
		workers sync.WaitGroup
	)
	for range 8 {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if failures[i] = do(i); failures[i] != nil {
					next.Store(int64(n))
				}
			}
		})
	}
	workers.Wait()
	return errors.Join(failures...)
}

// check fails with the end of foyer's log.
func check(ts *testscript.TestScript, err error) {
	if err == nil {
		return
	}
	logs := running(ts).logs.String()
	ts.Fatalf("%v\n…%s", err, logs[max(0, len(logs)-4000):])
}

func accounts(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: accounts N")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ctx, client, p := context.Background(), organizations.NewFromConfig(sdk(ts)), running(ts)
	p.members = make([]string, n)
	check(ts, each(n, func(i int) error {
		asked, err := client.CreateAccount(ctx, &organizations.CreateAccountInput{
			AccountName: new(fmt.Sprintf("Member %d", i+1)), Email: new(fmt.Sprintf("member-%d@foyer.example", i+1)),
		})
		if err != nil {
			return err
		}
		made, err := client.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: asked.CreateAccountStatus.Id})
		if err == nil {
			p.members[i] = awssdk.ToString(made.CreateAccountStatus.AccountId)
		}
		return err
	}))
}

func assign(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 || len(args) == 3 && args[2] != "kill" || len(args) > 3 {
		ts.Fatalf("usage: assign SET USER [kill]")
	}
	ctx, client, p, instance := context.Background(), ssoadmin.NewFromConfig(sdk(ts)), running(ts), new(ts.Getenv("INSTANCE"))
	var (
		mu       sync.Mutex
		requests []string
	)
	err := each(len(p.members), func(i int) error {
		asked, err := client.CreateAccountAssignment(ctx, &ssoadmin.CreateAccountAssignmentInput{
			InstanceArn: instance, PermissionSetArn: new(args[0]), PrincipalId: new(args[1]), PrincipalType: ssotypes.PrincipalTypeUser,
			TargetId: new(p.members[i]), TargetType: ssotypes.TargetTypeAwsAccount,
		})
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, awssdk.ToString(asked.AccountAssignmentCreationStatus.RequestId))
		if len(args) == 3 && len(requests) == len(p.members)/2 {
			return p.cmd.Process.Signal(os.Kill)
		}
		return nil
	})
	if len(args) == 3 {
		_ = stop(p, os.Kill) // it is dead already
		if err == nil {
			ts.Fatalf("foyer answered every call before it died")
		}
	} else {
		check(ts, err)
	}
	p.requests = requests
	fmt.Fprintf(ts.Stdout(), "%d of %d answered\n", len(requests), len(p.members))
}

func provision(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 || len(args) == 2 && args[1] != "kill" || len(args) > 2 {
		ts.Fatalf("usage: provision SET [kill]")
	}
	asked, err := ssoadmin.NewFromConfig(sdk(ts)).ProvisionPermissionSet(context.Background(), &ssoadmin.ProvisionPermissionSetInput{
		InstanceArn: new(ts.Getenv("INSTANCE")), PermissionSetArn: new(args[0]), TargetType: ssotypes.ProvisionTargetTypeAllProvisionedAccounts,
	})
	ts.Check(err)
	if len(args) == 2 {
		kill(ts, false, nil)
	}
	ts.Setenv("REQUEST", awssdk.ToString(asked.PermissionSetProvisioningStatus.RequestId))
}

func settled(ts *testscript.TestScript, _ bool, _ []string) {
	ctx, client, p, instance := context.Background(), ssoadmin.NewFromConfig(sdk(ts)), running(ts), new(ts.Getenv("INSTANCE"))
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	check(ts, each(len(p.requests), func(i int) error {
		for ; ; <-again.C {
			got, err := client.DescribeAccountAssignmentCreationStatus(ctx, &ssoadmin.DescribeAccountAssignmentCreationStatusInput{
				InstanceArn: instance, AccountAssignmentCreationRequestId: &p.requests[i],
			})
			if err != nil {
				return err
			}
			switch s := got.AccountAssignmentCreationStatus; s.Status {
			case ssotypes.StatusValuesInProgress: // ask again
			case ssotypes.StatusValuesSucceeded:
				return nil
			case ssotypes.StatusValuesFailed:
				return fmt.Errorf("request %s: %s", p.requests[i], awssdk.ToString(s.FailureReason))
			}
		}
	}))
}

func assignments(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: assignments USER")
	}
	pages := ssoadmin.NewListAccountAssignmentsForPrincipalPaginator(ssoadmin.NewFromConfig(sdk(ts)), &ssoadmin.ListAccountAssignmentsForPrincipalInput{
		InstanceArn: new(ts.Getenv("INSTANCE")), PrincipalId: &args[0], PrincipalType: ssotypes.PrincipalTypeUser,
	})
	n, in := 0, map[string]bool{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		ts.Check(err)
		for _, a := range page.AccountAssignments {
			n++
			in[awssdk.ToString(a.AccountId)] = true
		}
	}
	fmt.Fprintf(ts.Stdout(), "%d assignments in %d accounts\n", n, len(in))
}

func roles(ts *testscript.TestScript, _ bool, _ []string) {
	p, config := running(ts), sdk(ts)
	inline := make([]string, len(p.members))
	check(ts, each(len(p.members), func(i int) (err error) {
		if inline[i], err = reservedRole(config, p.members[i]); err != nil {
			err = fmt.Errorf("account %s: %w", p.members[i], err)
		}
		return err
	}))
	slices.Sort(inline)
	for len(inline) > 0 {
		n := 1
		for n < len(inline) && inline[n] == inline[0] {
			n++
		}
		fmt.Fprintf(ts.Stdout(), "%d accounts: one role, one provider, inline policy %s\n", n, inline[0])
		inline = inline[n:]
	}
}

// reservedRole looks into an account as its administrator, and answers the
// inline policy of the one role of Identity Center there.
func reservedRole(config awssdk.Config, account string) (string, error) {
	ctx := context.Background()
	assumed, err := sts.NewFromConfig(config).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: new("arn:aws:iam::" + account + ":role/OrganizationAccountAccessRole"), RoleSessionName: new("script"),
	})
	if err != nil {
		return "", err
	}
	c := assumed.Credentials
	config.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	client := iam.NewFromConfig(config)
	found, err := client.ListRoles(ctx, &iam.ListRolesInput{PathPrefix: new("/aws-reserved/sso.amazonaws.com/")})
	if err != nil {
		return "", err
	}
	providers, err := client.ListSAMLProviders(ctx, nil)
	if err != nil {
		return "", err
	}
	if len(found.Roles) != 1 || !strings.HasPrefix(*found.Roles[0].RoleName, "AWSReservedSSO_") || len(providers.SAMLProviderList) != 1 {
		return "", fmt.Errorf("%d roles, %d providers", len(found.Roles), len(providers.SAMLProviderList))
	}
	policy, err := client.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: found.Roles[0].RoleName, PolicyName: new("AwsSSOInlinePolicy")})
	if err != nil {
		return "", err
	}
	return url.QueryUnescape(*policy.PolicyDocument)
}
