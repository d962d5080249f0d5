package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/localca"
	"foyer/internal/portalclient"
)

// trust is what somebody wants to have certificates for.
type trust struct {
	dir, region, address string
	hosts                []string
}

func trustCommand() *cobra.Command {
	var t trust
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "Make certificates for AWS's host names, and say how to use them",
		Long: `Make a certificate authority of your own and a server certificate for the host
names of AWS that Foyer answers to, for clients that take no other endpoint. It
writes into --dir, and prints what would have to be done on a computer: it does
none of it.

The authority can vouch for these hosts and no other, five years long; its key is
in --dir, readable by you alone. Run again, it makes a new server certificate of
the same authority: they last a year.`,
		Example: "  foyer trust --dir certs\n  foyer trust --dir certs --host sso.example.net --address 10.0.0.7",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := netip.ParseAddr(t.address); err != nil {
				return exitError{exitUsage, fmt.Errorf("--address %q: want an IP address", t.address)}
			}
			return failed(t.run(cmd.OutOrStdout(), time.Now()))
		},
	}
	cmd.Flags().StringVar(&t.dir, "dir", "foyer-trust", "directory of the certificates")
	cmd.Flags().StringVar(&t.region, "region", usualRegion, "region of the server")
	cmd.Flags().StringSliceVar(&t.hosts, "host", nil, "a name of the server's own that the certificate is for too; may be repeated")
	cmd.Flags().StringVar(&t.address, "address", "127.0.0.1", "IP address of the server, for the lines of the hosts file")
	return cmd
}

// The files of the directory.
const (
	authorityCert = "ca.pem"
	authorityKey  = "ca-key.pem"
	serverCert    = "server.pem"
	serverKey     = "server-key.pem"
)

func (t *trust) run(out io.Writer, now time.Time) error {
	dir, err := filepath.Abs(t.dir)
	if err != nil {
		return err
	}
	hosts := append(localca.Hosts(t.region), "localhost")
	for _, host := range t.hosts {
		hosts = append(hosts, strings.ToLower(host))
	}
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	ca, made, err := authorityIn(dir, hosts, now)
	if err != nil {
		return err
	}
	server, err := localca.Issue(ca, now)
	if err != nil {
		return err
	}
	if err := errors.Join(
		portalclient.WriteFile(filepath.Join(dir, serverKey), server.Key, 0o600),
		portalclient.WriteFile(filepath.Join(dir, serverCert), server.Cert, 0o644),
	); err != nil {
		return err
	}
	page := trustPage{
		Made: made, CA: filepath.Join(dir, authorityCert), CAKey: filepath.Join(dir, authorityKey), Cert: filepath.Join(dir, serverCert), Key: filepath.Join(dir, serverKey),
		Address: t.address, Listen: net.JoinHostPort(t.address, "443"), Public: strings.ToLower(slices.Concat(t.hosts, []string{"localhost"})[0]), Region: t.region, Ends: now.Add(localca.HostLifetime).UTC().Format(time.DateOnly),
	}
	for _, host := range hosts {
		if host != "localhost" {
			page.Hosts = append(page.Hosts, host)
		}
	}
	return trustText.Execute(out, page)
}

// authorityIn is the authority in dir, which it makes when there is none.
func authorityIn(dir string, hosts []string, now time.Time) (ca localca.Pair, made bool, err error) {
	cert, key := filepath.Join(dir, authorityCert), filepath.Join(dir, authorityKey)
	var certErr, keyErr error
	ca.Cert, certErr = os.ReadFile(cert)
	ca.Key, keyErr = os.ReadFile(key)
	if errors.Is(certErr, fs.ErrNotExist) && errors.Is(keyErr, fs.ErrNotExist) {
		if ca, err = localca.New(hosts, now); err != nil {
			return ca, false, err
		}
		return ca, true, errors.Join(portalclient.WriteFile(key, ca.Key, 0o600), portalclient.WriteFile(cert, ca.Cert, 0o644))
	}
	if err := errors.Join(certErr, keyErr); err != nil {
		return ca, false, err
	}
	has, _, err := localca.HostsOf(ca)
	if err != nil {
		return ca, false, fmt.Errorf("%s: %w", dir, err)
	}
	if !slices.Equal(has, hosts) {
		return ca, false, fmt.Errorf("the authority in %s is for other hosts (%s): take another --dir, and have it trusted instead", dir, strings.Join(has, ", "))
	}
	return ca, false, nil
}

type trustPage struct {
	Made                                                        bool
	CA, CAKey, Cert, Key, Address, Listen, Public, Region, Ends string
	Hosts                                                       []string
}

var trustText = template.Must(template.New("trust").Parse(`{{if .Made}}Made an authority: {{.CA}}
Its key: {{.CAKey}}. Whoever has it can pose as the hosts below: keep it, or
delete it when the server certificate is made.
{{end}}Made a server certificate, good until {{.Ends}}: {{.Cert}}

Nothing on this computer was changed. What there is to do:

1. Start the server with it (port 443 needs rights that ports above 1023 don't):

   foyer serve --region {{.Region}} --listen {{.Listen}} --public-url https://{{.Public}} \
     --tls-cert {{.Cert}} \
     --tls-key {{.Key}}

2. Lead the names to it, on every computer that has such clients, and on no other:
   these lines in /etc/hosts (C:\Windows\System32\drivers\etc\hosts), or in a DNS
   zone of your own. AWS itself can't be reached by these names then.
{{range .Hosts}}
   {{$.Address}} {{.}}{{end}}

3. Have clients trust the authority. By a variable, for one shell:

   export AWS_CA_BUNDLE={{.CA}}          # AWS CLI, boto3, SDK for Go; instead of all others
   export NODE_EXTRA_CA_CERTS={{.CA}}    # SDK for JavaScript; beside all others

   Or for everything on the computer, browsers too:

   Debian, Ubuntu   sudo cp {{.CA}} /usr/local/share/ca-certificates/foyer.crt && sudo update-ca-certificates
   Fedora, RHEL     sudo cp {{.CA}} /etc/pki/ca-trust/source/anchors/foyer.pem && sudo update-ca-trust
   macOS            sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {{.CA}}
   Windows          certutil -addstore -f Root {{.CA}}
   Java             keytool -importcert -cacerts -noprompt -alias foyer -file {{.CA}}

   Firefox has a list of its own: Settings, Certificates, Authorities, Import.

To undo: delete the lines and the file of step 3 (update-ca-certificates --fresh,
update-ca-trust, security delete-certificate -c 'Foyer local authority …',
certutil -delstore Root …, keytool -delete -cacerts -alias foyer).
`))
