package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/urfave/cli/v2"
)

// What may stand behind `sitegen cache`.
const (
	pathWord  = "path"
	cleanWord = "clean"
)

var cacheWords = []string{pathWord, cleanWord}

// cacheReport says what lies in the cache.
type cacheReport struct {
	Schema int         `json:"schema"`
	Path   string      `json:"path"` // absolute
	Files  int         `json:"files"`
	Bytes  int64       `json:"bytes"`
	Parts  []cachePart `json:"parts"`
}

// cachePart is one folder of the cache.
type cachePart struct {
	Name  string `json:"name"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

func cacheCommand(env Env) *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name:      "cache",
		Usage:     "print what builds keep for the next one, or delete it",
		ArgsUsage: "[path|clean]",
		Description: `Prints the folder in which builds of the site keep what the next one need not do again, and how much there is of what. It is
safe to keep between runs in CI. What no build has used for a month is deleted by itself.

   sitegen cache
   sitegen cache path   # only the folder, for scripts
   sitegen cache clean  # delete it; the next build does all again`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print it as JSON", Destination: &asJSON},
		},
		Action: func(c *cli.Context) error {
			word := c.Args().First()
			switch {
			case c.NArg() > 1:
				return usage("`sitegen cache %s` takes no more arguments, and %q is one", word, c.Args().Get(1))
			case word != "" && word != pathWord && word != cleanWord:
				return usage("`sitegen cache` takes path or clean, not %q%s; the folder of a site is given with `-C %s`", word, orRather(word, cacheWords), word)
			case word != "" && asJSON:
				return usage("--json belongs to `sitegen cache` without %s", word)
			}
			p, err := open(c, env)
			if err != nil {
				return err
			}
			if word == pathWord {
				_, err := fmt.Fprintln(env.Stdout, p.layout.CacheDir())
				return err
			}
			if word == cleanWord {
				unlock, err := p.lock(c.Context)
				if err != nil {
					return err
				}
				defer unlock()
			}
			r, err := readCache(p.layout.CacheDir())
			switch {
			case err != nil:
				return p.disk(err)
			case word == cleanWord:
				if err := os.RemoveAll(r.Path); err != nil {
					return p.disk(err)
				}
				p.term.note("deleted %s, %s", plural(r.Files, "file"), size(r.Bytes))
				return nil
			case asJSON:
				return answer(env.Stdout, r, nil)
			}
			return r.print(env.Stdout)
		},
	}
}

// readCache counts what lies below a folder, by the folders in it. What other processes delete meanwhile does not count.
func readCache(dir string) (cacheReport, error) {
	r := cacheReport{Schema: 1, Path: dir, Parts: []cachePart{}}
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	for _, e := range list {
		part := cachePart{Name: e.Name()}
		err := filepath.WalkDir(filepath.Join(dir, e.Name()), func(_ string, f fs.DirEntry, err error) error {
			if err != nil || f.IsDir() {
				if errors.Is(err, fs.ErrNotExist) {
					return nil
				}
				return err
			}
			info, err := f.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err == nil {
				part.Files, part.Bytes = part.Files+1, part.Bytes+info.Size()
			}
			return err
		})
		if err != nil {
			return r, err
		}
		r.Files, r.Bytes, r.Parts = r.Files+part.Files, r.Bytes+part.Bytes, append(r.Parts, part)
	}
	return r, nil
}

func (r cacheReport) print(w io.Writer) error {
	if r.Files == 0 {
		_, err := fmt.Fprintf(w, "%s is empty\n", r.Path)
		return err
	}
	rows := [][]string{{"part", "files", "size"}}
	for _, p := range r.Parts {
		rows = append(rows, []string{p.Name, strconv.Itoa(p.Files), size(p.Bytes)})
	}
	_, err := fmt.Fprintf(w, "%s\n\n%s", r.Path, table(rows, map[int]bool{1: true, 2: true}))
	return err
}
