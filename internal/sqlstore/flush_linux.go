package sqlstore

import (
	"os"
	"syscall"
)

// flushData has the disk hold what was written to a file, and as much about the
// file as is needed to read it again: not its times, which cost a second write.
func flushData(file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	if err := raw.Control(func(fd uintptr) {
		for {
			if failure = syscall.Fdatasync(int(fd)); failure != syscall.EINTR {
				return
			}
		}
	}); err != nil {
		return err
	}
	return os.NewSyscallError("fdatasync", failure)
}
