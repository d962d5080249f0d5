package iamapi_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/internal/saml"
)

var accessKeyStory = []step{
	{call: "CreateUser UserName=ann"},
	{call: "CreateUser UserName=bob"},
	{call: "CreateAccessKey UserName=ann", shows: `<UserName>ann</UserName><AccessKeyId>(AKIA[A-Z0-9]{16})</AccessKeyId><Status>Active</Status><SecretAccessKey>.{40}<`, keeps: "One"},
	{call: "CreateAccessKey UserName=ann", shows: `<AccessKeyId>(AKIA[A-Z0-9]{16})<`, keeps: "Two"},
	{call: "CreateAccessKey UserName=ann", fails: "LimitExceeded Cannot exceed quota for AccessKeysPerUser: 2"},
	{call: "CreateAccessKey UserName=none", fails: "NoSuchEntity The user with name none cannot be found."},
	{call: "ListAccessKeys UserName=ann MaxItems=1", shows: `<Marker>(.+)</Marker>`, keeps: "Next"},
	{call: "ListAccessKeys UserName=ann Marker=$Next", shows: `<AccessKeyId>.*<IsTruncated>false<`, lacks: "SecretAccessKey"},
	{call: "ListAccessKeys UserName=none", fails: "NoSuchEntity The user with name none cannot be found."},
	{call: "UpdateAccessKey UserName=ann AccessKeyId=$One Status=Inactive"},
	{call: "UpdateAccessKey UserName=ann AccessKeyId=$One Status=Gone", fails: "ValidationError 1 validation error detected: Value 'Gone' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive, Expired]"},
	{call: "UpdateAccessKey UserName=bob AccessKeyId=$One Status=Active", fails: "NoSuchEntity The Access Key with id $One cannot be found."},
	{call: "ListAccessKeys UserName=ann", shows: `<Status>Inactive<`},
	{call: "DeleteAccessKey UserName=bob AccessKeyId=$One", fails: "NoSuchEntity The Access Key with id $One cannot be found."},
	{call: "DeleteAccessKey UserName=ann AccessKeyId=$One"},
	{call: "DeleteAccessKey UserName=ann AccessKeyId=$One", fails: "NoSuchEntity The Access Key with id $One cannot be found."},
	// root's own
	{call: "CreateAccessKey", shows: `<AccessKeyId>(AKIA[A-Z0-9]{16})<`, keeps: "Root"},
	{call: "ListAccessKeys", shows: `$Root`},
	{call: "UpdateAccessKey AccessKeyId=$Root Status=Inactive"},
	{call: "DeleteAccessKey AccessKeyId=$Root"},
}

var serviceLinkedStory = []step{
	{call: "CreateServiceLinkedRole AWSServiceName=access-analyzer.amazonaws.com Description=x", shows: `<Arn>$IAM:role/aws-service-role/access-analyzer.amazonaws.com/AWSServiceRoleForAccessAnalyzer<`},
	{call: "CreateServiceLinkedRole AWSServiceName=access-analyzer.amazonaws.com", fails: "InvalidInput Service role name AWSServiceRoleForAccessAnalyzer has been taken in this account, please try a different suffix."},
	{call: "DeleteRole RoleName=AWSServiceRoleForAccessAnalyzer", fails: "UnmodifiableEntity Cannot perform the operation on the protected role 'AWSServiceRoleForAccessAnalyzer' - this role is only modifiable by AWS"},
	{call: "DeleteServiceLinkedRole RoleName=AWSServiceRoleForAccessAnalyzer", shows: `<DeletionTaskId>(task/aws-service-role/access-analyzer.amazonaws.com/AWSServiceRoleForAccessAnalyzer/AROA[A-Z0-9]{17})<`, keeps: "Task"},
	{call: "GetServiceLinkedRoleDeletionStatus DeletionTaskId=$Task", shows: `<Status>SUCCEEDED<`},
	{call: "GetServiceLinkedRoleDeletionStatus DeletionTaskId=task/none", fails: "NoSuchEntity Deletion task task/none cannot be found."},
	{call: "GetServiceLinkedRoleDeletionStatus DeletionTaskId=none", fails: "InvalidInput The deletion task id none is not valid."},
	{call: "DeleteServiceLinkedRole RoleName=AWSServiceRoleForAccessAnalyzer", fails: "NoSuchEntity The role with name AWSServiceRoleForAccessAnalyzer cannot be found."},
	{call: "CreateServiceLinkedRole AWSServiceName=sso.amazonaws.com"},
	{call: "DeleteServiceLinkedRole RoleName=AWSServiceRoleForSSO", shows: `<DeletionTaskId>(.+)</DeletionTaskId>`, keeps: "Task"},
	{call: "GetServiceLinkedRoleDeletionStatus DeletionTaskId=$Task", shows: `<Status>FAILED<`},
}

