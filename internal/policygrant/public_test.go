package policygrant_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"foyer/internal/policygrant"
)

// public is a statement for everybody, with more.
func public(more string) string {
	return `"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"` + more
}

// refuses is a denial to everybody under a condition.
func refuses(condition string) string {
	return `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{` + condition + `}`
}

func when(condition string) string { return `,"Condition":{` + condition + `}` }

func TestPublic(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		policy string
		want   []int
	}{
		"everybody":                              {of(public("")), []int{0}},
		"everybody of AWS":                       {of(`"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:*","Resource":"*"`), []int{0}},
		"everybody among others":                 {of(`"Effect":"Allow","Principal":{"AWS":["111122223333","*"]},"Action":"s3:*","Resource":"*"`), []int{0}},
		"every service":                          {of(`"Effect":"Allow","Principal":{"Service":"*"},"Action":"s3:*","Resource":"*"`), []int{0}},
		"everybody but one":                      {of(`"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`), []int{0}},
		"one account":                            {of(`"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`), []int{}},
		"one service":                            {of(`"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"*"`), []int{}},
		"the second statement":                   {of(`"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`, public("")), []int{1}},
		"another service's action":               {of(`"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"`), []int{}},
		"all but the service's actions":          {of(`"Effect":"Allow","Principal":"*","NotAction":"s3:*","Resource":"*"`), []int{}},
		"of one organization":                    {of(public(when(`"StringEquals":{"aws:PrincipalOrgID":"o-1"}`))), []int{}},
		"of any organization":                    {of(public(when(`"StringLike":{"aws:PrincipalOrgID":"o-*"}`))), []int{0}},
		"of one's own organization":              {of(public(when(`"StringEquals":{"aws:PrincipalOrgID":"${aws:PrincipalOrgID}"}`))), []int{0}},
		"of an organization, if it is in one":    {of(public(when(`"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}`))), []int{0}},
		"of all but one organization":            {of(public(when(`"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}`))), []int{0}},
		"of a unit":                              {of(public(when(`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-1/r-ab12/*"}`))), []int{}},
		"of units of any organization":           {of(public(when(`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-*/r-ab12/*"}`))), []int{0}},
		"of a unit, or of none":                  {of(public(when(`"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-1/*"}`))), []int{0}},
		"roles of an account":                    {of(public(when(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}`))), []int{}},
		"roles of a name":                        {of(public(when(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/Deploy"}`))), []int{0}},
		"on behalf of a bucket":                  {of(public(when(`"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::b"}`))), []int{}},
		"on behalf of an account":                {of(public(when(`"StringEquals":{"aws:SourceAccount":["111122223333","444455556666"]}`))), []int{}},
		"on behalf of a topic of any account":    {of(public(when(`"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:news"}`))), []int{0}},
		"from a network":                         {of(public(when(`"IpAddress":{"aws:SourceIp":["192.0.2.0/24","2001:db8::/32","198.51.100.7"]}`))), []int{}},
		"from half of the world":                 {of(public(when(`"IpAddress":{"aws:SourceIp":["192.0.2.0/24","128.0.0.0/1"]}`))), []int{0}},
		"from a large part of the newer world":   {of(public(when(`"IpAddress":{"aws:SourceIp":"2000::/3"}`))), []int{0}},
		"from anywhere but a network":            {of(public(when(`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}`))), []int{0}},
		"from a private network":                 {of(public(when(`"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}`))), []int{}},
		"from some private network":              {of(public(when(`"StringLike":{"aws:SourceVpce":"*"}`))), []int{0}},
		"only over TLS":                          {of(public(when(`"Bool":{"aws:SecureTransport":"true"}`))), []int{0}},
		"over TLS, from a network":               {of(public(when(`"Bool":{"aws:SecureTransport":"true"},"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`))), []int{}},
		"only through a file system's target":    {of(`"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"` + when(`"Bool":{"elasticfilesystem:AccessedViaMountTarget":"true"}`)), []int{}},
		"only past a file system's target":       {of(`"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"` + when(`"Bool":{"elasticfilesystem:AccessedViaMountTarget":"false"}`)), []int{0}},
		"refused":                                {of(public(""), `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"`), []int{}},
		"refused elsewhere":                      {of(public(""), `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::a/secret/*"`), []int{0}},
		"refused to one":                         {of(public(""), `"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`), []int{0}},
		"refused to all but one":                 {of(public(""), `"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`), []int{}},
		"refused to nobody":                      {of(public(""), `"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*"`), []int{0}},
		"refused to no account":                  {of(public(""), `"Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"s3:*","Resource":"*"`), []int{0}},
		"refused to every service":               {of(public(""), `"Effect":"Deny","Principal":{"Service":"*"},"Action":"s3:*","Resource":"*"`), []int{0}},
		"refused outside an organization":        {of(public(""), refuses(`"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}`)), []int{}},
		"refused outside one, if in any":         {of(public(""), refuses(`"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}`)), []int{}},
		"refused inside an organization":         {of(public(""), refuses(`"StringEquals":{"aws:PrincipalOrgID":"o-1"}`)), []int{0}},
		"refused outside a unit":                 {of(public(""), refuses(`"ForAllValues:StringNotLike":{"aws:PrincipalOrgPaths":"o-1/*"}`)), []int{}},
		"refused to who is elsewhere too":        {of(public(""), refuses(`"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-1/*"}`)), []int{0}},
		"refused outside some network":           {of(public(""), refuses(`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}`)), []int{}},
		"refused outside half of the world":      {of(public(""), refuses(`"NotIpAddress":{"aws:SourceIp":"0.0.0.0/1"}`)), []int{0}},
		"refused outside network and account":    {of(public(""), refuses(`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"},"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`)), []int{}},
		"refused outside a network, without TLS": {of(public(""), refuses(`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"},"Bool":{"aws:SecureTransport":"false"}`)), []int{0}},
		"refused without TLS":                    {of(public(""), refuses(`"Bool":{"aws:SecureTransport":"false"}`)), []int{0}},
		"refused where it is allowed":            {of(public(when(`"Bool":{"aws:SecureTransport":"true"}`)), refuses(`"Bool":{"aws:SecureTransport":"true"}`)), []int{}},
		"refused to who has no account":          {of(public(""), refuses(`"Null":{"aws:PrincipalAccount":"true"}`)), []int{0}},
		"only a denial":                          {of(refuses(`"Bool":{"aws:SecureTransport":"false"}`)), []int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := policygrant.Public(policygrant.Compile(tt.policy), "s3")
			if got := indexes(found); err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s is public by %v, %v, want %v", tt.policy, got, err, tt.want)
			}
		})
	}
}

