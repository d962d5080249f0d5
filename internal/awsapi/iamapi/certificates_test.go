package iamapi_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// signer is a certificate with its key.
type signer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func (s signer) pem() string { return block("CERTIFICATE", s.cert.Raw) }

func (s signer) keyPEM(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		t.Fatal(err)
	}
	return block("PRIVATE KEY", der)
}

// issue makes a certificate that ends so many days after the clock of a house
// begins, signed by another, or by itself when that is nil.
func issue(t *testing.T, name string, by *signer, days int) signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(name))), Subject: pkix.Name{CommonName: name}, NotBefore: start.AddDate(-1, 0, 0), NotAfter: start.AddDate(0, 0, days),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	parent, signs := template, crypto.Signer(key)
	if by != nil {
		parent, signs = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signs)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return signer{cert, key}
}

func TestServerCertificates(t *testing.T) {
	t.Parallel()
	root := issue(t, "root", nil, 365)
	middle := issue(t, "middle", &root, 365)
	leaf := issue(t, "leaf", &middle, 90)
	old := issue(t, "old", nil, -1)
	const malformed = "MalformedCertificate Unable to parse certificate. Please ensure the certificate is in PEM format."
	const noKey = "MalformedCertificate Unable to parse private key. Please ensure the private key is in PEM format."
	const chained = "MalformedCertificate Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: "
	proving(t, func(t *testing.T, h *house) {
		h.IAM.Quotas.ServerCertificates = 2
		ec, err := x509.MarshalECPrivateKey(leaf.key)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{
			"LEAF": leaf.pem(), "KEY": leaf.keyPEM(t), "EC": block("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}) + block("EC PRIVATE KEY", ec),
			"CHAIN": middle.pem() + root.pem(), "ROOT": root.pem(), "TWISTED": middle.pem() + leaf.pem(), "OTHERKEY": root.keyPEM(t),
			"OLD": old.pem(), "OLDKEY": old.keyPEM(t), "TWO": leaf.pem() + leaf.pem(), "WORDS": "leaf\n" + leaf.pem(),
			"LOCKED": block("ENCRYPTED PRIVATE KEY", []byte("locked")), "JUNK": block("CERTIFICATE", []byte("junk")), "JUNKKEY": block("PRIVATE KEY", []byte("junk")),
		} {
			h.kept[name] = text
		}
		const none = "NoSuchEntity The Server Certificate with name none cannot be found."
		h.tell(t, []step{
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=nothing PrivateKey=$KEY", fails: malformed},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$JUNK PrivateKey=$KEY", fails: malformed},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$TWO PrivateKey=$KEY", fails: malformed},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$WORDS PrivateKey=$KEY", fails: malformed},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$LEAF PrivateKey=nothing", fails: noKey},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$LEAF PrivateKey=$JUNKKEY", fails: noKey},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$LEAF PrivateKey=$LOCKED", fails: "MalformedCertificate Unable to parse private key. The private key must not be encrypted."},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$LEAF PrivateKey=$OTHERKEY", fails: "KeyPairMismatch The public key certificate and the private key do not match."},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$LEAF PrivateKey=$KEY CertificateChain=$ROOT", fails: chained + "-1"},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$LEAF PrivateKey=$KEY CertificateChain=$TWISTED", fails: chained + "0"},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$OLD PrivateKey=$OLDKEY", fails: "MalformedCertificate Certificate is no longer valid. The 'Not After' date restriction on the certificate has passed."},
			{call: "UploadServerCertificate ServerCertificateName=web CertificateBody=$LEAF PrivateKey=$KEY Tags.member.1.Key=aws:a Tags.member.1.Value=b", fails: foreign},
			{
				call:  "UploadServerCertificate ServerCertificateName=web Path=/cloudfront/ CertificateBody=$LEAF PrivateKey=$KEY CertificateChain=$CHAIN Tags.member.1.Key=team Tags.member.1.Value=red",
				shows: `(?s)<ServerCertificateId>ASCA[A-Z2-7]{17}<.*server-certificate/cloudfront/web<.*<Expiration>2027-02-21T12:00:00Z<`, lacks: "PRIVATE",
			},
			{call: "UploadServerCertificate ServerCertificateName=WEB CertificateBody=$LEAF PrivateKey=$EC", fails: "EntityAlreadyExists The Server Certificate with name WEB already exists."},
			{call: "UploadServerCertificate ServerCertificateName=mail CertificateBody=$LEAF PrivateKey=$EC"},
			{call: "UploadServerCertificate ServerCertificateName=third CertificateBody=$LEAF PrivateKey=$KEY", fails: "LimitExceeded Cannot exceed quota for ServerCertificatesPerAccount: 2"},
			{call: "GetAccountSummary", shows: `(?s)<key>ServerCertificates</key>\s*<value>2<.*<key>ServerCertificatesQuota</key>\s*<value>2<`},
			{call: "GetServerCertificate ServerCertificateName=none", fails: none},
			{call: "GetServerCertificate ServerCertificateName=web", shows: `(?s)<CertificateBody>-----BEGIN CERT.*-----END CERTIFICATE-----</CertificateBody>.*<CertificateChain>-----BEGIN CERT.*-----END CERTIFICATE-----</CertificateChain>.*<Key>team<`, lacks: "PRIVATE"},
			{call: "ListServerCertificates PathPrefix=/cloudfront/", shows: "/cloudfront/web<", lacks: "mail"},
			{call: "ListServerCertificates MaxItems=1", shows: `(?s)mail<.*<Marker>(.+?)</Marker>`, keeps: "Next", lacks: ">web<"},
			{call: "ListServerCertificates MaxItems=1 Marker=$Next", shows: ">web<", lacks: "mail"},
			{call: "UpdateServerCertificate ServerCertificateName=none NewPath=/x/", fails: none},
			{call: "UpdateServerCertificate ServerCertificateName=web NewServerCertificateName=Mail", fails: "EntityAlreadyExists The Server Certificate with name Mail already exists."},
			{call: "UpdateServerCertificate ServerCertificateName=web NewServerCertificateName=www NewPath=/"},
			{call: "GetServerCertificate ServerCertificateName=www", shows: "server-certificate/www<"},
		})
		h.tell(t, tagging("ServerCertificate", "ServerCertificateName=www", "ServerCertificateName=none", strings.TrimPrefix(none, "NoSuchEntity ")))
		h.tell(t, []step{
			{call: "DeleteServerCertificate ServerCertificateName=none", fails: none},
			{call: "DeleteServerCertificate ServerCertificateName=WWW"},
			{call: "GetServerCertificate ServerCertificateName=www", fails: "NoSuchEntity The Server Certificate with name www cannot be found."},
		})
	})
}

