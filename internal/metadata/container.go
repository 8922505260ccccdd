package metadata

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"latchkey/internal/awscred"
)

// botocore's patience with a container.
const (
	containerTimeout  = 2 * time.Second
	containerAttempts = 3
	containerPause    = time.Second
)

const (
	relativeVariable  = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
	fullVariable      = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	tokenVariable     = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
	tokenFileVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
)

// A Container is where a container is given credentials.
type Container struct {
	Address string
	Token   awscred.Secret // what the request shows, "" for nothing
}

// ContainerOf reads the variables that the runtime of a container sets. ok is
// false when there are none. The address must be the machine's or encrypted.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
func ContainerOf(getenv func(string) string) (c Container, ok bool, err error) {
	name := relativeVariable
	switch relative, full := getenv(relativeVariable), getenv(fullVariable); {
	case relative != "":
		c.Address = "http://169.254.170.2" + relative
	case full != "":
		c.Address, name = full, fullVariable
	default:
		return c, false, nil
	}
	if err := checkAddress(c.Address); err != nil {
		return c, true, fmt.Errorf("%s %w", name, err)
	}
	c.Token, err = containerToken(getenv)
	return c, true, err
}

// checkAddress takes what botocore takes: https to anywhere, http to this
// machine and to the addresses at which ECS and EKS answer. Nothing of the
// address is repeated but the host: it may hold a secret.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return errors.New("is no URL")
	}
	switch host := strings.ToLower(u.Hostname()); {
	case u.Scheme == "https", u.Scheme == "http" && ownHost(host):
		return nil
	case u.Scheme == "http":
		return fmt.Errorf("names the host %s, which is not this machine's: without https it must be a loopback address, 169.254.170.2, 169.254.170.23 or fd00:ec2::23", host)
	}
	return fmt.Errorf("has the scheme %s, which is neither http nor https", u.Scheme)
}

func ownHost(host string) bool {
	switch host {
	case "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost":
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// containerToken is what the file holds, which changes while the container
// runs, or else the variable.
func containerToken(getenv func(string) string) (awscred.Secret, error) {
	token, from := getenv(tokenVariable), tokenVariable
	if name := getenv(tokenFileVariable); name != "" {
		text, err := readToken(name)
		if err != nil {
			return "", fmt.Errorf("%s: %w", tokenFileVariable, err)
		}
		token, from = text, "the file of "+tokenFileVariable
	}
	if strings.ContainsAny(token, "\r\n") {
		return "", fmt.Errorf("%s holds a line break, which no header may", from)
	}
	return awscred.Secret(token), nil
}

func readToken(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBody))
	return string(text), err
}

// Credentials asks for credentials, up to three times. What fails is an *Error.
func (c Container) Credentials(ctx context.Context) (awscred.Credentials, error) {
	client := newClient(containerTimeout)
	var got awscred.Credentials
	var err error
	for try := 1; ; try++ {
		var again bool
		got, again, err = c.once(ctx, client)
		if ctx.Err() != nil {
			return awscred.Credentials{}, ctx.Err()
		}
		if err == nil {
			return got, nil
		}
		if !again || try == containerAttempts {
			return awscred.Credentials{}, &Error{"the container's credentials", hostOf(c.Address), err}
		}
		if err := wait(ctx, containerPause); err != nil {
			return awscred.Credentials{}, err
		}
	}
}

// once also reports whether another try may end better.
func (c Container) once(ctx context.Context, client *http.Client) (got awscred.Credentials, again bool, err error) {
	header := http.Header{"Accept": {"application/json"}}
	if c.Token != "" {
		header.Set("Authorization", c.Token.Reveal())
	}
	a, err := ask(ctx, client, http.MethodGet, c.Address, header)
	if err != nil {
		return got, true, err
	}
	if a.status != http.StatusOK {
		return got, true, a.refused()
	}
	g, err := a.given()
	if err != nil {
		return got, errors.Is(err, errNoJSON), err
	}
	got, err = g.credentials()
	return got, false, err
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
