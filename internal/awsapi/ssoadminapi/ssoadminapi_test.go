package ssoadminapi_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"foyer/internal/accesscontrol"
	"foyer/internal/application"
	"foyer/internal/arn"
	"foyer/internal/assignment"
	api "foyer/internal/awsapi/ssoadminapi"
	"foyer/internal/caller"
	"foyer/internal/directory"
	"foyer/internal/instance"
	"foyer/internal/jobs"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/tagging"
	"foyer/internal/trustedissuer"
	"foyer/internal/wire"
)

const (
	management  = arn.AccountID("111122223333")
	member      = arn.AccountID("444455556666")
	delegate    = arn.AccountID("777788889999")
	instanceARN = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
	readOnly    = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	document    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// accounts are three that do as they are told.
type accounts struct{ provisioning.Accounts }

func (accounts) AccountExists(_ context.Context, id arn.AccountID) (bool, error) {
	return id == management || id == member || id == delegate, nil
}

func (accounts) Apply(_ context.Context, changes []provisioning.Change) []error {
	return make([]error, len(changes))
}

// house is the service with an instance and one user, ann.
type house struct {
	*api.Service
	t     *testing.T
	db    *sqlstore.DB
	queue *jobs.Queue
	ann   string

	people *directory.Directory
	clock  *time.Time // what the store's clock shows
}

func open(t *testing.T) *house {
	t.Helper()
	at := now
	db := storetest.Memory(t, func() time.Time { return at })
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: []byte(strings.Repeat("a", seal.KeySize))})
	if err != nil {
		t.Fatal(err)
	}
	m := mint.Mint{Source: rand.Reader}
	there := &instance.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) instance.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) instance.Tx { return tx }),
		Mint: m, Ring: ring, Random: rand.Reader,
		Manages: func(_ context.Context, id arn.AccountID) (bool, error) { return id == management, nil },
		Gone:    func(context.Context, instance.Instance) error { return nil },
	}
	if _, err := there.Enable(t.Context(), instance.Instance{ID: "ssoins-1234567890abcdef", IdentityStore: "d-90671a2b3c", Owner: management, Region: "us-east-1"}); err != nil {
		t.Fatal(err)
	}
	queue := jobs.New(jobs.Queue{
		Name: "provisioning",
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) jobs.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) jobs.Tx { return tx }),
		Mint: m, Failed: func(err error) { t.Error(err) },
	})
	prov := &provisioning.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) provisioning.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) provisioning.Tx { return tx }),
		Mint: m, Queue: queue, Instance: there, Accounts: accounts{},
	}
	people := &directory.Directory{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) directory.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) directory.Reader { return tx }),
		Mint: m, Now: clock, StoreID: func(context.Context) (string, error) { return "d-90671a2b3c", nil },
	}
	ann, err := people.CreateUser(t.Context(), "test", directory.Attributes{UserName: "ann", DisplayName: "Ann", Name: directory.Name{GivenName: "Ann", FamilyName: "Doe"}})
	if err != nil {
		t.Fatal(err)
	}
	sets := &permissionset.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) permissionset.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) permissionset.Reader { return tx }),
		Mint: m, Now: clock,
	}
	h := &house{t: t, db: db, queue: queue, ann: string(ann.ID), people: people, clock: &at, Service: &api.Service{
		Instance: there, PermissionSets: sets,
		Assignments: &assignment.Service{
			InTx:         sqlstore.Through(db, func(tx *sqlstore.Tx) assignment.Tx { return tx }),
			View:         sqlstore.Viewed(db, func(tx *sqlstore.Tx) assignment.Tx { return tx }),
			Provisioning: prov, Accounts: accounts{},
			PrincipalExists: func(ctx context.Context, kind assignment.PrincipalType, id string) (bool, error) {
				return people.Has(ctx, directory.Resource(kind), id)
			},
		},
		Provisioning: prov,
		Tokens:       paging.Tokens{Ring: ring},
		Delegated:    func(_ context.Context, id arn.AccountID) (bool, error) { return id == delegate, nil },
		Management: func(_ context.Context, id arn.AccountID) (arn.AccountID, error) {
			if id == management || id == member || id == delegate {
				return management, nil
			}
			return "", nil
		},
	}}
	h.furnishApplications(m)
	return h
}

