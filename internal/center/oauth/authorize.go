package oauth

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/web"
)

// codeRequest is a client's request for an authorization code that was found
// good. Only readCodeRequest makes one, or a seal proves that it did.
type codeRequest struct {
	ClientID    string
	ClientName  string
	RedirectURI string
	State       string
	Challenge   string
	Scopes      []string
	Created     time.Time
}

// refusal is told to the client, by a redirect.
//
// https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.2.1
type refusal struct{ code, description string }

func (e *refusal) Error() string { return e.code + ": " + e.description }

// untrusted is told to the person: the address to send the browser to is not
// known to be the client's.
type untrusted struct{ description string }

func (e *untrusted) Error() string { return e.description }

// parameters of a request, of which "request and response parameters MUST NOT be
// included more than once" (RFC 6749, section 3.1). AWS's clients write scopes
// for OAuth's scope.
var parameters = []string{"client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method", "scope", "scopes"}

const maxStateLength = 512

var (
	// stateForm is 1*VSCHAR (RFC 6749, appendix A.5).
	stateForm = regexp.MustCompile(`^[\x20-\x7e]+$`)
	// challengeForm is that of a SHA-256 sum in base64url (RFC 7636, section 4.2).
	challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
)

// Authorize is GET /authorize: it asks the person whether the client may act for
// them, whoever has been signed in for how long. It decides nothing.
func (s *Service) Authorize(w http.ResponseWriter, r *http.Request) {
	q, err := s.readCodeRequest(r)
	if e, ok := errors.AsType[*refusal](err); ok {
		s.refuse(w, r, q, e)
		return
	}
	if e, ok := errors.AsType[*untrusted](err); ok {
		s.dead(w, e.description)
		return
	}
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	s.SignIn.Require(func(w http.ResponseWriter, r *http.Request, session signin.Session) {
		s.askForCode(w, r, session, q)
	})(w, r)
}

// askForCode shows the page with the buttons.
func (s *Service) askForCode(w http.ResponseWriter, r *http.Request, session signin.Session, q codeRequest) {
	accounts, err := s.accounts(r.Context(), session)
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	sealed, err := s.seal(session, q)
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	to, _ := readRedirectURI(q.RedirectURI)
	s.Pages.Show(w, http.StatusOK, web.Page{
		Title: "Allow access?", User: session.User.Name, FormToken: s.SignIn.FormToken(session),
		FormsLeadTo: "http://" + to.hostPort(),
		Body: web.Authorize{
			Request: sealed, Client: web.Short(q.ClientName), Scopes: q.Scopes, Accounts: accounts,
			NoRoles: !reachesRoles(q.Scopes), Callback: to.hostPort(),
		},
	})
}

// readCodeRequest returns the request that r carries. With a *refusal it returns
// what the refusal is to be sent with.
func (s *Service) readCodeRequest(r *http.Request) (codeRequest, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(r.URL.RequestURI()) > signin.MaxPath {
		return codeRequest{}, &untrusted{"The address of this page is broken or too long."}
	}
	c, err := s.trust(r.Context(), query)
	if err != nil {
		return codeRequest{}, err
	}
	q := codeRequest{ClientID: c.ID, ClientName: c.Name, RedirectURI: query.Get("redirect_uri"), Created: s.Now()}
	state := query.Get("state")
	if len(query["state"]) != 1 || len(state) > maxStateLength || !stateForm.MatchString(state) {
		return q, &refusal{"invalid_request", "state is required, once, of at most 512 printable ASCII characters"}
	}
	q.State = state
	if e := checkCodeRequest(c, query); e != nil {
		return q, e
	}
	q.Challenge, q.Scopes = query.Get("code_challenge"), c.Scopes
	if asked := strings.Fields(cmp.Or(query.Get("scopes"), query.Get("scope"))); len(asked) > 0 {
		q.Scopes = asked
	}
	if slices.ContainsFunc(q.Scopes, func(scope string) bool { return !slices.Contains(c.Scopes, scope) }) {
		return q, &refusal{"invalid_scope", "the client is not registered for these scopes"}
	}
	return q, nil
}

// trust returns the client, if the redirect URI is its own. Until then "the
// authorization server [...] MUST NOT automatically redirect the user-agent to
// the invalid redirection URI" (RFC 6749, section 4.1.2.1).
func (s *Service) trust(ctx context.Context, query url.Values) (Client, error) {
	if len(query["client_id"]) != 1 || len(query["redirect_uri"]) != 1 {
		return Client{}, &untrusted{"The request does not say which program asks, or where its answer is to go."}
	}
	c, err := s.Store.Client(ctx, query.Get("client_id"))
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && !s.Now().Before(c.Expires):
		return Client{}, &untrusted{"The program that asks is not registered here, or its registration has expired."}
	case err != nil:
		return Client{}, err
	case !mayRedirect(c.RedirectURIs, query.Get("redirect_uri")):
		return Client{}, &untrusted{"The answer would go to an address that the program did not register."}
	}
	return c, nil
}

func checkCodeRequest(c Client, query url.Values) *refusal {
	for _, name := range parameters {
		if len(query[name]) > 1 {
			return &refusal{"invalid_request", name + " is given more than once"}
		}
	}
	switch {
	case query.Get("response_type") == "":
		return &refusal{"invalid_request", "response_type is required"}
	case query.Get("response_type") != "code":
		return &refusal{"unsupported_response_type", "response_type must be code"}
	case !c.may(grantAuthorizationCode):
		return &refusal{"unauthorized_client", "the client is not registered for authorization_code"}
	case query.Get("code_challenge_method") != "S256":
		return &refusal{"invalid_request", "code_challenge_method must be S256"}
	case !challengeForm.MatchString(query.Get("code_challenge")):
		return &refusal{"invalid_request", "code_challenge must be 43 characters of base64url"}
	}
	return nil
}

// refuse sends the browser back to the client with an error.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, q codeRequest, e *refusal) {
	s.Logger.InfoContext(r.Context(), "authorization code refused", "client", q.ClientID, "error", e.code, "address", signin.Address(r))
	answer := url.Values{"error": {e.code}, "error_description": {e.description}}
	if q.State != "" {
		answer.Set("state", q.State)
	}
	http.Redirect(w, r, answerTo(q.RedirectURI, answer), http.StatusSeeOther)
}

// dead is the end of a request that nobody is to be told of but the person.
func (s *Service) dead(w http.ResponseWriter, description string) {
	s.Pages.Show(w, http.StatusBadRequest, web.Page{
		Title: "This request cannot be answered",
		Alert: description,
		Body:  web.Message{Text: "Nothing was allowed. Go back to the program that sent you here and start again."},
	})
}
