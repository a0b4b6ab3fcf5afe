package netlify

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
)

// archive is a function as it is sent to Netlify.
type archive struct {
	name     string
	file     string // of the machine
	size     int64
	digest   string // SHA-256, in hexadecimal
	runtime  string
	mode     string // of invocation; "" is the buffered one
	schedule string // of cron; "" for none
	config   functionDeploy
}

// functionDeploy is what the API takes about a function, beside its archive.
type functionDeploy struct {
	DisplayName    string          `json:"display_name,omitempty"`
	Generator      string          `json:"generator,omitempty"`
	BuildData      *buildData      `json:"build_data,omitempty"`
	Memory         int             `json:"memory,omitempty"`
	VCPU           float64         `json:"vcpu,omitempty"`
	Region         string          `json:"region,omitempty"`
	Routes         []functionRoute `json:"routes,omitempty"`
	ExcludedRoutes []functionRoute `json:"excluded_routes,omitempty"`
	Priority       *int            `json:"priority,omitempty"`
	TrafficRules   *trafficRules   `json:"traffic_rules,omitempty"`
}

type buildData struct {
	BootstrapVersion  string `json:"bootstrapVersion"`
	RuntimeAPIVersion int    `json:"runtimeAPIVersion"`
}

// functionRoute is a path of a function: literal where the pattern stands for one path, else an expression.
type functionRoute struct {
	Pattern      string   `json:"pattern"`
	Literal      string   `json:"literal,omitempty"`
	Expression   string   `json:"expression,omitempty"`
	Methods      []string `json:"methods,omitempty"`
	PreferStatic bool     `json:"prefer_static,omitempty"`
}

type trafficRules struct {
	Action struct {
		Type   string `json:"type"`
		Config struct {
			RateLimit struct {
				Algorithm   string `json:"algorithm"`
				WindowSize  int    `json:"window_size"`
				WindowLimit int    `json:"window_limit"`
			} `json:"rate_limit_config"`
			Aggregate struct {
				Keys []aggregateKey `json:"keys"`
			} `json:"aggregate"`
		} `json:"config"`
	} `json:"action"`
}

type aggregateKey struct {
	Type string `json:"type"`
}

// The runtimes that functions run on. Netlify's build takes the version of the Node that it runs in; here there may be none.
const (
	nodeRuntime = "nodejs22.x"
	goRuntime   = "go"
)

