// Package smtp posts letters to a mail server (RFC 5321), with TLS unless told
// otherwise (RFC 8314, RFC 3207).
package smtp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"foyer/internal/mail"
)

// Poster posts letters to one mail server.
type Poster struct {
	client *gomail.Client
	from   string
}

// timeout bounds one conversation with the mail server.
const timeout = 10 * time.Second

// New returns a poster for a server. It fails when the server's settings make
// no sense; it does not look whether the server is there.
func New(s mail.Server) (*Poster, error) {
	host, portText, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: want host:port", s.Address)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: want a port number", s.Address)
	}
	options := []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(timeout), gomail.WithTLSPolicy(gomail.TLSMandatory)}
	switch s.Security {
	case mail.TLS:
		options = append(options, gomail.WithSSL())
	case mail.Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	case mail.StartTLS:
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password.Reveal()))
	}
	client, err := gomail.NewClient(host, options...)
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	p := &Poster{client: client, from: s.From}
	return p, gomail.NewMsg().From(s.From)
}

// Post gives a letter to the mail server. What the server refuses for good
// (5yz) is a [mail.Refused].
func (p *Poster) Post(ctx context.Context, l mail.Letter) error {
	message, err := p.message(l)
	if err != nil {
		return &mail.Refused{Err: err}
	}
	if err := p.client.DialAndSendWithContext(ctx, message); err != nil {
		if failure, ok := errors.AsType[*gomail.SendError](err); ok && !failure.IsTemp() && failure.ErrorCode() >= 500 {
			return &mail.Refused{Err: err}
		}
		return fmt.Errorf("post: %w", err)
	}
	return nil
}

func (p *Poster) message(l mail.Letter) (*gomail.Msg, error) {
	m := gomail.NewMsg()
	if err := m.From(p.from); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := m.To(l.To); err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	m.Subject(l.Subject)
	m.SetMessageID()
	m.SetDate()
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's machine answers it
	html, err := l.HTML()
	if err != nil {
		return nil, err
	}
	m.SetBodyString(gomail.TypeTextPlain, l.Text())
	m.AddAlternativeString(gomail.TypeTextHTML, html)
	return m, nil
}
