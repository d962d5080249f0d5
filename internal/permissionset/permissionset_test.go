package permissionset_test

import (
	"strings"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/permissionset"
)

func TestValidate(t *testing.T) {
	for name, tt := range map[string]struct {
		set permissionset.Set
		ok  bool
	}{
		"a name is enough":                  {permissionset.Set{Name: "ReadOnly"}, true},
		"a name may have every character":   {permissionset.Set{Name: "Ab9_+=,.@-"}, true},
		"a name of 32 characters":           {permissionset.Set{Name: strings.Repeat("a", 32)}, true},
		"a name of 33 characters":           {permissionset.Set{Name: strings.Repeat("a", 33)}, false},
		"no name":                           {permissionset.Set{}, false},
		"a name with a blank":               {permissionset.Set{Name: "Read Only"}, false},
		"a description of 700 characters":   {permissionset.Set{Name: "A", Description: strings.Repeat("ü", 700)}, true},
		"a description of 701 characters":   {permissionset.Set{Name: "A", Description: strings.Repeat("ü", 701)}, false},
		"a relay state of 241 characters":   {permissionset.Set{Name: "A", RelayState: strings.Repeat("a", 241)}, false},
		"a session of twelve hours":         {permissionset.Set{Name: "A", SessionDuration: "PT12H"}, true},
		"a session that is half an hour":    {permissionset.Set{Name: "A", SessionDuration: "PT30M"}, false},
		"a session that is no duration yet": {permissionset.Set{Name: "A", SessionDuration: "8h"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := tt.set.Validate()
			if (err == nil) != tt.ok || err != nil && fault.Of(err) != fault.Invalid {
				t.Errorf("Validate() = %v, want ok %t", err, tt.ok)
			}
		})
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"PT1H": time.Hour, "PT12H": 12 * time.Hour, "PT60M": time.Hour, "PT1H30M": 90 * time.Minute, "PT3600S": time.Hour, "PT8H0M0S": 8 * time.Hour,
		"PT59M": 0, "PT12H1S": 0, "P1D": 0, "PT": 0, "P": 0, "": 0, "-PT1H": 0, "PT1.5H": 0, "P1Y": 0, "PT99999999999H": 0, "pt1h": 0,
	} {
		got, err := permissionset.ParseDuration(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("ParseDuration(%q) = %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestRevision(t *testing.T) {
	base := permissionset.Content{
		Name: "ReadOnly", SessionDuration: "PT1H", ManagedPolicies: []string{"arn:a", "arn:b"},
		CustomerManaged: []permissionset.PolicyRef{{Path: "/", Name: "c"}, {Path: "/d/", Name: "e"}},
	}
	for name, tt := range map[string]struct {
		change func(*permissionset.Content)
		same   bool
	}{
		"the description needs no provisioning": {func(c *permissionset.Content) { c.Description = "x" }, true},
		"the relay state needs none":            {func(c *permissionset.Content) { c.RelayState = "https://x" }, true},
		"the order of policies does not matter": {func(c *permissionset.Content) { c.ManagedPolicies = []string{"arn:b", "arn:a"} }, true},
		"the same duration in other words":      {func(c *permissionset.Content) { c.SessionDuration = "PT60M" }, true},
		"another session duration":              {func(c *permissionset.Content) { c.SessionDuration = "PT2H" }, false},
		"an inline policy":                      {func(c *permissionset.Content) { c.Inline = "{}" }, false},
		"one policy fewer":                      {func(c *permissionset.Content) { c.ManagedPolicies = []string{"arn:a"} }, false},
		"another path":                          {func(c *permissionset.Content) { c.CustomerManaged[0].Path = "/x/" }, false},
		"a boundary of AWS's":                   {func(c *permissionset.Content) { c.Boundary = &permissionset.Boundary{ManagedPolicyARN: "arn:a"} }, false},
		"a boundary of the customer's": {func(c *permissionset.Content) {
			c.Boundary = &permissionset.Boundary{Customer: &permissionset.PolicyRef{Path: "/", Name: "c"}}
		}, false},
		"a managed policy is not a customer's own": {func(c *permissionset.Content) { c.ManagedPolicies, c.CustomerManaged = nil, nil }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := base
			c.CustomerManaged = append([]permissionset.PolicyRef(nil), base.CustomerManaged...)
			tt.change(&c)
			if got := c.Revision() == base.Revision(); got != tt.same {
				t.Errorf("same revision: %t, want %t", got, tt.same)
			}
		})
	}
}

func TestAReferenceSurvivesItsKey(t *testing.T) {
	for _, ref := range []permissionset.PolicyRef{{Path: "/", Name: "a"}, {Path: "/x/y/", Name: "b"}} {
		if got := permissionset.ParseRef(ref.Key()); got != ref {
			t.Errorf("ParseRef(%q) = %+v", ref.Key(), got)
		}
	}
}
