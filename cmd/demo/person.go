package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"latchkey/internal/webuser"
)

// A person goes through the center's pages over HTTP, as one does in a browser.
type person struct {
	name, password string
	done           func(format string, args ...any) // told of every step
}

// allow opens the address of a sign-in that shows code, and allows it.
func (p person) allow(address, code string) error {
	page, err := webuser.New(&http.Client{Timeout: 10 * time.Second}).Open(address)
	if err != nil {
		return err
	}
	for _, step := range []func(*webuser.Page, string) (*webuser.Page, error){p.signIn, p.compare, p.consent} {
		if page, err = step(page, code); err != nil {
			return err
		}
	}
	return nil
}

func (p person) signIn(page *webuser.Page, _ string) (*webuser.Page, error) {
	page.Fill(map[string]string{"username": p.name, "password": p.password})
	next, err := page.Submit()
	if err != nil {
		return nil, err
	}
	if next.HasField("password") {
		return nil, fmt.Errorf("%s could not sign in: %s", p.name, next.Text())
	}
	p.done("in the browser: %s signed in", p.name)
	return next, nil
}

func (p person) compare(page *webuser.Page, code string) (*webuser.Page, error) {
	if !strings.Contains(page.Text(), code) {
		return nil, fmt.Errorf("the page does not show the code %s: %s", code, page.Text())
	}
	next, err := page.Press("cli_verification_btn")
	if err != nil {
		return nil, err
	}
	p.done("in the browser: the code is the one in the terminal, %s", code)
	return next, nil
}

func (p person) consent(page *webuser.Page, _ string) (*webuser.Page, error) {
	last, err := page.Press("cli_login_button")
	if err != nil {
		return nil, err
	}
	if !strings.Contains(last.Text(), "Request approved") {
		return nil, fmt.Errorf("the last page does not say that the request was approved: %s", last.Text())
	}
	p.done("in the browser: access allowed, Request approved")
	return last, nil
}