// furnishApplications wires what the service answers beside permission sets.
func (h *house) furnishApplications(m mint.Mint) {
	db := h.db
	h.Applications = &application.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) application.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) application.Reader { return tx }),
		Mint: m, Instance: h.Instance.ByARN,
		PrincipalExists: func(ctx context.Context, _ instance.Instance, p application.Principal) (bool, error) {
			return h.people.Has(ctx, directory.Resource(p.Type), p.ID)
		},
	}
	h.Issuers = &trustedissuer.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) trustedissuer.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) trustedissuer.Reader { return tx }),
		Mint: m, Instance: h.Instance.ByARN,
	}
	h.AccessControl = &accesscontrol.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) accesscontrol.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) accesscontrol.Reader { return tx }),
		User: h.people.User,
	}
	h.Tagging = &tagging.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) tagging.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) tagging.Tx { return tx }),
		Exists: func(ctx context.Context, resource string) (err error) {
			switch {
			case strings.Contains(resource, "permissionSet"):
				_, err = h.PermissionSets.Set(ctx, resource)
			case strings.Contains(resource, "application"):
				_, err = h.Applications.Get(ctx, resource)
			case strings.Contains(resource, "trustedTokenIssuer"):
				_, err = h.Issuers.Get(ctx, resource)
			default:
				_, err = h.Instance.ByARN(ctx, resource)
			}
			return err
		},
	}
}