var oidcStory = slices.Concat([]step{
	{call: "CreateOpenIDConnectProvider Url=https://a.example/x ClientIDList.member.1=one ThumbprintList.member.1=" + strings.Repeat("a", 40), shows: `<OpenIDConnectProviderArn>$IAM:oidc-provider/a.example/x<`},
	{call: "CreateOpenIDConnectProvider Url=https://a.example/x", fails: "EntityAlreadyExists Provider with url https://a.example/x already exists."},
	{call: "CreateOpenIDConnectProvider Url=http://a.example/x", fails: "ValidationError Invalid Open ID Connect Provider URL"},
	{call: "CreateOpenIDConnectProvider Url=https://b.example Tags.member.1.Key=aws:a Tags.member.1.Value=b", fails: foreign},
	{call: "CreateOpenIDConnectProvider Url=https://b.example"},
	{call: "CreateOpenIDConnectProvider Url=https://c.example", fails: "LimitExceeded Cannot exceed quota for OpenIdConnectProvidersPerAccount: 2"},
	{call: "ListOpenIDConnectProviders", shows: `a.example/x<.*b.example<`},
	{call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/a.example/x", shows: `<Url>a.example/x<.*<member>one<.*<member>a{40}<`},
	{call: "AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/a.example/x ClientID=two"},
	{call: "RemoveClientIDFromOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/a.example/x ClientID=one"},
	{call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/a.example/x", shows: `<member>two<`, lacks: "<member>one<"},
	{call: "CreateOpenIDConnectProvider Url=https://b.example/many" + clientIDs(100), fails: "LimitExceeded Cannot exceed quota for OpenIdConnectProvidersPerAccount: 2"},
	{call: "DeleteOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/b.example"},
	{call: "CreateOpenIDConnectProvider Url=https://b.example/many" + clientIDs(100)},
	{call: "AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/b.example/many ClientID=more", fails: "LimitExceeded Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"},
	{call: "UpdateOpenIDConnectProviderThumbprint OpenIDConnectProviderArn=$IAM:oidc-provider/a.example/x ThumbprintList.member.1=" + strings.Repeat("B", 40)},
	{call: "UpdateOpenIDConnectProviderThumbprint OpenIDConnectProviderArn=$IAM:oidc-provider/a.example/x ThumbprintList.member.1=" + strings.Repeat("g", 40),
		fails: "InvalidInput The thumbprint " + strings.Repeat("g", 40) + " is not valid: it must be the 40 hexadecimal digits of a certificate's SHA-1 hash."},
}, none("OpenIDConnect Provider not found for arn $IAM:oidc-provider/none",
	"GetOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/none",
	"AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/none ClientID=two",
	"RemoveClientIDFromOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/none ClientID=one",
	"UpdateOpenIDConnectProviderThumbprint OpenIDConnectProviderArn=$IAM:oidc-provider/none ThumbprintList.member.1="+strings.Repeat("a", 40)),
	refused("InvalidInput Invalid ARN: $IAM:role/some/role is not the ARN of an OpenID Connect provider.",
		"GetOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:role/some/role",
		"AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:role/some/role ClientID=two",
		"RemoveClientIDFromOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:role/some/role ClientID=one",
		"UpdateOpenIDConnectProviderThumbprint OpenIDConnectProviderArn=$IAM:role/some/role ThumbprintList.member.1="+strings.Repeat("a", 40),
		"DeleteOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:role/some/role",
		"TagOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:role/some/role Tags.member.1.Key=a Tags.member.1.Value=b",
		"UntagOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:role/some/role TagKeys.member.1=a",
		"ListOpenIDConnectProviderTags OpenIDConnectProviderArn=$IAM:role/some/role"),
	tagging("OpenIDConnectProvider", "OpenIDConnectProviderArn=$IAM:oidc-provider/a.example/x", "OpenIDConnectProviderArn=$IAM:oidc-provider/none", "OpenIDConnect Provider not found for arn $IAM:oidc-provider/none"),
	[]step{
		{call: "DeleteOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/a.example/x"},
		{call: "DeleteOpenIDConnectProvider OpenIDConnectProviderArn=$IAM:oidc-provider/a.example/x"}, // twice is once
	},
)

// clientIDs is a parameter of so many client ids.
func clientIDs(n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, " ClientIDList.member.%d=client-%d", i+1, i)
	}
	return all.String()
}

