package console

import (
	"net/url"
	"strings"

	"foyer/internal/fault"
)

// Home is the console's first page.
const Home = "https://console.aws.amazon.com/"

// consoleHosts are the consoles of AWS's partitions. A page is at one of them,
// or at a name below, such as eu-west-1.console.aws.amazon.com.
var consoleHosts = []string{
	"console.aws.amazon.com", "console.amazonaws-us-gov.com", "console.amazonaws.cn", "console.amazonaws.eu",
}

// Destination is where a sign-in to the console leads.
type Destination struct {
	Page  string // the page that was asked for, of AWS's console or of this server
	Local string // its path on this server; "" for a page of AWS's console
}

// ParseDestination reads where a link to the console leads: to a page of AWS's
// console, or of the server at own, scheme://host[:port]; "" means Home. Any
// other place is an Invalid fault: the link would lead people anywhere.
func ParseDestination(text, own string) (Destination, error) {
	if text == "" {
		text = Home
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > maxDestination || u.User != nil || u.Opaque != "" || strings.ContainsFunc(text, forbidden) {
		return Destination{}, errDestination()
	}
	if u.Scheme+"://"+u.Host == own && strings.HasPrefix(u.Path, "/") && !strings.HasPrefix(u.Path, "//") {
		return Destination{Page: text, Local: u.RequestURI()}, nil
	}
	if u.Scheme != "https" || u.Port() != "" && u.Port() != "443" || !consoleHost(u.Hostname()) {
		return Destination{}, errDestination()
	}
	return Destination{Page: text}, nil
}

func errDestination() error {
	return fault.Newf(fault.Invalid, "The destination is no page of the AWS console.")
}

// forbidden are the characters on which readers of URLs disagree.
func forbidden(c rune) bool { return c <= ' ' || c >= 0x7f || c == '\\' }

func consoleHost(host string) bool {
	host = strings.ToLower(host)
	for _, console := range consoleHosts {
		if host == console || strings.HasSuffix(host, "."+console) {
			return true
		}
	}
	return false
}
