package web

// Console says whose console this would be.
type Console struct {
	Account     Account // ID and Name
	Role        string  // as IAM names it
	Session     string  // the role session's name
	Until       string
	Destination string // where it would open; text, from whoever made the link
	Issuer      string // where it came from; the same
}

func (Console) template() string { return "console.html" }
