package sts

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/go-jose/go-jose/v4/jwt"

	"foyer/internal/actioncatalogue"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/policy"
)

// Claims of AWS's own.
const (
	tagsClaim           = "https://aws.amazon.com/tags"
	sourceIdentityClaim = "https://aws.amazon.com/source_identity"
	principalTagsClaim  = tagsClaim + "/principal_tags/"
	transitiveTagsClaim = tagsClaim + "/transitive_tag_keys"
)

// said are the claims of a token as they stand in it.
type saidClaims struct {
	jwt.Claims
	Party string       `json:"azp"`
	Means jwt.Audience `json:"amr"`
	all   map[string]json.RawMessage
}

// UnmarshalJSON reads the claims that are known, and keeps the others.
func (c *saidClaims) UnmarshalJSON(text []byte) error {
	type plain saidClaims
	if err := json.Unmarshal(text, (*plain)(c)); err != nil {
		return err
	}
	return json.Unmarshal(text, &c.all)
}

// webClaims is what a token says, once it is proven.
type webClaims struct {
	subject    string
	audience   []string // the authorized party when there is one, else the audiences that are clients
	original   []string // the audiences, when an authorized party takes their place
	means      []string
	expires    time.Time
	tags       []Tag
	transitive []string
	identity   string
}

// read holds the claims to the rules of OpenID Connect and of AWS.
func (c *saidClaims) read(p iam.OIDCProvider, now time.Time) (webClaims, error) {
	switch {
	case strings.TrimPrefix(c.Issuer, "https://") != p.URL:
		return webClaims{}, invalidToken("No OpenIDConnect provider found in your account for %s", c.Issuer)
	case c.Subject == "" || len(c.Subject) > 255:
		return webClaims{}, invalidToken("Missing a required claim: sub")
	case len(c.Audience) == 0:
		return webClaims{}, invalidToken("Missing a required claim: aud")
	case c.Expiry == nil:
		return webClaims{}, invalidToken("Missing a required claim: exp")
	case c.IssuedAt == nil:
		return webClaims{}, invalidToken("Missing a required claim: iat")
	}
	w := webClaims{subject: c.Subject, means: c.Means, expires: c.Expiry.Time()}
	if !now.Before(w.expires) {
		return webClaims{}, &LateToken{invalid("Token expired: current date/time %d must be before the expiration date/time%d", now.Unix(), w.expires.Unix())}
	}
	if c.IssuedAt.Time().After(now.Add(tokenSkew)) || c.NotBefore.Time().After(now.Add(tokenSkew)) {
		return webClaims{}, &RejectedClaim{fault.Newf(fault.Denied, "The token is not valid yet.")}
	}
	if c.Party != "" {
		w.audience, w.original = []string{c.Party}, c.Audience
	} else {
		w.audience = c.Audience
	}
	w.audience = slices.DeleteFunc(slices.Clone(w.audience), func(a string) bool { return !slices.Contains(p.ClientIDs, a) })
	if len(w.audience) == 0 {
		return webClaims{}, invalidToken("Incorrect token audience")
	}
	if err := w.readTags(c.all); err != nil {
		return webClaims{}, asInvalidToken(err)
	}
	return w, w.readIdentity(c.all[sourceIdentityClaim])
}

func (w *webClaims) readIdentity(text json.RawMessage) error {
	if text == nil {
		return nil
	}
	if err := json.Unmarshal(text, &w.identity); err != nil || !validName(w.identity) {
		return invalidToken("The claim %s must be text that matches [a-zA-Z_0-9+=,.@-]{2,64}", sourceIdentityClaim)
	}
	return nil
}

