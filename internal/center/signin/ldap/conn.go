package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"latchkey/internal/center/signin"
)

// maxAnswers is how much one connection may bring: the parser itself would take
// 2 GiB from a server that says so.
const maxAnswers = 4 << 20

// server is one address of the directory.
type server struct {
	url     string
	host    string
	address string // host:port
	tls     bool   // from the first byte
}

func (c Config) servers() ([]server, error) {
	var servers []server
	for _, address := range strings.Fields(c.URL) {
		s, err := c.server(address)
		if err != nil {
			return nil, fmt.Errorf("url: %q: %w", address, err)
		}
		servers = append(servers, s)
	}
	if len(servers) == 0 {
		return nil, errors.New("url is missing")
	}
	return servers, nil
}

func (c Config) server(address string) (server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return server{}, errors.New("must be ldaps://HOST or ldap://HOST, with or without a port")
	}
	s := server{url: u.Scheme + "://" + u.Host, host: u.Hostname(), tls: u.Scheme == "ldaps"}
	port := u.Port()
	switch {
	case u.Scheme == "ldaps" && (c.StartTLS || c.Plain):
		return server{}, errors.New("ldaps goes with neither starttls nor plain")
	case u.Scheme == "ldaps":
		s.address = net.JoinHostPort(s.host, orDefault(port, ldap.DefaultLdapsPort))
	case u.Scheme != "ldap":
		return server{}, errors.New("the scheme must be ldaps or ldap")
	case c.StartTLS == c.Plain:
		return server{}, errors.New("passwords need TLS: ldaps://, or starttls: true")
	case c.Plain && !isLoopback(s.host):
		return server{}, errors.New("plain is only for an address of this machine itself, such as 127.0.0.1")
	default:
		s.address = net.JoinHostPort(s.host, orDefault(port, ldap.DefaultLdapPort))
	}
	return s, nil
}

func orDefault(port, otherwise string) string {
	if port == "" {
		return otherwise
	}
	return port
}

// isLoopback is for addresses, not for names, which may come to mean others.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// conn is a connection to one server, closed when its context ends.
type conn struct {
	*ldap.Conn
	server server
	raw    net.Conn
}

// close says goodbye; a server that does not hear it any more is no trouble.
func (c *conn) close() { _ = c.Close() }

// service connects to the first server that answers, the last good one before
// the others, and binds as the service account.
func (m *Method) service(ctx context.Context) (*conn, error) {
	var away []string
	first, n := int(m.first.Load()), len(m.servers)
	for i := range n {
		at := (first + i) % n
		c, err := m.attempt(ctx, m.servers[at], n-i)
		if err == nil {
			m.first.Store(int64(at))
			return c, nil
		}
		away = append(away, err.Error())
	}
	return nil, errors.New(strings.Join(away, "; "))
}

// attempt takes no more than its share of the time, so that there is some for
// the servers that are left.
func (m *Method) attempt(ctx context.Context, s server, left int) (*conn, error) {
	deadline, _ := ctx.Deadline()
	share := time.Now().Add(time.Until(deadline) / time.Duration(left))
	c, err := m.dial(ctx, s, share)
	if err != nil {
		return nil, err
	}
	if m.config.BindDN != "" {
		err = c.Bind(m.config.BindDN, m.word)
	}
	if err != nil {
		c.close()
		return nil, fmt.Errorf("%s: bind as the service account: %w", s.url, told(err))
	}
	return c, c.raw.SetDeadline(deadline)
}

func (m *Method) dial(ctx context.Context, s server, deadline time.Time) (*conn, error) {
	raw, err := (&net.Dialer{Deadline: deadline}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.url, err)
	}
	context.AfterFunc(ctx, func() { _ = raw.Close() }) // it may be closed already
	c := &conn{server: s, raw: raw}
	if err := raw.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if err := m.secure(c); err != nil {
		_ = raw.Close() // nothing was begun on it
		return nil, fmt.Errorf("%s: %w", s.url, told(err))
	}
	return c, nil
}

// secure starts TLS before or after the first message, as configured, and the
// protocol.
func (m *Method) secure(c *conn) error {
	trust := m.tls.Clone()
	trust.ServerName = c.server.host
	limited := &limitedConn{Conn: c.raw, left: maxAnswers}
	if c.server.tls {
		over := tls.Client(limited, trust)
		if err := over.Handshake(); err != nil {
			return err
		}
		c.Conn = ldap.NewConn(over, true)
		c.Start()
		return nil
	}
	c.Conn = ldap.NewConn(limited, false)
	c.Start()
	if !m.config.StartTLS {
		return nil
	}
	if err := c.StartTLS(trust); err != nil {
		c.close()
		return fmt.Errorf("start TLS: %w", err)
	}
	return nil
}

// limitedConn ends a connection that brings too much.
type limitedConn struct {
	net.Conn
	left int // read by one goroutine at a time
}

func (c *limitedConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errors.New("the directory sent more than 4 MiB")
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// told is err in words alone: the library's errors carry whole messages.
func told(err error) error { return errors.New(signin.Printable(err.Error())) }
