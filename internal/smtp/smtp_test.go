package smtp_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"testing"

	"foyer/internal/mail"
	"foyer/internal/smtp"
)

// sink is a mail server that takes what it gets, or refuses recipients.
type sink struct {
	address string
	refusal string // answer to RCPT; "" takes them
	got     chan string
}

func listen(t *testing.T, refusal string) *sink {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{address: l.Addr().String(), refusal: refusal, got: make(chan string, 1)}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s *sink) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	say := func(line string) { fmt.Fprint(conn, line+"\r\n") }
	say("220 sink")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch command := strings.ToUpper(strings.TrimSpace(line)); {
		case strings.HasPrefix(command, "RCPT") && s.refusal != "":
			say(s.refusal)
		case command == "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil || line == ".\r\n" {
					break
				}
				text.WriteString(line)
			}
			s.got <- text.String()
			say("250 ok")
		case command == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

var letter = mail.Letter{To: "ann@corp.example", Subject: "Grüße, Ann", Content: mail.Content{Lines: []string{"Hello."}, Action: mail.Link{Label: "Go", URL: "https://foyer.example/x"}}}

func (s *sink) poster(t *testing.T, security mail.Security) *smtp.Poster {
	t.Helper()
	p, err := smtp.New(mail.Server{Address: s.address, From: "Foyer <no-reply@foyer.example>", Security: security})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestALetterReachesTheServer(t *testing.T) {
	s := listen(t, "")
	if err := s.poster(t, mail.Plain).Post(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	m, err := netmail.ReadMessage(strings.NewReader(<-s.got))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != letter.Subject || m.Header.Get("To") != "<ann@corp.example>" || m.Header.Get("Auto-Submitted") == "" {
		t.Errorf("header %v, %v", m.Header, err)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil || !strings.Contains(string(body), "text/plain") || !strings.Contains(string(body), "text/html") || !strings.Contains(string(body), "https://foyer.example/x") {
		t.Errorf("body %s, %v", body, err)
	}
}

func TestALetterDoesNotGoInClear(t *testing.T) {
	s := listen(t, "")
	if err := s.poster(t, mail.StartTLS).Post(t.Context(), letter); err == nil {
		t.Error("a server without TLS got a letter that wants it")
	}
	select {
	case text := <-s.got:
		t.Errorf("in clear: %s", text)
	default:
	}
}

func TestWhatTheServerRefusesForGoodIsRefused(t *testing.T) {
	for answer, want := range map[string]bool{"550 5.1.1 no such mailbox": true, "451 4.3.0 try later": false} {
		err := listen(t, answer).poster(t, mail.Plain).Post(t.Context(), letter)
		if _, refused := errors.AsType[*mail.Refused](err); err == nil || refused != want {
			t.Errorf("%s: %v, refused %t", answer, err, refused)
		}
	}
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	for _, s := range []mail.Server{{Address: "mail.example", From: "a@b.example"}, {Address: "mail.example:smtp", From: "a@b.example"}, {Address: "mail.example:25", From: "nobody"}, {Address: "mail.example:25", From: "a@b.example\r\nBcc: c@d.example"}} {
		if _, err := smtp.New(s); err == nil {
			t.Errorf("New(%+v) has nothing against it", s)
		}
	}
}
