package main

import (
	"strings"
	"testing"
)

// accountStory is what an account says about itself, and of its members the
// management account.
var accountStory = []deed{
	{op: "GetAccountInformation", in: `{}`, shows: `"AccountId":"<M>"`},
	{op: "GetAccountInformation", in: `{"AccountId":"<A>"}`, refused: "AccessDeniedException"},
	{op: "GetAccountInformation", in: `{"AccountId":"1"}`, refused: "ValidationException"},
	{op: "GetContactInformation", in: `{}`, refused: "ResourceNotFoundException"},
	{op: "GetContactInformation", in: `{"AccountId":"1"}`, refused: "ValidationException"},
	{op: "ListRegions", in: `{"MaxResults":2}`, shows: `"NextToken":`},
	{op: "ListRegions", in: `{"RegionOptStatusContains":["DISABLED"]}`, shows: `"RegionOptStatus":"DISABLED"`},
	{op: "ListRegions", in: `{"NextToken":"x"}`, refused: "ValidationException"},
	{op: "PutAccountName", in: `{"AccountName":"Head office"}`},
	{op: "PutAccountName", in: `{"AccountName":"Branch","AccountId":"<A>"}`, refused: "AccessDeniedException"},
	{op: "PutAccountName", in: `{}`, refused: "ValidationException"},
	{op: "GetAccountInformation", in: `{}`, shows: `"AccountName":"Head office"`},
}

const everybody = `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Bob\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":[\"s3:GetObject\"],\"Resource\":\"*\"}]}`

// tooComplex is a policy of which nobody can tell in time whom it is for: which
// of two letters stands thirty places before a resource's end.
func tooComplex() string {
	but := func(letter string) string {
		return `,{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"NotResource\":\"arn:aws:s3:::*` + letter + strings.Repeat("?", 30) + `\"}`
	}
	return strings.TrimSuffix(everybody, "]}") + but("x") + but("y") + "]}"
}

// analysisStory is what Access Analyzer tells of policies.
var analysisStory = []deed{
	{op: "ValidatePolicy", in: `{"policyDocument":"` + denyS3 + `","policyType":"IDENTITY_POLICY"}`, shows: `"findings":\[\]`},
	{op: "ValidatePolicy", in: `{"policyDocument":"` + denyS3 + `","policyType":"NONE"}`, refused: "ValidationException"},
	{op: "CheckAccessNotGranted", in: `{"policyDocument":"` + denyS3 + `","policyType":"IDENTITY_POLICY","access":[{"actions":["s3:GetObject"]}]}`, shows: `"result":"PASS"`},
	{op: "CheckAccessNotGranted", in: `{"policyDocument":"` + everybody + `","policyType":"RESOURCE_POLICY","access":[{"actions":["s3:GetObject"]}]}`, shows: `"result":"FAIL"`},
	{op: "CheckAccessNotGranted", in: `{"policyDocument":"{}","policyType":"IDENTITY_POLICY","access":[{"actions":["s3:GetObject"]}]}`, refused: "InvalidParameterException"},
	{op: "CheckAccessNotGranted", in: `{"policyDocument":"` + denyS3 + `","policyType":"IDENTITY_POLICY","access":[{}]}`, refused: "ValidationException"},
	{op: "CheckAccessNotGranted", in: `{"policyDocument":"` + tooComplex() + `","policyType":"RESOURCE_POLICY","access":[{"actions":["s3:GetObject"]}]}`, refused: "UnprocessableEntityException"},
	{op: "CheckNoNewAccess", in: `{"newPolicyDocument":"` + everybody + `","existingPolicyDocument":"` + everybody + `","policyType":"RESOURCE_POLICY"}`, shows: `"result":"PASS"`},
	{op: "CheckNoNewAccess", in: `{"newPolicyDocument":"{}","existingPolicyDocument":"` + everybody + `","policyType":"RESOURCE_POLICY"}`, refused: "InvalidParameterException"},
	{op: "CheckNoNewAccess", in: `{"newPolicyDocument":"` + everybody + `"}`, refused: "ValidationException"},
	{op: "CheckNoNewAccess", in: `{"newPolicyDocument":"` + tooComplex() + `","existingPolicyDocument":"` + strings.Replace(everybody, "Get", "Put", 1) + `","policyType":"RESOURCE_POLICY"}`, refused: "UnprocessableEntityException"},
	{op: "CheckNoPublicAccess", in: `{"policyDocument":"` + everybody + `","resourceType":"AWS::S3::Bucket"}`, shows: `"description":"Public access granted in the following statement with sid: Bob."`},
	{op: "CheckNoPublicAccess", in: `{"policyDocument":"` + everybody + `","resourceType":"AWS::SQS::Queue"}`, shows: `"result":"PASS"`},
	{op: "CheckNoPublicAccess", in: `{"policyDocument":"` + denyS3 + `","resourceType":"AWS::S3::Bucket"}`, refused: "InvalidParameterException"},
	{op: "CheckNoPublicAccess", in: `{"policyDocument":"` + everybody + `","resourceType":"AWS::EC2::Instance"}`, refused: "ValidationException"},
	{op: "CheckNoPublicAccess", in: `{"policyDocument":"` + tooComplex() + `","resourceType":"AWS::S3::Bucket"}`, refused: "UnprocessableEntityException"},
}

// deny makes the first successful call of each operation as a clerk.
func (p *accountPlane) deny(t *testing.T, story []deed, code string) {
	t.Helper()
	seen := map[string]bool{}
	for _, d := range story {
		if d.refused == "" && !seen[d.op] {
			seen[d.op] = true
			p.refuses(t, "clerk", d.op, p.fill(d.in, nil), code)
		}
	}
}

// TestTheAccountAndItsPolicies tells the stories of Account Management and of
// Access Analyzer through the wire.
func TestTheAccountAndItsPolicies(t *testing.T) {
	t.Run("account", func(t *testing.T) {
		p := openAccountPlane(t, "account", "--demo")
		p.kept["A"] = p.account(t, "Shop Development")
		p.deny(t, accountStory, "AccessDeniedException")
		p.refuses(t, "clerk", "GetContactInformation", `{}`, "AccessDeniedException")
		p.tell(t, accountStory, nil)
		p.untold(t, map[string]string{
			"* InternalServerException":  "only a failure of ours causes it",
			"* TooManyRequestsException": "nobody bounds how often it is called",
			"GetContactInformation ":     "an account without contact: the scripts of handshakes tell of one with",
		})
	})
	t.Run("policies", func(t *testing.T) {
		p := openAccountPlane(t, "accessanalyzer", "--bootstrap", "account")
		p.deny(t, analysisStory, "AccessDeniedException")
		p.tell(t, analysisStory, nil)
		p.untold(t, map[string]string{
			"* InternalServerException": "only a failure of ours causes it",
			"* ThrottlingException":     "nobody bounds how often it is called",
		})
	})
}
