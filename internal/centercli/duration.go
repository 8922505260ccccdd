package centercli

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// day is that of the clock, without the hour that is put forward or back.
const day = 24 * time.Hour

// mostDays is above any that is meant, and below what a Duration can hold.
const mostDays = 36500

// durationFlag is a flag for a time that something takes: 90s, 1h30m, 7d, 1d12h.
type durationFlag struct {
	to   *time.Duration
	want string // for the error
}

func (f durationFlag) Set(text string) error {
	d, err := parseDuration(text)
	if err != nil {
		return errors.New("want a time such as " + f.want)
	}
	*f.to = d
	return nil
}

func (f durationFlag) String() string {
	if f.to == nil || *f.to == 0 {
		return ""
	}
	return f.to.String()
}

func (f durationFlag) Type() string { return "duration" }

func parseDuration(text string) (time.Duration, error) {
	count, rest, ok := strings.Cut(text, "d")
	if !ok {
		return time.ParseDuration(text)
	}
	days, err := strconv.Atoi(count)
	if err != nil || days < 0 || days > mostDays {
		return 0, errors.New("not a number of days")
	}
	if rest == "" {
		return time.Duration(days) * day, nil
	}
	d, err := time.ParseDuration(rest)
	return time.Duration(days)*day + d, err
}
