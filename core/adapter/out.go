package adapter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/cachedir"
	"sitegen.dev/core/internal/gocmd"
)

// Out is where an adapter writes: one directory, which it cannot leave, and the generated source of the site's module,
// which it may add programs to. Its methods may be called by several goroutines at once.
//
// Names are slash-separated, relative and clean, as io/fs has them; any other name is an error.
type Out struct {
	dir    string
	root   *os.Root
	module string // directory of the site's module
	path   string // its module path

	mu       sync.Mutex
	list     diag.List
	volatile bool
}

// NewOut makes the directory dir, if need be, and an Out that writes there for site. Close it after Adapt.
func NewOut(dir string, site *Site) (*Out, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(abs, 0o777); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, err
	}
	return &Out{dir: abs, root: root, module: site.ModuleDir, path: site.ModulePath}, nil
}

// Close releases the directory.
func (o *Out) Close() error {
	o.cache().Trim()
	return o.root.Close()
}

// Report adds what the author should know. An error fails the build even where Adapt returns nil.
func (o *Out) Report(d ...diag.Diagnostic) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list.Add(d...)
}

// Diagnostics gives what was reported so far.
func (o *Out) Diagnostics() *diag.List {
	o.mu.Lock()
	defer o.mu.Unlock()
	l := &diag.List{}
	l.Add(o.list.Sorted()...)
	return l
}

// Volatile says that what is written depends on more than the site, its options and its environment: on what a program answered that was run.
// The next build then does the work again, though nothing of the site has changed.
func (o *Out) Volatile() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.volatile = true
}

// IsVolatile says whether Volatile was called.
func (o *Out) IsVolatile() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.volatile
}

// check refuses names that are not below the output, or not names on every system.
func check(name string) error {
	if name == "." || !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") || !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%q is no name below the output", name)
	}
	return nil
}

// Write writes a file with the permissions perm, replacing one of that name.
func (o *Out) Write(name string, data []byte, perm fs.FileMode) error {
	w, err := o.Create(name, perm)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return errors.Join(err, w.Close())
}

// Create opens a file to write piece by piece, with the permissions perm, replacing one of that name.
func (o *Out) Create(name string, perm fs.FileMode) (io.WriteCloser, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	if dir := path.Dir(name); dir != "." {
		if err := o.root.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	}
	// Never through a link or into a file that something else has open: a new file takes the place of the old one.
	if err := o.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return o.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
}

// CopyFS copies the files of src below dir ("." is the output itself), on all cores. Times and permissions are not
// copied. It stops at anything that is neither file nor directory.
func (o *Out) CopyFS(ctx context.Context, dir string, src fs.FS) error {
	if dir != "." {
		if err := check(dir); err != nil {
			return err
		}
	}
	var names []string
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return ctx.Err()
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is no regular file", name)
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		return err
	}
	return Each(ctx, names, func(name string) error {
		in, err := src.Open(name)
		if err != nil {
			return err
		}
		defer in.Close()
		w, err := o.Create(path.Join(dir, name), 0o644)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, in)
		return errors.Join(err, w.Close())
	})
}

// CopyDir copies the files of the directory src below dir, as CopyFS does. Nothing is done when src is that directory
// already, because the build put its files where they will be.
func (o *Out) CopyDir(ctx context.Context, dir, src string) error {
	if dir != "." {
		if err := check(dir); err != nil {
			return err
		}
	}
	to, err := o.root.Stat(dir)
	if err == nil {
		from, err := os.Stat(src)
		if err != nil {
			return err
		}
		if os.SameFile(from, to) {
			return nil
		}
	}
	return o.CopyFS(ctx, dir, os.DirFS(src))
}

// MoveDir is CopyDir for a directory that nobody needs afterwards, such as the client files of a site: where it lies
// inside the output it is renamed, which takes no time however large it is. There must be no directory dir yet, unless
// it is ".": then what src holds goes into the output itself.
func (o *Out) MoveDir(ctx context.Context, dir, src string) error {
	if dir != "." {
		if err := check(dir); err != nil {
			return err
		}
	}
	abs, err := filepath.Abs(src)
	if err != nil {
		return err
	}
	from, err := filepath.Rel(o.dir, abs)
	if err != nil || check(filepath.ToSlash(from)) != nil {
		return o.CopyDir(ctx, dir, src)
	}
	if dir == "." {
		return o.unpack(filepath.ToSlash(from))
	}
	if parent := path.Dir(dir); parent != "." {
		if err := o.root.MkdirAll(parent, 0o777); err != nil {
			return err
		}
	}
	return o.root.Rename(filepath.ToSlash(from), dir)
}

// unpack moves what the directory dir holds into the output itself. What is there by the same name stays an error.
func (o *Out) unpack(dir string) error {
	const aside = ".unpacked" // dir may hold a directory of its own name
	if err := o.root.Rename(dir, aside); err != nil {
		return err
	}
	entries, err := fs.ReadDir(o.root.FS(), aside)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := o.root.Lstat(e.Name()); err == nil {
			return fmt.Errorf("%s is in the output already", e.Name())
		}
		if err := o.root.Rename(path.Join(aside, e.Name()), e.Name()); err != nil {
			return err
		}
	}
	return o.root.Remove(aside)
}

// Path gives where a file of the output lies while the output is made, for programs that take no file but by its name.
func (o *Out) Path(name string) (string, error) {
	if err := check(name); err != nil {
		return "", err
	}
	return filepath.Join(o.dir, filepath.FromSlash(name)), nil
}

// ReadFile reads a file of the output.
func (o *Out) ReadFile(name string) ([]byte, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	return o.root.ReadFile(name)
}

