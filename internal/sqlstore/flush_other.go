//go:build !linux

package sqlstore

import "os"

// flushData has the disk hold what was written to a file.
func flushData(file *os.File) error { return file.Sync() }
