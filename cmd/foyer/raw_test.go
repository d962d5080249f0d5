package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts' commands for what no well-behaved client does.
//
//	get PATH                          GET from foyer; prints status, x-amzn-ErrorType and body
//	post SERVICE TARGET FILE [AGE]    POST a file to an operation of an AWS JSON service, signed
//	                                  by the script's credentials, AGE (6m, -6m) ago
//	repeat TIMES TEXT FILE            write the text so many times into a file

func get(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: get PATH")
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, ts.Getenv("ENDPOINT")+args[0], nil)
	ts.Check(err)
	send(ts, request)
}

func post(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: post SERVICE TARGET FILE [AGE]")
	}
	at := time.Now()
	if len(args) == 4 {
		age, err := time.ParseDuration(args[3])
		ts.Check(err)
		at = at.Add(-age)
	}
	ctx, body := context.Background(), ts.ReadFile(args[2])
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, ts.Getenv("ENDPOINT"), bytes.NewReader([]byte(body)))
	ts.Check(err)
	request.Header.Set("X-Amz-Target", args[1])
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	digest := sha256.Sum256([]byte(body))
	ts.Check(v4.NewSigner().SignHTTP(ctx, awssdk.Credentials{
		AccessKeyID: ts.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: ts.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: ts.Getenv("AWS_SESSION_TOKEN"),
	}, request, hex.EncodeToString(digest[:]), args[0], "us-east-1", at))
	send(ts, request)
}

func send(ts *testscript.TestScript, request *http.Request) {
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer answer.Body.Close()
	fmt.Fprintln(ts.Stdout(), answer.Status, answer.Header.Get("x-amzn-ErrorType"))
	_, err = io.Copy(ts.Stdout(), answer.Body)
	ts.Check(err)
}

func repeat(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: repeat TIMES TEXT FILE")
	}
	times, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(writeFile(ts.MkAbs(args[2]), strings.Repeat(args[1], times)))
}