// Symlink makes name a link to target, both below the output; the link is relative, the shortest way, and target must be there.
func (o *Out) Symlink(target, name string) error {
	if err := errors.Join(check(target), check(name)); err != nil {
		return err
	}
	if _, err := o.root.Stat(target); err != nil {
		return err
	}
	dir := path.Dir(name)
	if dir != "." {
		if err := o.root.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	to, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(target))
	if err != nil {
		return err
	}
	if err := o.root.RemoveAll(name); err != nil {
		return err
	}
	return o.root.Symlink(to, name)
}

// Remove removes a file, or a directory with all that it holds. It is no error when there is none.
func (o *Out) Remove(name string) error {
	if err := check(name); err != nil {
		return err
	}
	return o.root.RemoveAll(name)
}

// cacheDir is where Cached keeps results, below the site's module; it may be deleted at any time.
const cacheDir = ".sitegen/cache/adapter"

func (o *Out) cache() cachedir.Dir {
	return cachedir.Dir(filepath.Join(o.module, filepath.FromSlash(cacheDir)))
}

// Cached gives the result of work from an earlier build, or does the work and keeps the result. key names the work
// and everything that goes into it: its kind, its settings, a hash of its input. What no build asks for is forgotten after a month.
func (o *Out) Cached(key string, work func() ([]byte, error)) ([]byte, error) {
	cache := o.cache()
	if data, ok := cache.Get(key); ok {
		return data, nil
	}
	data, err := work()
	if err != nil {
		return nil, err
	}
	cache.Put(key, data) // a cache that cannot be written costs time in the next build, nothing else
	return data, nil
}

// Each calls f for every item, on all cores, until ctx ends or f fails. It gives the error of the first item, in the
// order of items, among those that failed.
func Each[T any](ctx context.Context, items []T, f func(T) error) error {
	errs := make([]error, len(items))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(items)) {
		wg.Go(func() {
			for i := range next {
				if errs[i] = f(items[i]); errs[i] != nil {
					cancel(errs[i])
				}
			}
		})
	}
feed:
	for i := range items {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// Files is a tree of files in memory, by their slash-separated names: an fs.FS for CopyFS and Source.
type Files = gocmd.Files

// genDir is the directory, below the site's module, of all generated source.
const genDir = ".sitegen/gen"

// sourceDir is what Source takes: a package of an adapter's runtime, or a program.
var sourceDir = regexp.MustCompile(`^(adapter|cmd)/[a-z][a-z0-9_-]*(/[a-z][a-z0-9_-]*)*$`)

// Source writes Go source into the site's module and gives its import path: "adapter/NAME" for the runtime of the
// adapter, "cmd/NAME" for a program. The directory then holds files and nothing else; test files are left out, and what
// is there already with the same bytes is not touched.
func (o *Out) Source(dir string, files fs.FS) (importPath string, err error) {
	if !sourceDir.MatchString(dir) {
		return "", fmt.Errorf("%q is neither adapter/NAME nor cmd/NAME", dir)
	}
	_, err = gocmd.WriteSource(filepath.Join(o.module, filepath.FromSlash(genDir), filepath.FromSlash(dir)), withoutTests{files})
	return path.Join(o.path, genDir, dir), err
}

// withoutTests hides the test files of a tree.
type withoutTests struct{ fs.FS }

func (w withoutTests) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return !e.IsDir() && strings.HasSuffix(e.Name(), "_test.go") || e.IsDir() && e.Name() == "testdata"
	}), err
}

// GoBuild describes one program to compile.
type GoBuild struct {
	Package string   // import path, from Source
	Output  string   // file name below the output; "" only compiles, to see whether it does
	GOOS    string   // "" is the system of the build
	GOARCH  string   // likewise
	LDFlags []string // beside those that every build has
	Tags    []string
	Env     []string // further lines of environment
}

// BuildError is a program that does not compile. Output is what the compiler says, with positions in generated code and
// in the author's own.
type BuildError struct {
	Package string // import path of the program
	Output  string
}

// Error gives the compiler's text.
func (e *BuildError) Error() string { return strings.TrimSpace(e.Output) }

// Go compiles a program of the site's module without cgo and without paths of this machine, so that the same source
// gives the same bytes anywhere.
func (o *Out) Go(ctx context.Context, b GoBuild) error {
	args := []string{"build"}
	if len(b.LDFlags) > 0 {
		args = append(args, "-ldflags="+strings.Join(b.LDFlags, " "))
	}
	if len(b.Tags) > 0 {
		args = append(args, "-tags="+strings.Join(b.Tags, ","))
	}
	env := []string{"CGO_ENABLED=0"}
	if b.GOOS != "" {
		env = append(env, "GOOS="+b.GOOS)
	}
	if b.GOARCH != "" {
		env = append(env, "GOARCH="+b.GOARCH)
	}
	target := os.DevNull
	if b.Output != "" {
		if err := check(b.Output); err != nil {
			return err
		}
		// The go command gets a path of ours outside root, so that a link inside the output cannot lead it elsewhere.
		tmp, err := os.MkdirTemp("", "sitegen")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		target = filepath.Join(tmp, "program")
	}
	args = append(args, "-o", target, b.Package)
	_, err := gocmd.Run(ctx, o.module, args, append(env, b.Env...))
	var failed *gocmd.Error
	if errors.As(err, &failed) {
		return &BuildError{Package: b.Package, Output: failed.Output}
	}
	if err != nil || b.Output == "" {
		return err
	}
	in, err := os.Open(target)
	if err != nil {
		return err
	}
	defer in.Close()
	w, err := o.Create(b.Output, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, in)
	return errors.Join(err, w.Close())
}
