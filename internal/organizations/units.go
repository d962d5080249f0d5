package organizations

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// Unit is an organizational unit. It stays under the parent it was made in.
type Unit struct {
	ID           string // ou-<the root's 4>-<8>
	ARN          string
	Organization string
	ParentID     string // r-… or ou-…
	Name         string // 1–128 characters, unique among its siblings
	Path         string // o-…/r-…/ou-…/…/
}

// UnitTx stores organizational units.
type UnitTx interface {
	// InsertOrgUnit reports false when a sibling has the name.
	InsertOrgUnit(context.Context, Unit) (bool, error)
	// RenameOrgUnit reports false when a sibling has the name.
	RenameOrgUnit(ctx context.Context, u Unit, name string) (bool, error)
	DeleteOrgUnit(ctx context.Context, id string) error
	OrgUnit(ctx context.Context, id string) (Unit, bool, error)
	// OrgUnitsUnder lists by id those right under a root or unit.
	OrgUnitsUnder(ctx context.Context, parent string, page paging.Page) ([]Unit, error)
	CountOrgUnits(ctx context.Context, organization string) (int, error)
}

// TargetType is a kind of thing that accounts are under and policies attach to.
type TargetType string

// The kinds.
const (
	AccountTarget TargetType = "ACCOUNT"
	UnitTarget    TargetType = "ORGANIZATIONAL_UNIT"
	RootTarget    TargetType = "ROOT"
)

// TargetOf tells the kind of a thing by its id.
func TargetOf(id string) TargetType {
	switch {
	case strings.HasPrefix(id, unitPrefix):
		return UnitTarget
	case strings.HasPrefix(id, "r-"):
		return RootTarget
	default:
		return AccountTarget
	}
}

// place returns the root or a unit of org as a unit, the root's having no name.
// What is not there breaks rule.
func place(ctx context.Context, tx Tx, org Organization, id string, rule Rule) (Unit, error) {
	if id == org.Root {
		return Unit{ID: id, Organization: org.ID, Path: org.rootPath()}, nil
	}
	u, found, err := tx.OrgUnit(ctx, id)
	if err != nil {
		return Unit{}, fmt.Errorf("unit %s: %w", id, err)
	}
	if !found || u.Organization != org.ID {
		return Unit{}, noPlace(rule)
	}
	return u, nil
}

func noPlace(rule Rule) error {
	what := map[Rule]string{
		ParentNotFound:            "a parent",
		SourceParentNotFound:      "a source parent",
		DestinationParentNotFound: "a destination parent",
		UnitNotFound:              "an organizational unit",
		TargetNotFound:            "a target",
	}[rule]
	return refuse(rule, fault.NotFound, "You specified "+what+" that doesn't exist.")
}

// depth is how many units deep a path leads.
func depth(path string) int { return strings.Count(path, "/") - 2 }

// CreateUnit makes an organizational unit, at most five below one another.
func (a Acting) CreateUnit(ctx context.Context, parent, name string, tags map[string]string) (u Unit, err error) {
	err = a.asManager(ctx, func(tx Tx, org Organization) error {
		under, err := place(ctx, tx, org, parent, ParentNotFound)
		if err != nil {
			return err
		}
		if depth(under.Path) >= maxDepth {
			return violates(TooDeep, "You have exceeded the maximum depth of the organizational unit tree.")
		}
		count, err := tx.CountOrgUnits(ctx, org.ID)
		if err != nil {
			return fmt.Errorf("count units of %s: %w", org.ID, err)
		}
		if count >= a.s.Limits.units() {
			return violates(TooManyUnits, "You have exceeded the allowed number of organizational units.")
		}
		if err := checkTags(0, tags); err != nil {
			return err
		}
		u = Unit{
			ID:           a.s.Mint.From(unitPrefix+strings.TrimPrefix(org.Root, "r-")+"-", lower, 8),
			Organization: org.ID, ParentID: parent, Name: name,
		}
		u.ARN, u.Path = org.UnitARN(u.ID), under.Path+u.ID+"/"
		made, err := tx.InsertOrgUnit(ctx, u)
		if err != nil {
			return fmt.Errorf("make unit %s: %w", name, err)
		}
		if !made {
			return duplicateUnit()
		}
		if err := tx.PutOrgTags(ctx, tagsOf(u.ID, tags)); err != nil {
			return fmt.Errorf("tag %s: %w", u.ID, err)
		}
		return bindNew(ctx, tx, org, []string{u.ID})
	})
	return u, err
}

