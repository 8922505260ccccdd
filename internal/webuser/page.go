package webuser

import (
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A Page is what a person sees.
type Page struct {
	URL    *url.URL // after redirects
	Status int      // of HTTP
	user   *User
	doc    *html.Node
	filled map[string]string
}

// Text returns the words on the page, each run of white space one space.
func (p *Page) Text() string {
	var b strings.Builder
	for n := range p.doc.Descendants() {
		if n.Type == html.TextNode && !isHidden(n.Parent) {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func isHidden(n *html.Node) bool {
	return n != nil && n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "title")
}

// Has reports whether an element has this id.
func (p *Page) Has(id string) bool { return p.byID(id) != nil }

// HasField reports whether a form has a field of this name.
func (p *Page) HasField(name string) bool {
	for n := range p.elements("input", "textarea", "select") {
		if attr(n, "name") == name {
			return true
		}
	}
	return false
}

// Fill types into fields by name. A name that no field has is found out when
// the form is sent.
func (p *Page) Fill(values map[string]string) {
	for name, value := range values {
		p.filled[name] = value
	}
}

// Follow opens the first link with this text, wherever it leads.
func (p *Page) Follow(text string) (*Page, error) {
	for link := range p.elements("a") {
		if strings.Join(strings.Fields(textOf(link)), " ") != text {
			continue
		}
		target, err := p.URL.Parse(attr(link, "href"))
		if err != nil {
			return nil, err
		}
		return p.user.Open(target.String())
	}
	return nil, fmt.Errorf("%s has no link %q: %s", p.URL.Path, text, p.excerpt())
}

func (p *Page) byID(id string) *html.Node {
	for n := range p.elements() {
		if attr(n, "id") == id {
			return n
		}
	}
	return nil
}

// elements yields the elements of these names in order, all for none.
func (p *Page) elements(names ...string) iter.Seq[*html.Node] { return elements(p.doc, names...) }

func elements(root *html.Node, names ...string) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && (len(names) == 0 || slices.Contains(names, n.Data)) && !yield(n) {
				return
			}
		}
	}
}
