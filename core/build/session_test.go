package build

import (
	"context"
	"os"
	"testing"
	"time"

	"sitegen.dev/core/config"
)

func TestSessionWebsite(t *testing.T) {
	data, _ := os.ReadFile("../../site.yaml")
	cfg, list := config.Load("site.yaml", data, os.Getenv)
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	l, list := FindLayout("../..", cfg.Src)
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	start := time.Now()
	phase, since := Phase(""), time.Now()
	s := NewSession(Options{Layout: l, Config: cfg, Version: "x", Progress: func(p Phase, n int) {
		t.Logf("%s %v", phase, time.Since(since))
		phase, since = p, time.Now()
	}})
	for range 3 {
		d, list, err := s.Update(context.Background(), nil)
		if err != nil || list.HasErrors() {
			t.Fatal(err, list.Err())
		}
		t.Log(d.Program, d.Sum[:4], len(d.Texts), time.Since(start))
		start = time.Now()
	}
	for range 3 {
		d, list, err := s.Update(context.Background(), []string{"src/pages/index.gosite", "src/pages/docs/cli.md"})
		if err != nil || list.HasErrors() {
			t.Fatal(err, list.Err())
		}
		t.Log(d.Program, d.Sum[:4], len(d.Texts), time.Since(start))
		start = time.Now()
	}
}