// settle does all the jobs there are.
func (h *house) settle() {
	h.t.Helper()
	var batch []jobs.Job
	err := h.db.InTx(h.t.Context(), func(tx *sqlstore.Tx) (err error) {
		if batch, err = tx.DueJobs(h.t.Context(), h.queue.Name, "test", tx.Now(), jobs.Batch); err != nil {
			return err
		}
		return tx.ClaimJobs(h.t.Context(), h.queue.Name, "test", tx.Now().Add(time.Minute), batch)
	})
	if err == nil {
		err = h.Provisioning.Work(h.t.Context(), batch)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

func by(account arn.AccountID) *wire.Call {
	return &wire.Call{Caller: caller.Caller{Kind: caller.Root, Account: account, ARN: "arn:aws:iam::" + string(account) + ":root"}, Time: now}
}

// call runs an operation in a unit of work, as the edge does.
func call[In, Out any](h *house, operation func(context.Context, *wire.Call, *In) (*Out, error), in *In) (*Out, error) {
	var out *Out
	err := h.db.Unit(h.t.Context(), func(ctx context.Context) (err error) {
		out, err = operation(ctx, by(management), in)
		return err
	})
	return out, err
}

// do is call for what must succeed.
func do[In, Out any](h *house, operation func(context.Context, *wire.Call, *In) (*Out, error), in *In) *Out {
	h.t.Helper()
	out, err := call(h, operation, in)
	if err != nil {
		h.t.Fatalf("%T: %v", in, err)
	}
	return out
}

// refused is call for what must fail with a code.
func refused[In, Out any](h *house, want string, operation func(context.Context, *wire.Call, *In) (*Out, error), in *In) {
	h.t.Helper()
	_, err := call(h, operation, in)
	if err == nil || h.API().Fault(err).Code != want {
		h.t.Errorf("%T: %v, want %s", in, err, want)
	}
}

func (h *house) set(name string) string {
	h.t.Helper()
	return *do(h, h.CreatePermissionSet, &api.CreatePermissionSetRequest{InstanceArn: instanceARN, Name: name}).PermissionSet.PermissionSetArn
}

func TestTheInstance(t *testing.T) {
	h := open(t)
	all := do(h, h.ListInstances, &api.ListInstancesRequest{}).Instances
	if len(all) != 1 || *all[0].InstanceArn != instanceARN || *all[0].IdentityStoreId != "d-90671a2b3c" || *all[0].OwnerAccountId != string(management) || *all[0].Status != "ACTIVE" {
		t.Errorf("instances %+v", all)
	}
	one := do(h, h.DescribeInstance, &api.DescribeInstanceRequest{InstanceArn: instanceARN})
	if !one.CreatedDate.Equal(now) || *one.EncryptionConfigurationDetails.KeyType != "AWS_OWNED_KMS_KEY" {
		t.Errorf("instance %+v", one)
	}
	const other = "arn:aws:sso:::instance/ssoins-0000000000000000"
	refused(h, "AccessDeniedException", h.DescribeInstance, &api.DescribeInstanceRequest{InstanceArn: other})
	refused(h, "ResourceNotFoundException", h.ListPermissionSets, &api.ListPermissionSetsRequest{InstanceArn: other})
	refused(h, "ResourceNotFoundException", h.CreatePermissionSet, &api.CreatePermissionSetRequest{InstanceArn: other, Name: "a"})
	refused(h, "ValidationException", h.ListInstances, &api.ListInstancesRequest{NextToken: new("k1=AAAA")})
}

func TestPermissionSetsAndTheirTags(t *testing.T) {
	h := open(t)
	made := do(h, h.CreatePermissionSet, &api.CreatePermissionSetRequest{
		InstanceArn: instanceARN, Name: "Reader", Description: new("reads"), RelayState: new("https://x"), Tags: []api.Tag{{Key: "b", Value: "2"}, {Key: "a", Value: "1"}},
	}).PermissionSet
	set := *made.PermissionSetArn
	if *made.SessionDuration != "PT1H" || *made.Name != "Reader" || !made.CreatedDate.Equal(now) {
		t.Errorf("made %+v", made)
	}
	refused(h, "ConflictException", h.CreatePermissionSet, &api.CreatePermissionSetRequest{InstanceArn: instanceARN, Name: "Reader"})
	refused(h, "ValidationException", h.CreatePermissionSet, &api.CreatePermissionSetRequest{InstanceArn: instanceARN, Name: "B", SessionDuration: new("PT13H")})
	refused(h, "ValidationException", h.CreatePermissionSet, &api.CreatePermissionSetRequest{InstanceArn: instanceARN, Name: "B", Tags: []api.Tag{{Key: "a"}, {Key: "a"}}})
	do(h, h.UpdatePermissionSet, &api.UpdatePermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, SessionDuration: new("PT8H")})
	got := do(h, h.DescribePermissionSet, &api.DescribePermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set}).PermissionSet
	if *got.SessionDuration != "PT8H" || *got.Description != "reads" || *got.RelayState != "https://x" {
		t.Errorf("got %+v", got)
	}

	do(h, h.TagResource, &api.TagResourceRequest{ResourceArn: set, Tags: []api.Tag{{Key: "a", Value: "9"}}})
	do(h, h.UntagResource, &api.UntagResourceRequest{InstanceArn: new(instanceARN), ResourceArn: set, TagKeys: []string{"b"}})
	do(h, h.TagResource, &api.TagResourceRequest{ResourceArn: instanceARN, Tags: []api.Tag{{Key: "i"}}})
	for resource, want := range map[string]string{set: "[{a 9}]", instanceARN: "[{i }]"} {
		if tags := do(h, h.ListTagsForResource, &api.ListTagsForResourceRequest{ResourceArn: resource}).Tags; fmt.Sprint(tags) != want {
			t.Errorf("tags of %s = %v, want %s", resource, tags, want)
		}
	}

	h.set("Writer")
	first := do(h, h.ListPermissionSets, &api.ListPermissionSetsRequest{InstanceArn: instanceARN, MaxResults: new(int64(1))})
	second := do(h, h.ListPermissionSets, &api.ListPermissionSetsRequest{InstanceArn: instanceARN, MaxResults: new(int64(1)), NextToken: first.NextToken})
	if len(first.PermissionSets) != 1 || len(second.PermissionSets) != 1 || first.PermissionSets[0] == second.PermissionSets[0] || second.NextToken != nil {
		t.Errorf("pages %v, %v", first, second)
	}
	do(h, h.DeletePermissionSet, &api.DeletePermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set})
	refused(h, "ResourceNotFoundException", h.DescribePermissionSet, &api.DescribePermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set})
}

