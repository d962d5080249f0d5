package iam

import (
	"encoding/pem"
	"strings"
	"testing"
)

const (
	someCertificate = "-----BEGIN CERTIFICATE-----\nMIIBCzCBvqADAgECAgEBMAUGAytlcDAPMQ0wCwYDVQQDEwRyb290\n-----END CERTIFICATE-----\n"
	someKey         = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA==\n-----END EC PRIVATE KEY-----\n"
)

// Whatever comes, a reader refuses it in AWS's words or reads it, and what it
// read it reads again.
func FuzzParseCertificates(f *testing.F) {
	f.Add(someCertificate)
	f.Add(someCertificate + someCertificate)
	f.Add("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----")
	f.Add("words\n" + someCertificate)
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parseCertificates(text, 3)
		if (err == nil) != (len(all) > 0) || len(all) > 3 {
			t.Errorf("%d certificates, %v", len(all), err)
		}
		var written strings.Builder
		for _, c := range all {
			written.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
		}
		if again, err := parseCertificates(written.String(), 3); len(all) > 0 && (err != nil || len(again) != len(all)) {
			t.Errorf("reads %d certificates, and then %d: %v", len(all), len(again), err)
		}
	})
}

func FuzzParsePrivateKey(f *testing.F) {
	f.Add(someKey)
	f.Add("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + someKey)
	f.Add("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := parsePrivateKey(text)
		if (err == nil) != (key != nil) {
			t.Errorf("%v, %v", key, err)
		}
	})
}

func FuzzParseSSHKey(f *testing.F) {
	f.Add("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== ann@laptop")
	f.Add("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----")
	f.Add("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==")
	f.Fuzz(func(t *testing.T, body string) {
		key, err := parseSSHKey(body)
		if err != nil {
			return
		}
		if key.Type() != "ssh-rsa" {
			t.Errorf("reads a key of type %s", key.Type())
		}
	})
}
