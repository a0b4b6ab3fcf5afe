package cloudflare

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// previewScript runs an output in workerd, by way of Miniflare.
//
//go:embed files/preview.mjs
var previewScript []byte

// startTimeout is how long workerd may take until it listens.
const startTimeout = 30 * time.Second

// errNoRuntime says what a preview needs. A Worker is WebAssembly behind JavaScript: only the Workers runtime itself
// shows what Cloudflare will do with it.
var errNoRuntime = errors.New("a preview needs the Workers runtime: install Node.js 20 or newer, then run `npm install --save-dev miniflare@4` in the project")

// Preview runs the output in workerd on a free port of this machine and hands requests on to it, as they came.
func (Adapter) Preview(ctx context.Context, dir string) (http.Handler, func() error, error) {
	run, stop, err := start(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	return run.handler(), stop, nil
}

// start runs the output in workerd.
func start(ctx context.Context, dir string) (*running, func() error, error) {
	if _, err := os.Stat(filepath.Join(dir, wranglerConfig)); err != nil {
		return nil, nil, err
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, nil, errNoRuntime
	}
	modules := findMiniflare(dir)
	if modules == "" {
		return nil, nil, errNoRuntime
	}
	if err := checkMiniflare(modules); err != nil {
		return nil, nil, err
	}
	tmp, err := os.MkdirTemp("", "sitegen")
	if err != nil {
		return nil, nil, err
	}
	script := filepath.Join(tmp, "preview.mjs")
	if err := os.WriteFile(script, previewScript, 0o644); err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, node, script, modules, dir)
	cmd.Stderr = os.Stderr
	// The script ends when its standard input does, so that it never outlives us.
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop := func() error {
		defer os.RemoveAll(tmp)
		stdin.Close()
		late := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		defer late.Stop()
		err := cmd.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) || ctx.Err() != nil {
			return nil // how it ended is of no interest once we wanted it to
		}
		return err
	}
	lines := bufio.NewReader(stdout)
	found := make(chan string, 1)
	run := &running{begun: map[*http.Request]time.Time{}}
	go func() {
		line, _ := lines.ReadString('\n')
		found <- line
		run.follow(lines)
	}()
	var line string
	select {
	case line = <-found:
	case <-time.After(startTimeout):
	}
	if !run.listens(line) {
		stop()
		return nil, nil, fmt.Errorf("the Workers runtime did not start (%s)", filepath.Base(modules))
	}
	return run, stop, nil
}

// checkMiniflare looks at the version: the fifth, which newer versions of wrangler bring along, has another interface.
func checkMiniflare(modules string) error {
	data, err := os.ReadFile(filepath.Join(modules, "package.json"))
	if err != nil {
		return err
	}
	var pkg struct{ Version string }
	if err := json.Unmarshal(data, &pkg); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(filepath.Base(modules), "package.json"), err)
	}
	if !strings.HasPrefix(pkg.Version, "4.") {
		return fmt.Errorf("a preview needs Miniflare 4, and the project has %s: run `npm install --save-dev miniflare@4`", pkg.Version)
	}
	return nil
}

// findMiniflare looks for the package at or above dir, in SITEGEN_MINIFLARE first.
func findMiniflare(dir string) string {
	if own := os.Getenv("SITEGEN_MINIFLARE"); own != "" {
		return own
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for {
		name := filepath.Join(dir, "node_modules", "miniflare")
		if _, err := os.Stat(filepath.Join(name, "package.json")); err == nil {
			return name
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}
