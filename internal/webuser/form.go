package webuser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Press presses the button with this id and returns the next page.
func (p *Page) Press(id string) (*Page, error) {
	button := p.byID(id)
	if button == nil || !isSubmit(button) {
		return nil, fmt.Errorf("%s has no button %q: %s", p.URL.Path, id, p.excerpt())
	}
	return p.send(button)
}

// Submit presses the first button of the first form that has all the fields
// which were filled in, as the Enter key in a field does.
func (p *Page) Submit() (*Page, error) {
	for button := range p.elements("button", "input") {
		if form := p.formOf(button); form != nil && isSubmit(button) && p.missing(form) == "" {
			return p.send(button)
		}
	}
	return nil, fmt.Errorf("%s has no form to send: %s", p.URL.Path, p.excerpt())
}

func (p *Page) excerpt() string {
	const most = 200
	text := []rune(p.Text())
	return string(text[:min(len(text), most)])
}

// send does what a browser does when a submit button is pressed.
func (p *Page) send(button *html.Node) (*Page, error) {
	form := p.formOf(button)
	if form == nil {
		return nil, errors.New("the button belongs to no form")
	}
	if name := p.missing(form); name != "" {
		return nil, fmt.Errorf("the form at %s has no field %q", p.URL.Path, name)
	}
	target, err := p.URL.Parse(cmp.Or(attr(button, "formaction"), attr(form, "action")))
	if err != nil {
		return nil, err
	}
	if origin(target) != origin(p.URL) {
		return nil, fmt.Errorf("the form at %s leads to another origin, %s", p.URL.Path, origin(target))
	}
	req, err := request(cmp.Or(attr(button, "formmethod"), attr(form, "method")), target, p.values(form, button))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Referer", p.URL.String())
	return p.user.load(req)
}

func request(method string, target *url.URL, values url.Values) (*http.Request, error) {
	if !strings.EqualFold(method, http.MethodPost) {
		target.RawQuery = values.Encode()
		return http.NewRequestWithContext(context.Background(), http.MethodGet, target.String(), nil)
	}
	var body io.Reader = strings.NewReader(values.Encode())
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", origin(target))
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return req, nil
}

// formOf returns the form that an element belongs to: the one its form
// attribute names, else the one around it.
func (p *Page) formOf(n *html.Node) *html.Node {
	if id := attr(n, "form"); id != "" {
		return p.byID(id)
	}
	for a := range n.Ancestors() {
		if a.Type == html.ElementNode && a.Data == "form" {
			return a
		}
	}
	return nil
}

// missing returns a name that was filled in and that the form has no field of.
func (p *Page) missing(form *html.Node) string {
	names := map[string]bool{}
	for n := range p.fields(form) {
		names[attr(n, "name")] = true
	}
	for name := range p.filled {
		if !names[name] {
			return name
		}
	}
	return ""
}

func (p *Page) fields(form *html.Node) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range p.elements("input", "textarea", "select") {
			if p.formOf(n) == form && attr(n, "name") != "" && !has(n, "disabled") && !isSubmit(n) && !yield(n) {
				return
			}
		}
	}
}

// values are what the form sends: what was typed, else what the page holds.
func (p *Page) values(form, button *html.Node) url.Values {
	values := url.Values{}
	for n := range p.fields(form) {
		name := attr(n, "name")
		if typed, ok := p.filled[name]; ok {
			values.Set(name, typed)
		} else if held, ok := held(n); ok {
			values.Add(name, held)
		}
	}
	if name := attr(button, "name"); name != "" {
		values.Set(name, attr(button, "value"))
	}
	return values
}

// held is what a field holds as the page came, false when it sends nothing.
func held(n *html.Node) (string, bool) {
	switch {
	case n.Data == "textarea":
		return textOf(n), true
	case n.Data == "select":
		return chosen(n)
	case attr(n, "type") == "checkbox" || attr(n, "type") == "radio":
		return cmp.Or(attr(n, "value"), "on"), has(n, "checked")
	}
	return attr(n, "value"), true
}

// chosen is the selected option, or the first.
func chosen(list *html.Node) (string, bool) {
	var first *html.Node
	for option := range elements(list, "option") {
		if has(option, "selected") {
			return optionValue(option), true
		}
		if first == nil {
			first = option
		}
	}
	if first == nil {
		return "", false
	}
	return optionValue(first), true
}

func optionValue(option *html.Node) string {
	if has(option, "value") {
		return attr(option, "value")
	}
	return strings.TrimSpace(textOf(option))
}

func isSubmit(n *html.Node) bool {
	kind := attr(n, "type")
	return n.Data == "button" && (kind == "" || kind == "submit") || n.Data == "input" && kind == "submit"
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}
