package awsconfig

import (
	"context"
	"errors"
	"fmt"

	"latchkey/internal/atomicfile"
	"latchkey/internal/filename"
)

// Edit is a change of one section. A section that is not there is made when
// there is something to set in it.
type Edit struct {
	Kind   Kind
	Name   string
	Set    []KeyValue // existing keys change in place, new ones follow in this order
	Delete []string   // keys; those that are not there are none
}

// KeyValue is a key with its value, or with a block of keys of its own. Keys of
// an existing block that Nested does not name stay.
type KeyValue struct {
	Key, Value string
	Nested     []KeyValue
}

// Apply makes the edits in the file at path, all or none of them, while it holds
// the lock ".NAME.lock" beside the file. A missing file and its directories are
// made for the user alone. A symbolic link stays one: the file that it leads to
// is replaced.
//
// The new text is read back and compared with what was meant before it replaces
// the old. A file that does not parse is not edited but returned as its
// *SyntaxError.
func Apply(ctx context.Context, path string, edits ...Edit) error {
	for _, e := range edits {
		if err := e.check(); err != nil {
			return err
		}
	}
	if path == "" {
		return &ConfigError{Message: "there is no place for the file: the home directory is unknown", Hint: "set HOME, or AWS_CONFIG_FILE to a path"}
	}
	target, err := atomicfile.Resolve(path)
	if err != nil {
		return err
	}
	// Before the lock: nobody wants one beside /dev/null.
	if err := CheckWritable(target); err != nil {
		return err
	}
	dir, name := filename.Split(target)
	if err := atomicfile.MkdirAll(dir); err != nil {
		return err
	}
	unlock, err := atomicfile.Lock(ctx, filename.Join(dir, "."+name+".lock"))
	if err != nil {
		return err
	}
	defer unlock()
	old, err := readFile(target)
	if err != nil {
		return err
	}
	text, err := edited(path, old, edits)
	if err != nil || text == old {
		return err
	}
	return atomicfile.Write(target, []byte(text), writing())
}

// writing is how the files are replaced: they may be links into a repository of
// dotfiles, and what the person made read-only is not to be changed.
func writing() atomicfile.Options {
	return atomicfile.Options{KeepMode: true, FollowSymlink: true, RefuseReadOnly: true}
}

// CheckWritable reports why Apply would refuse the file at path, before anyone
// is asked what to write. A file that is not there is fine.
func CheckWritable(path string) error {
	return atomicfile.Check(path, writing())
}

// edited returns text with the edits made, one after the other.
func edited(path, text string, edits []Edit) (string, error) {
	before, err := parse(path, text)
	if err != nil {
		return "", err
	}
	for _, e := range edits {
		text, err := before.edit(e)
		if err != nil {
			return "", err
		}
		after, err := parse(path, text)
		if err != nil {
			return "", fmt.Errorf("%s: the edit of %s would break the file: %w", path, e, err)
		}
		if err := compare(before, after, e); err != nil {
			return "", fmt.Errorf("%s: the edit of %s would not be read back as meant: %w", path, e, err)
		}
		before = after
	}
	return before.text, nil
}

// String returns the header that a new section of the edit's gets.
func (e Edit) String() string { return "[" + e.header() + "]" }

// header returns what is between the brackets. The AWS CLI quotes names with
// spaces, and only those.
func (e Edit) header() string {
	switch {
	case e.Kind == KindCredentials, e.Kind == KindProfile && e.Name == "default":
		return e.Name
	case containsSpace(e.Name):
		return e.Kind.word() + " '" + e.Name + "'"
	}
	return e.Kind.word() + " " + e.Name
}

// containsSpace reports what ends a word for shlex.
func containsSpace(s string) bool {
	for i := range len(s) {
		if s[i] == ' ' || s[i] == '\t' {
			return true
		}
	}
	return false
}

// check refuses an edit whose strings could become anything but themselves. Its
// errors name no value: it may be a secret.
func (e Edit) check() error {
	if err := writable(e.Name); err != nil {
		return fmt.Errorf("section %q: the name %w", e.Name, err)
	}
	seen := make(map[string]bool)
	for _, key := range e.Delete {
		seen[lower(key)] = true
	}
	for _, kv := range e.Set {
		if seen[lower(kv.Key)] {
			return fmt.Errorf("section %q: the key %s is in the edit twice", e.Name, kv.Key)
		}
		seen[lower(kv.Key)] = true
		if err := kv.check(); err != nil {
			return fmt.Errorf("section %q: %s: %w", e.Name, kv.Key, err)
		}
	}
	return nil
}

func (kv KeyValue) check() error {
	if err := validKey(kv.Key); err != nil {
		return err
	}
	if len(kv.Nested) > 0 && kv.Value != "" {
		return errors.New("both a value and a block are given")
	}
	for _, sub := range kv.Nested {
		if err := sub.check(); err != nil {
			return err
		}
		if len(sub.Nested) > 0 {
			return errors.New("blocks cannot be nested twice")
		}
	}
	return ValidValue(kv.Value)
}
