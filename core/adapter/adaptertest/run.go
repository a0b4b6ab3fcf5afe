package adaptertest

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"sitegen.dev/core/adapter"
)

// Target is an adapter in one of its modes.
type Target struct {
	Name    string // "node, embedded": a column of the matrix
	Adapter adapter.Adapter
	Options json.RawMessage // the adapter's options
	// Start serves the output and gives its origin. It ends the server with t.Cleanup.
	Start func(t *testing.T, s Site) string
	// Skip declares, by the name of the case, or name@variant, why the platform answers otherwise. A declaration for a
	// case that passes, or that does not exist, fails the test. A name with * is a pattern of path.Match, for a family of cases
	// that differ for one reason: some of them may pass, but one has to differ.
	Skip map[string]string
	// Sample runs one of so many cases, chosen by their names, and at least one of each group, where a server is too slow for all;
	// 0 and 1 are all.
	Sample int
	// Workers is how many cases run at once; 0 is 8.
	Workers int
}

// Site is one variant of the fixture, written by the adapter.
type Site struct {
	Variant Variant
	Dir     string // of the adapter's output
	Module  string // directory of the site's Go module
}

// builds keeps each compiled variant for all targets of a test program.
var builds = struct {
	sync.Mutex
	dir  string
	done map[string]func() (*Built, error)
}{done: map[string]func() (*Built, error){}}

// Cleanup removes what Run has built. TestMain calls it after the tests.
func Cleanup() {
	builds.Lock()
	defer builds.Unlock()
	if builds.dir != "" {
		os.RemoveAll(builds.dir)
	}
	builds.dir = ""
	clear(builds.done)
}

func buildVariant(t *testing.T, name string) *Built {
	t.Helper()
	builds.Lock()
	defer builds.Unlock()
	if builds.dir == "" {
		dir, err := os.MkdirTemp("", "conformance")
		if err != nil {
			t.Fatal(err)
		}
		builds.dir = dir
	}
	if builds.done[name] == nil {
		dir := filepath.Join(builds.dir, name)
		builds.done[name] = sync.OnceValues(func() (*Built, error) { return Build(context.Background(), dir, name) })
	}
	b, err := builds.done[name]()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Run builds every variant of the fixture with the adapter and runs all cases against it. CONFORMANCE_FILTER limits
// them to names that match a regular expression; where CONFORMANCE_DIR names a directory, the report is written there
// for the matrix.
func Run(t *testing.T, target Target) {
	supports := target.Adapter.Info().Supports
	run(t, target.Name, target.Skip, target.Sample, target.Workers, func(needs string) bool { return supports[needs].Level != "" }, func(t *testing.T, v Variant) string {
		b := buildVariant(t, v.Name)
		// Below the module, so that what the adapter writes can be imported from a program there.
		dir := filepath.Join(b.Dir, "dist", caseless(target.Name))
		if err := b.Adapt(t.Context(), target.Adapter, target.Options, dir); err != nil {
			t.Fatal(err)
		}
		return target.Start(t, Site{Variant: v, Dir: dir, Module: b.Dir})
	})
}

// SourceServer is one that serves a site from its sources, without an adapter: the development server.
type SourceServer struct {
	Name string // a column of the matrix
	// Start serves the site whose sources are in a directory, and gives its origin. It ends the server with t.Cleanup.
	Start func(t *testing.T, dir string) string
	// Skip declares differences, as that of a Target does.
	Skip map[string]string
}

// RunSources writes the sources of every variant of the fixture and runs all cases against what serves them; otherwise
// it is Run.
func RunSources(t *testing.T, server SourceServer) {
	run(t, server.Name, server.Skip, 1, 0, func(string) bool { return true }, func(t *testing.T, v Variant) string {
		dir := t.TempDir()
		if err := WriteSite(dir, v.Name); err != nil {
			t.Fatal(err)
		}
		return server.Start(t, dir)
	})
}

// run runs the cases, one of so many, and so many at once, against what start serves for each variant that needs nothing unsupported.
func run(t *testing.T, name string, skip map[string]string, one, workers int, supports func(string) bool, start func(t *testing.T, v Variant) (origin string)) {
	var filter *regexp.Regexp
	if s := os.Getenv("CONFORMANCE_FILTER"); s != "" {
		filter = regexp.MustCompile(s)
	}
	chosen := sample(t, one)
	whole, variants := &Report{Schema: 1, Target: name}, 0
	for _, v := range allVariants() {
		if v.Needs != "" && !supports(v.Needs) {
			continue
		}
		variants++
		t.Run(v.Name, func(t *testing.T) { // or not, with -run
			variants--
			origin := start(t, v)
			// Declared differences run too: one that is none any more must go.
			report, err := RunURL(t.Context(), origin, Options{Variant: v.Name, Filter: filter, Choose: chosen, Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			differs(skip).apply(report)
			for i := range report.Results {
				show(t, &report.Results[i])
			}
			whole.Results = append(whole.Results, report.Results...)
		})
	}
	if filter == nil && chosen == nil && variants == 0 {
		for _, name := range differs(skip).idle(whole) {
			t.Errorf("%s is declared to differ, but there is no such case, or none of them differs", name)
		}
	}
	if dir := os.Getenv("CONFORMANCE_DIR"); dir != "" {
		data, err := json.MarshalIndent(whole, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, caseless(name)+".json"), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// sample says of the names of cases whether they are among one of n; nil for all.
func sample(t *testing.T, n int) func(id string) bool {
	if n <= 1 {
		return nil
	}
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]bool{}
	for _, f := range files {
		for i, c := range f.Cases {
			h := fnv.New32a()
			io.WriteString(h, c.ID)
			in[c.ID] = i == 0 || h.Sum32()%uint32(n) == 0
		}
	}
	return func(id string) bool { return in[id] }
}

// caseless makes a file name of a target's name.
func caseless(name string) string {
	return regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(name, "-")
}

func show(t *testing.T, r *Result) {
	t.Helper()
	if r.Outcome == Failed {
		t.Run(r.Case, func(t *testing.T) {
			for _, p := range r.Problems {
				t.Error(p)
			}
		})
	}
}
