package actioncatalogue

import "strings"

// MatchARN reports whether arn can name a resource whose ARNs look like
// template. An arn that has wildcards itself need only agree in its service.
func MatchARN(template, arn string) bool {
	want, got := strings.SplitN(template, ":", 6), strings.SplitN(arn, ":", 6)
	if len(want) < 6 || len(got) < 6 || got[0] != "arn" {
		return false
	}
	wild := strings.ContainsAny(arn, "*?")
	for i := 1; i < 5; i++ {
		open := strings.Contains(want[i], "${") || wild && i > 2 && got[i] == "*"
		if !open && want[i] != got[i] {
			return false
		}
	}
	return wild || matchResource(want[5], got[5])
}

// matchResource compares the last parts; unlike a key's, their case matters.
func matchResource(template, name string) bool {
	before, rest, open := strings.Cut(template, "${")
	if !open {
		return template == name
	}
	name, ok := strings.CutPrefix(name, before)
	_, after, _ := strings.Cut(rest, "}")
	if !ok || name == "" {
		return false
	}
	if after == "" {
		return true
	}
	for at := 1; at < len(name); at++ {
		if matchResource(after, name[at:]) {
			return true
		}
	}
	return false
}

// InPartition returns template with its partition filled in.
func InPartition(template, partition string) string {
	return strings.ReplaceAll(template, "${Partition}", partition)
}
