package application

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/once"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/tagging"
)

// Create adds an application with its tags and returns it. r is the request,
// for when it comes twice. An unknown instance or provider is NotFound, more
// applications than the quota a Quota fault.
func (s *Service) Create(ctx context.Context, r once.Request, a Application, tags map[string]string) (Application, error) {
	i, err := s.Instance(ctx, a.InstanceARN)
	if err != nil {
		return Application{}, err
	}
	if _, err := FindProvider(a.Provider); err != nil {
		return Application{}, err
	}
	if err := a.validate(); err != nil {
		return Application{}, err
	}
	err = s.InTx(ctx, func(tx Tx) error {
		made, err := once.Do(ctx, tx, r, func() (string, error) {
			n, err := tx.CountApplications(ctx, a.InstanceARN)
			if err != nil {
				return "", err
			}
			if most := s.Quotas.InForce().Applications; quota.Exceeded(most, n+1) {
				return "", fault.Newf(fault.Quota, "You have exceeded AWS SSO limits. Cannot create more than %d applications per instance.", most)
			}
			a.ARN = s.Mint.From("arn:aws:sso::"+string(a.Account)+":application/"+i.ID+"/apl-", mint.Hex, 16)
			a.Created = tx.Now()
			if err := tx.PutApplication(ctx, a); err != nil {
				return "", err
			}
			return a.ARN, tagging.Put(ctx, tx, s.Quotas, a.ARN, tags)
		})
		a.ARN = made
		return err
	})
	if err != nil {
		return Application{}, fmt.Errorf("create application %s: %w", a.Name, err)
	}
	return a, nil
}

// validate returns an Invalid fault for what the contract's lengths and
// patterns do not catch.
func (a Application) validate() error {
	if strings.TrimSpace(a.Name) == "" {
		return fault.Newf(fault.Invalid, "The name of an application must not be blank.")
	}
	if a.Portal.Origin == FromApplication && a.Portal.URL == "" {
		return fault.Newf(fault.Invalid, "ApplicationUrl is required when the sign-in origin is %s.", FromApplication)
	}
	return nil
}

// Change is what an update of an application gives anew; nil leaves a member as
// it is.
type Change struct {
	Name, Description *string
	Disabled          *bool
	SignIn            *Portal // its Origin and URL
}

// Update changes an application.
func (s *Service) Update(ctx context.Context, applicationARN string, c Change) error {
	return s.InTx(ctx, func(tx Tx) error {
		a, err := in(ctx, tx, applicationARN)
		if err != nil {
			return err
		}
		if c.Name != nil {
			a.Name = *c.Name
		}
		if c.Description != nil {
			a.Description = *c.Description
		}
		if c.Disabled != nil {
			a.Disabled = *c.Disabled
		}
		if c.SignIn != nil {
			a.Portal.Origin, a.Portal.URL = c.SignIn.Origin, c.SignIn.URL
		}
		if err := a.validate(); err != nil {
			return err
		}
		return tx.UpdateApplication(ctx, a)
	})
}

// Delete removes an application with its assignments, scopes, methods and
// grants.
func (s *Service) Delete(ctx context.Context, applicationARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, applicationARN); err != nil {
			return err
		}
		return tx.DeleteApplication(ctx, applicationARN)
	})
}

// Get returns an application; a NotFound fault when there is none.
func (s *Service) Get(ctx context.Context, applicationARN string) (a Application, err error) {
	err = s.View(ctx, func(r Reader) error {
		a, err = in(ctx, r, applicationARN)
		return err
	})
	return a, err
}

// List lists the applications of an instance by ARN.
func (s *Service) List(ctx context.Context, instanceARN string, f Filter, page paging.Page) (all []Application, next string, err error) {
	if _, err := s.Instance(ctx, instanceARN); err != nil {
		return nil, "", err
	}
	err = s.View(ctx, func(r Reader) error {
		all, err = r.Applications(ctx, instanceARN, f, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	all, next = paging.Cut(all, page.Limit, func(a Application) string { return a.ARN })
	return all, next, err
}

// Settings returns an application's settings.
func (s *Service) Settings(ctx context.Context, applicationARN string) (set Settings, err error) {
	err = s.View(ctx, func(r Reader) error {
		if _, err := in(ctx, r, applicationARN); err != nil {
			return err
		}
		set, err = r.ApplicationSettings(ctx, applicationARN)
		return err
	})
	return set, err
}

// Set changes an application's settings.
func (s *Service) Set(ctx context.Context, applicationARN string, change func(*Settings)) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, applicationARN); err != nil {
			return err
		}
		set, err := tx.ApplicationSettings(ctx, applicationARN)
		if err != nil {
			return err
		}
		change(&set)
		return tx.SetApplicationSettings(ctx, applicationARN, set)
	})
}

// goneBatch is how many applications of a deleted instance are read at once.
const goneBatch = 100

// InstanceGone removes all applications of a deleted instance.
func (s *Service) InstanceGone(ctx context.Context, instanceARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		for {
			all, err := tx.Applications(ctx, instanceARN, Filter{}, paging.Page{Limit: goneBatch})
			if err != nil {
				return err
			}
			for _, a := range all {
				if err := tx.DeleteApplication(ctx, a.ARN); err != nil {
					return err
				}
			}
			if len(all) < goneBatch {
				return nil
			}
		}
	})
}