func TestSigningCertificates(t *testing.T) {
	t.Parallel()
	one, two, three, old := issue(t, "one", nil, 90), issue(t, "two", nil, 90), issue(t, "three", nil, 90), issue(t, "old", nil, -1)
	proving(t, func(t *testing.T, h *house) {
		h.kept["ONE"], h.kept["TWO"], h.kept["THREE"], h.kept["OLD"] = one.pem(), two.pem(), three.pem(), old.pem()
		const unknown = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		const none = "NoSuchEntity The Certificate with id " + unknown + " cannot be found."
		h.tell(t, []step{
			{call: "CreateUser UserName=ann"},
			{call: "CreateUser UserName=bob"},
			{call: "UploadSigningCertificate UserName=eve CertificateBody=$ONE", fails: "NoSuchEntity The user with name eve cannot be found."},
			{call: "UploadSigningCertificate UserName=ann CertificateBody=nothing", fails: "MalformedCertificate Unable to parse certificate. Please ensure the certificate is in PEM format."},
			{call: "UploadSigningCertificate UserName=ann CertificateBody=$OLD", fails: "InvalidCertificate Certificate is no longer valid. The 'Not After' date restriction on the certificate has passed."},
			{call: "UploadSigningCertificate UserName=ann CertificateBody=$ONE", shows: `(?s)<UserName>ann<.*<CertificateId>([A-Z2-7]{32})<`, keeps: "Id"},
			{call: "UploadSigningCertificate UserName=bob CertificateBody=$ONE", fails: "DuplicateCertificate The certificate already exists: it is associated with a user of this account."},
			{call: "UploadSigningCertificate UserName=ann CertificateBody=$TWO"},
			{call: "UploadSigningCertificate UserName=ann CertificateBody=$THREE", fails: "LimitExceeded Cannot exceed quota for CertificatesPerUser: 2"},
			{call: "ListSigningCertificates UserName=ann MaxItems=1", shows: `<Marker>(.+?)</Marker>`, keeps: "Next"},
			{call: "ListSigningCertificates UserName=ann MaxItems=1 Marker=$Next", shows: `<IsTruncated>false<`},
			{call: "ListSigningCertificates UserName=eve", fails: "NoSuchEntity The user with name eve cannot be found."},
			{call: "UpdateSigningCertificate UserName=ann CertificateId=$Id Status=Inactive"},
			{call: "UpdateSigningCertificate UserName=ann CertificateId=$Id Status=Expired", fails: "InvalidInput The status can be set to Active or Inactive."},
			{call: "UpdateSigningCertificate UserName=bob CertificateId=$Id Status=Inactive", fails: "NoSuchEntity The Certificate with id $Id cannot be found."},
			{call: "UpdateSigningCertificate UserName=ann CertificateId=" + unknown + " Status=Active", fails: none},
			{call: "ListSigningCertificates UserName=ann", shows: `<Status>Inactive<`},
			{call: "DeleteUser UserName=ann", fails: "DeleteConflict Cannot delete entity, must delete certificates first."},
			{call: "DeleteSigningCertificate UserName=ann CertificateId=" + unknown, fails: none},
			{call: "DeleteSigningCertificate UserName=ann CertificateId=$Id"},
			{call: "UploadSigningCertificate CertificateBody=$THREE"},
			{call: "ListSigningCertificates", shows: `<CertificateId>`},
			{call: "GetAccountSummary", shows: `<key>AccountSigningCertificatesPresent</key>\s*<value>1<`},
		})
	})
}

