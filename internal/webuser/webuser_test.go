package webuser_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"latchkey/internal/webuser"
)

// site is a small one: a door that asks for a name, and a room behind it.
func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	page := func(pattern, body string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<!doctype html><title>t</title><style>p{}</style>"+body)
		})
	}
	page("GET /door", `<p>Who  are
		<b>you?</b></p><script>var x</script>
		<form action="/search"><input name="q"><button id="search">Search</button></form>
		<form method="post" action="/enter">
			<input type="hidden" name="csrf" value="t0ken"><input name="username"><input type="password" name="password">
			<input type="checkbox" name="remember" checked><input type="checkbox" name="no" value="1">
			<input name="off" value="x" disabled><textarea name="note">hi</textarea>
			<select name="lang"><option value="en">English<option selected>de</select>
			<button id="enter" name="action" value="in">Enter</button><button type="button" id="script">Script</button>
			<button id="away" formaction="https://elsewhere.example/">Away</button>
			<input type="submit" id="back" formmethod="get" formaction="/search" value="Back">
		</form>`)
	mux.HandleFunc("POST /enter", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "http://"+r.Host || r.Header.Get("Referer") == "" {
			t.Errorf("headers %v", r.Header)
		}
		r.ParseForm()
		http.SetCookie(w, &http.Cookie{Name: "sent", Value: strings.ReplaceAll(r.PostForm.Encode(), "&", "."), HttpOnly: true})
		http.Redirect(w, r, "/room", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /room", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("sent")
		if err != nil {
			t.Error(err)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<p id=sent>%s</p>", c.Value)
	})
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, "<p>%s</p>", html.EscapeString(r.URL.RawQuery))
	})
	page("GET /links", `<a href="/door">The
		door</a> <a href="/away">Away</a>`)
	mux.Handle("GET /away", http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound))
	mux.Handle("GET /circle", http.RedirectHandler("/circle", http.StatusFound))
	page("GET /long", strings.Repeat("x", 2<<20))
	mux.HandleFunc("GET /json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func open(t *testing.T, url string) *webuser.Page {
	t.Helper()
	page, err := webuser.New(http.DefaultClient).Open(url)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestPage(t *testing.T) {
	page := open(t, site(t)+"/door")
	if got, want := page.Text(), "Who are you? Search hi English de Enter Script Away"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if !page.Has("enter") || page.Has("exit") || !page.HasField("password") || page.HasField("enter") || page.Status != 200 {
		t.Errorf("has enter %v, exit %v, password %v, status %d", page.Has("enter"), page.Has("exit"), page.HasField("password"), page.Status)
	}
}

func TestForms(t *testing.T) {
	tests := []struct {
		name string
		fill map[string]string
		next func(*webuser.Page) (*webuser.Page, error)
		want string
	}{
		{"button by id", map[string]string{"username": "alice", "password": "s&c"},
			func(p *webuser.Page) (*webuser.Page, error) { return p.Press("enter") },
			"action=in.csrf=t0ken.lang=de.note=hi.password=s%26c.remember=on.username=alice"},
		{"the form with the fields", map[string]string{"username": "bob", "note": ""},
			(*webuser.Page).Submit,
			"action=in.csrf=t0ken.lang=de.note=.password=.remember=on.username=bob"},
		{"by GET", map[string]string{"q": "a b"},
			func(p *webuser.Page) (*webuser.Page, error) { return p.Press("search") }, "q=a+b"},
		{"first form", nil, (*webuser.Page).Submit, "q="},
		{"input as button, with its own method", nil,
			func(p *webuser.Page) (*webuser.Page, error) { return p.Press("back") },
			"csrf=t0ken&lang=de&note=hi&password=&remember=on&username="},
	}
	for _, tt := range tests {
		page := open(t, site(t)+"/door")
		page.Fill(tt.fill)
		next, err := tt.next(page)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := next.Text(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWhatCannotBePressed(t *testing.T) {
	for id, want := range map[string]string{
		"exit": `no button "exit"`, "script": `no button "script"`, "sent": `no button "sent"`, "away": "another origin", "search": `no field "password"`,
	} {
		page := open(t, site(t)+"/door")
		if id == "search" {
			page.Fill(map[string]string{"password": "x"})
		}
		if _, err := page.Press(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", id, err, want)
		}
	}
	page := open(t, site(t)+"/door")
	page.Fill(map[string]string{"colour": "red"})
	if _, err := page.Submit(); err == nil {
		t.Error("a form without the field was sent")
	}
}

func TestLinksAndOtherOrigins(t *testing.T) {
	elsewhere := site(t)
	mux := http.NewServeMux()
	mux.Handle("GET /away", http.RedirectHandler(elsewhere+"/links", http.StatusFound))
	s := httptest.NewServer(mux)
	defer s.Close()
	user := webuser.New(http.DefaultClient)
	if _, err := user.Open(s.URL + "/away"); err == nil {
		t.Error("a redirect led to another origin")
	}
	user.MayGoTo(elsewhere)
	links, err := user.Open(s.URL + "/away")
	if err != nil {
		t.Fatal(err)
	}
	if door, err := links.Follow("The door"); err != nil || !door.HasField("password") {
		t.Errorf("%v, %v", door, err)
	}
	if _, err := links.Follow("The window"); err == nil {
		t.Error("followed a link that is not there")
	}
}

func TestWhatIsNoPage(t *testing.T) {
	at := site(t)
	for path, want := range map[string]string{
		"/away": "another origin", "/circle": "too many redirects", "/long": "larger than 1 MiB", "/json": `not a page but "application/json"`,
		"/none": "not a page",
	} {
		if _, err := webuser.New(http.DefaultClient).Open(at + path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
