package devserver

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// testSite is a site in a folder, with a development server in this process.
type testSite struct {
	t    *testing.T
	dir  string
	base string

	mu      sync.Mutex
	reports []Report
}

// serve starts a development server for the files.
func serve(t *testing.T, files map[string]string) *testSite {
	t.Helper()
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "")
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &testSite{t: t, dir: dir}
	mod, err := build.NewModule("example.com/site", "")
	if err != nil {
		t.Fatal(err)
	}
	s.write("go.mod", string(mod))
	s.write("site.yaml", "")
	for name, text := range files {
		s.write(name, text)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.base = "http://" + l.Addr().String()
	server := New(Options{
		Root: dir, File: filepath.Join(dir, "site.yaml"), Load: func() (*Project, *diag.List, error) { return s.load() },
		Allowed: func(string, []string) bool { return true }, Type: func(string) string { return "application/octet-stream" },
		Output: io.Discard, Failed: func(*diag.List) {}, Note: func(format string, args ...any) { t.Logf(format, args...) },
		Report: func(r Report) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.reports = append(s.reports, r)
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return s
}

func (s *testSite) load() (*Project, *diag.List, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, "site.yaml"))
	if err != nil {
		return nil, nil, err
	}
	cfg, list := config.Load("site.yaml", data, func(string) string { return "" })
	if list.HasErrors() {
		return nil, list, nil
	}
	layout, list := build.FindLayout(s.dir, cfg.Src)
	return &Project{Config: cfg, Layout: layout, Getenv: func(string) string { return "" }}, list, nil
}

func (s *testSite) write(name, text string) {
	put(s.t, filepath.Join(s.dir, filepath.FromSlash(name)), text)
}

