package iamapi

import (
	"maps"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

// proofAuthorizations are the demands of all operations on what users prove
// themselves with, and on what the account decides about it.
func (s *Service) proofAuthorizations() map[string]wire.Authorization {
	all := s.settingAuthorizations()
	maps.Copy(all, s.loginAuthorizations())
	maps.Copy(all, s.deviceAuthorizations())
	return all
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
