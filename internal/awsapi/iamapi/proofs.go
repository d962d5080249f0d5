package iamapi

import (
	"maps"

	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/wire"
)

// proofAuthorizations are the demands of all operations on what users prove
// themselves with, and on what the account decides about it.
func (s *Service) proofAuthorizations() map[string]wire.Authorization {
	all := s.settingAuthorizations()
	maps.Copy(all, s.loginAuthorizations())
	maps.Copy(all, s.deviceAuthorizations())
	maps.Copy(all, s.certificateAuthorizations())
	maps.Copy(all, s.credentialAuthorizations())
	maps.Copy(all, s.keyUseAuthorizations())
	return all
}

// onResource is what an operation demands on a resource that find finds: its own
// ARN and tags. One that is not there is asked about as it was named: whether it
// is there shows only to whom the operation is allowed.
func onResource(operation, resource string, keys map[string][]string, find func() (resource string, tags map[string]string, err error)) ([]wire.Demand, error) {
	d := wire.Demand{Action: "iam:" + operation, Resource: resource, Context: keys}
	found, tags, err := find()
	if err != nil && fault.Of(err) != fault.NotFound {
		return nil, err
	}
	if err == nil {
		d.Resource, d.Context = found, withResourceTags(keys, tags)
	}
	return []wire.Demand{d}, nil
}

// reasons are AWS's words for what a room refuses for.
var reasons = map[iam.Reason]string{
	iam.WeakPassword:       "PasswordPolicyViolation",
	iam.NoUser:             "InvalidUserType",
	iam.WrongCode:          "InvalidAuthenticationCode",
	iam.BadCertificate:     "MalformedCertificate",
	iam.InvalidCertificate: "InvalidCertificate",
	iam.KeyMismatch:        "KeyPairMismatch",
	iam.KnownCertificate:   "DuplicateCertificate",
	iam.BadPublicKey:       "InvalidPublicKey",
	iam.KnownPublicKey:     "DuplicateSSHPublicKey",
	iam.UnknownEncoding:    "UnrecognizedPublicKeyEncoding",
	iam.UnknownService:     "NotSupportedService",
}
