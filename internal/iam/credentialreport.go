package iam

import (
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
)

// CredentialReports makes reports of the credentials of an account's users. All
// fields are required.
type CredentialReports struct {
	InTx func(context.Context, func(CredentialTx) error) error
	View func(context.Context, func(CredentialTx) error) error
	// Founded tells when an account was made.
	Founded func(context.Context, arn.AccountID) (time.Time, error)
	// Flush writes what is known of the use of keys and was not written yet.
	Flush func(context.Context) error
}

// CredentialReport is what was found out when it was asked for.
type CredentialReport struct {
	Account arn.AccountID
	Created time.Time
	Content string // CSV
}

// reportFresh is how long a report can be read, and none anew is made.
const reportFresh = 4 * time.Hour

// Credentials are what a user, or root, has to prove itself with.
type Credentials struct {
	UserID       string // "" for root
	Name         string
	Path         string
	Created      time.Time
	Password     *Password
	MFA          bool // an MFA device is enabled
	Keys         []KeyState
	Certificates []CertificateState // signing certificates
}

// Password is when a user's password was set.
type Password struct {
	Changed time.Time
	Expires time.Time // zero for never
}

// KeyState is an access key, and where it was last used.
type KeyState struct {
	Active  bool
	Created time.Time
	Used    time.Time // zero for never
	Region  string
	Service string
}

// CertificateState is a signing certificate.
type CertificateState struct {
	Active   bool
	Uploaded time.Time
}

// CredentialTx is what reports need of one transaction.
type CredentialTx interface {
	Now() time.Time
	// Credentials reads those of root and of all users of an account: root
	// first, users by Key of the name, keys and certificates by age.
	Credentials(context.Context, arn.AccountID) ([]Credentials, error)
	// PutCredentialReport keeps a report in the place of the one before.
	PutCredentialReport(context.Context, CredentialReport) error
	CredentialReport(context.Context, arn.AccountID) (CredentialReport, bool, error)
}

// NoReport refuses to show a report that is not there, or is too old.
type NoReport struct {
	error
	Expired bool
}

// Unwrap returns the fault.
func (e *NoReport) Unwrap() error { return e.error }

// Generate makes a report, unless one of the last four hours is there. It
// reports whether it did.
func (r *CredentialReports) Generate(ctx context.Context, account arn.AccountID) (made bool, err error) {
	founded, err := r.Founded(ctx, account)
	if err != nil {
		return false, fmt.Errorf("account %s: %w", account, err)
	}
	if err := r.Flush(ctx); err != nil {
		return false, err
	}
	err = r.InTx(ctx, func(tx CredentialTx) error {
		last, found, err := tx.CredentialReport(ctx, account)
		if err != nil || found && tx.Now().Sub(last.Created) < reportFresh {
			return err
		}
		all, err := tx.Credentials(ctx, account)
		if err != nil {
			return fmt.Errorf("credentials of %s: %w", account, err)
		}
		all[0].Created = founded
		content, err := reportOf(account, all)
		if err != nil {
			return err
		}
		made = true
		return tx.PutCredentialReport(ctx, CredentialReport{Account: account, Created: tx.Now(), Content: content})
	})
	return made, err
}

// Report returns the report of an account, or NoReport.
func (r *CredentialReports) Report(ctx context.Context, account arn.AccountID) (report CredentialReport, err error) {
	err = r.View(ctx, func(tx CredentialTx) error {
		var found bool
		report, found, err = tx.CredentialReport(ctx, account)
		switch {
		case err != nil:
			return err
		case !found:
			return &NoReport{fault.Newf(fault.NotFound, "There is no credential report. Generate one first."), false}
		case tx.Now().Sub(report.Created) >= reportFresh:
			return &NoReport{fault.Newf(fault.NotFound, "The credential report is older than four hours. Generate another one."), true}
		}
		return nil
	})
	return report, err
}

// The columns of a report. The last one is there only when a user has more
// keys or certificates than there are columns for.
var (
	reportColumns = strings.Split("user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,"+
		"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"+
		"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,"+
		"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated", ",")
	moreColumn = "additional_credentials_info"
)

const (
	columned      = 2 // keys, and certificates, that have columns
	notApplicable = "N/A"
	notSupported  = "not_supported"
	noInformation = "no_information"
	rootName      = "<root_account>"
)

// reportOf writes a report as AWS does: lines end in a line feed, the last one
// in nothing.
func reportOf(account arn.AccountID, all []Credentials) (string, error) {
	more := false
	for _, c := range all {
		more = more || c.more() > 0
	}
	var text strings.Builder
	w := csv.NewWriter(&text)
	header := reportColumns
	if more {
		header = append(header[:len(header):len(header)], moreColumn)
	}
	lines := [][]string{header}
	for _, c := range all {
		line := c.line(account)
		if more {
			line = append(line, c.rest())
		}
		lines = append(lines, line)
	}
	if err := w.WriteAll(lines); err != nil {
		return "", fmt.Errorf("credential report of %s: %w", account, err)
	}
	return strings.TrimSuffix(text.String(), "\n"), nil
}

// more is how many keys and certificates have no column.
func (c Credentials) more() int {
	return max(len(c.Keys)-columned, 0) + max(len(c.Certificates)-columned, 0)
}

func (c Credentials) rest() string {
	if c.more() == 0 {
		return notApplicable
	}
	return strconv.Itoa(c.more()) + " more: see ListAccessKeys and ListSigningCertificates"
}

func (c Credentials) line(account arn.AccountID) []string {
	line := []string{c.Name, EntityARN(account, UserKind, c.Path, c.Name), reportTime(c.Created)}
	switch {
	case c.UserID == "":
		line = []string{rootName, arn.IAM(account, "root"), reportTime(c.Created), notSupported, noInformation, notSupported, notSupported}
	case c.Password == nil:
		line = append(line, "false", notApplicable, notApplicable, notApplicable)
	default:
		line = append(line, "true", noInformation, reportTime(c.Password.Changed), reportTime(c.Password.Expires))
	}
	line = append(line, strconv.FormatBool(c.MFA))
	for i := range columned {
		if i >= len(c.Keys) {
			line = append(line, "false", notApplicable, notApplicable, notApplicable, notApplicable)
			continue
		}
		k := c.Keys[i]
		line = append(line, strconv.FormatBool(k.Active), reportTime(k.Created), reportTime(k.Used), reportText(k.Region), reportText(k.Service))
	}
	for i := range columned {
		if i >= len(c.Certificates) {
			line = append(line, "false", notApplicable)
			continue
		}
		line = append(line, strconv.FormatBool(c.Certificates[i].Active), reportTime(c.Certificates[i].Uploaded))
	}
	return line
}

// reportTime is a time as reports have it.
func reportTime(t time.Time) string {
	if t.IsZero() {
		return notApplicable
	}
	return t.UTC().Format("2006-01-02T15:04:05-07:00")
}

func reportText(text string) string {
	if text == "" {
		return notApplicable
	}
	return text
}
