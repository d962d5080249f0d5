package main

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// aheadFile names, for a server that a test starts, the file that says how many
// seconds its clock is ahead.
const aheadFile = "TEST_CLOCK_AHEAD"

// movedClock is the clock of a server under test.
func movedClock() func() time.Time {
	file := os.Getenv(aheadFile)
	if file == "" {
		return time.Now
	}
	return func() time.Time {
		text, err := os.ReadFile(file)
		if err != nil {
			return time.Now() // nobody has moved it yet
		}
		ahead, err := strconv.Atoi(string(text))
		if err != nil {
			panic(err) // it is written whole, below
		}
		return time.Now().Add(time.Duration(ahead) * time.Second)
	}
}

// now is the time at the server.
func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.ahead) * time.Second) }

// advance moves the server's clock.
func (h *house) advance(t *testing.T, seconds int64) {
	t.Helper()
	h.ahead += seconds
	if err := os.WriteFile(h.clock+".next", []byte(strconv.FormatInt(h.ahead, 10)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(h.clock+".next", h.clock); err != nil {
		t.Fatal(err)
	}
}
