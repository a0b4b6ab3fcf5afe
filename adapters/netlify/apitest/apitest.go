// Package apitest is Netlify's deploy API for tests: it takes deploys as https://open-api.netlify.com describes them, holds
// every byte against the digest that was announced, remembers all calls, and can be told to fail. Netlify's own command line
// deploys to it (scripts/platform-netlify), which is what says that it is like the real one.
//
// It is used by tests alone and imports nothing of sitegen.
package apitest

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Token is the only one that the server takes.
const Token = "test-token"

// Site is a site of the account.
type Site struct {
	ID, Name string
	Locked   bool
}

// Call is one request that was answered.
type Call struct {
	Method string
	Path   string // decoded, with the deploy's id as {deploy}
	Query  string // decoded, sorted by name
	Digest string // of an uploaded body: SHA-1 of a file, SHA-256 of a function
	Body   []byte // JSON, of other calls
	Status int
}

// Server is the API. Its fields may be set before the first request.
type Server struct {
	Sites []Site
	// Fail is asked about each request, numbered from 1: a status other than 0 is answered in place of the API, and -1 breaks
	// the connection off.
	Fail func(n int, r *http.Request) int
	// Broken, if it is not "", is what Netlify says it could not do once everything is there.
	Broken string

	mu      sync.Mutex
	number  int
	calls   []Call
	deploys map[string]*deploy
	known   map[string][]byte // what was uploaded ever, by digest
}

// deploy is one of a site.
type deploy struct {
	id, site  string
	begin     Begin
	list      List
	listed    bool
	polls     int // how often its state was asked for since the last change
	published bool
}

// Begin is what a deploy begins with.
type Begin struct {
	Draft  bool   `json:"draft"`
	Branch string `json:"branch"`
}

// List is what a deploy announces.
type List struct {
	Files           map[string]string             `json:"files"`
	Functions       map[string]string             `json:"functions"`
	FunctionsConfig map[string]json.RawMessage    `json:"functions_config"`
	Schedules       []struct{ Name, Cron string } `json:"function_schedules"`
	Async           bool                          `json:"async"`
	Begin           Begin                         `json:"-"` // of the call before
	Draft           bool                          `json:"draft"`
	Branch          string                        `json:"branch"`
}

// Calls gives the calls so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Forget forgets the calls so far, but nothing that was uploaded.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// Published gives the files and functions of the newest deploy that is complete, by name, and what it announced.
func (s *Server) Published() (files, functions map[string][]byte, list List) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := len(s.deploys); n > 0; n-- {
		d := s.deploys[deployID(n)]
		if !d.published {
			continue
		}
		files, functions = map[string][]byte{}, map[string][]byte{}
		for name, digest := range d.list.Files {
			files[strings.TrimPrefix(name, "/")] = s.known[digest]
		}
		for name, digest := range d.list.Functions {
			functions[name] = s.known[digest]
		}
		d.list.Begin = d.begin
		return files, functions, d.list
	}
	return nil, nil, List{}
}

func deployID(n int) string { return fmt.Sprintf("%024x", n) }

// ServeHTTP answers one request of the API, whose base is /api/v1.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	if s.Fail != nil {
		switch status := s.Fail(s.number, r); {
		case status < 0:
			panic(http.ErrAbortHandler)
		case status > 0:
			io.Copy(io.Discard, r.Body)
			refuse(w, status, "told to fail")
			return
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	call := Call{Method: r.Method, Query: query(r), Body: body}
	recorder := &status{ResponseWriter: w, code: http.StatusOK}
	defer func() {
		call.Status = recorder.code
		s.calls = append(s.calls, call)
	}()
	path, ok := strings.CutPrefix(r.URL.Path, "/api/v1/")
	call.Path = "/" + path
	switch {
	case strings.HasPrefix(r.URL.Path, "/team/"): // extensions, which another server of Netlify's knows
		answer(recorder, []any{})
	case !ok:
		refuse(recorder, http.StatusNotFound, "Not Found")
	case r.Header.Get("Authorization") != "Bearer "+Token:
		refuse(recorder, http.StatusUnauthorized, "Access Denied")
	default:
		s.route(recorder, r, strings.Split(path, "/"), &call)
	}
}

func query(r *http.Request) string {
	var lines []string
	for name, values := range r.URL.Query() {
		for _, v := range values {
			lines = append(lines, name+"="+v)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "&")
}

// status remembers the status of an answer.
type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader keeps the status.
func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"code": status, "message": message})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (s *Server) route(w http.ResponseWriter, r *http.Request, path []string, call *Call) {
	at := r.Method + " " + path[0]
	switch {
	case at == "GET user":
		answer(w, map[string]any{"id": "u", "email": "somebody@example.com", "full_name": "Somebody"})
	case at == "GET accounts" && len(path) == 1:
		answer(w, []any{map[string]any{"id": "a", "slug": "team", "name": "Team", "default": true}})
	case at == "GET sites" && len(path) == 1:
		list := []any{}
		for _, site := range s.Sites {
			if strings.Contains(site.Name, r.URL.Query().Get("name")) {
				list = append(list, site.json())
			}
		}
		answer(w, list)
	case path[0] == "sites" && len(path) > 1:
		site := s.site(path[1])
		switch {
		case site == nil:
			refuse(w, http.StatusNotFound, "Not Found")
		case at == "GET sites" && len(path) == 2:
			answer(w, site.json())
		case len(path) >= 3 && path[2] == "deploys":
			s.deploysOf(w, r, site, path[3:], call)
		default:
			answer(w, []any{}) // environment variables, plugins and the like
		}
	case path[0] == "deploys" && len(path) >= 4 && r.Method == http.MethodPut:
		s.upload(w, path, call)
	case r.Method == http.MethodGet:
		answer(w, []any{})
	default:
		refuse(w, http.StatusNotFound, "Not Found")
	}
}

