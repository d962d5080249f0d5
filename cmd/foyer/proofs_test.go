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

// keypair NAME makes an RSA key with a certificate: NAME-key.pem, NAME-public.pem
// and NAME-cert.pem.
func keypair(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: keypair NAME")
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: args[0] + ".example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	ts.Check(err)
	for name, block := range map[string]pem.Block{
		"key":    {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)},
		"public": {Type: "PUBLIC KEY", Bytes: public},
		"cert":   {Type: "CERTIFICATE", Bytes: cert},
	} {
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+"-"+name+".pem"), pem.EncodeToMemory(&block), 0o600))
	}
}
