package identitystoreapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/wire"
)

// lowerPath is an attribute path with small first letters: the API accepts its
// own capitals too.
func lowerPath(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		r, n := utf8.DecodeRuneInString(part)
		parts[i] = string(unicode.ToLower(r)) + part[n:]
	}
	return strings.Join(parts, ".")
}

// attributesOf translates what CreateUser is given.
func attributesOf(in *CreateUserRequest) (directory.Attributes, error) {
	a := directory.Attributes{
		UserName: wire.Given(in.UserName), DisplayName: wire.Given(in.DisplayName), NickName: wire.Given(in.NickName), ProfileURL: wire.Given(in.ProfileUrl),
		UserType: wire.Given(in.UserType), Title: wire.Given(in.Title), PreferredLanguage: wire.Given(in.PreferredLanguage), Locale: wire.Given(in.Locale),
		Timezone: wire.Given(in.Timezone), Website: wire.Given(in.Website), Birthdate: wire.Given(in.Birthdate),
	}
	if n := in.Name; n != nil {
		a.Name = directory.Name{
			Formatted: wire.Given(n.Formatted), FamilyName: wire.Given(n.FamilyName), GivenName: wire.Given(n.GivenName), MiddleName: wire.Given(n.MiddleName),
			HonorificPrefix: wire.Given(n.HonorificPrefix), HonorificSuffix: wire.Given(n.HonorificSuffix),
		}
	}
	for _, e := range in.Emails {
		a.Emails = append(a.Emails, value(e.Value, e.Type, nil, e.Primary))
	}
	for _, p := range in.PhoneNumbers {
		a.PhoneNumbers = append(a.PhoneNumbers, value(p.Value, p.Type, nil, p.Primary))
	}
	for _, r := range in.Roles {
		a.Roles = append(a.Roles, value(r.Value, r.Type, nil, r.Primary))
	}
	for _, p := range in.Photos {
		a.Photos = append(a.Photos, value(&p.Value, p.Type, p.Display, p.Primary))
	}
	for _, d := range in.Addresses {
		a.Addresses = append(a.Addresses, directory.Address{
			StreetAddress: wire.Given(d.StreetAddress), Locality: wire.Given(d.Locality), Region: wire.Given(d.Region), PostalCode: wire.Given(d.PostalCode),
			Country: wire.Given(d.Country), Formatted: wire.Given(d.Formatted), Type: wire.Given(d.Type), Primary: d.Primary != nil && *d.Primary,
		})
	}
	for _, name := range slices.Sorted(maps.Keys(in.Extensions)) {
		e := directory.Extension{Name: name}
		if err := json.Unmarshal(in.Extensions[name], &e.Value); err != nil {
			return a, fault.Newf(fault.Invalid, "The extension %s must be an object.", name)
		}
		a.Extensions = append(a.Extensions, e)
	}
	return a, nil
}

func value(text, kind, display *string, primary *bool) directory.Value {
	return directory.Value{Value: wire.Given(text), Type: wire.Given(kind), Display: wire.Given(display), Primary: primary != nil && *primary}
}

// wireUser translates a user; extensions are shown when they are asked for.
func wireUser(store string, u directory.User, extensions []string) (User, error) {
	status := UserStatusEnabled
	if u.Disabled {
		status = UserStatusDisabled
	}
	w := User{
		IdentityStoreId: store, UserId: string(u.ID), UserName: wire.Optional(u.UserName), ExternalIds: wireExternalIDs(u.ExternalIDs),
		DisplayName: wire.Optional(u.DisplayName), NickName: wire.Optional(u.NickName), ProfileUrl: wire.Optional(u.ProfileURL), UserType: wire.Optional(u.UserType),
		Title: wire.Optional(u.Title), PreferredLanguage: wire.Optional(u.PreferredLanguage), Locale: wire.Optional(u.Locale), Timezone: wire.Optional(u.Timezone),
		Website: wire.Optional(u.Website), Birthdate: wire.Optional(u.Birthdate), UserStatus: &status,
		CreatedAt: stampTime(u.Stamp.Created), CreatedBy: wire.Optional(u.Stamp.CreatedBy), UpdatedAt: stampTime(u.Stamp.Updated), UpdatedBy: wire.Optional(u.Stamp.UpdatedBy),
	}
	if n := u.Name; n != (directory.Name{}) {
		w.Name = &Name{
			Formatted: wire.Optional(n.Formatted), FamilyName: wire.Optional(n.FamilyName), GivenName: wire.Optional(n.GivenName), MiddleName: wire.Optional(n.MiddleName),
			HonorificPrefix: wire.Optional(n.HonorificPrefix), HonorificSuffix: wire.Optional(n.HonorificSuffix),
		}
	}
	for _, e := range u.Emails {
		w.Emails = append(w.Emails, Email{Value: wire.Optional(e.Value), Type: wire.Optional(e.Type), Primary: &e.Primary})
	}
	for _, p := range u.PhoneNumbers {
		w.PhoneNumbers = append(w.PhoneNumbers, PhoneNumber{Value: wire.Optional(p.Value), Type: wire.Optional(p.Type), Primary: &p.Primary})
	}
	for _, r := range u.Roles {
		w.Roles = append(w.Roles, Role{Value: wire.Optional(r.Value), Type: wire.Optional(r.Type), Primary: &r.Primary})
	}
	for _, p := range u.Photos {
		w.Photos = append(w.Photos, Photo{Value: p.Value, Type: wire.Optional(p.Type), Display: wire.Optional(p.Display), Primary: &p.Primary})
	}
	for _, d := range u.Addresses {
		w.Addresses = append(w.Addresses, Address{
			StreetAddress: wire.Optional(d.StreetAddress), Locality: wire.Optional(d.Locality), Region: wire.Optional(d.Region), PostalCode: wire.Optional(d.PostalCode),
			Country: wire.Optional(d.Country), Formatted: wire.Optional(d.Formatted), Type: wire.Optional(d.Type), Primary: &d.Primary,
		})
	}
	var err error
	w.Extensions, err = wireExtensions(u.Extensions, extensions)
	return w, err
}

func wireExtensions(all []directory.Extension, asked []string) (map[string]wire.Document, error) {
	var shown map[string]wire.Document
	for _, e := range all {
		if !shows(asked, e.Name) {
			continue
		}
		text, err := json.Marshal(e.Value)
		if err != nil {
			return nil, fmt.Errorf("extension %s: %w", e.Name, err)
		}
		if shown == nil {
			shown = map[string]wire.Document{}
		}
		shown[e.Name] = text
	}
	return shown, nil
}

func wireExternalIDs(ids []directory.ExternalID) []ExternalId {
	var all []ExternalId
	for _, e := range ids {
		all = append(all, ExternalId{Issuer: e.Issuer, Id: e.ID})
	}
	return all
}

func stampTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