func TestPoliciesAndBoundary(t *testing.T) {
	h := open(t)
	set := h.set("Reader")
	attach := &api.AttachManagedPolicyToPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, ManagedPolicyArn: readOnly}
	do(h, h.AttachManagedPolicyToPermissionSet, attach)
	refused(h, "ConflictException", h.AttachManagedPolicyToPermissionSet, attach)
	refused(h, "ResourceNotFoundException", h.AttachManagedPolicyToPermissionSet, &api.AttachManagedPolicyToPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, ManagedPolicyArn: readOnly + "X"})
	list := do(h, h.ListManagedPoliciesInPermissionSet, &api.ListManagedPoliciesInPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set}).AttachedManagedPolicies
	if len(list) != 1 || *list[0].Name != "ReadOnlyAccess" || *list[0].Arn != readOnly {
		t.Errorf("attached %+v", list)
	}
	detach := &api.DetachManagedPolicyFromPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, ManagedPolicyArn: readOnly}
	do(h, h.DetachManagedPolicyFromPermissionSet, detach)
	refused(h, "ResourceNotFoundException", h.DetachManagedPolicyFromPermissionSet, detach)

	ref := &api.CustomerManagedPolicyReference{Name: "Deploy"}
	do(h, h.AttachCustomerManagedPolicyReferenceToPermissionSet, &api.AttachCustomerManagedPolicyReferenceToPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, CustomerManagedPolicyReference: ref})
	refs := do(h, h.ListCustomerManagedPolicyReferencesInPermissionSet, &api.ListCustomerManagedPolicyReferencesInPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set}).CustomerManagedPolicyReferences
	if len(refs) != 1 || refs[0].Name != "Deploy" || *refs[0].Path != "/" {
		t.Errorf("references %+v", refs)
	}
	do(h, h.DetachCustomerManagedPolicyReferenceFromPermissionSet, &api.DetachCustomerManagedPolicyReferenceFromPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, CustomerManagedPolicyReference: ref})

	read := &api.GetInlinePolicyForPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set}
	if got := do(h, h.GetInlinePolicyForPermissionSet, read).InlinePolicy; got == nil || *got != "" {
		t.Errorf("no inline policy reads %v", got)
	}
	do(h, h.PutInlinePolicyToPermissionSet, &api.PutInlinePolicyToPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, InlinePolicy: document})
	refused(h, "ValidationException", h.PutInlinePolicyToPermissionSet, &api.PutInlinePolicyToPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, InlinePolicy: "{"})
	if got := do(h, h.GetInlinePolicyForPermissionSet, read).InlinePolicy; *got != document {
		t.Errorf("inline policy %s", *got)
	}
	do(h, h.DeleteInlinePolicyFromPermissionSet, &api.DeleteInlinePolicyFromPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set})

	bound := &api.GetPermissionsBoundaryForPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set}
	refused(h, "ResourceNotFoundException", h.GetPermissionsBoundaryForPermissionSet, bound)
	refused(h, "ValidationException", h.PutPermissionsBoundaryToPermissionSet, &api.PutPermissionsBoundaryToPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, PermissionsBoundary: &api.PermissionsBoundary{}})
	for _, b := range []*api.PermissionsBoundary{{CustomerManagedPolicyReference: ref}, {ManagedPolicyArn: new(readOnly)}} {
		do(h, h.PutPermissionsBoundaryToPermissionSet, &api.PutPermissionsBoundaryToPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, PermissionsBoundary: b})
		got := do(h, h.GetPermissionsBoundaryForPermissionSet, bound).PermissionsBoundary
		if (got.ManagedPolicyArn == nil) != (b.ManagedPolicyArn == nil) || (got.CustomerManagedPolicyReference == nil) != (b.CustomerManagedPolicyReference == nil) {
			t.Errorf("boundary %+v, want %+v", got, b)
		}
	}
	gone := &api.DeletePermissionsBoundaryFromPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set}
	do(h, h.DeletePermissionsBoundaryFromPermissionSet, gone)
	refused(h, "ResourceNotFoundException", h.DeletePermissionsBoundaryFromPermissionSet, gone)
}

