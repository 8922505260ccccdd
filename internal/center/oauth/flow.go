package oauth

import (
	"fmt"
	"net/http"
	"net/netip"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/web"
)

// DeviceFlow says which device codes people may approve. Somebody can be talked
// into approving a code of another's; who answers only for computers with a
// browser can do without.
type DeviceFlow string

const (
	DeviceFlowAllow       DeviceFlow = "allow"        // any; also ""
	DeviceFlowSameNetwork DeviceFlow = "same-network" // those asked for from where the browser is
	DeviceFlowOff         DeviceFlow = "off"          // none, and none is given
)

// Check reports a value that is none of them.
func (f DeviceFlow) Check() error {
	switch f {
	case "", DeviceFlowAllow, DeviceFlowSameNetwork, DeviceFlowOff:
		return nil
	}
	return fmt.Errorf("device_flow %q: want off, same-network or allow", string(f))
}

// sameNetwork reports whether one party holds both addresses. What is no address
// is nowhere, and so in no network with anything.
func sameNetwork(a, b string) bool {
	_, errA := netip.ParseAddr(a)
	_, errB := netip.ParseAddr(b)
	return errA == nil && errB == nil && signin.Network(a) == signin.Network(b)
}

// where is an address as people are told it.
func where(address string) string {
	if _, err := netip.ParseAddr(address); err != nil {
		return "an unknown address"
	}
	return address
}

// flowOff is every page of user codes where there are none.
func (s *Service) flowOff(w http.ResponseWriter, session signin.Session) {
	s.Pages.Show(w, http.StatusForbidden, web.Page{
		Title: "This center gives no codes", User: session.User.Name,
		Alert: "Whoever sent you here with a code, do not go on: the code cannot be from this center.",
		Body: web.Message{
			Text:     "Programs get access by opening this center in the browser of the same computer. Start the sign-in there, without the option for a code.",
			LinkText: "Go to your accounts", Link: "/start",
		},
	})
}

// otherNetwork refuses to approve a code that was asked for from elsewhere, and
// offers to deny it.
func (s *Service) otherNetwork(w http.ResponseWriter, r *http.Request, session signin.Session, g DeviceGrant, code string) {
	if err := s.recordDevice(r, session, g, "device code approved", "another network"); err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	s.Pages.Show(w, http.StatusForbidden, web.Page{
		Title: "This code comes from another network", User: session.User.Name, FormToken: s.SignIn.FormToken(session),
		Alert: "It cannot be allowed from here. This center takes codes only from programs in the network of your browser.",
		Body:  web.OtherNetwork{UserCode: code, Request: s.request(r, g), Browser: where(signin.Address(r))},
	})
}
