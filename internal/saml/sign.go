package saml

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// Signer makes an identity provider's signed documents.
type Signer struct {
	EntityID    string // the identity provider's name
	Key         crypto.Signer
	Certificate *x509.Certificate // of Key
}

// Statement is what an assertion is to say.
type Statement struct {
	ID           string // unique, without its leading underscore
	Subject      string
	Format       string // of Subject; one of the Format constants
	Audience     string
	Recipient    string
	InResponseTo string // "" for an unsolicited response
	Issued       time.Time
	Lifetime     time.Duration // AWS allows 5 minutes
	SessionEnd   time.Time     // SessionNotOnOrAfter; zero leaves it out
	Attributes   []Attribute
}

// Response returns a SAML response, XML, whose one assertion says st and is
// signed with RSA-SHA256 or ECDSA-SHA256 under exclusive canonicalisation.
func (s *Signer) Response(st Statement) ([]byte, error) {
	assertion := s.assertion(st)
	ctx, err := dsig.NewSigningContext(s.Key, [][]byte{s.Certificate.Raw})
	if err != nil {
		return nil, fmt.Errorf("sign assertion: %w", err)
	}
	ctx.IdAttribute = "ID"
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signature, err := ctx.ConstructSignature(assertion, true)
	if err != nil {
		return nil, fmt.Errorf("sign assertion: %w", err)
	}
	assertion.InsertChildAt(1, signature) // behind Issuer, where the schema wants it

	doc := etree.NewDocument()
	response := doc.CreateElement("samlp:Response")
	response.CreateAttr("xmlns:samlp", nsProtocol)
	response.CreateAttr("ID", "_r"+st.ID)
	response.CreateAttr("Version", "2.0")
	response.CreateAttr("IssueInstant", st.Issued.UTC().Format(timeLayout))
	response.CreateAttr("Destination", st.Recipient)
	if st.InResponseTo != "" {
		response.CreateAttr("InResponseTo", st.InResponseTo)
	}
	issuer := response.CreateElement("saml:Issuer")
	issuer.CreateAttr("xmlns:saml", nsAssertion)
	issuer.SetText(s.EntityID)
	response.CreateElement("samlp:Status").CreateElement("samlp:StatusCode").CreateAttr("Value", statusSuccess)
	response.AddChild(assertion)
	return doc.WriteToBytes()
}

func (s *Signer) assertion(st Statement) *etree.Element {
	issued, until := st.Issued.UTC().Format(timeLayout), st.Issued.Add(st.Lifetime).UTC().Format(timeLayout)
	a := etree.NewElement("saml:Assertion")
	a.CreateAttr("xmlns:saml", nsAssertion)
	a.CreateAttr("ID", "_a"+st.ID)
	a.CreateAttr("Version", "2.0")
	a.CreateAttr("IssueInstant", issued)
	a.CreateElement("saml:Issuer").SetText(s.EntityID)

	subject := a.CreateElement("saml:Subject")
	name := subject.CreateElement("saml:NameID")
	name.CreateAttr("Format", st.Format)
	name.SetText(st.Subject)
	confirmation := subject.CreateElement("saml:SubjectConfirmation")
	confirmation.CreateAttr("Method", methodBearer)
	data := confirmation.CreateElement("saml:SubjectConfirmationData")
	if st.InResponseTo != "" {
		data.CreateAttr("InResponseTo", st.InResponseTo)
	}
	data.CreateAttr("NotOnOrAfter", until)
	data.CreateAttr("Recipient", st.Recipient)

	conditions := a.CreateElement("saml:Conditions")
	conditions.CreateAttr("NotBefore", issued)
	conditions.CreateAttr("NotOnOrAfter", until)
	conditions.CreateElement("saml:AudienceRestriction").CreateElement("saml:Audience").SetText(st.Audience)

	authn := a.CreateElement("saml:AuthnStatement")
	authn.CreateAttr("AuthnInstant", issued)
	authn.CreateAttr("SessionIndex", "_s"+st.ID)
	if !st.SessionEnd.IsZero() {
		authn.CreateAttr("SessionNotOnOrAfter", st.SessionEnd.UTC().Format(timeLayout))
	}
	authn.CreateElement("saml:AuthnContext").CreateElement("saml:AuthnContextClassRef").
		SetText("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
	if len(st.Attributes) > 0 {
		statement := a.CreateElement("saml:AttributeStatement")
		for _, attribute := range st.Attributes {
			el := statement.CreateElement("saml:Attribute")
			el.CreateAttr("Name", attribute.Name)
			el.CreateAttr("NameFormat", nameFormatURI)
			for _, v := range attribute.Values {
				el.CreateElement("saml:AttributeValue").SetText(v)
			}
		}
	}
	return a
}

// Metadata returns the identity provider's EntityDescriptor, XML, with its
// certificate and ssoURL as the place for sign-in requests.
func (s *Signer) Metadata(ssoURL string) (string, error) {
	doc := etree.NewDocument()
	entity := doc.CreateElement("md:EntityDescriptor")
	entity.CreateAttr("xmlns:md", nsMetadata)
	entity.CreateAttr("entityID", s.EntityID)
	idp := entity.CreateElement("md:IDPSSODescriptor")
	idp.CreateAttr("WantAuthnRequestsSigned", "false")
	idp.CreateAttr("protocolSupportEnumeration", nsProtocol)
	key := idp.CreateElement("md:KeyDescriptor")
	key.CreateAttr("use", "signing")
	info := key.CreateElement("ds:KeyInfo")
	info.CreateAttr("xmlns:ds", nsSignature)
	info.CreateElement("ds:X509Data").CreateElement("ds:X509Certificate").
		SetText(base64.StdEncoding.EncodeToString(s.Certificate.Raw))
	idp.CreateElement("md:NameIDFormat").SetText(FormatPersistent)
	for _, binding := range []string{bindingPost, bindingGet} {
		sso := idp.CreateElement("md:SingleSignOnService")
		sso.CreateAttr("Binding", binding)
		sso.CreateAttr("Location", ssoURL)
	}
	return doc.WriteToString()
}
