package policycheck

import (
	"strings"

	"foyer/internal/actioncatalogue"
)

// globalKeys are the condition keys that AWS has for all services (IAM User
// Guide, "AWS global condition context keys"), in lower case. A key that ends
// with / takes a name behind it.
var globalKeys = map[string]actioncatalogue.KeyType{
	"aws:assumedroot":                         actioncatalogue.Bool,
	"aws:calledvia":                           actioncatalogue.Strings,
	"aws:calledviafirst":                      actioncatalogue.String,
	"aws:calledvialast":                       actioncatalogue.String,
	"aws:chatbotsourcearn":                    actioncatalogue.ARN,
	"aws:currenttime":                         actioncatalogue.Date,
	"aws:ec2instancesourceprivateipv4":        actioncatalogue.IPAddress,
	"aws:ec2instancesourcevpc":                actioncatalogue.String,
	"aws:epochtime":                           actioncatalogue.Date,
	"aws:federatedprovider":                   actioncatalogue.String,
	"aws:ismcpserviceaction":                  actioncatalogue.Bool,
	"aws:lambdasourcefunctionarn":             actioncatalogue.ARN,
	"aws:multifactorauthage":                  actioncatalogue.Numeric,
	"aws:multifactorauthpresent":              actioncatalogue.Bool,
	"aws:principalaccount":                    actioncatalogue.String,
	"aws:principalarn":                        actioncatalogue.ARN,
	"aws:principalisawsservice":               actioncatalogue.Bool,
	"aws:principalorgid":                      actioncatalogue.String,
	"aws:principalorgpaths":                   actioncatalogue.Strings,
	"aws:principalorgmasteraccountid":         actioncatalogue.String,
	"aws:principalservicename":                actioncatalogue.String,
	"aws:principalservicenameslist":           actioncatalogue.Strings,
	"aws:principaltag/":                       actioncatalogue.String,
	"aws:principaltype":                       actioncatalogue.String,
	"aws:referer":                             actioncatalogue.String,
	"aws:requestedregion":                     actioncatalogue.String,
	"aws:requesttag/":                         actioncatalogue.String,
	"aws:resourceaccount":                     actioncatalogue.String,
	"aws:resourceorgid":                       actioncatalogue.String,
	"aws:resourceorgpaths":                    actioncatalogue.Strings,
	"aws:resourcetag/":                        actioncatalogue.String,
	"aws:securetransport":                     actioncatalogue.Bool,
	"aws:sourceaccount":                       actioncatalogue.String,
	"aws:sourcearn":                           actioncatalogue.ARN,
	"aws:sourceidentity":                      actioncatalogue.String,
	"aws:sourceip":                            actioncatalogue.IPAddress,
	"aws:sourceorgid":                         actioncatalogue.String,
	"aws:sourceorgpaths":                      actioncatalogue.Strings,
	"aws:sourceowner":                         actioncatalogue.String,
	"aws:sourcevpc":                           actioncatalogue.String,
	"aws:sourcevpcarn":                        actioncatalogue.ARN,
	"aws:sourcevpce":                          actioncatalogue.String,
	"aws:ssmsourceinstancearn":                actioncatalogue.ARN,
	"aws:tagkeys":                             actioncatalogue.Strings,
	"aws:tokenissuetime":                      actioncatalogue.Date,
	"aws:useragent":                           actioncatalogue.String,
	"aws:userid":                              actioncatalogue.String,
	"aws:username":                            actioncatalogue.String,
	"aws:viaawsmcpservice":                    actioncatalogue.Bool,
	"aws:viaawsservice":                       actioncatalogue.Bool,
	"aws:vpceaccount":                         actioncatalogue.String,
	"aws:vpceorgid":                           actioncatalogue.String,
	"aws:vpceorgpaths":                        actioncatalogue.Strings,
	"aws:vpcsourceip":                         actioncatalogue.IPAddress,
	"identitystore:identitystorearn":          actioncatalogue.ARN,
	"identitystore:userid":                    actioncatalogue.String,
	"identitycenter:applicationarn":           actioncatalogue.ARN,
	"identitycenter:credentialid":             actioncatalogue.String,
	"identitycenter:instancearn":              actioncatalogue.ARN,
	"identitystore:identitycenterinstancearn": actioncatalogue.ARN,
}

// tagKeys are the global keys that take the name of a tag.
var tagKeys = []string{"aws:principaltag", "aws:requesttag", "aws:resourcetag"}

// renamed are keys that have newer names, in lower case.
var renamed = map[string]string{"aws:arn": "aws:PrincipalArn"}

// paired are keys that say little without another, in lower case.
var paired = map[string][]string{"aws:vpcsourceip": {"aws:SourceVpc", "aws:SourceVpce"}}

// knownKey is a condition key of which AWS says what it is.
type knownKey struct {
	kind    actioncatalogue.KeyType // "" where AWS does not say
	mistake *issue                  // it is none
	args    []any
}

// lookUp finds out about a condition key.
func lookUp(key string) knownKey {
	folded := strings.ToLower(key)
	prefix, _, found := strings.Cut(folded, ":")
	if !found || prefix == "" || strings.HasSuffix(folded, ":") {
		return knownKey{mistake: &keyFormat}
	}
	if kind, ok := globalKeys[folded]; ok {
		return knownKey{kind: kind}
	}
	if family, name, ok := strings.Cut(folded, "/"); ok {
		if kind, known := globalKeys[family+"/"]; known && name != "" {
			return knownKey{kind: kind}
		}
	}
	for _, tag := range tagKeys {
		if strings.TrimSuffix(folded, "/") == tag {
			return knownKey{mistake: &keyTag, args: []any{key, strings.TrimSuffix(key, "/")}}
		}
	}
	if prefix == "aws" {
		return knownKey{mistake: &keyGlobal, args: []any{key}}
	}
	owners := actioncatalogue.KeyOwners(prefix)
	for _, owner := range owners {
		if s, ok := actioncatalogue.Find(owner); ok {
			if k, ok := s.Key(key); ok {
				return knownKey{kind: k.Type}
			}
		}
	}
	switch {
	case len(owners) == 1 && owners[0] == prefix:
		return knownKey{mistake: &keyService, args: []any{key, prefix}}
	case strings.Contains(prefix, "."):
		return knownKey{} // an issuer of tokens: its claims are its own
	default:
		return knownKey{mistake: &keyNoService, args: []any{prefix}}
	}
}
