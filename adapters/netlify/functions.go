package netlify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// functionOptions is what a route may ask of a function of its own. What is not said is as for all, but for the limit of requests,
// which counts for each function by itself.
type functionOptions struct {
	Memory    int       `json:"memory" min:"128" max:"4096"`
	VCPU      float64   `json:"vcpu" min:"0.5" max:"2"`
	Region    string    `json:"region"`
	RateLimit rateLimit `json:"rateLimit"`
}

// check reports what the types do not say, of the options at a place of the adapter's.
func (f *functionOptions) check(at string, wrong func(at, problem, hint string)) {
	if f.Region != "" && !regionName.MatchString(f.Region) {
		wrong(at+"region", fmt.Sprintf("must be a region of AWS, not %q", f.Region), "region: eu-central-1")
	}
	if f.VCPU != 0 && f.Memory != 0 {
		wrong(at+"vcpu", "is another way to say memory", "leave one of them out")
	}
	if r := f.RateLimit; (r.Requests == 0) != (r.Seconds == 0) {
		wrong(at+"rateLimit", "needs both requests and seconds", "rateLimit: {requests: 100, seconds: 60}")
	} else if len(r.By) > 0 && r.Requests == 0 {
		wrong(at+"rateLimit.by", "says who is counted, but requests and seconds are missing", "rateLimit: {requests: 100, seconds: 60, by: [ip]}")
	}
}

// over gives the options over those of all functions.
func (f functionOptions) over(all functionOptions) functionOptions {
	if f.Memory == 0 && f.VCPU == 0 {
		f.Memory, f.VCPU = all.Memory, all.VCPU
	}
	f.Region = cmp.Or(f.Region, all.Region)
	if f.RateLimit.Requests == 0 {
		f.RateLimit = all.RateLimit
	}
	return f
}

func (f *functionOptions) setting() functionSetting {
	return functionSetting{f.Memory, f.VCPU, f.Region}
}

// common are the options of all functions.
func (o *Options) common() functionOptions {
	return functionOptions{o.Memory, o.VCPU, o.Region, o.RateLimit}
}

// ownFunction is one that answers some routes in the place of the one for all: the same program, with other options.
type ownFunction struct {
	name    string
	paths   []string // as Netlify writes patterns
	options functionOptions
}

// planFunctions finds out which routes have functions of their own. Routes with the same options share one.
func (b *builder) planFunctions() {
	known := map[string]*manifest.Route{}
	for i := range b.site.Manifest.Routes {
		known[b.site.Manifest.Routes[i].Pattern] = &b.site.Manifest.Routes[i]
	}
	same := map[string]int{} // of the list, by options
	for _, pattern := range slices.Sorted(maps.Keys(b.o.Functions)) {
		at := "functions." + pattern
		wrong := func(problem, hint string) {
			b.out.Report(diag.Diagnostic{Code: "SG6006", Range: b.site.At(at), Message: "option " + at + " of adapter netlify " + problem, Hint: hint})
		}
		r := known[pattern]
		if r == nil {
			hint := "patterns are written as `sitegen routes` lists them: /api/report"
			if near := diag.Suggest(pattern, slices.Sorted(maps.Keys(known))); near != "" {
				hint = "did you mean " + near + "?"
			}
			wrong("names no route of the site", hint)
			continue
		}
		if r.Prerender || r.Type == manifest.Redir || r.Error != 0 {
			wrong("names a route that does not render on demand, so no function answers it", "")
			continue
		}
		if slices.Contains(b.o.Background, pattern) {
			wrong("names a route of background, which is a function of its own already", "")
			continue
		}
		from, _, problem := b.source(r)
		if problem == "" && from == "/" {
			problem = "it is the page at the root"
		}
		if problem != "" {
			wrong("names a route that can have no function of its own on Netlify: "+problem, "")
			continue
		}
		options := b.o.Functions[pattern].over(b.o.common())
		key := fmt.Sprint(options)
		i, found := same[key]
		if !found {
			i = len(b.functions)
			same[key] = i
			b.functions = append(b.functions, ownFunction{name: fmt.Sprintf("%s-%d", functionName, i+1), options: options})
		}
		before := len(b.excluded)
		b.exclude(from)
		b.functions[i].paths = append(b.functions[i].paths, b.excluded[before:]...)
	}
}
