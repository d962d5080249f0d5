package main

import (
	"errors"
	"slices"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"
)

// The AWS SDK reads out of answers what the AWS CLI does not print, or is too
// old to ask for: typed errors with their reasons, and flawed policies.
func TestTheSDKReadsOrganizations(t *testing.T) {
	c, ready, stop := served(t, t.TempDir())
	defer stop()
	ctx, client := t.Context(), organizations.NewFromConfig(c.config, func(o *organizations.Options) { o.BaseEndpoint = &ready.Endpoint })
	roots, err := client.ListRoots(ctx, &organizations.ListRootsInput{})
	fatal(t, err)
	root := *roots.Roots[0].Id
	member := ready.Accounts[slices.IndexFunc(ready.Accounts, func(id string) bool { return id != ready.ManagementAccountID })]

	var seen []string
	pages := organizations.NewListAccountsPaginator(client, &organizations.ListAccountsInput{MaxResults: awssdk.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		fatal(t, err)
		if len(page.Accounts) > 2 {
			t.Errorf("a page of %d accounts", len(page.Accounts))
		}
		for _, a := range page.Accounts {
			seen = append(seen, *a.Id)
		}
	}
	if want := slices.Sorted(slices.Values(ready.Accounts)); !slices.Equal(seen, want) {
		t.Errorf("accounts = %v, want %v", seen, want)
	}

	t.Run("flawed policies are told", func(t *testing.T) {
		_, err := client.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: &root, PolicyType: types.PolicyTypeBackupPolicy})
		fatal(t, err)
		p, err := client.CreatePolicy(ctx, &organizations.CreatePolicyInput{
			Type: types.PolicyTypeBackupPolicy, Name: awssdk.String("half"), Description: awssdk.String(""),
			Content: awssdk.String(`{"plans":{"daily":{"regions":{"@@assign":["eu-central-1"]}}}}`),
		})
		fatal(t, err)
		_, err = client.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: p.Policy.PolicySummary.Id, TargetId: &member})
		fatal(t, err)
		invalid, err := client.ListAccountsWithInvalidEffectivePolicy(ctx, &organizations.ListAccountsWithInvalidEffectivePolicyInput{PolicyType: types.EffectivePolicyTypeBackupPolicy})
		fatal(t, err)
		if len(invalid.Accounts) != 1 || *invalid.Accounts[0].Id != member {
			t.Errorf("invalid = %+v", invalid.Accounts)
		}
		flaws, err := client.ListEffectivePolicyValidationErrors(ctx, &organizations.ListEffectivePolicyValidationErrorsInput{
			AccountId: &member, PolicyType: types.EffectivePolicyTypeBackupPolicy,
		})
		fatal(t, err)
		if len(flaws.EffectivePolicyValidationErrors) != 2 || *flaws.EffectivePolicyValidationErrors[0].PathToError != "plans.daily.rules" ||
			flaws.EffectivePolicyValidationErrors[0].ContributingPolicies[0] != *p.Policy.PolicySummary.Id || flaws.EvaluationTimestamp == nil {
			t.Errorf("flaws = %+v", flaws.EffectivePolicyValidationErrors)
		}
	})
	t.Run("refusals have reasons", func(t *testing.T) {
		_, err := client.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: awssdk.String("p-FullAWSAccess"), TargetId: &root})
		violation, ok := errors.AsType[*types.ConstraintViolationException](err)
		if !ok || violation.Reason != types.ConstraintViolationExceptionReasonMinPolicyTypeAttachmentLimitExceeded {
			t.Errorf("the last policy: %v", err)
		}
		_, err = client.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{Target: &types.HandshakeParty{Id: &member, Type: types.HandshakePartyTypeAccount}})
		handshake, ok := errors.AsType[*types.HandshakeConstraintViolationException](err)
		if !ok || handshake.Reason != types.HandshakeConstraintViolationExceptionReasonAlreadyInAnOrganization {
			t.Errorf("a member invited: %v", err)
		}
		_, err = client.ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: awssdk.Int32(21)})
		input, ok := errors.AsType[*types.InvalidInputException](err)
		if !ok || input.Reason != types.InvalidInputExceptionReasonMaxValueExceeded {
			t.Errorf("a page too large: %v", err)
		}
	})
	t.Run("what is not built says so", func(t *testing.T) {
		_, err := client.ListInboundResponsibilityTransfers(ctx, &organizations.ListInboundResponsibilityTransfersInput{Type: types.ResponsibilityTransferTypeBilling})
		if refusal, ok := errors.AsType[smithy.APIError](err); !ok || refusal.ErrorCode() != "NotImplemented" {
			t.Errorf("transfers of responsibility: %v", err)
		}
	})
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