// get gives status and body, without the script of the server.
func (s *testSite) get(path string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest("GET", s.base+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, strings.Replace(string(body), clientTag, "", 1)
}

// last gives the report of the last build.
func (s *testSite) last() (r Report, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n = len(s.reports); n > 0 {
		r = s.reports[n-1]
	}
	return r, n
}

// clean builds the site from nothing and gives its files by their names; nil when it has errors.
func (s *testSite) clean() map[string][]byte {
	s.t.Helper()
	p, list, err := s.load()
	if err != nil || list.HasErrors() {
		return nil
	}
	unlock, err := build.Lock(s.t.Context(), p.Layout, func() {})
	if err != nil {
		s.t.Fatal(err)
	}
	defer unlock()
	site, list, err := build.Run(s.t.Context(), build.Options{Layout: p.Layout, Config: p.Config})
	if err != nil {
		s.t.Fatal(err)
	}
	if list.HasErrors() {
		return nil
	}
	defer site.Stage.Discard()
	files := map[string][]byte{}
	err = filepath.WalkDir(site.ClientDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(site.ClientDir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

// editFiles are the files that are edited at random, each in its versions; an empty one means that there is no file.
// Those that hold BROKEN do not compile.
var editFiles = map[string][]string{
	"src/layouts/Base.gosite": {
		"---\nimport \"../styles/site.css\"\ntype Props struct{ Title string }\n---\n<!doctype html><html lang=\"en\"><head><title>{props.Title}</title></head><body><slot /></body></html>",
		"---\nimport \"../styles/site.css\"\ntype Props struct{ Title string }\n---\n<!doctype html><html lang=\"en\">\n<head><title>{props.Title} – site</title></head><body><header>new</header><slot /></body></html>",
		"---\ntype Props struct{ Title string }\n\nn := len(props.Title)\n---\n<!doctype html><html lang=\"en\"><head><title>{n} {props.Title}</title></head><body><slot /></body></html>",
	},
	"src/styles/site.css": {"h1 { color: red }", "h1 { color: blue }\np { margin: 0 }", "h1 { color: BROKEN"},
	"src/components/Card.gosite": {
		"---\ntype Props struct{ Title string }\n---\n<article class=\"card\"><h2>{props.Title}</h2></article>\n<style>.card { color: green }</style>",
		"---\ntype Props struct{ Title string }\n---\n<article class=\"card\"><h3>{props.Title}!</h3></article>\n<style>.card { color: navy }</style>",
		"---\nimport \"example.com/site/data\"\ntype Props struct{ Title string }\n---\n<article>{props.Title} {data.Number}</article>",
		"---\ntype Props struct{ Title string }\nfunc (p Props) Loud() string { return p.Title + \"!\" }\n---\n<article>{props.Loud()}</article>", // one package, without a face
		"---\ntype Props struct{ Title Title }\ntype Title string\n---\n<article>{string(props.Title)}</article>",
	},
	"src/pages/index.gosite": {
		"---\nimport Base \"../layouts/Base.gosite\"\nimport Card \"../components/Card.gosite\"\n---\n<Base title=\"Home\"><h1>Home</h1><Card title=\"one\" /></Base>",
		"---\nimport Base \"../layouts/Base.gosite\"\nimport Card \"../components/Card.gosite\"\n---\n<Base title=\"Start\">\n\n<h1>Start</h1><Card title=\"two\" /><Card title={\"th\" + \"ree\"} /></Base>",
		"---\nimport Base \"../layouts/Base.gosite\"\nimport Card \"../components/Card.gosite\"\n---\n<Base title=\"x\"><Card titel=\"BROKEN\" /></Base>",
		"---\nimport Base \"../layouts/Base.gosite\"\n---\n<Base title=\"x\">{BROKEN</Base>",
		"---\nimport Base \"../layouts/Base.gosite\"\n---\n<Base title=\"x\">{BROKEN}</Base>",
	},
	"src/pages/other.gosite": {
		"---\nimport Card \"../components/Card.gosite\"\n---\n<html lang=\"en\"><body>{for range 3 { <Card title={\"nr\"} />}}</body></html>", "",
		"<html lang=\"en\"><body>static</body></html>",
	},
	"src/pages/deep/er.gosite":      {"<p>beside</p>", "", "<p>{1 + 1}</p>"},
	"src/pages/deep/er/page.gosite": {"<p>deep</p>", "", "<p>deeper</p>"},
	"src/pages/text.md": {
		"---\ntitle: Text\nlayout: ../layouts/Base.gosite\n---\n\n# Text\n\nSome *text*.", "---\ntitle: Other\nlayout: ../layouts/Base.gosite\n---\n\n## Other\n\n- a\n- b\n", "",
		"# No layout\n\n[home](index.md)", "just text",
	},
	"src/pages/list/[id].gosite": {
		"---\ntype Props struct{ N int }\n\nfunc GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {\n\treturn []site.Path[Props]{{Params: site.Params{\"id\": \"a\"}, Props: Props{N: 1}}, {Params: site.Params{\"id\": \"b\"}, Props: Props{N: 2}}}, nil\n}\n---\n<p>{props.N}</p>",
		"---\ntype Props struct{ N int }\n\nfunc GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {\n\treturn []site.Path[Props]{{Params: site.Params{\"id\": \"a\"}, Props: Props{N: 7}}}, nil\n}\n---\n<b>{props.N}</b>", "",
	},
	"src/pages/data.json.gosite": {
		"---\nimport \"example.com/site/data\"\nfunc GET(page *site.Page) error { return page.JSON(data.Number) }\n---\n", "",
	},
	"data/data.go": {"package data\n\nconst Number = 1\n", "package data\n\nconst Number = 2\n", "package data\n\nvar Number = 1 + 2\n", "package data\n\nconst Number = BROKEN\n"},
	"src/content.go": {
		"package src\n\nimport \"sitegen.dev/core/site/content\"\n\nvar Posts = content.New[Post](\"posts\")\n\ntype Post struct{ Title string }\n",
		"package src\n\nimport \"sitegen.dev/core/site/content\"\n\nvar Posts = content.New[Post](\"posts\")\n\ntype Post struct {\n\tTitle string `default:\"none\"`\n}\n",
	},
	"src/content/posts/one.md": {"---\ntitle: One\n---\n\nSome *text*.", "---\ntitle: The first\n---\n\nOther text.\n\n## With a heading", "", "---\ntitle: One\ncolour: BROKEN\n---\n"},
	"src/content/posts/two.md": {"---\ntitle: Two\n---\n\n[one](https://example.com/)", ""},
	"src/pages/posts.gosite": {
		"---\nimport \"example.com/site/src\"\n---\n<ul>{for _, p := range src.Posts.All(page) { <li id={p.Slug}>{p.Data.Title}{p.HTML(page)}</li> }}</ul>",
		"---\nimport \"example.com/site/src\"\n---\n<p>{len(src.Posts.All(page))} posts</p>", "",
	},
	"src/dot.svg": {
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"3\"></svg>",
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"6\"><title>two</title></svg>",
	},
	"src/pages/dot.gosite": {"---\nimport dot \"../dot.svg\"\n---\n<img src={dot.Src} width={dot.Width} alt=\"a dot\">", ""},
	"public/a.txt":         {"a", "b", ""},
	"public/dir/b.js":      {"let b", ""},
	"site.yaml":            {"", "trailingSlash: always\n", "build: {format: file}\n", "build: {inline: never}\n", "BROKEN: true\n"},
}

// apply brings a file into one of its versions, in one of the ways in which programs write files.
func (s *testSite) apply(name, text string, way int) {
	file := filepath.Join(s.dir, filepath.FromSlash(name))
	switch {
	case text == "" && name != "site.yaml":
		os.Remove(file)
		if way == 0 { // and the folder with it
			os.Remove(filepath.Dir(file))
		}
	case way == 0: // by rename
		tmp := filepath.Join(filepath.Dir(file), ".tmp-"+filepath.Base(file))
		put(s.t, tmp, text)
		if err := os.Rename(tmp, file); err != nil {
			s.t.Fatal(err)
		}
	case way == 1: // gone for a moment
		os.Remove(file)
		put(s.t, file, text)
	default:
		put(s.t, file, text)
	}
}

// soak is for how long TestRandomEdits goes on, beyond the number of its edits.
var soak = flag.Duration("soak", 0, "edit at random for `DURATION`; give -timeout more than that")

// After any edits whatever, the pages are those of a clean build, and neither memory nor files nor goroutines nor processes have
// grown. EDITS says how many there are, -soak for how long they go on.
func TestRandomEdits(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	edits, every := 30, 10
	if n, err := strconv.Atoi(os.Getenv("EDITS")); err == nil {
		edits, every = n, 20
	}
	random := rand.New(rand.NewPCG(7, 11))
	now := map[string]int{}
	first := map[string]string{}
	var names []string
	for name, versions := range editFiles {
		names = append(names, name)
		first[name] = versions[0]
	}
	slices.Sort(names)
	s := serve(t, first)
	if !s.settle(names, now) {
		r, _ := s.last()
		t.Fatal(r.List.Err())
	}
	var before measured
	checks, good := 0, 0
	begin, told := time.Now(), time.Now()
	if *soak > 0 {
		every = 20
	}
	i := 1
	for ; i <= edits || time.Since(begin) < *soak; i++ {
		if time.Since(told) > time.Minute {
			told = time.Now()
			t.Logf("%v: %d edits, %v", time.Since(begin).Round(time.Second), i, s.measure())
		}
		switch random.IntN(12) {
		case 0: // as when another branch is checked out: many at once
			for _, name := range names {
				now[name] = random.IntN(len(editFiles[name]))
				s.apply(name, editFiles[name][now[name]], random.IntN(3))
			}
		case 1: // all as it was
			for _, name := range names {
				now[name] = 0
				s.apply(name, editFiles[name][0], 2)
			}
		case 2: // the sources go, and come back
			aside := filepath.Join(s.dir, ".aside")
			if err := os.Rename(filepath.Join(s.dir, "src"), aside); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(random.IntN(40)) * time.Millisecond)
			if err := os.Rename(aside, filepath.Join(s.dir, "src")); err != nil {
				t.Fatal(err)
			}
		default:
			name := names[random.IntN(len(names))]
			now[name] = random.IntN(len(editFiles[name]))
			s.apply(name, editFiles[name][now[name]], random.IntN(3))
		}
		if random.IntN(3) > 0 {
			time.Sleep(time.Duration(random.IntN(60)) * time.Millisecond)
		}
		if i%every == 0 {
			if i%(2*every) == 0 { // a good state more often than chance has it
				for _, name := range names {
					for strings.Contains(editFiles[name][now[name]], "BROKEN") {
						now[name] = random.IntN(len(editFiles[name]))
						s.apply(name, editFiles[name][now[name]], 2)
					}
				}
			}
			checks++
			if s.settle(names, now) {
				good++
			}
			if i == every || i == max(edits/4, every*int(soak.Minutes()))/every*every {
				before = s.measure()
			}
		}
	}
	if good == 0 {
		t.Errorf("none of %d states was good", checks)
	}
	after := s.measure()
	t.Logf("%d edits, %d of %d states without errors; before %v; after %v", i, good, checks, before, after)
	for what, n := range after {
		slack := before[what] + 10
		switch what {
		case "kB of heap":
			slack = before[what]*3/2 + 8<<10
		case "processes":
			slack = before[what] + 1 // one takes over while another ends
		case "files in TMPDIR":
			slack = before[what]
		case "files in .sitegen":
			slack = before[what]*2 + 50 // which other states of the site have
		}
		if n > slack {
			t.Errorf("%s: %d, and %d before", what, n, before[what])
		}
	}
}

// measured is what must not grow.
type measured map[string]int

func (s *testSite) measure() measured {
	http.DefaultClient.CloseIdleConnections()
	for range 20 {
		time.Sleep(10 * time.Millisecond)
		runtime.GC()
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	m := measured{"goroutines": runtime.NumGoroutine(), "kB of heap": int(mem.HeapAlloc >> 10)}
	files, _ := os.ReadDir("/proc/self/fd")
	m["open files"] = len(files)
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, name := range tasks {
		children, _ := os.ReadFile(name)
		m["processes"] += len(strings.Fields(string(children)))
	}
	count := func(dir string) (n int) {
		filepath.WalkDir(dir, func(string, fs.DirEntry, error) error { n++; return nil })
		return n
	}
	m["files in TMPDIR"] = count(os.TempDir())
	m["files in .sitegen"] = count(filepath.Join(s.dir, ".sitegen"))
	return m
}

// settle waits until the server shows what a clean build gives; good is whether that is without errors.
func (s *testSite) settle(names []string, now map[string]int) (good bool) {
	s.t.Helper()
	want := s.clean()
	problem := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		report, n := s.last()
		if n == 0 {
			continue
		}
		if want == nil {
			if report.List.HasErrors() {
				return false
			}
			problem = "the server has no errors, and a clean build has"
			continue
		}
		if report.List.HasErrors() {
			problem = "the server has errors: " + report.List.Err().Error()
			continue
		}
		if problem = s.differs(want); problem == "" {
			return true
		}
	}
	state := ""
	for _, name := range names {
		state += fmt.Sprintf("%s: version %d\n", name, now[name])
	}
	s.t.Fatalf("%s\n%s", problem, state)
	return false
}

// differs says what the server answers otherwise than with the files.
func (s *testSite) differs(files map[string][]byte) string {
	for name, want := range files {
		path := "/" + strings.TrimSuffix(name, "index.html")
		if strings.HasSuffix(path, ".html") {
			path = strings.TrimSuffix(path, ".html")
		}
		status, got := s.get(path)
		if status != 200 || got != string(bytes.Replace(want, []byte(clientTag), nil, 1)) {
			return fmt.Sprintf("%s is answered with %d\n%s\nand %s holds\n%s", path, status, got, name, want)
		}
	}
	for _, path := range []string{"/other/", "/deep/er/page/", "/text/", "/list/b/", "/data.json", "/a.txt", "/dir/b.js"} {
		name := strings.Trim(path, "/")
		_, exact := files[name]
		_, inFolder := files[name+"/index.html"]
		_, beside := files[name+".html"]
		if status, body := s.get(path); status != 404 && !exact && !inFolder && !beside {
			return fmt.Sprintf("%s is answered with %d, and there is no such page\n%s", path, status, body)
		}
	}
	return ""
}
