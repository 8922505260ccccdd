package signin

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"unicode"
)

// Trust is how a method talks to what it asks: TLS 1.2 at least, and the
// certificates of caFile, PEM, or those of the system if it is "".
func Trust(caFile string) (*tls.Config, error) {
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return trust, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	trust.RootCAs = x509.NewCertPool()
	if !trust.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca_file: %s has no certificate", caFile)
	}
	return trust, nil
}

// mostPrinted is how many bytes of a stranger's text go into a log.
const mostPrinted = 400

// Printable is text of a directory or a provider, fit for a line of a log.
func Printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), mostPrinted)], "")
}