func TestSSHPublicKeys(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	line := func(public any) string {
		p, err := ssh.NewPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(p)))
	}
	spki := func(public any) string {
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		return block("PUBLIC KEY", der)
	}
	proving(t, func(t *testing.T, h *house) {
		h.IAM.Quotas.SSHKeysPerUser = 1
		h.kept["LINE"], h.kept["PEM"], h.kept["PKCS1"] = line(key.Public())+" ann@laptop", spki(key.Public()), block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&key.PublicKey))
		h.kept["SMALL"], h.kept["CURVE"] = line(small.Public()), spki(issue(t, "x", nil, 1).key.Public())
		const malformed = "InvalidPublicKey The public key is malformed or otherwise invalid."
		const short = "InvalidPublicKey The public key must be an RSA key of at least 2048 bits."
		const none = "NoSuchEntity The Public Key with id APKAAAAAAAAAAAAAAAAAA cannot be found."
		h.tell(t, []step{
			{call: "CreateUser UserName=ann"},
			{call: "CreateUser UserName=bob"},
			{call: "UploadSSHPublicKey UserName=eve SSHPublicKeyBody=$LINE", fails: "NoSuchEntity The user with name eve cannot be found."},
			{call: "UploadSSHPublicKey UserName=ann SSHPublicKeyBody=nothing", fails: "UnrecognizedPublicKeyEncoding The public key encoding is not recognized. Use ssh-rsa or PEM."},
			{call: "UploadSSHPublicKey UserName=ann SSHPublicKeyBody=ssh-rsa~AAAA", fails: malformed},
			{call: "UploadSSHPublicKey UserName=ann SSHPublicKeyBody=-----BEGIN~PUBLIC", fails: malformed},
			{call: "UploadSSHPublicKey UserName=ann SSHPublicKeyBody=$SMALL", fails: short},
			{call: "UploadSSHPublicKey UserName=ann SSHPublicKeyBody=$CURVE", fails: short},
			{
				call:  "UploadSSHPublicKey UserName=ann SSHPublicKeyBody=$LINE",
				shows: `(?s)<SSHPublicKeyId>(APKA[A-Z2-7]{17})</SSHPublicKeyId>\s*<Fingerprint>[0-9a-f]{2}(?::[0-9a-f]{2}){15}<`, keeps: "Id", lacks: "laptop",
			},
			{call: "UploadSSHPublicKey UserName=ann SSHPublicKeyBody=$PEM", fails: "DuplicateSSHPublicKey The SSH public key is already associated with the user ann."},
			{call: "UploadSSHPublicKey UserName=bob SSHPublicKeyBody=$PKCS1"},
			{call: "GetSSHPublicKey UserName=ann SSHPublicKeyId=$Id Encoding=SSH", shows: `<SSHPublicKeyBody>ssh-rsa AAAA`},
			{call: "GetSSHPublicKey UserName=ann SSHPublicKeyId=$Id Encoding=PEM", shows: `<SSHPublicKeyBody>-----BEGIN PUBLIC KEY-----`},
			{call: "GetSSHPublicKey UserName=bob SSHPublicKeyId=$Id Encoding=PEM", fails: "NoSuchEntity The Public Key with id $Id cannot be found."},
			{call: "GetSSHPublicKey UserName=ann SSHPublicKeyId=$Id Encoding=DER", fails: "ValidationError 1 validation error detected: Value 'DER' at 'encoding' failed to satisfy constraint: Member must satisfy enum value set: [SSH, PEM]"},
			{call: "UpdateSSHPublicKey UserName=ann SSHPublicKeyId=$Id Status=Expired", fails: "InvalidInput The status can be set to Active or Inactive."},
			{call: "UpdateSSHPublicKey UserName=ann SSHPublicKeyId=$Id Status=Inactive"},
			{call: "UpdateSSHPublicKey UserName=ann SSHPublicKeyId=APKAAAAAAAAAAAAAAAAAA Status=Inactive", fails: none},
			{call: "ListSSHPublicKeys UserName=ann", shows: `(?s)<UserName>ann<.*<Status>Inactive<`, lacks: "ssh-rsa"},
			{call: "ListSSHPublicKeys UserName=eve", fails: "NoSuchEntity The user with name eve cannot be found."},
			{call: "DeleteUser UserName=ann", fails: "DeleteConflict Cannot delete entity, must remove referenced objects first."},
			{call: "DeleteSSHPublicKey UserName=ann SSHPublicKeyId=APKAAAAAAAAAAAAAAAAAA", fails: none},
		})
		again, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		h.kept["AGAIN"] = line(again.Public())
		h.tell(t, []step{
			{call: "UploadSSHPublicKey UserName=ann SSHPublicKeyBody=$AGAIN", fails: "LimitExceeded Cannot exceed quota for SSHPublicKeysPerUser: 1"},
			{call: "DeleteSSHPublicKey UserName=ann SSHPublicKeyId=$Id"},
			{call: "UploadSSHPublicKey UserName=ann SSHPublicKeyBody=$AGAIN"},
		})
	})
}

