// Package apitest is Vercel's deploy API for tests, as far as `vercel deploy --prebuilt` needs it: it asks for the files that it
// does not have, holds every byte against the digest that was announced, and remembers what was deployed.
//
// It is used by tests alone and imports nothing of sitegen.
package apitest

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// The account that the server has.
const (
	Token   = "testtoken"
	Team    = "team_test"
	Project = "prj_test"
)

// File is one file of a deployment.
type File struct {
	Name string `json:"file"`
	Size int64  `json:"size"`
	Mode uint32 `json:"mode"` // of stat(2), the type of the file included
	SHA  string `json:"sha"`
}

// Server is the API.
type Server struct {
	mu    sync.Mutex
	known map[string][]byte
	files []File
	calls []string
}

// Deployed gives the files of the last deployment that is complete, by name, with the bytes of each digest.
func (s *Server) Deployed() ([]File, map[string][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files, s.known
}

// Calls lists the calls so far: method, path, and the status where it is not 200.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	status, v := s.answer(r, body)
	call := r.Method + " " + r.URL.Path
	if status != http.StatusOK {
		call += fmt.Sprint(" ", status)
	}
	s.calls = append(s.calls, call)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

type object = map[string]any

func failure(status int, code, message string) (int, any) {
	return status, object{"error": object{"code": code, "message": message}}
}

func (s *Server) answer(r *http.Request, body []byte) (int, any) {
	if r.Header.Get("Authorization") != "Bearer "+Token {
		return failure(http.StatusForbidden, "forbidden", "Not authorized")
	}
	switch path := r.URL.Path; {
	case path == "/v2/user":
		return 200, object{"user": object{"id": "u", "email": "somebody@example.com", "username": "somebody", "limited": false, "version": "northstar", "defaultTeamId": Team}}
	case strings.Contains(path, "/teams/"):
		return 200, object{"id": Team, "slug": "team", "name": "Team"}
	case strings.HasSuffix(path, "/teams"):
		return 200, object{"teams": []any{object{"id": Team, "slug": "team", "name": "Team"}}, "pagination": object{}}
	case strings.HasPrefix(path, "/v9/projects/"):
		return 200, object{"id": Project, "name": "demo", "accountId": Team, "settings": object{}, "targets": object{}}
	case path == "/v2/files" && r.Method == http.MethodPost:
		sum := sha1.Sum(body)
		digest := hex.EncodeToString(sum[:])
		if r.Header.Get("X-Now-Digest") != digest || r.Header.Get("X-Now-Size") != fmt.Sprint(len(body)) {
			return failure(http.StatusBadRequest, "invalid_digest", "the file is not what was announced")
		}
		if s.known == nil {
			s.known = map[string][]byte{}
		}
		s.known[digest] = body
		return 200, object{"urls": []any{}}
	case path == "/v13/deployments" && r.Method == http.MethodPost:
		return s.deployment(r, body)
	case strings.Contains(path, "/deployments/") && strings.HasSuffix(path, "/events"):
		return 200, object{}
	case strings.Contains(path, "/deployments/"):
		return 200, deployment()
	}
	return 200, object{}
}

func deployment() object {
	return object{"id": "dpl_test", "url": "demo-test.vercel.app", "name": "demo", "readyState": "READY", "aliasAssigned": true, "alias": []any{},
		"inspectorUrl": "https://vercel.com/team/demo/test", "target": nil, "projectId": Project, "public": false, "regions": []any{"iad1"}, "createdAt": 1}
}

func (s *Server) deployment(r *http.Request, body []byte) (int, any) {
	var d struct {
		Files []File `json:"files"`
	}
	if err := json.Unmarshal(body, &d); err != nil || r.URL.Query().Get("prebuilt") != "1" {
		return failure(http.StatusBadRequest, "bad_request", "this is no prebuilt deployment")
	}
	var missing []string
	for _, f := range d.Files {
		if _, ok := s.known[f.SHA]; !ok && f.SHA != "" && !slices.Contains(missing, f.SHA) { // folders without files have none
			missing = append(missing, f.SHA)
		}
	}
	if len(missing) > 0 {
		return http.StatusBadRequest, object{"error": object{"code": "missing_files", "message": "Missing files", "missing": missing}}
	}
	s.files = d.Files
	return 200, deployment()
}
