// Package auditsink takes audit events out of the house: to a stream, a file, or
// an HTTPS webhook.
package auditsink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"foyer/internal/audit"
)

// lines are events as JSON, one a line.
func lines(events []audit.Event) ([]byte, error) {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	for i := range events {
		if err := to.Encode(&events[i]); err != nil {
			return nil, fmt.Errorf("event %s: %w", events[i].EventID, err)
		}
	}
	return out.Bytes(), nil
}

// Writer writes events as lines of JSON.
type Writer struct{ To io.Writer }

// Deliver implements audit.Sink.
func (w Writer) Deliver(_ context.Context, events []audit.Event) error {
	text, err := lines(events)
	if err == nil {
		_, err = w.To.Write(text)
	}
	return err
}

// File appends events as lines of JSON to the file of a path, which only its
// owner may read. It is opened anew for each delivery, so that it may be moved
// away, and events are acknowledged once they are on the disk.
type File struct{ Path string }

// Deliver implements audit.Sink.
func (f File) Deliver(_ context.Context, events []audit.Event) error {
	text, err := lines(events)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(f.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err = endLine(file); err == nil {
		_, err = file.Write(text)
	}
	return errors.Join(err, file.Sync(), file.Close())
}

// endLine ends a line that was written in part, because the disk was full or
// the machine stopped: its events come again, on lines of their own.
func endLine(file *os.File) error {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 || !info.Mode().IsRegular() {
		return err
	}
	last := []byte{0}
	if _, err := file.ReadAt(last, info.Size()-1); err != nil {
		return err
	}
	if last[0] != '\n' {
		_, err = file.WriteString("\n")
	}
	return err
}
