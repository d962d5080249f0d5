package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// meter shows how far things have come: live bars on a terminal, elsewhere a
// line each time something has changed.
type meter struct {
	out   io.Writer
	bars  *mpb.Progress // nil when out is no terminal
	named map[string]*bar
	said  map[string]string // the last line about each
	last  string            // the key whose bar is below all others
}

// bar is a line on a terminal.
type bar struct {
	*mpb.Bar
	failed atomic.Int64
}

func newMeter(out io.Writer) *meter {
	m := &meter{out: out, named: map[string]*bar{}, said: map[string]string{}}
	if terminal(out) {
		m.bars = mpb.New(mpb.WithOutput(out), mpb.WithWidth(32), mpb.PopCompletedMode())
	}
	return m
}

// terminal reports whether what is written to out is looked at as it comes.
func terminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// progress shows that done of total of a kind are done.
func (m *meter) progress(kind string, done, total int) { m.show(kind, kind, done, 0, total) }

// show is progress of the thing key, under a name, some of which failed.
func (m *meter) show(key, name string, done, failed, total int) {
	if m.bars != nil {
		m.bar(key, name, done, failed, total)
		return
	}
	line := fmt.Sprintf("%s: %d done, %d failed, %d left of %d", name, done, failed, total-done-failed, total)
	if m.said[key] != line {
		m.said[key] = line
		fmt.Fprintln(m.out, line)
	}
}

// bar is show on a terminal.
func (m *meter) bar(key, name string, done, failed, total int) {
	over := done+failed >= total
	b := m.named[key]
	if b == nil || b.Completed() && !over { // what begins again has a bar of its own
		b = new(bar)
		priority := len(m.named)
		if key == m.last {
			priority = math.MaxInt
		}
		b.Bar = m.bars.AddBar(int64(total), mpb.BarPriority(priority),
			mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR), decor.CountersNoUnit("%d / %d", decor.WCSyncSpace)),
			mpb.AppendDecorators(decor.Percentage(decor.WCSyncSpace), decor.Any(func(decor.Statistics) string {
				if n := b.failed.Load(); n > 0 {
					return fmt.Sprintf(" %d failed", n)
				}
				return ""
			})))
		m.named[key] = b
	}
	b.failed.Store(int64(failed))
	b.SetTotal(int64(total), false)
	b.SetCurrent(int64(done + failed))
	if over {
		b.SetTotal(int64(total), true)
	}
}

// above is what text for out is written to while the meter shows something: on a
// terminal it stands above the bars.
func (m *meter) above(out io.Writer) io.Writer {
	if m.bars != nil && terminal(out) {
		return m.bars
	}
	return out
}

// close leaves the bars as they are and gives the terminal back.
func (m *meter) close() {
	if m.bars == nil {
		return
	}
	for _, bar := range m.named {
		bar.Abort(false)
	}
	m.bars.Wait()
}
