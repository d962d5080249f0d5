package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/rogpeppe/go-internal/testscript"
)

// queryVersions are those of the services that speak the Query protocol.
var queryVersions = map[string]string{"iam": "2010-05-08", "sts": "2011-06-15"}

// query calls an operation that the installed AWS CLI is too old to know, with
// the script's credentials: signed by the AWS SDK, as any client would.
func query(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || queryVersions[args[0]] == "" {
		ts.Fatalf("usage: query iam|sts OPERATION PARAMETER=VALUE ...")
	}
	form := url.Values{"Action": {args[1]}, "Version": {queryVersions[args[0]]}}
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		form.Set(name, value)
	}
	body := form.Encode()
	request, err := http.NewRequest(http.MethodPost, ts.Getenv("ENDPOINT")+"/", strings.NewReader(body))
	ts.Check(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	by := awssdk.Credentials{
		AccessKeyID: ts.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: ts.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: ts.Getenv("AWS_SESSION_TOKEN"),
	}
	ts.Check(v4.NewSigner().SignHTTP(request.Context(), by, request, hex.EncodeToString(sum[:]), args[0], "us-east-1", time.Now()))
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", answer.StatusCode, text)
	if failed := answer.StatusCode != http.StatusOK; failed != neg {
		ts.Fatalf("query %s: %d\n%s%s", strings.Join(args, " "), answer.StatusCode, text, running(ts).logs)
	}
}

// keepXML is keep for the answer of query.
func keepXML(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: keepxml NAME")
	}
	ts.Setenv(args[0]+"_KEY", matched(ts, `<AccessKeyId>([^<]+)<`))
	ts.Setenv(args[0]+"_SECRET", matched(ts, `<SecretAccessKey>([^<]+)<`))
	ts.Setenv(args[0]+"_TOKEN", matched(ts, `<SessionToken>([^<]+)<`))
}
