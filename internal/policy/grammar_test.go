package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"foyer/internal/awsmanaged"
	"foyer/internal/policy"
)

// The messages are AWS's.
const (
	syntax   = "Syntax errors in policy."
	legacy   = "The policy failed legacy parsing"
	prefaced = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	control  = "The provided policy document does not meet the requirements of the specified policy type."
)

// in wraps statements into a document.
func in(statements string) string {
	return `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
}

func malformed(t *testing.T, document string, kind policy.Kind, want string) {
	t.Helper()
	_, err := policy.Compile(document, kind)
	if m, ok := errors.AsType[*policy.Malformed](err); !ok || m.Message != want {
		t.Errorf("Compile(%s)\n= %v\nwant %s", document, err, want)
	}
}

func TestMalformedDocuments(t *testing.T) {
	t.Parallel()
	const fine = `{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}`
	for document, want := range map[string]string{
		`{"Version": "2020-01-01", "Statement": [` + fine + `]}`:           syntax,
		`{"Version": 2012, "Statement": [` + fine + `]}`:                   syntax,
		`{"Id": 7, "Statement": [` + fine + `]}`:                           syntax,
		`{"Version": "2012-10-17"}`:                                        syntax,
		`{"Version": "2012-10-17", "Statement": []}`:                       syntax,
		`{"Version": "2012-10-17", "Statement": "Allow"}`:                  syntax,
		`{"Version": "2012-10-17", "Statement": [` + fine + `], "Foo": 1}`: syntax,
		`[` + fine + `]`:          syntax,
		in(`"x"`):                 syntax,
		in(fine + "," + `7`):      syntax,
		in(fine) + "x":            syntax,
		in(fine + ","):            syntax,
		`{"Statement": ` + fine:   syntax,
		`{"Statement" ` + fine:    syntax,
		`{"Statement": tru}`:      syntax,
		`{"Statement": "\u00"}`:   syntax,
		"{\"Statement\": \"\n\"}": syntax,
	} {
		malformed(t, document, policy.Identity, want)
	}
}

func TestMalformedStatements(t *testing.T) {
	t.Parallel()
	allow := func(rest string) string { return in(`{"Effect": "Allow", ` + rest + `}`) }
	condition := func(block string) string {
		return allow(`"Action": "s3:*", "Resource": "*", "Condition": ` + block)
	}
	resource := func(r string) string { return allow(fmt.Sprintf(`"Action": "s3:*", "Resource": [%q]`, r)) }
	for document, want := range map[string]string{
		in(`{"Action": "s3:*", "Resource": "*"}`):                       syntax,
		in(`{"Effect": "Permit", "Action": "s3:*", "Resource": "*"}`):   syntax,
		in(`{"Effect": "ALLOW", "Action": "s3:*", "Resource": "*"}`):    legacy,
		in(`{"Effect": ["Deny"], "Action": "s3:*", "Resource": "*"}`):   syntax,
		allow(`"Sid": 1, "Action": "s3:*", "Resource": "*"`):            syntax,
		allow(`"Action": "s3:*", "NotAction": "s3:*", "Resource": "*"`): syntax,
		allow(`"Action": "s3:*", "Resource": "*", "NotResource": "*"`):  syntax,
		allow(`"Action": {"s3": "*"}, "Resource": "*"`):                 syntax,
		allow(`"Action": ["s3:*", 1], "Resource": "*"`):                 syntax,
		allow(`"Action": [], "Resource": "*"`):                          "Policy statement must contain actions.",
		allow(`"Resource": "*"`):                                        "Policy statement must contain actions.",
		allow(`"Action": "s3:*", "Resource": []`):                       "Policy statement must contain resources.",
		allow(`"Action": "s3:*"`):                                       "Policy statement must contain resources.",
		allow(`"Action": "s3:*", "Resource": "*", "Principal": "*"`):    "Policy document should not specify a principal.",
		allow(`"Action": "ListBuckets", "Resource": "*"`):               prefaced,
		allow(`"Action": ":List", "Resource": "*"`):                     prefaced,
		allow(`"Action": "s3:", "Resource": "*"`):                       prefaced,
		allow(`"Action": "s3:a:b", "Resource": "*"`):                    "Actions/Condition can contain only one colon.",
		allow(`"Action": "s3*:Get", "Resource": "*"`):                   "Vendor s3* is not valid",
		condition(`"x"`):                                              syntax,
		condition(`{"StringEquals": "x"}`):                            syntax,
		condition(`{"StringSame": {"aws:username": "x"}}`):            syntax,
		condition(`{"NullIfExists": {"aws:username": "true"}}`):       syntax,
		condition(`{"NumericLike": {"aws:username": "1"}}`):           syntax,
		condition(`{"StringEquals": {"aws:username": null}}`):         syntax,
		condition(`{"StringEquals": {"aws:username": ["a", null]}}`):  syntax,
		condition(`{"StringEquals": {"aws:username": ["a", ["b"]]}}`): syntax,
		condition(`{"StringEquals": {"username": "x"}}`):              prefaced,
		condition(`{"NumericEquals": {"s3:max-keys": "ten"}}`):        legacy,
		condition(`{"NumericEquals": {"s3:max-keys": "0x10"}}`):       legacy,
		condition(`{"DateEquals": {"aws:CurrentTime": "today"}}`):     legacy,
		condition(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}`):   legacy,
		condition(`{"IpAddress": {"aws:SourceIp": "10.0.0"}}`):        legacy,
		condition(`{"BinaryEquals": {"a:b": "%"}}`):                   legacy,
		condition(`{"Null": {"aws:username": "maybe"}}`):              legacy,
		resource("bucket"):                  `Resource bucket must be in ARN format or "*".`,
		resource("urn:aws:s3:::a"):          `Resource urn:aws:s3:::a must be in ARN format or "*".`,
		resource("arn:aws-cn:s3:::a"):       `Partition "aws-cn" is not valid for resource "arn:aws-cn:s3:::a".`,
		resource("arn::s3"):                 `Partition "" is not valid for resource "arn::s3:*:*:*".`,
		resource("arn:aws"):                 "Resource vendor must be fully qualified and cannot contain regexes.",
		resource("arn:aws:::"):              legacy,
		resource("arn:aws:s3:eu-west-1::a"): "Resource arn:aws:s3:eu-west-1::a can not contain region information.",
		resource("arn:aws:iam:x:1:user/a"):  "IAM resource arn:aws:iam:x:1:user/a cannot contain region information.",
		resource("arn:aws:iam::1:users/a"): `IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, ` +
			`instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`,
	} {
		malformed(t, document, policy.Identity, want)
		malformed(t, document, policy.Control, control)
	}
}

