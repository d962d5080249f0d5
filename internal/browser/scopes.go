package browser

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// scopeWords say in a person's words what scopes mean; those that end in a
// colon stand for all that begin so.
var scopeWords = map[string]string{
	"sso:account:access":   "See all your AWS accounts and roles, and get credentials for every one of them",
	"openid":               "Know who you are",
	"aws":                  "Use AWS applications as you",
	"sts:identity_context": "Tell AWS services that it acts for you",
	"codewhisperer:":       "Use Amazon Q Developer as you",
	"codecatalyst:":        "Use Amazon CodeCatalyst as you",
	"s3:access_grants:":    "Get the data in Amazon S3 that is granted to you",
	"redshift:":            "Connect to Amazon Redshift as you",
	"lakeformation:":       "Query data in AWS Lake Formation as you",
	"qbusiness:":           "Use Amazon Q Business as you",
	"verified_access:":     "Connect to applications behind AWS Verified Access as you",
}

// legacyScope asks for what no scope asks for.
const legacyScope = "sso-portal:*"

// asks says what a client's scopes mean, each thing once. One that is not known
// is named.
func asks(scopes []string) []string {
	var all []string
	for _, scope := range scopes {
		text, known := scopeWords[scope]
		for prefix, words := range scopeWords {
			if !known && strings.HasSuffix(prefix, ":") && strings.HasPrefix(scope, prefix) {
				text = words
			}
		}
		if scope == legacyScope {
			text = scopeWords["sso:account:access"]
		}
		if text == "" {
			text = fmt.Sprintf("Something that is not known here: %s", scope)
		}
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	if len(all) == 0 {
		all = []string{scopeWords["sso:account:access"]}
	}
	return all
}

// age says how long ago something was.
func age(d time.Duration) string {
	switch minutes := int(d.Minutes()); {
	case d < 10*time.Second:
		return "just now"
	case minutes < 1:
		return "less than a minute ago"
	case minutes == 1:
		return "a minute ago"
	default:
		return fmt.Sprintf("%d minutes ago", minutes)
	}
}

// longest is how much of a text from outside a page shows, in characters.
const longest = 200

// short cuts a text from outside.
func short(text string) string {
	runes := []rune(strings.ToValidUTF8(text, ""))
	if len(runes) <= longest {
		return string(runes)
	}
	return string(runes[:longest]) + "…"
}
