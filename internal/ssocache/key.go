package ssocache

import (
	"crypto/sha1"
	"encoding/hex"

	"latchkey/internal/awscred"
)

// TokenKey names the token file: the SHA-1 of the session name, or for a legacy
// profile of the start URL exactly as it is configured (/start, /start/ and
// /start#/ are three files).
func TokenKey(startURL, sessionName string) string {
	if sessionName != "" {
		return sum([]byte(sessionName))
	}
	return sum([]byte(startURL))
}

// RegistrationKey names the file of a client registration. botocore hashes
// json.dumps of its arguments with sorted keys and default separators; region
// is the one that is called, nil scopes mean that the configuration has none,
// and "" for sessionName a legacy profile.
func RegistrationKey(region string, scopes []string, sessionName, startURL string) string {
	b := []byte(`{"region": `)
	b = awscred.AppendJSONString(b, region)
	b = append(b, `, "scopes": `...)
	if scopes == nil {
		b = append(b, "null"...)
	} else {
		b = appendStrings(b, scopes)
	}
	b = append(b, `, "session_name": `...)
	if sessionName == "" {
		b = append(b, "null"...)
	} else {
		b = awscred.AppendJSONString(b, sessionName)
	}
	b = append(b, `, "startUrl": `...)
	b = awscred.AppendJSONString(b, startURL)
	b = append(b, `, "tool": "botocore"}`...)
	return sum(b)
}

// CredentialsKey names the file of role credentials. botocore hashes json.dumps
// with sorted keys and compact separators here; a session's credentials are
// named by the session, a legacy profile's by its start URL.
func CredentialsKey(accountID, roleName, sessionName, startURL string) string {
	b := []byte(`{"accountId":`)
	b = awscred.AppendJSONString(b, accountID)
	b = append(b, `,"roleName":`...)
	b = awscred.AppendJSONString(b, roleName)
	if sessionName != "" {
		b = append(b, `,"sessionName":`...)
		b = awscred.AppendJSONString(b, sessionName)
	} else {
		b = append(b, `,"startUrl":`...)
		b = awscred.AppendJSONString(b, startURL)
	}
	return sum(append(b, '}'))
}

func sum(b []byte) string {
	s := sha1.Sum(b)
	return hex.EncodeToString(s[:])
}
