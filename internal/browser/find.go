package browser

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/federation"
)

// match is an account that a search found. Roles says for which of its roles;
// "" where the account itself says all that was asked for.
type match struct {
	federation.Reached
	roles string
}

// find returns the accounts that have every word of a query in their name, id or
// e-mail address, or in the name of a role. Case does not matter, nor do dashes
// in an id. An empty query finds all.
func find(reach []federation.Reached, query string) []match {
	words := strings.Fields(strings.ToLower(query))
	found := make([]match, 0, len(reach))
	for _, a := range reach {
		if roles, ok := matches(a, words); ok {
			found = append(found, match{a, named(roles)})
		}
	}
	return found
}

// matches reports whether an account has all words, and which roles that needed.
func matches(a federation.Reached, words []string) (roles []string, all bool) {
	text := strings.ToLower(a.Name + "\n" + string(a.ID) + "\n" + a.Email)
	for _, word := range words {
		if strings.Contains(text, word) || idOf(word) != "" && strings.Contains(string(a.ID), idOf(word)) {
			continue
		}
		found := false
		for _, role := range a.Roles {
			if strings.Contains(strings.ToLower(role), word) {
				found = true
				if !slices.Contains(roles, role) {
					roles = append(roles, role)
				}
			}
		}
		if !found {
			return nil, false
		}
	}
	return roles, true
}

// idOf is the part of an account's id that a word writes, as people do, with
// dashes; "" when it writes none.
func idOf(word string) string {
	digits := strings.ReplaceAll(word, "-", "")
	if strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}

// namedRoles is how many of the roles for which an account was found are named.
const namedRoles = 3

func named(roles []string) string {
	if len(roles) <= namedRoles {
		return strings.Join(roles, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(roles[:namedRoles], ", "), len(roles)-namedRoles)
}

// favouritesFirst puts the favourites before all others, and leaves the order
// otherwise.
func favouritesFirst(found []match, favourites []arn.AccountID) []match {
	if len(favourites) == 0 {
		return found
	}
	var first, then []match
	for _, m := range found {
		if slices.Contains(favourites, m.ID) {
			first = append(first, m)
		} else {
			then = append(then, m)
		}
	}
	return append(first, then...)
}

// count says how many accounts there are.
func count(found, all int, searched bool) string {
	accounts := grouped(all) + " accounts"
	if all == 1 {
		accounts = "1 account"
	}
	switch {
	case !searched:
		return accounts
	case found == 0:
		return "No account matches"
	case found == 1:
		return "1 of " + accounts + " matches"
	default:
		return grouped(found) + " of " + accounts + " match"
	}
}

// grouped writes a number as people read it: 5,000.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
