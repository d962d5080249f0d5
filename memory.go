package foyer

import (
	"runtime/debug"
)

// Memory is traded for speed while there is work: garbage is collected when it
// is garbagePerLive times what lives, in percent. Most of what a request leaves
// behind is garbage, and little lives, so this stays small.
const (
	usualGarbage   = 100 // what the Go runtime does when nobody says otherwise
	garbagePerLive = 400
)

// tuneMemory applies it unless somebody set GOGC, and gives back what starting
// took.
func tuneMemory() {
	if was := debug.SetGCPercent(garbagePerLive); was != usualGarbage {
		debug.SetGCPercent(was)
	}
	debug.FreeOSMemory()
}
