//go:build platform

package cloudflare

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkHello asks for a small page with 16 connections: from a Worker in JavaScript that does the same, from the pool,
// and from a new instance for each request.
func BenchmarkHello(b *testing.B) {
	built, said := buildSite(b, nil)
	if said.HasErrors() {
		b.Fatal(said.Sorted())
	}
	for _, tt := range []struct {
		name, file string
		change     func(string) string
	}{
		{"javascript", "index.mjs", func(string) string {
			return `export default { fetch(request) {
	const name = new URL(request.url).searchParams.get("name") ?? "";
	const text = name.replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");
	return new Response('<!doctype html><html lang="en"><head><title>hello</title></head><body><h1>Hello, ' + text + "</h1></body></html>",
		{ headers: { "Content-Type": "text/html; charset=utf-8" } });
} };`
		}},
		{"pool", "index.mjs", func(s string) string { return s }},
		{"instance-per-request", "site.mjs", func(s string) string { return strings.Replace(s, `"memory":32`, `"memory":0`, 1) }},
	} {
		b.Run(tt.name, func(b *testing.B) {
			dir := b.TempDir()
			if err := os.CopyFS(dir, os.DirFS(built)); err != nil {
				b.Fatal(err)
			}
			name := filepath.Join(dir, workerDir, tt.file)
			data, err := os.ReadFile(name)
			if err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(tt.change(string(data))), 0o644); err != nil {
				b.Fatal(err)
			}
			v := newVisitor(bare(b, dir))
			b.ResetTimer()
			b.SetParallelism(8) // times the cores
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if a, err := v.do(context.Background(), "GET", "/hello?name=ann", nil); err != nil || !strings.Contains(a.body, "Hello, ann") {
						b.Error(a.status, a.body, err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

// bare runs the Worker alone, so that what is around it does not count.
func bare(b *testing.B, dir string) string {
	cmd := exec.Command("node", "testdata/bare.mjs", dir)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}
