package ssoadminapi_test

import (
	"context"
	"testing"
	"time"

	"foyer/internal/arn"
	api "foyer/internal/awsapi/ssoadminapi"
	"foyer/internal/directory"
	"foyer/internal/quota"
	"foyer/internal/wire"
)

const standalone = arn.AccountID("999900001111")

// as is an operation called by the root user of an account.
func as[In, Out any](account arn.AccountID, operation func(context.Context, *wire.Call, *In) (*Out, error)) func(context.Context, *wire.Call, *In) (*Out, error) {
	return func(ctx context.Context, _ *wire.Call, in *In) (*Out, error) { return operation(ctx, by(account), in) }
}

// in is an operation called in a region.
func in[In, Out any](region string, operation func(context.Context, *wire.Call, *In) (*Out, error)) func(context.Context, *wire.Call, *In) (*Out, error) {
	return func(ctx context.Context, call *wire.Call, in *In) (*Out, error) {
		call.Region = region
		return operation(ctx, call, in)
	}
}

func TestAnAccountHasAnInstanceOfItsOwn(t *testing.T) {
	h := open(t)
	create := &api.CreateInstanceRequest{Name: new("team-a"), ClientToken: new("once"), Tags: []api.Tag{{Key: "team", Value: "a"}}}
	mine := *do(h, as(member, h.CreateInstance), create).InstanceArn
	if again := *do(h, as(member, h.CreateInstance), create).InstanceArn; again != mine {
		t.Errorf("again made %s", again)
	}
	refused(h, "ConflictException", as(member, h.CreateInstance), &api.CreateInstanceRequest{})
	refused(h, "AccessDeniedException", as(management, h.CreateInstance), &api.CreateInstanceRequest{})

	got := do(h, as(member, h.DescribeInstance), &api.DescribeInstanceRequest{InstanceArn: mine})
	if *got.Name != "team-a" || *got.OwnerAccountId != string(member) || *got.Status != "ACTIVE" || *got.IdentityStoreId == "d-90671a2b3c" {
		t.Errorf("got %+v", got)
	}
	if tags := do(h, as(member, h.ListTagsForResource), &api.ListTagsForResourceRequest{ResourceArn: mine}).Tags; len(tags) != 1 {
		t.Errorf("tags %v", tags)
	}
	for account, want := range map[arn.AccountID]int{management: 1, member: 2, delegate: 1, standalone: 0} {
		if all := do(h, as(account, h.ListInstances), &api.ListInstancesRequest{}).Instances; len(all) != want {
			t.Errorf("%s sees %d instances, want %d", account, len(all), want)
		}
	}
	first := do(h, as(member, h.ListInstances), &api.ListInstancesRequest{MaxResults: new(int64(1))})
	second := do(h, as(member, h.ListInstances), &api.ListInstancesRequest{MaxResults: new(int64(1)), NextToken: first.NextToken})
	if len(first.Instances) != 1 || len(second.Instances) != 1 || second.NextToken != nil || *first.Instances[0].InstanceArn == *second.Instances[0].InstanceArn {
		t.Errorf("pages %+v, %+v", first, second)
	}

	refused(h, "ValidationException", as(member, h.CreatePermissionSet), &api.CreatePermissionSetRequest{InstanceArn: mine, Name: "a"})
	refused(h, "ValidationException", as(member, h.AddRegion), &api.AddRegionRequest{InstanceArn: mine, RegionName: "eu-west-1"})
	do(h, as(member, h.CreateApplication), &api.CreateApplicationRequest{InstanceArn: mine, ApplicationProviderArn: custom, Name: "own"})
	do(h, as(member, h.DeleteInstance), &api.DeleteInstanceRequest{InstanceArn: mine})
	refused(h, "AccessDeniedException", as(member, h.DeleteInstance), &api.DeleteInstanceRequest{InstanceArn: mine})
	refused(h, "AccessDeniedException", as(member, h.DescribeInstance), &api.DescribeInstanceRequest{InstanceArn: mine})
}