func TestMalformedTrust(t *testing.T) {
	t.Parallel()
	const invalid = "Invalid principal in policy: "
	with := func(principal string) string {
		return in(`{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": ` + principal + `}`)
	}
	for document, want := range map[string]string{
		`{"Foo": 1}`:                        "Unknown field Foo",
		in(`{"Effect": "Allow", "Foo": 1}`): "Unknown field Foo",
		in(`{"Principal": "*", "Action": "sts:AssumeRole"}`):                                                         "Missing required field Effect",
		in(`{"Effect": "allow", "Principal": "*", "Action": "sts:AssumeRole"}`):                                      "Invalid effect: allow",
		in(`{"Effect": "Allow", "Principal": "*"}`):                                                                  "Missing required field Action",
		in(`{"Effect": "Allow", "Principal": "*", "Action": "*"}`):                                                   "AssumeRole policy may only specify STS AssumeRole actions.",
		in(`{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}`):                     "Has prohibited field Resource",
		in(`{"Effect": "Deny", "NotPrincipal": "*", "Action": "sts:AssumeRole"}`):                                    "Has prohibited field NotPrincipal",
		in(`{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"Same": {"a:b": "c"}}}`): "Invalid Condition type : Same.",
		with(`{}`):                                           "Missing required field Principal cannot be empty!",
		with(`{"AWS": []}`):                                  "Missing required field Principal cannot be empty!",
		with(`{"AWS": {}}`):                                  syntax,
		with(`"111122223333"`):                               invalid + `"111122223333"`,
		with(`{"AWS": "11112222333"}`):                       invalid + `"AWS":"11112222333"`,
		with(`{"AWS": "-11122223333"}`):                      invalid + `"AWS":"-11122223333"`,
		with(`{"AWS": "arn:aws:iam::111122223333:role/*"}`):  invalid + `"AWS":"arn:aws:iam::111122223333:role/*"`,
		with(`{"AWS": "arn:aws:iam::111122223333:role/"}`):   invalid + `"AWS":"arn:aws:iam::111122223333:role/"`,
		with(`{"AWS": "arn:aws:iam::111122223333:group/g"}`): invalid + `"AWS":"arn:aws:iam::111122223333:group/g"`,
		with(`{"AWS": "arn:aws-cn:iam::111122223333:root"}`): invalid + `"AWS":"arn:aws-cn:iam::111122223333:root"`,
		with(`{"AWS": ["111122223333", "arn:aws:s3:::a"]}`):  invalid + `"AWS":"arn:aws:s3:::a"`,
		with(`{"Service": "ec2"}`):                           invalid + `"Service":"ec2"`,
		with(`{"Federated": ""}`):                            invalid + `"Federated":""`,
		with(`{"Aws": "*"}`):                                 invalid + `"Aws":"*"`,
	} {
		malformed(t, document, policy.Trust, want)
	}
}

