package accessanalyzerapi_test

import (
	"errors"
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
