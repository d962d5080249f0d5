package directory

import (
	"context"
	"fmt"
	"strings"

	"foyer/internal/paging"
)

// User is a person of the identity store.
type User struct {
	ID          UserID
	Store       string // the identity store's id
	Disabled    bool
	ExternalIDs []ExternalID
	Attributes
	Stamp Stamp
}

// Attributes are what is known of a user. The JSON names are the attribute
// paths of UpdateUser, and the form in which they are stored.
type Attributes struct {
	UserName          string      `json:"userName,omitempty"`
	Name              Name        `json:"name,omitzero"`
	DisplayName       string      `json:"displayName,omitempty"`
	NickName          string      `json:"nickName,omitempty"`
	ProfileURL        string      `json:"profileUrl,omitempty"`
	Emails            []Value     `json:"emails,omitempty"`
	Addresses         []Address   `json:"addresses,omitempty"`
	PhoneNumbers      []Value     `json:"phoneNumbers,omitempty"`
	UserType          string      `json:"userType,omitempty"`
	Title             string      `json:"title,omitempty"`
	PreferredLanguage string      `json:"preferredLanguage,omitempty"`
	Locale            string      `json:"locale,omitempty"`
	Timezone          string      `json:"timezone,omitempty"`
	Photos            []Value     `json:"photos,omitempty"`
	Website           string      `json:"website,omitempty"`
	Birthdate         string      `json:"birthdate,omitempty"`
	Roles             []Value     `json:"roles,omitempty"`
	Extensions        []Extension `json:"extensions,omitempty"`
}

// Name is a person's name and its parts.
type Name struct {
	Formatted       string `json:"formatted,omitempty"`
	FamilyName      string `json:"familyName,omitempty"`
	GivenName       string `json:"givenName,omitempty"`
	MiddleName      string `json:"middleName,omitempty"`
	HonorificPrefix string `json:"honorificPrefix,omitempty"`
	HonorificSuffix string `json:"honorificSuffix,omitempty"`
}

// Value is one value of a multi-valued attribute, such as an e-mail address.
type Value struct {
	Value   string `json:"value,omitempty"`
	Type    string `json:"type,omitempty"`
	Display string `json:"display,omitempty"` // photos only
	Primary bool   `json:"primary,omitempty"`
}

// Address is a postal address.
type Address struct {
	StreetAddress string `json:"streetAddress,omitempty"`
	Locality      string `json:"locality,omitempty"`
	Region        string `json:"region,omitempty"`
	PostalCode    string `json:"postalCode,omitempty"`
	Country       string `json:"country,omitempty"`
	Formatted     string `json:"formatted,omitempty"`
	Type          string `json:"type,omitempty"`
	Primary       bool   `json:"primary,omitempty"`
}

// Extension is a named group of further attributes, a JSON object, such as
// aws:identitystore:enterprise.
type Extension struct {
	Name  string         `json:"name"`
	Value map[string]any `json:"value"`
}

// ExternalID is the id another identity provider has for a user or group.
type ExternalID struct {
	Issuer string `json:"issuer"`
	ID     string `json:"id"`
}

// Email is the user's e-mail address, "" when there is none.
func (a Attributes) Email() string {
	if len(a.Emails) == 0 {
		return ""
	}
	return a.Emails[0].Value
}

// UserKey is an attribute that finds one user.
type UserKey string

// The attributes that find a user; both compare without case.
const (
	ByUserName UserKey = "userName"
	ByEmail    UserKey = "emails.value"
)

// Fold is the form in which names are compared: AWS's identity store does not
// tell upper from lower case.
func Fold(name string) string { return strings.ToLower(name) }

// CreateUser adds a user with the given attributes and returns it.
func (d *Directory) CreateUser(ctx context.Context, by string, a Attributes, external ...ExternalID) (User, error) {
	if err := a.Validate(); err != nil {
		return User{}, err
	}
	u := User{Attributes: a, ExternalIDs: external, Stamp: d.stamp(by)}
	err := d.change(ctx, func(tx Tx, store string) error {
		u.ID, u.Store = UserID(d.newID(store)), store
		if err := checkUnique(ctx, tx, u); err != nil {
			return err
		}
		count := func() (int, error) { return tx.CountDirectoryUsers(ctx, store) }
		if err := checkRoom(d.Quotas.InForce().Users, count, "users"); err != nil {
			return err
		}
		created, err := tx.PutDirectoryUser(ctx, u)
		if err == nil && !created {
			return taken("Duplicate UserName") // somebody was faster
		}
		return err
	})
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return u, nil
}

