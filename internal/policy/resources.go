package policy

import (
	"slices"
	"strings"

	"foyer/internal/jsontree"
)

// resources checks and compiles the Resource or NotResource element.
func (g *grammar) resources(s *statement, n *jsontree.Node) error {
	values, negated, present := either(n, "Resource", "NotResource")
	switch {
	case !present && (g.kind == Trust || g.kind == Resource):
		return nil
	case len(values) == 0:
		return malformed("Policy statement must contain resources.")
	}
	s.resources, s.notRes = make([]arnPattern, len(values)), negated
	for i, r := range values {
		if err := checkResource(r, g.variables); err != nil {
			return err
		}
		g.askVariables(r)
		s.resources[i] = compileARN(r, g.variables)
	}
	return nil
}

// partitions are those that a resource of the aws partition may name.
var partitions = []string{"aws", "*"}

// checkResource checks the form of a resource pattern.
func checkResource(r string, variables bool) error {
	if r == "*" {
		return nil
	}
	parts := splitARN(r, variables)
	part := func(i int) string {
		if i < len(parts) {
			return parts[i]
		}
		return "*"
	}
	switch {
	case len(parts) == 1 || parts[0] != "arn" && parts[0] != "*":
		return malformed(`Resource %s must be in ARN format or "*".`, r)
	case !slices.Contains(partitions, parts[1]):
		return malformed(`Partition "%s" is not valid for resource "arn:%s:%s:%s:%s:%s".`,
			parts[1], parts[1], part(2), part(3), part(4), part(5))
	case len(parts) == 2:
		return malformed("Resource vendor must be fully qualified and cannot contain regexes.")
	case parts[2] == "":
		return malformed(legacyParsing)
	case parts[2] == "iam" && part(3) != "" && part(3) != "*":
		return malformed("IAM resource %s cannot contain region information.", r)
	case parts[2] == "s3" && len(parts) == segments && parts[3] != "" && parts[4] == "":
		return malformed("Resource %s can not contain region information.", r)
	case parts[2] == "iam" && len(parts) == segments && !isIAMPath(parts[5]):
		return malformed(`IAM resource path must either be "*" or start with %s.`, strings.Join(iamPaths, ", "))
	}
	return nil
}

// iamPaths are how the resource part of an IAM ARN can begin.
var iamPaths = []string{
	"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/",
	"policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
}

// isIAMPath reports whether resource can be that of an IAM ARN. A kind without
// a name behind it stands for all of its things.
func isIAMPath(resource string) bool {
	if resource == "*" || resource == "root" {
		return true
	}
	kind, _, _ := strings.Cut(resource, "/")
	kind = strings.TrimRight(kind, "*")
	return slices.Contains(iamPaths, kind+"/")
}
