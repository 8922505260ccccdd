package portal

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// maxPage is also the size of a page that nobody asked to be smaller.
const maxPage = 100

// page is a part of a list: up to size things from the first one whose position
// comes after.
type page struct {
	after int64
	size  int
}

func readPage(r *http.Request) (page, error) {
	p := page{size: maxPage}
	query := r.URL.Query()
	if text := query.Get("max_result"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPage {
			return p, invalidRequest("max_result must be from 1 to 100")
		}
		p.size = n
	}
	if text := query.Get("next_token"); text != "" {
		after, ok := readToken(text)
		if !ok {
			return p, invalidRequest("next_token is not one that was given")
		}
		p.after = after
	}
	return p, nil
}

// cut returns the page of list, which has one more if the list goes on, and
// the token for what comes after it.
func cut[T any](p page, list []T, position func(T) int64) ([]T, string) {
	if len(list) <= p.size {
		return list, ""
	}
	list = list[:p.size]
	return list, writeToken(position(list[p.size-1]))
}

const tokenVersion = "after "

func writeToken(after int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(tokenVersion + strconv.FormatInt(after, 10)))
}

func readToken(text string) (after int64, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return 0, false
	}
	digits, ok := strings.CutPrefix(string(b), tokenVersion)
	if !ok {
		return 0, false
	}
	after, err = strconv.ParseInt(digits, 10, 64)
	return after, err == nil && after > 0
}
