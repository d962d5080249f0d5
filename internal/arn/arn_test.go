package arn_test

import (
	"testing"

	"foyer/internal/arn"
)

func TestParse(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want arn.ARN
		ok   bool
	}{
		"a role":                         {"arn:aws:iam::111122223333:role/ops/Deploy", arn.ARN{"aws", "iam", "", "111122223333", "role/ops/Deploy"}, true},
		"a resource may hold colons":     {"arn:aws:logs:eu-west-1:111122223333:log-group:a:*", arn.ARN{"aws", "logs", "eu-west-1", "111122223333", "log-group:a:*"}, true},
		"five parts are not enough":      {text: "arn:aws:iam::111122223333"},
		"another scheme is not an ARN":   {text: "urn:aws:iam::111122223333:role/x"},
		"the empty string is not an ARN": {text: ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := arn.Parse(tt.text)
			if (err == nil) != tt.ok || got != tt.want {
				t.Fatalf("Parse(%q) = %+v, %v; want %+v, ok %t", tt.text, got, err, tt.want, tt.ok)
			}
			if tt.ok && got.String() != tt.text {
				t.Errorf("String() = %q, want %q", got.String(), tt.text)
			}
		})
	}
}

func TestAccountIDValid(t *testing.T) {
	for id, want := range map[arn.AccountID]bool{"111122223333": true, "11112222333": false, "11112222333a": false, "": false, "1111222233334": false} {
		if got := id.Valid(); got != want {
			t.Errorf("AccountID(%q).Valid() = %t, want %t", id, got, want)
		}
	}
}