func TestAnAssignmentFromCreationToDeletion(t *testing.T) {
	h := open(t)
	set := h.set("Reader")
	in := &api.CreateAccountAssignmentRequest{InstanceArn: instanceARN, PermissionSetArn: set, TargetId: string(member), TargetType: "AWS_ACCOUNT", PrincipalType: "USER", PrincipalId: h.ann}
	begun := do(h, h.CreateAccountAssignment, in).AccountAssignmentCreationStatus
	if *begun.Status != "IN_PROGRESS" || begun.FailureReason != nil || *begun.TargetId != string(member) || *begun.PrincipalId != h.ann {
		t.Errorf("begun %+v", begun)
	}
	describe := &api.DescribeAccountAssignmentCreationStatusRequest{InstanceArn: instanceARN, AccountAssignmentCreationRequestId: *begun.RequestId}
	if got := do(h, h.DescribeAccountAssignmentCreationStatus, describe).AccountAssignmentCreationStatus; *got.Status != "IN_PROGRESS" {
		t.Errorf("before: %+v", got)
	}
	h.settle()
	if got := do(h, h.DescribeAccountAssignmentCreationStatus, describe).AccountAssignmentCreationStatus; *got.Status != "SUCCEEDED" || !got.CreatedDate.Equal(now) {
		t.Errorf("after: %+v", got)
	}
	refused(h, "ResourceNotFoundException", h.DescribeAccountAssignmentDeletionStatus, &api.DescribeAccountAssignmentDeletionStatusRequest{InstanceArn: instanceARN, AccountAssignmentDeletionRequestId: *begun.RequestId})
	list := do(h, h.ListAccountAssignmentCreationStatus, &api.ListAccountAssignmentCreationStatusRequest{InstanceArn: instanceARN, Filter: &api.OperationStatusFilter{Status: new("SUCCEEDED")}}).AccountAssignmentsCreationStatus
	if len(list) != 1 || *list[0].RequestId != *begun.RequestId {
		t.Errorf("creations %+v", list)
	}
	held := do(h, h.ListAccountAssignments, &api.ListAccountAssignmentsRequest{InstanceArn: instanceARN, AccountId: string(member), PermissionSetArn: set}).AccountAssignments
	if len(held) != 1 || *held[0].PrincipalId != h.ann || *held[0].AccountId != string(member) {
		t.Errorf("assignments %+v", held)
	}
	mine := do(h, h.ListAccountAssignmentsForPrincipal, &api.ListAccountAssignmentsForPrincipalRequest{
		InstanceArn: instanceARN, PrincipalType: "USER", PrincipalId: h.ann, Filter: &api.ListAccountAssignmentsFilter{AccountId: new(string(member))},
	}).AccountAssignments
	if len(mine) != 1 || *mine[0].PermissionSetArn != set || *mine[0].PrincipalType != "USER" {
		t.Errorf("ann's assignments %+v", mine)
	}
	refused(h, "ConflictException", h.DeletePermissionSet, &api.DeletePermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set})

	out := &api.DeleteAccountAssignmentRequest{InstanceArn: instanceARN, PermissionSetArn: set, TargetId: string(member), TargetType: "AWS_ACCOUNT", PrincipalType: "USER", PrincipalId: h.ann}
	gone := do(h, h.DeleteAccountAssignment, out).AccountAssignmentDeletionStatus
	h.settle()
	ended := do(h, h.DescribeAccountAssignmentDeletionStatus, &api.DescribeAccountAssignmentDeletionStatusRequest{InstanceArn: instanceARN, AccountAssignmentDeletionRequestId: *gone.RequestId}).AccountAssignmentDeletionStatus
	if *gone.Status != "IN_PROGRESS" || *ended.Status != "SUCCEEDED" {
		t.Errorf("deletion %+v, then %+v", gone, ended)
	}
	if missing := do(h, h.DeleteAccountAssignment, out).AccountAssignmentDeletionStatus; *missing.Status != "FAILED" || missing.FailureReason == nil {
		t.Errorf("deletion of nothing %+v", missing)
	}
	if all := do(h, h.ListAccountAssignmentDeletionStatus, &api.ListAccountAssignmentDeletionStatusRequest{InstanceArn: instanceARN}).AccountAssignmentsDeletionStatus; len(all) != 2 {
		t.Errorf("deletions %+v", all)
	}
	in.TargetId = "000000000000"
	refused(h, "ResourceNotFoundException", h.CreateAccountAssignment, in)
}