func TestInstancesAreChanged(t *testing.T) {
	h := open(t)
	const key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	encryption := func() (string, string) {
		e := do(h, h.DescribeInstance, &api.DescribeInstanceRequest{InstanceArn: instanceARN}).EncryptionConfigurationDetails
		return *e.KeyType, *e.EncryptionStatus
	}
	update := func(kind string, arn *string) *api.UpdateInstanceRequest {
		return &api.UpdateInstanceRequest{InstanceArn: instanceARN, EncryptionConfiguration: &api.EncryptionConfiguration{KeyType: kind, KmsKeyArn: arn}}
	}
	do(h, h.UpdateInstance, &api.UpdateInstanceRequest{InstanceArn: instanceARN, Name: new("company")})
	do(h, h.UpdateInstance, update("CUSTOMER_MANAGED_KEY", new(key)))
	if kind, status := encryption(); kind != "CUSTOMER_MANAGED_KEY" || status != "UPDATING" {
		t.Errorf("at once: %s %s", kind, status)
	}
	refused(h, "ConflictException", h.UpdateInstance, update("AWS_OWNED_KMS_KEY", nil))
	*h.clock = now.Add(time.Minute)
	if kind, status := encryption(); kind != "CUSTOMER_MANAGED_KEY" || status != "ENABLED" {
		t.Errorf("a minute later: %s %s", kind, status)
	}
	if got := do(h, h.ListInstances, &api.ListInstancesRequest{}).Instances[0]; *got.Name != "company" {
		t.Errorf("name %+v", got)
	}
	refused(h, "ValidationException", h.UpdateInstance, update("CUSTOMER_MANAGED_KEY", nil))
	refused(h, "ValidationException", h.UpdateInstance, update("AWS_OWNED_KMS_KEY", new(key)))
	refused(h, "ValidationException", h.UpdateInstance, update("CUSTOMER_MANAGED_KEY", new("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")))
	refused(h, "ResourceNotFoundException", h.UpdateInstance, &api.UpdateInstanceRequest{InstanceArn: noInstance})
}

func TestTheOrganizationsInstanceIsDeletedWhenItIsEmpty(t *testing.T) {
	h := open(t)
	refused(h, "ConflictException", h.DeleteInstance, &api.DeleteInstanceRequest{InstanceArn: instanceARN})
	h.people.Gone = func(context.Context, directory.Resource, string) error { return nil }
	if err := h.people.DeleteUser(t.Context(), directory.UserID(h.ann)); err != nil {
		t.Fatal(err)
	}
	do(h, h.DeleteInstance, &api.DeleteInstanceRequest{InstanceArn: instanceARN})
	if all := do(h, h.ListInstances, &api.ListInstancesRequest{}).Instances; len(all) != 0 {
		t.Errorf("instances %+v", all)
	}
}

func TestRegions(t *testing.T) {
	h := open(t)
	add := func(name string) *api.AddRegionRequest {
		return &api.AddRegionRequest{InstanceArn: instanceARN, RegionName: name}
	}
	remove := func(name string) *api.RemoveRegionRequest {
		return &api.RemoveRegionRequest{InstanceArn: instanceARN, RegionName: name}
	}
	status := func(name string) string {
		return *do(h, h.DescribeRegion, &api.DescribeRegionRequest{InstanceArn: instanceARN, RegionName: name}).Status
	}
	home := func(r *api.AddRegionRequest, want string) {
		t.Helper()
		refused(h, want, in("us-east-1", h.AddRegion), r)
	}
	if out := do(h, in("us-east-1", h.AddRegion), add("eu-west-1")); *out.Status != "ADDING" || status("eu-west-1") != "ADDING" {
		t.Errorf("added: %s, %s", *out.Status, status("eu-west-1"))
	}
	home(add("eu-central-1"), "ConflictException")
	*h.clock = now.Add(time.Minute)
	if got := status("eu-west-1"); got != "ACTIVE" {
		t.Errorf("a minute later: %s", got)
	}
	home(add("eu-west-1"), "ConflictException")
	home(add("us-east-1"), "ConflictException")
	refused(h, "ValidationException", in("eu-west-1", h.AddRegion), add("eu-central-1"))
	h.Instance.Quotas = quota.Quotas{Regions: 2}
	home(add("eu-central-1"), "ServiceQuotaExceededException")

	first := do(h, h.ListRegions, &api.ListRegionsRequest{InstanceArn: instanceARN, MaxResults: new(int64(1))})
	second := do(h, h.ListRegions, &api.ListRegionsRequest{InstanceArn: instanceARN, MaxResults: new(int64(1)), NextToken: first.NextToken})
	if *first.Regions[0].RegionName != "eu-west-1" || *first.Regions[0].IsPrimaryRegion || *second.Regions[0].RegionName != "us-east-1" || !*second.Regions[0].IsPrimaryRegion || second.NextToken != nil {
		t.Errorf("regions %+v, %+v", first, second)
	}
	refused(h, "ValidationException", in("us-east-1", h.RemoveRegion), remove("us-east-1"))
	refused(h, "ResourceNotFoundException", in("us-east-1", h.RemoveRegion), remove("eu-central-1"))
	if out := do(h, in("us-east-1", h.RemoveRegion), remove("eu-west-1")); *out.Status != "REMOVING" || status("eu-west-1") != "REMOVING" {
		t.Errorf("removed: %s", *out.Status)
	}
	*h.clock = now.Add(2 * time.Minute)
	refused(h, "ResourceNotFoundException", h.DescribeRegion, &api.DescribeRegionRequest{InstanceArn: instanceARN, RegionName: "eu-west-1"})
	do(h, in("us-east-1", h.AddRegion), add("eu-west-1"))
	refused(h, "AccessDeniedException", h.ListRegions, &api.ListRegionsRequest{InstanceArn: noInstance})
	refused(h, "AccessDeniedException", h.AddRegion, &api.AddRegionRequest{InstanceArn: noInstance, RegionName: "eu-west-1"})
}

