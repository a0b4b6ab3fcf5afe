package devserver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// saves are the ways in which editors put a new text into a file, as they were watched doing it. wait is the time that
// passes between their steps on a slow disk.
var saves = []struct {
	name string
	save func(e *editing, file, text string)
}{
	{"in place", func(e *editing, file, text string) { e.write(file, text) }},
	{"emptied first (VS Code)", func(e *editing, file, text string) { e.write(file, ""); e.write(file, text) }},
	{"piece by piece", func(e *editing, file, text string) {
		e.write(file, "")
		for i := 1; i <= 4; i++ {
			e.write(file, text[:len(text)*i/4])
		}
	}},
	{"another file, renamed (VS Code, atomic)", func(e *editing, file, text string) {
		e.write(file+".vsctmp", text)
		e.rename(file+".vsctmp", file)
	}},
	{"Emacs", func(e *editing, file, text string) { // which keeps the backup
		dir, base := filepath.Split(file)
		e.link("somebody@somewhere.123:456", dir+".#"+base)
		e.write(dir+"#"+base+"#", text)
		e.rename(file, file+"~")
		e.write(file, text)
		e.remove(dir + "#" + base + "#")
		e.remove(dir + ".#" + base)
	}},
	{"Vim", func(e *editing, file, text string) {
		dir, base := filepath.Split(file)
		e.write(dir+"."+base+".swp", "swap")
		e.write(dir+"4913", "")
		e.remove(dir + "4913")
		e.rename(file, file+"~")
		e.write(file, text)
		e.remove(file + "~")
		e.remove(dir + "." + base + ".swp")
	}},
	{"JetBrains", func(e *editing, file, text string) {
		e.write(file+"___jb_tmp___", text)
		e.rename(file, file+"___jb_old___")
		e.rename(file+"___jb_tmp___", file)
		e.remove(file + "___jb_old___")
	}},
	{"Kate", func(e *editing, file, text string) {
		dir, base := filepath.Split(file)
		e.write(dir+"."+base+".kate-swp", "swap")
		e.write(file+".qBvTzK", text)
		e.rename(file+".qBvTzK", file)
		e.remove(dir + "." + base + ".kate-swp")
	}},
	{"gedit", func(e *editing, file, text string) {
		tmp := filepath.Join(filepath.Dir(file), ".goutputstream-X1Y2Z3")
		e.write(tmp, text)
		e.rename(tmp, file)
	}},
	{"sed -i", func(e *editing, file, text string) {
		tmp := filepath.Join(filepath.Dir(file), "sedk3Ab9Z")
		e.write(tmp, text)
		e.rename(tmp, file)
	}},
	{"perl -i", func(e *editing, file, text string) { e.remove(file); e.write(file, text) }},
	{"Helix", func(e *editing, file, text string) {
		e.rename(file, file+"k3Ab9.bck")
		e.write(file, text)
		e.remove(file + "k3Ab9.bck")
	}},
	{"Notepad++", func(e *editing, file, text string) {
		e.write(file+".bak", "old")
		e.write(file, text)
	}},
}

// editing does what an editor does, step by step.
type editing struct {
	t    *testing.T
	wait time.Duration
}

func (e *editing) step(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
	time.Sleep(e.wait)
}

func (e *editing) write(file, text string)  { e.step(os.WriteFile(file, []byte(text), 0o666)) }
func (e *editing) rename(from, to string)   { e.step(os.Rename(from, to)) }
func (e *editing) remove(file string)       { e.step(os.Remove(file)) }
func (e *editing) link(target, file string) { e.step(os.Symlink(target, file)) }

// However an editor saves a file, the change is shown, nobody is told of an error or a warning, and no route comes of what lies
// beside the file.
func TestSaves(t *testing.T) {
	s := serve(t, map[string]string{
		"src/layouts/Base.gosite":  "<html lang=\"en\"><body><slot /></body></html>",
		"src/pages/index.gosite":   "---\nimport Base \"../layouts/Base.gosite\"\n---\n<Base><p>first</p></Base>",
		"src/pages/about.md":       "first",
		"src/content.go":           "package src\n\nimport \"sitegen.dev/core/site/content\"\n\nvar Posts = content.New[Post](\"posts\")\n\ntype Post struct{ Title string }\n",
		"src/content/posts/one.md": "---\ntitle: first\n---\n",
		"src/pages/posts.gosite":   "---\nimport \"example.com/site/src\"\n---\n{for _, p := range src.Posts.All(page) { <p>{p.Data.Title}</p> }}",
	})
	s.shows("/", "first")
	n := 0
	for _, tt := range saves {
		for _, wait := range []time.Duration{0, 8 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s, wait=%v", tt.name, wait), func(t *testing.T) {
				e := &editing{t, wait}
				for _, f := range []struct{ file, path, text string }{
					{"src/pages/index.gosite", "/", "---\nimport Base \"../layouts/Base.gosite\"\n---\n<Base><p>%s</p></Base>"},
					{"src/layouts/Base.gosite", "/", "<html lang=\"en\"><body><i>%s</i><slot /></body></html>"},
					{"src/pages/about.md", "/about/", "%s"},
					{"src/content/posts/one.md", "/posts/", "---\ntitle: %s\n---\n"},
				} {
					n++
					text := fmt.Sprintf("text%d.", n)
					_, before := s.last()
					tt.save(e, filepath.Join(s.dir, filepath.FromSlash(f.file)), fmt.Sprintf(f.text, text))
					s.shows(f.path, text)
					time.Sleep(2 * quiet)
					s.mu.Lock()
					for _, r := range s.reports[before:] {
						if r.List.Len() > 0 {
							t.Errorf("%s: %v", f.file, r.List.Sorted())
						}
					}
					s.mu.Unlock()
				}
			})
		}
	}
	for _, path := range []string{"/index.gosite~", "/about.md~", "/4913", "/4913/", "/about.md.bak"} {
		if status, _ := s.get(path); status != 404 {
			t.Errorf("%s is answered with %d", path, status)
		}
	}
}

// shows waits until a page holds a text.
func (s *testSite) shows(path, text string) {
	s.t.Helper()
	body := ""
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if _, body = s.get(path); strings.Contains(body, text) {
			return
		}
	}
	s.t.Fatalf("%s does not come to show %q:\n%s", path, text, body)
}
