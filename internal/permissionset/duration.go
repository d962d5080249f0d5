package permissionset

import (
	"regexp"
	"strconv"
	"time"

	"foyer/internal/fault"
)

// Bounds of a session.
const (
	DefaultDuration = "PT1H"
	minSession      = time.Hour
	maxSession      = 12 * time.Hour
)

// iso is a duration of ISO 8601 of days at most: longer units have no one
// length, and nothing beyond twelve hours is allowed anyway.
var iso = regexp.MustCompile(`^P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$`)

// ParseDuration reads an ISO 8601 duration from one to twelve hours; anything
// else is an Invalid fault.
func ParseDuration(text string) (time.Duration, error) {
	parts := iso.FindStringSubmatch(text)
	var total time.Duration
	if parts != nil {
		for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
			n, err := strconv.Atoi(parts[i+1])
			if err == nil {
				total += time.Duration(n) * unit
			}
		}
	}
	if total < minSession || total > maxSession {
		return 0, fault.Newf(fault.Invalid, "The session duration %s is not valid. Give an ISO-8601 duration from PT1H to PT12H.", text)
	}
	return total, nil
}

// session is the length of a stored duration.
func session(text string) time.Duration {
	d, err := ParseDuration(text)
	if err != nil {
		return minSession // "": the default
	}
	return d
}
