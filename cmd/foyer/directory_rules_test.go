package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// long is longer than any attribute may be.
var long = strings.Repeat("x", 1025)

// user is the input that makes a user, with further members.
func user(name, further string) string {
	return `{"IdentityStoreId":"<D>","UserName":"` + name + `","DisplayName":"N","Name":{"GivenName":"G","FamilyName":"F"}` + further + `}`
}

// update is the input that changes one attribute of grace.
func update(path, value string) string {
	return `{"IdentityStoreId":"<D>","UserId":"<U>","Operations":[{"AttributePath":"` + path + `","AttributeValue":` + value + `}]}`
}

// directoryRules are calls that the identity store refuses, with the code and how
// the message begins.
var directoryRules = map[string]struct{ op, in, want string }{
	"a user without a name":            {"CreateUser", `{"IdentityStoreId":"<D>","DisplayName":"N","Name":{"GivenName":"G","FamilyName":"F"}}`, "ValidationException: The attribute userName is required"},
	"a user without a display name":    {"CreateUser", `{"IdentityStoreId":"<D>","UserName":"n","Name":{"GivenName":"G","FamilyName":"F"}}`, "ValidationException: The attribute displayName is required"},
	"a user without a given name":      {"CreateUser", `{"IdentityStoreId":"<D>","UserName":"n","DisplayName":"N","Name":{"FamilyName":"F"}}`, "ValidationException: The attribute name.givenName is required"},
	"a user without a family name":     {"CreateUser", `{"IdentityStoreId":"<D>","UserName":"n","DisplayName":"N","Name":{"GivenName":"G"}}`, "ValidationException: The attribute name.familyName is required"},
	"a reserved name":                  {"CreateUser", user("Administrator", ""), "ValidationException: The user name Administrator is reserved"},
	"the other reserved name":          {"CreateUser", user("awsadministrators", ""), "ValidationException: The user name awsadministrators is reserved"},
	"a reserved name for a group":      {"CreateGroup", `{"IdentityStoreId":"<D>","DisplayName":"AWSAdministrators"}`, "ValidationException: The group name AWSAdministrators is reserved"},
	"a blank in a user name":           {"CreateUser", user("a b", ""), "ValidationException: 1 validation error detected: Value at 'userName' failed to satisfy constraint"},
	"a user name that is too long":     {"CreateUser", user(long[:129], ""), "ValidationException: 1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 128"},
	"a title that is too long":         {"CreateUser", user("n", `,"Title":"`+long+`"`), "ValidationException: 1 validation error detected: Value at 'title' failed to satisfy constraint: Member must have length less than or equal to 1024"},
	"two addresses for mail":           {"CreateUser", user("n", `,"Emails":[{"Value":"a@x.example"},{"Value":"b@x.example"}]`), "ValidationException: 1 validation error detected: Value at 'emails' failed to satisfy constraint: Member must have length less than or equal to 1"},
	"two telephone numbers":            {"CreateUser", user("n", `,"PhoneNumbers":[{"Value":"1"},{"Value":"2"}]`), "ValidationException: 1 validation error detected: Value at 'phoneNumbers'"},
	"two postal addresses":             {"CreateUser", user("n", `,"Addresses":[{"Country":"A"},{"Country":"B"}]`), "ValidationException: 1 validation error detected: Value at 'addresses'"},
	"two roles":                        {"CreateUser", user("n", `,"Roles":[{"Value":"1"},{"Value":"2"}]`), "ValidationException: 1 validation error detected: Value at 'roles'"},
	"four photos":                      {"CreateUser", user("n", `,"Photos":[{"Value":"1"},{"Value":"2"},{"Value":"3"},{"Value":"4"}]`), "ValidationException: 1 validation error detected: Value at 'photos'"},
	"an extension nobody knows":        {"CreateUser", user("n", `,"Extensions":{"aws:identitystore:shoes":{"size":"44"}}`), "ValidationException: The attribute path aws:identitystore:shoes does not exist"},
	"an attribute of it nobody knows":  {"CreateUser", user("n", `,"Extensions":{"aws:identitystore:enterprise":{"shoeSize":"44"}}`), "ValidationException: The attribute path aws:identitystore:enterprise.shoeSize does not exist"},
	"a name that is taken":             {"CreateUser", user("GRACE", ""), "ConflictException: Duplicate UserName"},
	"an e-mail address that is taken":  {"CreateUser", user("n", `,"Emails":[{"Value":"Grace@Navy.example"}]`), "ConflictException: Duplicate email"},
	"a group's name that is taken":     {"CreateGroup", `{"IdentityStoreId":"<D>","DisplayName":"compilers"}`, "ConflictException: Duplicate GroupDisplayName"},
	"a group without a name":           {"CreateGroup", `{"IdentityStoreId":"<D>"}`, "ValidationException: The attribute displayName is required"},
	"a group's name of blanks":         {"CreateGroup", `{"IdentityStoreId":"<D>","DisplayName":" "}`, "ValidationException: The attribute displayName is required"},
	"a membership twice":               {"CreateGroupMembership", `{"IdentityStoreId":"<D>","GroupId":"<G>","MemberId":{"UserId":"<U>"}}`, "ConflictException: Member and group relationship already exists."},
	"a group in a group":               {"CreateGroupMembership", `{"IdentityStoreId":"<D>","GroupId":"<G>","MemberId":{"GroupId":"<G>"}}`, "ValidationException: "},
	"a user nobody knows":              {"DescribeUser", `{"IdentityStoreId":"<D>","UserId":"00000000-0000-4000-8000-000000000000"}`, "ResourceNotFoundException: USER not found."},
	"a group nobody knows":             {"DescribeGroup", `{"IdentityStoreId":"<D>","GroupId":"00000000-0000-4000-8000-000000000000"}`, "ResourceNotFoundException: GROUP not found."},
	"a store nobody knows":             {"ListUsers", `{"IdentityStoreId":"d-0000000000"}`, "ResourceNotFoundException: IDENTITY_STORE not found."},
	"two identifiers at once":          {"GetUserId", `{"IdentityStoreId":"<D>","AlternateIdentifier":{"ExternalId":{"Issuer":"i","Id":"1"},"UniqueAttribute":{"AttributePath":"userName","AttributeValue":"grace"}}}`, "ValidationException: "},
	"no identifier":                    {"GetUserId", `{"IdentityStoreId":"<D>","AlternateIdentifier":{}}`, "ValidationException: "},
	"an identifier that is none":       {"GetUserId", `{"IdentityStoreId":"<D>","AlternateIdentifier":{"UniqueAttribute":{"AttributePath":"title","AttributeValue":"Admiral"}}}`, "ValidationException: A user is found by userName or emails.value"},
	"an identifier of another kind":    {"GetUserId", `{"IdentityStoreId":"<D>","AlternateIdentifier":{"UniqueAttribute":{"AttributePath":"userName","AttributeValue":7}}}`, "ValidationException: A user is found by userName or emails.value"},
	"a group by what does not find it": {"GetGroupId", `{"IdentityStoreId":"<D>","AlternateIdentifier":{"UniqueAttribute":{"AttributePath":"description","AttributeValue":"x"}}}`, "ValidationException: A group is found by displayName"},
	"an external id nobody knows":      {"GetUserId", `{"IdentityStoreId":"<D>","AlternateIdentifier":{"ExternalId":{"Issuer":"https://idp.example","Id":"1"}}}`, "ResourceNotFoundException: USER not found."},
	"a filter that is none":            {"ListUsers", `{"IdentityStoreId":"<D>","Filters":[{"AttributePath":"Title","AttributeValue":"x"}]}`, "ValidationException: ListUsers filters by UserName only"},
	"two filters":                      {"ListUsers", `{"IdentityStoreId":"<D>","Filters":[{"AttributePath":"UserName","AttributeValue":"x"},{"AttributePath":"UserName","AttributeValue":"y"}]}`, "ValidationException: 1 validation error detected: Value at 'filters'"},
	"a page of nothing":                {"ListUsers", `{"IdentityStoreId":"<D>","MaxResults":0}`, "ValidationException: 1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1"},
	"a page that is too large":         {"ListGroups", `{"IdentityStoreId":"<D>","MaxResults":101}`, "ValidationException: 1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"},
	"a token nobody gave":              {"ListUsers", `{"IdentityStoreId":"<D>","NextToken":"AAAA"}`, "ValidationException: The pagination token is not valid"},
	"a token of another listing":       {"ListGroups", `{"IdentityStoreId":"<D>","NextToken":"<T>"}`, "ValidationException: The pagination token is not valid"},
	"101 groups at once":               {"IsMemberInGroups", `{"IdentityStoreId":"<D>","MemberId":{"UserId":"<U>"},"GroupIds":[` + strings.Repeat(`"<G>",`, 100) + `"<G>"]}`, "ValidationException: 1 validation error detected: Value at 'groupIds'"},
	"no operation":                     {"UpdateUser", `{"IdentityStoreId":"<D>","UserId":"<U>","Operations":[]}`, "ValidationException: 1 validation error detected: Value at 'operations'"},
	"removing what is required":        {"UpdateUser", update("name.familyName", "null"), "ValidationException: The attribute name.familyName is required"},
	"a path nobody knows":              {"UpdateUser", update("shoeSize", `"44"`), "ValidationException: The attribute path shoeSize does not exist"},
	"a path below a text":              {"UpdateUser", update("title.short", `"x"`), "ValidationException: The attribute path title.short does not exist"},
	"a value of another kind":          {"UpdateUser", update("title", `["x"]`), "ValidationException: The attribute path title does not exist, or the value is not of its kind"},
	"an empty text":                    {"UpdateUser", update("title", `""`), "ValidationException: The value of title must have 1 to 1024 characters"},
	"an empty list":                    {"UpdateUser", update("emails", `[]`), "ValidationException: The value of emails must have at least 1 element"},
	"two addresses at once":            {"UpdateUser", update("emails", `[{"value":"a@x.example"},{"value":"b@x.example"}]`), "ValidationException: The attribute emails takes at most 1 value"},
	"a text within that is too long":   {"UpdateUser", update("addresses", `[{"locality":"`+long+`"}]`), "ValidationException: The value of addresses.locality must have 1 to 1024 characters"},
	"a control character within":       {"UpdateUser", update("name.middleName", `"a\u0007"`), "ValidationException: The value of name.middleName must not have control characters"},
	"a reserved name, later":           {"UpdateUser", update("userName", `"administrator"`), "ValidationException: The user name administrator is reserved"},
	"a blank in a user name, later":    {"UpdateUser", update("userName", `"a b"`), "ValidationException: The user name must have 1 to 128 characters and no white space"},
	"another's e-mail address":         {"UpdateUser", update("emails", `[{"Value":"ADA@example.net"}]`), "ConflictException: Duplicate email"},
	"what only AWS sets":               {"UpdateUser", update("userStatus", `"DISABLED"`), "ValidationException: The attribute path userStatus does not exist"},
	"an extension's unknown attribute": {"UpdateUser", update("aws:identitystore:enterprise.shoeSize", `"44"`), "ValidationException: The attribute path aws:identitystore:enterprise.shoeSize does not exist"},
	"a group's path nobody knows":      {"UpdateGroup", `{"IdentityStoreId":"<D>","GroupId":"<G>","Operations":[{"AttributePath":"members","AttributeValue":"x"}]}`, "ValidationException: The attribute path members does not exist"},
	"a group's name, removed":          {"UpdateGroup", `{"IdentityStoreId":"<D>","GroupId":"<G>","Operations":[{"AttributePath":"displayName"}]}`, "ValidationException: The attribute displayName is required"},
}

