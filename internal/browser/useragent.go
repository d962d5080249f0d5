package browser

import "strings"

// called is what people call something that names itself with mark.
type called struct{ mark, name string }

// knownBrowsers and knownSystems are told apart by the first mark that a user
// agent holds: those that hold another's mark too come before it.
var (
	knownBrowsers = []called{
		{"Edg", "Microsoft Edge"}, {"OPR/", "Opera"}, {"Vivaldi/", "Vivaldi"}, {"SamsungBrowser/", "Samsung Internet"},
		{"CriOS/", "Chrome"}, {"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
		{"aws-cli/", "AWS CLI"}, {"curl/", "curl"},
	}
	knownSystems = []called{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Macintosh", "macOS"}, {"Linux", "Linux"},
	}
)

// browserOf says in people's words what a user agent is. It is a hint: programs
// call themselves what they like.
func browserOf(userAgent string) string {
	browser, system := firstOf(knownBrowsers, userAgent), firstOf(knownSystems, userAgent)
	switch {
	case browser == "" && system == "":
		return "Unknown browser"
	case browser == "":
		return "Unknown browser on " + system
	case system == "":
		return browser
	default:
		return browser + " on " + system
	}
}

func firstOf(known []called, userAgent string) string {
	for _, c := range known {
		if strings.Contains(userAgent, c.mark) {
			return c.name
		}
	}
	return ""
}
