package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
)

// administrator calls a running server with AWS credentials.
type administrator struct {
	endpoint string
	config   awssdk.Config
	client   *http.Client
}

const (
	callTime  = 30 * time.Second // bound of one call
	maxAnswer = 64 << 20         // bytes; the drift of some accounts, with all its documents
)

// newAdministrator finds server and credentials as every AWS client does. Its
// failures are those of the configuration.
func newAdministrator(ctx context.Context) (*administrator, error) {
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, exitError{exitUsage, fmt.Errorf("AWS configuration: %w", err)}
	}
	if c.BaseEndpoint == nil || *c.BaseEndpoint == "" {
		return nil, exitError{exitUsage, errors.New("no server: set AWS_ENDPOINT_URL, or endpoint_url in your profile")}
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	return &administrator{endpoint: *c.BaseEndpoint, config: c, client: &http.Client{Timeout: callTime}}, nil
}

// call calls an operation of a service by AWS JSON 1.1.
func (a *administrator) call(ctx context.Context, service, target string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", target)
	credentials, err := a.config.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("AWS credentials: %w", err)
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, r, hex.EncodeToString(sum[:]), service, a.config.Region, time.Now()); err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	answer, err := a.client.Do(r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	if answer.StatusCode != http.StatusOK {
		return refusalOf(target, text)
	}
	return json.Unmarshal(text, out)
}

// refusalOf is what a server says against a call.
func refusalOf(target string, text []byte) error {
	var refusal struct {
		Type    string `json:"__type"`
		Message string // or message
	}
	if err := json.Unmarshal(text, &refusal); err != nil || refusal.Type == "" {
		return fmt.Errorf("%s: the server answers what no AWS service does", target)
	}
	return fmt.Errorf("%s: %s", refusal.Type, refusal.Message)
}
