package saml

import (
	"crypto/x509"
	"encoding/base64"
	"strings"

	"github.com/beevik/etree"
)

// Metadata is what an identity provider's metadata says.
type Metadata struct {
	EntityID     string
	Certificates []*x509.Certificate // of its signing keys; at least one
	SSO          map[string]string   // sign-in URL by binding
}

// ParseMetadata reads an EntityDescriptor with an IDPSSODescriptor and at
// least one signing certificate. A certificate that has run out is read all the
// same, so that an administrator can see it; Verify does not accept it.
func ParseMetadata(document []byte) (*Metadata, error) {
	root, err := parse(document, maxMetadata)
	if err != nil {
		return nil, err
	}
	if !is(root, nsMetadata, "EntityDescriptor") {
		return nil, invalid("The metadata is not a SAML 2.0 EntityDescriptor.")
	}
	m := &Metadata{EntityID: root.SelectAttrValue("entityID", ""), SSO: map[string]string{}}
	if m.EntityID == "" {
		return nil, invalid("The metadata has no entityID.")
	}
	idp, err := only(root, nsMetadata, "IDPSSODescriptor")
	if err != nil {
		return nil, err
	}
	for _, sso := range children(idp, nsMetadata, "SingleSignOnService") {
		m.SSO[sso.SelectAttrValue("Binding", "")] = sso.SelectAttrValue("Location", "")
	}
	for _, key := range children(idp, nsMetadata, "KeyDescriptor") {
		if use := key.SelectAttrValue("use", "signing"); use != "signing" {
			continue
		}
		certs, err := certificates(key)
		if err != nil {
			return nil, err
		}
		m.Certificates = append(m.Certificates, certs...)
	}
	if len(m.Certificates) == 0 {
		return nil, invalid("The metadata holds no signing certificate.")
	}
	return m, nil
}

func certificates(key *etree.Element) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for _, info := range children(key, nsSignature, "KeyInfo") {
		for _, data := range children(info, nsSignature, "X509Data") {
			for _, el := range children(data, nsSignature, "X509Certificate") {
				raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(el.Text()), ""))
				if err != nil {
					return nil, invalid("A certificate of the metadata is not base64.")
				}
				cert, err := x509.ParseCertificate(raw)
				if err != nil {
					return nil, invalid("A certificate of the metadata cannot be read.")
				}
				all = append(all, cert)
			}
		}
	}
	return all, nil
}
