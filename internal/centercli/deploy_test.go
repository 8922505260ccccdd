//go:build unix

package centercli_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/center/storetest/pgtest"
	"latchkey/internal/testneed"
)

// example reads a file of deploy/ with some of its text replaced, each of which
// must be there.
func example(t *testing.T, name string, replace ...string) string {
	t.Helper()
	data, err := os.ReadFile("../../deploy/" + name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("%s has no %s", name, replace[i])
		}
		text = strings.ReplaceAll(text, replace[i], replace[i+1])
	}
	return text
}

func TestUnit(t *testing.T) {
	analyze := testneed.Program(t, "systemd-analyze")
	unit := filepath.Join(t.TempDir(), "latchkey-center@.service")
	text := example(t, "latchkey-center@.service", "/usr/local/bin/latchkey-center serve", "/bin/true serve", "User=latchkey-center", "User=daemon")
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// The flags of the examples are those of the program.
func TestExampleFlags(t *testing.T) {
	for name, program := range map[string]string{
		"latchkey-center@.service": "ExecStart=/usr/local/bin/latchkey-center", "Dockerfile": `ENTRYPOINT ["/latchkey-center", `,
	} {
		_, line, ok := strings.Cut(example(t, name), program)
		if !ok {
			t.Fatalf("%s has no %s", name, program)
		}
		line, _, _ = strings.Cut(strings.ReplaceAll(line, "\\\n", ""), "\n")
		args := strings.Fields(strings.NewReplacer(`"`, "", ",", "", "]", "").Replace(line))
		// A mistake in any flag comes before that of the last one.
		got := run(t, nil, "", append(args, "--no-such-flag")...)
		if !strings.Contains(got.Err, "unknown flag: --no-such-flag") || args[0] != "serve" {
			t.Errorf("%s: %q: %+v", name, args, got)
		}
	}
}

// nginx with the example's configuration before two replicas of one PostgreSQL:
// people are who they are, and a replica that dies is not missed.
func TestNginx(t *testing.T) {
	program := testneed.Program(t, "nginx")
	database := pgtest.Start(t).URL()
	args := []string{"--behind-proxy", "--origin", "https://sso.example.com", "--database", database}
	first, firstURL, _ := serveProgram(t, args...)
	_, secondURL, _ := serveProgram(t, args...)
	client := proxy(t, program, firstURL, secondURL)
	for range 10 {
		wantStatus(t, client, "/readyz", 200)
	}
	for _, replica := range []string{firstURL, secondURL} {
		if text := get(t, http.DefaultClient, replica+"/metrics"); !strings.Contains(text, `operation="GET /readyz"`) {
			t.Errorf("no request came to %s", replica)
		}
	}
	wantStatus(t, client, "/metrics", 404)
	longAddress(t, client)
	signIn(t, client)
	first.Process.Kill()
	first.Wait()
	for range 20 {
		wantStatus(t, client, "/readyz", 200)
	}
	list := run(t, nil, "", "audit", "list", "--json", "--database", database)
	if !strings.Contains(list.Out, `"outcome":"wrong password"`) || !strings.Contains(list.Out, `"address":"127.0.0.1"`) {
		t.Errorf("the audit has %+v", list)
	}
}

// longAddress asks for a page whose address fills the answer's header.
func longAddress(t *testing.T, client *http.Client) {
	t.Helper()
	stays := *client
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	page := "/start?q=" + strings.Repeat("%3A", 840)
	resp, err := stays.Get("https://sso.example.com" + page)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if to := resp.Header.Get("Location"); resp.StatusCode != 303 || to != "/sign-in?next="+url.QueryEscape(page) {
		t.Errorf("a long address: %d to %.80s", resp.StatusCode, to)
	}
}

// signIn tries a wrong password, as somebody who says to be elsewhere.
func signIn(t *testing.T, client *http.Client) {
	t.Helper()
	body := url.Values{"username": {"nobody"}, "password": {"wrong"}}.Encode()
	req, err := http.NewRequest("POST", "https://sso.example.com/sign-in", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://sso.example.com")
	req.Header.Set("X-Forwarded-For", "203.0.113.9")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 403 || resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("a wrong password: %d %v", resp.StatusCode, resp.Header)
	}
}

func serveProgram(t *testing.T, args ...string) (*exec.Cmd, string, *bytes.Buffer) {
	t.Helper()
	cmd, address, logs := program(t, args...)
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd, address, logs
}

// proxy starts nginx before the replicas and returns a client for which it is
// sso.example.com.
func proxy(t *testing.T, program string, replicas ...string) *http.Client {
	t.Helper()
	dir := t.TempDir()
	address, roots := freeAddress(t), certificate(t, dir)
	site := example(t, "nginx.conf", "127.0.0.1:8081", strings.TrimPrefix(replicas[0], "http://"),
		"127.0.0.1:8082", strings.TrimPrefix(replicas[1], "http://"), "/etc/latchkey-center", dir, "listen 443", "listen "+address)
	var paths strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&paths, "%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;\n" // who alone reads the directory
	}
	config := filepath.Join(dir, "main.conf")
	text := fmt.Sprintf("%sdaemon off;\npid %s/pid;\nerror_log stderr warn;\nevents {}\nhttp {\n%s%s}\n", user, dir, paths.String(), site)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "-t", "-q", "-e", "stderr", "-p", dir, "-c", config).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("nginx -t: %v\n%s", err, out)
	}
	cmd := exec.Command(program, "-e", "stderr", "-p", dir, "-c", config)
	var logs bytes.Buffer
	cmd.Stderr = &logs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	await(t, address)
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		},
	}}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// await waits until something listens at address.
func await(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
	}
	t.Fatal("nothing listens at " + address)
}

// certificate puts one for sso.example.com into dir, and its key.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"sso.example.com"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return roots
}

func wantStatus(t *testing.T, client *http.Client, path string, status int) {
	t.Helper()
	resp, err := client.Get("https://sso.example.com" + path)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != status {
		t.Errorf("%s: %d, want %d", path, resp.StatusCode, status)
	}
}

func get(t *testing.T, client *http.Client, address string) string {
	t.Helper()
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
