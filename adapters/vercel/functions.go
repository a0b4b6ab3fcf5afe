package vercel

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"sitegen.dev/core/manifest"
)

// functionOptions is what a route may ask of a function of its own. What is not said is as for all.
type functionOptions struct {
	Memory          int      `json:"memory" min:"128" max:"10240"` // MB
	MaxDuration     duration `json:"maxDuration"`
	MaxConcurrency  int      `json:"maxConcurrency" min:"1" max:"8192"`
	Regions         []string `json:"regions"`
	FailoverRegions []string `json:"failoverRegions"`
	Cancellation    *bool    `json:"cancellation"`
}

// apply puts the options over those of all functions.
func (f *functionOptions) apply(fc *functionConfig) {
	fc.Memory = cmp.Or(f.Memory, fc.Memory)
	fc.MaxDuration = cmp.Or(f.MaxDuration.value, fc.MaxDuration)
	fc.MaxConcurrency = cmp.Or(f.MaxConcurrency, fc.MaxConcurrency)
	if f.Regions != nil {
		fc.Regions = f.Regions
	}
	if f.FailoverRegions != nil {
		fc.FailoverRegions = f.FailoverRegions
	}
	if f.Cancellation != nil {
		fc.Cancellation = *f.Cancellation
	}
}

// ownFunctions is which functions the routes have that ask for one of their own: the same program, once for each set of options.
type ownFunctions struct {
	byPattern map[string]string // name of the function, "_render-api-report", by pattern
	options   map[string]functionOptions
}

// name is the function that answers a route.
func (o *ownFunctions) name(r *manifest.Route) string {
	return cmp.Or(o.byPattern[r.Pattern], renderName)
}

// dir is the folder of a function.
func functionDir(name string) string { return functionsDir + "/" + name + ".func" }

// ownFunctions finds them, and reports patterns that name no route on demand.
func (b *builder) ownFunctions() ownFunctions {
	own := ownFunctions{byPattern: map[string]string{}, options: map[string]functionOptions{}}
	known := map[string]bool{}
	for i := range b.site.Manifest.Routes {
		r := &b.site.Manifest.Routes[i]
		known[r.Pattern] = !r.Prerender && r.Redirect == nil && r.Error == 0
	}
	same := map[string]string{} // name by configuration
	for _, pattern := range slices.Sorted(maps.Keys(b.o.Functions)) {
		f := b.o.Functions[pattern]
		onDemand, found := known[pattern]
		switch at := "functions." + pattern; {
		case !found:
			b.report(at, "names no route of the site", suggest(pattern, known))
			continue
		case !onDemand:
			b.report(at, "names a route that does not render on demand, so no function answers it", "")
			continue
		}
		fc := b.functionConfig()
		f.apply(&fc)
		key, err := encode(fc)
		if err != nil {
			panic(err) // it holds nothing but texts and numbers
		}
		name := same[string(key)]
		for n := 1; name == ""; n++ {
			name = renderName + "-" + isrName(pattern)
			if n > 1 {
				name = fmt.Sprintf("%s-%d", name, n)
			}
			if _, taken := own.options[name]; taken {
				name = ""
			}
		}
		same[string(key)], own.byPattern[pattern], own.options[name] = name, name, f
	}
	return own
}

// writeOwn makes the functions of routes with options of their own, of the files of the one for all.
func (b *builder) writeOwn(ctx context.Context, fc functionConfig) error {
	if len(b.own.options) == 0 {
		return nil
	}
	from, err := b.out.Path(renderDir)
	if err != nil {
		return err
	}
	program, err := b.out.ReadFile(renderDir + "/" + fc.Handler)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(b.own.options)) {
		dir, config, options := functionDir(name), fc, b.own.options[name]
		if err := b.out.CopyFS(ctx, dir, withoutProgram{os.DirFS(from), fc.Handler}); err != nil {
			return err
		}
		if err := b.out.Write(dir+"/"+fc.Handler, program, 0o755); err != nil {
			return err
		}
		options.apply(&config)
		data, err := encode(config)
		if err != nil {
			return err
		}
		if err := b.out.Write(dir+"/.vc-config.json", data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// withoutProgram hides the program of a function, which has to stay one that can be run.
type withoutProgram struct {
	fs.FS
	program string
}

// ReadDir lists a folder.
func (w withoutProgram) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return name == "." && e.Name() == w.program }), err
}
