package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/html"
)

// person is somebody at a browser without script: they follow links, fill in
// forms and press buttons, by what the pages say.
type person struct {
	userName, password string
	client             *http.Client
	at                 *url.URL
	page               *html.Node
}

func newPerson(userName, password string) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // without options it cannot fail
	}
	return &person{userName: userName, password: password, client: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

// visit opens an address, and signs in when asked to.
func (p *person) visit(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	if err := p.open(request); err != nil {
		return err
	}
	if p.at.Path != "/signin" {
		return nil
	}
	if err := p.submit(ctx, map[string]string{"username": p.userName}); err != nil {
		return err
	}
	return p.submit(ctx, map[string]string{"password": p.password})
}

// press presses the button of a label.
func (p *person) press(ctx context.Context, label string) error {
	form, button := findButton(p.page, nil, label)
	if button == nil {
		return fmt.Errorf("no button %q on the page:\n%s", label, p.text())
	}
	values := fields(form)
	if name := attribute(button, "name"); name != "" {
		values.Set(name, attribute(button, "value"))
	}
	return p.send(ctx, form, values)
}

// submit fills in the page's first form that has the fields, and sends it.
func (p *person) submit(ctx context.Context, filled map[string]string) error {
	for form := range elements(p.page, "form") {
		values := fields(form)
		has := true
		for name, value := range filled {
			has = has && values.Has(name)
			values.Set(name, value)
		}
		if has {
			return p.send(ctx, form, values)
		}
	}
	return fmt.Errorf("no form asks for %v on the page:\n%s", filled, p.text())
}

func (p *person) send(ctx context.Context, form *html.Node, values url.Values) error {
	action, err := p.at.Parse(attribute(form, "action"))
	if err != nil {
		return err
	}
	var request *http.Request
	if strings.EqualFold(attribute(form, "method"), "post") {
		request, err = http.NewRequestWithContext(ctx, http.MethodPost, action.String(), strings.NewReader(values.Encode()))
		if err == nil {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set("Origin", p.at.Scheme+"://"+p.at.Host)
		}
	} else {
		action.RawQuery = values.Encode()
		request, err = http.NewRequestWithContext(ctx, http.MethodGet, action.String(), nil)
	}
	if err != nil {
		return err
	}
	return p.open(request)
}

func (p *person) open(request *http.Request) error {
	request.Header.Set("Accept", "text/html")
	answer, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	p.at = answer.Request.URL
	p.page, err = html.Parse(io.LimitReader(answer.Body, 1<<20))
	return err
}

// text is what the page says.
func (p *person) text() string {
	var out strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			out.WriteString(n.Data)
		}
		if n.Data == "script" || n.Data == "head" {
			return
		}
		for child := range n.ChildNodes() {
			walk(child)
		}
	}
	walk(p.page)
	return regexp.MustCompile(`\n\s*\n+`).ReplaceAllString(out.String(), "\n")
}

// elements yields the elements of a kind below n, in document order.
func elements(n *html.Node, kind string) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for d := range n.Descendants() {
			if d.Type == html.ElementNode && d.Data == kind && !yield(d) {
				return
			}
		}
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// fields are a form's inputs with their values.
func fields(form *html.Node) url.Values {
	values := url.Values{}
	for input := range elements(form, "input") {
		if name := attribute(input, "name"); name != "" {
			values.Set(name, attribute(input, "value"))
		}
	}
	return values
}

func findButton(n, form *html.Node, label string) (in, button *html.Node) {
	if n.Data == "form" {
		form = n
	}
	if n.Data == "button" && n.FirstChild != nil && strings.TrimSpace(n.FirstChild.Data) == label {
		return form, n
	}
	for child := range n.ChildNodes() {
		if in, button = findButton(child, form, label); button != nil {
			return in, button
		}
	}
	return nil, nil
}

// actAsPerson is the scripts' command
//
//	person USER PASSWORD visit URL [press LABEL ...]
//
// which prints what the last page says.
func actAsPerson(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 4 || args[2] != "visit" {
		ts.Fatalf("usage: person USER PASSWORD visit URL [press LABEL ...]")
	}
	p := newPerson(args[0], args[1])
	ctx := context.Background()
	err := p.visit(ctx, args[3])
	for steps := args[4:]; err == nil && len(steps) > 0; steps = steps[min(2, len(steps)):] {
		if steps[0] != "press" || len(steps) < 2 {
			err = errors.New("want press LABEL")
			break
		}
		err = p.press(ctx, steps[1])
	}
	if (err != nil) != neg {
		ts.Fatalf("person: %v", err)
	}
	if err == nil {
		fmt.Fprint(ts.Stdout(), p.text())
	}
}
