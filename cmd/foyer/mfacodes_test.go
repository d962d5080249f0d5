package main

import (
	"fmt"
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
