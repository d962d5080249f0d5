// Package foyer is the whole server: it wires the rooms of the house to their
// store and to the network.
package foyer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"crypto/rand"

	"foyer/internal/browser"
	"foyer/internal/caller"
	"foyer/internal/edge"
	"foyer/internal/instance"
	"foyer/internal/issuerpages"
	"foyer/internal/mint"
	"foyer/internal/secret"
	"foyer/internal/sts"
	"foyer/web"
)

// Outside is what the server needs of the world around it. All fields are
// required.
type Outside struct {
	Now    func() time.Time
	Stdout io.Writer // the welcome, once the server answers; or audit events, and nothing else
	Stderr io.Writer // the log, and the welcome where Stdout is the audit events'
}

// ConfigError is a mistake in the configuration.
type ConfigError struct{ Err error }

// Error returns every mistake, a line each.
func (e ConfigError) Error() string { return e.Err.Error() }

// Unwrap returns the mistakes.
func (e ConfigError) Unwrap() error { return e.Err }

// StartError is what kept a server from starting that had its store and port.
type StartError struct{ Err error }

// Error says what it was.
func (e StartError) Error() string { return e.Err.Error() }

// Unwrap returns what it was.
func (e StartError) Unwrap() error { return e.Err }

// Server is a Foyer that holds its port and its store.
type Server struct {
	config   Config
	greeted  io.Writer // gets the welcome
	log      *slog.Logger
	listener net.Listener
	http     *http.Server
	rooms    *rooms
	founding founding
	ready    Ready
	// outboxKey opens the demo's outbox page; setupLink is what a fresh server
	// prints. Both may be empty.
	outboxKey secret.Text
	setupLink secret.Text
}

// New opens the store and the port that c names and makes, at first start, what
// c wants to be there. It fails with a ConfigError when c is wrong.
func New(ctx context.Context, c Config, o Outside) (*Server, error) {
	c, err := c.Normalize()
	if err != nil {
		return nil, ConfigError{err}
	}
	s := &Server{config: c, greeted: o.Stdout, log: logger(c, o.Stderr)}
	if c.Audit.Stdout {
		s.greeted = o.Stderr
	}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) open(ctx context.Context, o Outside) (err error) {
	var ahead *instance.Making
	if s.config.Demo && s.config.Ephemeral {
		ahead = instance.MakeKey(rand.Reader) // the demo needs one at once
	}
	if s.listener, err = listen(ctx, s.config); err != nil {
		return err
	}
	m := mint.Mint{Source: rand.Reader}
	db, err := openStore(ctx, s.config, m, o.Now)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	endpoint := publicURL(s.config, s.listener.Addr())
	s.rooms = &rooms{db: db, mint: m, now: o.Now, log: s.log, issuerNetworks: prefixes(s.config.IssuerNetwork)}
	if s.rooms.ring, err = openKeyring(s.config, rand.Reader); err != nil {
		return err
	}
	if err := s.rooms.furnish(s.config, endpoint); err != nil {
		return err
	}
	s.rooms.instance.Ahead = ahead
	s.rooms.furnishStreams(s.config.Audit, o.Stdout)
	if err := s.rooms.forgetStreams(ctx); err != nil {
		return err
	}
	if s.founding, err = s.rooms.found(ctx, s.config); err != nil {
		return err
	}
	s.rooms.provisioning.Pace = pace(s.config) // what a first start makes is not asked for by an administrator
	if s.ready, err = s.rooms.ready(ctx, s.config, s.founding, endpoint); err != nil {
		return err
	}
	if s.config.Demo && s.config.SMTP.Address == "" {
		s.outboxKey = m.Token("")
	}
	if err := s.offerSetup(ctx); err != nil {
		return err
	}
	s.http = httpServer(s.config, s.handler(endpoint), s.log)
	return nil
}

