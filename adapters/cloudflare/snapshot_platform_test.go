//go:build platform

package cloudflare

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestSnapshot builds sites whose packages do something when they start. Where a copy of them would be another thing than
// they are, there is none, the build says why, and the site works all the same.
func TestSnapshot(t *testing.T) {
	for _, tt := range []struct {
		name    string
		imports string
		start   string // of the variable that the page shows
		says    string // in the report of the build, "" for a copy
	}{
		{"nothing", "", `"x"`, ""},
		{"a goroutine and a map", "", `func() string { m := map[int]int{}; for i := range 1000 { m[i] = i }; c := make(chan string); go func() { c <- "x" }(); return <-c }()`, ""},
		{"the time", `"time"`, `time.Now().String()[:0] + "x"`, "because it asks for the time when it starts"},
		{"a key", `"crypto/rand"`, `rand.Text()[:0] + "x"`, "because it asks for random numbers when it starts"},
		{"a timer", `"time"`, `func() string { time.AfterFunc(time.Hour, func() {}); return "x" }()`, "because it sets a timer when it starts"},
		{"an option", "", `"x"`, "because site.yaml says so"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, said := buildSite(t, func(root string) {
				for _, name := range []string{"src/pages/do.gosite", "src/deeds"} {
					if err := os.RemoveAll(filepath.Join(root, filepath.FromSlash(name))); err != nil {
						t.Fatal(err)
					}
				}
				imports := ""
				if tt.imports != "" {
					imports = "import " + tt.imports + "\n\n"
				}
				write(t, root, "src/start/start.go", "// Package start starts.\npackage start\n\n"+imports+"// Shown is.\nvar Shown = "+tt.start+"\n")
				write(t, root, "src/pages/shown.gosite", "---\nimport (\n\t\"math/rand/v2\"\n\t\"strconv\"\n\t\"time\"\n\n\t\"example.com/worker/src/start\"\n)\n\nconst prerender = false\n\nfunc GET(page *site.Page) error {\n\tn := rand.Uint64()\n\ttime.Sleep(200 * time.Millisecond)\n\treturn page.Text(start.Shown + \" \" + strconv.FormatUint(n, 10))\n}\n---\n")
				if tt.name == "an option" {
					write(t, root, "site.yaml", "adapter: {name: cloudflare, snapshot: false}\n")
				}
			})
			report := ""
			for _, d := range said.Sorted() {
				if d.Code == "SG6305" {
					report = d.Message
				}
			}
			if tt.says == "" && strings.Contains(report, "from the beginning") || !strings.Contains(report, tt.says) {
				t.Errorf("the build says %q, want %q", report, tt.says)
			}
			v := newVisitor(serve(t, dir))
			var wg sync.WaitGroup
			var mu sync.Mutex
			numbers := map[string]bool{}
			for range 4 { // at once, so that there are as many instances
				wg.Go(func() {
					a, err := v.do(context.Background(), "GET", "/shown", nil)
					shown, number, _ := strings.Cut(a.body, " ")
					if err != nil || a.status != 200 || shown != "x" {
						t.Errorf("%d %q %v", a.status, a.body, err)
					}
					mu.Lock()
					numbers[number] = true
					mu.Unlock()
				})
			}
			wg.Wait()
			if len(numbers) != 4 {
				t.Errorf("four instances give %d different random numbers", len(numbers))
			}
		})
	}
}
