package vercel

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestRevalidate(t *testing.T) {
	state, got := "REVALIDATED", ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = fmt.Sprint(r.Method, " ", r.RequestURI, " ", r.Header.Get("X-Prerender-Revalidate"), " ", r.Header.Get("X-Vercel-Protection-Bypass"))
		w.Header().Set("X-Vercel-Cache", state)
		http.Redirect(w, r, "/elsewhere", 302)
	}))
	defer srv.Close()
	c := New(Context{}, &Access{Origin: srv.URL, BypassToken: "secret", Protection: "open"})
	if err := c.Revalidate(t.Context(), "/news?q=1&r=%20"); err != nil || got != "HEAD /news?q=1&r=%20 secret open" {
		t.Errorf("%s, %v", got, err)
	}
	for _, path := range []string{"news", "//evil.example/", "https://evil.example/", "@evil.example", "/%zz", ""} {
		got = ""
		if err := c.Revalidate(t.Context(), path); err == nil || got != "" {
			t.Errorf("%q: %s, %v", path, got, err)
		}
	}
	state = "MISS"
	if err := c.Revalidate(t.Context(), "/news"); err == nil || !strings.Contains(err.Error(), `/news is not made anew: the site answers 302 Found with x-vercel-cache "MISS"`) {
		t.Error(err)
	}
	if err := New(Context{}, &Access{Origin: srv.URL}).Revalidate(t.Context(), "/news"); err == nil || !strings.Contains(err.Error(), "VERCEL_BYPASS_TOKEN") {
		t.Error(err)
	}
	if s := fmt.Sprintf("%+v %v", c, *c); strings.Contains(s, "secret") {
		t.Errorf("printed, a context shows its secrets: %s", s)
	}
}

func TestPurge(t *testing.T) {
	status, got := http.StatusOK, ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		got = fmt.Sprint(r.Method, " ", r.RequestURI, " ", r.Header.Get("Authorization"), " ", string(data))
		w.WriteHeader(status)
	}))
	defer srv.Close()
	defer func(was string) { apiURL = was }(apiURL)
	apiURL = srv.URL
	c := New(Context{Env: "production"}, &Access{APIToken: "secret", Project: "prj_1", Team: "team_1"})
	if err := c.Purge(t.Context(), "a", "b"); err != nil || got != `POST /v1/edge-cache/dangerously-delete-by-tags?projectIdOrName=prj_1&teamId=team_1 Bearer secret {"tags":["a","b"],"target":"production"}` {
		t.Errorf("%s, %v", got, err)
	}
	c = New(Context{Env: "staging"}, &Access{APIToken: "secret", Project: "prj_1"})
	if err := c.Invalidate(t.Context(), "a"); err != nil || got != `POST /v1/edge-cache/invalidate-by-tags?projectIdOrName=prj_1 Bearer secret {"tags":["a"]}` {
		t.Errorf("%s, %v", got, err)
	}
	status = http.StatusForbidden
	if err := c.Invalidate(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "403") || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	if err := New(Context{}, &Access{}).Purge(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "VERCEL_TOKEN") {
		t.Error(err)
	}
}

func TestElsewhere(t *testing.T) {
	var c *Context
	for _, err := range []error{c.Revalidate(t.Context(), "/"), c.Purge(t.Context(), "a"), c.Invalidate(t.Context(), "a")} {
		if !errors.Is(err, ErrElsewhere) {
			t.Error(err)
		}
	}
}

func TestSessions(t *testing.T) {
	got, answer := "", `{"result":null}`
	status := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		got = r.Method + " " + r.Header.Get("Authorization") + " " + string(data)
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	defer srv.Close()
	s := Sessions{URL: srv.URL, Token: "secret", Prefix: "session:"}
	if data, err := s.Load(t.Context(), "1"); data != nil || err != nil || got != `POST Bearer secret ["GET","session:1"]` {
		t.Errorf("%q, %v: %s", data, err, got)
	}
	answer = `{"result":"AAH/"}`
	if data, err := s.Load(t.Context(), "1"); string(data) != "\x00\x01\xff" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	answer = `{"result":"OK"}`
	if err := s.Save(t.Context(), "1", []byte("\x00\x01\xff"), time.Now().Add(90*time.Second)); err != nil || got != `POST Bearer secret ["SET","session:1","AAH/","EX","90"]` {
		t.Errorf("%v: %s", err, got)
	}
	answer = `{"result":1}`
	if err := s.Delete(t.Context(), "1"); err != nil || got != `POST Bearer secret ["DEL","session:1"]` {
		t.Errorf("%v: %s", err, got)
	}
	for _, bad := range []string{`{"error":"WRONGPASS"}`, `<html>`, `{"result":"no base64!"}`} {
		answer = bad
		if _, err := s.Load(t.Context(), "1"); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	status = http.StatusInternalServerError
	if err := s.Delete(t.Context(), "1"); err == nil || !strings.Contains(err.Error(), "500") {
		t.Error(err)
	}
	if _, err := (Sessions{}).Load(t.Context(), "1"); err == nil || !strings.Contains(err.Error(), "KV_REST_API_URL") {
		t.Error(err)
	}
}
