package foyer

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Ready is what the ready file says: how to reach the server and who may.
type Ready struct {
	Endpoint            string      `json:"endpoint"`
	StartURL            string      `json:"startUrl"`
	Region              string      `json:"region"`
	InstanceARN         string      `json:"instanceArn"`
	IdentityStoreID     string      `json:"identityStoreId"`
	ManagementAccountID string      `json:"managementAccountId"`
	Accounts            []string    `json:"accounts"`
	RootAccessKeyID     string      `json:"rootAccessKeyId"`
	RootSecretAccessKey string      `json:"rootSecretAccessKey"` // "" on later starts, unless it was given
	Users               []ReadyUser `json:"users,omitempty"`     // the demo's, at first start
}

// ReadyUser is a demo user and the password to sign in with.
type ReadyUser struct {
	UserName string `json:"userName"`
	Password string `json:"password"`
}

// write puts r at path in one step: a reader sees all of it or nothing. The
// file holds secrets, so only its owner may read it.
func (r Ready) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("ready file: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".ready-*")
	if err != nil {
		return fmt.Errorf("ready file: %w", err)
	}
	_, err = file.Write(append(text, '\n'))
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("ready file: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}
