// Package arn holds the names of things: Amazon Resource Names and account ids.
package arn

import (
	"fmt"
	"strings"
)

// Partition is the only partition Foyer serves.
const Partition = "aws"

// AccountID is the twelve-digit number of an AWS account.
type AccountID string

// Valid reports whether id is twelve decimal digits.
func (id AccountID) Valid() bool {
	if len(id) != 12 {
		return false
	}
	for _, c := range id {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// ARN is a parsed Amazon Resource Name: arn:partition:service:region:account:resource.
// Region and Account may be empty; Resource may hold further colons.
type ARN struct {
	Partition string
	Service   string
	Region    string
	Account   AccountID
	Resource  string
}

// Parse splits text into its six parts. It fails when text does not begin with
// "arn:" or has fewer than six parts; it does not judge the parts themselves.
func Parse(text string) (ARN, error) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return ARN{}, fmt.Errorf("%q is not an ARN: want arn:partition:service:region:account:resource", text)
	}
	return ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: AccountID(parts[4]), Resource: parts[5]}, nil
}

// String writes a in its usual form.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + string(a.Account) + ":" + a.Resource
}

// IAM names an IAM resource of an account, such as resource "role/ops/Deploy".
func IAM(account AccountID, resource string) string {
	return "arn:" + Partition + ":iam::" + string(account) + ":" + resource
}

// STS names an STS resource of an account, such as "assumed-role/Deploy/ann".
func STS(account AccountID, resource string) string {
	return "arn:" + Partition + ":sts::" + string(account) + ":" + resource
}
