package center_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// page is a page as a person with assistive technology has it: by structure.
type page struct {
	answer
	Path string
	root *html.Node
}

func newPage(t *testing.T, path string, a answer) page {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	return page{a, path, root}
}

// all returns the elements for which match is true, in the page's order.
func (p page) all(match func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && match(n) {
			found = append(found, n)
		}
	}
	return found
}

func (p page) tags(name string) []*html.Node {
	return p.all(func(n *html.Node) bool { return n.Data == name })
}

func (p page) id(id string) *html.Node {
	for _, n := range p.all(func(n *html.Node) bool { return attr(n, "id") == id }) {
		return n
	}
	return nil
}

// alert returns the text that a screen reader says at once.
func (p page) alert() string {
	var texts []string
	for _, n := range p.all(func(n *html.Node) bool { return attr(n, "role") == "alert" }) {
		texts = append(texts, text(n))
	}
	return strings.Join(texts, "\n")
}

func (p page) text() string {
	return text(p.tags("body")[0])
}

// form returns where the form of a button goes, and what it would send.
func (p page) form(t *testing.T, button string) (action string, values url.Values) {
	t.Helper()
	b := p.id(button)
	if b == nil {
		t.Fatalf("no button %s on %s: %s", button, p.Path, p.text())
	}
	form := b
	for form.Data != "form" {
		form = form.Parent
	}
	if attr(form, "method") != "post" {
		t.Errorf("the form of %s is sent by %q, want post", button, attr(form, "method"))
	}
	values = url.Values{}
	for n := range form.Descendants() {
		if n.Data == "input" {
			values.Add(attr(n, "name"), attr(n, "value"))
		}
	}
	return attr(form, "action"), values
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
