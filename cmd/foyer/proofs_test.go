package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/rogpeppe/go-internal/testscript"
)

// codes FILE NAME sets NAME_1 … NAME_4 to the codes that an authenticator app
// with the seed in FILE shows one after the other, NAME_3 being that of now.
func codes(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: codes FILE NAME")
	}
	seed := strings.TrimSpace(ts.ReadFile(args[0]))
	now := time.Now().Unix() / 30
	for i := range int64(4) {
		code, err := hotp.GenerateCode(seed, uint64(now-2+i))
		ts.Check(err)
		ts.Setenv(fmt.Sprintf("%s_%d", args[1], i+1), code)
	}
}

// certified makes an RSA key with a certificate of its own, both as PEM.
func certified(name string, from, until time.Time) (key, certificate string, err error) {
	made, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", "", err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name + ".example"}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, made.Public(), made)
	text := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return text("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(made)), text("CERTIFICATE", der), err
}

// keypair NAME makes an RSA key with a certificate: NAME-key.pem, NAME-public.pem
// and NAME-cert.pem.
func keypair(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: keypair NAME")
	}
	key, certificate, err := certified(args[0], time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour))
	ts.Check(err)
	block, _ := pem.Decode([]byte(certificate))
	parsed, err := x509.ParseCertificate(block.Bytes)
	ts.Check(err)
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: parsed.RawSubjectPublicKeyInfo}))
	for name, text := range map[string]string{"key": key, "public": public, "cert": certificate} {
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+"-"+name+".pem"), []byte(text), 0o600))
	}
}
