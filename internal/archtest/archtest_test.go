// Package archtest holds the floor plan of the house, as a test: which package
// lives on which storey, and who may import whom.
package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// storeys lists every package of the house, ground floor first. Imports point
// down. A pattern ending in /* stands for the packages one level below.
var storeys = [][]string{
	// CORE: no I/O, no clock, no goroutine, no logger.
	{
		"internal/arn", "internal/fault", "internal/secret", "internal/caller", "internal/seal", "internal/mint",
		"internal/paging", "internal/policy", "internal/sigv4", "internal/saml", "internal/wire", "internal/awsmanaged", "internal/identitycontext",
		"internal/company", "internal/packed", "internal/actioncatalogue", "internal/inherit", "internal/jsontree", "internal/quota", "internal/policycheck", "internal/policygrant", "web",
		"internal/awsconfig", // the text that the portal shows is the text that foyer configure writes
	},
	// ROOMS below both planes.
	{"internal/audit", "internal/jobs", "internal/once", "internal/tagging", "internal/mail"},
	// ROOMS of the two planes.
	{
		"internal/instance", "internal/directory", "internal/signin", "internal/mfa", "internal/session", "internal/oidc",
		"internal/permissionset", "internal/assignment", "internal/provisioning", "internal/federation",
		"internal/application", "internal/trustedissuer", "internal/accesscontrol", "internal/favourite",
		"internal/organizations", "internal/iam", "internal/sts", "internal/access", "internal/lastaccess", "internal/console",
	},
	// FACES and ADAPTERS.
	{"internal/edge", "internal/awsapi/*", "internal/browser", "internal/issuerpages", "internal/sqlstore", "internal/embeddedaccounts", "internal/issuerkeys", "internal/smtp", "internal/auditsink", "internal/portalclient", "internal/localca"},
	// The wiring, the suites (those that open real stores, and the one for contracts), and what generators share.
	{".", "internal/embeddedaccounts/accountstest", "internal/sqlstore/storetest", "internal/wire/wiretest", "internal/npmdata"},
	// Programs.
	{"cmd/foyer", "internal/apigen", "internal/awsmanaged/gen", "internal/actioncatalogue/gen"},
}

// doors are the imports within one storey that someone decided on.
var doors = map[string][]string{
	"internal/wire":            {"internal/arn", "internal/caller", "internal/secret"},                               // a call says who makes it, and for whom
	"internal/awsmanaged":      {"internal/packed"},                                                                  // the documents are embedded packed
	"internal/policy":          {"internal/jsontree"},                                                                // statements know where they stand
	"internal/policycheck":     {"internal/jsontree", "internal/policy", "internal/actioncatalogue", "internal/arn"}, // policies are checked against what AWS has
	"internal/policygrant":     {"internal/jsontree", "internal/actioncatalogue", "internal/fault"},                  // policies grant actions that AWS has
	"internal/actioncatalogue": {"internal/packed"},                                                                  // the services are embedded packed
	"internal/caller":          {"internal/arn"},                                                                     // a caller lives in an account
	"internal/mint":            {"internal/secret"},                                                                  // tokens are born secret
	"internal/paging":          {"internal/seal", "internal/fault"},                                                  // page tokens are sealed
	"internal/identitycontext": {"internal/seal"},                                                                    // an assertion is sealed
	"internal/saml":            {"internal/fault"},                                                                   // verification fails in the house's words
	"internal/sigv4":           {"internal/secret", "internal/fault"},                                                // a signature is made with a secret
	"internal/mail":            {"internal/jobs"},                                                                    // a letter is posted by a job
	"internal/assignment":      {"internal/permissionset", "internal/provisioning"},                                  // an assignment is of a set, and begins its provisioning
	"internal/provisioning":    {"internal/permissionset", "internal/instance"},                                      // a role is a permission set in an account of an instance
	"internal/federation":      {"internal/provisioning", "internal/instance"},                                       // credentials come through the seam that provisioning declares
	"internal/mfa":             {"internal/signin"},                                                                  // a second proof is a step of a sign-in
	"internal/oidc":            {"internal/session"},                                                                 // a token hangs from a sign-in session
	"internal/access":          {"internal/iam", "internal/organizations", "internal/sts"},                           // the gate reads what the account plane holds
	"internal/lastaccess":      {"internal/iam"},                                                                     // what was used is told beside what policies allow
	"internal/sts":             {"internal/iam"},                                                                     // a session is a role's
	"internal/application":     {"internal/instance"},                                                                // an application belongs to an instance
	"internal/trustedissuer":   {"internal/instance"},                                                                // so does a trusted token issuer
	"internal/accesscontrol":   {"internal/directory"},                                                               // an attribute for access control is a path into a user
}

