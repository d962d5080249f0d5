// Package iam holds what an account's administrators make: users with their
// access keys, groups, roles, managed and inline policies, permissions
// boundaries and SAML providers, with the rules, limits and words of AWS's
// Identity and Access Management.
//
// Users, groups and roles are all entities: named holders of policies. What
// Foyer itself puts into an account (the roles of permission sets, the SAML
// provider behind them, service-linked roles) is protected: the account's own
// administrators read it and cannot change it. It is written by the methods of
// protected.go alone.
//
// The package decides nothing about access; [Service.PrincipalPolicies] answers
// which policies have a say.
package iam

import (
	"context"
	"strings"
	"time"

	"foyer/internal/mint"
	"foyer/internal/quota"
	"foyer/internal/seal"
)

// Service is the identity and access management of every account. All fields
// but Quotas are required.
type Service struct {
	InTx func(context.Context, func(Tx) error) error // commits when the function returns nil
	View func(context.Context, func(Tx) error) error // for reading
	Mint mint.Mint
	Ring *seal.Keyring // seals the secrets of access keys
	// Passwords derive the keys of users' passwords.
	Passwords Passwords
	// Quotas bound an account; the zero Quotas are AWS's.
	Quotas quota.IAM
}

// quotas are those in force.
func (s *Service) quotas() quota.IAM { return s.Quotas.InForce() }

// Tx is what the rules need of one transaction.
type Tx interface {
	Now() time.Time
	EntityTx
	AttachmentTx
	InlineTx
	GroupTx
	PolicyTx
	KeyTx
	ProviderTx
	ProtectedTx
	HeldTx
	SummaryTx
	OIDCProviderTx
	OutboundTx
	InstanceProfileTx
	DetailTx
	ProofTx
}

// Key is the form in which names are unique in an account: IAM does not tell
// names apart by case.
func Key(name string) string { return strings.ToLower(name) }

// size counts a policy document as the quotas do: without white space.
func size(document string) int {
	n := 0
	for _, c := range document {
		switch c {
		case ' ', '\t', '\n', '\r':
		default:
			n++
		}
	}
	return n
}
