// Package web draws the pages that people see: plain HTML that works without
// scripts, one stylesheet, one function that writes them. What a page says is
// the caller's; how it looks and what a browser may do with it is decided here.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"
)

//go:embed template/*.html
var templates embed.FS

//go:embed style.css
var style []byte

// Page is what all pages have in common.
type Page struct {
	Title     string // and heading
	User      string // who is signed in, "" for nobody
	FormToken string // of the session, for its forms
	Alert     string // what went wrong
	// FormsLeadTo is another origin, http://HOST:PORT, to which the answer to a
	// form of this page may redirect; "" for none.
	FormsLeadTo string
	Body        Body
}

// Body is what one kind of page shows.
type Body interface{ template() string }

// SignIn asks for a name and a password, to go on to Next.
type SignIn struct{ Username, Next string }

// Code asks for a user code, or shows one to compare if Request is set.
type Code struct {
	UserCode string
	Request  *Request
}

// Consent asks to allow or deny a request.
type Consent struct {
	UserCode string
	Request  Request
	Accounts string // "2 accounts"; "" if nothing is assigned to the person
}

// Authorize asks to allow or deny a request that came by way of this browser.
type Authorize struct {
	Request  string // brings it back
	Client   string
	Scopes   []string
	Accounts string // as in Consent
	NoRoles  bool   // the scopes do not reach roles
	Callback string // 127.0.0.1:PORT, where the answer goes
}

// Request is what is known of who asks.
type Request struct {
	Client      string
	Address     string
	SameNetwork bool
	Age         string
}

// Outcome is the end of a request: Client may or may not act for the person.
type Outcome struct {
	Client   string
	Allowed  bool
	NoAccess bool // allowed, but nothing is assigned to the person
}

// Start lists what is assigned to the person.
type Start struct {
	StartURL string
	Accounts []Account
	More     bool // there are accounts that are not in the list
}

// Account is an account with the names of the person's roles in it.
type Account struct {
	ID, Name, Email string
	Roles           []string
}

// Message is a page that only says something.
type Message struct {
	Text     string
	LinkText string // "" for no link
	Link     string
}

func (SignIn) template() string    { return "sign-in.html" }
func (Code) template() string      { return "code.html" }
func (Consent) template() string   { return "consent.html" }
func (Authorize) template() string { return "authorize.html" }
func (Outcome) template() string   { return "outcome.html" }
func (Start) template() string     { return "start.html" }
func (Message) template() string   { return "message.html" }

// Pages are the parsed templates.
type Pages struct {
	byName map[string]*template.Template
}

// New parses the templates.
func New() (*Pages, error) {
	p := &Pages{byName: make(map[string]*template.Template)}
	for _, body := range []Body{SignIn{}, Code{}, Consent{}, Authorize{}, Outcome{}, Start{}, Message{}} {
		name := body.template()
		t, err := template.ParseFS(templates, "template/layout.html", "template/request.html", "template/"+name)
		if err != nil {
			return nil, err
		}
		p.byName[name] = t
	}
	return p, nil
}

// Show writes a page, or none of it.
func (p *Pages) Show(w http.ResponseWriter, status int, page Page) {
	var b bytes.Buffer
	if err := p.byName[page.Body.template()].ExecuteTemplate(&b, "layout", page); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	if page.FormsLeadTo != "" {
		w.Header().Set("Content-Security-Policy", policyWith(page.FormsLeadTo))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// Style answers with the stylesheet.
func Style(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Write(style)
}

// Age says how long ago something was, as a person would.
func Age(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return "a few seconds ago"
	case d < 90*time.Second:
		return fmt.Sprintf("%d seconds ago", int(d.Seconds()))
	default:
		return fmt.Sprintf("%d minutes ago", int(d.Round(time.Minute).Minutes()))
	}
}
