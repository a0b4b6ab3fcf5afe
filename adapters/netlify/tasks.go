package netlify

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// cronOption is a path that is asked for at set times.
type cronOption struct {
	Path     string `json:"path"`
	Schedule string `json:"schedule"`
}

// task is what a function is for beside requests of visitors; shim/ssr.mjs has the same.
type task struct {
	Background bool     `json:"background,omitempty"`
	Paths      []string `json:"paths,omitempty"`
}

// schedule is one function that is called at set times.
type schedule struct {
	cron  string
	paths []string
}

// cronFields are what Netlify takes: five fields of cron in UTC, or one of its names for them.
var cronFields = regexp.MustCompile(`^([0-9*/,A-Za-z-]+( [0-9*/,A-Za-z-]+){4}|@(hourly|daily|weekly|monthly|yearly|annually))$`)

// planTasks finds out what runs at set times and what runs in the background. All that runs at the same time is one function:
// each has the whole program in it.
func (b *builder) planTasks() {
	wrong := func(at, problem, hint string) {
		b.out.Report(diag.Diagnostic{Code: "SG6006", Range: b.site.At(at), Message: "option " + at + " of adapter netlify " + problem, Hint: hint})
	}
	byTime := map[string][]string{}
	for i, c := range b.o.Crons {
		at := fmt.Sprintf("crons.%d", i)
		if !cronFields.MatchString(c.Schedule) {
			wrong(at+".schedule", fmt.Sprintf("must be five fields such as 0 5 * * *, in UTC, or @daily, not %q", c.Schedule), "")
			continue
		}
		clean, _, _ := strings.Cut(c.Path, "?")
		if r := b.routeAt(clean); r == nil || !answers(r, "GET") {
			hint := "`sitegen routes` lists the routes; one with `const prerender = false` is asked for at that time"
			if b.base != "/" {
				hint = "write the path with the base, as a visitor would ask for it"
			}
			wrong(at+".path", fmt.Sprintf("is %q, and no route that renders on demand answers GET there", c.Path), hint)
			continue
		}
		byTime[c.Schedule] = append(byTime[c.Schedule], c.Path)
	}
	for _, cron := range slices.Sorted(maps.Keys(byTime)) {
		b.schedules = append(b.schedules, schedule{cron, byTime[cron]})
	}
	routes := b.site.Manifest.Routes
	for i, pattern := range b.o.Background {
		at := fmt.Sprintf("background.%d", i)
		n := slices.IndexFunc(routes, func(r manifest.Route) bool { return r.Pattern == pattern })
		if n < 0 || routes[n].Prerender || routes[n].Type == manifest.Redir {
			var known []string
			for _, r := range routes {
				if !r.Prerender && r.Type != manifest.Redir && r.Pattern != manifest.IslandPattern {
					known = append(known, r.Pattern)
				}
			}
			hint := "patterns are written as `sitegen routes` lists them: /api/import"
			if near := diag.Suggest(pattern, known); near != "" {
				hint = "did you mean " + near + "?"
			}
			wrong(at, fmt.Sprintf("names no route that renders on demand: %q", pattern), hint)
			continue
		}
		from, _, problem := b.source(&routes[n])
		if problem != "" {
			wrong(at, "names a route that Netlify cannot find: "+problem, "")
			continue
		}
		for _, p := range []string{from, strings.TrimSuffix(from, "/") + "/"} {
			if p = patternOf(p); !slices.Contains(b.slow, p) {
				b.slow = append(b.slow, p)
			}
		}
		b.exclude(from)
	}
}

// taskNames are the functions beside the one for visitors.
func (b *builder) taskNames() []string {
	var names []string
	for i := range b.schedules {
		names = append(names, cronName(i))
	}
	if len(b.slow) > 0 {
		names = append(names, backgroundName)
	}
	return names
}

func cronName(i int) string { return fmt.Sprintf("cron-%d", i+1) }

// routeAt gives the route that answers a path, nil for none and for finished files.
func (b *builder) routeAt(at string) *manifest.Route {
	rest, ok := strings.CutPrefix(path.Clean(at), strings.TrimSuffix(b.base, "/"))
	if !ok {
		return nil
	}
	var segments []string
	if rest = strings.Trim(rest, "/"); rest != "" {
		segments = strings.Split(rest, "/")
	}
	for i := range b.site.Manifest.Routes {
		r := &b.site.Manifest.Routes[i]
		if _, ok := r.Match(segments); !ok {
			continue
		}
		if r.Prerender || r.Type == manifest.Redir {
			return nil
		}
		return r
	}
	return nil
}

func answers(r *manifest.Route, method string) bool {
	return r.Type == manifest.Page || slices.Contains(r.Methods, method) || slices.Contains(r.Methods, "ALL")
}

// tasks writes the functions beside the one for all: those of some routes, and those that do something else than answer visitors. Each is a copy of the program: a function of Netlify's
// has its own files and no others.
func (b *builder) tasks() error {
	add := func(name string, c functionConfig, t *task) error {
		c.Generator, c.NodeBundler, c.IncludedFiles = b.site.Manifest.Generator, "none", []string{"**/*"}
		dir := functionsDir + "/" + name
		program, err := b.out.ReadFile(serverFile)
		if err != nil {
			return err
		}
		if err := b.out.Write(dir+"/server", program, 0o755); err != nil {
			return err
		}
		for _, file := range b.included {
			data, err := b.out.ReadFile(functionsDir + "/" + functionName + "/" + file)
			if err != nil {
				return err
			}
			if err := b.out.Write(dir+"/"+file, data, 0o644); err != nil {
				return err
			}
		}
		return b.script(dir+"/"+name+".mjs", c, t)
	}
	for _, f := range b.functions {
		if err := add(f.name, functionConfig{Name: "sitegen " + f.paths[0], Path: f.paths, PreferStatic: true, RateLimit: f.options.RateLimit.config()}, nil); err != nil {
			return err
		}
	}
	for i, s := range b.schedules {
		if err := add(cronName(i), functionConfig{Name: "sitegen " + s.cron, Schedule: s.cron}, &task{Paths: s.paths}); err != nil {
			return err
		}
	}
	if len(b.slow) == 0 {
		return nil
	}
	return add(backgroundName, functionConfig{Name: "sitegen background", Path: b.slow, Background: true}, &task{Background: true})
}

// backgroundName is the function of what runs in the background.
const backgroundName = "slow"
