package adapter

import (
	"context"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Include calls f for each file of the site's module that a pattern of include matches and none of exclude, in the order of their
// names, which are slash-separated and below Site.ModuleDir. Patterns are those of Match. Folders whose name begins with a dot hold
// what tools keep, and are looked into only where a pattern begins with them; links and the like are left out.
//
// An error of f ends it, and fs.SkipAll without being one. unused are the indexes of the patterns of include that matched nothing
// so far.
func Include(ctx context.Context, site *Site, include, exclude []string, f func(name string, info fs.FileInfo) error) (unused []int, err error) {
	if len(include) == 0 {
		return nil, nil
	}
	used := make([]bool, len(include))
	err = fs.WalkDir(os.DirFS(site.ModuleDir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && strings.HasPrefix(d.Name(), ".") && !slices.ContainsFunc(include, func(p string) bool { return strings.HasPrefix(p, name+"/") }) {
				return fs.SkipDir
			}
			return ctx.Err()
		}
		found := false
		for i, p := range include {
			if Match(p, name) {
				found, used[i] = true, true
			}
		}
		if !found || !d.Type().IsRegular() || slices.ContainsFunc(exclude, func(p string) bool { return Match(p, name) }) {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return f(name, info)
	})
	for i, was := range used {
		if !was {
			unused = append(unused, i)
		}
	}
	return unused, err
}

// Match says whether a slash-separated name matches a pattern of path.Match in which ** stands for any number of folders.
func Match(pattern, name string) bool {
	return match(strings.Split(pattern, "/"), strings.Split(name, "/"))
}

func match(pattern, name []string) bool {
	switch {
	case len(pattern) == 0:
		return len(name) == 0
	case pattern[0] == "**":
		for i := range len(name) + 1 {
			if match(pattern[1:], name[i:]) {
				return true
			}
		}
		return false
	case len(name) == 0:
		return false
	}
	ok, err := path.Match(pattern[0], name[0])
	return err == nil && ok && match(pattern[1:], name[1:])
}