// readTags reads the session tags, in either of the forms that AWS knows: one
// nested claim, or a claim for each tag.
func (w *webClaims) readTags(all map[string]json.RawMessage) error {
	nested := struct {
		Tags map[string][]string `json:"principal_tags"`
		Keys []string            `json:"transitive_tag_keys"`
	}{Tags: map[string][]string{}}
	if text, ok := all[tagsClaim]; ok {
		if err := json.Unmarshal(text, &nested); err != nil {
			return invalidToken("The claim %s must hold principal_tags, each a list of one text, and transitive_tag_keys.", tagsClaim)
		}
	}
	for name, text := range all {
		var values []string
		key, tag := strings.CutPrefix(name, principalTagsClaim)
		if !tag && name != transitiveTagsClaim {
			continue
		}
		if err := json.Unmarshal(text, &values); err != nil {
			return invalidToken("The claim %s must be a list of texts.", name)
		}
		if tag {
			nested.Tags[key] = values
		} else {
			nested.Keys = values
		}
	}
	for _, key := range sortedKeys(nested.Tags) {
		if len(nested.Tags[key]) != 1 {
			return invalidToken("The session tag %s must have exactly one value.", key)
		}
		w.tags = append(w.tags, Tag{key, nested.Tags[key][0]})
	}
	for _, k := range nested.Keys {
		if !slices.ContainsFunc(w.tags, func(t Tag) bool { return strings.EqualFold(t.Key, k) }) {
			return invalid("The specified transitive tag key must be included in the requested tags.")
		}
	}
	w.transitive = nested.Keys
	return checkTags(w.tags)
}

// keys are the condition keys of the token of the issuer at https://<url> that
// its session keeps.
func (w *webClaims) keys(url string) map[string][]string {
	keys := map[string][]string{url + ":sub": {w.subject}, url + ":aud": w.audience}
	if len(w.means) > 0 {
		keys[url+":amr"] = w.means
	}
	return keys
}

// requestKeys are the condition keys of a request that presents the token.
func (v *webProof) requestKeys(sessionName string) policy.Map {
	keys := policy.Map(requestKeys(v.tags, v.transitive, v.identity))
	maps.Copy(keys, v.decides)
	maps.Copy(keys, v.lasts)
	keys["sts:RoleSessionName"] = []string{sessionName}
	keys["aws:FederatedProvider"] = []string{v.provider}
	return keys
}

// deciding are the condition keys of a token that decide who may begin a
// session, and that the session does not keep: the audiences whose place an
// authorized party takes, and the claims that AWS knows of the issuer.
func (c *saidClaims) deciding(url string, w *webClaims) map[string][]string {
	keys := map[string][]string{}
	if len(w.original) > 0 {
		keys[url+":oaud"] = w.original
	}
	for _, k := range knownClaims() {
		if matches, err := path.Match(k.issuer, strings.ToLower(url)); err != nil || !matches {
			continue
		}
		if values := textsOf(c.claim(k.name)); len(values) > 0 {
			keys[url+":"+k.name] = values
		}
	}
	return keys
}

// claim is a claim by its name, or by the names of an object and a member.
func (c *saidClaims) claim(name string) json.RawMessage {
	if text, found := c.all[name]; found {
		return text
	}
	object, member, _ := strings.Cut(name, "/")
	var members map[string]json.RawMessage
	if err := json.Unmarshal(c.all[object], &members); err != nil {
		return nil
	}
	return members[member]
}

// textsOf are the values of a claim: a text, several, a number or a truth.
func textsOf(claim json.RawMessage) []string {
	var one string
	if json.Unmarshal(claim, &one) == nil && one != "" {
		return []string{one}
	}
	var several []string
	if json.Unmarshal(claim, &several) == nil {
		return several
	}
	if len(claim) > 0 && strings.IndexByte("tf-0123456789", claim[0]) >= 0 {
		return []string{string(claim)}
	}
	return nil
}

// A knownClaim is a claim that AWS makes a condition key of.
type knownClaim struct {
	issuer string // a pattern of path.Match, in lower case
	name   string
}

// knownClaims are the claims of issuers by AWS's list of condition keys, but
// for those that every issuer has.
var knownClaims = sync.OnceValue(func() (all []knownClaim) {
	service, found := actioncatalogue.Find("sts")
	if !found {
		return nil
	}
	placeholder := regexp.MustCompile(`\$\{\w+\}`)
	for _, key := range service.Keys {
		issuer, name, _ := strings.Cut(key.Name, ":")
		if strings.Contains(issuer, ".") && !slices.Contains([]string{"sub", "aud", "oaud", "amr"}, name) {
			all = append(all, knownClaim{strings.ToLower(placeholder.ReplaceAllString(issuer, "*")), name})
		}
	}
	return all
})
