package saml

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/beevik/etree"
	"github.com/jonboulle/clockwork"
	dsig "github.com/russellhaering/goxmldsig"
)

// Verify checks a SAML response against trust at the moment now and returns
// what its one assertion says. The assertion, or the response around it, must
// be signed with RSA or ECDSA over SHA-256 or better by a trusted certificate.
// It fails with *Expired when only the time is wrong, with *Refused when the
// response says that nobody was authenticated, else with an Invalid fault that
// names the first rule broken.
func Verify(response []byte, trust Trust, now time.Time) (*Assertion, error) {
	root, err := parse(response, maxResponse)
	if err != nil {
		return nil, err
	}
	signed, err := signedAssertion(root, trust.Certificates, now)
	if err != nil {
		return nil, err
	}
	a, err := readAssertion(signed)
	if err != nil {
		return nil, err
	}
	if err := a.check(signed, trust, now); err != nil {
		return nil, err
	}
	return a, nil
}

// signedAssertion returns the response's assertion, parsed from signed bytes.
func signedAssertion(root *etree.Element, certs []*x509.Certificate, now time.Time) (*etree.Element, error) {
	if !is(root, nsProtocol, "Response") {
		return nil, invalid("The document is not a SAML 2.0 Response.")
	}
	if err := checkStatus(root); err != nil {
		return nil, err
	}
	if len(root.FindElements("//EncryptedAssertion")) > 0 {
		return nil, invalid("Encrypted assertions are not supported.")
	}
	if n := len(root.FindElements("//Assertion")); n != 1 {
		return nil, invalid("The response must hold exactly one assertion; it holds %d.", n)
	}
	assertion, err := only(root, nsAssertion, "Assertion")
	if err != nil {
		return nil, err
	}
	if len(children(root, nsSignature, "Signature")) > 0 {
		verified, err := checkSignature(root, certs, now)
		if err != nil {
			return nil, err
		}
		return only(verified, nsAssertion, "Assertion")
	}
	if len(children(assertion, nsSignature, "Signature")) == 0 {
		return nil, invalid("Response signature invalid: neither the response nor its assertion is signed.")
	}
	return checkSignature(detached(assertion), certs, now)
}

// detached copies el out of its document with the namespaces it inherits, as
// exclusive canonicalisation needs them.
func detached(el *etree.Element) *etree.Element {
	copied := el.Copy()
	for p := el.Parent(); p != nil; p = p.Parent() {
		for _, a := range p.Attr {
			if (a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns") && copied.SelectAttr(a.FullKey()) == nil {
				copied.CreateAttr(a.FullKey(), a.Value)
			}
		}
	}
	return copied
}

func checkStatus(root *etree.Element) error {
	status, err := only(root, nsProtocol, "Status")
	if err != nil {
		return err
	}
	code, err := only(status, nsProtocol, "StatusCode")
	if err != nil {
		return err
	}
	if got := code.SelectAttrValue("Value", ""); got != statusSuccess {
		return &Refused{invalid("The identity provider answered the status %s.", got)}
	}
	return nil
}

// checkSignature verifies the enveloped signature that is el's own child and
// returns el as parsed from the signed bytes.
func checkSignature(el *etree.Element, certs []*x509.Certificate, now time.Time) (*etree.Element, error) {
	if err := checkSignatureForm(el); err != nil {
		return nil, err
	}
	for _, cert := range certs {
		ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
		ctx.IdAttribute = "ID"
		ctx.Clock = dsig.NewFakeClock(clockwork.NewFakeClockAt(now))
		if verified, err := ctx.Validate(el); err == nil {
			return verified, nil
		}
	}
	return nil, invalid("Response signature invalid: no trusted certificate verifies it.")
}

// Algorithms a signature may use. Whatever is not here is refused, SHA-1 and
// inclusive canonicalisation with comments among it.
var (
	signatureMethods = []string{
		dsig.RSASHA256SignatureMethod, dsig.RSASHA384SignatureMethod, dsig.RSASHA512SignatureMethod,
		dsig.ECDSASHA256SignatureMethod, dsig.ECDSASHA384SignatureMethod, dsig.ECDSASHA512SignatureMethod,
	}
	digestMethods = []string{
		"http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2001/04/xmlenc#sha512",
	}
	canonicalizations = []string{
		string(dsig.CanonicalXML10ExclusiveAlgorithmId), string(dsig.CanonicalXML11AlgorithmId), string(dsig.CanonicalXML10RecAlgorithmId),
	}
)

// checkSignatureForm holds a signature to the one form SAML allows (core,
// section 5.4): one reference, to the parent's ID, enveloped, known algorithms.
func checkSignatureForm(el *etree.Element) error {
	sig, err := only(el, nsSignature, "Signature")
	if err != nil {
		return err
	}
	info, err := only(sig, nsSignature, "SignedInfo")
	if err != nil {
		return err
	}
	if err := algorithm(info, "CanonicalizationMethod", canonicalizations); err != nil {
		return err
	}
	if err := algorithm(info, "SignatureMethod", signatureMethods); err != nil {
		return err
	}
	ref, err := only(info, nsSignature, "Reference")
	if err != nil {
		return err
	}
	if id := el.SelectAttrValue("ID", ""); id == "" || ref.SelectAttrValue("URI", "") != "#"+id {
		return invalid("Response signature invalid: it does not refer to the element it stands in.")
	}
	if err := algorithm(ref, "DigestMethod", digestMethods); err != nil {
		return err
	}
	return checkTransforms(ref)
}

func checkTransforms(ref *etree.Element) error {
	transforms, err := only(ref, nsSignature, "Transforms")
	if err != nil {
		return err
	}
	enveloped := false
	for _, t := range transforms.ChildElements() {
		switch name := t.SelectAttrValue("Algorithm", ""); {
		case name == string(dsig.EnvelopedSignatureAltorithmId):
			enveloped = true
		case !slices.Contains(canonicalizations, name):
			return invalid("Response signature invalid: the transform %q is not allowed.", name)
		}
	}
	if !enveloped {
		return invalid("Response signature invalid: it is not an enveloped signature.")
	}
	return nil
}

func algorithm(el *etree.Element, tag string, allowed []string) error {
	method, err := only(el, nsSignature, tag)
	if err != nil {
		return err
	}
	if name := method.SelectAttrValue("Algorithm", ""); !slices.Contains(allowed, name) {
		return invalid("Response signature invalid: the algorithm %q is not allowed.", name)
	}
	return nil
}
