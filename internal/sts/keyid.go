package sts

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/mint"
)

// temporary begins the ids of temporary access keys.
const temporary = "ASIA"

// A temporary access key id is ASIA and 80 bits in base32, laid out as AWS's
// are: one bit, the account in 40 bits, and 39 bits that tell the account's keys
// apart. So whose key it is can be told without a table.
const (
	accountShift = 7 + 16 // in the first 64 bits
	accountMask  = 1<<40 - 1
)

var keyIDEncoding = base32.NewEncoding(mint.Upper)

// keyID returns a new id for a temporary access key of account.
func (m Minter) keyID(account arn.AccountID) (string, error) {
	bits := make([]byte, 10)
	if _, err := io.ReadFull(m.Mint.Source, bits); err != nil {
		return "", fmt.Errorf("access key id: %w", err)
	}
	if number, ok := accountNumber(account); ok {
		head := binary.BigEndian.Uint64(bits)
		head = head&^(accountMask<<accountShift) | number<<accountShift
		binary.BigEndian.PutUint64(bits, head)
	}
	var id [len(temporary) + 16]byte
	copy(id[:], temporary)
	keyIDEncoding.Encode(id[len(temporary):], bits)
	return string(id[:]), nil
}

func accountNumber(account arn.AccountID) (number uint64, ok bool) {
	for _, c := range []byte(account) {
		if c < '0' || c > '9' {
			return 0, false
		}
		number = 10*number + uint64(c-'0')
	}
	return number, number <= accountMask
}

// keyAccount reads the account out of a temporary access key id; false when it
// is no such id.
func keyAccount(id string) (account arn.AccountID, is bool) {
	rest, is := strings.CutPrefix(id, temporary)
	if !is || len(rest) != 16 {
		return "", false
	}
	bits, err := keyIDEncoding.DecodeString(rest)
	if err != nil {
		return "", false
	}
	number := binary.BigEndian.Uint64(bits) >> accountShift & accountMask
	account = arn.AccountID(fmt.Sprintf("%012d", number))
	return account, account.Valid()
}