// Which of two letters stands thirty places before the end takes a long time to
// tell for every text.
func TestAPolicyTooComplexToBePublic(t *testing.T) {
	t.Parallel()
	but := func(letter string) string {
		return `"Effect":"Deny","Principal":"*","Action":"s3:*","NotResource":"*` + letter + strings.Repeat("?", 30) + `"`
	}
	if _, err := policygrant.Public(policygrant.Compile(of(public(""), but("x"), but("y"))), "s3"); !errors.Is(err, policygrant.ErrTooComplex) {
		t.Errorf("%v, want %v", err, policygrant.ErrTooComplex)
	}
}

// A denial more never makes public what was not.
func TestADenialNeverOpens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		document, more := drawn(t, "policy"), drawn(t, "denials")
		more = strings.ReplaceAll(more, `"Effect":"Allow"`, `"Effect":"Deny"`)
		_, more, _ = strings.Cut(more, "[")
		before, err := policygrant.Public(policygrant.Compile(document), "s3")
		after, failed := policygrant.Public(policygrant.Compile(strings.TrimSuffix(document, "]}")+","+more), "s3")
		if err == nil && failed == nil && slices.ContainsFunc(after, func(f policygrant.Found) bool { return !slices.Contains(before, f) }) {
			t.Fatalf("%s is public by %v, and with %s by %v", document, before, more, after)
		}
	})
}
