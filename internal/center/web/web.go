// Package web draws the pages that people see: plain HTML that works without
// scripts, one stylesheet, one function that writes them. What a page says is
// the caller's; how it looks and what a browser may do with it is decided here.
package web

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
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

// SignIn asks for a name and a password, or offers providers, to go on to Next.
type SignIn struct {
	Username, Next string
	Again          bool // of Username, who is signed in
	NoPassword     bool // only providers
	// Administrators: passwords are for them alone, so providers come first.
	Administrators bool
	Providers      []Provider
}

// Provider is a place where people can sign in instead.
type Provider struct{ Name, Label string }

// SecondFactor asks for the code of an authenticator app.
type SecondFactor struct{ Username string }

// Message is a page that only says something.
type Message struct {
	Text     string
	LinkText string // "" for no link
	Link     string
}

func (SignIn) template() string       { return "sign-in.html" }
func (SecondFactor) template() string { return "second-factor.html" }
func (Message) template() string      { return "message.html" }

// Pages are the parsed templates.
type Pages struct {
	byName map[string]*template.Template
}

// New parses the templates.
func New() (*Pages, error) {
	p := &Pages{byName: make(map[string]*template.Template)}
	for _, body := range []Body{
		SignIn{}, SecondFactor{}, Message{}, Code{}, OtherNetwork{}, Consent{}, Authorize{}, Outcome{}, Start{}, Credentials{}, Devices{}, Console{},
	} {
		name := body.template()
		t, err := template.ParseFS(templates, "template/layout.html", "template/parts.html", "template/"+name)
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
