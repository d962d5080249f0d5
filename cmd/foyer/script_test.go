package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"foyer/internal/sqlstore/storetest"
)

const scripts = "../../testdata/script/"

// onPostgres are the scripts that are also told on PostgreSQL.
var onPostgres = []string{"sign-in-device", "administration", "crash"}

func TestMain(m *testing.M) {
	testscript.Main(withParts{m}, map[string]func(){"foyer": func() { os.Exit(run(movedClock())) }})
}

// withParts ends, after the tests, the real parts that they started.
type withParts struct{ *testing.M }

func (m withParts) Run() int {
	defer storetest.Stop()
	return m.M.Run()
}

// TestScripts tells the product as scripts: each drives the built program with
// real clients. Beside testscript's own commands they have
//
//	up [FLAG ...]            start foyer and wait until it answers; sets the environment below
//	down                     stop it with SIGTERM, wait, and print its welcome
//	crash                    stop it with SIGKILL, and wait
//	exits CODE FLAG ...      run foyer serve, which must end by itself with this code
//
//	aws ARG ...              run the AWS CLI v2 against it
//	until REGEXP aws ARG ... the same, again and again until its output matches
//	query iam|sts OPERATION PARAMETER=VALUE ...  a signed call of what the CLI is too old for; keepxml NAME is keep
//	appears REGEXP FILE      wait until a file holds a match
//	capture NAME REGEXP      set NAME to what the last output matched
//	keep NAME                remember the credentials in the last output by a name
//	as NAME                  use them; ROOT are those of the root user
//
//	person ...               act as somebody at a browser: see person_test.go
//	allow USER PASSWORD foyer ARG ...  run foyer, and allow as that person what its page asks; deny refuses it
//	login PROFILE USER PASSWORD  run aws sso login, and allow it as that person
//	point                    tell an AWS CLI before 2.13, and its Python, where sign-ins are: they read no services section
//	device USER PASSWORD     sign in by device authorization with the AWS SDK; sets TOKEN
//	poll TIMES CLIENT SECRET DEVICE  ask for a device's token without a pause; prints the refusals
//
//	proxy                    lead every host to the server, as a hosts file would; sets HTTPS_PROXY
//
//	expand FROM TO           write a file again with the environment's values in it
//
//	issuer, idtoken NAME CLAIM=TEXT ...        an OpenID Connect issuer, and its tokens: see issuer_test.go
//	samlidp FILE, assertion FILE ATTRIBUTE=VALUE ...  a SAML provider, and its assertions
//	verify TOKEN             check a token with the keys of its issuer, and print its claims
//
//	get, post, repeat: see raw_test.go
//	accounts, assign, provision, settled, assignments, roles: see crash_test.go
//
// up sets ENDPOINT, ADDRESS, START_URL, INSTANCE, STORE, MANAGEMENT, the other
// accounts ACCOUNT_1 … ACCOUNT_n, and USER_1, PASSWORD_1 ….
func TestScripts(t *testing.T) {
	t.Parallel()
	requirePart(t, awsCLI)
	testscript.Run(t, testscript.Params{Dir: scripts, RequireExplicitExec: true, Cmds: commands, Setup: func(env *testscript.Env) error {
		return setUp(env, "")
	}})
}

// TestScriptsOnPostgres tells some of them again, with PostgreSQL where the
// script says --ephemeral or --data.
func TestScriptsOnPostgres(t *testing.T) {
	t.Parallel()
	requirePart(t, awsCLI)
	for _, name := range onPostgres {
		database := storetest.Postgres(t)
		testscript.Run(t, testscript.Params{Files: []string{scripts + name + ".txtar"}, RequireExplicitExec: true, Cmds: commands, Setup: func(env *testscript.Env) error {
			return setUp(env, database)
		}})
	}
}

var commands = map[string]func(*testscript.TestScript, bool, []string){
	"up": up, "down": down, "crash": kill, "exits": exits,
	"aws": aws, "until": until, "appears": appears, "capture": capture, "keep": keep, "as": as,
	"allow": allowed("Allow access"), "deny": allowed("Deny"),
	"person": actAsPerson, "login": login, "point": point, "proxy": proxy, "device": device, "poll": poll, "expand": expand,
	"issuer": issuer, "idtoken": idToken, "samlidp": samlIDP, "assertion": assertion, "verify": verify, "query": query, "keepxml": keepXML,
	"get": get, "post": post, "codes": codes, "keypair": keypair, "repeat": repeat,
	"accounts": accounts, "assign": assign, "provision": provision, "settled": settled, "assignments": assignments, "roles": roles,
}

// requirePart skips when a real part is not installed; under make test, which
// installs it, that is a failure.
func requirePart(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	if os.Getenv("PARTS") == "required" {
		t.Fatalf("%s is not installed: make parts", path)
	}
	t.Skipf("NOT RUN: %s is not installed: make parts", path)
}

func setUp(env *testscript.Env, database string) error {
	env.Vars = append(env.Vars, "HOME="+env.WorkDir)
	env.Values[processKey{}] = &process{database: database}
	return addModels(env.WorkDir)
}
