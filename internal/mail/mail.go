// Package mail is the outbox: the letters that the house writes to people.
//
// A letter is written in the transaction that has a reason for it, so there is
// no reset without its letter and no letter without its reason. It is posted
// afterwards, again and again for a day. What it says is sealed in the store and
// forgotten once it is posted: a letter may hold a link that signs somebody in.
package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	"foyer/internal/fault"
	"foyer/internal/jobs"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/seal"
	"foyer/internal/secret"
)

// Letter is a letter to one person.
type Letter struct {
	To      string // an address as it is written: ann@corp.example
	Subject string
	Content
}

// Content is what a letter says.
type Content struct {
	Greeting string   // such as Hello Ann,
	Lines    []string // paragraphs of plain text
	Action   Link     // what to press; may be empty
	Code     string   // to be typed in, such as 123456; may be empty
	Closing  []string // paragraphs behind that
}

// Link is a link with a label.
type Link struct{ Label, URL string }

// State is how far a letter has come.
type State string

// The states of a letter.
const (
	Waiting State = "waiting" // to be posted
	Posted  State = "posted"  // the mail server has it
	Failed  State = "failed"  // nobody took it
	Kept    State = "kept"    // stays here: there is no mail server
)

// Entry is a letter in the outbox.
type Entry struct {
	ID      string // a UUID; later letters sort behind earlier ones
	To      string
	Subject string
	State   State
	Failure string // what the mail server said last
	Created time.Time
	Sealed  string // the Content; "" once it is posted
}

// Tx is what the outbox needs of one transaction.
type Tx interface {
	jobs.Tx
	PutMailEntry(ctx context.Context, e Entry) error
	MailEntry(ctx context.Context, id string) (Entry, bool, error)
	// MailEntries lists letters, the newest first, that were written before
	// the one the page begins after.
	MailEntries(ctx context.Context, page paging.Page) ([]Entry, error)
	// UpdateMailEntry stores state, failure and content of a letter.
	UpdateMailEntry(ctx context.Context, e Entry) error
	PurgeMailEntries(ctx context.Context, before time.Time, limit int) (int, error)
}

// Outbox holds the letters. All fields are required but Post.
type Outbox struct {
	InTx  func(context.Context, func(Tx) error) error // commits when the function returns nil
	View  func(context.Context, func(Tx) error) error // for reading
	Mint  mint.Mint
	Now   func() time.Time
	Ring  *seal.Keyring
	Queue *jobs.Queue
	// Post gives a letter to the mail server. It fails with [Refused] when
	// trying again is no use. nil keeps every letter here.
	Post func(ctx context.Context, l Letter) error
}

// Refused is a letter that no mail server will ever take.
type Refused struct{ Err error }

// Error says why.
func (r *Refused) Error() string { return r.Err.Error() }

// Unwrap returns why.
func (r *Refused) Unwrap() error { return r.Err }

const purpose = "letter"

// maxAddress bounds an address, RFC 5321 section 4.5.3.1.
const maxAddress = 254

// CheckAddress returns an Invalid fault when a letter could not be sent to an
// address: it is one mailbox, without a name, a comment or a line break.
func CheckAddress(address string) error {
	parsed, err := netmail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > maxAddress || strings.ContainsFunc(address, unicode.IsControl) {
		return fault.Newf(fault.Invalid, "%q is no e-mail address that a letter can be sent to.", address)
	}
	return nil
}

// Send writes a letter, in the transaction of ctx where there is one. It fails
// with an Invalid fault when the address is none.
func (o *Outbox) Send(ctx context.Context, l Letter) error {
	if err := CheckAddress(l.To); err != nil {
		return err
	}
	plain, err := json.Marshal(l.Content)
	if err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	now := o.Now().UTC()
	e := Entry{ID: o.Mint.TimeUUID(now), To: l.To, Subject: oneLine(l.Subject), State: Kept, Created: now}
	if e.Sealed, err = o.Ring.Seal(purpose, plain); err != nil {
		return fmt.Errorf("seal letter: %w", err)
	}
	if o.Post != nil {
		e.State = Waiting
	}
	return o.InTx(ctx, func(tx Tx) error {
		if err := tx.PutMailEntry(ctx, e); err != nil {
			return err
		}
		if o.Post == nil {
			return nil
		}
		return o.Queue.Enqueue(ctx, tx, e.ID, e.ID)
	})
}

