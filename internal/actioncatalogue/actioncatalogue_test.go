package actioncatalogue_test

import (
	"slices"
	"strings"
	"testing"

	"foyer/internal/actioncatalogue"
)

func TestEveryServiceCanBeRead(t *testing.T) {
	t.Parallel()
	prefixes := actioncatalogue.Prefixes()
	if len(prefixes) < 450 || !slices.IsSorted(prefixes) {
		t.Fatalf("%d services, sorted %t", len(prefixes), slices.IsSorted(prefixes))
	}
	actions := 0
	levels := []actioncatalogue.Level{actioncatalogue.List, actioncatalogue.Read, actioncatalogue.Write, actioncatalogue.Tagging, actioncatalogue.Permissions}
	for _, p := range prefixes {
		s, ok := actioncatalogue.Find(p)
		if !ok || s.Prefix != p || s.Name == "" || p != strings.ToLower(p) {
			t.Errorf("%s: %v, %+v", p, ok, s)
			continue
		}
		actions += len(s.Actions)
		for _, a := range s.Actions {
			if found, ok := s.Action(strings.ToUpper(a.Name)); !ok || found.Name != a.Name || !slices.Contains(levels, a.Level) {
				t.Errorf("%s:%s is not found by its name, or has level %q", p, a.Name, a.Level)
			}
			for _, r := range a.Resources {
				if _, ok := s.Resource(r.Type); !ok {
					t.Errorf("%s:%s is about %s, which is not there", p, a.Name, r.Type)
				}
			}
		}
	}
	if actions < 20_000 {
		t.Errorf("%d actions", actions)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	s3, ok := actioncatalogue.Find("s3")
	if !ok {
		t.Fatal("no s3")
	}
	get, ok := s3.Action("getobject")
	if !ok || get.Name != "GetObject" || get.Level != actioncatalogue.Read || !slices.ContainsFunc(get.Resources, func(r actioncatalogue.ActionResource) bool { return r.Type == "object" }) {
		t.Errorf("GetObject = %+v", get)
	}
	if object, ok := s3.Resource("object"); !ok || object.ARN != "arn:${Partition}:s3:::${BucketName}/${ObjectName}" {
		t.Errorf("object = %+v", object)
	}
	for key, want := range map[string]actioncatalogue.KeyType{
		"s3:prefix": actioncatalogue.String, "S3:PREFIX": actioncatalogue.String, "aws:TagKeys": actioncatalogue.Strings,
		"aws:RequestTag/team": actioncatalogue.String, "aws:RequestTag/": "", "s3:nothing": "",
	} {
		if k, _ := s3.Key(key); k.Type != want {
			t.Errorf("Key(%s) = %+v, want type %q", key, k, want)
		}
	}
	for _, none := range []string{"", "S3", "s4", "zzz"} {
		if s, ok := actioncatalogue.Find(none); ok {
			t.Errorf("Find(%q) = %s", none, s.Name)
		}
	}
	if _, ok := s3.Action("GetNothing"); ok {
		t.Error("s3:GetNothing exists")
	}
}

func TestWhoHasAKey(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[string]string{
		"s3": "s3", "saml": "sts", "token.actions.githubusercontent.com": "sts", "agent.eu.buildkite.dev": "sts", "nobody": "",
	} {
		if got := strings.Join(actioncatalogue.KeyOwners(prefix), " "); got != want {
			t.Errorf("KeyOwners(%s) = %q, want %q", prefix, got, want)
		}
	}
}

func TestResourceControlled(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[string]bool{"sts": true, "s3": true, "kms": true, "iam": false, "organizations": false, "zzz": false} {
		if got := actioncatalogue.ResourceControlled(prefix); got != want {
			t.Errorf("ResourceControlled(%s) = %t", prefix, got)
		}
	}
}

func TestMatchARN(t *testing.T) {
	t.Parallel()
	const object, user = "arn:${Partition}:s3:::${BucketName}/${ObjectName}", "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}"
	for pair, want := range map[[2]string]bool{
		{object, "arn:aws:s3:::bucket/a"}: true, {object, "arn:aws:s3:::bucket/a/b"}: true, {object, "arn:aws:s3:::bucket"}: false,
		{object, "arn:aws:s3:::bucket/"}: false, {object, "arn:aws:s3:::*"}: true, {object, "arn:aws:sqs:::bucket/a"}: false,
		{object, "bucket/a"}: false, {user, "arn:aws:iam::111122223333:user/x/ann"}: true, {user, "arn:aws:iam::111122223333:role/ann"}: false,
		{user, "arn:aws:iam:eu-west-1:111122223333:user/ann"}: false, {user, "arn:aws:iam:*:*:user/ann"}: true,
	} {
		if got := actioncatalogue.MatchARN(pair[0], pair[1]); got != want {
			t.Errorf("MatchARN(%s, %s) = %t", pair[0], pair[1], got)
		}
	}
}