func TestMalformedResourceControl(t *testing.T) {
	t.Parallel()
	for _, principal := range []string{`{"AWS": "*"}`, `"111122223333"`} {
		malformed(t, in(`{"Effect": "Deny", "Principal": `+principal+`, "Action": "s3:*", "Resource": "*"}`), policy.ResourceControl, control)
	}
	malformed(t, in(`{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}`), policy.ResourceControl, control)
}

func TestWellFormed(t *testing.T) {
	t.Parallel()
	for document, kind := range map[string]policy.Kind{
		"\t{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"\\u0073\\u0033:*\", \"Resource\": \"*\"}}\r\n": policy.Identity,
		in(`{"Sid": "", "Effect": "Allow", "NotAction": ["*:*"], "NotResource": ["*", "arn:aws:s3"]}`):          policy.Managed,
		in(`{"Effect": "Allow", "Action": "*", "Resource": "arn:*:s3:::a", "Condition": {}}`):                   policy.Control,
		in(`{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Odd": {}}}`):                     policy.Identity,
		in(`{"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::1:root"}`):                         policy.Identity,
		in(`{"Effect": "Allow", "Action": ["sts:Assume*", "sts:TagSession"], "Principal": {"AWS": "*"}}`):       policy.Trust,
		in(`{"Sid": "a b", "Effect": "Deny", "Action": "s3:*", "NotPrincipal": {"CanonicalUser": "79a5"}}`):     policy.Resource,
		in(`{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}`):                           policy.ResourceControl,
	} {
		p, err := policy.Compile(document, kind)
		if err != nil {
			t.Errorf("Compile(%s): %v", document, err)
			continue
		}
		if p.Kind() != kind || p.Statements() != 1 || p.Version() != policy.Version2012 && strings.Contains(document, "Version") {
			t.Errorf("%s: kind %d, %d statements, version %s", document, p.Kind(), p.Statements(), p.Version())
		}
	}
}

// TestManagedPoliciesCompile: what AWS writes, we can read.
func TestManagedPoliciesCompile(t *testing.T) {
	t.Parallel()
	for _, p := range awsmanaged.All() {
		if _, err := policy.Compile(p.Document(), policy.Managed); err != nil {
			t.Errorf("%s: %v", p.ARN, err)
		}
	}
}