func TestAChangedSetIsProvisioned(t *testing.T) {
	h := open(t)
	set := h.set("Reader")
	do(h, h.CreateAccountAssignment, &api.CreateAccountAssignmentRequest{InstanceArn: instanceARN, PermissionSetArn: set, TargetId: string(member), TargetType: "AWS_ACCOUNT", PrincipalType: "USER", PrincipalId: h.ann})
	h.settle()
	stale := func(status string) (int, int) {
		sets := do(h, h.ListPermissionSetsProvisionedToAccount, &api.ListPermissionSetsProvisionedToAccountRequest{InstanceArn: instanceARN, AccountId: string(member), ProvisioningStatus: &status}).PermissionSets
		in := do(h, h.ListAccountsForProvisionedPermissionSet, &api.ListAccountsForProvisionedPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, ProvisioningStatus: &status}).AccountIds
		return len(sets), len(in)
	}
	if sets, in := stale("LATEST_PERMISSION_SET_PROVISIONED"); sets != 1 || in != 1 {
		t.Errorf("latest after assigning: %d, %d", sets, in)
	}
	do(h, h.PutInlinePolicyToPermissionSet, &api.PutInlinePolicyToPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, InlinePolicy: document})
	if sets, in := stale("LATEST_PERMISSION_SET_NOT_PROVISIONED"); sets != 1 || in != 1 {
		t.Errorf("outdated after a change: %d, %d", sets, in)
	}
	refused(h, "ValidationException", h.ProvisionPermissionSet, &api.ProvisionPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, TargetType: "AWS_ACCOUNT"})
	refused(h, "ResourceNotFoundException", h.ProvisionPermissionSet, &api.ProvisionPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, TargetType: "AWS_ACCOUNT", TargetId: new(string(management))})
	begun := do(h, h.ProvisionPermissionSet, &api.ProvisionPermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set, TargetType: "ALL_PROVISIONED_ACCOUNTS"}).PermissionSetProvisioningStatus
	h.settle()
	ended := do(h, h.DescribePermissionSetProvisioningStatus, &api.DescribePermissionSetProvisioningStatusRequest{InstanceArn: instanceARN, ProvisionPermissionSetRequestId: *begun.RequestId}).PermissionSetProvisioningStatus
	if *begun.Status != "IN_PROGRESS" || *ended.Status != "SUCCEEDED" || ended.AccountId != nil {
		t.Errorf("provisioning %+v, then %+v", begun, ended)
	}
	if all := do(h, h.ListPermissionSetProvisioningStatus, &api.ListPermissionSetProvisioningStatusRequest{InstanceArn: instanceARN}).PermissionSetsProvisioningStatus; len(all) != 1 {
		t.Errorf("provisionings %+v", all)
	}
	if sets, in := stale("LATEST_PERMISSION_SET_PROVISIONED"); sets != 1 || in != 1 {
		t.Errorf("latest after provisioning: %d, %d", sets, in)
	}
}

