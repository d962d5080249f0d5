// Package saml signs, reads and verifies SAML 2.0 assertions and metadata.
//
// Verification reads nothing but the bytes a trusted key signed: the signed
// element is canonicalised, checked, parsed anew, and every value comes from
// that copy. What the signature does not cover does not exist.
package saml

import (
	"crypto/x509"
	"time"

	"foyer/internal/fault"
)

// AWSAudience is the audience and recipient of assertions made for AWS STS.
const AWSAudience = "https://signin.aws.amazon.com/saml"

// Attribute names that AWS STS understands (IAM User Guide, "Configuring SAML
// assertions for the authentication response").
const (
	RoleAttribute            = "https://aws.amazon.com/SAML/Attributes/Role"
	SessionNameAttribute     = "https://aws.amazon.com/SAML/Attributes/RoleSessionName"
	SessionDurationAttribute = "https://aws.amazon.com/SAML/Attributes/SessionDuration"
	SourceIdentityAttribute  = "https://aws.amazon.com/SAML/Attributes/SourceIdentity"
	TransitiveKeysAttribute  = "https://aws.amazon.com/SAML/Attributes/TransitiveTagKeys"
	// PrincipalTagPrefix is followed by the key of a session tag.
	PrincipalTagPrefix = "https://aws.amazon.com/SAML/Attributes/PrincipalTag:"
	// ContextPrefix is followed by a condition key of the session. It is
	// Foyer's own, and honoured from protected providers only.
	ContextPrefix = "https://aws.amazon.com/SAML/Attributes/Context:"
)

// Name identifier formats.
const (
	FormatPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	FormatEmail      = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
)

// Bounds of what is read from outside.
const (
	maxResponse = 100_000 // bytes of XML: AssumeRoleWithSAML's own bound
	maxMetadata = 10 << 20
	maxDepth    = 40
)

const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"

	statusSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success"
	methodBearer  = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
	formatEntity  = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
	nameFormatURI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
	bindingPost   = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
	bindingGet    = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

	timeLayout = "2006-01-02T15:04:05.000Z"
)

// Attribute is one attribute of an assertion with its values.
type Attribute struct {
	Name   string
	Values []string
}

// Assertion is what a verified response says about its subject.
type Assertion struct {
	ID            string
	Issuer        string
	Subject       string
	SubjectFormat string // the NameID's Format; "" when not given
	Audiences     []string
	Recipient     string
	InResponseTo  string    // "" for an unsolicited response
	NotOnOrAfter  time.Time // after this moment the assertion is worth nothing
	SessionEnd    time.Time // SessionNotOnOrAfter; zero when not given
	Attributes    map[string][]string
}

// Trust is what a response must agree with.
type Trust struct {
	Issuer       string              // the identity provider's entity id
	Certificates []*x509.Certificate // any of them may have signed
	Audiences    []string            // at least one must be among the assertion's
	Recipients   []string            // one must be the confirmation's Recipient
	Skew         time.Duration       // how far the clocks may disagree
}

// Expired is the failure of an assertion that was good once.
type Expired struct{ Err error }

// Error returns the reason.
func (e *Expired) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *Expired) Unwrap() error { return e.Err }

// Refused is the failure of a response in which the identity provider says that
// it vouches for nobody.
type Refused struct{ Err error }

// Error returns the reason.
func (e *Refused) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *Refused) Unwrap() error { return e.Err }

func invalid(format string, args ...any) error {
	return fault.Newf(fault.Invalid, format, args...)
}
