package center

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
)

// operations are the names of what AWS's clients call.
func operations() map[string]string {
	return map[string]string{
		"POST /client/register":       "RegisterClient",
		"POST /device_authorization":  "StartDeviceAuthorization",
		"POST /token":                 "CreateToken",
		"GET /assignment/accounts":    "ListAccounts",
		"GET /assignment/roles":       "ListAccountRoles",
		"GET /federation/credentials": "GetRoleCredentials",
		"POST /logout":                "Logout",
		"":                            "none",
		"/":                           "none",
	}
}

// stsActions are the operations that STS has one address for.
func stsActions() []string {
	return []string{"AssumeRole", "GetAccessKeyInfo", "GetCallerIdentity", "GetSessionToken"}
}

// named returns what names the operation of a request by the route that it
// takes: as AWS does, or for a page the route itself.
func named(mux *http.ServeMux) func(r *http.Request) string {
	names := operations()
	return func(r *http.Request) string {
		_, pattern := mux.Handler(r)
		if pattern == "POST /{$}" || pattern == "GET /{$}" {
			if action := stsAction(r); slices.Contains(stsActions(), action) {
				return action
			}
		}
		if name, ok := names[pattern]; ok {
			return name
		}
		return pattern
	}
}

// stsAction reads the action ahead of who answers it, for whom the body is then
// as it came.
func stsAction(r *http.Request) string {
	if r.Method == http.MethodGet {
		return r.URL.Query().Get("Action")
	}
	var read bytes.Buffer
	body := r.Body
	form, err := io.ReadAll(io.TeeReader(body, &read))
	r.Body = replayed{io.MultiReader(&read, failing{err}), body}
	values, _ := url.ParseQuery(string(form)) // what can be read of it
	return values.Get("Action")
}

// replayed is a body of which some has been read before.
type replayed struct {
	io.Reader
	io.Closer
}

// failing is the rest of a body that could not be read: it fails as before.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

type operationKey struct{}

func withOperation(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, operationKey{}, name)
}

// operation is the name of the operation that ctx belongs to, "" for none.
func operation(ctx context.Context) string {
	name, _ := ctx.Value(operationKey{}).(string)
	return name
}
