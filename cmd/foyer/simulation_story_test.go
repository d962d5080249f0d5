package main

import (
	"net/url"
	"slices"
	"testing"
)

var reads = "PolicyInputList.member.1=" + url.QueryEscape(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`)

const (
	operator = "PolicySourceArn=arn:aws:iam::<M>:user/operator"
	nobody   = "PolicySourceArn=arn:aws:iam::<M>:user/nobody"
	gets     = "&ActionNames.member.1=s3:GetObject"
)

// simulationStory is what IAM tells of policies that nobody tries.
var simulationStory = []deed{
	{op: "SimulateCustomPolicy", in: reads + gets, shows: `<MissingContextValues><member>aws:SecureTransport</member></MissingContextValues>`},
	{op: "SimulateCustomPolicy", in: reads + gets + "&ContextEntries.member.1.ContextKeyName=aws:SecureTransport&ContextEntries.member.1.ContextKeyType=boolean&ContextEntries.member.1.ContextKeyValues.member.1=true", shows: `<EvalDecision>allowed</EvalDecision>`},
	{op: "SimulateCustomPolicy", in: "PolicyInputList.member.1={}" + gets, refused: "InvalidInput"},
	{op: "SimulateCustomPolicy", in: reads, refused: "ValidationError"},
	{op: "SimulatePrincipalPolicy", in: operator + gets, shows: `<EvalDecision>allowed</EvalDecision>`},
	{op: "SimulatePrincipalPolicy", in: nobody + gets, refused: "NoSuchEntity"},
	{op: "SimulatePrincipalPolicy", in: operator + gets + "&PolicyInputList.member.1={}", refused: "InvalidInput"},
	{op: "GetContextKeysForCustomPolicy", in: reads, shows: `<member>aws:SecureTransport</member>`},
	{op: "GetContextKeysForCustomPolicy", in: "PolicyInputList.member.1={}", refused: "InvalidInput"},
	{op: "GetContextKeysForPrincipalPolicy", in: operator + "&" + reads, shows: `<member>aws:SecureTransport</member>`},
	{op: "GetContextKeysForPrincipalPolicy", in: nobody, refused: "NoSuchEntity"},
	{op: "GetContextKeysForPrincipalPolicy", in: operator + "&PolicyInputList.member.1={}", refused: "InvalidInput"},
}

// TestSimulations tells the story of simulations through the wire.
func TestSimulations(t *testing.T) {
	p := openAccountPlane(t, "iam", "--bootstrap", "account")
	told := map[string]bool{}
	for _, d := range simulationStory {
		told[d.op] = true
	}
	for op := range p.contract.Operations {
		if !told[op] {
			delete(p.contract.Operations, op)
		}
	}
	p.deny(t, slices.DeleteFunc(slices.Clone(simulationStory), func(d deed) bool { return d.refused != "" }), "AccessDenied")
	p.tell(t, simulationStory, nil)
	p.untold(t, map[string]string{"* PolicyEvaluation": "every policy that is read can be evaluated"})
}
