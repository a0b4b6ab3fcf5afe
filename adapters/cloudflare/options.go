package cloudflare

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

// Options is the adapter's block of site.yaml.
type Options struct {
	Worker             string   `json:"worker"`
	Instances          int      `json:"instances" min:"1" max:"16"`
	Memory             int      `json:"memory" min:"16" max:"96"`
	Timeout            int      `json:"timeout" min:"0" max:"3600"`
	Snapshot           bool     `json:"snapshot"`
	Budget             size     `json:"budget"`
	WorkerFirst        string   `json:"workerFirst" oneof:"auto always"`
	Include            []string `json:"include"`
	Exclude            []string `json:"exclude"`
	Config             string   `json:"config"`
	Environment        string   `json:"environment"`
	Sessions           string   `json:"sessions"`
	CompatibilityDate  string   `json:"compatibilityDate"`
	CompatibilityFlags []string `json:"compatibilityFlags"`
}

// schema describes Options; keep the two together.
const schema = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"title": "options of the cloudflare adapter",
	"type": "object",
	"additionalProperties": false,
	"properties": {
		"worker": {
			"type": "string",
			"pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
			"description": "name of the Worker; without it, the one of wrangler.jsonc, or the last element of the module's path"
		},
		"instances": {
			"type": "integer",
			"minimum": 1,
			"maximum": 16,
			"default": 12,
			"description": "how many requests one isolate answers at once, each in an instance of the program of its own"
		},
		"memory": {
			"type": "integer",
			"minimum": 16,
			"maximum": 96,
			"default": 32,
			"description": "MB that an instance may use before it is replaced"
		},
		"timeout": {
			"type": "integer",
			"minimum": 0,
			"maximum": 3600,
			"default": 30,
			"description": "seconds that an answer may make no progress: until it begins, and between two pieces of it; 0 is for ever"
		},
		"snapshot": {
			"type": "boolean",
			"default": true,
			"description": "whether instances begin as copies of a program that has started while the site was built; variables of packages have the values that they got then"
		},
		"budget": {
			"type": "string",
			"pattern": "^[0-9]+(\\.[0-9]+)? ?([kKmM]i?)?B$",
			"description": "how large the Worker may be when compressed, such as 900KB; the build fails above it"
		},
		"workerFirst": {
			"enum": ["auto", "always"],
			"default": "auto",
			"description": "always asks the Worker for everything, files too, so that security.allowedHosts and redirects of slashes hold for files as they do on a server; each request then counts"
		},
		"include": {
			"type": "array",
			"items": {"type": "string", "pattern": "^/"},
			"description": "further addresses, \"/shop/*\", at which the Worker is asked before files are looked at"
		},
		"exclude": {
			"type": "array",
			"items": {"type": "string", "pattern": "^/"},
			"description": "addresses, \"/shop/images/*\", at which files are looked at first all the same"
		},
		"config": {
			"type": "string",
			"description": "the configuration of wrangler, relative to site.yaml, where it is not wrangler.jsonc"
		},
		"environment": {
			"type": "string",
			"pattern": "^[A-Za-z0-9_-]+$",
			"description": "the environment of wrangler.jsonc to deploy to; CLOUDFLARE_ENV says it too"
		},
		"sessions": {
			"type": "string",
			"pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
			"default": "SESSION",
			"description": "the binding of the KV namespace that keeps sessions; one that wrangler.jsonc does not have is made when the site is deployed"
		},
		"compatibilityDate": {
			"type": "string",
			"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
			"description": "the version of the Workers runtime's behaviour, where wrangler.jsonc does not say"
		},
		"compatibilityFlags": {
			"type": "array",
			"items": {"type": "string"},
			"description": "further behaviours of the Workers runtime"
		}
	}
}`

// The oldest runtime behaviour that the Worker is written for, and the one that it is tested with.
const (
	oldestDate = "2024-10-14" // requests that wait for an instance are woken by others
	testedDate = "2026-04-01"
)

// size is a number of bytes with a unit.
type size int64

var sizeText = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?([kKmM]i?)?B$`)

// DecodeOption reads "900KB" or "1.5 MiB".
func (s *size) DecodeOption(d *adapter.OptionDecoder, path string, raw json.RawMessage) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if m := sizeText.FindStringSubmatch(text); m != nil {
			n, err := strconv.ParseFloat(m[1], 64)
			unit := map[string]float64{"": 1, "k": 1000, "ki": 1 << 10, "m": 1e6, "mi": 1 << 20}[strings.ToLower(m[2])]
			if n *= unit; err == nil && n >= 1 && n < 1<<40 {
				*s = size(n)
				return
			}
		}
	}
	d.Report(path, fmt.Sprintf("must be a size such as 900KB, not %s", raw), "")
}

var (
	workerName  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	bindingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	dateText    = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	flagText    = regexp.MustCompile(`^[a-z0-9_:]+$`)
)

// CheckOptions says what is wrong with the options.
func (Adapter) CheckOptions(site *adapter.Site) []diag.Diagnostic {
	_, problems := decode(site)
	return problems
}

// decode reads the options.
func decode(site *adapter.Site) (Options, []diag.Diagnostic) {
	o := Options{Instances: 12, Memory: 32, Timeout: 30, Snapshot: true, WorkerFirst: "auto", Sessions: "SESSION"}
	list := adapter.DecodeOptions("cloudflare", site, &o)
	wrong := func(path, problem, hint string) {
		list = append(list, diag.Diagnostic{Code: "SG6006", Range: site.At(path), Message: "option " + path + " of adapter cloudflare " + problem, Hint: hint})
	}
	if o.Worker != "" && !workerName.MatchString(o.Worker) {
		wrong("worker", fmt.Sprintf("must be letters in lower case, digits and hyphens, at most 63, not %q", o.Worker), "")
	}
	switch {
	case o.CompatibilityDate == "":
	case !dateText.MatchString(o.CompatibilityDate):
		wrong("compatibilityDate", fmt.Sprintf("must be a date, not %q", o.CompatibilityDate), "compatibilityDate: "+testedDate)
	case o.CompatibilityDate < oldestDate:
		wrong("compatibilityDate", "must be "+oldestDate+" or later, for what the Worker relies on", "compatibilityDate: "+testedDate)
	}
	for _, list := range []struct {
		key      string
		patterns []string
	}{{"include", o.Include}, {"exclude", o.Exclude}} {
		for i, p := range list.patterns {
			if !strings.HasPrefix(p, "/") || strings.ContainsAny(p, " !?#") || len(p) > maxFirst {
				wrong(list.key+"."+strconv.Itoa(i), fmt.Sprintf("must be a path of at most %d letters that begins with a slash and may hold *, not %q", maxFirst, p), "")
			}
		}
	}
	if !bindingName.MatchString(o.Sessions) {
		wrong("sessions", fmt.Sprintf("must be a name of letters, digits and _, not %q", o.Sessions), "")
	}
	if o.Config != "" && !filepath.IsLocal(filepath.FromSlash(o.Config)) {
		wrong("config", fmt.Sprintf("must be a file below the folder of site.yaml, not %q", o.Config), "")
	}
	for i, f := range o.CompatibilityFlags {
		if !flagText.MatchString(f) {
			wrong("compatibilityFlags."+strconv.Itoa(i), fmt.Sprintf("is no flag: %q", f), "")
		}
	}
	return o, list
}
