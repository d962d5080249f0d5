package wire_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"foyer/internal/wire"
)

// A service small enough to read: it has a member of every kind.
type (
	item struct {
		Name    string
		Secret  *string
		Count   *int64
		Ratio   *float64
		Open    *bool
		At      *time.Time
		Raw     []byte
		Tags    []tag
		Labels  map[string]string
		Free    wire.Document
		Nested  *item
		Numbers []int64
	}
	tag    struct{ Key, Value string }
	answer struct {
		Items []item
		Token *string
	}
)

var shapes = []wire.Shape{
	{Name: "Item", Kind: wire.Structure, Members: []wire.Member{
		{Name: "Name", Wire: "Name", Of: 1, Required: true}, {Name: "Secret", Wire: "Secret", Of: 2}, {Name: "Count", Wire: "Count", Of: 3},
		{Name: "Ratio", Wire: "Ratio", Of: 4}, {Name: "Open", Wire: "Open", Of: 5}, {Name: "At", Wire: "At", Of: 6}, {Name: "Raw", Wire: "Raw", Of: 7},
		{Name: "Tags", Wire: "Tags", Of: 8}, {Name: "Labels", Wire: "Labels", Of: 10}, {Name: "Free", Wire: "Free", Of: 11}, {Name: "Nested", Wire: "Nested", Of: 0},
		{Name: "Numbers", Wire: "Numbers", Of: 14},
	}},
	{Name: "Name", Kind: wire.String, Bounded: true, Min: 1, Max: 8, Pattern: `[a-z]+`},
	{Name: "Secret", Kind: wire.String, Sensitive: true, Bounded: true, Max: 4},
	{Name: "Count", Kind: wire.Integer, Bounded: true, Min: 1, Max: 10},
	{Name: "Ratio", Kind: wire.Double},
	{Name: "Open", Kind: wire.Boolean},
	{Name: "At", Kind: wire.Timestamp},
	{Name: "Raw", Kind: wire.Blob},
	{Name: "Tags", Kind: wire.List, Element: 9, Bounded: true, Max: 2},
	{Name: "Tag", Kind: wire.Structure, Members: []wire.Member{{Name: "Key", Wire: "Key", Of: 12, Required: true}, {Name: "Value", Wire: "Value", Of: 12, Required: true}}},
	{Name: "Labels", Kind: wire.Map, Key: 12, Element: 12},
	{Name: "Free", Kind: wire.Any},
	{Name: "Text", Kind: wire.String},
	{Name: "Answer", Kind: wire.Structure, Members: []wire.Member{{Name: "Items", Wire: "Items", Of: 15}, {Name: "Token", Wire: "Token", Of: 12}}},
	{Name: "Numbers", Kind: wire.List, Element: 3},
	{Name: "Items", Kind: wire.List, Element: 0},
	{Name: "OneOf", Kind: wire.Structure, Union: true, Members: []wire.Member{{Name: "A", Wire: "A", Of: 12}, {Name: "B", Wire: "B", Of: 12}}},
	{Name: "Color", Kind: wire.String, Enum: []string{"RED", "BLUE"}},
}

func service(protocol wire.Protocol) (*wire.API, *wire.Operation) {
	wire.Link(shapes)
	op := &wire.Operation{
		Name: "PutItem", Method: "POST", Path: "/", ResponseCode: 200, Wrapper: "PutItemResult",
		Input: &shapes[0], Output: &shapes[13], New: func() any { return new(item) },
		Invoke: func(context.Context, *wire.Call, any) (any, error) { return &answer{}, nil },
	}
	return &wire.API{
		Name: "things", Protocol: protocol, JSONVersion: "1.1", Namespace: "https://things.example/",
		Operations: map[string]*wire.Operation{"PutItem": op},
		Errors: map[string]wire.ErrorShape{
			"ValidationException": {Name: "ValidationException", Code: "ValidationException", Status: 400, Message: "Message"},
			"NoSuchEntity":        {Name: "NoSuchEntityException", Code: "NoSuchEntity", Status: 404, Message: "message"},
		},
	}, op
}

