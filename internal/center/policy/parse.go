package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxDocument is what a permission set's inline policy may have:
// https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
const maxDocument = 32768

type fields map[string]json.RawMessage

// parse reads a document into its statements. Names of elements are compared
// exactly and once each: encoding/json alone would take "action" for "Action"
// and the last of two.
func parse(document string) ([]statement, error) {
	if document == "" {
		return nil, nil
	}
	if len(document) > maxDocument {
		return nil, fmt.Errorf("policy: longer than %d bytes", maxDocument)
	}
	top, err := object([]byte(document), "Version", "Id", "Statement")
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	if err := checkVersion(top["Version"]); err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	list, err := statementList(top["Statement"])
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	statements := make([]statement, len(list))
	for i, raw := range list {
		if statements[i], err = parseStatement(raw); err != nil {
			return nil, fmt.Errorf("policy: statement %d: %w", i+1, err)
		}
	}
	return statements, nil
}

// statementList is a list, or one statement without it.
func statementList(raw json.RawMessage) ([]json.RawMessage, error) {
	var list []json.RawMessage
	switch {
	case raw == nil:
		return nil, errors.New("no Statement")
	case raw[0] == '{':
		return []json.RawMessage{raw}, nil
	case raw[0] != '[' || json.Unmarshal(raw, &list) != nil:
		return nil, errors.New("no statement and no list of them in Statement")
	}
	return list, nil
}

func checkVersion(raw json.RawMessage) error {
	if raw == nil {
		return nil
	}
	var version string
	if json.Unmarshal(raw, &version) != nil || version != "2012-10-17" && version != "2008-10-17" {
		return errors.New("a Version other than 2012-10-17 and 2008-10-17")
	}
	return nil
}

// parseStatement takes the elements of an identity-based policy, which names no
// Principal.
func parseStatement(raw json.RawMessage) (statement, error) {
	f, err := object(raw, "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
	if err != nil {
		return statement{}, err
	}
	s := statement{condition: f["Condition"] != nil}
	switch string(f["Effect"]) {
	case `"Allow"`:
	case `"Deny"`:
		s.deny = true
	default:
		return statement{}, errors.New("an Effect other than Allow and Deny")
	}
	if s.actions, s.notActions, err = oneOf(f, "Action", "NotAction"); err != nil {
		return statement{}, err
	}
	s.resources, s.notResources, err = oneOf(f, "Resource", "NotResource")
	return s, err
}

// oneOf reads an element or its opposite, a string or a list of them.
func oneOf(f fields, name, opposite string) (values []string, isOpposite bool, err error) {
	raw, other := f[name], f[opposite]
	if (raw == nil) == (other == nil) {
		return nil, false, fmt.Errorf("it needs one of %s and %s", name, opposite)
	}
	if raw == nil {
		raw, name, isOpposite = other, opposite, true
	}
	if raw[0] == '"' {
		values = []string{""}
		err = json.Unmarshal(raw, &values[0])
	} else {
		err = json.Unmarshal(raw, &values)
	}
	if err != nil || len(values) == 0 {
		return nil, false, fmt.Errorf("%s is neither a string nor a list of strings", name)
	}
	return values, isOpposite, nil
}

// object reads a JSON object that has only the named fields, each once.
func object(raw []byte, names ...string) (fields, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	f := fields{}
	for d.More() {
		key, err := d.Token()
		name, _ := key.(string)
		if err != nil {
			return nil, errors.New("not a JSON object")
		}
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("unknown element %q", name)
		}
		if f[name] != nil {
			return nil, fmt.Errorf("%s is there twice", name)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("the value of %s is not whole", name)
		}
		f[name] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("not a JSON object")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	return f, nil
}
