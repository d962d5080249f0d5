package mail

import (
	"embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed letter.html
var files embed.FS

var page = template.Must(template.ParseFS(files, "letter.html"))

// Text is what a letter says as plain text.
func (c Content) Text() string {
	var parts []string
	add := func(lines ...string) {
		for _, line := range lines {
			if line != "" {
				parts = append(parts, line)
			}
		}
	}
	add(c.Greeting)
	add(c.Lines...)
	if c.Action.URL != "" {
		add(c.Action.Label + ":\n" + c.Action.URL)
	}
	add(c.Code)
	add(c.Closing...)
	return strings.Join(parts, "\n\n") + "\n"
}

// HTML is what a letter says as a page without script, pictures or anything
// else that is fetched.
func (c Content) HTML() (string, error) {
	var out strings.Builder
	if err := page.Execute(&out, c); err != nil {
		return "", fmt.Errorf("letter: %w", err)
	}
	return out.String(), nil
}