func TestAccessControlAttributes(t *testing.T) {
	h := open(t)
	config := func(pairs ...string) *api.InstanceAccessControlAttributeConfiguration {
		c := &api.InstanceAccessControlAttributeConfiguration{AccessControlAttributes: []api.AccessControlAttribute{}}
		for i := 0; i < len(pairs); i += 2 {
			c.AccessControlAttributes = append(c.AccessControlAttributes, api.AccessControlAttribute{Key: pairs[i], Value: &api.AccessControlAttributeValue{Source: pairs[i+1 : i+2]}})
		}
		return c
	}
	create := func(pairs ...string) *api.CreateInstanceAccessControlAttributeConfigurationRequest {
		return &api.CreateInstanceAccessControlAttributeConfigurationRequest{InstanceArn: instanceARN, InstanceAccessControlAttributeConfiguration: config(pairs...)}
	}
	update := func(pairs ...string) *api.UpdateInstanceAccessControlAttributeConfigurationRequest {
		return &api.UpdateInstanceAccessControlAttributeConfigurationRequest{InstanceArn: instanceARN, InstanceAccessControlAttributeConfiguration: config(pairs...)}
	}
	get := &api.DescribeInstanceAccessControlAttributeConfigurationRequest{InstanceArn: instanceARN}
	gone := &api.DeleteInstanceAccessControlAttributeConfigurationRequest{InstanceArn: instanceARN}

	refused(h, "ResourceNotFoundException", h.DescribeInstanceAccessControlAttributeConfiguration, get)
	refused(h, "ResourceNotFoundException", h.UpdateInstanceAccessControlAttributeConfiguration, update())
	refused(h, "ResourceNotFoundException", h.DeleteInstanceAccessControlAttributeConfiguration, gone)
	for name, pairs := range map[string][]string{
		"no path":                    {"a", "costCenter"},
		"a path that leads nowhere":  {"a", "${path:shoeSize}"},
		"a list without a member":    {"a", "${path:emails}"},
		"of Active Directory":        {"a", "${dir:department}"},
		"the same key in other case": {"a", "${path:userName}", "A", "${path:displayName}"},
		"a reserved key":             {"aws:a", "${path:userName}"},
	} {
		t.Run(name, func(*testing.T) {
			refused(h, "ValidationException", h.CreateInstanceAccessControlAttributeConfiguration, create(pairs...))
		})
	}
	do(h, h.CreateInstanceAccessControlAttributeConfiguration, create("name", "${path:userName}", "mail", "${path:emails[primary eq true].value}"))
	refused(h, "ConflictException", h.CreateInstanceAccessControlAttributeConfiguration, create())
	do(h, h.UpdateInstanceAccessControlAttributeConfiguration, update("cost", "${path:enterprise.costCenter}", "name", "${path:name.familyName}"))
	got := do(h, h.DescribeInstanceAccessControlAttributeConfiguration, get)
	all := got.InstanceAccessControlAttributeConfiguration.AccessControlAttributes
	if *got.Status != "ENABLED" || len(all) != 2 || all[0].Key != "cost" || all[1].Value.Source[0] != "${path:name.familyName}" {
		t.Errorf("got %+v", got)
	}
	tags, err := h.AccessControl.TagsFor(t.Context(), instanceARN, h.ann)
	if err != nil || len(tags) != 1 || tags[0].Key != "name" || tags[0].Value != "Doe" {
		t.Errorf("tags of ann: %v, %v", tags, err)
	}
	do(h, h.DeleteInstanceAccessControlAttributeConfiguration, gone)
	refused(h, "ResourceNotFoundException", h.DescribeInstanceAccessControlAttributeConfiguration, get)
	refused(h, "ResourceNotFoundException", h.CreateInstanceAccessControlAttributeConfiguration, &api.CreateInstanceAccessControlAttributeConfigurationRequest{InstanceArn: noInstance, InstanceAccessControlAttributeConfiguration: config()})
}

