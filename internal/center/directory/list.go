package directory

// UserFilter chooses users; what is zero chooses all.
type UserFilter struct {
	Group    string // its name
	Source   string // the sign-in method that they are from
	Disabled bool   // only those who are
}

// GroupSize is a group with the number of its members.
type GroupSize struct {
	ID, Name string
	Members  int
}

// Membership is a user in a group, by the name of the other side. Source is the
// sign-in method that says so, "" for this directory.
type Membership struct {
	Name   string `json:"name"`
	Source string `json:"source"`
}

// AssignmentFilter chooses assignments; what is "" chooses all. A user has also
// what the user's groups have.
type AssignmentFilter struct {
	Account, PermissionSet, User, Group string
}

// AssignmentNames is an assignment by the names of what it is between: a user or
// a group, the other is "".
type AssignmentNames struct {
	AccountID, AccountName string
	PermissionSet          string
	User, Group            string
	Key                    AssignmentKey
}

// AssignmentKey is the place of an assignment in lists.
type AssignmentKey struct {
	Account, PermissionSet int64 // positions
	Principal              string
}
