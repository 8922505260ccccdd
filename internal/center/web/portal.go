package web

// Start lists what is assigned to the person.
type Start struct {
	Searchable bool
	Search     string // what the list is filtered by
	Accounts   []Account
	First      bool   // the list begins with the first account
	Next       string // brings the next accounts, "" if there are none
	StartURL   string
	Region     string
	Console    bool // the center can open the console with a role
}

// Account is an account with the person's roles in it.
type Account struct {
	ID, Name, Email string
	Roles           []Role
	MoreRoles       bool // there are roles that are not in the list
}

// Role is what a person can be in an account.
type Role struct {
	Name    string
	Command []string // a line for the shell that sets it up, in the parts that stay together
}

// Credentials shows the keys of a role.
type Credentials struct {
	Account Account
	Role    string
	Expires string
	Lasts   string // "1 hour"
	Forms   []Form
}

// Form is one way to write credentials.
type Form struct {
	ID    string
	Title string
	Hint  string
	Text  string
	Rows  int
}

// Devices lists where the person is signed in.
type Devices struct {
	Done     string // what has just been ended
	Browsers []Device
	Programs []Device
	Others   bool // there is more than this browser
}

// Device is a browser or a program. Its times are in words.
type Device struct {
	ID      string // brings it back
	Name    string
	Address string
	Since   string
	Until   string
	Here    bool // the browser that shows the page
}

func (Start) template() string       { return "start.html" }
func (Credentials) template() string { return "credentials.html" }
func (Devices) template() string     { return "devices.html" }