func TestWhoReachesApplications(t *testing.T) {
	h := open(t)
	own := *do(h, as(member, h.CreateApplication), &api.CreateApplicationRequest{InstanceArn: instanceARN, ApplicationProviderArn: custom, Name: "own"}).ApplicationArn
	other := h.application("other")
	account := *do(h, as(standalone, h.CreateInstance), &api.CreateInstanceRequest{}).InstanceArn
	for name, tt := range map[string]struct {
		account   arn.AccountID
		operation string
		in        any
		ok        bool
	}{
		"a member describes its own":          {member, "DescribeApplication", &api.DescribeApplicationRequest{ApplicationArn: own}, true},
		"a member tags its own":               {member, "TagResource", &api.TagResourceRequest{ResourceArn: own}, true},
		"a member describes no other":         {member, "DescribeApplication", &api.DescribeApplicationRequest{ApplicationArn: other}, false},
		"the owner describes a member's":      {management, "DescribeApplication", &api.DescribeApplicationRequest{ApplicationArn: own}, true},
		"a delegated administrator too":       {delegate, "DeleteApplication", &api.DeleteApplicationRequest{ApplicationArn: own}, true},
		"a stranger brings nothing":           {standalone, "CreateApplication", &api.CreateApplicationRequest{InstanceArn: instanceARN}, false},
		"a member brings its own":             {member, "CreateApplication", &api.CreateApplicationRequest{InstanceArn: instanceARN}, true},
		"a member lists its own":              {member, "ListApplications", &api.ListApplicationsRequest{InstanceArn: instanceARN, Filter: &api.ListApplicationsFilter{ApplicationAccount: new(string(member))}}, true},
		"and not all":                         {member, "ListApplications", &api.ListApplicationsRequest{InstanceArn: instanceARN}, false},
		"nor another's":                       {member, "ListApplications", &api.ListApplicationsRequest{InstanceArn: instanceARN, Filter: &api.ListApplicationsFilter{ApplicationAccount: new(string(delegate))}}, false},
		"a member asks about its own":         {member, "ListApplicationAssignmentsForPrincipal", &api.ListApplicationAssignmentsForPrincipalRequest{InstanceArn: instanceARN, Filter: &api.ListApplicationAssignmentsFilter{ApplicationArn: &own}}, true},
		"and not without a filter":            {member, "ListApplicationAssignmentsForPrincipal", &api.ListApplicationAssignmentsForPrincipalRequest{InstanceArn: instanceARN}, false},
		"a member makes no issuer":            {member, "CreateTrustedTokenIssuer", &api.CreateTrustedTokenIssuerRequest{InstanceArn: instanceARN}, false},
		"a delegated administrator does":      {delegate, "CreateTrustedTokenIssuer", &api.CreateTrustedTokenIssuerRequest{InstanceArn: instanceARN}, true},
		"and keeps the instance":              {delegate, "DeleteInstance", &api.DeleteInstanceRequest{InstanceArn: instanceARN}, false},
		"the owner deletes an instance":       {management, "DeleteInstance", &api.DeleteInstanceRequest{InstanceArn: instanceARN}, true},
		"nobody else reaches an account's":    {management, "DescribeInstance", &api.DescribeInstanceRequest{InstanceArn: account}, false},
		"not even a delegated administrator":  {delegate, "ListApplications", &api.ListApplicationsRequest{InstanceArn: account}, false},
		"an account reaches its own":          {standalone, "DeleteInstance", &api.DeleteInstanceRequest{InstanceArn: account}, true},
		"everybody sees the catalogue":        {standalone, "ListApplicationProviders", &api.ListApplicationProvidersRequest{}, true},
		"everybody may ask for an instance":   {standalone, "CreateInstance", &api.CreateInstanceRequest{}, true},
		"everybody reads the catalogue's all": {member, "DescribeApplicationProvider", &api.DescribeApplicationProviderRequest{ApplicationProviderArn: custom}, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.API().Authorize[tt.operation](t.Context(), by(tt.account), tt.in)
			if (err == nil) != tt.ok || err != nil && h.API().Fault(err).Code != "AccessDeniedException" {
				t.Errorf("%v, want ok %t", err, tt.ok)
			}
		})
	}
	demands, err := h.API().Authorize["CreateApplication"](t.Context(), by(member), &api.CreateApplicationRequest{InstanceArn: instanceARN, ApplicationProviderArn: custom})
	if err != nil || len(demands) != 3 || demands[0].Resource != "arn:aws:sso::444455556666:application/ssoins-1234567890abcdef/*" ||
		demands[0].Context["sso:ApplicationAccount"][0] != string(member) || demands[1].Resource != custom || demands[2].Resource != instanceARN {
		t.Errorf("demands %+v, %v", demands, err)
	}
}

func TestEveryOperationIsServed(t *testing.T) {
	h := open(t)
	for name := range h.API().Operations {
		if h.API().Authorize[name] == nil {
			t.Errorf("%s is not served", name)
		}
	}
}
