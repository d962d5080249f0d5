package foyer

import "runtime"

// processors is how many processors Go found when the program began.
var processors = runtime.GOMAXPROCS(0)

// SpareProcessor has Go run on one processor more than it found, for a program
// that serves. Keys of passwords take all there are, for 20 ms at a time; Go
// takes a processor from nobody before 10 ms are over, and all else waits so long,
// as a change does that comes back from the disk three times in a sign-in. With a
// thread more than there are processors it is the operating system that chooses,
// which prefers who has waited.
func SpareProcessor() { runtime.GOMAXPROCS(processors + 1) }