// oneLine makes white space and control characters blanks: a header is a line.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// giveUpAfter is how long a letter is tried to be posted.
const giveUpAfter = 24 * time.Hour

// workFor bounds how long a batch is worked on, well within the time that jobs
// are claimed for. The rest of it is claimed again.
const workFor = 10 * time.Second

// Work posts the letters of claimed jobs.
func (o *Outbox) Work(ctx context.Context, batch []jobs.Job) error {
	var failures []error
	for begun := o.Now(); len(batch) > 0 && o.Now().Sub(begun) < workFor; batch = batch[1:] {
		job := batch[0]
		if err := o.post(ctx, job); err != nil {
			failures = append(failures, fmt.Errorf("letter %s: %w", job.Name, err))
		}
	}
	return errors.Join(failures...)
}

// post posts one letter outside any transaction, and then writes down how that
// went. A crash in between posts it twice, which people can live with.
func (o *Outbox) post(ctx context.Context, job jobs.Job) error {
	e, found, err := o.entry(ctx, job.Name)
	if err != nil {
		return err
	}
	var failure error
	if found && e.State == Waiting {
		failure = o.try(ctx, e)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return o.InTx(ctx, func(tx Tx) error {
		_, refused := errors.AsType[*Refused](failure)
		switch {
		case failure == nil:
			e.State, e.Sealed, e.Failure = Posted, "", ""
		case refused || o.Now().Sub(e.Created) >= giveUpAfter:
			e.State, e.Sealed, e.Failure = Failed, "", oneLine(failure.Error())
		default:
			e.Failure = oneLine(failure.Error())
		}
		if err := tx.UpdateMailEntry(ctx, e); err != nil {
			return err
		}
		if e.State == Waiting {
			return o.Queue.Retry(ctx, tx, job)
		}
		_, err := o.Queue.Finish(ctx, tx, []jobs.Job{job})
		return err
	})
}

func (o *Outbox) try(ctx context.Context, e Entry) error {
	l, err := o.Open(e)
	if err != nil {
		return &Refused{err}
	}
	return o.Post(ctx, l)
}

func (o *Outbox) entry(ctx context.Context, id string) (e Entry, found bool, err error) {
	err = o.View(ctx, func(tx Tx) error {
		e, found, err = tx.MailEntry(ctx, id)
		return err
	})
	return e, found, err
}

// Letters lists what is in the outbox, the newest first; next is "" on the last
// page.
func (o *Outbox) Letters(ctx context.Context, page paging.Page) (list []Entry, next string, err error) {
	err = o.View(ctx, func(tx Tx) error {
		list, err = tx.MailEntries(ctx, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	list, next = paging.Cut(list, page.Limit, func(e Entry) string { return e.ID })
	return list, next, err
}

// Letter returns a letter of the outbox with what it says; a letter that was
// posted is a NotFound fault.
func (o *Outbox) Letter(ctx context.Context, id string) (Letter, error) {
	e, found, err := o.entry(ctx, id)
	if err != nil {
		return Letter{}, err
	}
	if !found || e.Sealed == "" {
		return Letter{}, fault.Newf(fault.NotFound, "There is no such letter.")
	}
	return o.Open(e)
}

// Open reads the letter of an entry.
func (o *Outbox) Open(e Entry) (Letter, error) {
	plain, err := o.Ring.Open(purpose, e.Sealed)
	if err != nil {
		return Letter{}, fmt.Errorf("letter %s: %w", e.ID, err)
	}
	l := Letter{To: e.To, Subject: e.Subject}
	if err := json.Unmarshal(plain, &l.Content); err != nil {
		return Letter{}, fmt.Errorf("letter %s: %w", e.ID, err)
	}
	return l, nil
}

// Purge removes up to limit letters that were written before a time, and
// answers how many.
func (o *Outbox) Purge(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = o.InTx(ctx, func(tx Tx) error {
		n, err = tx.PurgeMailEntries(ctx, before, limit)
		return err
	})
	return n, err
}

// Server is the mail server that letters are posted to.
type Server struct {
	Address  string      // host:port
	User     string      // "" sends without authentication
	Password secret.Text // of the user
	From     string      // sender: an address, or Name <address>
	Security Security
}

// Security says how the way to a mail server is kept private.
type Security string

// The ways: upgrading the connection, which must succeed; TLS from the start;
// or nothing, which is for a relay on the same machine.
const (
	StartTLS Security = "starttls"
	TLS      Security = "tls"
	Plain    Security = "none"
)
