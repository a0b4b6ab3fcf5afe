// Command dev measures the development server on the documentation site: the time from the end of saving a file to the
// moment when the new bytes are served, for each kind of edit, and the time from the start of the command to the first
// page. It works on a copy of the repository. The peer is what the work comes to without a server: `go build` of the
// same program after the same edit of Go.
//
//	go run ./dev            in bench/
//	go run ./dev -v         with what the command prints
//	go run ./dev -pages 300 on a site with as many pages more, which use the layout
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	n := flag.Int("n", 21, "edits of each kind")
	verbose := flag.Bool("v", false, "print what the command prints")
	only := flag.String("only", "", "this kind of edit alone")
	pages := flag.Int("pages", 0, "pages that are added to the site")
	flag.Parse()
	if err := run(*n, *verbose, *only, *pages); err != nil {
		fmt.Fprintln(os.Stderr, "dev:", err)
		os.Exit(1)
	}
}

// kind is one kind of edit: where, and what of the file the marker takes the place of.
type kind struct {
	name string
	file string
	old  string // of the file
	new  string // with %s for the marker
	url  string
	goal time.Duration
	peer bool // run the go command alone between the edits
}

var kinds = []kind{
	{"text of a component", "website/src/pages/index.gosite", "<h1>Websites", "<h1>%s Websites", "/", 50 * time.Millisecond, false},
	{"text of a layout", "website/src/layouts/Docs.gosite", "<main", `<main data-mark="%s"`, "/docs/cli/", 50 * time.Millisecond, false},
	{"Markdown", "website/src/pages/docs/cli.md", "\n## ", "\n%s\n\n## ", "/docs/cli/", 50 * time.Millisecond, false},
	{"front matter", "website/src/pages/docs/cli.md", "\ntitle: ", "\ntitle: %s ", "/docs/cli/", 50 * time.Millisecond, false},
	{"styles of a component", "website/src/pages/index.gosite", "\n  .hero {", "\n  .%s { color: red }\n  .hero {", "/", 50 * time.Millisecond, false},
	{"Go of a page", "website/src/pages/index.gosite", "<h1>Websites", `<h1>{"%s"[:]} Websites`, "/", 700 * time.Millisecond, true},
	{"Go of a layout", "website/src/layouts/Base.gosite", "<body", `<body data-mark={"%s"[:]}`, "/", 700 * time.Millisecond, false},
}