// planes are the two groups of rooms that never import each other.
var planes = map[string][]string{
	"identity": {
		"internal/instance", "internal/directory", "internal/signin", "internal/mfa", "internal/session", "internal/oidc",
		"internal/permissionset", "internal/assignment", "internal/provisioning", "internal/federation",
		"internal/application", "internal/trustedissuer", "internal/accesscontrol", "internal/favourite",
	},
	"account": {"internal/organizations", "internal/iam", "internal/sts", "internal/access", "internal/lastaccess", "internal/console"},
}

// banned are standard packages that rooms and core keep out of.
var banned = map[int][]string{
	0: {"os", "net", "net/http", "database/sql", "log/slog"},
	1: {"os", "net", "net/http", "database/sql"},
	2: {"os", "net", "net/http", "database/sql"},
}

// bannedExceptions says who may after all, and why.
var bannedExceptions = map[string][]string{
	"internal/secret": {"log/slog"}, // to tell the logger what not to print
}

const module = "foyer"

func TestFloorPlan(t *testing.T) {
	for _, file := range goFiles(t) {
		pkg := path.Dir(file)
		at := storeyOf(pkg)
		if at < 0 {
			t.Errorf("%s: package %s has no storey: decide where it lives first", file, pkg)
			continue
		}
		for _, imported := range imports(t, file) {
			if slices.Contains(banned[at], imported) && !slices.Contains(bannedExceptions[pkg], imported) {
				t.Errorf("%s: %s must not import %s", file, pkg, imported)
			}
			to, ours := strings.CutPrefix(imported, module+"/")
			if imported == module {
				to, ours = ".", true
			}
			if !ours || to == pkg {
				continue
			}
			if storeyOf(to) >= at && !slices.Contains(doors[pkg], to) {
				t.Errorf("%s: %s must not import %s: it is not below, and there is no door", file, pkg, to)
			}
			if a, b := planeOf(pkg), planeOf(to); a != "" && b != "" && a != b {
				t.Errorf("%s: %s (%s plane) must not import %s (%s plane): the planes meet at ports only", file, pkg, a, to, b)
			}
		}
	}
}

func TestEveryDoorIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, file := range goFiles(t) {
		for _, imported := range imports(t, file) {
			used[path.Dir(file)+" "+strings.TrimPrefix(imported, module+"/")] = true
		}
	}
	for from, tos := range doors {
		for _, to := range tos {
			if !used[from+" "+to] {
				t.Errorf("the door from %s to %s is used by nobody: close it", from, to)
			}
		}
	}
}

// goFiles lists the hand-written and generated non-test Go files, by path from the root.
func goFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS("../.."), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && p != "." || slices.Contains([]string{"node_modules", "testdata", "tools"}, d.Name())) {
			return fs.SkipDir
		}
		if strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, "_test.go") {
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", file), nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	return all
}

func storeyOf(pkg string) int {
	return slices.IndexFunc(storeys, func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			ok, _ := path.Match(name, pkg)
			return ok
		})
	})
}

func planeOf(pkg string) string {
	for name, rooms := range planes {
		if slices.Contains(rooms, pkg) {
			return name
		}
	}
	return ""
}
