package web

// Code asks for a user code, or shows one to compare if Request is set.
type Code struct {
	UserCode string
	Request  *Request
	FromLink bool // a link of another site led here
}

// OtherNetwork is a code that cannot be allowed from this browser, whose address
// is Browser. It can be denied.
type OtherNetwork struct {
	UserCode string
	Request  Request
	Browser  string
}

// Consent asks to allow or deny a request.
type Consent struct {
	UserCode string
	Request  Request
	Accounts string // "2 accounts"; "" if nothing is assigned to the person
}

// Authorize asks to allow or deny a request that came by way of this browser.
type Authorize struct {
	Request  string // brings it back
	Client   string
	Scopes   []string
	Accounts string // as in Consent
	NoRoles  bool   // the scopes do not reach roles
	Callback string // 127.0.0.1:PORT, where the answer goes
}

// Request is what is known of who asks. Client is what it says of itself.
type Request struct {
	Client      string
	Address     string
	SameNetwork bool
	Age         string
}

// Outcome is the end of a request: Client may or may not act for the person.
type Outcome struct {
	Client   string
	Allowed  bool
	NoAccess bool // allowed, but nothing is assigned to the person
}

func (Code) template() string         { return "code.html" }
func (OtherNetwork) template() string { return "other-network.html" }
func (Consent) template() string      { return "consent.html" }
func (Authorize) template() string    { return "authorize.html" }
func (Outcome) template() string      { return "outcome.html" }

// Short cuts a stranger's text to what a name needs: longer is a message.
func Short(name string) string {
	const most = 60
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return name
}