func duplicateUnit() error {
	return refuse(DuplicateUnit, fault.Conflict, "An OU with the same name already exists.")
}

// RenameUnit gives a unit a new name; "" leaves it as it is.
func (a Acting) RenameUnit(ctx context.Context, id, name string) (u Unit, err error) {
	err = a.asManager(ctx, func(tx Tx, org Organization) error {
		if u, err = unit(ctx, tx, org, id); err != nil || name == "" || name == u.Name {
			return err
		}
		renamed, err := tx.RenameOrgUnit(ctx, u, name)
		if err != nil {
			return fmt.Errorf("rename %s: %w", id, err)
		}
		if !renamed {
			return duplicateUnit()
		}
		u.Name = name
		return nil
	})
	return u, err
}

// unit is place for what must be a unit.
func unit(ctx context.Context, tx Tx, org Organization, id string) (Unit, error) {
	if id == org.Root {
		return Unit{}, noPlace(UnitNotFound)
	}
	u, err := place(ctx, tx, org, id, UnitNotFound)
	u.ARN = org.UnitARN(id)
	return u, err
}

// DeleteUnit deletes a unit that holds neither accounts nor units.
func (a Acting) DeleteUnit(ctx context.Context, id string) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		if _, err := unit(ctx, tx, org, id); err != nil {
			return err
		}
		accounts, err := tx.OrgAccountsUnder(ctx, id, paging.Page{Limit: 1})
		if err != nil {
			return fmt.Errorf("accounts under %s: %w", id, err)
		}
		units, err := tx.OrgUnitsUnder(ctx, id, paging.Page{Limit: 1})
		if err != nil {
			return fmt.Errorf("units under %s: %w", id, err)
		}
		if len(accounts)+len(units) > 0 {
			return refuse(UnitNotEmpty, fault.Conflict, "The specified organizational unit is not empty.")
		}
		if err := tx.DetachOrgPolicies(ctx, org.ID, id); err != nil {
			return fmt.Errorf("detach policies from %s: %w", id, err)
		}
		if err := tx.DeleteOrgTags(ctx, id, nil); err != nil {
			return fmt.Errorf("untag %s: %w", id, err)
		}
		return tx.DeleteOrgUnit(ctx, id)
	})
}

// Unit returns an organizational unit.
func (a Acting) Unit(ctx context.Context, id string) (u Unit, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		u, err = unit(ctx, tx, org, id)
		return err
	})
	return u, err
}

// UnitsForParent lists the units right under a root or unit, by id.
func (a Acting) UnitsForParent(ctx context.Context, parent string, page paging.Page) (all []Unit, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		if _, err := place(ctx, tx, org, parent, ParentNotFound); err != nil {
			return err
		}
		all, err = tx.OrgUnitsUnder(ctx, parent, more(page))
		for i := range all {
			all[i].ARN = org.UnitARN(all[i].ID)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	all, next = paging.Cut(all, page.Limit, func(u Unit) string { return u.ID })
	return all, next, nil
}

// Parent returns the root or unit that an account or unit is right under.
func (a Acting) Parent(ctx context.Context, child string) (parent string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		if TargetOf(child) == UnitTarget {
			u, err := place(ctx, tx, org, child, ChildNotFound)
			parent = u.ParentID
			return asChild(err)
		}
		account, err := member(ctx, tx, org, arn.AccountID(child))
		parent = account.ParentID
		return asChild(err)
	})
	return parent, err
}

// asChild words that an account or unit is not there as ListParents does.
func asChild(err error) error {
	if fault.Of(err) == fault.NotFound {
		return refuse(ChildNotFound, fault.NotFound, "You specified a child that doesn't exist.")
	}
	return err
}
