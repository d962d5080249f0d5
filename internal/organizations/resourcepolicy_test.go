package organizations_test

import (
	"testing"

	"foyer/internal/organizations"
)

func delegation(actions string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":` + actions + `,"Resource":"*"}]}`
}

func TestTheResourcePolicy(t *testing.T) {
	h := open(t)
	account := h.member(t, "prod")
	_, err := h.ResourcePolicy(t.Context())
	broke(t, err, organizations.ResourcePolicyNotFound, "")
	broke(t, h.DeleteResourcePolicy(t.Context()), organizations.ResourcePolicyNotFound, "")
	first, err := h.PutResourcePolicy(t.Context(), delegation(`"organizations:List*"`), map[string]string{"a": "b"})
	mustDo(t, err)
	if first.ARN != "arn:aws:organizations::111122223333:resourcepolicy/"+h.org.ID+"/"+first.ID {
		t.Errorf("first = %+v", first)
	}
	if tags, _, err := h.Tags(t.Context(), first.ID, all); err != nil || len(tags) != 1 {
		t.Errorf("tags = %v, %v", tags, err)
	}
	second, err := h.PutResourcePolicy(t.Context(), delegation(`["organizations:DescribePolicy","organizations:AttachPolicy"]`), nil)
	if err != nil || second.ID != first.ID {
		t.Errorf("second = %+v, %v", second, err)
	}
	_, err = h.PutResourcePolicy(t.Context(), delegation(`"organizations:ListRoots"`), map[string]string{"c": "d"})
	broke(t, err, organizations.ConstraintViolation, "")
	got, err := h.ResourcePolicy(t.Context())
	if err != nil || got.Content != second.Content || got.ARN != first.ARN {
		t.Errorf("it is %+v, %v", got, err)
	}
	document, org, err := h.As(account).Delegation(t.Context())
	if err != nil || document != second.Content || org.Management != management {
		t.Errorf("a member may %s of %+v, %v", document, org, err)
	}
	if document, _, err := h.Delegation(t.Context()); err != nil || document != "" {
		t.Errorf("the management account needs %s, %v", document, err)
	}
	_, err = h.As(account).ResourcePolicy(t.Context())
	broke(t, err, organizations.AccessDenied, "")
	_, err = h.As(account).PutResourcePolicy(t.Context(), second.Content, nil)
	broke(t, err, organizations.AccessDenied, "")
	mustDo(t, h.DeleteResourcePolicy(t.Context()))
	broke(t, h.Tag(t.Context(), first.ID, map[string]string{"a": "b"}), organizations.TargetNotFound, "")
}

func TestResourcePoliciesAreChecked(t *testing.T) {
	h := open(t)
	for name, tt := range map[string]struct{ content, reason string }{
		"no JSON":                    {`{`, organizations.InvalidResourceJSON},
		"no principal":               {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:List*","Resource":"*"}]}`, organizations.InvalidResourceJSON},
		"everything":                 {delegation(`"*"`), organizations.UnsupportedAction},
		"all of the service":         {delegation(`"organizations:*"`), organizations.UnsupportedAction},
		"an action of the manager's": {delegation(`"organizations:CloseAccount"`), organizations.UnsupportedAction},
		"some of the manager's":      {delegation(`"organizations:Create*"`), organizations.UnsupportedAction},
		"no action there is":         {delegation(`"organizations:DescribeWeather"`), organizations.UnsupportedAction},
		"another service":            {delegation(`"iam:ListUsers"`), organizations.UnsupportedAction},
		"everything but":             {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","NotAction":"organizations:ListRoots","Resource":"*"}]}`, organizations.UnsupportedAction},
		"everybody but":              {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotPrincipal":{"AWS":"444455556666"},"Action":"organizations:ListRoots","Resource":"*"}]}`, organizations.InvalidPrincipal},
		"a resource of another's":    {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"organizations:ListRoots","Resource":"arn:aws:s3:::x"}]}`, organizations.UnsupportedResource},
		"wildcards inside of a name": {delegation(`"organizations:*Policy"`), organizations.UnsupportedAction},
		"a transfer changed":         {delegation(`"organizations:UpdateResponsibilityTransfer"`), organizations.UnsupportedAction},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.PutResourcePolicy(t.Context(), tt.content, nil)
			broke(t, err, organizations.InvalidInput, tt.reason)
		})
	}
	for _, actions := range []string{`"organizations:List*"`, `"organizations:Describe*"`, `["organizations:CreatePolicy","Organizations:tagresource"]`, `"organizations:DescribeP*"`} {
		if _, err := h.PutResourcePolicy(t.Context(), delegation(actions), nil); err != nil {
			t.Errorf("%s is refused: %v", actions, err)
		}
	}
}
