package audit

// Actions are all that are recorded.
var Actions = []string{
	"assume role", "client allowed", "client denied", "console sign-in", "device code approved", "device code denied",
	"directory change", "role credentials", "session token", "sign-in", "sign-out", "token", "token refreshed", "token reuse",
}
