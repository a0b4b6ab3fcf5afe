//go:build platform

package cloudflare

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestEndlessLoop lets a page compute without end: those who wait are told why, and the preview goes on, several times.
func TestEndlessLoop(t *testing.T) {
	dir, said := buildSite(t, func(root string) {
		write(t, root, "src/pages/endless.gosite", "---\nconst prerender = false\n\nn := 0\nfor {\n\tn++\n\tif n < 0 {\n\t\tbreak\n\t}\n}\n---\n<p>{n}</p>\n")
		name := filepath.Join(root, "wrangler.jsonc")
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		limited := strings.Replace(string(text), "{", "{ \"limits\": { \"cpu_ms\": 2000 },", 1)
		if err := os.WriteFile(name, []byte(limited), 0o666); err != nil {
			t.Fatal(err)
		}
	})
	if said.HasErrors() {
		t.Fatal(said)
	}
	modules, err := filepath.Abs("testdata/npm/node_modules/miniflare")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SITEGEN_MINIFLARE", modules)
	handler, stop, err := Adapter{}.Preview(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	server := httptest.NewServer(handler)
	defer server.Close()
	client := &http.Client{Timeout: 2 * time.Minute}
	get := func(path string) (int, string) {
		resp, err := client.Get(server.URL + path)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		return resp.StatusCode, string(body)
	}
	for range 2 {
		var visitors sync.WaitGroup
		for range 3 {
			visitors.Go(func() {
				status, body := get("/endless")
				if status != 503 || !strings.Contains(body, "GET /endless computed for longer than the limit of processor time, 2 s") {
					t.Errorf("%d %s", status, body)
				}
			})
		}
		visitors.Wait()
		if status, body := get("/nowhere-at-all"); status != 404 {
			t.Errorf("after it: %d %s", status, body)
		}
	}
}