func run(n int, verbose bool, only string, pages int) error {
	dir, err := os.MkdirTemp("", "sitegen-dev-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	root := filepath.Join("..")
	for _, name := range []string{"site.yaml", "website", "core"} {
		if err := copyTree(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := addPages(filepath.Join(dir, "website/src/pages/many"), pages); err != nil {
		return err
	}
	command := filepath.Join(dir, "sitegen")
	build := exec.Command("go", "build", "-o", command, "sitegen.dev/cli/cmd/sitegen")
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		return err
	}

	var starts []time.Duration
	for i := range 4 {
		s, err := start(command, dir, verbose)
		if err != nil {
			return err
		}
		begin := s.begin
		if _, err := s.get("/"); err != nil {
			return err
		}
		if i > 0 { // the first fills the caches
			starts = append(starts, time.Since(begin))
		}
		s.stop()
	}
	fmt.Printf("| %-24s | %8s | %8s | %8s | %7s |\n|---|---|---|---|---|\n", "", "median", "p90", "most", "goal")
	row("start to the first page", starts, 1500*time.Millisecond)

	s, err := start(command, dir, verbose)
	if err != nil {
		return err
	}
	defer s.stop()
	for _, k := range kinds {
		if only != "" && k.name != only {
			continue
		}
		var peers []time.Duration
		peer := func() error { return nil }
		if k.peer {
			peer = func() error {
				took, err := plain(dir)
				peers = append(peers, took)
				return err
			}
		}
		times, err := s.measure(k, dir, n, peer)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		row(k.name, times, k.goal)
		if k.peer {
			row("go build of the same", peers, 0)
		}
	}
	return nil
}

// addPages writes pages that use the layout of the site.
func addPages(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for i := range n {
		text := fmt.Sprintf("---\nimport Base \"../../layouts/Base.gosite\"\n\nn := %d\n---\n<Base title=\"Page %d\"><h1>Page {n}</h1></Base>\n", i, i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("p%d.gosite", i)), []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

func row(name string, times []time.Duration, goal time.Duration) {
	slices.Sort(times)
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1e3) }
	g := ""
	if goal > 0 {
		g = ms(goal)
	}
	fmt.Printf("| %-24s | %8s | %8s | %8s | %7s |\n", name, ms(times[len(times)/2]), ms(times[len(times)*9/10]), ms(times[len(times)-1]), g)
}

// server is a running `sitegen dev`.
type server struct {
	cmd   *exec.Cmd
	begin time.Time
	url   string
	done  chan struct{}
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

func start(command, dir string, verbose bool) (*server, error) {
	s := &server{cmd: exec.Command(command, "-C", dir, "dev", "--port", "0"), begin: time.Now(), done: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	found := make(chan string, 1)
	go func() {
		defer close(s.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if verbose {
				fmt.Fprintln(os.Stderr, lines.Text())
			}
			if u := address.FindString(lines.Text()); u != "" {
				select {
				case found <- u:
				default:
				}
			}
		}
	}()
	select {
	case s.url = <-found:
		return s, nil
	case <-s.done:
		return nil, errors.New("the command has ended")
	case <-time.After(2 * time.Minute):
		return nil, errors.New("the command names no address")
	}
}

func (s *server) stop() {
	s.cmd.Process.Signal(syscall.SIGINT)
	<-s.done
	s.cmd.Wait()
}

func (s *server) get(path string) ([]byte, error) {
	r, err := http.Get(s.url + path)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	return io.ReadAll(r.Body)
}

// measure edits a file again and again and waits for each edit to be served.
func (s *server) measure(k kind, dir string, n int, peer func() error) ([]time.Duration, error) {
	name := filepath.Join(dir, filepath.FromSlash(k.file))
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(text, []byte(k.old)) {
		return nil, fmt.Errorf("%s does not hold %q any more", k.file, k.old)
	}
	var times []time.Duration
	for i := range n {
		marker := fmt.Sprintf("mark%d", time.Now().UnixNano())
		edited := strings.Replace(string(text), k.old, fmt.Sprintf(k.new, marker), 1)
		if err := os.WriteFile(name, []byte(edited), 0o666); err != nil {
			return nil, err
		}
		saved := time.Now()
		if err := s.until(k.url, marker); err != nil {
			return nil, err
		}
		if i > 0 { // the first may link what another kind of edit has left
			times = append(times, time.Since(saved))
		}
		if err := peer(); err != nil {
			return nil, err
		}
		time.Sleep(150 * time.Millisecond) // a person is slower
	}
	return times, os.WriteFile(name, text, 0o666)
}

// until asks for a page until it, or a stylesheet of its, holds the marker.
func (s *server) until(path, marker string) error {
	limit := time.Now().Add(30 * time.Second)
	for time.Now().Before(limit) {
		body, err := s.get(path)
		if err != nil {
			return err
		}
		if bytes.Contains(body, []byte(marker)) {
			return nil
		}
		for _, m := range stylesheet.FindAllSubmatch(body, -1) {
			if css, err := s.get(string(m[1])); err == nil && bytes.Contains(css, []byte(marker)) {
				return nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	return errors.New("the edit is not served")
}

var stylesheet = regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)"`)

// plain runs the go command alone on what the development server compiles, after an edit of the same package.
func plain(dir string) (time.Duration, error) {
	gen := filepath.Join(dir, "website", ".sitegen", "gen", "dev")
	file := filepath.Join(gen, "c", "pages", "index", "render.go")
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	edited := fmt.Sprintf("%s\nvar Mark = \"mark%d\"\n", text, time.Now().UnixNano())
	if err := os.WriteFile(file, []byte(edited), 0o666); err != nil {
		return 0, err
	}
	begin := time.Now()
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", filepath.Join(dir, "plain"), "./.sitegen/gen/dev/app")
	cmd.Dir, cmd.Env, cmd.Stderr = filepath.Join(dir, "website"), append(os.Environ(), "GOWORK=off"), os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, err
	}
	took := time.Since(begin)
	return took, os.WriteFile(file, text, 0o666)
}

// copyTree copies a file, or a folder without what was built in it.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			if rel != "." && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return os.MkdirAll(target, 0o777)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o666)
	})
}
