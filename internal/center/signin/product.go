package signin

import (
	"net/http"
	"strings"
)

// product is a browser as its owner would call it: "Firefox on Linux". A user
// agent that is none of these is "a browser".
func product(r *http.Request) string {
	agent := r.UserAgent()
	name := firstIn(agent, [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chromium/", "Chromium"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}, "a browser")
	system := firstIn(agent, [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}, "")
	if system == "" {
		return name
	}
	return name + " on " + system
}

// firstIn returns the name of the first mark that is in text.
func firstIn(text string, marks [][2]string, otherwise string) string {
	for _, m := range marks {
		if strings.Contains(text, m[0]) {
			return m[1]
		}
	}
	return otherwise
}
