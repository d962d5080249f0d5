package organizations

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// Tag is a tag of a root, unit, account or policy.
type Tag struct {
	Resource string // the resource's id
	Key      string // 1–128 characters
	Value    string // at most 256 characters
}

// TagTx stores tags.
type TagTx interface {
	// PutOrgTags adds tags; one that is there gets the new value.
	PutOrgTags(context.Context, []Tag) error
	// DeleteOrgTags removes tags of a resource; no keys means all.
	DeleteOrgTags(ctx context.Context, resource string, keys []string) error
	// OrgTags lists by key.
	OrgTags(ctx context.Context, resource string, page paging.Page) ([]Tag, error)
}

// Distinct returns tags by key; a key that comes twice breaks a rule.
func Distinct(tags []Tag) (map[string]string, error) {
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		if _, twice := all[t.Key]; twice {
			return nil, invalidInput(DuplicateTag, "You provided the tag key "+t.Key+" more than once.")
		}
		all[t.Key] = t.Value
	}
	return all, nil
}

func tagsOf(resource string, tags map[string]string) []Tag {
	all := make([]Tag, 0, len(tags))
	for k, v := range tags {
		all = append(all, Tag{resource, k, v})
	}
	return all
}

// checkTags holds new tags, beside as many others, to the rules.
func checkTags(others int, tags map[string]string) error {
	if others+len(tags) > maxTags {
		return violates(TooManyTags, "You have exceeded the number of tags allowed on this resource.")
	}
	for key := range tags {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return invalidInput(SystemTag, "You provided a tag key that begins with aws:, which is reserved for AWS.")
		}
	}
	return nil
}

// taggable fails with TargetNotFound unless id names something of org that has tags.
func taggable(ctx context.Context, tx Tx, org Organization, id string) error {
	if strings.HasPrefix(id, resourcePolicyPrefix) {
		p, found, err := tx.OrgResourcePolicy(ctx, org.ID)
		if err == nil && (!found || p.ID != id) {
			err = noPlace(TargetNotFound)
		}
		return err
	}
	if !strings.HasPrefix(id, policyPrefix) {
		return target(ctx, tx, org, id)
	}
	p, found, err := tx.OrgPolicy(ctx, org.ID, id)
	if err != nil {
		return fmt.Errorf("policy %s: %w", id, err)
	}
	if !found || p.AWSManaged {
		return noPlace(TargetNotFound)
	}
	return nil
}

// target fails with TargetNotFound unless id names a root, unit or account of org.
func target(ctx context.Context, tx Tx, org Organization, id string) error {
	var err error
	if TargetOf(id) == AccountTarget {
		_, err = member(ctx, tx, org, arn.AccountID(id))
	} else {
		_, err = place(ctx, tx, org, id, TargetNotFound)
	}
	if fault.Of(err) == fault.NotFound {
		return noPlace(TargetNotFound)
	}
	return err
}

// Tag adds tags to a resource, or gives them new values.
func (a Acting) Tag(ctx context.Context, id string, tags map[string]string) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		if err := taggable(ctx, tx, org, id); err != nil {
			return err
		}
		have, err := tx.OrgTags(ctx, id, paging.Page{Limit: maxTags + 1})
		if err != nil {
			return fmt.Errorf("tags of %s: %w", id, err)
		}
		others := 0
		for _, t := range have {
			if _, again := tags[t.Key]; !again {
				others++
			}
		}
		if err := checkTags(others, tags); err != nil {
			return err
		}
		return tx.PutOrgTags(ctx, tagsOf(id, tags))
	})
}

// Untag removes tags from a resource; one that is not there is no failure.
func (a Acting) Untag(ctx context.Context, id string, keys []string) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		if err := taggable(ctx, tx, org, id); err != nil || len(keys) == 0 {
			return err
		}
		return tx.DeleteOrgTags(ctx, id, keys)
	})
}

// Tags lists the tags of a resource, by key.
func (a Acting) Tags(ctx context.Context, id string, page paging.Page) (all []Tag, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		if err := taggable(ctx, tx, org, id); err != nil {
			return err
		}
		all, err = tx.OrgTags(ctx, id, more(page))
		return err
	})
	if err != nil {
		return nil, "", err
	}
	all, next = paging.Cut(all, page.Limit, func(t Tag) string { return t.Key })
	return all, next, nil
}