func TestWhatIsDemanded(t *testing.T) {
	h := open(t)
	set := *do(h, h.CreatePermissionSet, &api.CreatePermissionSetRequest{InstanceArn: instanceARN, Name: "Reader", Tags: []api.Tag{{Key: "team", Value: "a"}}}).PermissionSet.PermissionSetArn
	ask := func(account arn.AccountID, operation string, in any) ([]wire.Demand, error) {
		return h.API().Authorize[operation](t.Context(), by(account), in)
	}
	assign := &api.CreateAccountAssignmentRequest{InstanceArn: instanceARN, PermissionSetArn: set, TargetId: string(member)}
	demands, err := ask(management, "CreateAccountAssignment", assign)
	if err != nil || len(demands) != 3 {
		t.Fatalf("demands %+v, %v", demands, err)
	}
	for i, want := range []string{set, instanceARN, "arn:aws:sso:::account/" + string(member)} {
		if demands[i].Action != "sso:CreateAccountAssignment" || demands[i].Resource != want {
			t.Errorf("demand %d: %+v, want %s", i, demands[i], want)
		}
	}
	if got := demands[0].Context["aws:ResourceTag/team"]; len(got) != 1 || got[0] != "a" {
		t.Errorf("resource tags %v", demands[0].Context)
	}
	tagged, err := ask(management, "CreatePermissionSet", &api.CreatePermissionSetRequest{InstanceArn: instanceARN, Tags: []api.Tag{{Key: "k", Value: "v"}}})
	if err != nil || fmt.Sprint(tagged[0].Context) != "map[aws:RequestTag/k:[v] aws:TagKeys:[k] sso:PrimaryRegion:[us-east-1]]" {
		t.Errorf("request tags %+v, %v", tagged, err)
	}

	onManagement := &api.CreateAccountAssignmentRequest{InstanceArn: instanceARN, PermissionSetArn: set, TargetId: string(management)}
	list := &api.ListPermissionSetsRequest{InstanceArn: instanceARN}
	for name, tt := range map[string]struct {
		account   arn.AccountID
		operation string
		in        any
		ok        bool
	}{
		"a member lists instances":                           {member, "ListInstances", &api.ListInstancesRequest{}, true},
		"a member does nothing else":                         {member, "ListPermissionSets", list, false},
		"a delegated administrator reads":                    {delegate, "ListPermissionSets", list, true},
		"a delegated administrator assigns in members":       {delegate, "CreateAccountAssignment", assign, true},
		"and not in the management account":                  {delegate, "CreateAccountAssignment", onManagement, false},
		"the management account assigns in itself":           {management, "CreateAccountAssignment", onManagement, true},
		"a delegated administrator changes a set of members": {delegate, "UpdatePermissionSet", &api.UpdatePermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set}, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ask(tt.account, tt.operation, tt.in)
			if (err == nil) != tt.ok || err != nil && h.API().Fault(err).Code != "AccessDeniedException" {
				t.Errorf("%v, want ok %t", err, tt.ok)
			}
		})
	}
	do(h, h.CreateAccountAssignment, &api.CreateAccountAssignmentRequest{InstanceArn: instanceARN, PermissionSetArn: set, TargetId: string(management), TargetType: "AWS_ACCOUNT", PrincipalType: "USER", PrincipalId: h.ann})
	h.settle()
	if _, err := ask(delegate, "UpdatePermissionSet", &api.UpdatePermissionSetRequest{InstanceArn: instanceARN, PermissionSetArn: set}); err == nil {
		t.Error("a delegated administrator changes a set of the management account")
	}
}
