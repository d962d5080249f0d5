package policycheck

// contains reports whether everything that pattern b matches, pattern a matches
// too. It may miss that for a with several wildcards, and never claims it
// wrongly: a * of b is then only matched by one of a.
func contains(a, b string) bool {
	p, at := 0, 0
	star, resume := -1, 0
	for at < len(b) {
		switch {
		case p < len(a) && a[p] == '*':
			star, resume = p, at
			p++
		case p < len(a) && b[at] != '*' && (a[p] == '?' || a[p] == b[at]):
			p++
			at++
		case star >= 0:
			resume++
			p, at = star+1, resume
		default:
			return false
		}
	}
	for p < len(a) && a[p] == '*' {
		p++
	}
	return p == len(a)
}

// overlap reports whether some text matches both patterns. It takes time and
// memory in proportion to the product of their lengths.
func overlap(a, b string) bool {
	reach := make([]bool, len(b)+1) // from here on in a, which suffixes of b can match
	for i := len(a); i >= 0; i-- {
		diagonal := false
		for j := len(b); j >= 0; j-- {
			below := reach[j]
			switch {
			case i == len(a) && j == len(b):
				reach[j] = true
			case i < len(a) && a[i] == '*':
				reach[j] = below || j < len(b) && reach[j+1]
			case j < len(b) && b[j] == '*':
				reach[j] = reach[j+1] || i < len(a) && below
			default:
				reach[j] = i < len(a) && j < len(b) && diagonal && (a[i] == '?' || b[j] == '?' || a[i] == b[j])
			}
			diagonal = below
		}
	}
	return reach[0]
}