func TestServiceCredentials(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		const none = "NoSuchEntity The service-specific credential with id ACCAAAAAAAAAAAAAAAAAA cannot be found."
		const unsupported = "NotSupportedService No such service s3.amazonaws.com is supported for Service Specific Credentials"
		h.tell(t, []step{
			{call: "CreateUser UserName=ann"},
			{call: "CreateUser UserName=bob"},
			{call: "CreateServiceSpecificCredential UserName=eve ServiceName=codecommit.amazonaws.com", fails: "NoSuchEntity The user with name eve cannot be found."},
			{call: "CreateServiceSpecificCredential UserName=ann ServiceName=s3.amazonaws.com", fails: unsupported},
			{call: "CreateServiceSpecificCredential UserName=ann ServiceName=codecommit.amazonaws.com CredentialAgeDays=3", fails: "InvalidInput Credential age is not supported for service codecommit.amazonaws.com."},
			{call: "CreateServiceSpecificCredential UserName=ann ServiceName=codecommit.amazonaws.com", shows: `<ServicePassword>(.+)</ServicePassword>`, keeps: "First"},
			{call: "ListServiceSpecificCredentials UserName=ann", shows: `(?s)<ServiceUserName>ann-at-111122223333<.*<ServiceSpecificCredentialId>(ACCA[A-Z2-7]{17})<`, keeps: "Id", lacks: "Password"},
			{call: "CreateServiceSpecificCredential UserName=ann ServiceName=codecommit.amazonaws.com", shows: `<ServiceUserName>ann\+1-at-111122223333<`},
			{call: "CreateServiceSpecificCredential UserName=ann ServiceName=codecommit.amazonaws.com", fails: "LimitExceeded Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2"},
			{call: "CreateServiceSpecificCredential UserName=bob ServiceName=cassandra.amazonaws.com", shows: `<ServiceUserName>bob-at-111122223333<`},
			{call: "CreateServiceSpecificCredential UserName=ann ServiceName=bedrock.amazonaws.com CredentialAgeDays=3", shows: `(?s)<ExpirationDate>2026-11-26T12:00:00Z<.*<ServiceCredentialAlias>BedrockAPIKey-[a-z0-9]{4}-at-111122223333<.*<ServiceCredentialSecret>ABSK`, lacks: "ServicePassword"},
			{call: "ListServiceSpecificCredentials AllUsers=true", shows: `bob-at-111122223333`},
			{call: "ListServiceSpecificCredentials UserName=ann AllUsers=true", fails: "InvalidInput UserName and AllUsers cannot be specified together."},
			{call: "ListServiceSpecificCredentials UserName=ann ServiceName=bedrock.amazonaws.com", shows: "BedrockAPIKey", lacks: "codecommit"},
			{call: "ListServiceSpecificCredentials UserName=ann ServiceName=s3.amazonaws.com", fails: unsupported},
			{call: "ListServiceSpecificCredentials UserName=eve", fails: "NoSuchEntity The user with name eve cannot be found."},
			{call: "ListServiceSpecificCredentials AllUsers=true MaxItems=3", shows: `<Marker>(.+?)</Marker>`, keeps: "Next"},
			{call: "ListServiceSpecificCredentials AllUsers=true MaxItems=3 Marker=$Next", shows: `<IsTruncated>false<`},
			{call: "ResetServiceSpecificCredential UserName=bob ServiceSpecificCredentialId=$Id", fails: "NoSuchEntity The service-specific credential with id $Id cannot be found."},
			{call: "ResetServiceSpecificCredential UserName=ann ServiceSpecificCredentialId=$Id", shows: `(?s)<ServiceUserName>ann-at-111122223333<.*<ServicePassword>(.+)</ServicePassword>|(?s)<ServicePassword>(.+)</ServicePassword>`, keeps: "Second"},
			{call: "ResetServiceSpecificCredential UserName=ann ServiceSpecificCredentialId=ACCAAAAAAAAAAAAAAAAAA", fails: none},
			{call: "UpdateServiceSpecificCredential UserName=ann ServiceSpecificCredentialId=$Id Status=Inactive"},
			{call: "UpdateServiceSpecificCredential UserName=ann ServiceSpecificCredentialId=ACCAAAAAAAAAAAAAAAAAA Status=Inactive", fails: none},
			{call: "ListServiceSpecificCredentials UserName=ann ServiceName=codecommit.amazonaws.com", shows: `<Status>Inactive<`},
			{call: "DeleteServiceSpecificCredential UserName=ann ServiceSpecificCredentialId=ACCAAAAAAAAAAAAAAAAAA", fails: none},
			{call: "DeleteUser UserName=bob", fails: "DeleteConflict Cannot delete entity, must remove referenced objects first."},
			{call: "DeleteServiceSpecificCredential UserName=ann ServiceSpecificCredentialId=$Id"},
			{call: "CreateServiceSpecificCredential UserName=ann ServiceName=codecommit.amazonaws.com", shows: `<ServiceUserName>ann-at-111122223333<`},
		})
		if h.kept["First"] == h.kept["Second"] {
			t.Error("a reset makes no other password")
		}
		h.clock = h.clock.AddDate(0, 0, 3)
		h.tell(t, []step{{call: "ListServiceSpecificCredentials UserName=ann ServiceName=bedrock.amazonaws.com", shows: `<Status>Expired<`}})
	})
}