// directoryChanges are operations of UpdateUser that are followed, with what the
// user is like afterwards, as DescribeUser tells it.
var directoryChanges = map[string]struct{ path, value, member, want string }{
	"a text":                     {"title", `"Admiral"`, "Title", `"Admiral"`},
	"in the API's capitals":      {"NickName", `"Amazing"`, "NickName", `"Amazing"`},
	"a part of the name":         {"name.middleName", `"B."`, "Name", `{"FamilyName":"F","GivenName":"G","MiddleName":"B."}`},
	"a list, whole":              {"phoneNumbers", `[{"value":"1","type":"work","primary":true}]`, "PhoneNumbers", `[{"Primary":true,"Type":"work","Value":"1"}]`},
	"a list, in capitals":        {"Addresses", `[{"Country":"US","Primary":false}]`, "Addresses", `[{"Country":"US","Primary":false}]`},
	"what is removed":            {"locale", `null`, "Locale", `null`},
	"what is within the manager": {"aws:identitystore:enterprise.manager.value", `"ada"`, "Extensions", `{"aws:identitystore:enterprise":{"department":"Navy","manager":{"value":"ada"}}}`},
}

// TestDirectoryRules calls a running server against the rules of the identity
// store, and with them.
func TestDirectoryRules(t *testing.T) {
	t.Parallel()
	p := openPlane(t, "--demo")
	call := func(t *testing.T, op, in string) (map[string]any, error) {
		t.Helper()
		var answer map[string]any
		err := p.administrator().call(t.Context(), "identitystore", "AWSIdentityStore."+op, json.RawMessage(p.fill(in)), &answer)
		return answer, err
	}
	keep := func(name, member, op, in string) {
		answer, err := call(t, op, in)
		fatal(t, err)
		p.kept[name], _ = answer[member].(string)
	}
	keep("U", "UserId", "CreateUser", user("grace", `,"Emails":[{"Value":"grace@navy.example"}],"Locale":"en","Extensions":{"aws:identitystore:enterprise":{"department":"Navy"}}`))
	keep("G", "GroupId", "CreateGroup", `{"IdentityStoreId":"<D>","DisplayName":"Compilers"}`)
	keep("M", "MembershipId", "CreateGroupMembership", `{"IdentityStoreId":"<D>","GroupId":"<G>","MemberId":{"UserId":"<U>"}}`)
	keep("A", "UserId", "CreateUser", user("ada2", `,"Emails":[{"Value":"ada@example.net"}]`))
	keep("T", "NextToken", "ListUsers", `{"IdentityStoreId":"<D>","MaxResults":1}`)
	for name, rule := range directoryRules {
		t.Run(name, func(t *testing.T) {
			_, err := call(t, rule.op, rule.in)
			if err == nil || !strings.HasPrefix(err.Error(), rule.want) {
				t.Errorf("%s %.200s is answered %v, want %s", rule.op, rule.in, err, rule.want)
			}
		})
	}
	for name, change := range directoryChanges {
		t.Run(name, func(t *testing.T) {
			_, err := call(t, "UpdateUser", update(change.path, change.value))
			fatal(t, err)
			is, err := call(t, "DescribeUser", `{"IdentityStoreId":"<D>","UserId":"<U>","Extensions":["aws:identitystore:enterprise"]}`)
			fatal(t, err)
			var want any
			fatal(t, json.Unmarshal([]byte(change.want), &want))
			if got := is[change.member]; !reflect.DeepEqual(got, want) {
				t.Errorf("%s is %v afterwards, want %s", change.member, fmt.Sprint(got), change.want)
			}
		})
	}
}
