package vercel

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func (p *preview) readStatic(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		o := p.config.Overrides[rel]
		f := file{name: name, contentType: cmp.Or(o.ContentType, contentType(rel))}
		p.files[cmp.Or(o.Path, rel)] = f
		return nil
	})
}

func (p *preview) readFunctions(dir string, log io.Writer) error {
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".func") {
			names = append(names, name)
			if d.IsDir() {
				return fs.SkipDir
			}
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && len(names) > 0 {
		p.redis, err = startRedis()
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		real, err := filepath.EvalSymlinks(name)
		if err != nil {
			return err
		}
		if p.running[real] == nil {
			f, err := startFunction(real, p.redis.env(), log)
			if err != nil {
				return err
			}
			p.running[real] = f
		}
		rel, err := filepath.Rel(dir, strings.TrimSuffix(name, ".func"))
		if err != nil {
			return err
		}
		f := &cachedFunction{function: p.running[real]}
		if err := f.readRule(strings.TrimSuffix(name, ".func")); err != nil {
			return err
		}
		p.funcs[filepath.ToSlash(rel)] = f
	}
	return nil
}

// startFunction runs the program of one function, with lines of environment beside its own.
func startFunction(dir string, env []string, log io.Writer) (function, error) {
	data, err := os.ReadFile(filepath.Join(dir, ".vc-config.json"))
	if err != nil {
		return nil, err
	}
	var fc functionConfig
	if err := json.Unmarshal(data, &fc); err != nil {
		return nil, fmt.Errorf(".vc-config.json: %w", err)
	}
	if arch := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]; runtime.GOOS != "linux" || arch != fc.Architecture {
		return nil, fmt.Errorf("the function is a program for Linux on %s, which this machine (%s, %s) cannot run; build with --adapter node to see the site here", fc.Architecture, runtime.GOOS, runtime.GOARCH)
	}
	return fc.start(dir, env, log)
}

// start runs the program of a function, which is one for this machine.
func (fc *functionConfig) start(dir string, env []string, log io.Writer) (function, error) {
	for _, name := range slices.Sorted(maps.Keys(fc.Environment)) {
		env = append(env, name+"="+fc.Environment[name])
	}
	switch fc.Runtime {
	case "executable":
		seconds, _ := fc.MaxDuration.(float64)
		return startRestarting(func() (*instance, error) { return startInstance(dir, fc.Handler, env, log) }, time.Duration(seconds)*time.Second, log)
	case "provided.al2023":
		return startLambda(dir, fc.Handler, env, log)
	}
	return nil, fmt.Errorf("the preview cannot run a function of runtime %s", fc.Runtime)
}
