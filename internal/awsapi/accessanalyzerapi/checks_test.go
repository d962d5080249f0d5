package accessanalyzerapi_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	api "foyer/internal/awsapi/accessanalyzerapi"
	"foyer/internal/wire"
)

const (
	reading = `{"Version":"2012-10-17","Statement":[{"Sid":"Reading","Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}`
	writing = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},{"Effect":"Allow","Action":"s3:Put*","Resource":"*"}]}`
	trusted = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`
)

func TestCheckAccessNotGranted(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, tt := range map[string]struct {
		document, kind    string
		access            []api.Access
		result, message   string
		description, code string
	}{
		"granted": {
			document: reading, access: []api.Access{{Actions: []string{"s3:GetObject", "iam:CreateUser"}}}, result: "FAIL",
			message:     "The policy document grants access to perform one or more of the listed actions.",
			description: "One or more of the listed actions in the statement with sid: Reading.",
		},
		"granted on a resource": {
			document: writing, access: []api.Access{{Actions: []string{"s3:PutObject"}, Resources: []string{"arn:aws:s3:::a/*"}}}, result: "FAIL",
			message:     "The policy document grants access to perform one or more of the listed actions or resources.",
			description: "One or more of the listed actions or resources in the statement with index: 1.",
		},
		"not granted": {
			document: reading, access: []api.Access{{Actions: []string{"s3:PutObject"}}}, result: "PASS",
			message: "The policy document does not grant access to perform the listed actions.",
		},
		"a trust policy": {
			document: trusted, kind: "RESOURCE_POLICY", access: []api.Access{{Actions: []string{"sts:AssumeRole"}}}, result: "FAIL",
			message:     "The policy document grants access to perform one or more of the listed actions.",
			description: "One or more of the listed actions in the statement with index: 0.",
		},
		"nothing to look for": {document: reading, access: []api.Access{{}}, code: "ValidationException"},
		"no access":           {document: reading, code: "ValidationException"},
		"no policy":           {document: `{"Statement":1}`, access: []api.Access{{Actions: []string{"s3:GetObject"}}}, code: "InvalidParameterException"},
		"of the wrong kind":   {document: trusted, access: []api.Access{{Actions: []string{"s3:GetObject"}}}, code: "InvalidParameterException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind := tt.kind
			if kind == "" {
				kind = "IDENTITY_POLICY"
			}
			out, err := s.CheckAccessNotGranted(t.Context(), &wire.Call{}, &api.CheckAccessNotGrantedRequest{PolicyDocument: tt.document, PolicyType: kind, Access: tt.access})
			if err != nil || tt.code != "" {
				if err == nil || s.API().Fault(err).Code != tt.code {
					t.Errorf("%v, want %q", err, tt.code)
				}
				return
			}
			if *out.Result != tt.result || *out.Message != tt.message || len(out.Reasons) > 1 || (tt.description != "") != (len(out.Reasons) == 1) {
				t.Fatalf("%s %s %+v", *out.Result, *out.Message, out.Reasons)
			}
			if tt.description != "" && *out.Reasons[0].Description != tt.description {
				t.Errorf("because %s", *out.Reasons[0].Description)
			}
		})
	}
}

func TestCheckNoNewAccess(t *testing.T) {
	t.Parallel()
	s := open(t)
	check := func(now, before string) (*api.CheckNoNewAccessResponse, error) {
		return s.CheckNoNewAccess(t.Context(), &wire.Call{}, &api.CheckNoNewAccessRequest{NewPolicyDocument: now, ExistingPolicyDocument: before, PolicyType: "IDENTITY_POLICY"})
	}
	out, err := check(writing, reading)
	if err != nil || *out.Result != "FAIL" || *out.Message != "The modified permissions grant new access compared to your existing policy." ||
		len(out.Reasons) != 1 || *out.Reasons[0].Description != "New access in the statement with index: 1." || *out.Reasons[0].StatementIndex != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err = check(reading, writing); err != nil || *out.Result != "PASS" || len(out.Reasons) > 0 {
		t.Errorf("%+v, %v", out, err)
	}
	for _, documents := range [][2]string{{"{", reading}, {reading, "{"}} {
		_, err := check(documents[0], documents[1])
		if e, ok := errors.AsType[*wire.Error](err); !ok || e.Code != "InvalidParameterException" {
			t.Errorf("%v", err)
		}
	}
}

