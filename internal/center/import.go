package center

import (
	"context"
	"errors"
	"fmt"
	"io"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/importfile"
	"latchkey/internal/center/password"
	"latchkey/internal/center/secret"
)

// maxImport is room for a hundred thousand users.
const maxImport = 32 << 20

// Summary counts what an import added or changed.
type Summary struct {
	Users, Groups, Accounts, PermissionSets, Assignments, Settings int
}

// Changed is how many things that were in all.
func (s Summary) Changed() int {
	return s.Users + s.Groups + s.Accounts + s.PermissionSets + s.Assignments + s.Settings
}

// Import makes the directory what the YAML in r says, all of it or nothing, and
// leaves what the file does not name. name stands for the file in errors, of
// which there is one a mistake, joined.
func (c *Center) Import(ctx context.Context, r io.Reader, name string) (Summary, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxImport+1))
	if err != nil {
		return Summary{}, err
	}
	if len(data) > maxImport {
		return Summary{}, fmt.Errorf("%s: larger than %d MiB", name, maxImport>>20)
	}
	file, err := importfile.Parse(name, data)
	if err != nil {
		return Summary{}, err
	}
	c.warnOfWeak(ctx, file)
	for try := 1; ; try++ {
		summary, err := c.importOnce(ctx, file)
		if !errors.Is(err, directory.ErrChanged) || try == importTries {
			return summary, err
		}
	}
}

// warnOfWeak tells of passwords that nobody could set here. They are taken: a
// file is also how centers for trying things out are made.
func (c *Center) warnOfWeak(ctx context.Context, file directory.File) {
	for _, u := range file.Users {
		if u.Password == "" {
			continue
		}
		if err := password.ValidNew(u.Password, u.Name); err != nil {
			c.config.Logger.WarnContext(ctx, "an imported password is weak", "user", u.Name, "why", "it "+err.Error())
		}
	}
}

// importTries is how often an import is planned anew because somebody else, such
// as another replica that starts with the same file, was faster.
const importTries = 8

func (c *Center) importOnce(ctx context.Context, file directory.File) (Summary, error) {
	state, err := c.db.State(ctx)
	if err != nil {
		return Summary{}, err
	}
	change, err := file.Plan(state, c.passwords, secret.ID)
	if err != nil || change.Empty() {
		return Summary{}, err
	}
	change.By = c.config.Operator
	summary := Summary{
		Users: len(change.Users), Groups: len(change.Groups), Accounts: len(change.Accounts),
		PermissionSets: len(change.PermissionSets), Assignments: len(change.Assignments),
	}
	if change.SignInSession != 0 {
		summary.Settings = 1
	}
	return summary, c.db.Apply(ctx, change)
}
