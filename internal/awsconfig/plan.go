package awsconfig

import (
	"fmt"
	"strings"
	"unicode"
)

// A Change is a section that an edit writes or removes: Old is "" for a new one,
// New for one that goes.
type Change struct {
	ID
	Old, New string
}

// Plan is what writing the profiles of a session comes to.
type Plan struct {
	File    File     // the configuration afterwards
	Changes []Change // empty when it is so already
	Kept    []ID     // sections of these names that somebody else wrote, and that stay
	Stale   []ID     // profiles of the session that were written once and are not wanted any more
}

// Configure plans the profiles of a session in f: it writes what it wrote before
// and what is missing, and keeps what somebody else wrote. With prune it removes
// what is stale. All profiles are of session.
func (f File) Configure(session Session, profiles []Profile, prune bool) (Plan, error) {
	plan := Plan{File: f}
	wanted := map[ID]bool{}
	for _, s := range session.Sections() {
		if err := s.check(); err != nil {
			return Plan{}, err
		}
		plan.put(s)
	}
	for _, p := range profiles {
		s := p.Section()
		if err := s.check(); err != nil {
			return Plan{}, err
		}
		if wanted[s.ID] {
			return Plan{}, fmt.Errorf("two profiles would be named %q: take a template with {account} and {role}", s.Name)
		}
		wanted[s.ID] = true
		plan.put(s)
	}
	for _, s := range f.Sections(KindProfile) {
		if wanted[s.ID] || !s.Written() || s.Value("sso_session") != session.Name {
			continue
		}
		plan.Stale = append(plan.Stale, s.ID)
		if prune {
			plan.File = plan.File.Remove(s.ID)
			plan.Changes = append(plan.Changes, Change{ID: s.ID, Old: s.Text()})
		}
	}
	return plan, nil
}

// check refuses what would be read as something else: names and values come from
// servers too.
func (s Section) check() error {
	if !ValidName(s.Name) {
		return fmt.Errorf("%q cannot be the name of a %s", s.Name, s.Kind)
	}
	for _, line := range s.Lines {
		if strings.ContainsFunc(line, unicode.IsControl) {
			return fmt.Errorf("%s: %q cannot stand in a configuration", s.Header(), line)
		}
	}
	return nil
}

// put writes a section, unless somebody else wrote one of its name.
func (p *Plan) put(s Section) {
	at, ok := p.File.Find(s.ID)
	if ok && !at.Written() {
		if !sameSettings(at, s) {
			p.Kept = append(p.Kept, s.ID)
		}
		return
	}
	marked := s.Marked()
	change := Change{ID: s.ID, New: marked.Text()}
	if ok {
		change.Old = at.Text()
	}
	if change.Old == change.New {
		return
	}
	p.File = p.File.Set(marked)
	p.Changes = append(p.Changes, change)
}

// sameSettings reports whether two sections say the same, but for blanks and
// comments.
func sameSettings(a, b Section) bool { return settingsOf(a) == settingsOf(b) }

func settingsOf(s Section) string {
	var all strings.Builder
	for _, line := range s.Lines {
		if !quiet(line) {
			all.WriteString(strings.Join(strings.Fields(strings.Replace(line, "=", " = ", 1)), " ") + "\n")
		}
	}
	return all.String()
}
