package sts

import (
	"maps"
	"slices"

	"foyer/internal/saml"
)

// attributeKeys are the condition keys that the attributes of an assertion set
// in a role's trust policy, without their saml: (IAM User Guide, "Mapping SAML
// attributes to AWS trust policy context keys").
var attributeKeys = map[string][]string{
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.1":  {"eduPersonAffiliation"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.2":  {"eduPersonNickname"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.3":  {"eduPersonOrgDN"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.4":  {"eduPersonOrgUnitDN"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.5":  {"eduPersonPrimaryAffiliation"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.6":  {"eduPersonPrincipalName"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.7":  {"eduPersonEntitlement"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.8":  {"eduPersonPrimaryOrgUnitDN"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.9":  {"eduPersonScopedAffiliation"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.10": {"eduPersonTargetedID"},
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.11": {"eduPersonAssurance"},
	"urn:oid:1.3.6.1.4.1.5923.1.2.1.2":  {"eduOrgHomePageURI"},
	"urn:oid:1.3.6.1.4.1.5923.1.2.1.3":  {"eduOrgIdentityAuthNPolicyURI"},
	"urn:oid:1.3.6.1.4.1.5923.1.2.1.4":  {"eduOrgLegalName"},
	"urn:oid:1.3.6.1.4.1.5923.1.2.1.5":  {"eduOrgSuperiorURI"},
	"urn:oid:1.3.6.1.4.1.5923.1.2.1.6":  {"eduOrgWhitePagesURI"},
	"urn:oid:2.5.4.3":                   {"cn"},

	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":              {"name"},
	"http://schemas.xmlsoap.org/claims/CommonName":                            {"commonName"},
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname":         {"givenName"},
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname":           {"surname"},
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress":      {"mail"},
	"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": {"uid", "primaryGroupSID"}, // the guide names one, the list of keys the other

	"2.5.4.3":                    {"commonName"},
	"2.5.4.4":                    {"surname"},
	"2.5.4.42":                   {"givenName"},
	"2.5.4.45":                   {"x500UniqueIdentifier"},
	"0.9.2342.19200300.100.1.1":  {"uid"},
	"0.9.2342.19200300.100.1.3":  {"mail"},
	"0.9.2342.19200300.100.1.45": {"organizationStatus"},
}

// attributesOf are the condition keys of an assertion's attributes. Of several
// attributes for one key only one counts, as with AWS: the first by name.
func attributesOf(a *saml.Assertion) map[string][]string {
	keys := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(a.Attributes)) {
		for _, key := range attributeKeys[name] {
			if _, taken := keys["saml:"+key]; !taken {
				keys["saml:"+key] = a.Attributes[name]
			}
		}
	}
	return keys
}