func TestCheckNoPublicAccess(t *testing.T) {
	t.Parallel()
	s := open(t)
	const (
		bob     = `{"Version":"2012-10-17","Statement":[{"Sid":"Bob","Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":"*"}]}`
		unnamed = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
		toJohn  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/JohnDoe"},"Action":["s3:GetObject"]}]}`
		passes  = "The resource policy does not grant public access for the given resource type."
		fails   = "The resource policy grants public access for the given resource type."
	)
	for name, tt := range map[string]struct {
		document, of           string
		message, because, code string
	}{
		"a bucket for everybody":       {document: bob, of: "AWS::S3::Bucket", message: fails, because: "Public access granted in the following statement with sid: Bob."},
		"a queue it says nothing of":   {document: bob, of: "AWS::SQS::Queue", message: passes},
		"a bucket for one, of AWS's":   {document: toJohn, of: "AWS::S3::Bucket", message: passes},
		"a role for everybody":         {document: unnamed, of: "AWS::IAM::AssumeRolePolicyDocument", message: fails, because: "Public access granted in the following statement with index: 0."},
		"a role for one account":       {document: trusted, of: "AWS::IAM::AssumeRolePolicyDocument", message: passes},
		"no policy":                    {document: `{"Statement":1}`, of: "AWS::S3::Bucket", code: "InvalidParameterException"},
		"an identity policy":           {document: reading, of: "AWS::S3::Bucket", code: "InvalidParameterException"},
		"a bucket's policy for a role": {document: bob, of: "AWS::IAM::AssumeRolePolicyDocument", code: "InvalidParameterException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := s.CheckNoPublicAccess(t.Context(), &wire.Call{}, &api.CheckNoPublicAccessRequest{PolicyDocument: tt.document, ResourceType: tt.of})
			if err != nil || tt.code != "" {
				if err == nil || s.API().Fault(err).Code != tt.code {
					t.Errorf("%v, want %q", err, tt.code)
				}
				return
			}
			if *out.Message != tt.message || (*out.Result == "FAIL") != (tt.because != "") || (len(out.Reasons) == 1) != (tt.because != "") {
				t.Fatalf("%s %s %+v", *out.Result, *out.Message, out.Reasons)
			}
			if tt.because != "" && *out.Reasons[0].Description != tt.because {
				t.Errorf("because %s", *out.Reasons[0].Description)
			}
		})
	}
}

// Every type of resource that the contract knows has a service with actions.
func TestEveryTypeOfResourceCanBePublic(t *testing.T) {
	t.Parallel()
	s := open(t)
	text, err := os.ReadFile("../../../api/models/accessanalyzer.json")
	if err != nil {
		t.Fatal(err)
	}
	var model struct {
		Shapes struct{ AccessCheckResourceType struct{ Enum []string } }
	}
	if err := json.Unmarshal(text, &model); err != nil || len(model.Shapes.AccessCheckResourceType.Enum) == 0 {
		t.Fatalf("no types of resources, %v", err)
	}
	for _, of := range model.Shapes.AccessCheckResourceType.Enum {
		document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`
		if of == api.AccessCheckResourceTypeAWSIAMAssumeRolePolicyDocument {
			document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`
		}
		out, err := s.CheckNoPublicAccess(t.Context(), &wire.Call{}, &api.CheckNoPublicAccessRequest{PolicyDocument: document, ResourceType: of})
		if err != nil || *out.Result != "FAIL" {
			t.Errorf("%s for everybody: %+v, %v", of, out, err)
		}
	}
}
