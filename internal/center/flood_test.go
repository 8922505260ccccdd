package center_test

import (
	"errors"
	"net/url"
	"testing"
	"time"
)

// What a stranger can repeat without end neither fills the audit nor keeps a
// provider busy.
func TestFloods(t *testing.T) {
	const times = 100
	for name, flood := range map[string]func(t *testing.T, o *office){
		"answers of a provider": func(t *testing.T, o *office) {
			p := o.person(t)
			p.open("/sign-in")
			state := p.leave("idp")
			trip, looked := p.cookie("trip"), 0
			for range times {
				p.setCookie("trip", trip)
				switch got := p.back("idp", state, "nobody"); got.Status {
				case 503:
					looked++
				case 429:
				default:
					t.Fatalf("%d %s", got.Status, got.text())
				}
			}
			if looked > 41 {
				t.Errorf("the provider was asked %d times", looked)
			}
			o.Clock.Advance(time.Minute)
			if p.by("idp", "dave"); p.signedIn() != "dave" {
				t.Errorf("nobody gets in afterwards: %s", p.page.alert())
			}
		},
		"sign-ins at a provider that is away": func(t *testing.T, o *office) {
			o.idp.away = errors.New("no route to host")
			p := o.person(t)
			for range times {
				p.send("/sign-in/idp", url.Values{})
			}
		},
		"device codes of another client": func(t *testing.T, o *office) {
			mine, other := o.register(t), o.register(t)
			for range times {
				d := o.startDevice(t, mine)
				other.deviceCode = d.deviceCode
				o.poll(t, other)
				o.poll(t, other)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			flood(t, o)
			db := o.open(t)
			defer db.Close()
			if n := len(query(t, db, "SELECT seq FROM audit_records")); n > 60 {
				t.Errorf("%d records", n)
			}
		})
	}
}
