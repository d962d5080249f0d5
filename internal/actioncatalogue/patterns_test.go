package actioncatalogue_test

import (
	"testing"

	"foyer/internal/actioncatalogue"
)

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"s3:GetObject", "s3:GetObject", true},
		{"s3:GetObject", "s3:GetObjectAcl", false},
		{"s3:Get*", "s3:GetObjectAcl", true},
		{"s3:*Acl", "s3:GetObjectAcl", true},
		{"s3:*Acl", "s3:GetObjectAcls", false},
		{"*:*Object*", "s3:GetObjectAcl", true},
		{"s3:Get??ject", "s3:GetObject", true},
		{"s3:Get?Object", "s3:GetObject", false},
		{"*", "", true},
		{"", "", true},
		{"", "s3:GetObject", false},
		{"?", "", false},
		{"s3:*", "s3:", true},
		{"s3:get*", "s3:GetObject", false},
	} {
		if got := actioncatalogue.Matches(tt.pattern, tt.text); got != tt.want {
			t.Errorf("Matches(%q, %q) = %t, want %t", tt.pattern, tt.text, got, tt.want)
		}
	}
}
