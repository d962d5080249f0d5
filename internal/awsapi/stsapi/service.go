// Package stsapi serves AWS's Security Token Service.
package stsapi

import (
	"context"
	"encoding/base64"
	"time"

	"foyer/internal/access"
	"foyer/internal/fault"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

// Service answers the API. All fields are required.
type Service struct {
	notBuilt
	STS      *sts.Service
	Messages *access.Messages
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API { return newAPI(s, s.authorizations(), faultOf) }

// authorizations tells what each operation demands. Whether a role may be
// assumed is asked inside the room, of the trust policy and the caller's own
// together; nobody can be denied to know who they are.
func (s *Service) authorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"AssumeRole":                 wire.Free,
		"AssumeRoleWithSAML":         wire.Free,
		"AssumeRoleWithWebIdentity":  wire.Free,
		"GetCallerIdentity":          wire.Free,
		"GetSessionToken":            wire.Free,
		"GetFederationToken":         wire.Demands(federating),
		"GetWebIdentityToken":        wire.Demands(proving),
		"AssumeRoot":                 wire.Demands(rooting),
		"DecodeAuthorizationMessage": wire.Demands(decoding),
		"GetAccessKeyInfo": wire.Demands(func(*wire.Call, *GetAccessKeyInfoRequest) []wire.Demand {
			return []wire.Demand{{Action: "sts:GetAccessKeyInfo", Resource: "*"}}
		}),
	}
}

// GetCallerIdentity says who signed the call.
func (s *Service) GetCallerIdentity(_ context.Context, call *wire.Call, _ *GetCallerIdentityRequest) (*GetCallerIdentityResponse, error) {
	c := call.Caller
	return &GetCallerIdentityResponse{UserId: new(c.ID), Account: new(string(c.Account)), Arn: new(c.ARN)}, nil
}

// GetAccessKeyInfo says which account an access key belongs to.
func (s *Service) GetAccessKeyInfo(ctx context.Context, _ *wire.Call, in *GetAccessKeyInfoRequest) (*GetAccessKeyInfoResponse, error) {
	account, err := s.STS.KeyAccount(ctx, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	return &GetAccessKeyInfoResponse{Account: new(string(account))}, nil
}

// AssumeRole begins a role session for the caller.
func (s *Service) AssumeRole(ctx context.Context, call *wire.Call, in *AssumeRoleRequest) (*AssumeRoleResponse, error) {
	got, err := s.STS.AssumeRole(ctx, call, sts.AssumeRole{
		RoleARN: in.RoleArn, SessionName: in.RoleSessionName, Duration: seconds(in.DurationSeconds),
		Scope: scope(in.Policy, in.PolicyArns), Tags: tags(in.Tags), TransitiveKeys: in.TransitiveTagKeys,
		SourceIdentity: wire.Given(in.SourceIdentity), ExternalID: wire.Given(in.ExternalId),
		Factor: sts.Factor{Serial: wire.Given(in.SerialNumber), Code: wire.Given(in.TokenCode)}, Contexts: contexts(in.ProvidedContexts),
	})
	if err != nil {
		return nil, err
	}
	return &AssumeRoleResponse{
		Credentials: credentials(got.Credentials), AssumedRoleUser: user(got),
		PackedPolicySize: packed(got), SourceIdentity: wire.Optional(got.SourceIdentity),
	}, nil
}

// AssumeRoleWithSAML begins a role session for the subject of an assertion.
func (s *Service) AssumeRoleWithSAML(ctx context.Context, call *wire.Call, in *AssumeRoleWithSAMLRequest) (*AssumeRoleWithSAMLResponse, error) {
	response, err := base64.StdEncoding.DecodeString(in.SAMLAssertion)
	if err != nil {
		return nil, &sts.InvalidToken{Err: &fault.Error{Kind: fault.Invalid, Message: "Your request included an invalid SAML response", Err: err}}
	}
	got, err := s.STS.AssumeRoleWithSAML(ctx, call, sts.AssumeRoleWithSAML{
		RoleARN: in.RoleArn, ProviderARN: in.PrincipalArn, Response: string(response),
		Duration: seconds(in.DurationSeconds), Scope: scope(in.Policy, in.PolicyArns),
	})
	if err != nil {
		return nil, err
	}
	return &AssumeRoleWithSAMLResponse{
		Credentials: credentials(got.Credentials), AssumedRoleUser: user(got.Assumed),
		PackedPolicySize: packed(got.Assumed), SourceIdentity: wire.Optional(got.SourceIdentity),
		Subject: new(got.Subject), SubjectType: new(got.SubjectType), Issuer: new(got.Issuer),
		Audience: new(got.Audience), NameQualifier: new(got.NameQualifier),
	}, nil
}

func credentials(c sts.Credentials) *Credentials {
	return &Credentials{
		AccessKeyId: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey.Reveal(),
		SessionToken: c.SessionToken.Reveal(), Expiration: c.Expires,
	}
}

func user(a sts.Assumed) *AssumedRoleUser {
	return &AssumedRoleUser{AssumedRoleId: a.Caller.ID, Arn: a.Caller.ARN}
}

func packed(a sts.Assumed) *int64 {
	if a.PackedSize == 0 {
		return nil
	}
	return new(int64(a.PackedSize))
}

func scope(document *string, arns []PolicyDescriptorType) sts.Scope {
	narrowed := sts.Scope{Policy: wire.Given(document)}
	for _, a := range arns {
		narrowed.PolicyARNs = append(narrowed.PolicyARNs, wire.Given(a.Arn))
	}
	return narrowed
}

func tags(all []Tag) []sts.Tag {
	out := make([]sts.Tag, len(all))
	for i, t := range all {
		out[i] = sts.Tag{Key: t.Key, Value: t.Value}
	}
	return out
}

func contexts(all []ProvidedContext) []sts.ProvidedContext {
	out := make([]sts.ProvidedContext, len(all))
	for i, c := range all {
		out[i] = sts.ProvidedContext{Provider: wire.Given(c.ProviderArn), Assertion: wire.Given(c.ContextAssertion)}
	}
	return out
}

func seconds(n *int64) time.Duration {
	if n == nil {
		return 0
	}
	return time.Duration(*n) * time.Second
}