// route writes a URL pattern as the API takes it, by the rules of Netlify's build: what has no star, parameter or group is
// one path, everything else an expression with an optional slash at its end.
func route(pattern string) functionRoute {
	segments := strings.Split(pattern, "/")
	if !slices.ContainsFunc(segments, isExpression) {
		return functionRoute{Pattern: pattern, Literal: pattern}
	}
	var b strings.Builder
	b.WriteByte('^')
	for _, s := range segments[1:] {
		switch {
		case s == "*":
			b.WriteString(`(?:\/(.*))`)
		case strings.HasPrefix(s, ":"):
			b.WriteString(`(?:\/([^\/]+?))`)
		default:
			b.WriteString(`\/`)
			for i := 0; i < len(s); i++ {
				if s[i] == '\\' && i+1 < len(s) {
					i++
				}
				if strings.IndexByte(`.+*?^${}()[]|/\`, s[i]) >= 0 {
					b.WriteByte('\\')
				}
				b.WriteByte(s[i])
			}
		}
	}
	b.WriteString(`\/?$`)
	return functionRoute{Pattern: pattern, Expression: b.String()}
}

// isExpression says whether Netlify reads a segment of a pattern as more than text.
func isExpression(segment string) bool {
	return strings.HasPrefix(segment, ":") || strings.ContainsAny(segment, "*{[(")
}

// settings are those of config.json that a deploy has to hand on itself.
func readSettings(framework string) (c frameworkConfig, err error) {
	data, err := os.ReadFile(filepath.Join(framework, "config.json"))
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	return c, err
}

// readConfig finds the settings of a function in its JavaScript.
func readConfig(code []byte) (functionConfig, error) {
	_, text, ok := strings.Cut(string(code), "export const config = ")
	var c functionConfig
	if !ok || json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimSpace(text), ";")), &c) != nil {
		return c, errors.New("the settings of the function cannot be read")
	}
	return c, nil
}

// packer makes archives of the functions of an output.
type packer struct {
	framework string // the folder .netlify/v1
	generator string
	to        string // an empty folder for the archives
	runtime   func(context.Context) (runtimeFiles, error)
	version   string // of the runtime files
}

// pack makes an archive of every function, in the order of their names.
func (p *packer) pack(ctx context.Context) ([]*archive, error) {
	settings, err := readSettings(p.framework)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(p.framework, "functions")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []*archive
	for _, e := range entries {
		a := &archive{name: e.Name(), file: filepath.Join(p.to, e.Name()+".zip")}
		s := settings.Functions[a.name]
		a.config = functionDeploy{Generator: p.generator, Memory: s.Memory, VCPU: s.VCPU, Region: s.Region}
		if e.IsDir() {
			err = p.script(ctx, a, filepath.Join(dir, a.name))
		} else {
			err = p.program(a, filepath.Join(dir, a.name))
		}
		if err != nil {
			return nil, fmt.Errorf("function %s: %w", a.name, err)
		}
		all = append(all, a)
	}
	return all, nil
}

// program packs a function that is a program by itself.
func (p *packer) program(a *archive, name string) error {
	a.runtime = goRuntime
	return a.write([]entry{{name: "bootstrap", from: name, mode: 0o755}, {name: "netlify-toolchain", data: []byte(`{"runtime":"go"}`)}})
}

// script packs a function in JavaScript with the files beside it.
func (p *packer) script(ctx context.Context, a *archive, dir string) error {
	main := a.name + ".mjs"
	code, err := os.ReadFile(filepath.Join(dir, main))
	if err != nil {
		return err
	}
	c, err := readConfig(code)
	if err != nil {
		return err
	}
	runtime, err := p.runtime(ctx)
	if err != nil {
		return err
	}
	a.runtime, a.mode, a.schedule = nodeRuntime, "stream", c.Schedule
	if c.Background {
		a.mode = "background"
	}
	priority := 0
	a.config.DisplayName, a.config.Generator, a.config.Priority = c.Name, c.Generator, &priority
	a.config.BuildData = &buildData{p.version, 2}
	for _, s := range c.Path {
		r := route(s)
		r.Methods, r.PreferStatic = c.Method, c.PreferStatic
		a.config.Routes = append(a.config.Routes, r)
	}
	for _, s := range c.ExcludedPath {
		a.config.ExcludedRoutes = append(a.config.ExcludedRoutes, route(s))
	}
	a.config.TrafficRules = c.RateLimit.rules()
	metadata, err := json.Marshal(map[string]any{"bootstrap_version": p.version, "version": 1})
	if err != nil {
		return err
	}
	entries := []entry{
		{name: "___netlify-entry-point.mjs", data: []byte("import * as bootstrap from './___netlify-bootstrap.mjs';export const handler = bootstrap.getLambdaHandler('./" + main + "')")},
		{name: "___netlify-telemetry.mjs", data: telemetry(c.Generator, runtime.telemetry)},
		{name: "___netlify-metadata.json", data: metadata},
		{name: "___netlify-bootstrap.mjs", data: runtime.bootstrap},
	}
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return errors.Join(err, ctx.Err())
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if info.Mode()&0o111 != 0 || rel == "server" { // on Windows nothing says that a file is a program
			mode = 0o755
		}
		entries = append(entries, entry{name: filepath.ToSlash(rel), from: name, mode: mode})
		return nil
	})
	if err != nil {
		return err
	}
	return a.write(entries)
}

var notInService = regexp.MustCompile(`[@#/$\s_\\.-]+`)

// telemetry is the module that Netlify loads before a function where its owner measures it. It is told who made the function
// in the form that Netlify's build has for names.
func telemetry(generator string, module []byte) []byte {
	service := strings.Join(strings.Fields(strings.ToLower(notInService.ReplaceAllString(generator, " "))), "-")
	name, _ := json.Marshal(service) // a text always can
	return slices.Concat([]byte("\nvar SERVICE_NAME = "), name, []byte(";\nvar SERVICE_VERSION = undefined;\n"), module, []byte("\n"))
}

// rules is a limit as the API takes it, nil for none.
func (r *rateLimitConfig) rules() *trafficRules {
	if r == nil {
		return nil
	}
	t := &trafficRules{}
	t.Action.Type = "rate_limit"
	t.Action.Config.RateLimit.Algorithm = "sliding_window"
	t.Action.Config.RateLimit.WindowSize, t.Action.Config.RateLimit.WindowLimit = r.WindowSize, r.WindowLimit
	for _, by := range r.AggregateBy {
		t.Action.Config.Aggregate.Keys = append(t.Action.Config.Aggregate.Keys, aggregateKey{by})
	}
	if t.Action.Config.Aggregate.Keys == nil {
		t.Action.Config.Aggregate.Keys = []aggregateKey{{"domain"}}
	}
	return t
}

// entry is one file of an archive: data, or the file from of this machine.
type entry struct {
	name string
	data []byte
	from string
	mode fs.FileMode
}

// What an archive may have, packed and unpacked; both are the limits of AWS Lambda.
const (
	maxArchive  = 50 << 20
	maxUnpacked = maxFunction
)

// tooLarge is a function beyond those limits.
type tooLarge struct{ packed, unpacked int64 }

// Error says how large it is.
func (e *tooLarge) Error() string {
	return fmt.Sprintf("%d MB, and %d MB unpacked", e.packed/1_000_000, e.unpacked/1_000_000)
}

// write writes the archive. The same files give the same bytes: without times, in the order of entries.
func (a *archive) write(entries []entry) error {
	f, err := os.Create(a.file)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	count := &counter{}
	z := zip.NewWriter(io.MultiWriter(f, sum, count))
	var unpacked int64
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(max(e.mode, 0o644))
		w, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		n, err := e.copy(w)
		if err != nil {
			return err
		}
		if unpacked += n; unpacked > maxUnpacked {
			return &tooLarge{count.n, unpacked}
		}
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		return err
	}
	if a.size = count.n; a.size > maxArchive {
		return &tooLarge{a.size, unpacked}
	}
	a.digest = hex.EncodeToString(sum.Sum(nil))
	return nil
}

func (e *entry) copy(w io.Writer) (int64, error) {
	if e.from == "" {
		n, err := w.Write(e.data)
		return int64(n), err
	}
	in, err := os.Open(e.from)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	return io.Copy(w, in)
}

// counter counts what is written to it.
type counter struct{ n int64 }

// Write counts.
func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// part is the archive in a report.
func (a *archive) part() adapter.DeployPart {
	return adapter.DeployPart{Kind: "function", Name: a.name, Size: a.size, Digest: a.digest}
}
