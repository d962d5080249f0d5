package organizations

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/paging"
)

// About is what decisions on a resource of an organization depend on.
type About struct {
	ARN        string
	Tags       map[string]string
	PolicyType PolicyType // of a policy; else ""
}

// About returns what decisions on a resource of org depend on, by its id: of a
// root, unit, account, policy, resource policy or handshake. What does not exist
// has a name all the same.
func (s *Service) About(ctx context.Context, org Organization, id string) (about About, err error) {
	err = s.View(ctx, func(tx Tx) error {
		if about, err = s.about(ctx, tx, org, id); err != nil || strings.HasPrefix(id, handshakePrefix) {
			return err
		}
		tags, err := tx.OrgTags(ctx, id, paging.Page{Limit: maxTags})
		if err != nil {
			return fmt.Errorf("tags of %s: %w", id, err)
		}
		about.Tags = make(map[string]string, len(tags))
		for _, t := range tags {
			about.Tags[t.Key] = t.Value
		}
		return nil
	})
	return about, err
}

func (s *Service) about(ctx context.Context, tx Tx, org Organization, id string) (About, error) {
	switch {
	case strings.HasPrefix(id, handshakePrefix):
		h, found, err := tx.OrgHandshake(ctx, id)
		if !found {
			h.ARN = org.HandshakeARN(InviteAction, id)
		}
		return About{ARN: h.ARN}, err
	case strings.HasPrefix(id, resourcePolicyPrefix):
		return About{ARN: org.ResourcePolicyARN(id)}, nil
	case strings.HasPrefix(id, policyPrefix):
		p, found, err := tx.OrgPolicy(ctx, org.ID, id)
		if !found {
			p.Type = ServiceControl
		}
		return About{ARN: org.PolicyARN(p.Type, id), PolicyType: p.Type}, err
	default:
		return About{ARN: org.TargetARN(id)}, nil
	}
}
