package ssoadminapi_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"foyer/internal/actioncatalogue"
	api "foyer/internal/awsapi/ssoadminapi"
	"foyer/internal/caller"
	"foyer/internal/wire"
)

// Each operation demands its action, which the Service Authorization Reference
// has, on the types of resources that it names there, with the condition keys
// that go with the action and with the resource.
func TestDemandsAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	h := open(t)
	service, ok := actioncatalogue.Find("sso")
	if !ok {
		t.Fatal("the catalogue has no sso")
	}
	named := furnishTagged(h)
	contract := h.API()
	for operation, authorize := range contract.Authorize {
		action, ok := service.Action(operation)
		if !ok {
			t.Errorf("the reference has no sso:%s", operation)
			continue
		}
		resources := []string{named["InstanceArn"]}
		if strings.Contains(operation, "Tag") { // about one of several types
			resources = []string{named["InstanceArn"], named["PermissionSetArn"], named["ApplicationArn"], named["TrustedTokenIssuerArn"]}
		}
		for _, resource := range resources {
			in := contract.Operations[operation].New()
			named["ResourceArn"] = resource
			fillIn(reflect.ValueOf(in).Elem(), named)
			demands, err := authorize(t.Context(), &wire.Call{Caller: caller.Caller{Account: management}}, in)
			if err != nil {
				t.Errorf("%s: %v", operation, err)
			}
			checkDemands(t, service, action, resource, demands)
		}
	}
}

// checkDemands holds what an operation demands to its entry in the reference.
func checkDemands(t *testing.T, service *actioncatalogue.Service, action *actioncatalogue.Action, resource string, demands []wire.Demand) {
	t.Helper()
	want, got := map[string]bool{}, map[string]bool{}
	for _, r := range action.Resources {
		if r.Required {
			want[r.Type] = true
		}
	}
	for _, d := range demands {
		if d.Action != "sso:"+action.Name {
			t.Errorf("%s demands %s", action.Name, d.Action)
		}
		keys := slices.Clone(action.Keys)
		for _, kind := range service.Resources {
			if !actioncatalogue.MatchARN(kind.ARN, strings.ReplaceAll(d.Resource, "*", "any")) {
				continue
			}
			got[kind.Name] = true
			i := slices.IndexFunc(action.Resources, func(r actioncatalogue.ActionResource) bool { return r.Type == kind.Name })
			if i < 0 {
				t.Errorf("%s is demanded on %s, which is no resource of it", action.Name, d.Resource)
				continue
			}
			keys = append(keys, action.Resources[i].Keys...)
			if !strings.HasSuffix(d.Resource, "/*") && slices.Contains(kind.Keys, "aws:ResourceTag/${TagKey}") {
				keys = append(keys, "aws:ResourceTag/${TagKey}")
			}
		}
		for _, key := range keys {
			key = strings.ReplaceAll(key, "${TagKey}", "team")
			if len(d.Context[key]) == 0 {
				t.Errorf("%s on %s has no %s", action.Name, d.Resource, key)
			}
		}
	}
	if len(want) == 0 && len(action.Resources) > 0 { // one of several
		want = maps.Clone(got)
		if len(got) != 1 {
			t.Errorf("%s on %s is demanded on %v", action.Name, resource, got)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%s is demanded on %v, want %v", action.Name, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// furnishTagged makes one of everything that can be tagged, each with a team, and
// tells by which member of a request each is named.
func furnishTagged(h *house) map[string]string {
	h.t.Helper()
	tags := []api.Tag{{Key: "team", Value: "a"}}
	set := do(h, h.CreatePermissionSet, &api.CreatePermissionSetRequest{InstanceArn: instanceARN, Name: "Reader", Tags: tags})
	app := do(h, h.CreateApplication, &api.CreateApplicationRequest{InstanceArn: instanceARN, ApplicationProviderArn: custom, Name: "Books", Tags: tags})
	issuer := do(h, h.CreateTrustedTokenIssuer, &api.CreateTrustedTokenIssuerRequest{
		InstanceArn: instanceARN, Name: "idp", TrustedTokenIssuerType: api.TrustedTokenIssuerTypeOidcJwt, Tags: tags,
		TrustedTokenIssuerConfiguration: &api.TrustedTokenIssuerConfiguration{OidcJwtConfiguration: &api.OidcJwtConfiguration{
			IssuerUrl: "https://idp.example", ClaimAttributePath: "email", IdentityStoreAttributePath: "emails.value", JwksRetrievalOption: api.JwksRetrievalOptionOpenIdDiscovery,
		}},
	})
	do(h, h.TagResource, &api.TagResourceRequest{ResourceArn: instanceARN, Tags: tags})
	return map[string]string{
		"InstanceArn": instanceARN, "PermissionSetArn": *set.PermissionSet.PermissionSetArn, "ApplicationArn": *app.ApplicationArn,
		"TrustedTokenIssuerArn": *issuer.TrustedTokenIssuerArn, "ApplicationProviderArn": custom, "TargetId": string(member), "AccountId": string(member),
	}
}

// fillIn gives a request the members that name things, and a tag.
func fillIn(in reflect.Value, named map[string]string) {
	for i := range in.NumField() {
		field, name := in.Field(i), in.Type().Field(i).Name
		value, ok := named[name]
		switch {
		case name == "Tags":
			field.Set(reflect.ValueOf([]api.Tag{{Key: "team", Value: "a"}}))
		case name == "TagKeys":
			field.Set(reflect.ValueOf([]string{"team"}))
		case name == "Filter" && field.Kind() == reflect.Pointer:
			field.Set(reflect.New(field.Type().Elem()))
			fillIn(field.Elem(), named)
		case ok && field.Kind() == reflect.String:
			field.SetString(value)
		case ok:
			field.Set(reflect.ValueOf(&value))
		}
	}
}
