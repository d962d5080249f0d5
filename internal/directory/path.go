package directory

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"foyer/internal/fault"
)

// enterprise is the extension that AWS knows.
const enterprise = "aws:identitystore:enterprise"

// Path leads to one text of a user, in the words of SCIM (RFC 7644, section
// 3.10): userName, name.givenName, emails[primary eq true].value,
// enterprise.department. The zero Path leads nowhere.
type Path struct {
	attribute string // userName, name, emails, enterprise, …
	primary   bool   // of several values the primary one; else the first
	kind      string // of several values the one of this type; "" for any
	member    string // "" for a text
}

var pathForm = regexp.MustCompile(`^([a-zA-Z]+)(?:\[ *(?:(primary) +eq +true|type +eq +"([^"]+)") *\])?(?:\.([a-zA-Z.]+))?$`)

// What a path can lead to: the members of each attribute; none for a text.
var (
	texts       = []string{"userName", "displayName", "nickName", "profileUrl", "userType", "title", "preferredLanguage", "locale", "timezone", "website", "birthdate"}
	lists       = []string{"emails", "phoneNumbers", "roles", "photos"}
	nameMembers = []string{"formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"}
	listMembers = []string{"value", "type", "display"}
	addressed   = []string{"formatted", "streetAddress", "locality", "region", "postalCode", "country", "type"}
	enterprises = []string{"employeeNumber", "costCenter", "organization", "division", "department", "manager.value"}
)

// ParsePath reads a path; one that leads nowhere in a user is an Invalid fault.
func ParsePath(text string) (Path, error) {
	parts := pathForm.FindStringSubmatch(text)
	if parts == nil {
		return Path{}, unknownPath(text)
	}
	p := Path{attribute: parts[1], primary: parts[2] != "", kind: parts[3], member: parts[4]}
	filtered := p.primary || p.kind != ""
	var ok bool
	switch {
	case slices.Contains(texts, p.attribute):
		ok = p.member == "" && !filtered
	case p.attribute == "name":
		ok = slices.Contains(nameMembers, p.member) && !filtered
	case p.attribute == "enterprise":
		ok = slices.Contains(enterprises, p.member) && !filtered
	case p.attribute == "addresses":
		ok = slices.Contains(addressed, p.member)
	case slices.Contains(lists, p.attribute):
		ok = slices.Contains(listMembers, p.member)
	}
	if !ok {
		return Path{}, unknownPath(text)
	}
	return p, nil
}

// At returns the text to which a path leads in u; "" when there is none.
func (u User) At(p Path) (string, error) {
	if p.attribute == "enterprise" {
		return u.extended(p.member), nil
	}
	tree, err := u.tree()
	if err != nil {
		return "", fmt.Errorf("attributes of %s: %w", u.ID, err)
	}
	switch at := tree[p.attribute].(type) {
	case string:
		return at, nil
	case map[string]any:
		text, _ := at[p.member].(string)
		return text, nil
	case []any:
		return p.among(at), nil
	}
	return "", nil
}

// among picks the value of a list that p means.
func (p Path) among(list []any) string {
	for _, one := range list {
		value, ok := one.(map[string]any)
		if !ok || p.primary && value["primary"] != true || p.kind != "" && value["type"] != p.kind {
			continue
		}
		text, _ := value[p.member].(string)
		return text
	}
	return ""
}

// extended reads the enterprise extension.
func (u User) extended(member string) string {
	for _, e := range u.Extensions {
		if e.Name != enterprise {
			continue
		}
		var at any = e.Value
		for _, step := range strings.Split(member, ".") {
			object, _ := at.(map[string]any)
			at = object[step]
		}
		text, _ := at.(string)
		return text
	}
	return ""
}

func unknownPath(path string) error {
	return fault.Newf(fault.Invalid, "The attribute path %s does not exist, or the value is not of its kind.", path)
}
