package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/paging"
)

// Group is a named set of users.
type Group struct {
	ID          GroupID
	Store       string // the identity store's id
	DisplayName string // 1–1,024 characters, unique in the store without case
	Description string
	ExternalIDs []ExternalID
	Stamp       Stamp
}

// Validate returns an Invalid fault naming the first rule that g breaks.
func (g Group) Validate() error {
	if strings.TrimSpace(g.DisplayName) == "" {
		return fault.Newf(fault.Invalid, "The attribute displayName is required.")
	}
	if err := checkText("displayName", g.DisplayName); err != nil {
		return err
	}
	if g.Description != "" {
		if err := checkText("description", g.Description); err != nil {
			return err
		}
	}
	return checkReserved("group", g.DisplayName)
}

// CreateGroup adds a group and returns it.
func (d *Directory) CreateGroup(ctx context.Context, by, displayName, description string) (Group, error) {
	g := Group{DisplayName: displayName, Description: description, Stamp: d.stamp(by)}
	if err := g.Validate(); err != nil {
		return Group{}, err
	}
	err := d.change(ctx, func(tx Tx, store string) error {
		g.ID, g.Store = GroupID(d.newID(store)), store
		count := func() (int, error) { return tx.CountDirectoryGroups(ctx, store) }
		if err := checkRoom(d.Quotas.InForce().Groups, count, "groups"); err != nil {
			return err
		}
		created, err := tx.PutDirectoryGroup(ctx, g)
		if err == nil && !created {
			return taken("Duplicate GroupDisplayName")
		}
		return err
	})
	if err != nil {
		return Group{}, fmt.Errorf("create group: %w", err)
	}
	return g, nil
}

// Group returns the group with an id, or Missing.
func (d *Directory) Group(ctx context.Context, id GroupID) (g Group, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		g, err = groupIn(ctx, r, store, id)
		return err
	})
	return g, err
}

func groupIn(ctx context.Context, r Reader, store string, id GroupID) (Group, error) {
	g, found, err := r.DirectoryGroup(ctx, id)
	if err == nil && (!found || g.Store != store) {
		g, err = Group{}, missing(GroupResource, string(id))
	}
	return g, err
}

// GroupByName returns the group with a display name, or Missing.
func (d *Directory) GroupByName(ctx context.Context, displayName string) (g Group, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		var found bool
		g, found, err = r.DirectoryGroupByName(ctx, store, Fold(displayName))
		if err == nil && !found {
			err = missing(GroupResource, "")
		}
		return err
	})
	return g, err
}

// Groups lists groups by id.
func (d *Directory) Groups(ctx context.Context, page paging.Page) (groups []Group, next string, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		groups, err = r.DirectoryGroups(ctx, store, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	groups, next = paging.Cut(groups, page.Limit, func(g Group) string { return string(g.ID) })
	return groups, next, err
}

// UpdateGroup applies operations on displayName and description, all or none.
func (d *Directory) UpdateGroup(ctx context.Context, by string, id GroupID, operations []Operation) error {
	return d.change(ctx, func(tx Tx, store string) error {
		g, err := groupIn(ctx, tx, store, id)
		if err != nil {
			return err
		}
		for _, op := range operations {
			if err := g.set(op); err != nil {
				return err
			}
		}
		if err := g.Validate(); err != nil {
			return err
		}
		other, found, err := tx.DirectoryGroupByName(ctx, store, Fold(g.DisplayName))
		if err != nil {
			return err
		}
		if found && other.ID != g.ID {
			return taken("Duplicate GroupDisplayName")
		}
		g.Stamp.Updated, g.Stamp.UpdatedBy = d.Now().UTC(), by
		return tx.UpdateDirectoryGroup(ctx, g)
	})
}

func (g *Group) set(op Operation) error {
	text := ""
	if len(op.Value) > 0 && string(op.Value) != "null" {
		if err := json.Unmarshal(op.Value, &text); err != nil {
			return unknownPath(op.Path)
		}
	}
	switch lowerFirst(op.Path) {
	case "displayName":
		g.DisplayName = text
	case "description":
		g.Description = text
	default:
		return unknownPath(op.Path)
	}
	return nil
}

// DeleteGroup removes a group, its memberships, and all that names it.
func (d *Directory) DeleteGroup(ctx context.Context, id GroupID) error {
	return d.change(ctx, func(tx Tx, store string) error {
		if _, err := groupIn(ctx, tx, store, id); err != nil {
			return err
		}
		if err := tx.DeleteDirectoryGroup(ctx, id); err != nil {
			return fmt.Errorf("delete group %s: %w", id, err)
		}
		return d.Gone(ctx, GroupResource, string(id))
	})
}
