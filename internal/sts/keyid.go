package sts

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strconv"
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
	accountShift = 7
	accountMask  = 1<<40 - 1
)

var keyIDEncoding = base32.NewEncoding(mint.Upper)

// keyID returns a new id for a temporary access key of account.
func (m Minter) keyID(account arn.AccountID) string {
	id := m.Mint.KeyID(temporary)
	number, err := strconv.ParseUint(string(account), 10, 40)
	if err != nil {
		return id // no account that could be told
	}
	var bits [10]byte
	if _, err := keyIDEncoding.Decode(bits[:], []byte(id[len(temporary):])); err != nil {
		return id
	}
	head := binary.BigEndian.Uint64(bits[:8]) >> 16 // 48 bits
	head = head&^(accountMask<<accountShift) | number<<accountShift
	binary.BigEndian.PutUint64(bits[:8], head<<16|uint64(binary.BigEndian.Uint16(bits[6:8])))
	return temporary + keyIDEncoding.EncodeToString(bits[:])
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
	number := binary.BigEndian.Uint64(bits[:8]) >> 16 >> accountShift & accountMask
	account = arn.AccountID(fmt.Sprintf("%012d", number))
	return account, account.Valid()
}
