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
		UserName: given(in.UserName), DisplayName: given(in.DisplayName), NickName: given(in.NickName), ProfileURL: given(in.ProfileUrl),
		UserType: given(in.UserType), Title: given(in.Title), PreferredLanguage: given(in.PreferredLanguage), Locale: given(in.Locale),
		Timezone: given(in.Timezone), Website: given(in.Website), Birthdate: given(in.Birthdate),
	}
	if n := in.Name; n != nil {
		a.Name = directory.Name{
			Formatted: given(n.Formatted), FamilyName: given(n.FamilyName), GivenName: given(n.GivenName), MiddleName: given(n.MiddleName),
			HonorificPrefix: given(n.HonorificPrefix), HonorificSuffix: given(n.HonorificSuffix),
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
			StreetAddress: given(d.StreetAddress), Locality: given(d.Locality), Region: given(d.Region), PostalCode: given(d.PostalCode),
			Country: given(d.Country), Formatted: given(d.Formatted), Type: given(d.Type), Primary: d.Primary != nil && *d.Primary,
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
	return directory.Value{Value: given(text), Type: given(kind), Display: given(display), Primary: primary != nil && *primary}
}

// wireUser translates a user; extensions are shown when they are asked for.
func wireUser(store string, u directory.User, extensions []string) (User, error) {
	status := UserStatusEnabled
	if u.Disabled {
		status = UserStatusDisabled
	}
	w := User{
		IdentityStoreId: store, UserId: string(u.ID), UserName: optional(u.UserName), ExternalIds: wireExternalIDs(u.ExternalIDs),
		DisplayName: optional(u.DisplayName), NickName: optional(u.NickName), ProfileUrl: optional(u.ProfileURL), UserType: optional(u.UserType),
		Title: optional(u.Title), PreferredLanguage: optional(u.PreferredLanguage), Locale: optional(u.Locale), Timezone: optional(u.Timezone),
		Website: optional(u.Website), Birthdate: optional(u.Birthdate), UserStatus: &status,
		CreatedAt: stampTime(u.Stamp.Created), CreatedBy: optional(u.Stamp.CreatedBy), UpdatedAt: stampTime(u.Stamp.Updated), UpdatedBy: optional(u.Stamp.UpdatedBy),
	}
	if n := u.Name; n != (directory.Name{}) {
		w.Name = &Name{
			Formatted: optional(n.Formatted), FamilyName: optional(n.FamilyName), GivenName: optional(n.GivenName), MiddleName: optional(n.MiddleName),
			HonorificPrefix: optional(n.HonorificPrefix), HonorificSuffix: optional(n.HonorificSuffix),
		}
	}
	for _, e := range u.Emails {
		w.Emails = append(w.Emails, Email{Value: optional(e.Value), Type: optional(e.Type), Primary: &e.Primary})
	}
	for _, p := range u.PhoneNumbers {
		w.PhoneNumbers = append(w.PhoneNumbers, PhoneNumber{Value: optional(p.Value), Type: optional(p.Type), Primary: &p.Primary})
	}
	for _, r := range u.Roles {
		w.Roles = append(w.Roles, Role{Value: optional(r.Value), Type: optional(r.Type), Primary: &r.Primary})
	}
	for _, p := range u.Photos {
		w.Photos = append(w.Photos, Photo{Value: p.Value, Type: optional(p.Type), Display: optional(p.Display), Primary: &p.Primary})
	}
	for _, d := range u.Addresses {
		w.Addresses = append(w.Addresses, Address{
			StreetAddress: optional(d.StreetAddress), Locality: optional(d.Locality), Region: optional(d.Region), PostalCode: optional(d.PostalCode),
			Country: optional(d.Country), Formatted: optional(d.Formatted), Type: optional(d.Type), Primary: &d.Primary,
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