func TestOneItemReadsTheSameInBothFormats(t *testing.T) {
	bodies := map[wire.Protocol]string{
		wire.AWSJSON: `{"Name":"ann","Count":3,"Ratio":0.5,"Open":true,"At":1764000000.5,"Raw":"aGk=","Tags":[{"Key":"k","Value":"v"}],
			"Labels":{"a":"b"},"Nested":{"Name":"bob"},"Numbers":[1,2],"Unknown":{"x":[1]},"Secret":null}`,
		wire.Query: url.Values{
			"Action": {"PutItem"}, "Version": {"2010-05-08"}, "Name": {"ann"}, "Count": {"3"}, "Ratio": {"0.5"}, "Open": {"true"}, "At": {"2025-11-24T16:00:00.5Z"},
			"Raw": {"aGk="}, "Tags.member.1.Key": {"k"}, "Tags.member.1.Value": {"v"}, "Labels.entry.1.key": {"a"}, "Labels.entry.1.value": {"b"},
			"Nested.Name": {"bob"}, "Numbers.member.1": {"1"}, "Numbers.member.2": {"2"},
		}.Encode(),
	}
	for protocol, body := range bodies {
		t.Run(string(protocol), func(t *testing.T) {
			api, op := service(protocol)
			in, failure := wire.DecodeInput(api, op, &wire.Inbound{Body: []byte(body)})
			if failure != nil {
				t.Fatal(failure)
			}
			got := in.(*item)
			if got.Name != "ann" || *got.Count != 3 || *got.Ratio != 0.5 || !*got.Open || !got.At.Equal(time.UnixMilli(1764000000500)) || string(got.Raw) != "hi" ||
				got.Tags[0] != (tag{"k", "v"}) || got.Labels["a"] != "b" || got.Nested.Name != "bob" || got.Numbers[1] != 2 || got.Secret != nil {
				t.Errorf("read %+v", got)
			}
		})
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		protocol wire.Protocol
		body     string
		code     string
	}{
		"JSON cut short":            {wire.AWSJSON, `{"Name":"ann"`, "SerializationException"},
		"two JSON values":           {wire.AWSJSON, `{} {}`, "SerializationException"},
		"a list for an object":      {wire.AWSJSON, `[]`, "SerializationException"},
		"a number for a string":     {wire.AWSJSON, `{"Name":1}`, "SerializationException"},
		"a string for a number":     {wire.AWSJSON, `{"Count":"1"}`, "SerializationException"},
		"a fraction for an integer": {wire.AWSJSON, `{"Count":1.5}`, "SerializationException"},
		"not base64":                {wire.AWSJSON, `{"Raw":"%"}`, "SerializationException"},
		"not a time":                {wire.AWSJSON, `{"At":"yesterday"}`, "SerializationException"},
		"a time out of range":       {wire.AWSJSON, `{"At":1e300}`, "SerializationException"},
		"nested without end":        {wire.AWSJSON, strings.Repeat(`{"Nested":`, 5000), "SerializationException"},
		"form: not a number":        {wire.Query, "Count=x", "MalformedInput"},
		"form: not a boolean":       {wire.Query, "Open=maybe", "MalformedInput"},
		"form: bad escape":          {wire.Query, "Name=%zz", "MalformedInput"},
		"form: too many":            {wire.Query, strings.Repeat("a=b&", 30000), "MalformedInput"},
	} {
		t.Run(name, func(t *testing.T) {
			api, op := service(tt.protocol)
			in, failure := wire.DecodeInput(api, op, &wire.Inbound{Body: []byte(tt.body)})
			if failure == nil || failure.Code != tt.code {
				t.Errorf("DecodeInput = %+v, %v; want %s", in, failure, tt.code)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 500e6, time.UTC)
	out := &answer{Items: []item{{Name: `a<"&`, Count: new(int64(2)), At: &at, Tags: []tag{{"k", "v"}}, Labels: map[string]string{"x": "y"}, Free: wire.Document(`{"n":1}`), Raw: []byte("hi")}}}
	for protocol, want := range map[wire.Protocol]string{
		wire.AWSJSON: `{"Items":[{"Name":"a\u003c\"\u0026","Count":2,"At":1795435200.5,"Raw":"aGk=","Tags":[{"Key":"k","Value":"v"}],"Labels":{"x":"y"},"Free":{"n":1}}]}`,
		wire.Query: `<PutItemResponse xmlns="https://things.example/"><PutItemResult><Items><member><Name>a&lt;&#34;&amp;</Name><Count>2</Count><At>2026-11-23T12:00:00Z</At><Raw>aGk=</Raw>` +
			`<Tags><member><Key>k</Key><Value>v</Value></member></Tags><Labels><entry><key>x</key><value>y</value></entry></Labels>` +
			`<Free>{"n":1}</Free><Numbers></Numbers></member></Items></PutItemResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PutItemResponse>`,
	} {
		t.Run(string(protocol), func(t *testing.T) {
			api, op := service(protocol)
			got, err := wire.EncodeOutput(api, op, "r-1", out)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Body) != want || got.Header["x-amzn-RequestId"] != "r-1" {
				t.Errorf("answer\n%s\nwant\n%s", got.Body, want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		protocol wire.Protocol
		service  string
		failure  *wire.Error
		status   int
		body     string
	}{
		"JSON, with the model's member": {wire.AWSJSON, "things", &wire.Error{Code: "ValidationException", Message: "no", Fields: map[string]any{"Reason": "BAD"}}, 400, `{"__type":"ValidationException","Message":"no","Reason":"BAD"}`},
		"XML, with the model's status":  {wire.Query, "things", &wire.Error{Code: "NoSuchEntity", Message: "no <x>"}, 404, `<ErrorResponse xmlns="https://things.example/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no &lt;x&gt;</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`},
		"XML, our fault":                {wire.Query, "things", &wire.Error{Code: "InternalFailure", Message: "oh", Status: 500}, 500, `<ErrorResponse xmlns="https://things.example/"><Error><Type>Receiver</Type><Code>InternalFailure</Code><Message>oh</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`},
		"the portal's":                  {wire.RESTJSON, "sso", &wire.Error{Code: "ForbiddenException", Message: "No access", Status: 403}, 403, `{"__type":"com.amazonaws.switchboard.portal#ForbiddenException","message":"No access"}`},
		"OAuth's":                       {wire.RESTJSON, "sso-oidc", &wire.Error{Code: "InvalidGrantException", Message: "used"}, 400, `{"error":"invalid_grant","error_description":"used"}`},
		"OAuth's own fault":             {wire.RESTJSON, "sso-oidc", &wire.Error{Code: "InternalServerException", Message: "oh", Status: 500}, 500, `{"error":"server_error","error_description":"oh"}`},
	} {
		t.Run(name, func(t *testing.T) {
			api, _ := service(tt.protocol)
			api.Name = tt.service
			got := wire.EncodeError(api, "r-1", tt.failure)
			if got.Status != tt.status || string(got.Body) != tt.body {
				t.Errorf("%d %s\nwant %d %s", got.Status, got.Body, tt.status, tt.body)
			}
			if tt.protocol != wire.Query && got.Header["x-amzn-ErrorType"] != tt.failure.Code {
				t.Errorf("x-amzn-ErrorType = %q", got.Header["x-amzn-ErrorType"])
			}
		})
	}
}

func TestValidate(t *testing.T) {
	for name, tt := range map[string]struct {
		in   item
		want string
	}{
		"all well":           {in: item{Name: "ann", Count: new(int64(3))}},
		"a missing member":   {in: item{}, want: "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"},
		"too long":           {in: item{Name: "abcdefghi"}, want: "1 validation error detected: Value 'abcdefghi' at 'name' failed to satisfy constraint: Member must have length less than or equal to 8"},
		"a wrong character":  {in: item{Name: "Ann"}, want: "1 validation error detected: Value 'Ann' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+"},
		"two mistakes":       {in: item{Count: new(int64(0))}, want: "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		"a secret stays one": {in: item{Name: "ann", Secret: new("hunter2")}, want: "1 validation error detected: Value at 'secret' failed to satisfy constraint: Member must have length less than or equal to 4"},
		"inside a list":      {in: item{Name: "ann", Tags: []tag{{"k", "v"}, {"", "v"}}}, want: "1 validation error detected: Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null"},
		"a list too long":    {in: item{Name: "ann", Tags: []tag{{"a", "v"}, {"b", "v"}, {"c", "v"}}}, want: "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 2"},
	} {
		t.Run(name, func(t *testing.T) {
			api, op := service(wire.AWSJSON)
			got := ""
			if failure := wire.Validate(api, op, &tt.in); failure != nil {
				got = failure.Message
			}
			if got != tt.want {
				t.Errorf("Validate\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestRecordHidesSecrets(t *testing.T) {
	service(wire.AWSJSON)
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	got, err := wire.Record(&shapes[0], &item{Name: "ann", Secret: new("hunter2"), At: &at})
	if err != nil || string(got) != `{"name":"ann","secret":"HIDDEN_DUE_TO_SECURITY_REASONS","at":"2026-11-23T12:00:00Z"}` {
		t.Errorf("Record = %s, %v", got, err)
	}
}

func TestMatchPrefersTheMarkedOperation(t *testing.T) {
	api := &wire.API{Operations: map[string]*wire.Operation{
		"CreateToken":        {Name: "CreateToken", Method: "POST", Path: "/token"},
		"CreateTokenWithIAM": {Name: "CreateTokenWithIAM", Method: "POST", Path: "/token", Marker: "aws_iam=t"},
	}}
	for name, tt := range map[string]struct {
		method, path, query, want string
		found                     bool
	}{
		"plain":        {"POST", "/token", "", "CreateToken", true},
		"marked":       {"POST", "/token", "aws_iam=t", "CreateTokenWithIAM", true},
		"other value":  {"POST", "/token", "aws_iam=f", "CreateToken", true},
		"wrong method": {"GET", "/token", "", "", true},
		"wrong path":   {"POST", "/tokens", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			op, found := wire.Match(api, tt.method, tt.path, query)
			got := ""
			if op != nil {
				got = op.Name
			}
			if got != tt.want || found != tt.found {
				t.Errorf("Match = %q, %t; want %q, %t", got, found, tt.want, tt.found)
			}
		})
	}
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add([]byte(`{"Name":"ann","Tags":[{"Key":"k"}],"Labels":{"a":"b"},"Nested":{"At":1.5},"Free":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) { decodeAndAnswer(t, wire.AWSJSON, body) })
}

func FuzzDecodeQuery(f *testing.F) {
	f.Add([]byte("Name=ann&Tags.member.1.Key=k&Labels.entry.1.key=a&Labels.entry.1.value=b&Nested.Nested.Name=x&Numbers.1=2"))
	f.Fuzz(func(t *testing.T, body []byte) { decodeAndAnswer(t, wire.Query, body) })
}

func FuzzDecodeREST(f *testing.F) {
	f.Add([]byte(`{"Name":"ann"}`))
	f.Fuzz(func(t *testing.T, body []byte) { decodeAndAnswer(t, wire.RESTJSON, body) })
}

// decodeAndAnswer reads hostile bytes; whatever could be read can be validated,
// recorded and written.
func decodeAndAnswer(t *testing.T, protocol wire.Protocol, body []byte) {
	api, op := service(protocol)
	in, failure := wire.DecodeInput(api, op, &wire.Inbound{Body: body})
	if failure != nil {
		return
	}
	_ = wire.Validate(api, op, in) // any answer will do, but a panic
	if _, err := wire.Record(op.Input, in); err != nil {
		t.Errorf("Record: %v", err)
	}
	if _, err := wire.EncodeOutput(api, op, "r", &answer{Items: []item{*in.(*item)}}); err != nil {
		t.Errorf("EncodeOutput: %v", err)
	}
}

func BenchmarkDecodeJSON(b *testing.B) {
	api, op := service(wire.AWSJSON)
	body := []byte(`{"Name":"ann","Count":3,"Tags":[{"Key":"k","Value":"v"}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, failure := wire.DecodeInput(api, op, &wire.Inbound{Body: body}); failure != nil {
			b.Fatal(failure)
		}
	}
}

func BenchmarkEncodeXML(b *testing.B) {
	api, op := service(wire.Query)
	out := &answer{Items: []item{{Name: "ann", Tags: []tag{{"k", "v"}}}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.EncodeOutput(api, op, "r", out); err != nil {
			b.Fatal(err)
		}
	}
}
