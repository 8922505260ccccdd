package web

import (
	"fmt"
	"time"
)

// Age says how long ago something was, as a person would.
func Age(d time.Duration) string {
	if d < 10*time.Second {
		return "a few seconds ago"
	}
	return Length(d) + " ago"
}

// Length says how long something lasts, as a person would.
func Length(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return count(d, time.Second, "second")
	case d < 2*time.Hour && d != time.Hour:
		return count(d, time.Minute, "minute")
	case d < 48*time.Hour:
		return count(d, time.Hour, "hour")
	default:
		return count(d, 24*time.Hour, "day")
	}
}

func count(d, unit time.Duration, name string) string {
	n := int(d.Round(unit) / unit)
	if n == 1 {
		return "1 " + name
	}
	return fmt.Sprintf("%d %ss", n, name)
}

// Moment writes a time where nobody knows the reader's zone.
func Moment(t time.Time) string {
	return t.UTC().Format("2 Jan 2006, 15:04 UTC")
}
