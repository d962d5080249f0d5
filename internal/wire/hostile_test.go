package wire_test

import (
	"runtime"
	"strings"
	"sync"
	"testing"

	"foyer/internal/wire"
)

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestHostileBodiesCostNoMoreThanTheirSize(t *testing.T) {
	const size = 1 << 20
	repeat := func(part string, n int) string { return strings.Repeat(part, n/len(part)) }
	path := strings.Repeat("A.", 60)
	forms := make([]string, 0, 8000)
	for i := range 8000 {
		forms = append(forms, strings.Repeat(string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676%26))+".", 30)+"x=1")
	}
	for name, tt := range map[string]struct {
		protocol wire.Protocol
		body     string
	}{
		"form: deep names of members nobody knows": {wire.Query, strings.Join(forms, "&")},
		"form: one deep name":                      {wire.Query, path + "x=" + repeat("y", size)},
		"form: a member that holds itself":         {wire.Query, strings.Repeat("Nested.", 60) + "Name=x"},
		"JSON: lists of lists":                     {wire.AWSJSON, `{"X":[` + repeat("[],", size) + `[]]}`},
		"JSON: objects without end":                {wire.AWSJSON, `{"Tags":[` + repeat("{},", size) + `{}]}`},
		"JSON: unknown members":                    {wire.AWSJSON, `{"Labels":{"` + repeat(`a":1,"`, size) + `":2}}`},
		"JSON: a long string":                      {wire.AWSJSON, `{"Name":"` + repeat("\\u0041", size) + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			api, op := service(tt.protocol)
			bytes := allocated(func() {
				if in, failure := wire.DecodeInput(api, op, &wire.Inbound{Body: []byte(tt.body)}); failure == nil {
					failure = wire.Validate(api, op, in)
					if failure != nil && len(failure.Message) > 32<<10 {
						t.Errorf("the refusal has %d bytes", len(failure.Message))
					}
				}
			})
			if limit := uint64(128 * max(len(tt.body), 16<<10)); bytes > limit {
				t.Errorf("%d bytes of body cost %d bytes of memory, want at most %d", len(tt.body), bytes, limit)
			}
		})
	}
}

func TestTextThatIsNotUTF8NeverReachesARoom(t *testing.T) {
	for name, tt := range map[string]struct {
		protocol wire.Protocol
		body     string
	}{
		"form": {wire.Query, "Name=a%ff"},
		"JSON": {wire.AWSJSON, "{\"Name\":\"a\xff\"}"},
	} {
		t.Run(name, func(t *testing.T) {
			api, op := service(tt.protocol)
			in, failure := wire.DecodeInput(api, op, &wire.Inbound{Body: []byte(tt.body)})
			if failure != nil {
				t.Fatal(failure)
			}
			if got := in.(*item).Name; got != "a\ufffd" {
				t.Errorf("Name = %q, want the replacement character", got)
			}
		})
	}
}

func TestARefusalReadsTheSameEveryTime(t *testing.T) {
	api, op := service(wire.AWSJSON)
	for range 20 {
		_, failure := wire.DecodeInput(api, op, &wire.Inbound{Body: []byte(`{"Tags":1,"Open":1,"Name":1,"At":true}`)})
		if failure == nil || failure.Message != "Name can not be read as a string" {
			t.Fatalf("DecodeInput = %v, want the first member's mistake", failure)
		}
	}
}

func TestTwoServersOfOneProcessShareTheShapes(t *testing.T) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			api, op := service(wire.AWSJSON)
			if _, failure := wire.DecodeInput(api, op, &wire.Inbound{Body: []byte(`{"Name":"ann"}`)}); failure != nil {
				t.Error(failure)
			}
		})
	}
	all.Wait()
}

func TestAnOperationThatAnswersNothingAnswersEmpty(t *testing.T) {
	for protocol, want := range map[wire.Protocol]string{
		wire.AWSJSON:  `{}`,
		wire.RESTJSON: `{}`,
		wire.Query:    `<PutItemResponse xmlns="https://things.example/"><PutItemResult><Items></Items></PutItemResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PutItemResponse>`,
	} {
		t.Run(string(protocol), func(t *testing.T) {
			api, op := service(protocol)
			got, err := wire.EncodeOutput(api, op, "r-1", (*answer)(nil))
			if err != nil || string(got.Body) != want {
				t.Errorf("EncodeOutput = %s, %v; want %s", got.Body, err, want)
			}
		})
	}
}
