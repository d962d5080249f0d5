package sts

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"foyer/internal/caller"
	"foyer/internal/mint"
	"foyer/internal/seal"
	"foyer/internal/secret"
)

// Minter makes session credentials and opens them again.
type Minter struct {
	Ring *seal.Keyring
	Mint mint.Mint
	Now  func() time.Time
}

// Credentials are temporary credentials.
type Credentials struct {
	AccessKeyID     string // ASIA…
	SecretAccessKey secret.Text
	SessionToken    secret.Text // <ring key>=<sealed state>
	Expires         time.Time   // whole seconds
}

// Expired is the failure of credentials that were good once.
type Expired struct{ At time.Time }

// Error says when they ran out.
func (e *Expired) Error() string {
	return "session credentials expired at " + e.At.Format(time.RFC3339)
}

// The state is sealed for the access key id, so that a token opens with its
// own id alone.
const (
	tokenPurpose  = "session token "
	secretPurpose = "secret access key"
	secretLength  = 40 // characters of base64: 240 bits
)

// Issue returns credentials for session, whose AccessKeyID it chooses. Issued
// is now when zero. Both times are cut to whole seconds.
func (m Minter) Issue(session caller.Session) (Credentials, error) {
	if session.Issued.IsZero() {
		session.Issued = m.Now()
	}
	id, err := m.keyID(session.Account)
	if err != nil {
		return Credentials{}, err
	}
	key, err := m.secretKey(m.Ring.KeyID(), id)
	if err != nil {
		return Credentials{}, err
	}
	token, err := m.Ring.Seal(tokenPurpose+id, encodeState(&session))
	if err != nil {
		return Credentials{}, fmt.Errorf("seal session of %s: %w", cmp.Or(session.RoleARN, session.UserARN), err)
	}
	return Credentials{
		AccessKeyID: id, SecretAccessKey: key, SessionToken: secret.New(token),
		Expires: session.Expires.UTC().Truncate(time.Second),
	}, nil
}

// Open returns the session that accessKeyID and its token speak for, and the
// secret that signed for it. It fails with seal.ErrNotOurs when the two do not
// belong together or were not made here, and with *Expired when it is too late.
func (m Minter) Open(accessKeyID, sessionToken string, now time.Time) (*caller.Session, secret.Text, error) {
	plain, err := m.Ring.Open(tokenPurpose+accessKeyID, sessionToken)
	if err != nil {
		return nil, secret.Text{}, err
	}
	session, err := decodeState(plain)
	if err != nil {
		return nil, secret.Text{}, err
	}
	session.AccessKeyID = accessKeyID
	if !now.Before(session.Expires) {
		return nil, secret.Text{}, &Expired{session.Expires}
	}
	ringKey, _, _ := strings.Cut(sessionToken, "=")
	key, err := m.secretKey(ringKey, accessKeyID)
	if err != nil {
		return nil, secret.Text{}, err
	}
	return session, key, nil
}

func (m Minter) secretKey(ringKey, accessKeyID string) (secret.Text, error) {
	raw, err := m.Ring.Derive(ringKey, secretPurpose, accessKeyID)
	if err != nil {
		return secret.Text{}, fmt.Errorf("secret of %s: %w", accessKeyID, err)
	}
	return secret.New(base64.StdEncoding.EncodeToString(raw)[:secretLength]), nil
}
