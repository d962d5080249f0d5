package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
)

// journal is the write-ahead log of a SQLite file. SQLite adds a commit to it
// without waiting for the disk; who wants to tell others that a change is kept
// has it flushed first, and all who wait for the disk at the same time share one
// flush. (With synchronous=FULL SQLite flushes for each commit, and no other
// writer may begin meanwhile.)
//
// A commit that no flush reached is lost with the machine's power, not with the
// process, and then so are all after it: what is found again is as it was
// after some commit.
//
// A nil journal is that of a store in memory, of which nothing has to be kept.
type journal struct {
	flushFile func() error
	closeAll  func() error

	turn chan struct{} // whom the disk is busy for

	mu     sync.Mutex
	next   *round // those whom the next flush is for; nil when nobody waits
	broken error  // the disk's failure
}

// round is those who wait for one flush.
type round struct {
	over chan struct{}
	err  error // once over
}

// openJournal opens the log of the SQLite file at path, to which db connects. It
// keeps a connection, because SQLite removes the log with the last of them. None
// of SQLite's locks is on the log, so that closing it here takes none away.
func openJournal(ctx context.Context, db *sql.DB, path string) (*journal, error) {
	held, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the store's journal: %w", err)
	}
	file, err := os.OpenFile(path+"-wal", os.O_RDWR, 0)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the store's journal: %w", err), held.Close())
	}
	return newJournal(func() error { return flushData(file) }, func() error { return errors.Join(file.Close(), held.Close()) }), nil
}

func newJournal(flushFile, closeAll func() error) *journal {
	return &journal{flushFile: flushFile, closeAll: closeAll, turn: make(chan struct{}, 1)}
}

// flush returns when all that was committed before it is on the disk. Once the
// disk has failed nobody knows what it holds, and no later flush succeeds.
func (j *journal) flush() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	mine, first := j.next, j.next == nil
	if first {
		mine = &round{over: make(chan struct{})}
		j.next = mine
	}
	j.mu.Unlock()
	if first {
		mine.err = j.takeTurn()
		close(mine.over)
	}
	<-mine.over
	return mine.err
}

// takeTurn flushes for the next round, when the disk is free.
func (j *journal) takeTurn() error {
	j.turn <- struct{}{}
	defer func() { <-j.turn }()
	j.mu.Lock()
	j.next = nil // who comes from now on may have committed too late for this flush
	j.mu.Unlock()
	if err := j.sound(); err != nil {
		return err
	}
	if err := j.flushFile(); err != nil {
		j.mu.Lock()
		j.broken = fmt.Errorf("the store's disk has failed; what it holds shows after a new start: %w", err)
		j.mu.Unlock()
	}
	return j.sound()
}

// sound is the failure of the disk, if it has failed.
func (j *journal) sound() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.broken
}

// close releases what openJournal has opened.
func (j *journal) close() error {
	if j == nil {
		return nil
	}
	return j.closeAll()
}
