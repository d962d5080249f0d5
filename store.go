package foyer

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"foyer/internal/mint"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
)

// openStore opens the store that c names.
func openStore(ctx context.Context, c Config, m mint.Mint, now func() time.Time) (*sqlstore.DB, error) {
	switch {
	case !c.DatabaseURL.Empty():
		return sqlstore.OpenPostgres(ctx, c.DatabaseURL.Reveal(), now)
	case c.Ephemeral:
		return sqlstore.OpenMemory(ctx, "foyer-"+m.UUID(), now)
	default:
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return nil, fmt.Errorf("data directory: %w", err)
		}
		return sqlstore.OpenFile(ctx, c.Data, now)
	}
}

// openKeyring returns the ring whose master key is c's, or the data
// directory's, or a fresh one for an ephemeral store.
func openKeyring(c Config, random io.Reader) (*seal.Keyring, error) {
	master, err := masterKey(c, random)
	if err != nil {
		return nil, err
	}
	return seal.NewKeyring(random, seal.Key{ID: "k1", Master: master})
}

func masterKey(c Config, random io.Reader) ([]byte, error) {
	if !c.MasterKey.Empty() {
		return base64.StdEncoding.DecodeString(c.MasterKey.Reveal())
	}
	fresh := make([]byte, seal.KeySize)
	if _, err := io.ReadFull(random, fresh); err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if c.Ephemeral {
		return fresh, nil
	}
	return keyFile(filepath.Join(c.Data, "master.key"), fresh)
}

// keyFile reads the master key at path, or puts fresh there for good.
func keyFile(path string, fresh []byte) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return readKeyFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	_, err = file.WriteString(base64.StdEncoding.EncodeToString(fresh) + "\n")
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, fmt.Errorf("master key: %w", errors.Join(err, os.Remove(path)))
	}
	return fresh, nil
}

func readKeyFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	master := make([]byte, seal.KeySize)
	n, err := base64.StdEncoding.Decode(master, trimNewline(text))
	if err != nil || n != seal.KeySize {
		return nil, fmt.Errorf("master key: %s does not hold base64 of %d bytes", path, seal.KeySize)
	}
	return master, nil
}

func trimNewline(text []byte) []byte {
	for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') {
		text = text[:len(text)-1]
	}
	return text
}
