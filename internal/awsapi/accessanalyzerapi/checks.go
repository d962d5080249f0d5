package accessanalyzerapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/policygrant"
	"foyer/internal/wire"
)

// The results of checks.
const (
	passed = "PASS"
	failed = "FAIL"
)

// grammars are the grammars of the kinds of policies that are checked.
var grammars = map[string]policy.Kind{
	AccessCheckPolicyTypeIdentityPolicy: policy.Identity,
	AccessCheckPolicyTypeResourcePolicy: policy.Resource,
}

// checked reads a policy that is to be checked. A resource policy may be a
// role's trust policy, which names no resource.
func checked(document, kind string) (*policygrant.Policy, error) {
	_, err := policy.Compile(document, grammars[kind])
	if err != nil && grammars[kind] == policy.Resource {
		if _, trust := policy.Compile(document, policy.Trust); trust == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, notValid(err)
	}
	return policygrant.Compile(document), nil
}

// notValid words why a document cannot be checked.
func notValid(err error) error {
	if m, ok := errors.AsType[*policy.Malformed](err); ok {
		return &wire.Error{Code: "InvalidParameterException", Message: "The policy document is not valid: " + m.Message, Status: http.StatusBadRequest, Err: err}
	}
	return err
}

// CheckAccessNotGranted tells whether a policy grants what it should not.
func (s *Service) CheckAccessNotGranted(_ context.Context, _ *wire.Call, in *CheckAccessNotGrantedRequest) (*CheckAccessNotGrantedResponse, error) {
	if len(in.Access) == 0 || len(in.Access[0].Actions)+len(in.Access[0].Resources) == 0 {
		return nil, fault.Newf(fault.Invalid, "The access must name an action or a resource.")
	}
	p, err := checked(in.PolicyDocument, in.PolicyType)
	if err != nil {
		return nil, err
	}
	a := in.Access[0]
	things := "listed actions"
	if len(a.Resources) > 0 {
		things = "listed actions or resources"
	}
	found, err := policygrant.Granting(p, policygrant.Access{Actions: a.Actions, Resources: a.Resources})
	if err != nil {
		return nil, tooComplex(err)
	}
	if len(found) == 0 {
		return &CheckAccessNotGrantedResponse{Result: new(passed), Message: new("The policy document does not grant access to perform the " + things + ".")}, nil
	}
	return &CheckAccessNotGrantedResponse{
		Result: new(failed), Message: new("The policy document grants access to perform one or more of the " + things + "."),
		Reasons: reasons(found, "One or more of the "+things+" in the statement"),
	}, nil
}

// CheckNoNewAccess tells whether a policy grants what the one before it does not.
func (s *Service) CheckNoNewAccess(_ context.Context, _ *wire.Call, in *CheckNoNewAccessRequest) (*CheckNoNewAccessResponse, error) {
	now, err := checked(in.NewPolicyDocument, in.PolicyType)
	if err != nil {
		return nil, err
	}
	before, err := checked(in.ExistingPolicyDocument, in.PolicyType)
	if err != nil {
		return nil, err
	}
	found, err := policygrant.New(now, before)
	if err != nil {
		return nil, tooComplex(err)
	}
	if len(found) == 0 {
		return &CheckNoNewAccessResponse{Result: new(passed), Message: new("The modified permissions do not grant new access compared to your existing policy.")}, nil
	}
	return &CheckNoNewAccessResponse{
		Result: new(failed), Message: new("The modified permissions grant new access compared to your existing policy."),
		Reasons: reasons(found, "New access in the statement"),
	}, nil
}

// services are those whose actions the policies of each type of resource allow.
var services = map[string]string{
	AccessCheckResourceTypeAWSApiGatewayRestApi:           "execute-api",
	AccessCheckResourceTypeAWSBackupBackupVault:           "backup",
	AccessCheckResourceTypeAWSCloudTrailDashboard:         "cloudtrail",
	AccessCheckResourceTypeAWSCloudTrailEventDataStore:    "cloudtrail",
	AccessCheckResourceTypeAWSCodeArtifactDomain:          "codeartifact",
	AccessCheckResourceTypeAWSDynamoDBStream:              "dynamodb",
	AccessCheckResourceTypeAWSDynamoDBTable:               "dynamodb",
	AccessCheckResourceTypeAWSEFSFileSystem:               "elasticfilesystem",
	AccessCheckResourceTypeAWSIAMAssumeRolePolicyDocument: "sts",
	AccessCheckResourceTypeAWSKinesisStream:               "kinesis",
	AccessCheckResourceTypeAWSKinesisStreamConsumer:       "kinesis",
	AccessCheckResourceTypeAWSKMSKey:                      "kms",
	AccessCheckResourceTypeAWSLambdaFunction:              "lambda",
	AccessCheckResourceTypeAWSOpenSearchServiceDomain:     "es",
	AccessCheckResourceTypeAWSS3AccessPoint:               "s3",
	AccessCheckResourceTypeAWSS3Bucket:                    "s3",
	AccessCheckResourceTypeAWSS3ExpressAccessPoint:        "s3express",
	AccessCheckResourceTypeAWSS3ExpressDirectoryBucket:    "s3express",
	AccessCheckResourceTypeAWSS3Glacier:                   "glacier",
	AccessCheckResourceTypeAWSS3OutpostsAccessPoint:       "s3-outposts",
	AccessCheckResourceTypeAWSS3OutpostsBucket:            "s3-outposts",
	AccessCheckResourceTypeAWSS3TablesTable:               "s3tables",
	AccessCheckResourceTypeAWSS3TablesTableBucket:         "s3tables",
	AccessCheckResourceTypeAWSSecretsManagerSecret:        "secretsmanager",
	AccessCheckResourceTypeAWSSNSTopic:                    "sns",
	AccessCheckResourceTypeAWSSQSQueue:                    "sqs",
}

// CheckNoPublicAccess tells whether a resource's policy lets everybody in.
func (s *Service) CheckNoPublicAccess(_ context.Context, _ *wire.Call, in *CheckNoPublicAccessRequest) (*CheckNoPublicAccessResponse, error) {
	kind := policy.Resource
	if in.ResourceType == AccessCheckResourceTypeAWSIAMAssumeRolePolicyDocument {
		kind = policy.Trust
	}
	if _, err := policy.Compile(in.PolicyDocument, kind); err != nil {
		return nil, notValid(err)
	}
	found, err := policygrant.Public(policygrant.Compile(in.PolicyDocument), services[in.ResourceType])
	if err != nil {
		return nil, tooComplex(err)
	}
	if len(found) == 0 {
		return &CheckNoPublicAccessResponse{Result: new(passed), Message: new("The resource policy does not grant public access for the given resource type.")}, nil
	}
	return &CheckNoPublicAccessResponse{
		Result: new(failed), Message: new("The resource policy grants public access for the given resource type."),
		Reasons: reasons(found, "Public access granted in the following statement"),
	}, nil
}

func tooComplex(err error) error {
	return &wire.Error{Code: "UnprocessableEntityException", Message: fault.Message(err), Status: http.StatusUnprocessableEntity, Err: err}
}

// reasons names statements by their ids, or else by their places.
func reasons(found []policygrant.Found, what string) (all []ReasonSummary) {
	for _, f := range found {
		r := ReasonSummary{StatementIndex: new(int64(f.Index))}
		if f.Sid != "" {
			r.StatementId = new(f.Sid)
			r.Description = new(fmt.Sprintf("%s with sid: %s.", what, f.Sid))
		} else {
			r.Description = new(fmt.Sprintf("%s with index: %d.", what, f.Index))
		}
		all = append(all, r)
	}
	return all
}