// samlMetadata is a SAML provider's metadata document.
var samlMetadata = sync.OnceValues(func() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	until := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: until.AddDate(-10, 0, 0), NotAfter: until}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return "", err
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		return "", err
	}
	return (&saml.Signer{EntityID: "https://idp.example.net/saml", Key: key, Certificate: certificate}).Metadata("https://idp.example.net/sso")
})

var samlStory = slices.Concat([]step{
	{first: func(t *testing.T, h *house) {
		t.Helper()
		metadata, err := samlMetadata()
		if err != nil {
			t.Fatal(err)
		}
		h.kept["Metadata"], h.kept["Nonsense"] = metadata, strings.Repeat("no metadata ", 100)
	}, call: "CreateSAMLProvider Name=one SAMLMetadataDocument=$Metadata", shows: `<SAMLProviderArn>$IAM:saml-provider/one<`},
	{call: "CreateSAMLProvider Name=ONE SAMLMetadataDocument=$Metadata", fails: "EntityAlreadyExists Provider with name ONE already exists."},
	{call: "CreateSAMLProvider Name=two SAMLMetadataDocument=$Nonsense", fails: "InvalidInput Could not parse metadata"},
	{call: "CreateSAMLProvider Name=two SAMLMetadataDocument=$Metadata Tags.member.1.Key=aws:a Tags.member.1.Value=b", fails: foreign},
	{call: "CreateSAMLProvider Name=two SAMLMetadataDocument=$Metadata"},
	{call: "CreateSAMLProvider Name=three SAMLMetadataDocument=$Metadata", fails: "LimitExceeded Cannot exceed quota for SAMLProvidersPerAccount: 2"},
	{call: "CreateSAMLProvider Name=AWSSSO_x SAMLMetadataDocument=$Metadata", fails: "InvalidInput The provider name AWSSSO_x is not valid: names that begin with AWSSSO_ are reserved for AWS IAM Identity Center."},
	{call: "ListSAMLProviders", shows: `one<.*two<`},
	{call: "GetSAMLProvider SAMLProviderArn=$IAM:saml-provider/one", shows: `<ValidUntil>2030-01-01T00:00:00Z<`},
	{call: "UpdateSAMLProvider SAMLProviderArn=$IAM:saml-provider/one SAMLMetadataDocument=$Metadata", shows: `<SAMLProviderArn>$IAM:saml-provider/one<`},
	{call: "UpdateSAMLProvider SAMLProviderArn=$IAM:saml-provider/one SAMLMetadataDocument=$Nonsense", fails: "InvalidInput Could not parse metadata"},
	{call: "DeleteSAMLProvider SAMLProviderArn=$IAM:saml-provider/two"},
}, none("Manifest not found for arn $IAM:saml-provider/none",
	"GetSAMLProvider SAMLProviderArn=$IAM:saml-provider/none", "DeleteSAMLProvider SAMLProviderArn=$IAM:saml-provider/none",
	"UpdateSAMLProvider SAMLProviderArn=$IAM:saml-provider/none SAMLMetadataDocument=$Metadata"),
	refused("InvalidInput Invalid ARN: $IAM:role/some/role is not the ARN of a SAML provider.",
		"GetSAMLProvider SAMLProviderArn=$IAM:role/some/role", "DeleteSAMLProvider SAMLProviderArn=$IAM:role/some/role",
		"TagSAMLProvider SAMLProviderArn=$IAM:role/some/role Tags.member.1.Key=a Tags.member.1.Value=b",
		"UntagSAMLProvider SAMLProviderArn=$IAM:role/some/role TagKeys.member.1=a", "ListSAMLProviderTags SAMLProviderArn=$IAM:role/some/role"),
	tagging("SAMLProvider", "SAMLProviderArn=$IAM:saml-provider/one", "SAMLProviderArn=$IAM:saml-provider/none", "Manifest not found for arn $IAM:saml-provider/none"),
)
