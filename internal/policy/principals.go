package policy

import (
	"slices"
	"strings"
)

// PrincipalType is what kind of principal makes a request.
type PrincipalType uint8

// The types of principals.
const (
	Nobody           PrincipalType = iota // an anonymous request
	Root                                  // the root user of an account
	User                                  // an IAM user
	Session                               // a role session, or a federated user session
	FederatedSubject                      // who a SAML or OIDC provider vouches for, before there is a session
	ServicePrincipal                      // an AWS service
)

// Principal is who makes a request.
type Principal struct {
	Type    PrincipalType
	Account string // twelve digits; "" for a federated subject, a service and nobody
	ARN     string // of the user, session or root user; the provider's for a federated subject; a service's name
	Origin  string // of a session: the ARN of its role, or of the user who federated
}

// principals is the Principal or NotPrincipal element of a statement.
type principals struct {
	everyone  bool     // "*"
	everyAWS  bool     // {"AWS": "*"}
	accounts  []string // account ids
	arns      []string // users, roles and sessions
	federated []string // provider ARNs or host names
	services  []string
}

// grant is how closely an Allow of a resource policy names the principal. The
// closer, the fewer of the principal's own policies must agree.
type grant uint8

const (
	noGrant      grant = iota
	accountGrant       // the account is named: its identity policies decide
	originGrant        // the role is named: boundary and session policies still limit
	directGrant        // the user or session is named, or everyone
)

// grants returns how closely ps names p.
func (ps *principals) grants(p *Principal) grant {
	if ps.everyone {
		return directGrant
	}
	switch {
	case p.Type == FederatedSubject:
		return directIf(slices.Contains(ps.federated, p.ARN) || slices.Contains(ps.federated, "*"))
	case p.Type == ServicePrincipal:
		return directIf(slices.Contains(ps.services, p.ARN) || slices.Contains(ps.services, "*"))
	case ps.everyAWS:
		return directGrant
	case p.Type == Nobody:
		return noGrant
	case slices.Contains(ps.arns, p.ARN):
		return directGrant
	case p.Origin != "" && slices.Contains(ps.arns, p.Origin):
		return originGrant
	case slices.Contains(ps.accounts, p.Account):
		return accountGrant
	default:
		return noGrant
	}
}

func directIf(named bool) grant {
	if named {
		return directGrant
	}
	return noGrant
}

// spares reports whether NotPrincipal ps exempts p from a Deny. AWS demands
// that the account, the role and the session or user are all listed.
func (ps *principals) spares(p *Principal) bool {
	switch p.Type {
	case Nobody, FederatedSubject, ServicePrincipal:
		return ps.grants(p) != noGrant
	case Root:
		return ps.everyone || ps.everyAWS || slices.Contains(ps.accounts, p.Account)
	default:
		return ps.everyone || ps.everyAWS ||
			slices.Contains(ps.accounts, p.Account) && slices.Contains(ps.arns, p.ARN) &&
				(p.Origin == "" || slices.Contains(ps.arns, p.Origin))
	}
}

// add adds one principal of a policy. It is false when no such principal can be.
func (ps *principals) add(kind, name string) bool {
	switch kind {
	case "AWS":
		return ps.addAWS(name)
	case "Federated":
		ps.federated = append(ps.federated, name)
		return name != ""
	case "Service":
		ps.services = append(ps.services, name)
		return name == "*" || strings.Contains(name, ".")
	default: // CanonicalUser names an S3 account, which has no principals here
		return kind == "CanonicalUser" && name != ""
	}
}

func (ps *principals) addAWS(name string) bool {
	if name == "*" {
		ps.everyAWS = true
		return true
	}
	if isAccount(name) {
		ps.accounts = append(ps.accounts, name)
		return true
	}
	n := nameOf(name)
	if !n.arn || n.segment(0) != "arn" || n.segment(1) != "aws" || n.segment(3) != "" || !isAccount(n.segment(4)) || strings.ContainsAny(name, "*?") {
		return false
	}
	service, kind := n.segment(2), n.segment(5)
	if service == "iam" && kind == "root" {
		ps.accounts = append(ps.accounts, n.segment(4))
		return true
	}
	kind, rest, _ := strings.Cut(kind, "/")
	ps.arns = append(ps.arns, name)
	switch service + ":" + kind {
	case "iam:user", "iam:role", "sts:assumed-role", "sts:federated-user":
		return rest != ""
	default:
		return false
	}
}

// isAccount reports whether s is twelve digits.
func isAccount(s string) bool { return len(s) == 12 && isWhole(s) && s[0] != '-' }
