package policycheck

import (
	"slices"
	"strings"

	"foyer/internal/actioncatalogue"
	"foyer/internal/arn"
)

// partitions are AWS's.
var partitions = []string{"aws", "aws-cn", "aws-us-gov"}

// resource checks a resource pattern.
func (c *checker) resource(p place) {
	c.variable(p)
	text := p.node.Text
	if text == "*" {
		return
	}
	if !strings.HasPrefix(text, "arn:") {
		c.found(arnPrefix, p)
		return
	}
	parts := splitARN(text)
	if len(parts) < 6 {
		c.found(arnFields, p)
		return
	}
	partition, service, region, account := parts[1], parts[2], parts[3], parts[4]
	switch {
	case strings.ContainsAny(service, "*?"):
		c.found(wildcardService, p)
		return
	case isPlain(partition) && !slices.Contains(partitions, partition):
		c.found(arnPartition, p, service, partition)
		return
	case strings.Contains(service, "${"):
		return
	case service != strings.ToLower(service):
		c.found(arnServiceCase, p, service)
		return
	}
	templates := actioncatalogue.ARNTemplates(service)
	if len(templates) == 0 {
		c.found(arnService, p, service)
		return
	}
	if isPlain(account) && account != "" && account != "aws" && !arn.AccountID(account).Valid() {
		c.found(arnAccount, p, account)
		return
	}
	c.shape(p, service, region, account, parts[5], templates)
}

// isPlain reports whether text has neither wildcards nor variables.
func isPlain(text string) bool { return !strings.ContainsAny(text, "*?$") }

// splitARN splits at the first five colons that are not inside a variable.
func splitARN(text string) []string {
	var parts []string
	from := 0
	for i := 0; i < len(text) && len(parts) < 5; i++ {
		switch {
		case strings.HasPrefix(text[i:], "${"):
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return append(parts, text[from:])
			}
			i += end
		case text[i] == ':':
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

// shape compares an ARN with those that its service has.
func (c *checker) shape(p place, service, region, account, resource string, templates []string) {
	pattern := withoutVariables(resource)
	fits, regions, accounts := 0, 0, 0
	for _, t := range templates {
		parts := strings.SplitN(t, ":", 6)
		if !c.afford(len(pattern) * len(t)) {
			return
		}
		if len(parts) < 6 || !overlap(pattern, withoutVariables(parts[5])) {
			continue
		}
		fits++
		if parts[3] != "" {
			regions++
		}
		if parts[4] != "" {
			accounts++
		}
	}
	switch {
	case fits == 0:
		c.found(arnResource, p)
	case regions == 0 && region != "" && region != "*":
		c.found(arnRegionGiven, p, service)
	case accounts == 0 && account != "" && account != "*":
		c.found(arnAccountGiven, p, service)
	case regions == fits && region == "":
		c.found(arnRegionMissing, p, service)
	}
}

// withoutVariables is text with a * for each ${…}.
func withoutVariables(text string) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "${")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		_, after, closed := strings.Cut(rest, "}")
		b.WriteByte('*')
		if !closed {
			return b.String()
		}
		text = after
	}
}
