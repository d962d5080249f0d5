// Package packed keeps data in one file of compressed sections, each behind its
// length, so that a program that embeds it inflates only what it is asked for.
package packed

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
)

// errShort says that a file ends within a section.
var errShort = errors.New("packed data: a section is cut short")

// Sections takes a file apart. What it returns shares file's memory and is
// still compressed.
func Sections(file []byte) ([][]byte, error) {
	var sections [][]byte
	for len(file) > 0 {
		n, width := binary.Uvarint(file)
		if width <= 0 || n > uint64(len(file)-width) {
			return nil, errShort
		}
		sections, file = append(sections, file[width:width+int(n)]), file[width+int(n):]
	}
	if len(sections) == 0 {
		return nil, errors.New("packed data: no section")
	}
	return sections, nil
}

// Inflate returns what a section holds.
func Inflate(section []byte) ([]byte, error) {
	return io.ReadAll(flate.NewReader(bytes.NewReader(section)))
}

// Append compresses content and appends it to file as a section. The same
// content makes the same bytes.
func Append(file, content []byte) ([]byte, error) {
	var section bytes.Buffer
	w, err := flate.NewWriter(&section, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return append(binary.AppendUvarint(file, uint64(section.Len())), section.Bytes()...), nil
}