func (s *Server) site(id string) *Site {
	for i := range s.Sites {
		if s.Sites[i].ID == id || s.Sites[i].Name == id || s.Sites[i].Name+".netlify.app" == id {
			return &s.Sites[i]
		}
	}
	return nil
}

func (s *Site) json() map[string]any {
	return map[string]any{
		"id": s.ID, "name": s.Name, "account_id": "a", "account_slug": "team", "account_name": "Team", "url": "http://" + s.Name + ".netlify.app",
		"ssl_url": "https://" + s.Name + ".netlify.app", "admin_url": "https://app.netlify.com/projects/" + s.Name,
		"published_deploy": map[string]any{"id": "0", "locked": s.Locked}, "build_settings": map[string]any{}, "capabilities": map[string]any{}, "feature_flags": map[string]any{},
	}
}

// deploysOf answers for the deploys of a site.
func (s *Server) deploysOf(w http.ResponseWriter, r *http.Request, site *Site, path []string, call *Call) {
	if len(path) == 0 {
		if r.Method != http.MethodPost {
			refuse(w, http.StatusNotFound, "Not Found")
			return
		}
		if s.deploys == nil {
			s.deploys, s.known = map[string]*deploy{}, map[string][]byte{}
		}
		d := &deploy{id: deployID(len(s.deploys) + 1), site: site.ID}
		if err := json.Unmarshal(call.Body, &d.begin); err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		s.deploys[d.id] = d
		answer(w, s.json(d, site))
		return
	}
	d := s.deploys[path[0]]
	if d == nil || d.site != site.ID || len(path) > 1 {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	call.Path = strings.Replace(call.Path, d.id, "{deploy}", 1)
	switch r.Method {
	case http.MethodPut:
		var list List
		if err := json.Unmarshal(call.Body, &list); err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		for name := range list.Files {
			if strings.ContainsAny(name, "#?") {
				refuse(w, http.StatusUnprocessableEntity, "file name "+name)
				return
			}
		}
		d.list, d.listed, d.polls = list, true, 0
	case http.MethodGet:
		d.polls++
	default:
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	answer(w, s.json(d, site))
}

// upload takes a file or a function.
func (s *Server) upload(w http.ResponseWriter, path []string, call *Call) {
	d := s.deploys[path[1]]
	if d == nil || !d.listed {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	call.Path = strings.Replace(call.Path, d.id, "{deploy}", 1)
	name := strings.Join(path[3:], "/")
	want := ""
	switch path[2] {
	case "files":
		sum := sha1.Sum(call.Body)
		call.Digest, want = hex.EncodeToString(sum[:]), d.list.Files[name]
		if want == "" {
			want = d.list.Files["/"+name]
		}
	case "functions":
		sum := sha256.Sum256(call.Body)
		call.Digest, want = hex.EncodeToString(sum[:]), d.list.Functions[name]
		if !strings.Contains("&"+call.Query, "&runtime=") {
			refuse(w, http.StatusUnprocessableEntity, "a function needs a runtime")
			return
		}
	}
	if want == "" || want != call.Digest {
		refuse(w, http.StatusUnprocessableEntity, fmt.Sprintf("%s has digest %s, announced was %q", name, call.Digest, want))
		return
	}
	s.known[call.Digest] = call.Body
	d.polls, call.Body = 0, nil
	answer(w, map[string]any{"id": name, "path": "/" + name, "sha": call.Digest})
}

// json is a deploy as the API shows it. Its state goes on with every look at it: Netlify takes its time.
func (s *Server) json(d *deploy, site *Site) map[string]any {
	v := map[string]any{
		"id": d.id, "site_id": site.ID, "name": site.Name, "url": "http://" + site.Name + ".netlify.app", "ssl_url": "https://" + site.Name + ".netlify.app",
		"deploy_url": "http://" + d.id + "--" + site.Name + ".netlify.app", "deploy_ssl_url": "https://" + d.id + "--" + site.Name + ".netlify.app",
		"admin_url": "https://app.netlify.com/projects/" + site.Name,
	}
	files, functions := s.missing(d.list.Files), s.missing(d.list.Functions)
	v["required"], v["required_functions"] = files, functions
	switch {
	case !d.listed:
		v["state"] = "new"
	case d.list.Async && d.polls < 2 && len(files)+len(functions) > 0:
		v["state"], v["required"], v["required_functions"] = "preparing", nil, nil
	case len(files)+len(functions) > 0:
		v["state"] = "uploading"
	case d.polls < 2:
		v["state"] = "uploaded"
	case s.Broken != "":
		v["state"], v["error_message"] = "error", s.Broken
	default:
		v["state"], d.published = "ready", true
	}
	return v
}

// missing lists the digests of which nothing was uploaded yet.
func (s *Server) missing(list map[string]string) []string {
	out := []string{}
	for _, digest := range list {
		if s.known[digest] == nil && !slices.Contains(out, digest) {
			out = append(out, digest)
		}
	}
	slices.Sort(out)
	return out
}
