package centercli_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfigCheck(t *testing.T) {
	for text, want := range map[string]result{
		"":                            {0, "FILE: nothing is wrong with it\n", ""},
		"region: eu-central-1":        {0, "FILE: nothing is wrong with it\n", ""},
		"sign_in: {ldap: []}\nx: 1":   {1, "", "latchkey-center: FILE:2:1: x: unknown key; the keys here are behind_proxy, database, database_file, device_flow, fault, listen, metrics_from, origin, region, sign_in, start_urls, tls_cert, tls_key\nhint: the keys, with an example, are in docs/sign-in.md; a file with users and accounts is for --import\n"},
		"listen: 0.0.0.0:80":          {2, "", "latchkey-center: --listen 0.0.0.0:80 is not loopback: passwords would cross the network unencrypted\nhint: give --tls-cert and --tls-key, or --behind-proxy if a proxy in front ends TLS\n"},
		"device_flow: never":          {1, "", "latchkey-center: FILE:1:14: device_flow \"never\": want off, same-network or allow\nhint: the keys, with an example, are in docs/sign-in.md; a file with users and accounts is for --import\n"},
		"metrics_from: [10.1.0.0/33]": {1, "", "latchkey-center: FILE:1:15: metrics_from: \"10.1.0.0/33\": want a network such as 10.1.0.0/16, or an address\nhint: the keys, with an example, are in docs/sign-in.md; a file with users and accounts is for --import\n"},
		"region: nowhere":             {1, "", "latchkey-center: region \"nowhere\" is not of AWS's form, such as us-east-1\n"},
		"sign_in: {ldap: [{name: corp, url: 'ldap://example.com', base_dn: 'dc=a'}]}":  {1, "", "latchkey-center: FILE: sign_in: ldap \"corp\": url: \"ldap://example.com\": passwords need TLS: ldaps://, or starttls: true\nhint: docs/sign-in.md has an example of each method\n"},
		"sign_in: {built_in: \"no\\u001b[31m\"}":                                       {1, "", "latchkey-center: FILE:1:21: sign_in: built_in \"no\\x1b[31m\": want everyone or administrators\nhint: the keys, with an example, are in docs/sign-in.md; a file with users and accounts is for --import\n"},
		"sign_in: {ldap: [{name: c, url: 'ldaps://x', base_dn: 'dc=a', ca_file: no}]}": {1, "", "latchkey-center: FILE: sign_in: ldap \"c\": ca_file: open DIR/no: no such file or directory\nhint: docs/sign-in.md has an example of each method\n"},
	} {
		file := write(t, text)
		got := run(t, nil, "", "config", "check", file)
		got.Out, got.Err = strings.ReplaceAll(got.Out, file, "FILE"), strings.ReplaceAll(got.Err, file, "FILE")
		got.Err = strings.ReplaceAll(got.Err, filepath.Dir(file), "DIR")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// What the file says holds, and flags win over it.
func TestServeConfig(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "center.yaml")
	text := "listen: 127.0.0.1:0\ndatabase: sqlite:kept.db\nregion: eu-central-1\norigin: https://sso.example.com\nbehind_proxy: true\nsign_in: {built_in: administrators}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, url, _ := program(t, "--config", file, "--region", "eu-west-3", "--listen", "127.0.0.1:0")
	resp, err := http.Get(url + "/.well-known/latchkey-center")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || !strings.Contains(string(body), `"region":"eu-west-3","start_url":"https://sso.example.com/start"`) {
		t.Errorf("%s, %v", body, err)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "kept.db")); err != nil {
		t.Error(err)
	}
}
