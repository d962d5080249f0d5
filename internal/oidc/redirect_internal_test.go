package oidc

import (
	"net/url"
	"strings"
	"testing"
)

func TestRedirectMatches(t *testing.T) {
	const cli = "http://127.0.0.1/oauth/callback"
	for name, tt := range map[string]struct {
		registered, asked string
		match             bool
	}{
		"any port":                            {cli, "http://127.0.0.1:49152/oauth/callback", true},
		"no port":                             {cli, cli, true},
		"registered with a port, another one": {"http://127.0.0.1:80/cb", "http://127.0.0.1:8080/cb", true},
		"IPv6 loopback":                       {"http://[::1]/cb", "http://[::1]:4000/cb", true},
		"localhost":                           {"http://localhost/cb", "http://localhost:4000/cb", true},
		"query as registered":                 {"http://127.0.0.1/cb?a=1", "http://127.0.0.1:1/cb?a=1", true},
		"root path":                           {"http://127.0.0.1", "http://127.0.0.1:4000", true},
		"private-use scheme":                  {"com.example.app:/cb", "com.example.app:/cb", true},
		"another path":                        {cli, "http://127.0.0.1:4000/other", false},
		"path below":                          {cli, "http://127.0.0.1:4000/oauth/callback/x", false},
		"path with dots":                      {cli, "http://127.0.0.1:4000/x/../oauth/callback", false},
		"path escaped":                        {cli, "http://127.0.0.1:4000/oauth%2Fcallback", false},
		"path in other case":                  {cli, "http://127.0.0.1:4000/OAUTH/callback", false},
		"more query":                          {cli, "http://127.0.0.1:4000/oauth/callback?x=1", false},
		"fragment":                            {cli, "http://127.0.0.1:4000/oauth/callback#x", false},
		"https":                               {cli, "https://127.0.0.1:4000/oauth/callback", false},
		"localhost for 127.0.0.1":             {cli, "http://localhost:4000/oauth/callback", false},
		"127.0.0.1 for localhost":             {"http://localhost/cb", "http://127.0.0.1/cb", false},
		"another loopback address":            {cli, "http://127.0.0.2/oauth/callback", false},
		"host that begins alike":              {cli, "http://127.0.0.1.evil.example/oauth/callback", false},
		"user before the host":                {cli, "http://127.0.0.1@evil.example/oauth/callback", false},
		"password before the host":            {cli, "http://127.0.0.1:80@evil.example/oauth/callback", false},
		"backslash":                           {cli, `http://127.0.0.1\@evil.example/oauth/callback`, false},
		"empty port":                          {cli, "http://127.0.0.1:/oauth/callback", false},
		"port of letters":                     {cli, "http://127.0.0.1:x/oauth/callback", false},
		"port of six digits":                  {cli, "http://127.0.0.1:123456/oauth/callback", false},
		"line break":                          {cli, "http://127.0.0.1:1/oauth/callback\r\nSet-Cookie: a=b", false},
		"private-use scheme, other path":      {"com.example.app:/cb", "com.example.app:/cb2", false},
		"nothing":                             {cli, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := redirectMatches([]string{tt.registered}, tt.asked); got != tt.match {
				t.Errorf("redirectMatches(%q, %q) = %t, want %t", tt.registered, tt.asked, got, tt.match)
			}
		})
	}
}

func TestValidRedirect(t *testing.T) {
	for uri, ok := range map[string]bool{
		"http://127.0.0.1/oauth/callback": true,
		"http://127.0.0.1:8400/cb":        true,
		"http://[::1]/cb":                 true,
		"http://localhost/cb":             true,
		"com.example.app:/oauth":          true,
		"com.example.app://oauth/cb":      true,
		"https://app.example/cb":          false,
		"http://app.example/cb":           false,
		"http://127.0.0.1.example/cb":     false,
		"http://user@127.0.0.1/cb":        false,
		"http://127.0.0.1/cb#x":           false,
		"javascript:alert(1)":             false,
		"data:text/html,x":                false,
		"vscode://x/cb":                   false,
		"com.example.app:":                false,
		"/cb":                             false,
		"":                                false,
		"http://127.0.0.1/a b":            false,
		"http://127.0.0.1/ä":              false,
		"http://127.0.0.1/" + strings.Repeat("x", 3000): false,
	} {
		if got := validRedirect(uri); got != ok {
			t.Errorf("validRedirect(%.60q) = %t, want %t", uri, got, ok)
		}
	}
}

// A browser must never be sent anywhere but to the registered origin and path.
func FuzzRedirectMatches(f *testing.F) {
	for _, seed := range []string{"http://127.0.0.1:1/cb", "http://127.0.0.1@evil/cb", "http://127.0.0.1:80@evil/cb", `http://127.0.0.1\cb`, "http://127.0.0.1:/cb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		if !redirectMatches([]string{"http://127.0.0.1/cb"}, asked) {
			return
		}
		u, err := url.Parse(asked)
		if err != nil {
			t.Fatalf("%q matches and is no URL: %v", asked, err)
		}
		if u.Scheme != "http" || u.Hostname() != "127.0.0.1" || u.EscapedPath() != "/cb" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q matches", asked)
		}
	})
}

func TestParseUserCode(t *testing.T) {
	for typed, want := range map[string]string{
		"BRCJ-PDVT": "BRCJ-PDVT", "brcjpdvt": "BRCJ-PDVT", "b r c j - p d v t": "BRCJ-PDVT", "BRCJPDV": "", "BRCJPDVTX": "",
		"ARCJ-PDVT": "", "BRCJ_PDVT": "", "": "", "ＢRCJ-PDVT": "",
	} {
		if got, ok := parseUserCode(typed); got != want || ok != (want != "") {
			t.Errorf("parseUserCode(%q) = %q, %t, want %q", typed, got, ok, want)
		}
	}
}

func FuzzParseUserCode(f *testing.F) {
	f.Add("BRCJ-PDVT")
	f.Add("brcj pdvt")
	f.Fuzz(func(t *testing.T, typed string) {
		shown, ok := parseUserCode(typed)
		if !ok {
			return
		}
		if again, ok := parseUserCode(shown); !ok || again != shown || len(shown) != 9 {
			t.Errorf("parseUserCode(%q) = %q, and of that %q, %t", typed, shown, again, ok)
		}
	})
}
