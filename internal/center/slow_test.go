package center_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/internal/center"
)

// A client that never ends its request is cut off.
func TestSlowClients(t *testing.T) {
	for name, half := range map[string]string{
		"nothing":       "",
		"half a header": "POST /token HTTP/1.1\r\nHost: cent",
		"half a body":   "POST /token HTTP/1.1\r\nHost: center\r\nContent-Length: 100\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ln := newPipes()
				ctx, stop := context.WithCancel(t.Context())
				served := make(chan error, 1)
				srv := center.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
				}), slog.New(slog.DiscardHandler))
				go func() { served <- center.Serve(ctx, ln, srv, "", "") }()

				client, started := ln.dial(t), time.Now()
				io.WriteString(client, half)
				if err := client.SetReadDeadline(started.Add(time.Hour)); err != nil {
					t.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, client); err != nil && !errors.Is(err, io.ErrClosedPipe) {
					t.Error(err)
				}
				if took := time.Since(started); took > 10*time.Second {
					t.Errorf("cut off after %v", took)
				}
				stop()
				if err := <-served; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
