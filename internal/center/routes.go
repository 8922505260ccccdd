package center

import (
	"net/http"

	"latchkey/internal/center/console"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/portal"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/sts"
	"latchkey/internal/center/web"
)

// services are the parts that answer requests.
type services struct {
	signIn  *signin.Service
	oauth   *oauth.Service
	portal  *portal.Service
	sts     *sts.Service
	console *console.Service
	pages   *web.Pages
}

// routes is every address at the origin.
func (c *Center) routes() *http.ServeMux {
	s, mux := c.services, http.NewServeMux()
	mux.HandleFunc("POST /client/register", s.oauth.Register())
	mux.HandleFunc("POST /device_authorization", s.oauth.StartDevice())
	mux.HandleFunc("POST /token", s.oauth.CreateToken())
	mux.HandleFunc("GET /assignment/accounts", s.portal.ListAccounts())
	mux.HandleFunc("GET /assignment/roles", s.portal.ListAccountRoles())
	mux.HandleFunc("GET /federation/credentials", s.portal.GetRoleCredentials())
	mux.HandleFunc("POST /logout", s.portal.Logout())
	for _, path := range []string{"/assignment/accounts", "/assignment/roles", "/federation/credentials", "/logout"} {
		mux.HandleFunc(path, s.portal.MethodNotAllowed)
	}
	mux.Handle("POST /{$}", s.sts)
	mux.HandleFunc("GET /{$}", c.root)
	mux.Handle("GET "+console.Path, s.console)
	mux.Handle("POST "+console.Path, s.console)

	mux.HandleFunc("GET /sign-in", s.signIn.ShowForm)
	mux.HandleFunc("POST /sign-in", s.signIn.SubmitForm)
	mux.HandleFunc("POST /sign-in/code", s.signIn.SubmitSecond)
	mux.HandleFunc("POST /sign-in/{method}", s.signIn.Leave)
	mux.HandleFunc("GET /sign-in/{method}/callback", s.signIn.Return)
	mux.HandleFunc("POST /sign-out", s.signIn.RequireForm(s.signIn.SignOut))
	mux.HandleFunc("GET /device", s.oauth.Arrive(s.signIn.Require(s.oauth.ShowCode)))
	mux.HandleFunc("POST /device", s.signIn.RequireForm(s.oauth.SubmitCode))
	mux.HandleFunc("POST /device/consent", s.signIn.RequireForm(s.oauth.Decide))
	mux.HandleFunc("GET /authorize", s.oauth.Authorize)
	mux.HandleFunc("POST /authorize", s.signIn.RequireForm(s.oauth.DecideCode))
	mux.HandleFunc("GET /start", s.signIn.Require(s.portal.Start))
	mux.HandleFunc("POST /start/credentials", s.signIn.RequireForm(s.portal.ShowCredentials))
	mux.HandleFunc("POST /start/console", s.signIn.RequireForm(s.portal.OpenConsole))
	mux.HandleFunc("GET /start/devices", s.signIn.Require(s.portal.Devices))
	mux.HandleFunc("POST /start/devices", s.signIn.RequireForm(s.portal.EndDevice))
	mux.Handle("GET /start/{$}", http.RedirectHandler("/start", http.StatusSeeOther))
	mux.HandleFunc("GET /style.css", web.Style)

	mux.HandleFunc("GET /.well-known/latchkey-center", c.wellKnown)
	mux.HandleFunc("GET /healthz", healthy)
	mux.HandleFunc("GET /readyz", c.ready)
	mux.Handle("GET /metrics", c.config.MetricsFrom.Only(c.metrics.Handler()))
	mux.HandleFunc("/", c.notFound)
	return mux
}

// root is where presigned requests to STS arrive beside people who typed no
// path.
func (c *Center) root(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("Action") {
		c.services.sts.ServeHTTP(w, r)
		return
	}
	http.Redirect(w, r, "/start", http.StatusSeeOther)
}

// wellKnown lets a client that knows only the start URL find everything else.
func (c *Center) wellKnown(w http.ResponseWriter, r *http.Request) {
	type endpoints struct {
		SSO     string `json:"sso"`
		SSOOIDC string `json:"sso_oidc"`
		STS     string `json:"sts"`
	}
	web.JSON(w, http.StatusOK, struct {
		Region    string    `json:"region"`
		StartURL  string    `json:"start_url"`
		Endpoints endpoints `json:"endpoints"`
	}{c.config.Region, c.config.Origin + "/start", endpoints{c.config.Origin, c.config.Origin, c.config.Origin}})
}

func healthy(w http.ResponseWriter, r *http.Request) {
	w.Write([]byte("ok\n"))
}

// ready says whether the database answers.
func (c *Center) ready(w http.ResponseWriter, r *http.Request) {
	if err := c.db.Ping(r.Context()); err != nil {
		c.config.Logger.ErrorContext(r.Context(), "database does not answer", "error", err)
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ready\n"))
}

func (c *Center) notFound(w http.ResponseWriter, r *http.Request) {
	c.services.pages.Show(w, http.StatusNotFound, web.Page{
		Title: "There is no such page",
		Body:  web.Message{LinkText: "Go to your accounts", Link: "/start"},
	})
}
