package center

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
)

// addressed gives every request the address of whoever sent it, or none where
// that is not known: whether a code was asked for in the network of the browser
// that allows it is decided by it.
func (c *Center) addressed(next http.Handler) http.Handler {
	if c.config.BehindProxy {
		return forwarded(next)
	}
	return c.undeclared(next)
}

// forwarded takes the client's address from the proxy, which appends it to what
// the client may have sent itself. A proxy that says nothing leaves it unknown:
// its own address would make one network of everybody.
func forwarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		values := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		r.RemoteAddr = ""
		if ip, ok := readAddress(strings.TrimSpace(values[len(values)-1])); ok {
			r.RemoteAddr = net.JoinHostPort(ip.String(), "0")
		}
		next.ServeHTTP(w, r)
	})
}

// readAddress reads an address with or without a port: proxies write both.
func readAddress(text string) (netip.Addr, bool) {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr(), true
	}
	ip, err := netip.ParseAddr(text)
	return ip, err == nil
}

// undeclared makes the address unknown of what a proxy on this machine passes on
// that the center was not told of.
func (c *Center) undeclared(next http.Handler) http.Handler {
	var once sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, ok := readAddress(r.RemoteAddr)
		if ok && from.IsLoopback() && (r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "") {
			r.RemoteAddr = ""
			once.Do(func() {
				c.config.Logger.Warn("requests come by way of a proxy; --behind-proxy makes their addresses known")
			})
		}
		next.ServeHTTP(w, r)
	})
}