// checkUnique fails when another user of the store has u's name or e-mail address.
func checkUnique(ctx context.Context, tx Tx, u User) error {
	for _, rule := range []struct {
		key            UserKey
		value, message string
	}{{ByUserName, u.UserName, "Duplicate UserName"}, {ByEmail, u.Email(), "Duplicate email"}} {
		if rule.value == "" {
			continue
		}
		other, found, err := tx.DirectoryUserBy(ctx, u.Store, rule.key, Fold(rule.value))
		if err != nil {
			return err
		}
		if found && other.ID != u.ID {
			return taken("%s", rule.message)
		}
	}
	return nil
}

// User returns the user with an id, or Missing.
func (d *Directory) User(ctx context.Context, id UserID) (u User, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		u, err = userIn(ctx, r, store, id)
		return err
	})
	return u, err
}

func userIn(ctx context.Context, r Reader, store string, id UserID) (User, error) {
	u, found, err := r.DirectoryUser(ctx, id)
	if err == nil && (!found || u.Store != store) {
		u, err = User{}, missing(UserResource, string(id))
	}
	return u, err
}

// UserBy returns the user whose key attribute has value, or Missing.
func (d *Directory) UserBy(ctx context.Context, key UserKey, value string) (u User, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		var found bool
		u, found, err = r.DirectoryUserBy(ctx, store, key, Fold(value))
		if err == nil && !found {
			err = missing(UserResource, "")
		}
		return err
	})
	return u, err
}

// Users lists users by id.
func (d *Directory) Users(ctx context.Context, page paging.Page) (users []User, next string, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		users, err = r.DirectoryUsers(ctx, store, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	users, next = paging.Cut(users, page.Limit, func(u User) string { return string(u.ID) })
	return users, next, err
}

// UpdateUser applies operations to a user, all or none.
func (d *Directory) UpdateUser(ctx context.Context, by string, id UserID, operations []Operation) error {
	err := d.change(ctx, func(tx Tx, store string) error {
		u, err := userIn(ctx, tx, store, id)
		if err != nil {
			return err
		}
		if u.Attributes, err = u.Attributes.apply(operations); err != nil {
			return err
		}
		if err := u.Validate(); err != nil {
			return err
		}
		if err := checkUnique(ctx, tx, u); err != nil {
			return err
		}
		u.Stamp.Updated, u.Stamp.UpdatedBy = d.Now().UTC(), by
		return tx.UpdateDirectoryUser(ctx, u)
	})
	if err != nil {
		return fmt.Errorf("update user %s: %w", id, err)
	}
	return nil
}

// SetDisabled disables or enables a user. A disabled user cannot sign in, and
// whatever hangs on a sign-in is refused; memberships and assignments stay.
func (d *Directory) SetDisabled(ctx context.Context, by string, id UserID, disabled bool) error {
	return d.change(ctx, func(tx Tx, store string) error {
		u, err := userIn(ctx, tx, store, id)
		if err != nil {
			return err
		}
		u.Disabled, u.Stamp.Updated, u.Stamp.UpdatedBy = disabled, d.Now().UTC(), by
		return tx.UpdateDirectoryUser(ctx, u)
	})
}

// DeleteUser removes a user, its memberships, and all that names it.
func (d *Directory) DeleteUser(ctx context.Context, id UserID) error {
	return d.change(ctx, func(tx Tx, store string) error {
		if _, err := userIn(ctx, tx, store, id); err != nil {
			return err
		}
		if err := tx.DeleteDirectoryUser(ctx, id); err != nil {
			return fmt.Errorf("delete user %s: %w", id, err)
		}
		return d.Gone(ctx, UserResource, string(id))
	})
}

// ByExternalID returns the id of the user or group that another identity
// provider knows by external, or Missing.
func (d *Directory) ByExternalID(ctx context.Context, resource Resource, external ExternalID) (id string, err error) {
	err = d.read(ctx, func(r Reader, store string) error {
		var found bool
		id, found, err = r.DirectoryOwnerOfExternalID(ctx, store, resource, external)
		if err == nil && !found {
			err = missing(resource, "")
		}
		return err
	})
	return id, err
}
