package metrics

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
)

// From is the networks that may ask for the metrics, beside this machine.
type From []netip.Prefix

// ParseFrom reads networks, such as 10.1.0.0/16, and single addresses.
func ParseFrom(texts []string) (From, error) {
	var from From
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if ip, single := netip.ParseAddr(text); single == nil {
			network, err = ip.Prefix(ip.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("metrics_from: %q: want a network such as 10.1.0.0/16, or an address", text)
		}
		from = append(from, network)
	}
	return from, nil
}

type peerKey struct{}

// WithPeer remembers who made the connection, before the address of a request
// becomes what a proxy says.
func WithPeer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, _ := netip.ParseAddrPort(r.RemoteAddr) // else the zero one, which is nobody's
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), peerKey{}, peer.Addr())))
	})
}

// Only lets those ask next, which WithPeer is in front of: whoever makes requests
// could learn from their counts and exact times what the answers do not tell.
func (from From) Only(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, _ := r.Context().Value(peerKey{}).(netip.Addr)
		if viaProxy(r.Header) || !from.has(peer) {
			http.Error(w, "metrics are for this machine and for metrics_from, and not by way of a proxy", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// viaProxy reports whether a proxy made the request: its own address then says
// nothing about who asked it.
func viaProxy(h http.Header) bool {
	return slices.ContainsFunc([]string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via"},
		func(name string) bool { return len(h[name]) > 0 })
}

func (from From) has(peer netip.Addr) bool {
	peer = peer.Unmap().WithZone("")
	return peer.IsLoopback() || slices.ContainsFunc(from, func(network netip.Prefix) bool { return network.Contains(peer) })
}