// logger writes to w what c asks for.
func logger(c Config, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo // Normalize has checked it
	}
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// handler is the server's one handler.
func (s *Server) handler(endpoint string) http.Handler {
	r := s.rooms
	pages := &browser.Face{
		SignIn: r.signin, MFA: r.mfa, User: r.knownUser, Profile: r.profile, Account: r.signin, Recovery: r.signin, Setup: setup{r, s.founding}, Outbox: r.outbox, OutboxKey: s.outboxKey, Sessions: r.sessions, Clients: r.oidc, Portal: r.federation, Favourites: r.favourites, Applications: r.shownApplications, Console: r.console, Record: r.recordAct,
		Store: s.storeARN, Assets: web.Assets(), Region: s.config.Region, StartURL: s.startURL, Endpoint: endpoint,
		Secure: secure(endpoint), Now: r.now, Log: s.log,
	}
	face := &edge.Server{
		APIs: r.apis(s.founding),
		Identify: func(ctx context.Context, id string, token secret.Text, now time.Time) (caller.Caller, secret.Text, error) {
			return r.identifier.Identify(ctx, id, token, now)
		},
		Throttle: throttle(s.config, r.now), Authorize: r.gate.Check, Observe: r.noteAccess, Unit: r.db.Unit, Ready: r.db.Answers, Recorder: r.recorder, Pages: s.pages(pages.Handler()), PagePaths: []string{browser.FederationPath},
		Mint: r.mint, Now: r.now, Log: s.log, Region: s.config.Region, Account: string(s.founding.account),
		Timeout: s.config.RequestTime, Secure: secure(endpoint),
	}
	face.Trusted = prefixes(s.config.TrustedProxy)
	return face.Handler()
}

// pages answers whatever is no API call: people's pages, and the documents of
// accounts' issuers.
func (s *Server) pages(people http.Handler) http.Handler {
	issuers := &issuerpages.Face{Issuers: s.rooms.sts, Log: s.log}
	mux := http.NewServeMux()
	mux.Handle(sts.IssuerPath, issuers.Handler(sts.IssuerPath))
	mux.Handle("/", people)
	return mux
}

// prefixes are networks that Normalize has checked.
func prefixes(networks []string) []netip.Prefix {
	all := make([]netip.Prefix, len(networks))
	for i, network := range networks {
		all[i] = netip.MustParsePrefix(network)
	}
	return all
}

func (s *Server) storeARN() string {
	if s.founding.instance == nil {
		return ""
	}
	return s.founding.instance.IdentityStoreARN()
}

// startURL is the instance's start URL, as AWS shapes it.
func (s *Server) startURL() string {
	if s.founding.instance == nil {
		return s.ready.Endpoint + "/start"
	}
	return s.founding.instance.StartURL()
}

func secure(endpoint string) bool { return len(endpoint) > 5 && endpoint[:6] == "https:" }

// Run serves until ctx ends, then finishes open requests and background work.
// Once it answers it writes the ready file and the welcome.
func (s *Server) Run(ctx context.Context) error {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	var workers sync.WaitGroup
	s.rooms.recorder.Start(working)
	if s.founding.instance != nil {
		workers.Go(func() { s.rooms.queue.Run(working) })
		workers.Go(func() { s.rooms.signin.Forgotten.Run(working) })
		workers.Go(func() { s.rooms.outbox.Queue.Run(working) })
		workers.Go(func() { s.rooms.sweepDrift(working, s.config.DriftSweep) })
	}
	workers.Go(func() { s.rooms.upkeep(working) })
	workers.Go(func() { s.rooms.lastAccess.Recorder.Run(working) })
	for _, stream := range s.rooms.streams {
		workers.Go(func() { stream.Run(working) })
	}

	failed := make(chan error, 1)
	serving, give := context.WithCancel(ctx)
	go func() { failed <- drain(serving, s.http, s.listener, s.config.ShutdownGrace) }()
	err := s.announce(ctx)
	if err != nil {
		give()
	}
	err = errors.Join(err, <-failed)
	give()
	s.rooms.recorder.Flush(working) // what carries events away takes these along before it ends
	stop()
	workers.Wait()
	return err
}

// announce says, once the server answers and the demo is as it should be, how
// to use it.
func (s *Server) announce(ctx context.Context) error {
	if s.founding.demo != nil {
		if err := s.rooms.settled(ctx); err != nil {
			return err
		}
	}
	if s.config.ReadyFile != "" {
		if err := s.ready.write(s.config.ReadyFile); err != nil {
			return StartError{err}
		}
	}
	var text bytes.Buffer // who reads it sees all of it or nothing
	welcome(&text, s.ready, s.founding.demo)
	s.welcomePeople(&text)
	if _, err := s.greeted.Write(text.Bytes()); err != nil {
		s.log.WarnContext(ctx, "welcome not written", "error", err)
	}
	tuneMemory()
	return nil
}

// Close writes what still waits to be written, and gives back port and store.
func (s *Server) Close() error {
	var failures []error
	if s.rooms != nil {
		if s.rooms.recorder != nil {
			s.rooms.recorder.Close(context.Background())
		}
		failures = append(failures, s.rooms.db.Close())
	}
	if s.listener != nil {
		if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}
