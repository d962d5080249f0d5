package saml_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/saml"
)

var (
	now   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	idp   = sync.OnceValue(func() *saml.Signer { return newSigner("https://idp.example.net/saml") })
	other = sync.OnceValue(func() *saml.Signer { return newSigner("https://idp.example.net/saml") })
)

func newSigner(entity string) *saml.Signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		panic(err)
	}
	return &saml.Signer{EntityID: entity, Key: key, Certificate: cert}
}

func statement() saml.Statement {
	return saml.Statement{
		ID: "1", Subject: "ann", Format: saml.FormatPersistent,
		Audience: saml.AWSAudience, Recipient: saml.AWSAudience, Issued: now, Lifetime: 5 * time.Minute,
		Attributes: []saml.Attribute{{Name: saml.SessionNameAttribute, Values: []string{"ann"}}},
	}
}

func trust() saml.Trust {
	return saml.Trust{
		Issuer: "https://idp.example.net/saml", Certificates: []*x509.Certificate{idp().Certificate},
		Audiences: []string{saml.AWSAudience}, Recipients: []string{saml.AWSAudience},
	}
}

func response(t testing.TB, s *saml.Signer, st saml.Statement) []byte {
	t.Helper()
	out, err := s.Response(st)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestASignedResponseIsVerified(t *testing.T) {
	a, err := saml.Verify(response(t, idp(), statement()), trust(), now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if a.Subject != "ann" || a.Attributes[saml.SessionNameAttribute][0] != "ann" || !a.NotOnOrAfter.Equal(now.Add(5*time.Minute)) {
		t.Errorf("assertion = %+v", a)
	}
}

func TestASecondTrustedCertificateVerifiesToo(t *testing.T) {
	tr := trust()
	tr.Certificates = []*x509.Certificate{other().Certificate, idp().Certificate}
	if _, err := saml.Verify(response(t, idp(), statement()), tr, now); err != nil {
		t.Error(err)
	}
}

func TestValuesNeedEscaping(t *testing.T) {
	st := statement()
	st.Attributes = []saml.Attribute{{Name: "x", Values: []string{`<a b="c">&amp;</a>`, "ünï ]]>"}}}
	a, err := saml.Verify(response(t, idp(), st), trust(), now)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Attributes["x"]; got[0] != `<a b="c">&amp;</a>` || got[1] != "ünï ]]>" {
		t.Errorf("values = %q", got)
	}
}

// forge changes a good response by hand.
func forge(t *testing.T, change func(string) string) []byte {
	t.Helper()
	good := string(response(t, idp(), statement()))
	bad := change(good)
	if bad == good {
		t.Fatal("the attack changed nothing")
	}
	return []byte(bad)
}

func cut(doc, from, to string) (before, middle, after string) {
	i := strings.Index(doc, from)
	j := strings.Index(doc[i:], to) + i + len(to)
	return doc[:i], doc[i:j], doc[j:]
}

func TestAttacks(t *testing.T) {
	evil := func(doc string) string { return strings.ReplaceAll(doc, ">ann<", ">root<") }
	for name, tt := range map[string]struct {
		response []byte
		at       time.Time
		trust    func(*saml.Trust)
	}{
		"a changed value":       {response: forge(t, evil)},
		"another key":           {response: response(t, other(), statement())},
		"a signature taken out": {response: forge(t, func(d string) string { b, _, a := cut(d, "<ds:Signature", "</ds:Signature>"); return b + a })},
		"the signed assertion wrapped beside a forged one": {response: forge(t, func(d string) string {
			b, assertion, a := cut(d, "<saml:Assertion", "</saml:Assertion>")
			_, sig, _ := cut(assertion, "<ds:Signature", "</ds:Signature>")
			forged := evil(strings.Replace(strings.Replace(assertion, sig, "", 1), `ID="_a1"`, `ID="_evil"`, 1))
			return b + forged + assertion + a
		})},
		"the signed assertion hidden in an extension": {response: forge(t, func(d string) string {
			b, assertion, a := cut(d, "<saml:Assertion", "</saml:Assertion>")
			_, sig, _ := cut(assertion, "<ds:Signature", "</ds:Signature>")
			forged := evil(strings.Replace(strings.Replace(assertion, sig, "", 1), `ID="_a1"`, `ID="_evil"`, 1))
			return b + "<samlp:Extensions>" + assertion + "</samlp:Extensions>" + forged + a
		})},
		"a forged assertion around the signature's own": {response: forge(t, func(d string) string {
			b, assertion, a := cut(d, "<saml:Assertion", "</saml:Assertion>")
			_, sig, _ := cut(assertion, "<ds:Signature", "</ds:Signature>")
			original := strings.Replace(assertion, sig, "", 1)
			forged := evil(strings.Replace(original, `ID="_a1"`, `ID="_evil"`, 1))
			withSig := strings.Replace(sig, "</ds:Signature>", "<ds:Object>"+original+"</ds:Object></ds:Signature>", 1)
			return b + strings.Replace(forged, "<saml:Subject>", withSig+"<saml:Subject>", 1) + a
		})},
		"a comment inside a value":          {response: forge(t, func(d string) string { return strings.Replace(d, ">ann<", ">ann<!-- -->x<", 1) })},
		"a document type":                   {response: forge(t, func(d string) string { return `<!DOCTYPE x [<!ENTITY e "root">]>` + d })},
		"a processing instruction":          {response: forge(t, func(d string) string { return strings.Replace(d, "<samlp:Status>", "<?x y?><samlp:Status>", 1) })},
		"two elements with one id":          {response: forge(t, func(d string) string { return strings.Replace(d, `ID="_r1"`, `ID="_a1"`, 1) })},
		"a reference to another element":    {response: forge(t, func(d string) string { return strings.Replace(d, `URI="#_a1"`, `URI="#_r1"`, 1) })},
		"a reference to the whole document": {response: forge(t, func(d string) string { return strings.Replace(d, `URI="#_a1"`, `URI=""`, 1) })},
		"SHA-1 as the signature's hash": {response: forge(t, func(d string) string {
			return strings.Replace(d, "2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1", 1)
		})},
		"an XSLT transform": {response: forge(t, func(d string) string {
			return strings.Replace(d, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116", 1)
		})},
		"a failed status": {response: forge(t, func(d string) string { return strings.Replace(d, "status:Success", "status:Requester", 1) })},
		"an encrypted assertion": {response: forge(t, func(d string) string {
			return strings.Replace(d, "</samlp:Status>", "</samlp:Status><saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>", 1)
		})},
		"nesting without end":                {response: []byte(strings.Repeat("<a>", 5000))},
		"a document too long":                {response: bytes.Repeat([]byte("a"), 100_001)},
		"no document":                        {response: nil},
		"used too late":                      {response: response(t, idp(), statement()), at: now.Add(5 * time.Minute)},
		"used too early":                     {response: response(t, idp(), statement()), at: now.Add(-time.Minute)},
		"another audience":                   {response: response(t, idp(), statement()), trust: func(tr *saml.Trust) { tr.Audiences = []string{"urn:other"} }},
		"another recipient":                  {response: response(t, idp(), statement()), trust: func(tr *saml.Trust) { tr.Recipients = []string{"https://other.example.net"} }},
		"another issuer":                     {response: response(t, idp(), statement()), trust: func(tr *saml.Trust) { tr.Issuer = "https://other.example.net" }},
		"nobody is trusted":                  {response: response(t, idp(), statement()), trust: func(tr *saml.Trust) { tr.Certificates = nil }},
		"a trusted certificate that ran out": {response: response(t, idp(), statement()), at: now.Add(48 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			tr, at := trust(), tt.at
			if tt.trust != nil {
				tt.trust(&tr)
			}
			if at.IsZero() {
				at = now
			}
			a, err := saml.Verify(tt.response, tr, at)
			if err == nil || a != nil {
				t.Fatalf("accepted as %+v", a)
			}
			if fault.Of(err) != fault.Invalid {
				t.Errorf("err = %v, want an Invalid fault", err)
			}
		})
	}
}

func TestTooLateIsToldFromWrong(t *testing.T) {
	_, err := saml.Verify(response(t, idp(), statement()), trust(), now.Add(6*time.Minute))
	if _, ok := errors.AsType[*saml.Expired](err); !ok {
		t.Errorf("err = %v, want Expired", err)
	}
}

func TestAProviderThatRefusesIsToldFromWrong(t *testing.T) {
	failed := forge(t, func(d string) string { return strings.Replace(d, "status:Success", "status:Responder", 1) })
	_, err := saml.Verify(failed, trust(), now)
	if _, ok := errors.AsType[*saml.Refused](err); !ok {
		t.Errorf("err = %v, want Refused", err)
	}
}

func TestMetadataSaysWhoSigns(t *testing.T) {
	doc, err := idp().Metadata("https://portal.example.net/saml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := saml.ParseMetadata([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if m.EntityID != idp().EntityID || len(m.Certificates) != 1 || !m.Certificates[0].Equal(idp().Certificate) {
		t.Errorf("metadata = %+v", m)
	}
	for name, file := range map[string]string{
		"as files end":   doc + "\n",
		"as files begin": "\n" + `<?xml version="1.0" encoding="UTF-8"?>` + "\r\n" + doc + "\r\n\r\n",
	} {
		if _, err := saml.ParseMetadata([]byte(file)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, bad := range map[string]string{
		"two documents":  doc + doc,
		"no certificate": strings.Replace(doc, "X509Certificate", "X509CRL", 2),
		"no entity id":   strings.Replace(doc, "entityID", "entity", 1),
		"another root":   strings.ReplaceAll(doc, "EntityDescriptor", "EntitiesDescriptor"),
		"not XML":        "hello",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := saml.ParseMetadata([]byte(bad)); fault.Of(err) != fault.Invalid {
				t.Errorf("err = %v, want an Invalid fault", err)
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	good := response(f, idp(), statement())
	f.Add(good)
	f.Add([]byte("<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'/>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		a, err := saml.Verify(doc, trust(), now)
		if err == nil && a.Subject != "ann" {
			t.Errorf("a forged response speaks for %q", a.Subject)
		}
	})
}

func FuzzParseMetadata(f *testing.F) {
	doc, err := idp().Metadata("https://portal.example.net/saml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(doc))
	f.Fuzz(func(t *testing.T, doc []byte) {
		if m, err := saml.ParseMetadata(doc); err == nil && (m.EntityID == "" || len(m.Certificates) == 0) {
			t.Errorf("metadata without a name or a key: %+v", m)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	doc, tr := response(b, idp(), statement()), trust()
	for b.Loop() {
		if _, err := saml.Verify(doc, tr, now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResponse(b *testing.B) {
	st := statement()
	for b.Loop() {
		if _, err := idp().Response(st); err != nil {
			b.Fatal(err)
		}
	}
}
