package netlify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPurge(t *testing.T) {
	status, got := http.StatusAccepted, ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		got = r.Method + " " + r.Header.Get("Authorization") + " " + string(data)
		w.WriteHeader(status)
	}))
	defer srv.Close()
	defer func(was string) { purgeURL = was }(purgeURL)
	purgeURL = srv.URL
	ctx := With(t.Context(), &Context{PurgeToken: "secret", Site: Site{ID: "s1"}})
	if err := Purge(ctx, "a", "b"); err != nil || got != `POST Bearer secret {"site_id":"s1","cache_tags":["a","b"]}` {
		t.Errorf("%s, %v", got, err)
	}
	if err := Purge(ctx); err != nil || got != `POST Bearer secret {"site_id":"s1"}` {
		t.Errorf("%s, %v", got, err)
	}
	status = http.StatusNotFound
	if err := Purge(ctx, "a"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Error(err)
	}
	if err := Purge(context.Background(), "a"); !errors.Is(err, ErrElsewhere) {
		t.Error(err)
	}
}
