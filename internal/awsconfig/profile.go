package awsconfig

import "strings"

// written marks the sections that foyer configure and foyer login write. They
// change no other.
const written = "# written by foyer"

// Session is how clients sign in at a portal: an sso-session section, and a
// services section of the same name that says where the services are.
type Session struct {
	Name     string // of the session, as in aws sso login --sso-session NAME
	StartURL string // of AWS's shape: newer versions of the AWS CLI take no other
	Endpoint string // where the services are
	Region   string
}

// Profile is how clients take a role's credentials themselves.
type Profile struct {
	Session
	Name    string // "" for the usual one, ROLE-ACCOUNT
	Account string
	Role    string // name of the permission set
	// DefaultRegion is where the profile's commands go; "" for the session's.
	DefaultRegion string
}

// Text is all that a client needs for ~/.aws/config.
func (p Profile) Text() string {
	var all []string
	for _, s := range append(p.Session.Sections(), p.Section()) {
		all = append(all, s.Text())
	}
	return strings.Join(all, "\n")
}

// Sections are the session's. They name the services of the sign-in one by one:
// SDKs look for these before they read a profile's endpoint_url.
func (s Session) Sections() []Section {
	return []Section{
		{ID{KindSession, s.Name}, []string{
			"sso_start_url = " + s.StartURL,
			"sso_region = " + s.Region,
			"sso_registration_scopes = sso:account:access",
		}},
		{ID{KindServices, s.Name}, []string{
			"sso =", "  endpoint_url = " + s.Endpoint,
			"sso_oidc =", "  endpoint_url = " + s.Endpoint,
		}},
	}
}

// Section is the profile's.
func (p Profile) Section() Section {
	name := p.Name
	if name == "" {
		name = p.Role + "-" + p.Account
	}
	region := p.DefaultRegion
	if region == "" {
		region = p.Region
	}
	return Section{ID{KindProfile, name}, []string{
		"sso_session = " + p.Session.Name,
		"sso_account_id = " + p.Account,
		"sso_role_name = " + p.Role,
		"region = " + region,
		"endpoint_url = " + p.Endpoint,
		"services = " + p.Session.Name,
	}}
}

// Marked is s with the mark of what foyer wrote.
func (s Section) Marked() Section {
	return Section{s.ID, append([]string{written}, s.Lines...)}
}

// Written reports whether foyer wrote the section: it has the mark.
func (s Section) Written() bool { return len(s.Lines) > 0 && s.Lines[0] == written }

// SessionNamed reads the session of a name. The services are where the section
// [services NAME] says, else where a profile of the session says; Endpoint is ""
// when nothing does.
func (f File) SessionNamed(name string) (Session, bool) {
	section, ok := f.Find(ID{KindSession, name})
	if !ok {
		return Session{Name: name}, false
	}
	found := Session{Name: name, StartURL: section.Value("sso_start_url"), Region: section.Value("sso_region")}
	found.Endpoint = f.services(name)
	for _, p := range f.Sections(KindProfile) {
		if found.Endpoint != "" {
			break
		}
		if p.Value("sso_session") != name {
			continue
		}
		if found.Endpoint = f.services(p.Value("services")); found.Endpoint == "" {
			found.Endpoint = p.Value("endpoint_url")
		}
	}
	return found, true
}

func (f File) services(name string) string {
	section, _ := f.Find(ID{KindServices, name})
	return section.Value("sso_oidc.endpoint_url")
}

// ValidName reports whether name can be that of a profile or session here: one
// to 128 characters that need no quotes.
func ValidName(name string) bool {
	return name != "" && len(name) <= 128 && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`[]"'#;\`, r)
	})
}
