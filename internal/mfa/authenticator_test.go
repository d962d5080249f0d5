package mfa_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// authenticator is a WebAuthn device in software, and the browser before it. It
// lies when it is told to.
type authenticator struct {
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte // of the user it registered for
	counter uint32
	origin  string // where the browser is
	party   string // whom the device answers
	flags   byte
}

// The flags of authenticator data.
const (
	present        = 0x01
	verified       = 0x04
	backupEligible = 0x08
	attested       = 0x40
)

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authenticator{key: key, id: make([]byte, 16), origin: "https://foyer.example", party: "foyer.example", flags: present | verified}
	if _, err := rand.Read(a.id); err != nil {
		t.Fatal(err)
	}
	return a
}

var b64 = base64.RawURLEncoding

// question is what a page gives the browser.
type question struct {
	Challenge string `json:"challenge"`
	RPID      string `json:"rpId"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	AllowCredentials   []struct{ ID string } `json:"allowCredentials"`
	ExcludeCredentials []struct{ ID string } `json:"excludeCredentials"`
	UserVerification   string                `json:"userVerification"`
	Attestation        string                `json:"attestation"`
}

func read(t *testing.T, options json.RawMessage) question {
	t.Helper()
	var q question
	if err := json.Unmarshal(options, &q); err != nil {
		t.Fatal(err)
	}
	return q
}

func (a *authenticator) clientData(kind, challenge string) []byte {
	text, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	return text
}

func (a *authenticator) data(flags byte) []byte {
	hash := sha256.Sum256([]byte(a.party))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.counter)
}

// create registers: the answer of navigator.credentials.create.
func (a *authenticator) create(t *testing.T, options json.RawMessage) []byte {
	t.Helper()
	q := read(t, options)
	var err error
	if a.handle, err = b64.DecodeString(q.User.ID); err != nil {
		t.Fatal(err)
	}
	point, err := a.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	cose := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32}, point[1:33]...)
	cose = append(append(cose, 0x22, 0x58, 32), point[33:]...)
	data := append(a.data(a.flags|attested), make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), cose...)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data)))
	return a.answer(map[string]any{
		"clientDataJSON": b64.EncodeToString(a.clientData("webauthn.create", q.Challenge)), "attestationObject": b64.EncodeToString(append(object, data...)),
		"transports": []string{"usb", "sneakernet"},
	})
}

// get proves: the answer of navigator.credentials.get.
func (a *authenticator) get(t *testing.T, options json.RawMessage) []byte {
	t.Helper()
	client := a.clientData("webauthn.get", read(t, options).Challenge)
	data := a.data(a.flags)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(data, hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, signed[:])
	if err != nil {
		t.Fatal(err)
	}
	return a.answer(map[string]any{
		"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(a.handle),
	})
}

func (a *authenticator) answer(response map[string]any) []byte {
	text, _ := json.Marshal(map[string]any{
		"id": b64.EncodeToString(a.id), "rawId": b64.EncodeToString(a.id), "type": "public-key", "authenticatorAttachment": "cross-platform",
		"clientExtensionResults": map[string]any{}, "response": response,
	})
	return text
}
