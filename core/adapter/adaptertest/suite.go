// Package adaptertest is the conformance suite: a fixture site whose routes use everything that an adapter has to carry,
// and raw HTTP cases that say how a server of that site answers. Every adapter runs it, ours or not: Run builds the
// fixture with an adapter and runs all cases against it; RunURL runs them against a server that is running already.
//
// The cases are plain text in cases/, in the format that README.md describes; package httpcase reads and runs them. It
// is one suite on purpose: what a platform cannot do it declares, case by case, with a reason, and the matrix in
// docs/conformance.md shows it.
package adaptertest

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/adapter/adaptertest/httpcase"
)

//go:embed cases/*.http
var caseFiles embed.FS

// Variant is one configuration of the fixture.
type Variant struct {
	Name  string
	Base  string // path that the site lives below, without a slash at its end
	Slash string // what the addresses of pages end in: "/" or nothing
	Doc   string
	Needs string // a feature without which an adapter has no such variant; it may bring sources of its own
}

// Variants are the configurations that the suite builds for every adapter. All have the same sources.
func Variants() []Variant {
	return []Variant{
		{Name: "default", Doc: "output static, no base, any trailing slash, a folder for each page"},
		{Name: "base", Base: "/docs", Slash: "/", Doc: "below a base path, with trailingSlash: always"},
		{Name: "never", Doc: "trailingSlash: never, a file for each page"},
		{Name: "server", Doc: "output server: error pages on demand; allowed hosts, a trusted proxy, no origin check, no limit of bodies"},
	}
}

// Optional are the configurations for what not every adapter can. They have further sources, in testdata/NAME.
func Optional() []Variant {
	return []Variant{
		{Name: "sessions", Doc: "page.Session, with the driver in site.yaml", Needs: adapter.Sessions},
	}
}

func allVariants() []Variant { return append(Variants(), Optional()...) }

func findVariant(name string) (Variant, bool) {
	all := allVariants()
	i := slices.IndexFunc(all, func(v Variant) bool { return v.Name == name })
	if i < 0 {
		return Variant{}, false
	}
	return all[i], true
}

// Files gives the parsed cases, by the names of their files.
var Files = sync.OnceValues(func() ([]*httpcase.File, error) {
	entries, err := caseFiles.ReadDir("cases")
	if err != nil {
		return nil, err
	}
	var out []*httpcase.File
	var errs []error
	for _, e := range entries {
		name := path.Join("cases", e.Name())
		data, err := caseFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := httpcase.Parse(name, string(data))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, c := range f.Cases {
			if !findSource(c.Source) {
				errs = append(errs, fmt.Errorf("%s: %q is not among the sources that sources.go lists", c.At(name), c.Source))
			}
			for _, v := range c.Variants {
				if _, ok := findVariant(v); !ok {
					errs = append(errs, fmt.Errorf("%s: there is no variant %q", c.At(name), v))
				}
			}
		}
		out = append(out, f)
	}
	return out, errors.Join(errs...)
})

// Outcome is how a case ended.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Differs Outcome = "differs" // the platform declares that it does otherwise
)

// Result is the outcome of one case with one variant.
type Result struct {
	Case     string        `json:"case"`
	Variant  string        `json:"variant"`
	Priority string        `json:"priority"`
	Star     bool          `json:"star,omitempty"`
	Source   string        `json:"source"`
	At       string        `json:"at"` // file and line of the case
	Outcome  Outcome       `json:"outcome"`
	Problems []string      `json:"problems,omitempty"`
	Reason   string        `json:"reason,omitempty"` // of a declared difference
	Time     time.Duration `json:"-"`
}

// Report is what a run of the suite gives; its JSON form is versioned.
type Report struct {
	Schema  int      `json:"schema"`
	Target  string   `json:"target"`
	Results []Result `json:"results"`
}

// Count gives the number of results with the outcome.
func (r *Report) Count(o Outcome) int {
	n := 0
	for i := range r.Results {
		if r.Results[i].Outcome == o {
			n++
		}
	}
	return n
}

// Options say which cases to run.
type Options struct {
	Variant string               // name; "" is "default"
	Filter  *regexp.Regexp       // of case names; nil is all
	Choose  func(id string) bool // the same by a function
	// Skip declares differences, as that of a Target does; those cases do not run.
	Skip map[string]string
	// Workers is how many cases run at once; 0 is 8.
	Workers int
}

// RunURL runs the cases of one variant against the server at an origin.
func RunURL(ctx context.Context, origin string, o Options) (*Report, error) {
	if o.Variant == "" {
		o.Variant = "default"
	}
	v, ok := findVariant(o.Variant)
	if !ok {
		var names []string
		for _, v := range allVariants() {
			names = append(names, v.Name)
		}
		return nil, fmt.Errorf("there is no variant %q of the fixture (there are: %s)", o.Variant, strings.Join(names, ", "))
	}
	target, err := httpcase.NewTarget(origin, v.Base, v.Slash)
	if err != nil {
		return nil, err
	}
	files, err := Files()
	if err != nil {
		return nil, err
	}
	if err := target.Reach(ctx); err != nil {
		return nil, err
	}
	report := &Report{Schema: 1, Target: origin}
	var run []func()
	for _, f := range files {
		for _, c := range f.Cases {
			if !slices.Contains(c.Variants, v.Name) || o.Filter != nil && !o.Filter.MatchString(c.ID) || o.Choose != nil && !o.Choose(c.ID) {
				continue
			}
			report.Results = append(report.Results, Result{
				Case: c.ID, Variant: v.Name, Priority: c.Priority, Star: c.Star, Source: c.Source, At: c.At("cases/" + f.Name + ".http"),
			})
			i := len(report.Results) - 1
			if reason, _ := differs(o.Skip).reason(c.ID, v.Name); reason != "" {
				report.Results[i].Outcome, report.Results[i].Reason = Differs, reason
				continue
			}
			run = append(run, func() { runCase(ctx, c, target, &report.Results[i]) })
		}
	}
	each(o.Workers, run)
	return report, context.Cause(ctx)
}

func runCase(ctx context.Context, c *httpcase.Case, t *httpcase.Target, r *Result) {
	begin := time.Now()
	problems := c.Run(ctx, t)
	r.Time = time.Since(begin)
	r.Outcome = Passed
	file, _, _ := strings.Cut(r.At, ":")
	for _, p := range problems {
		r.Outcome = Failed
		r.Problems = append(r.Problems, fmt.Sprintf("%s:%d: %s", file, p.Line, p.Text))
	}
}

// each runs the functions, some at once.
func each(workers int, run []func()) {
	if workers <= 0 {
		workers = 8
	}
	next := make(chan func())
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for f := range next {
				f()
			}
		})
	}
	for _, f := range run {
		next <- f
	}
	close(next)
	wg.Wait()
}
